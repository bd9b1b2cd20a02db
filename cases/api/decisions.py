"""Decisions by REST: what can be decided, the draft, the second person, and when it was served."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions import deciding
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.models import Decision
from cases.models.decision import DecisionState
from cases.rules import decisions as rules
from cases.rules.languages import LANGUAGES
from cases.selectors import deciding_pages as pages
from cases.selectors import decisions as reads
from cases.selectors.reviews import Waiting, review_queue
from nrm.accounts.models import User
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden, Objection
from nrm.audit import writer
from nrm.profiles.shape import Decision as Law
from nrm.rest import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    APIView,
    Coded,
    ProblemErrorSerializer,
    ReferenceField,
    coded,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Decisions"
MOST_OWN_TEXT = 5_000
YES_NO = ("yes", "no")


# What is sent ------------------------------------------------------------------------------------
class DecisionContentSerializer(serializers.Serializer):
    """What the author writes. Nothing is needed to save; `objections` tells what is missing."""

    outcome = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="An outcome code."
    )
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        max_length=50,
        help_text="Ground codes of that outcome.",
    )
    reasons = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        default=dict,
        help_text="Text by part: " + ", ".join(part.code for part in rules.REASON_PARTS) + ".",
    )
    weights = serializers.DictField(
        child=serializers.ChoiceField(rules.WEIGHTS),
        required=False,
        default=dict,
        help_text="How much each of `items` weighs, by its id.",
    )
    age_basis = serializers.ChoiceField(
        rules.AGE_BASES, required=False, allow_blank=True, default=""
    )
    delay_requested = serializers.ChoiceField(YES_NO, required=False, allow_blank=True, default="")
    panel_met_on = serializers.DateField(required=False, allow_null=True, default=None)
    panel_present = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=99
    )
    quorum = serializers.ChoiceField(YES_NO, required=False, allow_blank=True, default="")
    no_conflict = serializers.BooleanField(
        required=False,
        default=False,
        help_text="You declare that you have no conflict of interest.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Codes must be codes: they are kept in the clear, where text would have no place."""
        law: Law = self.context["law"]
        faults: dict[str, Any] = {}
        outcomes = {outcome.code: outcome for outcome in law.outcomes}
        outcome = outcomes.get(attrs["outcome"])
        if attrs["outcome"] and outcome is None:
            faults["outcome"] = _("This decision has no such outcome.")
        known = {ground.code for ground in outcome.grounds} if outcome else set()
        if not set(attrs["grounds"]) <= known:
            faults["grounds"] = _("Choose grounds of this outcome.")
        if not set(attrs["reasons"]) <= {part.code for part in rules.REASON_PARTS}:
            faults["reasons"] = _("There is no such part of the reasons.")
        longest = self.context["longest"]
        if any(len(text) > longest for text in attrs["reasons"].values()):
            faults["reasons"] = _("Each part is %(most)s characters or fewer.") % {"most": longest}
        if not set(attrs["weights"]) <= self.context["items"]:
            faults["weights"] = _("Choose among the items of this decision.")
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class DecisionStartSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=40, help_text="A decision code of the profile.")


class OwnGroundsSerializer(serializers.Serializer):
    own_outcome = serializers.CharField(max_length=20)
    own_grounds = serializers.CharField(max_length=MOST_OWN_TEXT)
    no_conflict = serializers.BooleanField()


class VerdictSerializer(serializers.Serializer):
    verdict = serializers.ChoiceField([rules.AGREE, rules.RETURN, rules.ESCALATE])
    reasons = serializers.CharField(
        max_length=MOST_OWN_TEXT, required=False, allow_blank=True, default=""
    )
    to = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="To escalate: one of `readers`."
    )


class ServiceSerializer(serializers.Serializer):
    served_on = serializers.DateField(help_text="The day it reached the person.")
    channel = serializers.ChoiceField(rules.SERVING_CHANNELS)
    language = serializers.ChoiceField(sorted(LANGUAGES.labels))


