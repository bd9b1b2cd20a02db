"""Telling an agency of a matter, by REST; and for the liaison of an agency, what was sent and the
answer."""

from typing import Any
from uuid import UUID, uuid4

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.notices import (
    Wanted,
    answer_notice,
    note_answer,
    open_notice,
    recall_notice,
    send_notice,
)
from cases.api.base import PageQuery
from cases.api.matters import TAG, MatterEndpoint
from cases.api.sharing import ContentRowSerializer, RecallSerializer
from cases.forms.matters import headings
from cases.models.notice import Answer
from cases.selectors import matters as matter_reads
from cases.selectors import notices as reads
from identities.crypto import KeyGone
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import APIView, describe, page_response, page_schema, respond


class NoticeWriteSerializer(serializers.Serializer):
    """Whom to tell, and on what: a consent to exactly this, or a lawful ground of the profile."""

    agency = serializers.CharField(max_length=40, help_text="A code of the profile.")
    organisation = serializers.UUIDField(
        default=None, allow_null=True, help_text="Who receives it in the system; null: outside."
    )
    consent = serializers.UUIDField(default=None, allow_null=True)
    ground = serializers.CharField(max_length=40, default="", allow_blank=True)
    digest = serializers.CharField(max_length=64, help_text="From the preview.")
    key = serializers.UUIDField(help_text="From the preview: sent twice, it is told once.")


class NoticePreviewSerializer(serializers.Serializer):
    """Exactly what an agency would be told."""

    content = ContentRowSerializer(many=True)
    standing = serializers.CharField()
    never = serializers.ListField(
        child=serializers.CharField(), help_text="Agencies that are never told of this case."
    )
    digest = serializers.CharField()
    key = serializers.UUIDField()


class NoticeSerializer(serializers.Serializer):
    """What an agency was told of a matter, and its answer."""

    id = serializers.UUIDField()
    agency = serializers.CharField()
    organisation = serializers.CharField(allow_blank=True)
    consent = serializers.UUIDField(allow_null=True)
    ground = serializers.CharField(allow_blank=True)
    standing = serializers.CharField()
    sent_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    state = serializers.CharField(help_text="`waits`, `late`, `answered` or `recalled`.")
    answer = serializers.CharField(allow_blank=True)
    because = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    recalled_at = serializers.DateTimeField(allow_null=True)


class NoticesSerializer(serializers.Serializer):
    results = NoticeSerializer(many=True)


class NoticeAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(
        max_length=20, help_text=f"One of {', '.join(f'`{code}`' for code in Answer.values)}."
    )
    because = serializers.CharField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="Why it goes on: a code of the profile, and only then.",
    )


class ReceivedNoticeSerializer(serializers.Serializer):
    """A matter that was sent to your organisation."""

    id = serializers.UUIDField()
    authority = serializers.CharField()
    standing = serializers.CharField()
    sent_at = serializers.DateTimeField()
    renewed_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField()
    answer = serializers.CharField(allow_blank=True)
    because = serializers.CharField(allow_blank=True)


class OpenedNoticeSerializer(ReceivedNoticeSerializer):
    content = ContentRowSerializer(many=True)


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "agency": row.agency,
        "organisation": row.organisation.name if row.organisation else "",
        "consent": row.consent_id,
        "ground": row.ground,
        "standing": line.standing,
        "sent_at": row.sent_at,
        "due_on": row.due_on,
        "state": line.state,
        "answer": row.answer,
        "because": row.because,
        "answered_at": row.answered_at,
        "recalled_at": row.recalled_at,
    }


def _received(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "authority": row.authority.name,
        "standing": line.standing,
        "sent_at": row.sent_at,
        "renewed_at": row.renewed_at,
        "due_on": row.due_on,
        "answer": row.answer,
        "because": row.because,
    }


