"""The cases that are linked with a case: listed, linked, and unlinked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.linking import link_cases, unlink_cases
from cases.forms.links import LinkForm, UnlinkForm
from cases.selectors import links as reads
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class LinksView(CaseView):
    """Those that the reader sees both ends of, and the family that they make. POST links one."""

    right = rights.LINK

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, LinkForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = LinkForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            link_cases(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("The cases are linked."))
        return redirect("case_links", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: LinkForm, status: int = 200) -> HttpResponse:
        user: Any = request.user
        lines = reads.links_of(user, self.case)
        family = reads.family_of(user, self.case)
        self.looked([line.row.pk for line in lines])
        linked = {line.other.pk for line in lines if line.row.ended_at is None}
        return self.show(
            request,
            "links",
            lines=[line for line in lines if line.row.ended_at is None],
            ended=[line for line in lines if line.row.ended_at is not None],
            further=[one for one in family if one.pk not in linked],
            form=form,
            status=status,
        )

    def show(
        self, request: HttpRequest, template: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_links")
        return render(request, f"links/{template}.html", {**frame, **more}, status=status)

    def looked(self, links: list[UUID]) -> None:
        writer.write(
            "links.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"links": [str(pk) for pk in links]},
        )


class LinkView(LinksView):
    """One link with its words. POST ends it."""

    def get(self, request: HttpRequest, reference: str, link: UUID) -> HttpResponse:  # type: ignore[override]
        return self._one(request, link, UnlinkForm())

    def post(self, request: HttpRequest, reference: str, link: UUID) -> HttpResponse:  # type: ignore[override]
        user: Any = request.user
        row = reads.find_link(user, self.case, link)
        form = UnlinkForm(request.POST)
        if not form.is_valid():
            return self._one(request, link, form, status=422)
        try:
            unlink_cases(row, actor=user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._one(request, link, form, status=422)
        messages.success(request, _("The link has ended."))
        return redirect("case_links", reference=self.case.reference)

    def _one(
        self, request: HttpRequest, link: UUID, form: UnlinkForm, status: int = 200
    ) -> HttpResponse:
        user: Any = request.user
        row = reads.find_link(user, self.case, link)
        self.looked([row.pk])
        line = reads.line_of(self.case, row)
        return self.show(request, "link", line=line, form=form, status=status)
