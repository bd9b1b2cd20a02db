"""Notes of a case: read, and added."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.notes import write_note
from cases.forms.notes import NoteForm
from cases.rights import SEE_CASE, WRITE_NOTE
from cases.selectors.keyset import page_of
from cases.selectors.notes import opened
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


class NotesView(CaseView):
    right = SEE_CASE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, NoteForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if WRITE_NOTE.code not in self.held:
            raise Forbidden(WRITE_NOTE.code)
        form = NoteForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            write_note(
                self.case,
                actor=request.user,
                at=self.at,
                text=form.cleaned_data["text"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("Note saved."))
        return redirect("case_notes", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: NoteForm, status: int = 200) -> HttpResponse:
        page = page_of(
            self.case.notes.select_related("author"),
            "written_at",
            newest_first=True,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "notes.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"notes": [str(note.pk) for note in page.rows]},
        )
        return render(
            request,
            "cases/notes.html",
            {
                **case_frame(request, self.case, self.held, current="case_notes"),
                "form": form,
                "may_write": WRITE_NOTE.code in self.held,
                "notes": [
                    {
                        "text": text,
                        "author": row.author.display_name,
                        "written_at": row.written_at,
                    }
                    for row, text in opened(self.case, page.rows)
                ],
                **page.links(request.path, {}),
            },
            status=status,
        )
