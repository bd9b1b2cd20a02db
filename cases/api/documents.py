"""Documents of a case by REST: listed, added several at once, downloaded, withdrawn."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes
from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.documents import (
    About,
    add_documents,
    bring_back_document,
    download_document,
    keep_document_to,
    mark_as_identity,
    withdraw_document,
)
from cases.api.base import CaseAPIView
from cases.api.cases import DisclosureSerializer, WorkerSerializer, worker
from cases.models.document import (
    Document,
    DocumentKind,
    DocumentScan,
    DocumentSource,
    SeenBy,
    WithdrawalReason,
)
from cases.rules.documents import LONGEST_NOTE
from cases.rules.files import Hidden
from cases.selectors.documents import (
    Line,
    document_of,
    file_name,
    lines_of,
    page_of_documents,
)
from nrm import rest
from nrm.accounts import limits
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
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
from nrm.uploads import attachment

TAG = "Documents"
# The request is read before the view, and its length is bounded there (nrm.uploads).
NO_BOUND = 2**63


class DocumentsQuery(rest.PageQuery):
    """The part of an address that turns the pages and chooses what is listed."""

    after = serializers.RegexField(
        r"^[0-9]{1,9}$", required=False, default="", help_text="From `next`."
    )
    withdrawn = serializers.BooleanField(
        required=False, default=False, help_text="Those that were withdrawn, in place of the rest."
    )


class DocumentFileQuery(serializers.Serializer):
    """Which file is meant."""

    original = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of a photograph the file as it was added, in place of a copy of the picture.",
    )


class DocumentsWriteSerializer(serializers.Serializer):
    """The fields of a form with files: `files` may come several times."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), min_length=1)
    kind = serializers.ChoiceField(DocumentKind.choices)
    source = serializers.ChoiceField(DocumentSource.choices)
    dated = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=10, help_text="YYYY[-MM[-DD]]"
    )
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=LONGEST_NOTE
    )
    seen_by = serializers.ChoiceField(
        SeenBy.choices, required=False, default=SeenBy.CASE, help_text="Beside whoever added it."
    )


class DocumentSeenBySerializer(serializers.Serializer):
    seen_by = serializers.ChoiceField(SeenBy.choices)


class DocumentWithdrawalWriteSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(WithdrawalReason.choices)


class DocumentWithdrawalSerializer(serializers.Serializer):
    reason = Coded()
    by = WorkerSerializer()
    at = serializers.DateTimeField()


