"""Adding a document anew with something blacked out, and the log of what was."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.redacting import redact_document
from cases.forms.redaction import RedactionForm
from cases.models import Document
from cases.selectors.documents import document_of, title_of
from cases.selectors.keyset import page_of
from cases.selectors.redactions import redactions_of, removed_words
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class RedactDocumentView(CaseView):
    """GET asks for the pictures; POST adds them as a version of the document."""

    right = rights.ADD_DOCUMENT
    takes_files = True

    def get(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        return self._page(request, document_of(self.case, request.user, document), RedactionForm())

    def post(self, request: HttpRequest, reference: str, document: UUID) -> HttpResponse:
        found = document_of(self.case, request.user, document)
        form = RedactionForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, found, form, status=422)
        try:
            made = redact_document(found, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, found, form, status=422)
        numbers = ", ".join(str(one.version.number) for one in made)
        words = {"number": found.number, "numbers": numbers}
        text = _("Blacked out, document %(number)s is document %(numbers)s as well.")
        messages.success(request, text % words)
        return redirect("case_documents", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, document: Document, form: RedactionForm, status: int = 200
    ) -> HttpResponse:
        writer.write(
            "documents.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"documents": [str(document.pk)]},
        )
        frame = case_frame(request, self.case, self.held, current="case_documents")
        limits = self.case.profile.evidence
        context = {**frame, "form": form, "title": title_of(document), "limits": limits}
        return render(request, "cases/redaction.html", context, status=status)


class RedactionsView(CaseView):
    """The log: what was blacked out, by whom and why. What it said is in none of it."""

    right = rights.READ_DOCUMENT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        page = page_of(
            redactions_of(self.case),
            "at",
            newest_first=True,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "redactions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"redactions": [str(row.pk) for row in page.rows]},
        )
        return render(
            request,
            "cases/redactions.html",
            {
                **case_frame(request, self.case, self.held, current="case_documents"),
                "lines": [{"row": row, "removed": removed_words(row)} for row in page.rows],
                **page.links(request.path, {}),
            },
        )
