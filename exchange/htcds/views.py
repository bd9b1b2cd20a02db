"""The Human Trafficking Case Data Standard on pages: a file, what is read of it, and its
confirmation; and a case exported as a record."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rights
from cases.rights import REFER
from cases.rules.referral_form import carries_identity, form_for
from cases.selectors import sharing as reads
from cases.selectors.intake import answer_words
from cases.views.base import CaseView
from cases.views.frame import case_frame
from cases.views.referrals import ResponderView
from cases.views.sharing import key_of
from exchange.htcds.exports import export_case, preview_export
from exchange.htcds.forms import (
    MOST_CHARACTERS,
    ConfirmForm,
    ExportForm,
    FileForm,
    carried,
    read_carried,
)
from exchange.htcds.imports import Looked, look_into, receive
from exchange.htcds.standard.fields import standard
from exchange.htcds.standard.plans import NEEDED, Plan
from exchange.htcds.standard.reading import Reading
from nrm.accounts.models import Organisation
from nrm.accounts.presence import fresh_factor
from nrm.actions import Objection, Refused
from nrm.audit import writer
from nrm.profiles import Profile
from nrm.web import add_objections, travels_plainly


class HtcdsImportView(ResponderView):
    """GET asks for the file; POST with a file shows what is read of each record; POST with the
    records makes the referrals."""

    takes_files = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        travels_plainly(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._ask(request, FileForm(organisations=self._teams()))

    def post(self, request: HttpRequest) -> HttpResponse:
        if "records" in request.POST:
            return self._confirmed(request)
        form = FileForm(request.POST, request.FILES, organisations=self._teams())
        if not form.is_valid():
            return self._ask(request, form)
        reading = form.reading()
        looked = self._look(reading, form.chosen, {})
        text = "" if looked.faults else carried(reading.records)
        faults = list(looked.faults)
        if len(text) > MOST_CHARACTERS:
            faults = [Objection(_("The records hold more than fits on a page. Send fewer."))]
        if faults:
            for fault in faults:
                form.add_error("file", ValidationError(fault.text))
            return self._ask(request, form)
        first = {"records": text, "organisation": str(form.chosen.pk)}
        return self._show(request, self._form(looked, None, initial=first), looked)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        reading = read_carried(request.POST["records"])
        chosen = FileForm(request.POST, organisations=self._teams())
        chosen.is_valid()
        if reading.faults or "organisation" in chosen.errors:
            return self._ask(request, FileForm(organisations=self._teams()))
        team = chosen.chosen
        said = {question: request.POST.get(question, "") for question in NEEDED}
        unsaid = self._look(reading, team, {})
        if unsaid.faults:
            return self._ask(request, FileForm(organisations=self._teams()))
        form = self._form(unsaid, request.POST)
        if not form.is_valid():
            return self._show(request, form, unsaid)
        looked = self._look(reading, team, said)
        if looked.objections:
            self._tell(form, looked)
            return self._show(request, form, looked)
        lines = receive(
            looked.lines, looked.profile, actor=self.actor, at=self.at, organisation=team
        )
        made = sum(1 for line in lines if line.made_now)
        text = ngettext("%(count)s referral was made.", "%(count)s referrals were made.", made)
        told = [text % {"count": made}]
        if before := len(lines) - made:
            text = ngettext(
                "%(count)s record was imported before.",
                "%(count)s records were imported before.",
                before,
            )
            told.append(text % {"count": before})
        messages.success(request, " ".join(told))
        return redirect("referrals")

    def _teams(self) -> list[Organisation]:
        return list(dict.fromkeys(self.actor.organisations(*REFER.roles)))

    def _look(self, reading: Reading, team: Organisation, said: dict[str, str]) -> Looked:
        return look_into(reading, actor=self.actor, at=self.at, organisation=team, said=said)

    def _form(self, looked: Looked, data: Any, **more: Any) -> ConfirmForm:
        lacking = {
            question: count
            for question in NEEDED
            if (count := sum(1 for plan in _new(looked) if question not in plan.answers))
        }
        return ConfirmForm(
            data, organisations=self._teams(), profile=looked.profile, lacking=lacking, **more
        )

    def _tell(self, form: ConfirmForm, looked: Looked) -> None:
        """What is missing beside its question; the rest at the top, with its row and field."""
        for plan in _new(looked):
            for fault in plan.faults:
                if fault.question in form.fields:
                    if fault.question not in form.errors:
                        form.add_error(fault.question, ValidationError(fault.text))
                else:
                    form.add_error(None, ValidationError(_told(fault)))

    def _ask(self, request: HttpRequest, form: FileForm) -> HttpResponse:
        status = 422 if request.method == "POST" else 200
        attribution = standard().attribution
        context = {"form": form, "attribution": attribution}
        return render(request, "exchange/htcds_file.html", context, status=status)

    def _show(self, request: HttpRequest, form: ConfirmForm, looked: Looked) -> HttpResponse:
        faults = [f for plan in _new(looked) for f in plan.faults if f.question not in form.fields]
        context = {
            "form": form,
            "faults": [(f"row-{fault.row}", _told(fault)) for fault in faults],
            "lines": [
                _line(line.plan, looked.profile) | {"before": line.referral is not None}
                for line in looked.lines
            ],
            "new": len(_new(looked)),
        }
        status = 422 if form.errors or faults else 200
        return render(request, "exchange/htcds_records.html", context, status=status)


def _new(looked: Looked) -> list[Plan]:
    return [line.plan for line in looked.lines if line.referral is None]


def _told(fault: Any) -> str:
    words = {"row": fault.row, "field": fault.field, "text": fault.text}
    return _("Row %(row)s, %(field)s: %(text)s") % words


def _line(plan: Plan, profile: Profile) -> dict[str, Any]:
    """A record as the page shows it."""
    form = form_for(profile)
    rows = [
        {"key": question.label, "value": answer_words(question, plan.answers[question.code])}
        for question in form.questions
        if question.code in plan.answers
    ]
    for number, told in enumerate(plan.answers.get("episodes", ()), start=1):
        title = _("Episode %(number)d") % {"number": number}
        rows += [
            {
                "key": f"{title}: {question.label}",
                "value": answer_words(question, told[question.code]),
            }
            for question in form.questions_of("episodes")
            if question.code in told
        ]
    known = standard().fields
    ours = known["nrm_TypeOfExploitation"]
    labels = dict(ours.codes)
    return {
        "row": plan.record.row,
        "answers": rows,
        "ours": [labels[code] for code in plan.record.fields.get(ours.name, ())],  # type: ignore[union-attr]
        "kept": [known[name].label if name in known else name for name in plan.kept],
        "unmapped": plan.record.unmapped,
        "faults": plan.faults,
        "without_identity": plan.path == "dtn" and not carries_identity(plan.answers, profile),
    }


@method_decorator(fresh_factor("POST"), name="dispatch")
class HtcdsExportView(CaseView):
    """GET shows the form; POST shows exactly what would leave, and when that is confirmed, gives
    the file."""

    right = rights.SHARE

    def get(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        travels_plainly(request)
        form = self._form(request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(request, form, status=200 if "change" in request.POST else 422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at, "wanted": form.wanted()}
        key, digest = key_of(request.POST.get("key")), request.POST.get("digest", "")
        kind = form.cleaned_data["kind"]
        try:
            if digest and key:
                _row, exported = export_case(self.case, digest=digest, key=key, **by)
                return exported.attachment(kind)
            exported = preview_export(self.case, **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return self._show(
            request,
            "htcds_preview",
            rows=exported.rows,
            digest=exported.digest,
            key=uuid4(),
            kind=kind.upper(),
            organisation=form.cleaned_data["organisation"],
            sent=[(name, value) for name in form.fields for value in request.POST.getlist(name)],
        )

    def _form(self, data: Any = None) -> ExportForm:
        case = self.case
        return ExportForm(
            data,
            organisations=reads.organisations_to_share_with(case),
            purposes=[(one.code, str(one.label)) for one in case.profile.sharing_purposes],
            consents=[
                (str(row.pk), reads.consent_title(case, row))
                for row in reads.consents_that_stand(case, at=self.at)
                if row.recipient_kind  # nothing leaves on the consent to the referral
            ],
        )

    def _page(self, request: HttpRequest, form: ExportForm, status: int = 200) -> HttpResponse:
        writer.write("sharing.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        return self._show(
            request,
            "htcds_export",
            form=form,
            status=status,
            consents=form.fields["consent"].choices,
            normal=self.case.confidentiality == "normal",
        )

    def _show(
        self, request: HttpRequest, template: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_people")
        return render(request, f"exchange/{template}.html", {**frame, **more}, status=status)
