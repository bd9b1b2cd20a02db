"""What every page of a case begins with: finding the case through the one door."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from cases.access import find_case
from cases.models import Case
from cases.rights import SEE_CASE, CaseRight
from cases.views.frame import case_frame
from identities.crypto import KeyGone


class CaseView(View):
    """A page of one case. `right` is what the page needs; the case is found before any method
    runs, so a stranger has had a 404 by then."""

    right: CaseRight = SEE_CASE
    case: Case
    held: frozenset[str]  # the codes of the rights that this user has on this case

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.case, self.held = find_case(request.user, kwargs["reference"], self.right)
        try:
            return super().dispatch(request, *args, **kwargs)
        except KeyGone:
            # Nothing of what the page would tell opens any more.
            frame = case_frame(request, self.case, self.held, current="")
            return render(request, "cases/erased.html", frame, status=410)