# What an answer looks like -----------------------------------------------------------------------
class DecisionRowSerializer(serializers.Serializer):
    """A decision of a case. The outcome is told once it is made."""

    id = serializers.UUIDField()
    decision = Coded()
    state = Coded()
    outcome = Coded(allow_null=True)
    author = WorkerSerializer()
    second_person = WorkerSerializer(allow_null=True)
    drafted_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    made_on = serializers.DateField(allow_null=True)
    served_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class DecisionsBodySerializer(serializers.Serializer):
    """The decisions of a case, the newest first, and those that you could begin now."""

    results = DecisionRowSerializer(many=True)
    startable = Coded(many=True)


class OfferedOutcomeSerializer(Coded):
    negative = serializers.BooleanField()
    grounds = Coded(many=True)


class DecisionItemSerializer(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()
    dated = serializers.CharField(allow_blank=True)


class StandardSerializer(serializers.Serializer):
    """The standard of proof, in plain words."""

    name = serializers.CharField()
    text = serializers.CharField()
    source = serializers.CharField()
    verified = serializers.BooleanField(help_text="Whether it has a published source.")


class MistakeSerializer(serializers.Serializer):
    label = serializers.CharField()
    help = serializers.CharField(allow_blank=True)


class LetterDateSerializer(serializers.Serializer):
    label = serializers.CharField()
    date = serializers.CharField(help_text="In words.")


class LetterSerializer(serializers.Serializer):
    """The letter of a decision that was made. It names nobody."""

    language = serializers.CharField()
    reference = ReferenceField()
    pseudonym = serializers.CharField()
    authority = serializers.CharField()
    title = serializers.CharField()
    made_on = serializers.DateField()
    outcome = serializers.CharField()
    negative = serializers.BooleanField()
    standard = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    would_change = serializers.CharField(allow_blank=True)
    rights = serializers.CharField(allow_blank=True)
    dates = LetterDateSerializer(many=True)


class LetterQuery(serializers.Serializer):
    """What may stand after the question mark."""

    language = serializers.ChoiceField(
        [code for code, _label in settings.LANGUAGES],
        required=False,
        help_text="Left out: the person's own, where the service speaks it.",
    )


class DecisionReviewSerializer(serializers.Serializer):
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    verdict = serializers.CharField()
    own_outcome = serializers.CharField(allow_blank=True)
    own_grounds = serializers.CharField(allow_blank=True)
    reasons = serializers.CharField(allow_blank=True)


class PieceSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["same", "added", "gone"])
    text = serializers.CharField()


class RewrittenSerializer(serializers.Serializer):
    """A part of the decision that was written anew after it was returned, word by word."""

    label = serializers.CharField()
    pieces = PieceSerializer(many=True)


class DecisionSerializer(DecisionRowSerializer):
    """A decision: what its author wrote, what there is to choose, what stands in its way."""

    content = DecisionContentSerializer()
    outcomes = OfferedOutcomeSerializer(many=True)
    items = DecisionItemSerializer(many=True)
    objections = ProblemErrorSerializer(many=True)
    reviews = DecisionReviewSerializer(many=True)
    rewritten = RewrittenSerializer(
        many=True, help_text="While it is read again: what changed since it was returned."
    )
    readers = WorkerSerializer(many=True, help_text="To whom you could pass it on.")
    standard = StandardSerializer()
    common_mistakes = MistakeSerializer(many=True)
    record_hash = serializers.CharField(allow_blank=True)


class ReviewRowSerializer(serializers.Serializer):
    """A decision that waits for a second person."""

    case = ReferenceField()
    id = serializers.UUIDField()
    decision = serializers.CharField()
    author = WorkerSerializer()
    due_on = serializers.DateField(allow_null=True)
    days_waiting = serializers.IntegerField()
    passed_on = serializers.BooleanField()
    why_not = serializers.CharField(
        allow_blank=True, help_text="Why you cannot be its second person; empty where you can."
    )


