"""Sharing parts of a case, what was shared and recalling it, the consents; and what was shared with
the reader's own organisation."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.actions.sharing import (
    open_bundle,
    open_shared_file,
    preview_bundle,
    recall_bundle,
    record_consent,
    share_bundle,
    withdraw_consent,
)
from cases.forms.referral import listed
from cases.forms.sharing import ConsentForm, RecallForm, ShareForm
from cases.models import Consent
from cases.rules.documents import SUFFIXES
from cases.selectors import sharing as reads
from cases.selectors.documents import title_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from identities.crypto import KeyGone
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.forms import Form
from nrm.uploads import attachment
from nrm.web import add_objections, travels_plainly


def _purposes(case: Any) -> list[tuple[str, str]]:
    return [(one.code, str(one.label)) for one in case.profile.sharing_purposes]


class _SharingView(CaseView):
    right = rights.SHARE

    def show(
        self, request: HttpRequest, template: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_people")
        return render(request, f"sharing/{template}.html", {**frame, **more}, status=status)

    def form_page(self, request: HttpRequest, template: str, **more: Any) -> HttpResponse:
        """A form, which shows the case as well: that is a look."""
        writer.write("sharing.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        return self.show(request, template, **more)

    def looked(self, request: HttpRequest, lines: list[reads.Line]) -> None:
        writer.write(
            "bundles.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"bundles": [str(line.row.pk) for line in lines]},
        )


class BundlesView(_SharingView):
    """Everything that was shared of a case, and who opened it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        lines = reads.bundles_of(self.case, at=self.at)
        self.looked(request, lines)
        return self.show(request, "bundles", lines=lines)


@method_decorator(fresh_factor("POST"), name="dispatch")
class ShareView(_SharingView):
    """GET shows the form; POST shows exactly what the organisation would see, and when that is
    confirmed, shares it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(request, form, status=200 if "change" in request.POST else 422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at, "wanted": form.wanted()}
        key, digest = key_of(request.POST.get("key")), request.POST.get("digest", "")
        try:
            if digest and key:
                row = share_bundle(self.case, digest=digest, key=key, **by)
                words = {"name": row.organisation.name}
                messages.success(request, _("It is shared with %(name)s.") % words)
                return redirect("case_bundle", reference=self.case.reference, bundle=row.pk)
            content = preview_bundle(self.case, **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return self.show(
            request,
            "preview",
            content=content,
            form=form,
            digest=content.digest,
            key=uuid4(),
            organisation=form.cleaned_data["organisation"],
            until=reads.until(
                self.case,
                reads.consent_of(self.case, by["wanted"].consent),
                (by["wanted"].purpose, form.cleaned_data["organisation"].kind),
                self.at,
            ),
            sent=[(name, value) for name in form.fields for value in request.POST.getlist(name)],
        )

    def _form(self, data: Any = None) -> ShareForm:
        case = self.case
        return ShareForm(
            data,
            organisations=reads.organisations_to_share_with(case),
            purposes=_purposes(case),
            consents=[
                (str(row.pk), reads.consent_title(case, row))
                for row in reads.consents_that_stand(case, at=self.at)
            ],
            documents=[(str(row.pk), title_of(row)) for row in reads.documents_to_share(case)],
        )

    def _page(self, request: HttpRequest, form: ShareForm, status: int = 200) -> HttpResponse:
        return self.form_page(
            request,
            "share",
            form=form,
            status=status,
            consents=form.fields["consent"].choices,
            normal=self.case.confidentiality == "normal",
        )


def key_of(text: str | None) -> UUID | None:
    """The key that came with a form; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


class BundleView(_SharingView):
    """One bundle: what is in it, who opened it. POST recalls it."""

    def get(self, request: HttpRequest, reference: str, bundle: UUID) -> HttpResponse:
        return self._page(request, bundle, RecallForm())

    def post(self, request: HttpRequest, reference: str, bundle: UUID) -> HttpResponse:
        row = reads.find_bundle(self.case, bundle, at=self.at).row
        form = RecallForm(request.POST)
        if not form.is_valid():
            return self._page(request, bundle, form, status=422)
        because = form.cleaned_data["because"]
        try:
            recall_bundle(row, actor=request.user, at=self.at, because=because)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, bundle, form, status=422)
        messages.success(request, _("It is recalled: nobody there can open it any more."))
        return redirect("case_bundle", reference=self.case.reference, bundle=row.pk)

    def _page(
        self, request: HttpRequest, bundle: UUID, form: RecallForm, status: int = 200
    ) -> HttpResponse:
        line = reads.find_bundle(self.case, bundle, at=self.at)
        self.looked(request, [line])
        # Who the person is, where it was shared, is not shown again here.
        return self.show(request, "bundle", line=line, form=form, status=status)


