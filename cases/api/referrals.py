"""Referrals by REST: sending one, and where the ones that were sent stand. The questions and their
codes are those of the pages; `referral-form/` lists them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.referring import receive_referral
from cases.api.base import PageQuery
from cases.models import Referral
from cases.models.case import CaseKind
from cases.models.referral import Source
from cases.rights import REFER
from cases.rules.referral_form import Page, Question, form_for
from cases.selectors.referrals import SentRow, find_referral, sent_referrals, sent_rows
from nrm.accounts.models import Organisation, User
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden, Objection, Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.rest import (
    IDEMPOTENCY_KEY_NEEDED,
    APIView,
    Coded,
    ReferenceField,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Referrals"


# What is sent and answered -----------------------------------------------------------------------
class ReferralWriteSerializer(serializers.Serializer):
    """A whole referral. Nothing that says who the person is is required."""

    answers = serializers.DictField(
        child=serializers.JSONField(),
        help_text="By question code, as GET referral-form/ lists them.",
    )
    organisation = serializers.UUIDField(
        required=False, help_text="For which organisation, where you refer for several."
    )
    external_id = serializers.CharField(
        required=False, max_length=64, help_text="Your own id: a second one makes no second."
    )
    follows = ReferenceField(
        required=False, help_text="The receipt of a notification whose person agrees now."
    )


class NextDateSerializer(serializers.Serializer):
    term = Coded()
    due_on = serializers.DateField()


class ReferralSerializer(serializers.Serializer):
    """A sent referral: its status and next date, and nothing of what it says."""

    receipt = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    kind = Coded()
    status = serializers.CharField()
    status_help = serializers.CharField(allow_blank=True)
    next_date = NextDateSerializer(allow_null=True)
    sent_at = serializers.DateTimeField()
    organisation = serializers.CharField()
    follows = ReferenceField(allow_null=True, help_text="The receipt of the one it follows.")


class QuestionSerializer(serializers.Serializer):
    """One question of the form."""

    code = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    options = Coded(many=True)
    no_answer = serializers.ListField(
        child=serializers.CharField(), help_text="The codes that say why there is no answer."
    )
    needed_on = serializers.ListField(
        child=serializers.CharField(), help_text="On which paths it is needed to send."
    )
    longest = serializers.IntegerField(allow_null=True)


class FormPageSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    part = serializers.CharField(
        allow_blank=True, help_text="The repeated part that the questions belong to, or empty."
    )
    left_empty = serializers.CharField(
        allow_blank=True, help_text="The code under which to say why something is empty, if any."
    )
    questions = QuestionSerializer(many=True)


class ReferralFormSerializer(serializers.Serializer):
    profile = serializers.CharField(help_text="The profile and its version, such as uk/2026.1.")
    pages = FormPageSerializer(many=True)


def _body(row: SentRow) -> dict[str, Any]:
    referral, deadline = row.referral, row.deadline
    return {
        "receipt": referral.receipt,
        "pseudonym": row.pseudonym,
        "kind": coded_choice(CaseKind, referral.case.kind),
        "status": str(row.status),
        "status_help": str(row.status_help),
        "next_date": {
            "term": {"code": deadline.term, "label": deadline.label},
            "due_on": deadline.due_on,
        }
        if deadline
        else None,
        "sent_at": referral.sent_at,
        "organisation": referral.organisation.name,
        "follows": referral.follows.receipt if referral.follows else None,
    }


def team_of(actor: User, asked: Any) -> Organisation:
    """The organisation for which the actor refers here; Refused where it has to be said."""
    teams = actor.organisations(*REFER.roles)
    found = [team for team in teams if asked is None or team.pk == asked]
    if len(found) == 1:
        return found[0]
    text = _("Say for which of your organisations this is.")
    raise Refused([Objection(text, field="organisation", code="organisation")])


class ReferralsView(APIView):
    """Sending a referral, and those that your organisation sent."""

    role_right = REFER

    @describe(
        "list_referrals",
        "List the referrals that your organisation sent",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: page_schema(ReferralSerializer, "ReferralPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        rows, page = sent_referrals(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "referrals.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={
                "list": "api",
                "referrals": [str(row.referral.pk) for row in rows],
                "cases": [str(row.referral.case_id) for row in rows],
            },
        )
        return page_response(request, [_body(row) for row in rows], after=page.after)

    @describe(
        "send_referral",
        "Send a referral",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=ReferralWriteSerializer,
        responses={201: ReferralSerializer},
        problems=(413,),
        parameters=[IDEMPOTENCY_KEY_NEEDED],
    )
    def post(self, request: Request) -> Response:
        key = self.submission_key(required=True)
        sent = self.read(ReferralWriteSerializer)
        team = team_of(request.user, sent.get("organisation"))
        referral = receive_referral(
            sent["answers"],
            actor=request.user,
            at=self.at,
            organisation=team,
            profile=load_profile(team.profile),
            source=Source.API,
            submission_key=key,
            external_id=sent.get("external_id"),
            follows=followed(request.user, sent.get("follows")),
        )
        address = reverse("api_referral", args=[referral.receipt])
        return respond(referral_body(request.user, referral, self.at), status=201, location=address)


def followed(actor: User, receipt: str | None) -> Referral | None:
    if receipt is None:
        return None
    try:
        return find_referral(actor, receipt)
    except Hidden:
        text = _("Your organisation sent no notification with this receipt.")
        raise Refused([Objection(text, field="follows", code="unknown")]) from None


def _row(actor: User, receipt: str, at: Any) -> SentRow:
    (row,) = sent_rows([find_referral(actor, receipt)], at=at)
    return row


def referral_body(actor: User, referral: Referral, at: Any) -> dict[str, Any]:
    """A referral that was sent, as `ReferralSerializer` shows it. One of an earlier request is
    looked for again: its sender may not see it any more."""
    if referral.sent_at != at:
        return _body(_row(actor, referral.receipt, at))
    (row,) = sent_rows([referral], at=at)
    return _body(row)


class ReferralView(APIView):
    """One referral that your organisation sent."""

    role_right = REFER

    @describe(
        "read_referral",
        "Read the status of a referral",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: ReferralSerializer},
        problems=(404,),
    )
    def get(self, request: Request, receipt: str) -> Response:
        row = _row(request.user, receipt, self.at)
        writer.write(
            "referral.viewed",
            at=self.at,
            actor_id=request.user.pk,
            object_type="cases.referral",
            object_id=row.referral.pk,
            case_id=row.referral.case_id,
        )
        return respond(_body(row))


class ReferralFormView(APIView):
    """The questions of the form, with their codes."""

    role_right = REFER

    @describe(
        "read_referral_form",
        "Read the questions of the referral form",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: ReferralFormSerializer},
    )
    def get(self, request: Request) -> Response:
        profile = load_profile(request.user.organisations(*REFER.roles)[0].profile)
        pages = [
            {
                "code": page.code,
                "title": str(page.title),
                "part": page.part,
                "left_empty": page.left_empty,
                "questions": [_question(question) for question in page.questions],
            }
            for page in form_for(profile).pages
        ]
        return respond({"profile": f"{profile.code}/{profile.version}", "pages": pages})


def _question(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "label": str(question.label),
        "kind": question.kind,
        "options": [{"code": o.code, "label": str(o.label)} for o in question.options],
        "no_answer": list(question.no_answer),
        "needed_on": sorted(question.needed_on),
        "longest": question.limit if question.written else None,
    }


# The prompt sheet --------------------------------------------------------------------------------
class EmergencyNumberSerializer(serializers.Serializer):
    label = serializers.CharField()
    number = serializers.CharField()
    help = serializers.CharField(allow_blank=True)


class PromptPageSerializer(serializers.Serializer):
    title = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())


class PromptSectionSerializer(serializers.Serializer):
    title = serializers.CharField()
    urgent = serializers.BooleanField(help_text="Needed to send.")
    pages = PromptPageSerializer(many=True)


class PromptSheetSerializer(serializers.Serializer):
    """What to say and to ask, for a place without a signal. Write no name on it."""

    emergency = EmergencyNumberSerializer(many=True)
    explanation = serializers.ListField(
        child=serializers.CharField(), help_text="What to tell the person before you ask."
    )
    child_explanation = serializers.CharField()
    sections = PromptSectionSerializer(many=True)


class PromptSheetView(APIView):
    """The prompt sheet as data."""

    role_right = REFER

    @describe(
        "read_prompt_sheet",
        "Read what to say and ask where there is no signal",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: PromptSheetSerializer},
    )
    def get(self, request: Request) -> Response:
        profile = load_profile(request.user.organisations(*REFER.roles)[0].profile)
        consent = profile.consent
        return respond(
            {
                "emergency": [
                    {"label": str(n.label), "number": n.number, "help": str(n.help)}
                    for n in profile.emergency
                ],
                "explanation": [str(line) for line in consent.current.text],
                "child_explanation": str(consent.child_text),
                "sections": [
                    {
                        "title": str(section.title),
                        "urgent": section.urgent,
                        "pages": [_prompts(page) for page in section.pages],
                    }
                    for section in form_for(profile).sections
                ],
            }
        )


def _prompts(page: Page) -> dict[str, Any]:
    asked = [str(question.label) for question in page.questions if not question.fixed]
    return {"title": str(page.title), "questions": asked}