class ReviewsQuery(PageQuery):
    """What may stand after the question mark. Pages have 25 rows."""

    limit = None


def _row(decision: Decision) -> dict[str, Any]:
    law = reads.law_of(decision)
    made = decision.state == DecisionState.MADE
    return {
        "id": decision.pk,
        "decision": coded(law),
        "state": coded_choice(DecisionState, decision.state),
        "outcome": coded(law.outcome(decision.outcome)) if made else None,
        "author": worker(decision.author),
        "second_person": worker(decision.second_person),
        "drafted_at": decision.drafted_at,
        "submitted_at": decision.submitted_at,
        "made_on": decision.made_on,
        "served_on": decision.served_on,
        "version": decision.version,
    }


def _content(decision: Decision, reasons: dict[str, str]) -> dict[str, Any]:
    answers = decision.answers
    return {
        "outcome": decision.outcome,
        "grounds": decision.grounds,
        "reasons": reasons,
        "weights": answers.get("weights", {}),
        "age_basis": answers.get("age_basis", ""),
        "delay_requested": answers.get("delay_requested", ""),
        "panel_met_on": answers.get("panel_met_on"),
        "panel_present": answers.get("panel_present"),
        "quorum": answers.get("quorum", ""),
        "no_conflict": decision.conflicts_declared,
    }


def _error(objection: Objection) -> dict[str, str]:
    return {
        "field": objection.field or "",
        "detail": str(objection.text),
        "code": objection.code,
    }


class DecisionAPIView(CaseAPIView):
    """An endpoint about the decisions of one case."""

    right = rights.DRAFT_DECISION

    def find(self, decision_id: UUID) -> Decision:
        """The decision, if it is one of this case; else it is as if there were none."""
        decision = (
            self.case.decisions.select_related("author", "second_person", "findings")
            .filter(pk=decision_id)
            .first()
        )
        if decision is None:
            raise Hidden(self.right.code)
        decision.case = self.case
        return decision

    def looked(self, verb: str, *decisions: Decision) -> None:
        writer.write(
            verb,
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"decisions": [str(decision.pk) for decision in decisions]},
        )

    def content(self, decision: Decision) -> deciding.Content:
        """The body as what the author writes, its codes checked against the law."""
        items = reads.items_of(self.case, reads.current_findings(self.case))
        said = self.read(
            DecisionContentSerializer,
            context={
                "law": reads.law_of(decision),
                "items": {item.id for item in items},
                "longest": self.case.profile.evidence.text_characters,
            },
        )
        met_on = said["panel_met_on"]
        answers = {
            "age_basis": said["age_basis"],
            "delay_requested": said["delay_requested"],
            "panel_met_on": met_on.isoformat() if met_on else "",
            "panel_present": said["panel_present"],
            "quorum": said["quorum"],
            "weights": said["weights"],
        }
        return deciding.Content(
            outcome=said["outcome"],
            grounds=tuple(said["grounds"]),
            reasons=said["reasons"],
            answers={name: value for name, value in answers.items() if value},
            no_conflict=said["no_conflict"],
        )

    def told(self, decision: Decision, *, status: int = 200) -> Response:
        """The decision as it is now, with its version as ETag."""
        law, user = reads.law_of(decision), self.request.user
        reasons = reads.reasons_of(decision)
        open_now = decision.state in reads.OPEN_STATES
        findings = reads.current_findings(self.case) if open_now else decision.findings
        in_the_way = (
            pages.objections_now(
                self.case, law, at=self.at, draft=decision, reasons=reasons, findings=findings
            )
            if open_now
            else []
        )
        passes_on = decision.state in reads.WITH_A_READER and "review_decision" in self.held
        body = {
            **_row(decision),
            "content": _content(decision, reasons),
            "outcomes": [
                {**coded(o), "negative": o.negative, "grounds": [coded(g) for g in o.grounds]}
                for o in law.outcomes
            ],
            "items": [
                {"id": item.id, "label": str(item.label), "dated": item.dated}
                for item in reads.items_of(self.case, findings)
            ],
            "objections": [_error(objection) for objection in in_the_way],
            "reviews": [_review(row) for row in pages.reviews_of(decision)],
            "rewritten": [
                {"label": str(one.label), "pieces": [asdict(piece) for piece in one.pieces]}
                for one in reads.rewritten_since(decision, reasons)
            ]
            if decision.state in reads.WITH_A_READER
            else [],
            "readers": [worker(u) for u in deciding.readers_besides(decision, user)]
            if passes_on
            else [],
            "standard": {
                "name": str(law.standard.name),
                "text": str(law.standard.text),
                "source": law.standard.source,
                "verified": law.standard.verified,
            },
            "common_mistakes": [
                {"label": str(line.label), "help": str(line.help)} for line in law.guidance
            ],
            "record_hash": decision.record_hash,
        }
        where = reverse("api_decision", args=[self.case.reference, decision.pk])
        return respond(
            body,
            status=status,
            version=decision.version,
            location=where if status == 201 else None,
        )


