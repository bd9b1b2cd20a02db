"""Cases by REST: the work list, one case, giving it to a caseworker, and showing who it is about.

No answer but that of a disclosure says who the person is.
"""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import access, rights
from cases.actions.assigning import assign_case
from cases.actions.identity import show_identity
from cases.api.base import CaseAPIView, PageQuery
from cases.models import Case, Deadline
from cases.models.case import AgeStatus, CaseKind, Confidentiality
from cases.models.deadline import DeadlineState
from cases.models.referral import Safety
from cases.references import clean_reference
from cases.selectors import cases as selectors
from cases.selectors import lists
from cases.selectors.contact import contact_of
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit import writer
from nrm.profiles import profiles
from nrm.rest import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    APIView,
    Coded,
    ReferenceField,
    coded,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Cases"


# What an answer looks like -----------------------------------------------------------------------
class WorkerSerializer(serializers.Serializer):
    """Somebody who works on cases."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class CaseRowSerializer(serializers.Serializer):
    """A case in a list."""

    reference = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    kind = Coded()
    stage = Coded()
    age_status = Coded()
    caseworker = WorkerSerializer(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(
        allow_null=True, help_text="The earliest date to meet; null where none runs."
    )
    version = serializers.IntegerField()


class CaseDeadlineSerializer(serializers.Serializer):
    """A clock that runs or is paused."""

    id = serializers.UUIDField()
    term = Coded()
    state = serializers.ChoiceField(["open", "paused"])
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField()
    to_meet = serializers.BooleanField(
        help_text="False for a date before which something may not be done."
    )


class CaseFindingSerializer(serializers.Serializer):
    """What the current screening found on act, means and purpose."""

    id = serializers.UUIDField()
    act = serializers.CharField()
    means = serializers.CharField()
    purpose = serializers.CharField()
    result = serializers.CharField()
    limb = serializers.CharField()
    pathway = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class CaseSafeContactSerializer(serializers.Serializer):
    """How the person may be reached. Only `safe` may be used; `unknown` may not."""

    call = serializers.ChoiceField(Safety.choices)
    text = serializers.ChoiceField(Safety.choices)
    voicemail = serializers.ChoiceField(Safety.choices)
    email = serializers.ChoiceField(Safety.choices)
    post = serializers.ChoiceField(Safety.choices)


class CaseSerializer(CaseRowSerializer):
    """A case. Who the person is is not here: see disclosures."""

    profile = serializers.CharField(help_text="The profile and its version, such as uk/2026.1.")
    jurisdiction = Coded()
    calendar = serializers.CharField()
    stage_since = serializers.DateTimeField()
    confidentiality = Coded()
    age_years = serializers.IntegerField(allow_null=True)
    language = serializers.CharField(allow_blank=True, help_text="ISO 639 code, or empty.")
    interpreter_needed = serializers.BooleanField(allow_null=True)
    safe_contact = CaseSafeContactSerializer()
    deadlines = CaseDeadlineSerializer(many=True)
    findings = CaseFindingSerializer(allow_null=True)
    rights = serializers.ListField(
        child=serializers.CharField(), help_text="What you may do with this case."
    )


def worker(user: User | None) -> dict[str, Any] | None:
    return {"id": user.pk, "name": user.display_name} if user else None


def case_row(case: Case) -> dict[str, Any]:
    """A case as `CaseRowSerializer` shows it; `person` and `caseworker` should be selected."""
    return {
        "reference": case.reference,
        "pseudonym": case.pseudonym,
        "kind": coded_choice(CaseKind, case.kind),
        "stage": coded(case.profile.stage(case.stage)),
        "age_status": coded_choice(AgeStatus, case.age_status),
        "caseworker": worker(case.caseworker),
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "next_due_at": case.next_due_at,
        "version": case.version,
    }


def case_body(case: Case, held: frozenset[str], *, at: datetime) -> dict[str, Any]:
    """A case as `CaseSerializer` shows it at this moment. Three queries."""
    found = case.findingsets.filter(superseded_at=None).first()
    running = case.deadlines.filter(state__in=[DeadlineState.OPEN, DeadlineState.PAUSED])
    finding_fields = ("id", "act", "means", "purpose", "result", "limb", "pathway", "recorded_at")
    return {
        **case_row(case),
        "profile": f"{case.profile_code}/{case.profile_version}",
        "jurisdiction": coded(case.profile.jurisdiction(case.jurisdiction)),
        "calendar": case.calendar,
        "stage_since": case.stage_since,
        "confidentiality": coded_choice(Confidentiality, case.confidentiality),
        "age_years": case.age_years,
        "language": case.language,
        "interpreter_needed": case.interpreter_needed,
        "safe_contact": contact_of(case, at=at).ways,
        "deadlines": [_deadline(case, row) for row in running.order_by("due_at", "id")],
        "findings": {name: getattr(found, name) for name in finding_fields} if found else None,
        "rights": sorted(held),
    }


def _deadline(case: Case, row: Deadline) -> dict[str, Any]:
    return {
        "id": row.pk,
        "term": coded(case.profile.term(row.term)),
        "state": row.state,
        "due_on": row.due_on,
        "due_at": row.due_at,
        "to_meet": row.kind == "due",
    }


# The work list -----------------------------------------------------------------------------------
AGO = list(lists.BAND_WORDS.items())


class CaseFilters(serializers.Serializer):
    """What a list of cases can be narrowed by and ordered in."""

    view = serializers.ChoiceField(
        [lists.MINE, lists.TEAM, lists.UNASSIGNED, lists.CLOSED],
        required=False,
        default=lists.TEAM,
        help_text="team: every open case that you may see. mine: those given to you by name.",
    )
    urgency = serializers.MultipleChoiceField(
        choices=list(lists.URGENCIES.items()), required=False, help_text="By the next date to meet."
    )
    stage = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Stage codes of a profile."
    )
    child = serializers.BooleanField(
        required=False, default=False, help_text="Only those treated as a child."
    )
    caseworker = serializers.UUIDField(required=False, help_text="Only those given to this user.")
    waited = serializers.ChoiceField(
        AGO,
        required=False,
        help_text="How long a case has been at its stage, in days where we are.",
    )
    received = serializers.ChoiceField(
        AGO,
        required=False,
        help_text="How long ago a case was received, in days where we are.",
    )
    sort = serializers.ChoiceField(
        [(lists.DUE, "due"), (lists.RECEIVED, "received"), (lists.STAGE, "stage")],
        required=False,
        default=lists.DUE,
        help_text="due: the next deadline first. received: the newest first. stage: the longest in "
        "their stage first. Closed cases come as received.",
    )

    def validate_stage(self, value: list[str]) -> list[str]:
        known = {stage.code for profile in profiles() for stage in profile.stages}
        if not known.issuperset(value):
            raise serializers.ValidationError(_("No profile has this stage."))
        return value


def wanted_of(query: dict[str, Any]) -> lists.Wanted:
    """What the validated filters ask for."""
    day = query.get("due_before")
    return lists.Wanted(
        view=query["view"],
        urgency=frozenset(query.get("urgency", ())),
        stages=frozenset(query.get("stage", ())),
        child=query["child"],
        caseworker=query.get("caseworker"),
        kind=query.get("kind", ""),
        waited=query.get("waited", ""),
        received=query.get("received", ""),
        due_before=timezone.make_aware(datetime.combine(day, time.min)) if day else None,
        order=query["sort"],
    )


class CaseListQuery(CaseFilters, PageQuery):
    """What may stand after the question mark. A page may hold fewer cases than `limit`, or none,
    where filters are combined: go on until `next` is null."""

    kind = serializers.ChoiceField(CaseKind.choices, required=False)
    receipt = ReferenceField(required=False, help_text="Only the case of this referral's receipt.")
    due_before = serializers.DateField(
        required=False, help_text="Only cases whose next date to meet is before this day."
    )

    def validate_receipt(self, value: str) -> str:
        clean = clean_reference(value)
        if clean is None:
            raise serializers.ValidationError(_("This is not a receipt: check its characters."))
        return clean


class CasesView(APIView):
    """The cases whose page you may see, the one due first at the head."""

    @describe(
        "list_cases",
        "List the cases that you may see",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(CaseRowSerializer, "CasePage")},
        parameters=[CaseListQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(CaseListQuery)
        wanted = wanted_of(query)
        if receipt := query.get("receipt"):
            page = self._of_receipt(receipt, wanted)
        else:
            page = lists.page_of_cases(
                request.user,
                rights.SEE_CASE,
                wanted,
                selectors.SHOWN_IN_LISTS,
                at=self.at,
                after=query["after"],
                size=query["limit"],
            )
        _listed(self, "api", page.rows)
        return page_response(request, [case_row(case) for case in page.rows], after=page.after)

    def _of_receipt(self, receipt: str, wanted: lists.Wanted) -> lists.Found:
        """At most one case: looked up by the receipt, and shown where the filters hold it."""
        cases = selectors.SHOWN_IN_LISTS.visible_to(self.request.user, rights.SEE_CASE)
        rows = [
            case
            for case in cases.filter(referrals__receipt=receipt)
            if lists.holds(self.request.user, rights.SEE_CASE, wanted, case.pk, at=self.at)
        ]
        return lists.Found(rows=rows)


def _listed(view: APIView, which: str, cases: Iterable[Case]) -> None:
    writer.write(
        "cases.listed",
        at=view.at,
        actor_id=view.request.user.pk,
        data={"list": which, "cases": [str(case.pk) for case in cases]},
    )


class CaseSearchSerializer(serializers.Serializer):
    text = serializers.CharField(
        max_length=60, help_text="A reference, or the beginning of a pseudonym."
    )


class CaseSearchBodySerializer(serializers.Serializer):
    """Cases by the alphabet of their pseudonyms, open and closed."""

    results = CaseRowSerializer(many=True)
    more = serializers.BooleanField(help_text="True where further cases begin so: type more.")


class CaseSearchView(APIView):
    """Finding a case. What is looked for is sent, so that it stands in no address."""

    role_right = rights.FIND_CASES
    http_method_names = ["post"]

    @describe(
        "find_cases",
        "Find a case by its reference or pseudonym",
        tag=TAG,
        scope=Scope.CASES_READ,
        request=CaseSearchSerializer,
        responses={200: CaseSearchBodySerializer},
    )
    def post(self, request: Request) -> Response:
        text = self.read(CaseSearchSerializer)["text"]
        case, cases, more = selectors.find(request.user, text)
        found = [case] if case else cases
        _listed(self, "find", found)
        return respond({"results": [case_row(row) for row in found], "more": more})


# One case ----------------------------------------------------------------------------------------
class CaseDetailView(CaseAPIView):
    """One case."""

    @describe(
        "get_case",
        "Read a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CaseSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        body = case_body(self.case, self.held, at=self.at)
        writer.write(
            "case.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={
                "deadlines": [str(deadline["id"]) for deadline in body["deadlines"]],
                "findings": str(body["findings"]["id"]) if body["findings"] else None,
            },
        )
        return respond(body, version=self.case.version)


class AssignmentSerializer(serializers.Serializer):
    caseworker = serializers.UUIDField(help_text="One of `candidates`.")


class AssignmentBodySerializer(serializers.Serializer):
    caseworker = WorkerSerializer(allow_null=True)
    candidates = WorkerSerializer(many=True)


class AssignmentView(CaseAPIView):
    """Who works on the case."""

    right = rights.ASSIGN

    @describe(
        "get_assignment",
        "Read who works on a case and who could",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: AssignmentBodySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        could = User.objects.filter(
            is_active=True,
            memberships__group__role_group__organisation=self.case.authority_id,
            memberships__group__role_group__role=Role.CASEWORKER,
        )
        body = {
            "caseworker": worker(self.case.caseworker),
            "candidates": [worker(user) for user in could.order_by("display_name", "id")],
        }
        return respond(body, version=self.case.version)

    @describe(
        "assign_case",
        "Accept a referral and give the case to a caseworker",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AssignmentSerializer,
        responses={200: CaseSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str) -> Response:
        wanted = self.read(AssignmentSerializer)["caseworker"]
        self.hold(self.case)
        caseworker = User.objects.filter(pk=wanted).first()
        if caseworker is None:
            text = _("Choose a caseworker of the authority that holds the case.")
            raise Refused([Objection(str(text), field="caseworker")])
        case = assign_case(self.case, actor=request.user, at=self.at, caseworker=caseworker)
        held = access.rights_on(request.user, case)
        return respond(case_body(case, held, at=self.at), version=case.version)


# Who the person is -------------------------------------------------------------------------------
class DisclosureSerializer(serializers.Serializer):
    purpose = serializers.CharField(max_length=40, help_text="A purpose code of the profile.")
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=500,
        help_text="In words, where the purpose needs them.",
    )


class KnownFactSerializer(serializers.Serializer):
    kind = Coded()
    value = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class DisclosureBodySerializer(serializers.Serializer):
    """Who the person is, as far as it is known, and the record that you were shown it."""

    disclosure = serializers.UUIDField()
    facts = KnownFactSerializer(many=True)


class DisclosuresView(CaseAPIView):
    """Showing who the person is. Each call is recorded with its purpose."""

    right = rights.SHOW_IDENTITY
    http_method_names = ["post"]

    @describe(
        "show_identity",
        "Say why, and be shown who the person is",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=DisclosureSerializer,
        responses={201: DisclosureBodySerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        data = self.read(DisclosureSerializer)
        disclosure, facts = show_identity(
            self.case, actor=request.user, at=self.at, key=self.submission_key(), **data
        )
        body = {
            "disclosure": disclosure.pk,
            "facts": [
                {
                    "kind": {"code": fact.kind, "label": fact.label},
                    "value": fact.value,
                    "recorded_at": fact.recorded_at,
                }
                for fact in facts
            ],
        }
        return respond(body, status=201)


def case_address(case: Case) -> str:
    """Where the case is found by REST."""
    return reverse("api_case", args=[case.reference])
