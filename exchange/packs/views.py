"""The pages of packs: keys of others for administrators, sealing on a case, opening for whoever
refers."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.selectors import sharing as reads
from cases.views.base import CaseView
from cases.views.frame import case_frame
from exchange.models import Correspondent, RecalledPack, ReceivedPack, SentPack
from exchange.packs import correspondents, keys, receiving, sending
from exchange.packs.forms import (
    FingerprintForm,
    KeyForm,
    PackForm,
    ReceiptForm,
    TakeInForm,
    WhyRecalledForm,
)
from nrm.accounts.administration import AdministrationView
from nrm.accounts.models import Organisation
from nrm.accounts.presence import fresh_factor
from nrm.actions import Hidden, Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.web import add_objections, travels_plainly


def _file(content: bytes) -> HttpResponse:
    """A sealed file to take along. Its name says nothing of what is in it or for whom."""
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{uuid4().hex}.age"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


# Keys --------------------------------------------------------------------------------------------
class CorrespondentsView(AdministrationView):
    """Our own key, for others to enter, and the keys of others."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = correspondents.listed(
            after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
        context = {
            "own": [one.public for one in keys.own_keys()[:1]] if keys.are_set() else [],
            "correspondents": page.rows,
            **page.links(request.path, {}),
        }
        return render(request, "exchange/correspondents.html", context)


