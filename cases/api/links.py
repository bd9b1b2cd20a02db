"""Linked cases, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.linking import link_cases, unlink_cases
from cases.api.base import CaseAPIView
from cases.models.link import LinkKind, LinkRule, UnlinkReason
from cases.rules.links import LONGEST
from cases.selectors import links as reads
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import ReferenceField, describe, respond

TAG = "Linked cases"


class LinkWriteSerializer(serializers.Serializer):
    other = ReferenceField(help_text="Another case that you work on.")
    kind = serializers.ChoiceField(LinkKind.choices)
    rule = serializers.ChoiceField(LinkRule.choices, help_text="What holds between the two people.")
    words = serializers.CharField(
        max_length=LONGEST, default="", allow_blank=True, help_text="How it is known."
    )


class LinkInListSerializer(serializers.Serializer):
    """A link of this case with another one. You see it because you see both."""

    id = serializers.UUIDField()
    other = ReferenceField()
    pseudonym = serializers.CharField(help_text="Of the other person: two words, not their name.")
    kind = serializers.CharField()
    rule = serializers.CharField()
    quiet = serializers.BooleanField(help_text="Neither of the two is told of the other.")
    by = serializers.CharField()
    at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField(allow_blank=True)


class LinkSerializer(LinkInListSerializer):
    """With how it is known."""

    words = serializers.CharField(allow_blank=True)


class LinksSerializer(serializers.Serializer):
    results = LinkInListSerializer(many=True)
    family = serializers.ListField(
        child=ReferenceField(),
        help_text="Every other case of the family or household that you see, linked through others"
        " too.",
    )


class UnlinkSerializer(serializers.Serializer):
    because = serializers.ChoiceField(UnlinkReason.choices)


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "other": line.other.reference,
        "pseudonym": line.other.pseudonym,
        "kind": row.kind,
        "rule": row.rule,
        "quiet": line.quiet,
        "by": row.by.display_name,
        "at": row.at,
        "ended_at": row.ended_at,
        "ended_because": row.ended_because,
    }


class LinksView(CaseAPIView):
    """The links of a case."""

    right = rights.LINK

    @describe(
        "list_links",
        "List the cases that are linked with this one, of which you see both",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LinksSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.links_of(request.user, self.case)
        writer.write(
            "links.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"links": [str(line.row.pk) for line in lines]},
        )
        family = reads.family_of(request.user, self.case)
        return respond(
            {
                "results": [_body(line) for line in lines],
                "family": [one.reference for one in family],
            }
        )

    @describe(
        "link_cases",
        "Link this case with another one that you work on, with what holds between the two people",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=LinkWriteSerializer,
        responses={201: LinkSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(LinkWriteSerializer)
        row = link_cases(self.case, actor=request.user, at=self.at, **told)
        return respond(self.one(row.pk), status=201)

    def one(self, pk: UUID) -> dict[str, Any]:
        row = reads.find_link(self.request.user, self.case, pk)
        line = reads.line_of(self.case, row)
        return {**_body(line), "words": line.words}


class LinkView(LinksView):
    """One link."""

    http_method_names = ["get", "head", "options"]

    @describe(
        "read_link",
        "Read a link between two cases, with how it is known",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LinkSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, link_id: UUID) -> Response:  # type: ignore[override]
        body = self.one(link_id)
        writer.write(
            "links.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"links": [str(link_id)]},
        )
        return respond(body)


class LinkEndView(LinksView):
    """Ending a link."""

    http_method_names = ["post"]

    @describe(
        "end_link",
        "End a link between two cases, for a reason; it stays on record",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=UnlinkSerializer,
        responses={200: LinkSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, link_id: UUID) -> Response:  # type: ignore[override]
        row = reads.find_link(request.user, self.case, link_id)
        told = self.read(UnlinkSerializer)
        unlink_cases(row, actor=request.user, at=self.at, **told)
        return respond(self.one(link_id))
