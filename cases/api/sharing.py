"""Sharing parts of a case with another organisation, and what was shared with one's own, by
REST."""

from typing import Any
from uuid import UUID, uuid4

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.sharing import (
    Wanted,
    choose,
    open_bundle,
    open_shared_file,
    preview_bundle,
    recall_bundle,
    record_consent,
    share_bundle,
    withdraw_consent,
)
from cases.api.base import CaseAPIView, PageQuery
from cases.models.referral import ConsentAnswer
from cases.models.sharing import BY_ITSELF, RecallReason
from cases.rules.documents import SUFFIXES
from cases.rules.sharing import PARTS
from cases.selectors import sharing as reads
from identities.crypto import KeyGone
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, APIView, describe, page_response, page_schema, respond
from nrm.uploads import attachment

TAG = "Sharing"


class ContentRowSerializer(serializers.Serializer):
    key = serializers.CharField()
    value = serializers.CharField()


class ContentPartSerializer(serializers.Serializer):
    title = serializers.CharField()
    rows = ContentRowSerializer(many=True)


class ContentDocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()


class ContentSerializer(serializers.Serializer):
    parts = ContentPartSerializer(many=True)
    documents = ContentDocumentSerializer(many=True)


class WantedSerializer(serializers.Serializer):
    """What is to be shared. Nothing is unless it is named."""

    organisation = serializers.UUIDField()
    purpose = serializers.CharField(max_length=40, help_text="A code of the profile.")
    consent = serializers.UUIDField(help_text="A consent of the case that stands.")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=list(PARTS)), default=list, max_length=len(PARTS)
    )
    documents = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=100)


class ShareSerializer(WantedSerializer):
    digest = serializers.CharField(max_length=64, help_text="From the preview.")
    key = serializers.UUIDField(help_text="From the preview: sent twice, it is shared once.")


class PreviewSerializer(serializers.Serializer):
    """Exactly what the organisation would see."""

    content = ContentSerializer()
    digest = serializers.CharField()
    key = serializers.UUIDField()


class OpeningSerializer(serializers.Serializer):
    name = serializers.CharField()
    at = serializers.DateTimeField()
    document = serializers.BooleanField(help_text="Whether it was a document of it.")


class BundleSerializer(serializers.Serializer):
    """Something that was shared of the case, and who has opened it."""

    id = serializers.UUIDField()
    organisation = serializers.CharField()
    purpose = serializers.CharField()
    consent = serializers.UUIDField()
    parts = serializers.ListField(child=serializers.CharField())
    documents = serializers.IntegerField()
    by = serializers.CharField()
    shared_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    can_be_opened = serializers.BooleanField(help_text="Neither recalled nor over.")
    recalled_at = serializers.DateTimeField(allow_null=True)
    recalled_because = serializers.CharField(allow_blank=True)
    openings = OpeningSerializer(many=True)


class BundlesSerializer(serializers.Serializer):
    results = BundleSerializer(many=True)


class RecallSerializer(serializers.Serializer):
    because = serializers.ChoiceField(
        choices=[one for one in RecallReason.choices if one[0] not in BY_ITSELF]
    )


class ConsentWriteSerializer(serializers.Serializer):
    purpose = serializers.CharField(max_length=40, help_text="A code of the profile.")
    recipient_kind = serializers.CharField(
        max_length=30, help_text="A kind of organisation, such as `provider` or `police`."
    )
    answer = serializers.ChoiceField(choices=[ConsentAnswer.AGREED, ConsentAnswer.DECLINED])
    given_on = serializers.DateField()
    method = serializers.CharField(max_length=20, default="")
    language = serializers.CharField(
        max_length=20, help_text="In which it was explained: an ISO 639 code."
    )
    interpreter = serializers.CharField(
        max_length=20,
        help_text="An answer of the referral form: `in_person`, `by_telephone` or `none`.",
    )
    ends_on = serializers.DateField(
        default=None,
        allow_null=True,
        help_text="The last day on which it holds, where the person said one.",
    )


class ConsentMadeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    recipient_kind = serializers.CharField(allow_blank=True)
    answer = serializers.CharField()
    language = serializers.CharField(allow_blank=True)
    interpreter = serializers.CharField(allow_blank=True)
    ends_on = serializers.DateField(
        allow_null=True, help_text="What is shared on it can be opened until this day."
    )
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class WithdrawnSerializer(ConsentMadeSerializer):
    recalled = BundleSerializer(many=True)


class SharedSerializer(serializers.Serializer):
    """Something that another organisation shared with yours."""

    id = serializers.UUIDField()
    authority = serializers.CharField()
    purpose = serializers.CharField()
    shared_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SharedReadSerializer(SharedSerializer):
    content = ContentSerializer()


def _wanted(told: dict[str, Any]) -> Wanted:
    return Wanted(
        organisation=told["organisation"],
        purpose=told["purpose"],
        consent=told["consent"],
        parts=choose(told["parts"]),
        documents=tuple(told["documents"]),
    )


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "organisation": row.organisation.name,
        "purpose": row.purpose,
        "consent": row.consent_id,
        "parts": row.parts,
        "documents": line.documents,
        "by": row.by.display_name,
        "shared_at": row.shared_at,
        "ends_at": row.ends_at,
        "can_be_opened": line.state == "open",
        "recalled_at": row.recalled_at,
        "recalled_because": row.recalled_because,
        "openings": [
            {"name": one.name, "at": one.at, "document": one.document} for one in line.openings
        ],
    }