class RecordConsentView(_SharingView):
    """What the person said to their data being shared for a purpose with a kind of
    organisation."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            record_consent(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("What the person said is recorded."))
        return redirect("case_people", reference=self.case.reference)

    def _form(self, data: Any = None) -> ConsentForm:
        return ConsentForm(
            data,
            purposes=_purposes(self.case),
            kinds=list(reads.recipient_kinds().items()),
            methods=[(one.code, str(one.label)) for one in self.case.profile.consent.methods],
            interpreters=list(reads.interpreters(self.case.profile).items()),
        )

    def _page(self, request: HttpRequest, form: ConsentForm, status: int = 200) -> HttpResponse:
        lists = {"languages": listed(get_language() or "", "languages")}
        return self.form_page(request, "consent", form=form, lists=lists, status=status)


class WithdrawConsentView(_SharingView):
    """GET tells what withdrawing recalls; POST withdraws."""

    def get(self, request: HttpRequest, reference: str, consent: UUID) -> HttpResponse:
        return self._page(request, reads.consent_of(self.case, consent), Form())

    def post(self, request: HttpRequest, reference: str, consent: UUID) -> HttpResponse:
        row, form = reads.consent_of(self.case, consent), Form(request.POST)
        if not form.is_valid():
            return self._page(request, row, form)
        try:
            withdraw_consent(row, actor=request.user, at=self.at)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, row, form, status=422)
        messages.success(request, _("The consent is withdrawn. What was shared on it is recalled."))
        return redirect("case_bundles", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, row: Consent, form: Form, status: int = 200
    ) -> HttpResponse:
        told = (row.purpose, row.recipient_kind)
        about = set(reads.shared_about(self.case, told).values_list("pk", flat=True))
        lines = [
            line
            for line in reads.bundles_of(self.case, at=self.at)
            if line.state == "open" and (line.row.consent_id == row.pk or line.row.pk in about)
        ]
        self.looked(request, lines)
        title = reads.consent_title(self.case, row)
        return self.show(request, "withdrawal", form=form, lines=lines, about=title, status=status)


# Shared with us -----------------------------------------------------------------------------------
class SharedView(View):
    """What was shared with the reader's organisation and can be opened now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rights.RECEIVE.check(request.user, None)
        at = timezone.now()
        page = reads.shared_with(
            request.user,  # type: ignore[arg-type]
            at=at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "shared.viewed",
            at=at,
            actor_id=request.user.pk,
            data={"bundles": [str(line.row.pk) for line in page.rows]},
        )
        context = {"lines": page.rows, **page.links(request.path, {})}
        return render(request, "sharing/shared.html", context)


class SharedBundleView(View):
    """One of them. That it was opened, and by whom, stands on the case."""

    def get(self, request: HttpRequest, bundle: UUID) -> HttpResponse:
        rights.RECEIVE.check(request.user, None)
        travels_plainly(request)
        at = timezone.now()
        row = reads.find_received(request.user, bundle, at=at)  # type: ignore[arg-type]
        try:
            content = open_bundle(row, actor=request.user, at=at)
        except KeyGone:
            return render(request, "sharing/gone.html", status=410)
        purpose = reads.purpose_of(row)
        context = {"row": row, "content": content, "purpose": purpose}
        return render(request, "sharing/received.html", context)


class SharedFileView(View):
    """A document that went with it, as something to keep and never as a page."""

    def get(self, request: HttpRequest, bundle: UUID, document: UUID) -> HttpResponseBase:
        rights.RECEIVE.check(request.user, None)
        at = timezone.now()
        row = reads.find_received(request.user, bundle, at=at)  # type: ignore[arg-type]
        found, content = open_shared_file(row, actor=request.user, at=at, document=document)
        return attachment(content, f"shared-document-{found.number}.{SUFFIXES[found.file_type]}")
