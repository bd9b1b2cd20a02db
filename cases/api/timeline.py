"""What happened on a case, by REST: the sentences of its timeline page."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseAPIView
from cases.selectors import timeline as timelines
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import MOST_ROWS, PAGE_SIZE, describe, page_response, page_schema


class TimelineQuery(serializers.Serializer):
    """What may stand after the question mark."""

    show = serializers.ChoiceField(
        [timelines.CHANGES, timelines.LOOKS, timelines.ALL],
        required=False,
        default=timelines.CHANGES,
        help_text="What was done, who looked, or everything.",
    )
    kind = serializers.ChoiceField(
        list(timelines.KINDS), required=False, help_text="What the event is about."
    )
    first = serializers.DateField(required=False, help_text="The first day.")
    last = serializers.DateField(required=False, help_text="The last day.")
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="From `next`."
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE_SIZE, min_value=1, max_value=MOST_ROWS
    )


class TimelineEventSerializer(serializers.Serializer):
    """One thing that happened. Looks of one person that follow each other are told once."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    title = serializers.CharField()
    by = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    look = serializers.BooleanField(help_text="Somebody read something; nothing changed.")
    new = serializers.BooleanField(
        help_text="Caused by somebody else after you last looked at the case."
    )


class TimelineView(CaseAPIView):
    """What happened on a case, the newest first."""

    @describe(
        "list_timeline",
        "Read what happened on a case",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: page_schema(TimelineEventSerializer, "TimelinePage")},
        problems=(404,),
        parameters=[TimelineQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(TimelineQuery)
        page = timelines.timeline(
            self.case,
            show=query["show"],
            narrowed=timelines.Narrowed(
                query.get("kind", ""), query.get("first"), query.get("last")
            ),
            after=str(query.get("after", "")),
            size=query["limit"],
        )
        writer.write(
            "timeline.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"events": [event.id for event in page.events]},
        )
        fields = ("id", "at", "title", "by", "text", "look", "new")
        last = timelines.last_look(self.case, request.user, at=self.at)
        events = timelines.mark_new(page.events, last, request.user)
        told = [{name: getattr(event, name) for name in fields} for event in events]
        return page_response(request, told, after=page.older)
