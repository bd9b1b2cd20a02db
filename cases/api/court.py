"""Bundles for a court by REST."""

from typing import Any
from uuid import UUID, uuid4

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions import court as actions
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.api.sharing import ContentPartSerializer, OpeningSerializer
from cases.models import CourtBundle
from cases.models.court import RECALL_REASONS, ReturnReason
from cases.models.redaction import Ground, Removed
from cases.rules.court import IN, LONGEST_WORDS, MOST_WORDS, BlackOut
from cases.selectors import court as reads
from cases.selectors.keyset import page_of
from cases.selectors.sharing import openings
from identities.crypto import KeyGone
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import describe, page_response, page_schema, respond
from nrm.uploads import attachment

TAG = "Sharing"


class BlackOutSerializer(serializers.Serializer):
    """Words that are taken out of every text of the bundle. They are kept nowhere."""

    words = serializers.CharField(max_length=LONGEST_WORDS)
    removed = serializers.ChoiceField(Removed.choices, help_text="What kind of thing they say.")
    ground = serializers.ChoiceField(Ground.choices)


class CourtWantedSerializer(serializers.Serializer):
    """What is to be disclosed. `items` says of each part (by its code) and of each document (by its
    id) that it goes `in`, or on which ground it is left out; all of them are named."""

    recipient = serializers.CharField(
        max_length=40, help_text="`court`, `defence`, or an agency of the profile."
    )
    consent = serializers.UUIDField(
        default=None, allow_null=True, help_text="One that stands; or else a lawful ground."
    )
    ground = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="A lawful ground of the profile."
    )
    items = serializers.DictField(child=serializers.ChoiceField([IN, *Ground.values]))
    black = BlackOutSerializer(many=True, default=list, max_length=MOST_WORDS)


class CourtWriteSerializer(CourtWantedSerializer):
    digest = serializers.CharField(max_length=64, help_text="From the preview.")
    key = serializers.UUIDField(help_text="From the preview: sent twice, it is prepared once.")


class CourtDocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()


class LeftOutSerializer(serializers.Serializer):
    title = serializers.CharField()
    ground = serializers.ChoiceField(Ground.choices)


class BlackedSerializer(serializers.Serializer):
    removed = serializers.ChoiceField(Removed.choices)
    ground = serializers.ChoiceField(Ground.choices)
    times = serializers.IntegerField()


class CourtFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class CourtContentSerializer(serializers.Serializer):
    """What is in it, what is left out on which ground, and what kinds of things are blacked out."""

    parts = ContentPartSerializer(many=True)
    documents = CourtDocumentSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    black = BlackedSerializer(many=True)
    files = CourtFileSerializer(many=True)


class CourtPreviewSerializer(serializers.Serializer):
    content = CourtContentSerializer()
    digest = serializers.CharField()
    key = serializers.UUIDField()


