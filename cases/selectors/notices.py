"""Who can be told of a matter and on what ground, what they are told, and what they answered; and
what was sent to the reader's organisation."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils.translation import gettext as _

from cases import ports
from cases.models import Case, Consent, Decision, Matter, Notice
from cases.models.decision import DecisionState
from cases.models.referral import ConsentAnswer
from cases.rights import ANSWER_NOTICES, KEEP_MATTERS
from cases.rules import matters as matter_rules
from cases.rules import notices as rules
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.matters import Opened, in_words
from cases.selectors.sharing import consents_that_stand, organisations_to_share_with
from identities.crypto import Unreadable, unseal_json
from nrm.accounts.models import Organisation, User
from nrm.actions import Hidden
from nrm.deadline_words import day_words
from nrm.profiles import Profile, load_profile

MOST = 100
# What is told of a matter: neither who represents the person nor how it ended.
TOLD = (
    *("kind", "offence", "place", "acted_on", "age_status", "age_years", "exclusion"),
    *("basis", "characteristics", "stage", "their_reference", "officer", "hearing", "hearing_on"),
    *("interpreter",),
)


def shown_codes(case: Case) -> set[str]:
    """The indicators that the findings of the case show. Two queries."""
    findings = case.findings_now
    if findings is None:
        return set()
    return {code for item in ports.items_behind(findings) for code in item.shows}


def barred_agencies(case: Case) -> frozenset[str]:
    """The agencies that are never told of the case. Two queries where it hangs on findings."""
    profile = case.profile
    hangs = any(rule.when for rule in profile.never_notify)
    shown = shown_codes(case) if hangs else set()
    return frozenset(
        one.code
        for one in profile.non_punishment.notify
        if rules.barred(one, profile.never_notify, shown)
    )


def organisations_to_tell(case: Case) -> QuerySet[Organisation]:
    """The open organisations that receive notices in the system, but those that may not see the
    case."""
    kinds = {one.organisations for one in case.profile.non_punishment.notify} - {""}
    return organisations_to_share_with(case).filter(kind__in=kinds)


def consents_to_tell(case: Case, *, at: datetime) -> list[Consent]:
    """The consents to exactly this purpose that stand. One query."""
    purpose = case.profile.non_punishment.notices.purpose
    return [
        row
        for row in consents_that_stand(case, at=at)
        if row.purpose == purpose and row.answer == ConsentAnswer.AGREED
    ]


# What is told -------------------------------------------------------------------------------------
def content_of(one: Opened, names: dict[str, str]) -> list[dict[str, str]]:
    """What an agency is told of a matter, as rows: nothing of who the person is, nor of the rest of
    the case."""
    law = one.row.case.profile.non_punishment
    rows = {}
    for part in matter_rules.PARTS:
        asked = matter_rules.fields_of(part, law)
        rows |= dict(zip(asked, in_words(one, part, names), strict=True))
    needs = [matter_rules.NEED + code for code in law.needs]
    return [rows[name] for name in (*TOLD, *needs) if rows[name]["value"]]


def digest_of(content: list[dict[str, str]]) -> str:
    """What tells whether this is what somebody has looked at."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def standing_of(case: Case) -> dict[str, str]:
    """The last decision that was made, in codes. One query."""
    row = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("-made_at").first()
    if row is None or row.made_on is None:
        return {}
    return {"code": row.code, "outcome": row.outcome, "on": row.made_on.isoformat()}


def standing_words(profile: Profile, standing: dict[str, str]) -> str:
    """The last decision in words."""
    if not standing:
        return _("No decision has been made yet")
    try:
        decision = profile.decision(standing["code"])
        outcome = str(decision.outcome(standing["outcome"]).label)
    except KeyError:
        return ""
    words = {
        "decision": str(decision.label),
        "outcome": outcome,
        "date": day_words(date.fromisoformat(standing["on"])),
    }
    return _("%(decision)s: %(outcome)s, %(date)s") % words


