"""Asking again how the person can safely be reached."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.contact import record_contact
from cases.forms.contact import ContactForm
from cases.rights import RECORD_CONTACT
from cases.rules.contact import ASKED_AGAIN, DETAILS, WAYS
from cases.selectors.contact import contact_marks, contact_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class RecordContactView(CaseView):
    """GET asks which ways are safe beside what counts now; POST keeps a new card."""

    right = RECORD_CONTACT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, ContactForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = ContactForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        try:
            record_contact(
                self.case,
                actor=request.user,
                at=self.at,
                ways={way: told[way] for way in WAYS},
                details={code: told[code] for code in DETAILS},
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("Recorded. Only ways that are marked as safe are used."))
        return redirect("case_people", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: ContactForm, status: int = 200) -> HttpResponse:
        contact = contact_of(self.case, at=self.at)
        card = contact.card
        writer.write(
            "contact.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"card": str(card.pk) if card else None},
        )
        return render(
            request,
            "cases/contact.html",
            {
                **case_frame(request, self.case, self.held, current="case_people"),
                "form": form,
                "contact": contact,
                "marks": contact_marks(contact),
                "days": self.case.profile.term(ASKED_AGAIN).length,
            },
            status=status,
        )
