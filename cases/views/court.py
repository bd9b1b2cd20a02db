"""Bundles for a court: the list, preparing one, reading one, and what is done with it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from cases import rights
from cases.actions import court as actions
from cases.forms.court import CourtForm, RecallCourtForm, ReturnForm
from cases.models import CourtBundle
from cases.selectors import court as reads
from cases.selectors.keyset import page_of
from cases.selectors.sharing import consent_title, openings
from cases.views.base import CaseView
from cases.views.frame import case_frame
from cases.views.sharing import key_of
from identities.crypto import KeyGone
from nrm.accounts.presence import fresh_factor
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.uploads import attachment
from nrm.web import add_objections, travels_plainly


class _CourtView(CaseView):
    right = rights.SHARE

    def show(self, template: str, ids: list[str], status: int = 200, **more: Any) -> HttpResponse:
        writer.write(
            "court_bundles.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"bundles": ids},
        )
        frame = case_frame(self.request, self.case, self.held, current="case_court")
        return render(self.request, f"sharing/{template}.html", {**frame, **more}, status=status)

    def find(self, court: UUID) -> CourtBundle:
        return reads.find_court_bundle(self.case, court)

    def done(self, row: CourtBundle, text: str) -> HttpResponse:
        messages.success(self.request, text)
        return redirect("case_court_bundle", reference=self.case.reference, court=row.pk)

    def one(
        self,
        row: CourtBundle,
        status: int = 200,
        returning: ReturnForm | None = None,
        recalling: RecallCourtForm | None = None,
    ) -> HttpResponse:
        """The page of one bundle."""
        travels_plainly(self.request)  # its texts may say who somebody is
        content = reads.opened_content(row)
        if content is None:
            raise KeyGone("The key is gone.")
        may_answer = rights.APPROVE_DISCLOSURE.code in self.held
        own = row.prepared_by_id == self.request.user.pk
        return self.show(
            "court_bundle",
            [str(row.pk)],
            status=status,
            row=row,
            content=content,
            digest=content.digest,
            recipient=reads.recipients(self.case).get(row.recipient, row.recipient),
            basis=reads.basis_of(row),
            stands=reads.stands(row, at=self.at),
            state=reads.state_of(row),
            answers=reads.waits(row) and may_answer and not own,
            waits=reads.waits(row),
            openings=openings(self.case, [row.pk], verbs=(reads.GIVEN,))[row.pk],
            returning=returning or ReturnForm(),
            recalling=recalling or RecallCourtForm(),
            form=returning or recalling,
        )


def _with(refusal: Refused, form: Any) -> Any:
    """The form with what was refused in place of what it misses, since it was not asked."""
    form.full_clean()
    form.errors.clear()
    add_objections(form, refusal)
    return form


class CourtBundlesView(_CourtView):
    """Every bundle of the case, the newest first."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        page = page_of(
            reads.court_bundles_of(self.case),
            "prepared_at",
            newest_first=True,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        names = reads.recipients(self.case)
        for row in page.rows:
            row.case = self.case
        lines = [
            {"row": row, "recipient": names.get(row.recipient, ""), "basis": reads.basis_of(row),
             "state": reads.state_of(row)}
            for row in page.rows
        ]  # fmt: skip
        ids = [str(row.pk) for row in page.rows]
        return self.show("court", ids, lines=lines, **page.links(request.path, {}))


@method_decorator(fresh_factor("POST"), name="dispatch")
class PrepareCourtBundleView(_CourtView):
    """GET asks what goes into it; POST shows exactly that, and when it is confirmed, keeps it for a
    second person."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(form, status=200 if "change" in request.POST else 422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at, "wanted": form.wanted()}
        key, digest = key_of(request.POST.get("key")), request.POST.get("digest", "")
        try:
            if digest and key:
                row = actions.prepare_court_bundle(self.case, digest=digest, key=key, **by)
                return self.done(row, _("It is prepared. A second person has to approve it."))
            content = actions.preview_court_bundle(self.case, **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(form, status=422)
        travels_plainly(request)
        return self.show(
            "court_preview",
            [],
            content=content,
            digest=content.digest,
            key=uuid4(),
            sent=[(name, value) for name in form.fields for value in request.POST.getlist(name)],
        )

    def _form(self, data: Any = None) -> CourtForm:
        case = self.case
        return CourtForm(
            data,
            recipients=list(reads.recipients(case).items()),
            consents=[
                (str(row.pk), consent_title(case, row)) for row in reads.consents(case, at=self.at)
            ],
            grounds=list(reads.grounds(case).items()),
            items=list(reads.items_of(case).items()),
        )

    def _page(self, form: CourtForm, status: int = 200) -> HttpResponse:
        travels_plainly(self.request)  # what is to be blacked out may be who somebody is
        return self.show("court_prepare", [], form=form, status=status)


class CourtBundleView(_CourtView):
    """One bundle as it would leave: its list prints."""

    def get(self, request: HttpRequest, reference: str, court: UUID) -> HttpResponse:
        return self.one(self.find(court))


@method_decorator(fresh_factor("POST"), name="dispatch")
class AnswerCourtBundleView(_CourtView):
    """POST approves a bundle, or returns it."""

    http_method_names = ["post"]
    right = rights.APPROVE_DISCLOSURE

    def post(self, request: HttpRequest, reference: str, court: UUID) -> HttpResponse:
        row = self.find(court)
        approve = "approve" in request.POST
        form = ReturnForm(request.POST)
        if not approve and not form.is_valid():
            return self.one(row, 422, returning=form)
        try:
            actions.answer_court_bundle(
                row,
                actor=request.user,
                at=self.at,
                approve=approve,
                because="" if approve else form.cleaned_data["because"],
                digest=request.POST.get("digest", ""),
            )
        except Refused as refusal:
            return self.one(row, 422, returning=_with(refusal, ReturnForm(request.POST)))
        return self.done(row, _("It is approved.") if approve else _("It is returned."))


class RecallCourtBundleView(_CourtView):
    """POST recalls a bundle."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, court: UUID) -> HttpResponse:
        row = self.find(court)
        form = RecallCourtForm(request.POST)
        if not form.is_valid():
            return self.one(row, 422, recalling=form)
        because = form.cleaned_data["because"]
        try:
            actions.recall_court_bundle(row, actor=request.user, at=self.at, because=because)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.one(row, 422, recalling=form)
        return self.done(row, _("It is recalled: it is given to nobody any more."))


@method_decorator(fresh_factor("POST"), name="dispatch")
class CourtArchiveView(_CourtView):
    """POST gives the whole bundle as one file to be saved, and that is on record."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, court: UUID) -> HttpResponseBase:
        if rights.SHOW_IDENTITY.code not in self.held:
            raise Forbidden(rights.SHOW_IDENTITY.code)
        row = self.find(court)
        try:
            content = actions.give_court_bundle(row, actor=request.user, at=self.at)
        except Refused as refusal:
            return self.one(row, 422, recalling=_with(refusal, RecallCourtForm(request.POST)))
        return attachment(content, f"{self.case.reference}-bundle-{row.number}.zip")