def opened_content(row: Notice) -> list[dict[str, str]] | None:
    """What a notice says; None where it cannot be opened any more."""
    place = {"table": "cases_notice", "column": "content", "row": row.pk}
    try:
        found: list[dict[str, str]] = unseal_json(row.person_id, row.content, **place)
    except Unreadable:
        return None
    return found


# On the case --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """A notice of a matter, in words."""

    row: Notice
    agency: str
    rests_on: str
    because: str
    standing: str
    state: str  # recalled, late, waits, answered


def notices_of(matter: Matter, *, at: datetime) -> list[Line]:
    """The notices of a matter, the newest first. One query."""
    rows = matter.notices.select_related("organisation", "consent", "by", "answered_by")
    return [_line(row, matter.case.profile, at) for row in rows[:MOST]]


def find_notice(matter: Matter, pk: UUID) -> Notice:
    """One notice of the matter. Hidden (404) where there is none."""
    if row := matter.notices.select_related("case", "organisation", "by").filter(pk=pk).first():
        return row
    raise Hidden(KEEP_MATTERS.code)


def line_of(row: Notice, *, at: datetime) -> Line:
    """A notice of a case in words."""
    return _line(row, row.case.profile, at)


def _line(row: Notice, profile: Profile, at: datetime) -> Line:
    law = profile.non_punishment
    agencies = {one.code: str(one.label) for one in law.notify}
    grounds = {one.code: str(one.label) for one in law.notices.grounds}
    reasons = {one.code: str(one.label) for one in law.notices.continues_because}
    if row.recalled_at:
        state = "recalled"
    elif row.waits:
        state = "late" if row.due_at < at else "waits"
    else:
        state = "answered"
    return Line(
        row=row,
        agency=agencies.get(row.agency, row.agency),
        rests_on=grounds.get(row.ground, row.ground) if row.ground else _("The person’s consent"),
        because=reasons.get(row.because, row.because),
        standing=standing_words(profile, row.decision),
        state=state,
    )


# Sent to us ---------------------------------------------------------------------------------------
def kept_out() -> Func:
    """Whether the actor is kept from the case of a row, which they may not see themselves."""
    return Func(
        F("case_id"),
        template="(%(expressions)s = ANY ((SELECT cases_excluded(nrm_actor()))::uuid[]))",
        output_field=BooleanField(),
    )


def received(actor: User) -> QuerySet[Notice]:
    """The notices that the actor may open: sent to an organisation in which they answer, not
    recalled, and of no case that they may not see."""
    return (
        Notice.objects.alias(kept_out=kept_out())
        .filter(
            Q(kept_out=False),
            organisation__in=ANSWER_NOTICES.teams_of(actor),
            recalled_at=None,
        )
        .select_related("organisation", "authority", "by")
    )


def sent_to(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of the notices sent to the actor's organisations, the newest first. One query."""
    page = page_of(
        received(actor), "sent_at", newest_first=True, after=after, before=before, size=size
    )
    rows = [_line(row, profile_of(row), at) for row in page.rows]
    return Rows(rows, page.before, page.after)


def profile_of(row: Notice) -> Profile:
    """The profile of the authority, for whoever cannot see the case."""
    return load_profile(row.authority.profile)


def find_received(actor: User, pk: UUID) -> Notice:
    """One of them. Hidden (404) where it is none or was recalled."""
    if row := received(actor).filter(pk=pk).first():
        return row
    raise Hidden(ANSWER_NOTICES.code)


def received_line(row: Notice, *, at: datetime) -> Line:
    """One of them in words."""
    return _line(row, profile_of(row), at)


def people_who_answer(organisations: Iterable[Organisation | None]) -> QuerySet[User]:
    """Who answers notices in these organisations."""
    return User.objects.filter(
        is_active=True,
        memberships__group__role_group__organisation__in=[one for one in organisations if one],
        memberships__group__role_group__role__in=ANSWER_NOTICES.roles,
    ).distinct()
