"""Notes of a case by REST: read and added, never changed."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.notes import LONGEST, write_note
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.models import Note
from cases.selectors.keyset import page_of
from cases.selectors.notes import opened
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import (
    IDEMPOTENCY_KEY,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Cases"


class NoteWriteSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=LONGEST)


class NoteSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField(
        allow_blank=True, help_text="Empty where it cannot be opened any more."
    )
    author = WorkerSerializer()
    written_at = serializers.DateTimeField()


def _body(note: Note, text: str) -> dict[str, Any]:
    return {
        "id": note.pk,
        "text": text,
        "author": worker(note.author),
        "written_at": note.written_at,
    }


class NotesView(CaseAPIView):
    """The notes of a case, the newest first."""

    writes = rights.WRITE_NOTE

    @describe(
        "list_notes",
        "Read the notes of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(NoteSerializer, "NotePage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            self.case.notes.select_related("author"),
            "written_at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        writer.write(
            "notes.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"notes": [str(note.pk) for note in page.rows]},
        )
        bodies = [_body(note, text) for note, text in opened(self.case, page.rows)]
        return page_response(request, bodies, after=page.after)

    @describe(
        "write_note",
        "Add a note to a case",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NoteWriteSerializer,
        responses={201: NoteSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        text = self.read(NoteWriteSerializer)["text"]
        note = write_note(
            self.case,
            actor=request.user,
            at=self.at,
            text=text,
            submission_key=self.submission_key(),
        )
        ((saved, kept),) = opened(self.case, [note])
        return respond(_body(saved, kept), status=201)