def _review(row: dict[str, Any]) -> dict[str, Any]:
    names = ("by", "at", "own_outcome", "own_grounds")
    told = {name: row[name] for name in names}
    return {**told, "verdict": str(row["verdict"]), "reasons": row.get("reasons", "")}


class DecisionsView(DecisionAPIView):
    """The decisions of a case."""

    @describe(
        "list_decisions",
        "List the decisions of a case, and what can be decided now",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: DecisionsBodySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = pages.decisions_of(self.case)
        self.looked("decisions.viewed", *(line.decision for line in lines))
        begin = pages.startable(self.case, request.user, lines, at=self.at)
        for line in lines:
            line.decision.case = self.case
        return respond(
            {
                "results": [_row(line.decision) for line in lines],
                "startable": [coded(one.law) for one in begin],
            }
        )

    @describe(
        "draft_decision",
        "Begin a draft",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=DecisionStartSerializer,
        responses={201: DecisionSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        decision = deciding.draft_decision(
            self.case,
            actor=request.user,
            at=self.at,
            code=self.read(DecisionStartSerializer)["code"],
            submission_key=self.submission_key(),
        )
        return self.told(decision, status=201)


class DecisionView(DecisionAPIView):
    """One decision."""

    @describe(
        "get_decision",
        "Read a decision, and what stands in its way",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: DecisionSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        self.looked("decision.viewed", decision)
        return self.told(decision)

    @describe(
        "save_decision",
        "Save a draft; what is left out is emptied",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=DecisionContentSerializer,
        responses={200: DecisionSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        deciding.save_draft(
            decision,
            actor=request.user,
            at=self.at,
            content=self.content(decision),
            version=self.expected_version(),
        )
        return self.told(decision)


class _StepView(DecisionAPIView):
    """A step of a decision that takes no words."""

    http_method_names = ["post"]


class DecisionSubmissionView(_StepView):
    """Giving a draft to the second person."""

    @describe(
        "submit_decision",
        "Submit a draft to a second person, or make it where none is needed",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=None,
        responses={200: DecisionSerializer},
        problems=(404, 412, 422, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        deciding.submit_for_review(
            decision, actor=request.user, at=self.at, version=self.expected_version()
        )
        return self.told(decision)


class DecisionWithdrawalView(_StepView):
    """Withdrawing a draft."""

    @describe(
        "withdraw_decision",
        "Withdraw a draft; it stays on file",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=None,
        responses={200: DecisionSerializer},
        problems=(404, 412, 422, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        deciding.withdraw_draft(
            decision, actor=request.user, at=self.at, version=self.expected_version()
        )
        return self.told(decision)


# The second person -------------------------------------------------------------------------------
class DecisionReviewView(DecisionAPIView):
    """What the second person would decide, before they say whether they agree."""

    right = rights.REVIEW_DECISION
    http_method_names = ["post"]

    @describe(
        "record_own_grounds",
        "Record what you would decide yourself, as the second person",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=OwnGroundsSerializer,
        responses={201: DecisionSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        deciding.record_own_grounds(
            decision,
            actor=request.user,
            at=self.at,
            version=self.expected_version(),
            **self.read(OwnGroundsSerializer),
        )
        return self.told(decision, status=201)


class DecisionVerdictView(DecisionAPIView):
    """Agreeing, returning or passing on, as the second person."""

    right = rights.REVIEW_DECISION
    http_method_names = ["post"]

    @describe(
        "give_verdict",
        "Agree with a decision, return it, or pass it on",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=VerdictSerializer,
        responses={200: DecisionSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        said = self.read(VerdictSerializer)
        more: dict[str, Any] = {
            "actor": request.user,
            "at": self.at,
            "reasons": said["reasons"],
            "version": self.expected_version(),
        }
        if said["verdict"] == rules.AGREE:
            deciding.agree(decision, **more)
        elif said["verdict"] == rules.RETURN:
            deciding.hand_back(decision, **more)
        else:
            to = User.objects.filter(pk=said["to"]).first() if said["to"] else None
            deciding.escalate(decision, to=to, **more)
        return self.told(decision)


class DecisionServiceView(DecisionAPIView):
    """When and how a decision reached the person."""

    right = rights.SERVE_DECISION
    http_method_names = ["post"]

    @describe(
        "serve_decision",
        "Record when and how a decision reached the person",
        tag=TAG,
        scope=Scope.DECISIONS_WRITE,
        request=ServiceSerializer,
        responses={200: DecisionSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        self.hold(decision)
        deciding.serve_decision(
            decision, actor=request.user, at=self.at, **self.read(ServiceSerializer)
        )
        return self.told(decision)


class DecisionLetterView(DecisionAPIView):
    """The letter that tells the person."""

    @describe(
        "read_letter",
        "Read the letter of a decision that was made",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LetterSerializer},
        problems=(404,),
        parameters=[LetterQuery],
    )
    def get(self, request: Request, reference: str, decision_id: UUID) -> Response:
        decision = self.find(decision_id)
        if decision.state != DecisionState.MADE:
            raise Hidden(self.right.code)
        wanted = self.read_query(LetterQuery).get("language")
        spoken = self.case.language if self.case.language in dict(settings.LANGUAGES) else ""
        language = wanted or spoken or translation.get_language() or "en"
        self.looked("letter.viewed", decision)
        with translation.override(language):
            letter = pages.letter_of(decision)
            body = {
                **{name: getattr(letter, name) for name in _LETTER},
                "language": language,
                "dates": [{"label": label, "date": str(day)} for label, day in letter.dates],
            }
        return respond(body)


_LETTER = (
    "reference",
    "pseudonym",
    "authority",
    "title",
    "made_on",
    "outcome",
    "negative",
    "standard",
    "why",
    "would_change",
    "rights",
)


class ReviewsView(APIView):
    """The decisions that wait for a second person in the cases that you decide."""

    role_right = rights.SEE_REVIEWS

    @describe(
        "list_reviews",
        "List the decisions that wait for a second person",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(ReviewRowSerializer, "ReviewPage")},
        parameters=[ReviewsQuery],
    )
    def get(self, request: Request) -> Response:
        after = self.read_query(ReviewsQuery)["after"]
        waiting, page = review_queue(request.user, at=self.at, after=after)
        writer.write(
            "reviews.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={
                "decisions": [str(line.decision.pk) for line in waiting],
                "cases": [str(line.decision.case_id) for line in waiting],
            },
        )
        return page_response(request, [_waiting(line) for line in waiting], after=page.after)


def _waiting(line: Waiting) -> dict[str, Any]:
    return {
        "case": line.case.reference,
        "id": line.decision.pk,
        "decision": line.label,
        "author": worker(line.decision.author),
        "due_on": line.deadline.due_on if line.deadline else None,
        "days_waiting": line.days_waiting,
        "passed_on": line.passed_on,
        "why_not": line.why_not,
    }
