"""Drafts of referrals by REST: begun, filled in page by page, handed over, sent or discarded by the
same actions as the pages. A draft shows its team what they wrote, names included."""

from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions import drafting, referring
from cases.api.base import PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.api.referrals import ReferralSerializer, followed, referral_body, team_of
from cases.models import Draft, Referral
from cases.rights import REFER
from cases.rules.referral_form import (
    Page,
    form_for,
    is_shown,
    objections_to_sending,
    path_of,
    sections_shown,
)
from cases.selectors.referrals import DraftRow, colleagues_of, find_draft, team_drafts
from nrm.accounts import limits
from nrm.accounts.models import User
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden, Objection, Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.rest import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    APIView,
    ProblemErrorSerializer,
    ReferenceField,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Referrals"


# What is sent and answered -----------------------------------------------------------------------
class DraftStartSerializer(serializers.Serializer):
    organisation = serializers.UUIDField(
        required=False, help_text="For which organisation, where you refer for several."
    )
    follows = ReferenceField(
        required=False, help_text="The receipt of a notification whose person agrees now."
    )


class PageAnswersSerializer(serializers.Serializer):
    answers = serializers.DictField(
        child=serializers.JSONField(),
        help_text="By question code. What is left out is emptied.",
    )


class HandOverSerializer(serializers.Serializer):
    to = serializers.UUIDField(help_text="One of `colleagues`.")


class SendingSerializer(serializers.Serializer):
    key = serializers.UUIDField(
        help_text="`sending_key` of the draft. Sent again, it gives the referral that was made."
    )


class DraftRowSerializer(serializers.Serializer):
    """A draft in the list. Nothing of what it says."""

    id = serializers.UUIDField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    organisation = serializers.CharField()
    saved_by = WorkerSerializer()
    saved_at = serializers.DateTimeField()
    open_with = WorkerSerializer(allow_null=True, help_text="Who opened it a moment ago.")
    kept_until = serializers.DateField(help_text="Deleted after this day, unless saved again.")
    version = serializers.IntegerField()


class DraftSerializer(DraftRowSerializer):
    """A draft: what was answered, which pages it has now, what still keeps it from being sent."""

    profile = serializers.CharField(help_text="The profile and its version, such as uk/2026.1.")
    path = serializers.CharField(help_text="adult, child, or what else the answers lead to.")
    answers = serializers.DictField(child=serializers.JSONField())
    pages = serializers.ListField(
        child=serializers.CharField(), help_text="The pages that these answers lead to."
    )
    saved_pages = serializers.ListField(child=serializers.CharField())
    objections = ProblemErrorSerializer(
        many=True, help_text="Everything that is missing; empty where it can be sent."
    )
    sending_key = serializers.UUIDField(help_text="Names this draft when it is sent.")


class ColleaguesSerializer(serializers.Serializer):
    colleagues = WorkerSerializer(many=True)


def _row(row: DraftRow) -> dict[str, Any]:
    return _row_of(row.draft, row.open_with)


def _row_of(draft: Draft, open_with: User | None) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "pseudonym": draft.person.pseudonym,
        "organisation": draft.organisation.name,
        "saved_by": worker(draft.saved_by),
        "saved_at": draft.saved_at,
        "open_with": worker(open_with),
        "kept_until": draft.delete_on,
        "version": draft.version,
    }


def _error(objection: Objection) -> dict[str, str]:
    return {
        "field": objection.field or "",
        "detail": str(objection.text),
        "code": objection.code,
    }


class DraftAPIView(APIView):
    """An endpoint of people who refer."""

    role_right = REFER

    @cached_property
    def draft(self) -> Draft:
        """The draft, where it is the team's; else it is as if there were none."""
        return find_draft(self.request.user, self.kwargs["draft_id"])

    def told(self, draft: Draft, *, status: int = 200, location: str | None = None) -> Response:
        """The draft as it is now, opened for its reader, with its version as ETag."""
        opened = drafting.open_draft(draft, actor=self.request.user, at=self.at)
        profile, answers = drafting.profile_of(opened.draft), opened.answers
        today = timezone.localdate(self.at)
        missing = objections_to_sending(answers, profile, today=today)
        body = {
            **_row_of(opened.draft, opened.other),
            "profile": f"{profile.code}/{profile.version}",
            "path": str(path_of(answers, profile)),
            "answers": answers,
            "pages": [
                page.code for _section, pages in sections_shown(answers, profile) for page in pages
            ],
            "saved_pages": list(opened.draft.sections_done),
            "objections": [_error(objection) for objection in missing],
            "sending_key": opened.draft.submission_key,
        }
        return respond(body, status=status, version=opened.draft.version, location=location)

    def version(self) -> int:
        """The version that the sender read; with `*`, the one that there is."""
        expected = self.expected_version()
        return self.draft.version if expected is None else expected

    def page(self) -> Page:
        """The page that the address names, where the draft has it now; else 404."""
        profile = drafting.profile_of(self.draft)
        answers = drafting.contents_of(self.draft).answers
        try:
            page = form_for(profile).page(self.kwargs["page"])
        except KeyError:
            raise Hidden(REFER.code) from None
        if not is_shown(page, answers, profile):
            raise Hidden(REFER.code)
        return page

    def save(self, page: Page, *, version: int, item: str = "", status: int = 200) -> Response:
        said = self.read(PageAnswersSerializer)
        saved = drafting.save_page(
            self.draft,
            actor=self.request.user,
            at=self.at,
            page=page.code,
            answers=said["answers"],
            version=version,
            item=item,
        )
        where = reverse("api_draft_item", args=[saved.pk, page.code, item]) if item else None
        return self.told(saved, status=status, location=where if status == 201 else None)


