"""What a responder's team has: its drafts, and the referrals that it sent, with where they stand.
Nothing here opens what a referral says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Draft, Referral
from cases.models.decision import DecisionState
from cases.references import clean_reference
from cases.rights import REFER, SEE_STATUS
from cases.selectors.cases import DeadlineView, next_deadlines
from cases.selectors.keyset import Rows, page_of
from nrm.accounts.models import User
from nrm.actions import Hidden
from nrm.profiles import Label

# A colleague who opened a draft in the last minutes is told of; then they have put it down.
STILL_EDITING = timedelta(minutes=15)


# Drafts ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft on the list: whose it is, who has it open, and how long it is kept."""

    draft: Draft
    days_left: int
    expires_soon: bool
    open_with: User | None

    @property
    def pseudonym(self) -> str:
        return self.draft.person.pseudonym


def drafts_of(actor: User) -> QuerySet[Draft]:
    """The drafts of the organisations for which the actor refers."""
    return Draft.objects.filter(organisation__in=REFER.teams_of(actor))


def team_drafts(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = 25
) -> tuple[list[DraftRow], Rows]:
    """One page of the team's drafts, the last saved first. One query."""
    found = drafts_of(actor).select_related("person", "editor", "saved_by", "organisation")
    # What is under the key stays unread.
    page = page_of(
        found.defer("answers"),
        "saved_at",
        newest_first=True,
        after=after,
        before=before,
        size=size,
    )
    return [_draft_row(draft, at=at) for draft in page.rows], page


def _draft_row(draft: Draft, *, at: datetime) -> DraftRow:
    today = timezone.localdate(at)
    open_now = draft.editor_since is not None and at - draft.editor_since <= STILL_EDITING
    return DraftRow(
        draft=draft,
        days_left=(draft.delete_on - today).days,
        expires_soon=draft.warn_on <= today,
        open_with=draft.editor if open_now else None,
    )


def find_draft(actor: User, draft_id: UUID) -> Draft:
    """The draft, where it is the actor's team's. Hidden (404) otherwise."""
    found = drafts_of(actor).select_related("person", "organisation", "editor", "saved_by")
    if draft := found.filter(pk=draft_id).first():
        return draft
    raise Hidden(REFER.code)


def colleagues_of(draft: Draft, actor: User) -> list[User]:
    """Who else refers for the organisation of the draft, by name."""
    found = User.objects.filter(
        is_active=True,
        memberships__group__role_group__role__in=REFER.roles,
        memberships__group__role_group__organisation=draft.organisation_id,
    )
    return list(found.exclude(pk=actor.pk).distinct().order_by("display_name", "pk"))


# Sent referrals ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SentRow:
    """A sent referral: its status in plain words, and the next date."""

    referral: Referral
    status: Label
    status_help: Label
    deadline: DeadlineView | None
    next_on: date | None

    @property
    def pseudonym(self) -> str:
        return self.referral.case.pseudonym

    @property
    def is_notification(self) -> bool:
        return self.referral.case.kind == "duty_to_notify"

    @property
    def has_ended(self) -> bool:
        """Withdrawn or closed, so that the person can be referred again."""
        case = self.referral.case
        return case.closed_at is not None and not case.profile.stage(case.stage).open


def sent_by_team(actor: User) -> QuerySet[Referral]:
    """The referrals of the organisations for which the actor refers, of cases whose status they
    may see."""
    cases = Case.objects.visible_to(actor, SEE_STATUS).filter(pk=OuterRef("case_id"))
    return (
        Referral.objects.filter(Exists(cases), organisation__in=REFER.teams_of(actor))
        .select_related("case__person", "case__authority", "sent_by", "organisation", "follows")
        .defer("narrative", "unknown_values", "follows__narrative", "follows__unknown_values")
    )


def sent_referrals(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = 25
) -> tuple[list[SentRow], Rows]:
    """One page of what the team sent, the newest first. Three queries."""
    page = page_of(
        sent_by_team(actor), "sent_at", newest_first=True, after=after, before=before, size=size
    )
    return sent_rows(page.rows, at=at), page


def sent_rows(referrals: list[Referral], *, at: datetime) -> list[SentRow]:
    """The referrals with where their cases stand. Two queries."""
    deadlines = next_deadlines([referral.case for referral in referrals], at=at)
    return [_sent_row(referral, deadlines.get(referral.case_id)) for referral in referrals]


def _sent_row(referral: Referral, deadline: DeadlineView | None) -> SentRow:
    stage = referral.case.profile.stage(referral.case.stage)
    return SentRow(
        referral=referral,
        status=stage.public_label,
        status_help=stage.public_help,
        deadline=deadline,
        next_on=deadline.due_on if deadline else None,
    )


def steps_of(referral: Referral) -> list[tuple[date, str]]:
    """What has happened to a sent referral, the first thing first: that it was sent, and which
    decisions were made. Never what was decided or why: that is the status. One query."""
    profile = referral.case.profile
    sent = _("Sent by %(name)s") % {"name": referral.sent_by.display_name}
    made = referral.case.decisions.filter(state=DecisionState.MADE).order_by("made_at")
    decided = [
        (made_on, _("Decision made: %(decision)s") % {"decision": profile.decision(code).label})
        for code, made_on in made.values_list("code", "made_on")
    ]
    return [(timezone.localdate(referral.sent_at), sent), *decided]


def find_referral(actor: User, receipt: str) -> Referral:
    """The sent referral with this receipt, where it is the actor's team's. Hidden otherwise."""
    clean = clean_reference(receipt)
    if clean and (found := sent_by_team(actor).filter(receipt=clean).first()):
        return found
    raise Hidden(REFER.code)
