"""Documents of a case: listed, added, withdrawn, downloaded. No page shows what is in one."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import ports, rights
from cases.actions.documents import (
    Added,
    add_documents,
    bring_back_document,
    download_document,
    keep_document_to,
    mark_as_identity,
    withdraw_document,
)
from cases.forms.documents import DocumentsForm, SeenByForm, WhyForm, WithdrawalForm
from cases.models import Document
from cases.rules import documents as rules
from cases.selectors.documents import (
    document_of,
    file_name,
    lines_of,
    page_of_documents,
    title_of,
)
from cases.selectors.redactions import bound
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.presence import fresh_factor
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.uploads import attachment
from nrm.web import add_objections, travels_plainly


class DocumentsView(CaseView):
    right = rights.READ_DOCUMENT
    takes_files = True

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, DocumentsForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if rights.ADD_DOCUMENT.code not in self.held:
            raise Forbidden(rights.ADD_DOCUMENT.code)
        form = DocumentsForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            added = add_documents(
                self.case,
                actor=request.user,
                at=self.at,
                files=form.cleaned_data["files"],
                about=form.about(),
                key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        if added.refused:
            return self._some_refused(request, added)
        # What a message says is kept with the session for a moment: no name of a file is in it.
        messages.success(request, saved_words(added))
        return redirect("case_documents", reference=self.case.reference)

    def _some_refused(self, request: HttpRequest, added: Added) -> HttpResponse:
        """Says of each file that was not kept why, and that the others are. The form then begins a
        submission of its own, with what was told of the files still there."""
        again = request.POST.copy()
        again["submission_key"] = str(uuid4())
        form = DocumentsForm(again, request.FILES)
        form.is_valid()
        for file in added.refused:
            why = " ".join(str(objection.text) for objection in file.objections)
            words = {"place": file.place, "name": file.name, "why": why}
            form.add_error("files", _("File %(place)s, “%(name)s”, was not saved. %(why)s") % words)
        form.add_error("files", rules.others_saved(len(added.saved)))
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: DocumentsForm, status: int = 200) -> HttpResponse:
        travels_plainly(request)  # what files were called may be who the person is
        withdrawn = request.GET.get("show") == "withdrawn"
        page = page_of_documents(
            self.case,
            request.user,
            withdrawn=withdrawn,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "documents.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"documents": [str(line.row.pk) for line in page.rows]},
        )
        limits = self.case.profile.evidence
        return render(
            request,
            "cases/documents.html",
            {
                **case_frame(request, self.case, self.held, current="case_documents"),
                "form": form,
                "may_keep": rights.READ_KEPT_DOCUMENT.code in self.held,
                "may_add": rights.ADD_DOCUMENT.code in self.held,
                "lines": bound(page.rows),
                "uses": [
                    {"label": use.label, "url": reverse(use.url_name, args=[self.case.reference])}
                    for use in ports.document_uses(self.held)
                ],
                "withdrawn": withdrawn,
                "limits": limits,
                "allowed": rules.allowed(limits),
                **page.links(request.path, {"show": "withdrawn"} if withdrawn else {}),
            },
            status=status,
        )


def saved_words(added: Added) -> str:
    """How many files are saved, and under which numbers."""
    numbers = ", ".join(str(document.number) for document in added.saved)
    return ngettext(
        "The file is saved as document %(numbers)s.",
        "%(count)s files are saved as documents %(numbers)s.",
        len(added.saved),
    ) % {"count": len(added.saved), "numbers": numbers}


@method_decorator(fresh_factor("POST"), name="dispatch")
class DocumentFileView(CaseView):
    """The file itself, as something to keep and never as a page. Of a photograph it is a copy
    without what is hidden in it, unless the address asks for the original. Of a document that says
    who the person is, GET asks why and POST gives the file."""

    right = rights.READ_DOCUMENT

    def get(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponseBase:
        found = document_of(self.case, request.user, document)
        if found.kind in rules.SAYS_WHO and not found.withdrawn:
            return self._ask(request, found, WhyForm(profile=self.case.profile))
        return self._give(request, found)

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponseBase:
        found = document_of(self.case, request.user, document)
        if found.kind not in rules.SAYS_WHO:
            return self._give(request, found)
        form = WhyForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._ask(request, found, form, status=422)
        try:
            return self._give(request, found, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._ask(request, found, form, status=422)

    def _give(self, request: HttpRequest, found: Document, **why: str) -> HttpResponseBase:
        original = request.GET.get("copy") == "original"
        content = download_document(found, actor=request.user, at=self.at, original=original, **why)
        return attachment(content, file_name(found))

    def _ask(
        self, request: HttpRequest, found: Document, form: WhyForm, **more: Any
    ) -> HttpResponse:
        writer.write(
            "documents.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"documents": [str(found.pk)]},
        )
        frame = case_frame(request, self.case, self.held, current="case_documents")
        words = {**frame, "form": form, "title": title_of(found)}
        return render(request, "cases/document_why.html", words, **more)


class MarkDocumentView(CaseView):
    """That a document says who the person is. There is no page to GET."""

    right = rights.ADD_DOCUMENT

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        mark_as_identity(found, actor=request.user, at=self.at)
        text = _("From now on, whoever downloads document %(number)s says why.")
        messages.success(request, text % {"number": found.number})
        return redirect("case_documents", reference=self.case.reference)


class WithdrawDocumentView(CaseView):
    right = rights.ADD_DOCUMENT

    def get(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        writer.write(
            "documents.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"documents": [str(found.pk)]},
        )
        return self._page(request, found, WithdrawalForm())

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        form = WithdrawalForm(request.POST)
        if not form.is_valid():
            return self._page(request, found, form, status=422)
        withdraw_document(found, actor=request.user, at=self.at, reason=form.cleaned_data["reason"])
        words = {"number": found.number}
        messages.success(request, _("Document %(number)s is withdrawn.") % words)
        return redirect("case_documents", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, document: Document, form: WithdrawalForm, **more: Any
    ) -> HttpResponse:
        (line,) = lines_of(self.case, [document])
        frame = case_frame(request, self.case, self.held, current="case_documents")
        return render(
            request,
            "cases/document_withdrawal.html",
            {**frame, "form": form, "line": line, "title": title_of(document)},
            **more,
        )


class DocumentSeenByView(CaseView):
    """Who sees the document, of all who may see those of the case."""

    right = rights.ADD_DOCUMENT

    def get(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        return self._page(request, found, SeenByForm(initial={"seen_by": found.seen_by}))

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        form = SeenByForm(request.POST)
        if not form.is_valid():
            return self._page(request, found, form, status=422)
        try:
            keep_document_to(found, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, found, form, status=422)
        words = {"number": found.number, "who": found.get_seen_by_display()}
        messages.success(request, _("Document %(number)s is seen by: %(who)s.") % words)
        return redirect("case_documents", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, document: Document, form: SeenByForm, **more: Any
    ) -> HttpResponse:
        writer.write(
            "documents.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"documents": [str(document.pk)]},
        )
        frame = case_frame(request, self.case, self.held, current="case_documents")
        words = {**frame, "form": form, "title": title_of(document)}
        return render(request, "cases/document_seen_by.html", words, **more)


class BringBackDocumentView(CaseView):
    right = rights.ADD_DOCUMENT

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        bring_back_document(found, actor=request.user, at=self.at)
        messages.success(request, _("Document %(number)s is back.") % {"number": found.number})
        return redirect("case_documents", reference=self.case.reference)