# Endpoints ---------------------------------------------------------------------------------------
class DraftsView(DraftAPIView):
    """The drafts of your team."""

    @describe(
        "list_drafts",
        "List the drafts of your team",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: page_schema(DraftRowSerializer, "DraftPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        rows, page = team_drafts(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "referrals.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"drafts": [str(row.draft.pk) for row in rows]},
        )
        return page_response(request, [_row(row) for row in rows], after=page.after)

    @describe(
        "start_draft",
        "Begin a draft",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=DraftStartSerializer,
        responses={201: DraftSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        key = self.submission_key()
        said = self.read(DraftStartSerializer)
        follows = followed(request.user, said.get("follows"))
        team = follows.organisation if follows else team_of(request.user, said.get("organisation"))
        draft = drafting.start_draft(
            team,
            actor=request.user,
            at=self.at,
            profile=load_profile(team.profile),
            follows=follows,
            submission_key=key,
        )
        return self.told(draft, status=201, location=reverse("api_draft", args=[draft.pk]))


class DraftView(DraftAPIView):
    """One draft."""

    tight = limits.identities  # a draft may say who the person is
    tight_reads = True

    @describe(
        "read_draft",
        "Read a draft, with what its team wrote",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        responses={200: DraftSerializer},
        problems=(404,),
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        return self.told(self.draft)

    @describe(
        "discard_draft",
        "Throw a draft away for good",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        responses={204: None},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def delete(self, request: Request, draft_id: UUID) -> Response:
        self.hold(self.draft)
        drafting.discard(self.draft, actor=request.user, at=self.at)
        return respond(None, status=204)


class DraftPageView(DraftAPIView):
    """The answers to one page."""

    @describe(
        "save_draft_page",
        "Save the answers to one page of a draft",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=PageAnswersSerializer,
        responses={200: DraftSerializer},
        problems=(404, 412, 413, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, draft_id: UUID, page: str) -> Response:
        asked = self.page()
        if asked.part:
            raise Hidden(REFER.code)
        return self.save(asked, version=self.version())


class DraftItemsView(DraftAPIView):
    """The episodes or offences of a draft, one page for each."""

    @describe(
        "add_draft_item",
        "Add an episode or an offence to a draft",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=PageAnswersSerializer,
        responses={201: DraftSerializer},
        problems=(404, 413),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, draft_id: UUID, page: str) -> Response:
        asked = self.page()
        if not asked.part:
            raise Hidden(REFER.code)
        item = (self.submission_key() or uuid4()).hex
        return self.save(asked, version=self.draft.version, item=item, status=201)


class DraftItemView(DraftAPIView):
    """One episode or offence of a draft."""

    def item(self, asked: Page) -> str:
        """The id of the item that the address names; 404 where the draft has none such."""
        wanted = str(self.kwargs["item"])
        if not asked.part or not drafting.contents_of(self.draft).item(asked.part, wanted):
            raise Hidden(REFER.code)
        return wanted

    @describe(
        "save_draft_item",
        "Save the answers to one page of an episode or offence",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=PageAnswersSerializer,
        responses={200: DraftSerializer},
        problems=(404, 412, 413, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, draft_id: UUID, page: str, item: str) -> Response:
        asked = self.page()
        item = self.item(asked)
        return self.save(asked, version=self.version(), item=item)

    @describe(
        "remove_draft_item",
        "Take an episode or an offence out of a draft",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        responses={204: None},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def delete(self, request: Request, draft_id: UUID, page: str, item: str) -> Response:
        asked = self.page()
        item = self.item(asked)
        drafting.remove_item(
            self.draft,
            actor=request.user,
            at=self.at,
            part=asked.part,
            item=item,
            version=self.version(),
        )
        return respond(None, status=204)


class DraftHandOverView(DraftAPIView):
    """Who goes on with the draft."""

    @describe(
        "list_colleagues",
        "Read to whom a draft could be handed over",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: ColleaguesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        found = colleagues_of(self.draft, request.user)
        return respond({"colleagues": [worker(user) for user in found]})

    @describe(
        "hand_over_draft",
        "Hand a draft over to a colleague, who is told",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=HandOverSerializer,
        responses={200: DraftRowSerializer},
        problems=(404,),
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        colleagues = colleagues_of(self.draft, request.user)
        wanted = self.read(HandOverSerializer)["to"]
        to = next((user for user in colleagues if user.pk == wanted), None)
        if to is None:
            text = _("Choose a colleague who makes referrals for the same organisation")
            raise Refused([Objection(text, field="to")])
        row = drafting.hand_over(self.draft, actor=request.user, at=self.at, to=to)
        return respond(_row_of(row, to), version=row.version)


class DraftSendingView(DraftAPIView):
    """That a draft is sent."""

    @describe(
        "send_draft",
        "Send a draft: it becomes a referral",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=SendingSerializer,
        responses={201: ReferralSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        key = self.read(SendingSerializer)["key"]
        try:
            self.hold(self.draft)
            referral = referring.send_draft(
                self.draft, actor=request.user, at=self.at, submission_key=key
            )
        except (Hidden, Draft.DoesNotExist):
            # The draft may have gone by an earlier call with the same key, a moment ago.
            teams = REFER.teams_of(request.user)
            sent = Referral.objects.filter(submission_key=key, organisation__in=teams).first()
            if sent is None:
                raise Hidden(REFER.code) from None
            referral = sent
        where = reverse("api_referral", args=[referral.receipt])
        return respond(referral_body(request.user, referral, self.at), status=201, location=where)
