"""What every endpoint of one case begins with: finding the case through the one door."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from cases.access import find_case
from cases.models import Case
from cases.rights import SEE_CASE, CaseRight
from cases.selectors.keyset import Place
from identities.crypto import KeyGone
from nrm import rest
from nrm.rest import APIView


class PageQuery(rest.PageQuery):
    """The same, where `after` is a place of cases.selectors.keyset."""

    def validate_after(self, value: str) -> str:
        if value and Place.parse(value) is None:
            raise serializers.ValidationError(_("No page ends here: use the address in `next`."))
        return value


class Erased(exceptions.APIException):
    status_code = 410
    default_detail = _("Who this person is was erased: nobody can read this any more.")
    default_code = "erased"


class CaseAPIView(APIView):
    """An endpoint of one case. `right` is what it needs, or `writes` for anything but reading; the
    case is found before any method runs, so a stranger has had a 404 by then."""

    right: CaseRight = SEE_CASE
    writes: CaseRight | None = None
    case: Case
    held: frozenset[str]  # the codes of the rights that this user has on this case

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        reading = request.method in ("GET", "HEAD")
        needed = self.right if reading or self.writes is None else self.writes
        self.case, self.held = find_case(request.user, kwargs["reference"], needed)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, KeyGone):
            exc = Erased()
        return super().handle_exception(exc)
