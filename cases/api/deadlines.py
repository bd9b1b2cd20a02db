"""Deadlines of a case by REST: all of them, why one date is that, pausing and extending."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions import deadlines as actions
from cases.api.base import CaseAPIView
from cases.models import Deadline
from cases.models.deadline import DeadlineState
from cases.rules.deadlines import EXTENSION_REASONS, MOST_UNITS
from cases.selectors.deadlines import Explained, deadlines_of, explain
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, Coded, coded, coded_choice, describe, respond

TAG = "Deadlines"
MOST_TEXT = 2_000


# What an answer looks like -----------------------------------------------------------------------
class DeadlineSerializer(serializers.Serializer):
    """A clock. `kind` is `due` for a date to meet, `earliest` for one before which something may
    not be done."""

    id = serializers.UUIDField()
    term = Coded()
    state = Coded()
    kind = serializers.CharField()
    words = serializers.CharField(help_text="Where it stands, in words.")
    started_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField()
    original_due_on = serializers.DateField(help_text="As it was first worked out.")
    calendar = serializers.CharField()
    rule = serializers.CharField()
    source = serializers.CharField()
    verified = serializers.BooleanField(help_text="Whether the rule has a published source.")
    pausable = serializers.BooleanField()
    extendable = serializers.BooleanField()


class DayCountSerializer(serializers.Serializer):
    date = serializers.DateField()
    counted = serializers.BooleanField()
    reason = serializers.CharField()
    estimated = serializers.BooleanField(help_text="The day of the holiday is not certain yet.")


class DeadlineExplainedSerializer(DeadlineSerializer):
    """A clock with each day that was counted or skipped: why this date."""

    days = DayCountSerializer(many=True)


class DeadlinesBodySerializer(serializers.Serializer):
    """Every clock of the case, the running ones first."""

    results = DeadlineSerializer(many=True)


# What is sent ------------------------------------------------------------------------------------
class SeenSerializer(serializers.Serializer):
    seen = serializers.DateField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The date that you saw: 409 where it is another by now.",
    )


class PauseSerializer(SeenSerializer):
    reason = serializers.CharField(max_length=40, help_text="A pause reason of the profile.")
    review_on = serializers.DateField(
        required=False, default=None, allow_null=True, help_text="When it is looked at again."
    )


class KeepPausedSerializer(SeenSerializer):
    review_on = serializers.DateField(help_text="When it is looked at again.")


class ExtensionSerializer(SeenSerializer):
    length = serializers.IntegerField(
        min_value=1, max_value=MOST_UNITS, help_text="In the unit of the term."
    )
    reason = serializers.ChoiceField(EXTENSION_REASONS)
    explanation = serializers.CharField(max_length=MOST_TEXT)


def _body(explained: Explained) -> dict[str, Any]:
    row, term = explained.row, explained.term
    return {
        "id": row.pk,
        "term": coded(term),
        "state": coded_choice(DeadlineState, row.state),
        "kind": row.kind,
        "words": explained.view.words,
        "started_at": row.started_at,
        "due_on": row.due_on,
        "due_at": row.due_at,
        "original_due_on": row.original_due_on,
        "calendar": row.calendar,
        "rule": explained.rule,
        "source": term.source,
        "verified": term.verified,
        "pausable": explained.pausable,
        "extendable": explained.extendable,
    }


class _DeadlineView(CaseAPIView):
    """An endpoint about the clocks of one case."""

    def find(self, deadline_id: UUID) -> Deadline:
        """The clock, if it is one of this case; else it is as if there were none."""
        found = (
            self.case.deadlines.prefetch_related("pauses__by", "extensions__by")
            .filter(pk=deadline_id)
            .first()
        )
        if found is None:
            raise Hidden(self.right.code)
        found.case = self.case
        return found

    def looked(self, *ids: UUID) -> None:
        writer.write(
            "deadlines.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"deadlines": [str(pk) for pk in ids]},
        )

    def explained(self, deadline: Deadline) -> Response:
        told = explain(self.case, deadline, at=self.at)
        fields = ("date", "counted", "reason", "estimated")
        days = [{name: getattr(day, name) for name in fields} for day in told.days]
        return respond({**_body(told), "days": days})


class DeadlinesView(_DeadlineView):
    """Every clock of a case."""

    @describe(
        "list_deadlines",
        "List the deadlines of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: DeadlinesBodySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        every = deadlines_of(self.case, at=self.at)
        self.looked(*(one.row.pk for one in every))
        return respond({"results": [_body(one) for one in every]})


class DeadlineView(_DeadlineView):
    """Why this date."""

    @describe(
        "get_deadline",
        "Read a deadline and why it is on this date",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: DeadlineExplainedSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, deadline_id: UUID) -> Response:
        deadline = self.find(deadline_id)
        self.looked(deadline.pk)
        return self.explained(deadline)


class _ChangeView(_DeadlineView):
    right = rights.CHANGE_DEADLINE
    http_method_names = ["post"]

    def done(self, deadline: Deadline) -> Response:
        """The clock as it is now, with its pauses and extensions read again."""
        return self.explained(self.find(deadline.pk))


class DeadlinePauseView(_ChangeView):
    """Holding a clock."""

    @describe(
        "pause_deadline",
        "Hold a deadline from today on, with a reason",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=PauseSerializer,
        responses={200: DeadlineExplainedSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, reference: str, deadline_id: UUID) -> Response:
        deadline = self.find(deadline_id)
        said = self.read(PauseSerializer)
        return self.done(actions.pause_deadline(deadline, actor=request.user, at=self.at, **said))


class KeepPausedView(_ChangeView):
    """A pause that was looked at, and holds."""

    @describe(
        "keep_deadline_paused",
        "Keep a deadline paused until it is looked at again on another day",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=KeepPausedSerializer,
        responses={200: DeadlineExplainedSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, reference: str, deadline_id: UUID) -> Response:
        deadline = self.find(deadline_id)
        said = self.read(KeepPausedSerializer)
        return self.done(actions.keep_paused(deadline, actor=request.user, at=self.at, **said))


class DeadlineResumptionView(_ChangeView):
    """Letting a clock run again."""

    @describe(
        "resume_deadline",
        "Let a paused deadline run again from today",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SeenSerializer,
        responses={200: DeadlineExplainedSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, reference: str, deadline_id: UUID) -> Response:
        deadline = self.find(deadline_id)
        said = self.read(SeenSerializer)
        return self.done(actions.resume_deadline(deadline, actor=request.user, at=self.at, **said))


class DeadlineExtensionView(_ChangeView):
    """Giving a clock more time."""

    @describe(
        "extend_deadline",
        "Extend a deadline, with a reason",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ExtensionSerializer,
        responses={200: DeadlineExplainedSerializer},
        problems=(404, 409),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str, deadline_id: UUID) -> Response:
        deadline = self.find(deadline_id)
        said = self.read(ExtensionSerializer)
        return self.done(
            actions.extend_deadline(
                deadline,
                actor=request.user,
                at=self.at,
                submission_key=self.submission_key(),
                **said,
            )
        )
