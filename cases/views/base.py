"""What every page of a case begins with: finding the case through the one door."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.views.generic import View

from cases import access
from cases.models import Case
from cases.references import clean_reference
from cases.rights import SEE_CASE, CaseRight
from nrm.actions import Forbidden, Hidden


def find_case(actor: Any, reference: str, right: CaseRight) -> Case:
    """The case of this reference, where the actor has the right on it. Hidden (404) where they may
    not know of it, Forbidden (403) where they may but have not this right."""
    clean = clean_reference(reference)
    found = Case.objects.select_related("person", "authority", "caseworker")
    if clean and (case := found.visible_to(actor, right).filter(reference=clean).first()):
        return case
    if clean and Case.objects.visible_to(actor, access.ANY_RIGHT).filter(reference=clean).exists():
        raise Forbidden(right.code)
    raise Hidden(right.code)


class CaseView(View):
    """A page of one case. `right` is what the page needs; the case is found before any method
    runs, so a stranger has had a 404 by then."""

    right: CaseRight = SEE_CASE
    case: Case

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.case = find_case(request.user, kwargs["reference"], self.right)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def held(self) -> frozenset[str]:
        """The codes of the rights that this user has on this case."""
        return access.rights_on(self.request.user, self.case)  # type: ignore[arg-type]
