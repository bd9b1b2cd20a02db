"""How a person gets to the place where a bed is held for them, on the page of their shelter."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from nrm.actions import Changed, Refused
from nrm.web import add_objections
from protection.actions.transport import note_transport
from protection.forms.transport import TransportForm
from protection.selectors import shelter as reads
from protection.selectors.transport import transport_of
from protection.views.shelter import CaseShelterView


class TransportView(CaseShelterView):
    """Takes what is sent."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, stay: UUID) -> HttpResponse:
        row = reads.find_stay(self.case, stay)
        form = TransportForm(request.POST)
        if not form.is_valid():
            return self.page(request, travel=form, status=422)
        try:
            note_transport(row, actor=request.user, at=self.at, **form.told())  # type: ignore[arg-type]
        except Refused as refusal:
            changed = isinstance(refusal, Changed)
            if changed:
                # Sent once more, it takes the place of what the colleague wrote.
                stood = transport_of(row)
                form.data = form.data.copy()
                form.data["version"] = str(stood.version if stood else 0)
            add_objections(form, refusal)
            return self.page(request, travel=form, status=409 if changed else 422)
        messages.success(request, _("It is recorded."))
        return redirect("case_shelter", reference=self.case.reference)
