"""Asking again how the person can safely be reached, and whom else they named."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.contact import end_nominee, nominate, record_contact
from cases.forms.contact import ContactForm, NomineeForm
from cases.rights import RECORD_CONTACT
from cases.rules.contact import ASKED_AGAIN, DETAILS, WAYS
from cases.rules.languages import LANGUAGES
from cases.selectors.contact import contact_marks, contact_of, nominees_of, speaking_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class RecordContactView(CaseView):
    """GET asks which ways are safe beside what counts now; POST keeps a new card."""

    right = RECORD_CONTACT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        known = speaking_of(self.case, self.case.safecontacts.first())
        needed = {True: "yes", False: "no", None: ""}[known["interpreter_needed"]]
        return self._page(request, ContactForm(initial={**known, "interpreter_needed": needed}))

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
                speaking=form.speaking(),
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
                "languages": [name for _code, name in LANGUAGES.in_order()],
                "days": self.case.profile.term(ASKED_AGAIN).length,
            },
            status=status,
        )


class NomineeView(CaseView):
    """Somebody else whom the person named, and what they may be told. POST records another."""

    right = RECORD_CONTACT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, NomineeForm(profile=self.case.profile))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = NomineeForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            nominate(
                self.case,
                actor=request.user,
                at=self.at,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("Recorded. They are told only what the person allowed."))
        return redirect("case_nominee", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: NomineeForm, status: int = 200) -> HttpResponse:
        found = nominees_of(self.case, at=self.at)
        writer.write(
            "nominees.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"nominees": [str(one.row.pk) for one in found]},
        )
        now = next((one for one in found if one.row.ended_at is None), None)
        return render(
            request,
            "cases/nominee.html",
            {
                **case_frame(request, self.case, self.held, current="case_people"),
                "form": form,
                "now": now,
                "past": [one for one in found if one is not now],
                "languages": [name for _code, name in LANGUAGES.in_order()],
            },
            status=status,
        )


class NomineeEndView(CaseView):
    """The person takes it back."""

    right = RECORD_CONTACT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            end_nominee(self.case, actor=request.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("They are told nothing more from now."))
        return redirect("case_nominee", reference=self.case.reference)