class CourtBundleSerializer(serializers.Serializer):
    """A bundle, how it stands, and who took it out."""

    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Its place in the case, for good.")
    recipient = serializers.CharField()
    consent = serializers.UUIDField(allow_null=True)
    ground = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="`prepared`, `approved`, `returned` or `recalled`.")
    prepared_by = WorkerSerializer()
    prepared_at = serializers.DateTimeField()
    answered_by = WorkerSerializer(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    returned_because = serializers.CharField(allow_blank=True)
    recalled_at = serializers.DateTimeField(allow_null=True)
    recalled_because = serializers.CharField(allow_blank=True)
    taken_out = OpeningSerializer(many=True)


class CourtBundleReadSerializer(CourtBundleSerializer):
    stands = serializers.BooleanField(help_text="Whether what it rests on stands now.")
    digest = serializers.CharField()
    content = CourtContentSerializer()


class CourtAnswerSerializer(serializers.Serializer):
    approve = serializers.BooleanField()
    because = serializers.ChoiceField(
        ["", *ReturnReason.values], default="", help_text="Where it is returned."
    )
    digest = serializers.CharField(
        max_length=64, default="", allow_blank=True, help_text="Of what was read: to approve it."
    )


class CourtRecallSerializer(serializers.Serializer):
    because = serializers.ChoiceField([one.value for one in RECALL_REASONS])


def _wanted(told: dict[str, Any]) -> actions.Wanted:
    return actions.Wanted(
        recipient=told["recipient"],
        consent=told["consent"],
        ground=told["ground"],
        choices=told["items"],
        black=tuple(BlackOut(**one) for one in told["black"]),
    )


def _content(content: reads.Content) -> dict[str, Any]:
    told = content.as_json()
    keep = {"documents": ("id", "number", "title"), "left_out": ("title", "ground"),
            "black": ("removed", "ground", "times")}  # fmt: skip
    for name, keys in keep.items():
        told[name] = [{key: one[key] for key in keys} for one in told[name]]
    return told


class _CourtView(CaseAPIView):
    right = rights.SHARE

    def looked(self, rows: list[CourtBundle]) -> None:
        writer.write(
            "court_bundles.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"bundles": [str(row.pk) for row in rows]},
        )

    def bodies(self, rows: list[CourtBundle]) -> list[dict[str, Any]]:
        taken = openings(self.case, [row.pk for row in rows], verbs=(reads.GIVEN,))
        return [
            {
                "id": row.pk,
                "number": row.number,
                "recipient": row.recipient,
                "consent": row.consent_id,
                "ground": row.ground,
                "state": reads.state_of(row),
                "prepared_by": worker(row.prepared_by),
                "prepared_at": row.prepared_at,
                "answered_by": worker(row.answered_by) if row.answered_by else None,
                "answered_at": row.answered_at,
                "returned_because": row.returned_because,
                "recalled_at": row.recalled_at,
                "recalled_because": row.recalled_because,
                "taken_out": [
                    {"name": one.name, "at": one.at, "document": one.document}
                    for one in taken[row.pk]
                ],
            }
            for row in rows
        ]

    def one(self, court: UUID, status: int = 200) -> Response:
        row = reads.find_court_bundle(self.case, court)
        return respond(self.bodies([row])[0], status=status)


class CourtBundlesView(_CourtView):
    """The bundles of a case."""

    @describe(
        "list_court_bundles",
        "List what was prepared for a court, how it stands, and who took it out",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(CourtBundleSerializer, "CourtBundlePage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            reads.court_bundles_of(self.case),
            "prepared_at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        self.looked(page.rows)
        return page_response(request, self.bodies(page.rows), after=page.after)

    @describe(
        "prepare_court_bundle",
        "Prepare for a court what you have previewed; a second person approves it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=CourtWriteSerializer,
        responses={201: CourtBundleSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(CourtWriteSerializer)
        row = actions.prepare_court_bundle(
            self.case,
            actor=request.user,
            at=self.at,
            wanted=_wanted(told),
            digest=told["digest"],
            key=told["key"],
        )
        return self.one(row.pk, 201)


class CourtPreviewView(_CourtView):
    """What would go to a court."""

    @describe(
        "preview_court_bundle",
        "See exactly what would be in a bundle for a court",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=CourtWantedSerializer,
        responses={200: CourtPreviewSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        wanted = _wanted(self.read(CourtWantedSerializer))
        content = actions.preview_court_bundle(
            self.case, actor=request.user, at=self.at, wanted=wanted
        )
        return respond({"content": _content(content), "digest": content.digest, "key": uuid4()})


class CourtBundleView(_CourtView):
    """One bundle."""

    shows_identity = True

    @describe(
        "read_court_bundle",
        "Read what was prepared for a court, as it would leave",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={200: CourtBundleReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, court: UUID) -> Response:
        row = reads.find_court_bundle(self.case, court)
        content = reads.opened_content(row)
        if content is None:
            raise KeyGone("The key is gone.")
        self.looked([row])
        told = {"stands": reads.stands(row, at=self.at), "digest": content.digest}
        return respond({**self.bodies([row])[0], **told, "content": _content(content)})


class CourtAnswerView(_CourtView):
    """What a second person says of it."""

    right = rights.APPROVE_DISCLOSURE

    @describe(
        "answer_court_bundle",
        "Approve what a colleague prepared for a court, or return it with a reason",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=CourtAnswerSerializer,
        responses={200: CourtBundleSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str, court: UUID) -> Response:
        row = reads.find_court_bundle(self.case, court)
        told = self.read(CourtAnswerSerializer)
        actions.answer_court_bundle(row, actor=request.user, at=self.at, **told)
        return self.one(row.pk)


class CourtRecallView(_CourtView):
    """Giving it to nobody any more."""

    @describe(
        "recall_court_bundle",
        "Recall a bundle for a court; the answer lists who had taken it out",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=CourtRecallSerializer,
        responses={200: CourtBundleSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, court: UUID) -> Response:
        row = reads.find_court_bundle(self.case, court)
        because = self.read(CourtRecallSerializer)["because"]
        actions.recall_court_bundle(row, actor=request.user, at=self.at, because=because)
        return self.one(row.pk)


class CourtArchiveView(_CourtView):
    """The whole of it as one file."""

    shows_identity = True

    @describe(
        "take_out_court_bundle",
        "Take an approved bundle out as one archive; that you did is on record",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=None,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="A zip archive, to be saved."
            )
        },
        problems=(404, 422),
        fresh=True,
    )
    def post(self, request: Request, reference: str, court: UUID) -> HttpResponseBase:
        row = reads.find_court_bundle(self.case, court)
        content = actions.give_court_bundle(row, actor=request.user, at=self.at)
        return attachment(content, f"{self.case.reference}-bundle-{row.number}.zip")