class NoticesOfMatterView(MatterEndpoint):
    """What agencies were told of a matter."""

    @describe(
        "list_notices",
        "List what agencies were told of a matter, and their answers",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: NoticesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, matter_id: UUID) -> Response:
        row = matter_reads.find_matter(self.case, matter_id)
        self.looked("matter.viewed", [row])
        return respond({"results": [_body(one) for one in reads.notices_of(row, at=self.at)]})

    @describe(
        "send_notice",
        "Tell an agency what you have previewed of a matter",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NoticeWriteSerializer,
        responses={201: NoticeSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str, matter_id: UUID) -> Response:
        matter = matter_reads.find_matter(self.case, matter_id)
        told = self.read(NoticeWriteSerializer)
        row = send_notice(
            matter,
            actor=request.user,
            at=self.at,
            wanted=Wanted(told["agency"], told["organisation"], told["consent"], told["ground"]),
            names=headings(self.case),
            digest=told["digest"],
            key=told["key"],
        )
        found = reads.find_notice(matter, row.pk)
        return respond(_body(reads.line_of(found, at=self.at)), status=201)


class NoticePreviewView(MatterEndpoint):
    """What would be told."""

    @describe(
        "preview_notice",
        "See exactly what an agency would be told of a matter",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: NoticePreviewSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, matter_id: UUID) -> Response:
        row = matter_reads.find_matter(self.case, matter_id)
        content = reads.content_of(matter_reads.opened(row, at=self.at), headings(self.case))
        self.looked("matter.viewed", [row])
        body = {
            "content": content,
            "standing": reads.standing_words(self.case.profile, reads.standing_of(self.case)),
            "never": sorted(reads.barred_agencies(self.case)),
            "digest": reads.digest_of(content),
            "key": uuid4(),
        }
        return respond(body)


class NoticeRecallView(MatterEndpoint):
    """Taking one back."""

    @describe(
        "recall_notice",
        "Recall what an agency was told, at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=RecallSerializer,
        responses={200: NoticeSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, matter_id: UUID, notice_id: UUID) -> Response:
        matter = matter_reads.find_matter(self.case, matter_id)
        row = reads.find_notice(matter, notice_id)
        because = self.read(RecallSerializer)["because"]
        recall_notice(row, actor=request.user, at=self.at, because=because)
        found = reads.find_notice(matter, notice_id)
        return respond(_body(reads.line_of(found, at=self.at)))


class NoticeOutsideView(MatterEndpoint):
    """What was answered outside of the system."""

    @describe(
        "note_notice_answer",
        "Note what an agency that receives nothing in the system has answered",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NoticeAnswerSerializer,
        responses={200: NoticeSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, matter_id: UUID, notice_id: UUID) -> Response:
        matter = matter_reads.find_matter(self.case, matter_id)
        row = reads.find_notice(matter, notice_id)
        note_answer(row, actor=request.user, at=self.at, **self.read(NoticeAnswerSerializer))
        found = reads.find_notice(matter, notice_id)
        return respond(_body(reads.line_of(found, at=self.at)))


# Sent to us ---------------------------------------------------------------------------------------
class ReceivedNoticesView(APIView):
    """The matters that were sent to your organisation."""

    role_right = rights.ANSWER_NOTICES

    @describe(
        "list_received_notices",
        "List the matters that were sent to your organisation, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(ReceivedNoticeSerializer, "ReceivedNoticePage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.sent_to(request.user, at=self.at, after=query["after"], size=query["limit"])
        writer.write(
            "notices.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"notices": [str(line.row.pk) for line in page.rows]},
        )
        return page_response(request, [_received(line) for line in page.rows], after=page.after)


class ReceivedNoticeView(APIView):
    """One of them."""

    role_right = rights.ANSWER_NOTICES
    shows_identity = True

    @describe(
        "open_notice",
        "Open a matter that was sent to your organisation; that you did is on record",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: OpenedNoticeSerializer},
        problems=(404,),
    )
    def get(self, request: Request, notice_id: UUID) -> Response:
        row = reads.find_received(request.user, notice_id)
        try:
            content = open_notice(row, actor=request.user, at=self.at)
        except KeyGone:
            raise Hidden(rights.ANSWER_NOTICES.code) from None
        return respond({**_received(reads.received_line(row, at=self.at)), "content": content})


class NoticeAnswerView(APIView):
    """Their answer."""

    role_right = rights.ANSWER_NOTICES

    @describe(
        "answer_notice",
        "Answer a matter that was sent to your organisation; a later answer takes its place",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NoticeAnswerSerializer,
        responses={200: ReceivedNoticeSerializer},
        problems=(404,),
    )
    def post(self, request: Request, notice_id: UUID) -> Response:
        row = reads.find_received(request.user, notice_id)
        answer_notice(row, actor=request.user, at=self.at, **self.read(NoticeAnswerSerializer))
        found = reads.find_received(request.user, notice_id)
        return respond(_received(reads.received_line(found, at=self.at)))
