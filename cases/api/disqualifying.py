"""Taking the protection of the law away from a person by REST: proposed by one, told to the person,
decided by another, and its road back."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions import disqualifying as actions
from cases.api.base import CaseAPIView
from cases.api.decisions import ServiceSerializer
from cases.models.disqualification import Answered, DisqualificationState
from cases.models.reconsideration import AskedBy, LookState
from cases.rights import DECIDE_DISQUALIFICATION, KEEP_DISQUALIFICATION
from cases.rules.course import LONGEST
from cases.selectors.disqualifying import Told, disqualifications_of, newest_of
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, refuse_if
from nrm.audit import writer
from nrm.rest import Coded, coded_choice, describe, respond

TAG = "Decisions"


class DisqualificationFactSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class DisqualificationSerializer(serializers.Serializer):
    """A disqualification: proposed, answered, decided, and looked at again. `facts` tell what was
    said, in order; `look`: how asking for another look stands."""

    id = serializers.UUIDField()
    state = Coded()
    grounds = serializers.ListField(child=serializers.CharField())
    person_told_on = serializers.DateField(allow_null=True)
    answer_until = serializers.DateField(allow_null=True)
    answered = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    served_on = serializers.DateField(allow_null=True)
    ask_until = serializers.DateField(allow_null=True)
    look = Coded(allow_null=True)
    facts = DisqualificationFactSerializer(many=True)


class DisqualificationsSerializer(serializers.Serializer):
    """The newest first; one at most is proposed or made."""

    results = DisqualificationSerializer(many=True)


def _codes(text: str) -> Any:
    return serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, help_text=text
    )


class ProposalSerializer(serializers.Serializer):
    grounds = _codes("Grounds of the profile's disqualification.")
    why = serializers.CharField(max_length=LONGEST, help_text="What it rests on.")


class PersonAnswerSerializer(serializers.Serializer):
    answered = serializers.ChoiceField(Answered.choices)
    words = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="What they said.",
    )
    answered_on = serializers.DateField(help_text="The day on which they said it.")


class DisqualificationDecisionSerializer(serializers.Serializer):
    disqualify = serializers.BooleanField()
    reasons = serializers.CharField(max_length=LONGEST)


class DisqualificationLookSerializer(serializers.Serializer):
    asked_by = serializers.ChoiceField(AskedBy.choices)
    grounds = _codes("Grounds on which the profile lets it be looked at again.")
    why = serializers.CharField(max_length=LONGEST, help_text="What is new, or what is wrong.")
    asked_on = serializers.DateField(help_text="The day on which the request came.")
    exceptional = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="Where the days are over: what was exceptional.",
    )


class DisqualificationLookAnswerSerializer(serializers.Serializer):
    accept = serializers.BooleanField()
    reasons = serializers.CharField(max_length=LONGEST)


def _body(one: Told) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.pk,
        "state": coded_choice(DisqualificationState, row.state),
        "grounds": row.grounds,
        "person_told_on": row.person_told_on,
        "answer_until": one.answer_until,
        "answered": row.answered,
        "decided_at": row.decided_at,
        "served_on": row.served_on,
        "ask_until": one.ask_until,
        "look": coded_choice(LookState, row.look_state) if row.look_state else None,
        "facts": [{"label": label, "value": value} for label, value in one.facts],
    }


class DisqualificationsView(CaseAPIView):
    right = KEEP_DISQUALIFICATION

    @describe(
        "list_disqualifications",
        "List what was proposed, said and decided on taking protection away",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: DisqualificationsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        every = disqualifications_of(self.case)
        writer.write(
            "disqualification.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"disqualifications": [str(one.row.pk) for one in every]},
        )
        return respond({"results": [_body(one) for one in every]})

    @describe(
        "propose_disqualification",
        "Propose that a person is disqualified; somebody else decides",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=ProposalSerializer,
        responses={201: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        actions.propose(self.case, actor=request.user, at=self.at, **self.read(ProposalSerializer))
        return respond(_body(disqualifications_of(self.case)[0]), status=201)


class _StepView(CaseAPIView):
    """Something that is done with the newest one of a case."""

    right = KEEP_DISQUALIFICATION
    http_method_names: ClassVar[list[str]] = ["post"]  # type: ignore[misc]

    def step(self, do: Callable[..., Any], serializer: Any = None) -> Response:
        told = self.read(serializer) if serializer else {}
        row = newest_of(self.case)
        if row is None:
            refuse_if([Objection(_("Nothing is proposed that waits for this."), code="over")])
        do(row, actor=self.request.user, at=self.at, **told)
        return respond(_body(disqualifications_of(self.case)[0]))


class WithdrawalView(_StepView):
    @describe(
        "take_back_disqualification",
        "Take the proposal of a disqualification back before it is decided",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        responses={200: DisqualificationSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.take_back)


class ToldView(_StepView):
    @describe(
        "record_disqualification_told",
        "Record when and how the person was told of a proposed disqualification",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=ServiceSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.record_told, ServiceSerializer)


class AnswerView(_StepView):
    @describe(
        "record_disqualification_answer",
        "Record what the person says to a proposed disqualification",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=PersonAnswerSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.record_answer, PersonAnswerSerializer)


class DecisionView(_StepView):
    right = DECIDE_DISQUALIFICATION

    @describe(
        "decide_disqualification",
        "Decide on a disqualification that a colleague proposed",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=DisqualificationDecisionSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.decide, DisqualificationDecisionSerializer)


class ServedView(_StepView):
    @describe(
        "serve_disqualification",
        "Record when and how the decision on a disqualification reached the person",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=ServiceSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.record_served, ServiceSerializer)


class LookView(_StepView):
    @describe(
        "ask_disqualification_look",
        "Record that a disqualification is asked to be looked at again",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=DisqualificationLookSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.ask_look, DisqualificationLookSerializer)


class LookAnswerView(_StepView):
    right = DECIDE_DISQUALIFICATION

    @describe(
        "answer_disqualification_look",
        "Answer whether a disqualification is lifted, with reasons",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=DisqualificationLookAnswerSerializer,
        responses={200: DisqualificationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        return self.step(actions.answer_look, DisqualificationLookAnswerSerializer)