class DocumentSerializer(serializers.Serializer):
    """A document. `note` and `sha256` are empty where they cannot be opened any more."""

    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Its place in the case, for good.")
    kind = Coded()
    source = Coded()
    dated = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    type = serializers.CharField(help_text="By its content: jpeg, png, heic, pdf, doc, docx.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(allow_blank=True, help_text="Of the file as it was added.")
    hidden = serializers.ListField(
        child=serializers.ChoiceField([(one.value, one.value) for one in Hidden]),
        allow_null=True,
        help_text="What the file tells beside what it shows: of a photograph it leaves with the"
        " original alone, of others (`author`) with every download; null: unknown.",
    )
    checked_for_viruses = serializers.BooleanField(
        help_text="Whether a scanner found it clean when it was added."
    )
    seen_by = Coded(help_text="Who sees it, beside whoever added it.")
    added_by = WorkerSerializer()
    added_at = serializers.DateTimeField()
    withdrawal = DocumentWithdrawalSerializer(allow_null=True)


class DocumentNamedSerializer(DocumentSerializer):
    """The same with what the file was called, which may say who the person is."""

    name = serializers.CharField(allow_blank=True)


class DocumentRefusedSerializer(serializers.Serializer):
    place = serializers.IntegerField(help_text="Of the file in what was sent, from 1.")
    errors = rest.ProblemErrorSerializer(many=True)


class DocumentsAddedSerializer(serializers.Serializer):
    """What was kept, and what was not. Where no file was kept, the answer is a problem."""

    saved = DocumentSerializer(many=True)
    refused = DocumentRefusedSerializer(many=True)


def _body(line: Line) -> dict[str, Any]:
    row, told = line.row, line.told
    withdrawal = None
    if row.withdrawn:
        withdrawal = {
            "reason": coded_choice(WithdrawalReason, row.withdrawn_for),
            "by": worker(row.withdrawn_by),
            "at": row.withdrawn_at,
        }
    return {
        "id": row.pk,
        "number": row.number,
        "kind": coded_choice(DocumentKind, row.kind),
        "source": coded_choice(DocumentSource, row.source),
        "dated": row.dated,
        "note": told.note,
        "type": row.file_type,
        "size": row.size,
        "sha256": told.sha256,
        "hidden": told.hidden,
        "checked_for_viruses": row.scan == DocumentScan.CLEAN,
        "seen_by": coded_choice(SeenBy, row.seen_by),
        "added_by": worker(row.added_by),
        "added_at": row.added_at,
        "withdrawal": withdrawal,
    }


class DocumentsView(CaseAPIView):
    """The documents of a case, the newest first."""

    right = rights.READ_DOCUMENT
    writes = rights.ADD_DOCUMENT
    takes_files = True
    most_bytes = NO_BOUND
    parser_classes = [parsers.MultiPartParser]

    @describe(
        "list_documents",
        "List the documents of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(DocumentSerializer, "DocumentPage")},
        problems=(404,),
        parameters=[DocumentsQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(DocumentsQuery)
        page = page_of_documents(
            self.case,
            request.user,
            withdrawn=query["withdrawn"],
            after=query["after"],
            size=query["limit"],
        )
        _looked_at(self, page.rows)
        return page_response(request, [_body(line) for line in page.rows], after=page.after)

    @describe(
        "add_documents",
        "Add documents to a case, several at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request={"multipart/form-data": DocumentsWriteSerializer},
        responses={201: DocumentsAddedSerializer},
        problems=(404, 413),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(DocumentsWriteSerializer)
        about = About(told["kind"], told["source"], told["dated"], told["note"], told["seen_by"])
        added = add_documents(
            self.case,
            actor=request.user,
            at=self.at,
            files=told["files"],
            about=about,
            key=self.submission_key(),
        )
        if not added.saved:
            raise Refused(
                Objection(objection.text, field=f"files[{file.place - 1}]", code=objection.code)
                for file in added.refused
                for objection in file.objections
            )
        refused = [
            {
                "place": file.place,
                "errors": [
                    {"field": "files", "detail": str(objection.text), "code": objection.code}
                    for objection in file.objections
                ],
            }
            for file in added.refused
        ]
        saved = [_body(line) for line in lines_of(self.case, added.saved)]
        return respond({"saved": saved, "refused": refused}, status=201)


def _looked_at(view: CaseAPIView, lines: list[Line]) -> None:
    writer.write(
        "documents.viewed",
        at=view.at,
        actor_id=view.request.user.pk,
        case_id=view.case.pk,
        data={"documents": [str(line.row.pk) for line in lines]},
    )


class DocumentView(CaseAPIView):
    """What is told of one document, with what its file was called."""

    right = rights.READ_DOCUMENT
    tight = limits.files
    tight_reads = True

    @describe(
        "read_document",
        "Read what is told of a document",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={200: DocumentNamedSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, document: UUID) -> Response:
        (line,) = lines_of(self.case, [document_of(self.case, request.user, document)])
        _looked_at(self, [line])
        return respond({**_body(line), "name": line.told.name})


class DocumentFileView(CaseAPIView):
    """The file of a document. One that says who the person is (the kind `identity`) is given to who
    says why: by POST, which is recorded as showing who the person is."""

    right = rights.READ_DOCUMENT
    tight = limits.files
    tight_reads = True

    @describe(
        "download_document",
        "Download the file of a document",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY,
                description="The file, to be saved; of a photograph a copy of the picture without"
                " what is hidden in the file, unless the original is asked for.",
            )
        },
        problems=(404, 422),
        parameters=[DocumentFileQuery],
    )
    def get(self, request: Request, reference: str, document: UUID) -> HttpResponseBase:
        return self._give(document_of(self.case, request.user, document))

    @describe(
        "download_document_for_a_purpose",
        "Say why, and download a document that says who the person is",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=DisclosureSerializer,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file, as by `download_document`."
            )
        },
        problems=(404, 422),
        parameters=[DocumentFileQuery],
        fresh=True,
    )
    def post(self, request: Request, reference: str, document: UUID) -> HttpResponseBase:
        found = document_of(self.case, request.user, document)
        return self._give(found, **self.read(DisclosureSerializer))

    def _give(self, found: Document, **why: str) -> HttpResponseBase:
        original = self.read_query(DocumentFileQuery)["original"]
        content = download_document(
            found, actor=self.request.user, at=self.at, original=original, **why
        )
        return attachment(content, file_name(found))


class DocumentIdentityView(CaseAPIView):
    """That a document which was filed as something else says who the person is."""

    right = rights.ADD_DOCUMENT

    @describe(
        "mark_document_as_identity",
        "Say that a document says who the person is; who downloads it says why from then on",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=None,
        responses={200: DocumentSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, document: UUID) -> Response:
        found = document_of(self.case, request.user, document)
        row = mark_as_identity(found, actor=request.user, at=self.at)
        return respond(_body(lines_of(self.case, [row])[0]))


class DocumentSeenByView(CaseAPIView):
    """Who sees a document, of all who may see those of the case."""

    right = rights.ADD_DOCUMENT

    @describe(
        "keep_document_to",
        "Say who sees a document, beside whoever added it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=DocumentSeenBySerializer,
        responses={200: DocumentSerializer},
        problems=(404, 422),
    )
    def put(self, request: Request, reference: str, document: UUID) -> Response:
        found = document_of(self.case, request.user, document)
        told = self.read(DocumentSeenBySerializer)
        row = keep_document_to(found, actor=request.user, at=self.at, **told)
        return respond(_body(lines_of(self.case, [row])[0]))


class DocumentWithdrawalView(CaseAPIView):
    """Whether a document is withdrawn: out of sight, never deleted."""

    right = rights.ADD_DOCUMENT

    @describe(
        "withdraw_document",
        "Withdraw a document",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=DocumentWithdrawalWriteSerializer,
        responses={200: DocumentSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, document: UUID) -> Response:
        found = document_of(self.case, request.user, document)
        reason = self.read(DocumentWithdrawalWriteSerializer)["reason"]
        row = withdraw_document(found, actor=request.user, at=self.at, reason=reason)
        return respond(_body(lines_of(self.case, [row])[0]))

    @describe(
        "bring_back_document",
        "Bring a withdrawn document back",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: DocumentSerializer},
        problems=(404, 422),
    )
    def delete(self, request: Request, reference: str, document: UUID) -> Response:
        found = document_of(self.case, request.user, document)
        row = bring_back_document(found, actor=request.user, at=self.at)
        return respond(_body(lines_of(self.case, [row])[0]))
