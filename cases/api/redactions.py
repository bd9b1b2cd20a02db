"""Documents added anew with something blacked out, and the log, by REST."""

from typing import Any
from uuid import UUID, uuid4

from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.redacting import redact_document
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.api.documents import NO_BOUND, TAG
from cases.models import Redaction
from cases.models.redaction import Ground, Removed
from cases.selectors.documents import document_of
from cases.selectors.keyset import page_of
from cases.selectors.redactions import redactions_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import (
    IDEMPOTENCY_KEY,
    Coded,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)


class RedactionWriteSerializer(serializers.Serializer):
    """The fields of a form with files: `files` come in the order of the pages."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), min_length=1)
    ground = serializers.ChoiceField(Ground.choices)
    removed = serializers.ListField(
        child=serializers.ChoiceField(Removed.choices),
        min_length=1,
        max_length=len(Removed.values),
        help_text="What kinds of things are black. What they said is kept nowhere.",
    )
    looked = serializers.BooleanField(
        help_text="That somebody looked at each picture: nothing can be read under what is black."
    )


class RedactionSerializer(serializers.Serializer):
    """That a page of a document was added anew, with something blacked out."""

    id = serializers.UUIDField()
    document = serializers.UUIDField(help_text="The original.")
    version = serializers.UUIDField(help_text="The document that may leave in its place.")
    page = serializers.IntegerField()
    ground = Coded()
    removed = Coded(many=True)
    by = WorkerSerializer()
    at = serializers.DateTimeField()


class RedactionsSerializer(serializers.Serializer):
    results = RedactionSerializer(many=True)


def _body(row: Redaction) -> dict[str, Any]:
    return {
        "id": row.pk,
        "document": row.document_id,
        "version": row.version_id,
        "page": row.page,
        "ground": coded_choice(Ground, row.ground),
        "removed": [coded_choice(Removed, code) for code in row.removed],
        "by": worker(row.by),
        "at": row.at,
    }


class RedactionsView(CaseAPIView):
    """The log of a case."""

    right = rights.READ_DOCUMENT

    @describe(
        "list_redactions",
        "Read what was blacked out of the documents of a case, by whom and why",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(RedactionSerializer, "RedactionPage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            redactions_of(self.case),
            "at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        writer.write(
            "redactions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"redactions": [str(row.pk) for row in page.rows]},
        )
        return page_response(request, [_body(row) for row in page.rows], after=page.after)


class DocumentRedactionView(CaseAPIView):
    """Pictures of the pages of a document in which something is black."""

    right = rights.ADD_DOCUMENT
    takes_files = True
    most_bytes = NO_BOUND
    parser_classes = [parsers.MultiPartParser]

    @describe(
        "redact_document",
        "Add a document anew with something blacked out: JPG or PNG, a picture of each page",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request={"multipart/form-data": RedactionWriteSerializer},
        responses={201: RedactionsSerializer},
        problems=(404, 413),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str, document: UUID) -> Response:
        found = document_of(self.case, request.user, document)
        told = self.read(RedactionWriteSerializer)
        key = self.submission_key() or uuid4()
        made = redact_document(found, actor=request.user, at=self.at, key=key, **told)
        return respond({"results": [_body(row) for row in made]}, status=201)
