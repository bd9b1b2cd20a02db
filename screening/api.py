"""Screenings by REST: read, begun, filled in and completed by the same actions as the workbench.

An answer of one screening holds what was said, seen and received, so reading it is an event.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.models import Episode
from cases.models.case import AgeStatus
from cases.selectors.keyset import page_of
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, IF_MATCH, describe, page_response, page_schema, respond
from screening import actions, rules, selectors
from screening.actions import MOST_COUNTRIES, MOST_TEXT, FoundEpisode, Item
from screening.models import (
    Contradiction,
    EvidenceSource,
    HeardBy,
    IndicatorFinding,
    IndicatorState,
    Interpreter,
    Screening,
    ScreeningState,
)
from screening.selectors import Board, EpisodeInWords, EvidenceItem, Pair

TAG = "Screening"
ELEMENT_STATES = ["PRESENT", "NOT_SHOWN", "UNKNOWN"]
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


# What is sent -------------------------------------------------------------------------------------
class EvidenceWriteSerializer(serializers.Serializer):
    source = serializers.ChoiceField(EvidenceSource.choices)
    text = serializers.CharField(max_length=MOST_TEXT)
    dated = serializers.RegexField(
        DATE, required=False, allow_blank=True, default="", help_text="2026, 2026-03 or 2026-03-04."
    )
    heard_by = serializers.ChoiceField(
        HeardBy.choices, required=False, allow_blank=True, default=""
    )
    interpreter = serializers.ChoiceField(
        Interpreter.choices, required=False, allow_blank=True, default=""
    )
    reliability = serializers.CharField(
        max_length=MOST_TEXT, required=False, allow_blank=True, default=""
    )
    episode = serializers.UUIDField(required=False, allow_null=True, default=None)
    document = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Of the case: what it is in."
    )


class FindingWriteSerializer(serializers.Serializer):
    state = serializers.ChoiceField(IndicatorState.choices)
    evidence = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=500,
        help_text="The items it rests on. Left out, the links stay as they are.",
    )


class EpisodeWriteSerializer(serializers.Serializer):
    types = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=30
    )
    place = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    countries = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=MOST_COUNTRIES,
        default=list,
    )
    began = serializers.RegexField(DATE, required=False, allow_blank=True, default="")
    ended = serializers.RegexField(DATE, required=False, allow_blank=True, default="")
    age_then_status = serializers.ChoiceField(
        AgeStatus.choices, required=False, allow_blank=True, default=""
    )
    age_then_years = serializers.IntegerField(
        min_value=0, max_value=120, required=False, allow_null=True, default=None
    )


class ExplanationSerializer(serializers.Serializer):
    explanation = serializers.CharField(
        max_length=MOST_TEXT, required=False, allow_blank=True, default=""
    )
    put_to_person = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Null: not yet."
    )


class ContradictionWriteSerializer(ExplanationSerializer):
    first = serializers.UUIDField()
    second = serializers.UUIDField()


class CompletionSerializer(serializers.Serializer):
    agrees = serializers.BooleanField(help_text="Whether the screener sees it this way.")
    differs = serializers.CharField(
        max_length=MOST_TEXT,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why not, where `agrees` is false.",
    )


# What an answer looks like ------------------------------------------------------------------------
class ScreeningRowSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(ScreeningState.choices)
    started_by = WorkerSerializer()
    started_at = serializers.DateTimeField()
    completed_by = WorkerSerializer(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    follows = serializers.UUIDField(allow_null=True, help_text="The one that it began from.")
    version = serializers.IntegerField()


class EvidenceSerializer(EvidenceWriteSerializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    recorded_by = WorkerSerializer()
    recorded_at = serializers.DateTimeField()
    corrected_by = WorkerSerializer(allow_null=True)
    corrected_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class FindingSerializer(serializers.Serializer):
    episode = serializers.UUIDField()
    code = serializers.CharField()
    state = serializers.ChoiceField(IndicatorState.choices)
    evidence = serializers.ListField(child=serializers.UUIDField())
    recorded_by = WorkerSerializer()
    recorded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ContradictionSerializer(ContradictionWriteSerializer):
    id = serializers.UUIDField()
    recorded_by = WorkerSerializer()
    recorded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ElementSerializer(serializers.Serializer):
    """One element of one episode. There are counts and no score."""

    element = serializers.ChoiceField(list(rules.ELEMENTS))
    state = serializers.ChoiceField(ELEMENT_STATES)
    needed = serializers.BooleanField(help_text="False for the means of a child.")
    shown = serializers.ListField(child=serializers.CharField())
    not_shown = serializers.IntegerField()
    unknown = serializers.IntegerField()
    missing = serializers.CharField(allow_blank=True)
    ask = serializers.ListField(child=serializers.CharField(), help_text="What to ask next.")


class ScreeningEpisodeSerializer(EpisodeWriteSerializer):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    child_rule = serializers.BooleanField()
    result = serializers.ChoiceField(list(rules.BEST_FIRST))
    elements = ElementSerializer(many=True)


class WeighingSerializer(serializers.Serializer):
    """What the rule makes of it all. It advises; a person decides."""

    act = serializers.CharField()
    means = serializers.CharField()
    purpose = serializers.CharField()
    result = serializers.ChoiceField(list(rules.BEST_FIRST))
    limb = serializers.CharField()
    prompts = serializers.ListField(child=serializers.CharField())
    pathway = serializers.CharField()


class ScreeningSerializer(ScreeningRowSerializer):
    weighing = WeighingSerializer()
    agrees = serializers.BooleanField(allow_null=True)
    differs = serializers.CharField(allow_blank=True)
    episodes = ScreeningEpisodeSerializer(many=True)
    evidence = EvidenceSerializer(many=True)
    findings = FindingSerializer(many=True)
    contradictions = ContradictionSerializer(many=True)


def screening_row(screening: Screening) -> dict[str, Any]:
    return {
        "id": screening.pk,
        "state": screening.state,
        "started_by": worker(screening.started_by),
        "started_at": screening.started_at,
        "completed_by": worker(screening.completed_by),
        "completed_at": screening.completed_at,
        "follows": screening.follows_id,
        "version": screening.version,
    }


def evidence_body(item: EvidenceItem) -> dict[str, Any]:
    row = item.row
    return {
        "id": row.pk,
        "number": row.number,
        "source": row.source,
        "text": item.text,
        "dated": row.dated,
        "heard_by": row.heard_by,
        "interpreter": row.interpreter,
        "reliability": item.reliability,
        "document": row.document_id,
        "episode": row.episode_id,
        "recorded_by": worker(row.recorded_by),
        "recorded_at": row.recorded_at,
        "corrected_by": worker(row.changed_by),
        "corrected_at": row.changed_at,
        "version": row.version,
    }


def finding_body(finding: IndicatorFinding, evidence: list[UUID]) -> dict[str, Any]:
    return {
        "episode": finding.episode_id,
        "code": finding.code,
        "state": finding.state,
        "evidence": evidence,
        "recorded_by": worker(finding.recorded_by),
        "recorded_at": finding.recorded_at,
        "version": finding.version,
    }


def contradiction_body(row: Contradiction, explanation: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "first": row.first_id,
        "second": row.second_id,
        "explanation": explanation,
        "put_to_person": row.put_to_person,
        "recorded_by": worker(row.recorded_by),
        "recorded_at": row.recorded_at,
        "version": row.version,
    }


def episode_body(words: EpisodeInWords) -> dict[str, Any]:
    episode = words.episode
    return {
        "id": episode.pk,
        "position": episode.position,
        "types": episode.types,
        "place": episode.place,
        "countries": episode.countries,
        "began": episode.began,
        "ended": episode.ended,
        "age_then_status": episode.age_then_status,
        "age_then_years": episode.age_then_years,
        "child_rule": words.child_rule,
        "result": words.result,
        "elements": [
            {
                "element": element.code,
                "state": element.state,
                "needed": element.needed,
                "shown": [indicator.code for indicator in element.shown],
                "not_shown": element.not_shown,
                "unknown": element.unknown,
                "missing": str(element.gap or ""),
                "ask": [question.prompt.code for question in element.questions],
            }
            for element in words.elements
        ],
    }


def screening_body(board: Board) -> dict[str, Any]:
    weighing = board.words.weighing
    names = ("act", "means", "purpose", "result", "limb", "pathway")
    return {
        **screening_row(board.screening),
        "weighing": {
            **{name: getattr(weighing, name) for name in names},
            "prompts": list(weighing.prompts),
        },
        "agrees": board.screening.agrees,
        "differs": selectors.reasons_of(board.screening),
        "episodes": [episode_body(words) for words in board.words.episodes],
        "evidence": [evidence_body(item) for item in board.items],
        "findings": [
            finding_body(finding, [item.id for item in board.links.get(finding.pk, ())])
            for finding in board.findings.values()
        ],
        "contradictions": [_pair_body(pair) for pair in board.pairs],
    }


def _pair_body(pair: Pair) -> dict[str, Any]:
    return contradiction_body(pair.row, pair.explanation)


# Endpoints ----------------------------------------------------------------------------------------
class ScreeningsView(CaseAPIView):
    """The screenings of a case, the newest first."""

    right = rights.SCREEN

    @describe(
        "list_screenings",
        "List the screenings of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(ScreeningRowSerializer, "ScreeningPage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            self.case.screenings.select_related("started_by", "completed_by"),
            "started_at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        writer.write(
            "screenings.listed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"screenings": [str(row.pk) for row in page.rows]},
        )
        return page_response(request, [screening_row(row) for row in page.rows], after=page.after)

    @describe(
        "start_screening",
        "Start a screening; it begins from the last one completed",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=None,
        responses={201: ScreeningSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        started = actions.start_screening(self.case, actor=request.user, at=self.at)
        where = reverse("api_screening", args=[self.case.reference, started.pk])
        body = screening_body(selectors.board(started))
        return respond(body, status=201, version=started.version, location=where)


class OneScreeningView(CaseAPIView):
    """An endpoint of one screening of the case."""

    right = rights.SCREEN
    screening: Screening

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        found = selectors.screenings_of(self.case)
        self.screening = _one([row for row in found if row.pk == kwargs["screening"]])

    def evidence_of(self, evidence: UUID) -> Any:
        related = ("screening__case", "recorded_by", "changed_by")
        return _one(self.screening.evidences.select_related(*related).filter(pk=evidence))

    def contradiction_of(self, contradiction: UUID) -> Any:
        related = ("screening__case", "recorded_by")
        return _one(self.screening.contradictions.select_related(*related).filter(pk=contradiction))


def _one(rows: Any) -> Any:
    """The one row, or 404."""
    for row in rows:
        return row
    raise Hidden(rights.SCREEN.code)


class ScreeningView(OneScreeningView):
    """One screening: evidence, findings, and what the rule makes of them."""

    @describe(
        "read_screening",
        "Read a screening",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ScreeningSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, screening: UUID) -> Response:
        board = selectors.board(self.screening)
        writer.write(
            "screening.viewed",
            at=self.at,
            actor_id=request.user.pk,
            object_type="screening.screening",
            object_id=self.screening.pk,
            case_id=self.case.pk,
            data={"evidence": [str(item.id) for item in board.items]},
        )
        return respond(screening_body(board), version=self.screening.version)


class ScreeningEvidenceListView(OneScreeningView):
    @describe(
        "record_evidence",
        "Record one item of evidence",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=EvidenceWriteSerializer,
        responses={201: EvidenceSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str, screening: UUID) -> Response:
        saved = actions.record_evidence(
            self.screening,
            actor=request.user,
            at=self.at,
            item=Item(**self.read(EvidenceWriteSerializer)),
            key=self.submission_key(),
        )
        body = evidence_body(selectors.open_item(saved))
        return respond(body, status=201, version=saved.version)


class ScreeningEvidenceView(OneScreeningView):
    @describe(
        "correct_evidence",
        "Correct an item of evidence; what it said before is kept",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=EvidenceWriteSerializer,
        responses={200: EvidenceSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, screening: UUID, evidence: UUID) -> Response:
        saved = actions.correct_evidence(
            self.evidence_of(evidence),
            actor=request.user,
            at=self.at,
            item=Item(**self.read(EvidenceWriteSerializer)),
            version=self.expected_version(),
        )
        return respond(evidence_body(selectors.open_item(saved)), version=saved.version)


class ScreeningEpisodesView(OneScreeningView):
    @describe(
        "add_episode",
        "Add to the case an episode found while screening",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=EpisodeWriteSerializer,
        responses={201: ScreeningEpisodeSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str, screening: UUID) -> Response:
        told = self.read(EpisodeWriteSerializer)
        found: Episode = actions.add_episode(
            self.screening,
            actor=request.user,
            at=self.at,
            episode=FoundEpisode(
                **{**told, "types": tuple(told["types"]), "countries": tuple(told["countries"])}
            ),
            key=self.submission_key(),
        )
        board = selectors.board(self.screening)
        return respond(episode_body(board.words_of(found)), status=201)


class AgeThenSerializer(serializers.Serializer):
    age_then_status = serializers.ChoiceField(
        AgeStatus.choices, allow_blank=True, help_text="Empty: as the case says."
    )


class ScreeningAgeView(OneScreeningView):
    """Whether the person was a child in one episode."""

    @describe(
        "record_age_then",
        "Record whether the person was a child in an episode",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AgeThenSerializer,
        responses={200: ScreeningEpisodeSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, screening: UUID, episode: UUID) -> Response:
        _one(self.case.episodes.filter(pk=episode))
        wanted = self.read(AgeThenSerializer)["age_then_status"]
        self.hold(self.screening)
        found: Episode = actions.record_age_then(
            self.screening, actor=request.user, at=self.at, episode=episode, age_then=wanted
        )
        board = selectors.board(self.screening)
        return respond(episode_body(board.words_of(found)), version=self.screening.version)


class ScreeningFindingView(OneScreeningView):
    """What is found of one indicator in one episode. Its version is 0 while it was not looked
    at."""

    @describe(
        "record_indicator",
        "Record what is found of an indicator in an episode",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=FindingWriteSerializer,
        responses={200: FindingSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(
        self, request: Request, reference: str, screening: UUID, episode: UUID, code: str
    ) -> Response:
        self.find(episode, code)
        told = self.read(FindingWriteSerializer)
        saved = actions.record_indicator(
            self.screening,
            actor=request.user,
            at=self.at,
            episode=episode,
            code=code,
            state=told["state"],
            evidence_ids=told.get("evidence"),
            version=self.expected_version(),
        )
        assert isinstance(saved, IndicatorFinding)  # a state was sent
        linked = list(saved.evidence.order_by("number").values_list("pk", flat=True))
        return respond(finding_body(saved, linked), version=saved.version)

    @describe(
        "take_indicator_back",
        "Take a finding back: the indicator is not looked at yet",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 412, 422, 428),
        parameters=[IF_MATCH],
    )
    def delete(
        self, request: Request, reference: str, screening: UUID, episode: UUID, code: str
    ) -> Response:
        self.find(episode, code)
        actions.record_indicator(
            self.screening,
            actor=request.user,
            at=self.at,
            episode=episode,
            code=code,
            state="",
            version=self.expected_version(),
        )
        return respond(None, status=204)

    def find(self, episode: UUID, code: str) -> None:
        """404 where the address names no episode of the case, or no indicator of its catalogue."""
        _one(self.case.episodes.filter(pk=episode))
        _one(i for i in self.case.profile.screening.indicators if i.code == code)


class ScreeningContradictionsView(OneScreeningView):
    @describe(
        "note_contradiction",
        "Put two items of evidence that disagree side by side",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ContradictionWriteSerializer,
        responses={201: ContradictionSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, screening: UUID) -> Response:
        saved = actions.note_contradiction(
            self.screening,
            actor=request.user,
            at=self.at,
            **self.read(ContradictionWriteSerializer),
        )
        body = contradiction_body(saved, selectors.open_explanation(saved))
        return respond(body, status=201, version=saved.version)


class ScreeningContradictionView(OneScreeningView):
    @describe(
        "explain_contradiction",
        "Record what the screener makes of two items that disagree",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ExplanationSerializer,
        responses={200: ContradictionSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(
        self, request: Request, reference: str, screening: UUID, contradiction: UUID
    ) -> Response:
        saved = actions.explain_contradiction(
            self.contradiction_of(contradiction),
            actor=request.user,
            at=self.at,
            version=self.expected_version(),
            **self.read(ExplanationSerializer),
        )
        body = contradiction_body(saved, selectors.open_explanation(saved))
        return respond(body, version=saved.version)


class ScreeningCompletionView(OneScreeningView):
    @describe(
        "complete_screening",
        "Complete a screening and put its findings on the case",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=CompletionSerializer,
        responses={200: ScreeningSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, screening: UUID) -> Response:
        saved = actions.complete_screening(
            self.screening,
            actor=request.user,
            at=self.at,
            version=self.expected_version(),
            **self.read(CompletionSerializer),
        )
        return respond(screening_body(selectors.board(saved)), version=saved.version)
