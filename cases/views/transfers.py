"""Offering a case to another authority, and the offers that an authority has made and received."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.actions.transferring import answer_transfer, offer_transfer, withdraw_transfer
from cases.forms.transfers import OfferForm, TransferAnswerForm
from cases.models.case import AgeStatus
from cases.models.transfer import TransferState
from cases.selectors import transfers as reads
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.web import add_objections


@method_decorator(fresh_factor("POST"), name="dispatch")
class TransferView(CaseView):
    """What was offered of the case and what came of it. POST offers it."""

    right = rights.TRANSFER

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        told = {**form.cleaned_data, "organisation": form.cleaned_data["organisation"].pk}
        try:
            offer_transfer(self.case, actor=request.user, at=self.at, **told)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, form, status=422)
        messages.success(request, _("It is offered. Nothing moves before it is accepted."))
        return redirect("case_transfer", reference=self.case.reference)

    def _form(self, *data: Any) -> OfferForm:
        return OfferForm(*data, authorities=reads.authorities_to_ask(self.case))

    def page(
        self, request: HttpRequest, form: OfferForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        rows = reads.transfers_of(self.case)
        writer.write(
            "transfers.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"transfers": [str(row.pk) for row in rows]},
        )
        waits = next((row for row in rows if row.state == TransferState.OFFERED), None)
        context = {
            **case_frame(request, self.case, self.held, current="case_transfer"),
            "rows": rows,
            "waits": waits,
            "words": reads.told_in(waits).get("words", "") if waits else "",
            "others": reads.authorities_to_ask(self.case).exists(),
            "form": form,
            **more,
        }
        return render(request, "transfers/case.html", context, status=status)


class TransferWithdrawalView(TransferView):
    """Taking an offer back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, transfer: UUID) -> HttpResponse:  # type: ignore[override]
        row = reads.find_transfer(self.case, transfer)
        try:
            withdraw_transfer(row, actor=request.user, at=self.at)
        except Refused as refusal:
            return self.page(request, self._form(), status=422, objections=refusal.objections)
        messages.success(request, _("The offer is taken back."))
        return redirect("case_transfer", reference=self.case.reference)


# Offered to us, and by us -------------------------------------------------------------------------
class TransfersView(View):
    """The transfers of the reader's authority, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        rights.ANSWER_TRANSFERS.check(user, None)
        page = reads.page_of_transfers(
            user, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
        writer.write(
            "transfers.viewed",
            at=timezone.now(),
            actor_id=user.pk,
            data={"transfers": [str(line.row.pk) for line in page.rows]},
        )
        ours = rights.ANSWER_TRANSFERS.teams_of(user)
        context = {"lines": page.rows, "ours": ours, **page.links(request.path, {})}
        return render(request, "transfers/list.html", context)


@method_decorator(fresh_factor("POST"), name="dispatch")
class OfferedView(View):
    """One that was offered to the reader's authority. POST answers."""

    def get(self, request: HttpRequest, transfer: UUID) -> HttpResponse:
        return self._page(request, transfer, TransferAnswerForm())

    def post(self, request: HttpRequest, transfer: UUID) -> HttpResponse:
        user: Any = request.user
        rights.ANSWER_TRANSFERS.check(user, None)
        at = timezone.now()
        offer = reads.find_offer(user, transfer)
        form = TransferAnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, transfer, form, status=422)
        accept = form.cleaned_data["answer"] == "accept"
        refusal = form.cleaned_data["refusal"]
        try:
            answer_transfer(offer.row, actor=user, at=at, accept=accept, refusal=refusal)
        except Refused as refused:
            add_objections(form, refused)
            return self._page(request, transfer, form, status=422)
        messages.success(
            request,
            _("The case is with your authority now. Give it to somebody.")
            if accept
            else _("Your answer is sent."),
        )
        return redirect("intake_queue" if accept else "transfers")

    def _page(
        self, request: HttpRequest, transfer: UUID, form: TransferAnswerForm, status: int = 200
    ) -> HttpResponse:
        user: Any = request.user
        rights.ANSWER_TRANSFERS.check(user, None)
        offer = reads.find_offer(user, transfer)
        row = offer.row
        writer.write(
            "transfer.opened",
            at=timezone.now(),
            actor_id=user.pk,
            case_id=row.case_id,
            data={"transfer": str(row.pk)},
        )
        profile = load_profile(row.authority.profile)
        told = offer.told
        stages = {stage.code: str(stage.label) for stage in profile.stages}
        age = told.get("age", "")
        context = {
            "offer": offer,
            "row": row,
            "stage": stages.get(told.get("stage", ""), ""),
            "age": AgeStatus(age).label if age in AgeStatus.values else "",
            "form": form,
        }
        return render(request, "transfers/offered.html", context, status=status)