def _consent(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "purpose": row.purpose,
        "recipient_kind": row.recipient_kind,
        "answer": row.answer,
        "language": row.language,
        "interpreter": row.interpreter,
        "ends_on": row.ends_on,
        "withdrawn_at": row.withdrawn_at,
    }


class _SharingView(CaseAPIView):
    right = rights.SHARE

    def looked(self, lines: list[reads.Line]) -> None:
        writer.write(
            "bundles.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"bundles": [str(line.row.pk) for line in lines]},
        )


class BundlesView(_SharingView):
    """What was shared of a case."""

    @describe(
        "list_bundles",
        "List what was shared of a case, with whom, on which consent, and who opened it",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: BundlesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.bundles_of(self.case, at=self.at)
        self.looked(lines)
        return respond({"results": [_body(line) for line in lines]})

    @describe(
        "share_bundle",
        "Share what you have previewed with another organisation",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ShareSerializer,
        responses={201: BundleSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ShareSerializer)
        row = share_bundle(
            self.case,
            actor=request.user,
            at=self.at,
            wanted=_wanted(told),
            digest=told["digest"],
            key=told["key"],
        )
        return respond(_body(reads.find_bundle(self.case, row.pk, at=self.at)), status=201)


class BundlePreviewView(_SharingView):
    """What would be shared."""

    @describe(
        "preview_bundle",
        "See exactly what an organisation would see",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=WantedSerializer,
        responses={200: PreviewSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        wanted = _wanted(self.read(WantedSerializer))
        content = preview_bundle(self.case, actor=request.user, at=self.at, wanted=wanted)
        body = {"content": content.as_json(), "digest": content.digest, "key": uuid4()}
        return respond(body)


class BundleView(_SharingView):
    """One bundle of a case."""

    @describe(
        "read_bundle",
        "Read what was shared once, and who opened it",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: BundleSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, bundle_id: UUID) -> Response:
        line = reads.find_bundle(self.case, bundle_id, at=self.at)
        self.looked([line])
        return respond(_body(line))


class BundleRecallView(_SharingView):
    """Taking one back."""

    @describe(
        "recall_bundle",
        "Recall what was shared, at once; the answer lists who had opened it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=RecallSerializer,
        responses={200: BundleSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, bundle_id: UUID) -> Response:
        row = reads.find_bundle(self.case, bundle_id, at=self.at).row
        because = self.read(RecallSerializer)["because"]
        recall_bundle(row, actor=request.user, at=self.at, because=because)
        return respond(_body(reads.find_bundle(self.case, bundle_id, at=self.at)))


class ConsentsView(_SharingView):
    """What the person said to sharing."""

    @describe(
        "record_consent",
        "Record what the person said to sharing for a purpose with a kind of organisation",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ConsentWriteSerializer,
        responses={201: ConsentMadeSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ConsentWriteSerializer)
        key = self.submission_key()
        row = record_consent(self.case, actor=request.user, at=self.at, key=key, **told)
        return respond(_consent(row), status=201)


class ConsentWithdrawalView(_SharingView):
    """The person takes a consent back."""

    @describe(
        "withdraw_consent",
        "Withdraw a consent; what was shared on it is recalled, and listed with who opened it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: WithdrawnSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, consent_id: UUID) -> Response:
        row = reads.consent_of(self.case, consent_id)
        row = withdraw_consent(row, actor=request.user, at=self.at)
        lines = [
            line
            for line in reads.bundles_of(self.case, at=self.at)
            if line.row.recalled_at == row.withdrawn_at
        ]
        return respond({**_consent(row), "recalled": [_body(line) for line in lines]})


# Shared with us -----------------------------------------------------------------------------------
def _shared(row: Any, purpose: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "authority": row.authority.name,
        "purpose": purpose,
        "shared_at": row.shared_at,
        "ends_at": row.ends_at,
    }


class SharedView(APIView):
    """What was shared with your organisation and can be opened now."""

    role_right = rights.RECEIVE

    @describe(
        "list_shared",
        "List what was shared with your organisation, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(SharedSerializer, "SharedPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.shared_with(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "shared.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"bundles": [str(line.row.pk) for line in page.rows]},
        )
        rows = [_shared(line.row, line.purpose) for line in page.rows]
        return page_response(request, rows, after=page.after)


class SharedBundleView(APIView):
    """One of them."""

    role_right = rights.RECEIVE
    shows_identity = True

    @describe(
        "open_shared",
        "Open what was shared with your organisation; that you did is on record",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={200: SharedReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, bundle_id: UUID) -> Response:
        row = reads.find_received(request.user, bundle_id, at=self.at)
        try:
            content = open_bundle(row, actor=request.user, at=self.at)
        except KeyGone:
            raise Hidden(rights.RECEIVE.code) from None
        return respond({**_shared(row, reads.purpose_of(row)), "content": content.as_json()})


class SharedFileView(APIView):
    """A document that went with it."""

    role_right = rights.RECEIVE
    shows_identity = True

    @describe(
        "open_shared_document",
        "Download a document that was shared with your organisation",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file."
            )
        },
        problems=(404,),
    )
    def get(self, request: Request, bundle_id: UUID, document_id: UUID) -> Any:
        row = reads.find_received(request.user, bundle_id, at=self.at)
        found, content = open_shared_file(row, actor=request.user, at=self.at, document=document_id)
        return attachment(content, f"shared-document-{found.number}.{SUFFIXES[found.file_type]}")