class CorrespondentAddView(AdministrationView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = KeyForm(initial={"submission": uuid4()})
        return render(request, "exchange/correspondent_add.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = KeyForm(request.POST)
        if form.is_valid():
            by: Any = {"actor": request.user, "at": self.at}
            try:
                made = correspondents.enter_key(**by, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("It is entered. Another administrator confirms it."))
                return redirect("correspondent", pk=made.pk)
        return render(request, "exchange/correspondent_add.html", {"form": form}, status=422)


class CorrespondentView(AdministrationView):
    """One key. POST does the one thing that its button names. Who confirms it types what they were
    told, so that the fingerprint is not shown to them before."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, self._row(pk), FingerprintForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, form = self._row(pk), FingerprintForm()
        by: Any = {"actor": request.user, "at": self.at}
        try:
            match request.POST.get("do"):
                case "confirm":
                    form = FingerprintForm(request.POST)
                    if not form.is_valid():
                        return self._page(request, row, form, 422)
                    correspondents.confirm_key(row, **by, **form.cleaned_data)
                    said = _("It is confirmed. Packs can be sealed to this key now.")
                case "decline":
                    correspondents.decline_key(row, **by)
                    said = _("It is declined. The key is not used.")
                case "end":
                    correspondents.end_key(row, **by)
                    said = _("It is ended. The key is not used any more.")
                case _:
                    return self._page(request, row, form)
        except Refused as refusal:
            if form.is_bound:
                add_objections(form, refusal)
            else:
                for objection in refusal.objections:
                    messages.error(request, objection.text)
            return self._page(request, self._row(pk), form, 422)
        messages.success(request, said)
        return redirect("correspondent", pk=pk)

    def _row(self, pk: UUID) -> Correspondent:
        found = correspondents.all_correspondents().filter(pk=pk).first()
        if found is None:
            raise Hidden("administer")
        return found

    def _page(
        self, request: HttpRequest, row: Correspondent, form: FingerprintForm, status: int = 200
    ) -> HttpResponse:
        waits = row.state == Correspondent.State.WAITING
        may = waits and correspondents.CONFIRM_CORRESPONDENT.held_by(request.user, row)
        context = {
            "correspondent": row,
            "form": form if may else None,
            "waits": waits,
            "runs": row.state == Correspondent.State.ACTIVE,
            "fingerprint": "" if waits else correspondents.key_of(row).fingerprint,
        }
        return render(request, "exchange/correspondent.html", context, status=status)


# On a case ---------------------------------------------------------------------------------------
class _PackView(CaseView):
    right = rights.SHARE

    def show(
        self, request: HttpRequest, template: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_packs")
        return render(request, f"exchange/{template}.html", {**frame, **more}, status=status)

    def looked(self, request: HttpRequest) -> None:
        writer.write("packs.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)


class PacksView(_PackView):
    """The packs that were sealed of a case."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        self.looked(request)
        page = sending.packs_of(
            self.case, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
        return self.show(
            request,
            "packs",
            packs=page.rows,
            set_up=keys.are_set(),
            theirs=receiving.has_received(self.case),
            **page.links(request.path, {}),
        )


@method_decorator(fresh_factor("POST"), name="dispatch")
class PackAddView(_PackView):
    """GET shows the form; POST shows exactly what would be in the pack, and when that is confirmed,
    seals it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        travels_plainly(request)
        form = self._form(request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(request, form, status=200 if "change" in request.POST else 422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at, "wanted": form.wanted()}
        key, digest = _uuid(request.POST.get("key")) or uuid4(), request.POST.get("digest", "")
        try:
            if digest:
                row = sending.seal_pack(self.case, digest=digest, key=key, **by)
                messages.success(request, _("It is sealed. Take the file along below."))
                return redirect("case_pack", reference=self.case.reference, pack=row.pk)
            content = sending.preview_pack(self.case, key=key, **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return self.show(
            request,
            "pack_preview",
            content={"parts": content.shown, "documents": []},
            digest=content.digest,
            key=key,
            organisation=form.cleaned_data["organisation"],
            sent=[(name, value) for name in form.fields for value in request.POST.getlist(name)],
        )

    def _form(self, data: Any = None) -> PackForm:
        case = self.case
        known = Correspondent.objects.filter(state=Correspondent.State.ACTIVE)
        return PackForm(
            data,
            organisations=reads.organisations_to_share_with(case).filter(
                pk__in=list(known.values_list("organisation", flat=True))
            ),
            purposes=[(one.code, str(one.label)) for one in case.profile.sharing_purposes],
            consents=[
                (str(row.pk), reads.consent_title(case, row))
                for row in reads.consents_that_stand(case, at=self.at)
                if row.recipient_kind
            ],
        )

    def _page(self, request: HttpRequest, form: PackForm, status: int = 200) -> HttpResponse:
        self.looked(request)
        return self.show(
            request,
            "pack_add",
            form=form,
            status=status,
            consents=form.fields["consent"].choices,
            receivers=form.fields["organisation"].queryset.exists(),
            normal=self.case.confidentiality == "normal",
        )


@method_decorator(fresh_factor("POST"), name="dispatch")
class PackView(_PackView):
    """One pack. POST gives its file, or the notice of its recall, or keeps a receipt."""

    takes_files = True

    def get(self, request: HttpRequest, reference: str, pack: UUID) -> HttpResponse:
        return self._page(request, self._row(pack))

    def post(self, request: HttpRequest, reference: str, pack: UUID) -> HttpResponse:
        row = self._row(pack)
        by: Any = {"actor": request.user, "at": self.at}
        receipt, why = ReceiptForm(), WhyRecalledForm()
        try:
            match request.POST.get("do"):
                case "file":
                    return _file(sending.file_of(row, **by))
                case "recall":
                    why = WhyRecalledForm(request.POST)
                    because = ""
                    if row.bundle.recalled_at is None:
                        if not why.is_valid():
                            return self._page(request, row, receipt, why, 422)
                        because = why.cleaned_data["because"]
                    return _file(sending.recall_file_of(row, because=because, **by))
                case "receipt":
                    receipt = ReceiptForm(request.POST, request.FILES)
                    if not receipt.is_valid():
                        return self._page(request, row, receipt, why, 422)
                    content = receipt.cleaned_data["file"].read()
                    sending.take_receipt(row, content=content, **by)
                case _:
                    return self._page(request, row)
        except Refused as refusal:
            for form in (receipt, why):
                if form.is_bound:
                    add_objections(form, refusal)
                    break
            else:
                for objection in refusal.objections:
                    messages.error(request, objection.text)
            return self._page(request, self._row(pack), receipt, why, 422)
        messages.success(request, _("The receipt is kept."))
        return redirect("case_pack", reference=reference, pack=pack)

    def _row(self, pack: UUID) -> SentPack:
        return sending.pack_of(self.case, pack)

    def _page(
        self,
        request: HttpRequest,
        row: SentPack,
        receipt: ReceiptForm | None = None,
        why: WhyRecalledForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        self.looked(request)
        bundle = row.bundle
        return self.show(
            request,
            "pack",
            status=status,
            pack=row,
            bundle=bundle,
            purpose=reads.purpose_label(self.case.profile, bundle.purpose),
            open=bundle.recalled_at is None and bundle.ends_at > self.at,
            receipt=receipt or ReceiptForm(),
            why=why or WhyRecalledForm(),
        )


class ReceivedWithView(CaseView):
    """What came with a case from another authority: theirs, to be read."""

    right = rights.SEE_REFERRAL

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        travels_plainly(request)
        writer.write("pack.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        frame = case_frame(request, self.case, self.held, current="case_referral")
        theirs = receiving.received_with(self.case)
        return render(request, "exchange/received_with.html", {**frame, "theirs": theirs})


# Opening -----------------------------------------------------------------------------------------
@method_decorator(fresh_factor("POST"), name="dispatch")
class TakeInView(View):
    """Opening a file that was sealed to this installation, for an organisation that refers."""

    takes_files = True

    def get(self, request: HttpRequest) -> HttpResponse:
        rights.REFER.check(request.user, None)
        return self._page(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        rights.REFER.check(request.user, None)
        form = self._form(request, request.POST, request.FILES)
        if form.is_valid():
            mine = {str(one.pk): one for one in _teams(request)}
            try:
                made = receiving.take_in(
                    mine[form.cleaned_data["organisation"]],
                    actor=request.user,
                    at=timezone.now(),
                    content=form.cleaned_data["file"].read(),
                    said=form.said,
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return redirect("received_pack", pk=made.pk)
        return self._page(request, form, status=422)

    def _form(self, request: HttpRequest, *sent: Any) -> TakeInForm:
        teams = _teams(request)
        return TakeInForm(*sent, organisations=teams, profile=load_profile(teams[0].profile))

    def _page(self, request: HttpRequest, form: TakeInForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "set_up": keys.are_set()}
        return render(request, "exchange/take_in.html", context, status=status)


def _teams(request: HttpRequest) -> list[Organisation]:
    user: Any = request.user
    return list(dict.fromkeys(user.organisations(*rights.REFER.roles)))


class ReceivedPackView(View):
    """A pack that was taken in, or the recall of one that has not come: whose it is, and its
    receipt, which POST gives."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        rights.REFER.check(request.user, None)
        return self._page(request, receiving.received_by(request.user, pk))  # type: ignore[arg-type]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        rights.REFER.check(request.user, None)
        row = receiving.received_by(request.user, pk)  # type: ignore[arg-type]
        try:
            made = receiving.receipt_for(row, actor=request.user, at=timezone.now())
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
            return self._page(request, row, status=422)
        return _file(made)

    def _page(
        self, request: HttpRequest, row: ReceivedPack | RecalledPack, status: int = 200
    ) -> HttpResponse:
        case = row.case if isinstance(row, ReceivedPack) else None
        referral = case and case.referrals.filter(organisation=row.organisation).first()
        at = timezone.now()
        writer.write(
            "pack.viewed", at=at, actor_id=request.user.pk, case_id=case.pk if case else None
        )
        context = {"pack": row, "came": case is not None, "referral": referral}
        return render(request, "exchange/received_pack.html", context, status=status)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
