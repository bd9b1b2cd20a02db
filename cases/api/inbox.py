"""The inbox by REST: what you were told, and that you have read it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.inbox import mark_read
from cases.api.base import PageQuery
from cases.selectors import inbox as selectors
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, page_response, page_schema, respond

TAG = "Account"


class InboxItemSerializer(serializers.Serializer):
    """One thing that you were told. The case is named while you may still see it."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    text = serializers.CharField()
    case = serializers.CharField(
        allow_blank=True, help_text="The reference; to who referred it, the receipt; or empty."
    )
    pseudonym = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class InboxQuery(PageQuery):
    """What may stand after the question mark."""

    unread = serializers.BooleanField(required=False, default=False, help_text="Only the unread.")


class ReadItemsSerializer(serializers.Serializer):
    items = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_null=True,
        default=None,
        max_length=500,
        help_text="Left out or null: everything in the inbox.",
    )


class UnreadSerializer(serializers.Serializer):
    unread = serializers.IntegerField(help_text="How many are unread now, counted to 99.")


def _body(item: selectors.Item) -> dict[str, Any]:
    return {
        "id": item.row.pk,
        "kind": item.row.kind,
        "text": item.text,
        "case": item.reference,
        "pseudonym": item.pseudonym,
        "created_at": item.row.created_at,
        "read_at": item.row.read_at,
    }


class InboxView(APIView):
    """What you were told, the newest first."""

    @describe(
        "list_inbox",
        "Read your inbox",
        tag=TAG,
        scope=Scope.ACCOUNT,
        responses={200: page_schema(InboxItemSerializer, "InboxPage")},
        parameters=[InboxQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(InboxQuery)
        items, page = selectors.inbox(
            request.user,
            unread_only=query["unread"],
            after=query["after"],
            size=query["limit"],
        )
        writer.write(
            "inbox.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={
                "items": [str(item.row.pk) for item in items],
                "cases": [str(item.row.case_id) for item in items if item.reference],
            },
        )
        return page_response(request, [_body(item) for item in items], after=page.after)


class InboxReadView(APIView):
    """That items of your inbox are read."""

    @describe(
        "mark_inbox_read",
        "Mark items of your inbox as read, or all of them",
        tag=TAG,
        scope=Scope.ACCOUNT,
        request=ReadItemsSerializer,
        responses={200: UnreadSerializer},
    )
    def post(self, request: Request) -> Response:
        items = self.read(ReadItemsSerializer)["items"]
        mark_read(request.user, actor=request.user, at=self.at, items=items)
        return respond({"unread": selectors.unread(request.user)})
