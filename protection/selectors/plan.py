"""The plan of support of a person: what stands in it, in words; what can be answered; and for whom
something of it is overdue."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases.models import Case
from cases.models.decision import DecisionState
from cases.models.referral import ConsentAnswer
from cases.models.removal import Risk
from cases.rights import DECIDE_SUPPORT, SUPPORT
from cases.rules.countries import COUNTRIES
from cases.rules.reminders import MORNING
from cases.selectors.documents import title_of
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.sharing import consents_that_stand, documents_to_share, today_of
from identities.crypto import Opener
from nrm.accounts.models import User
from nrm.actions import Hidden
from nrm.deadline_words import day_words
from nrm.profiles.shape import Profile
from protection.models import PlanItem, PlanStep
from protection.models.child import BestInterests, RecordKind
from protection.rules import plan as rules
from protection.rules.plan.shape import NO, YES, Facts, Kind, Part, Step
from protection.selectors.services import services_of

MOST = 100
SHORT = 120
_ITEM = {"table": "protection_planitem", "column": "told"}
_STEP = {"table": "protection_planstep", "column": "told"}
_YES_NO = {YES: _lazy("Yes"), NO: _lazy("No")}

Lists = dict[str, dict[str, str]]


# What there is ------------------------------------------------------------------------------------
def law_of(profile: Profile, kind: Kind) -> Any:
    """The part of the profile that a kind needs; None where the profile leaves it out."""
    return getattr(profile, kind.rule)


def kinds_of(profile: Profile) -> list[Kind]:
    """The kinds that the profile knows, in the order of the page."""
    return [kind for kind in rules.KINDS.values() if law_of(profile, kind) is not None]


def find_kind(profile: Profile, code: str) -> Kind | None:
    """The kind of this code; None where there is none, or the profile leaves it out."""
    kind = rules.KINDS.get(code)
    return kind if kind and law_of(profile, kind) is not None else None


# What can be answered -----------------------------------------------------------------------------
def _labels(choices: Iterable[Any]) -> dict[str, str]:
    return {one.code: str(one.label) for one in choices}


def _of_goal(profile: Profile, law: Any) -> Lists:
    return {
        "area": _labels(law.areas),
        "outcome": _labels(law.outcomes),
        "why": _labels(law.give_up_reasons),
    }


def _of_return(profile: Profile, law: Any) -> Lists:
    return {
        "country": {code: str(label) for code, label in COUNTRIES.labels.items()},
        "risk": {code: str(label) for code, label in Risk.choices},
        "which": _labels(law.follow_ups),
        "outcome": _labels(law.outcomes),
        "why": _labels(law.stop_reasons),
    }


def _of_payment(profile: Profile, law: Any) -> Lists:
    return {
        "rate": _labels(law.rates),
        "way": _labels(law.ways),
        "why": _labels(law.not_paid_reasons),
    }


def _of_recovery(profile: Profile, law: Any) -> Lists:
    return {"needs": _labels(law.needs), "why": _labels(law.refusal_reasons)}


def _of_leaving(profile: Profile, law: Any) -> Lists:
    return {
        "why": _labels(profile.support.exit_codes),
        "social_care": _labels(law.social_care),
    }


def _of_stay(profile: Profile, law: Any) -> Lists:
    return {"what": _labels(law.permissions), "why": _labels(law.end_reasons)}


def _of_claim(profile: Profile, law: Any) -> Lists:
    return {"route": _labels(law.routes), "why": _labels(law.stop_reasons)}


_LISTS = {
    "goal": _of_goal,
    "payment": _of_payment,
    "recovery": _of_recovery,
    "leaving": _of_leaving,
    "stay": _of_stay,
    "claim": _of_claim,
    "return": _of_return,
}
_ASKED_YES_OR_NO = ("own", "alone", "asked_after")


def lists_of(case: Case, kind: Kind, *, at: datetime, rows: Mapping[str, Any]) -> Lists:
    """The codes that can answer each part of a kind, in words. `rows`: what `refers_to` found."""
    lists = _LISTS[kind.code](case.profile, law_of(case.profile, kind))
    lists |= {name: {c: str(w) for c, w in _YES_NO.items()} for name in _ASKED_YES_OR_NO}
    return {**lists, **rows}


def refers_to(case: Case, kinds: Iterable[Kind], *, at: datetime) -> Lists:
    """What of the case items of these kinds can refer to, by its id, in words. Two queries at
    most, and none where they refer to nothing."""
    names = {part.name for kind in kinds for part in kind.every_part}
    found: Lists = {}
    if "services" in names:
        lines = services_of(case, at=at)
        found["services"] = {
            str(line.row.pk): f"{line.label} ({line.state_words})" for line in lines
        }
    if "documents" in names:
        found["documents"] = {str(one.pk): title_of(one) for one in documents_to_share(case)}
    return found


def facts_of(case: Case, kind: Kind, item: PlanItem | None, *, at: datetime) -> Facts:
    """What there is to know when something of a kind is recorded, read under the lock. A query
    only for what the kind asks about."""
    law = law_of(case.profile, kind)
    facts: dict[str, Any] = {
        "law": law,
        "today": today_of(case, at),
        "opened_on": today_of(case, case.opened_at),
        "answers": item.answers if item else {},
        "is_child": case.treated_as_child,
    }
    if kind.code != "goal":
        others = case.planitems.filter(kind=kind.code)
        if item:
            others = others.exclude(pk=item.pk)
        facts["others"] = tuple(others.values_list("state", "answers"))
    if kind.code == "recovery" and item is None:
        facts["decided"] = _was_positive(case, law.after)
    if kind.code == "return" and item:
        facts["consent"] = agreed_to(case, law.purpose, at=at)
        facts["best_for_child"] = case.treated_as_child and _best_is_return(case)
    return Facts(**facts)


def agreed_to(case: Case, purpose: str, *, at: datetime) -> bool:
    """Whether a consent of the person stands to this purpose, with whomever. One query."""
    standing = consents_that_stand(case, at=at)
    return any(one.purpose == purpose and one.answer == ConsentAnswer.AGREED for one in standing)


def _was_positive(case: Case, code: str) -> bool:
    made = case.decisions.filter(code=code, state=DecisionState.MADE).order_by("-made_at")
    return made.values_list("outcome", flat=True).first() == "positive"


def _best_is_return(case: Case) -> bool:
    newest = case.childrecords.filter(kind=RecordKind.BEST_INTERESTS).first()
    return newest is not None and newest.code == BestInterests.RETURN


# Its days -----------------------------------------------------------------------------------------
def left_open(case: Case) -> list[str]:
    """What of the plan is not over, by kind, in sentences: whoever closes the case is to know. One
    query."""
    number = Counter(case.planitems.filter(ended_at=None).values_list("kind", flat=True))
    words = _("%(kind)s: %(number)d not over in the plan of support.")
    return [
        words % {"kind": str(kind.label), "number": number[kind.code]}
        for kind in rules.KINDS.values()
        if number[kind.code]
    ]


DUE = "due"


def moments(row: PlanItem) -> list[tuple[datetime, str]]:
    """When each of its days tells somebody, in the morning, with its code; the last of them, DUE,
    is the day after that by which somebody had to see to it."""
    zone = _zone(row.case)
    days = [(date.fromisoformat(day), code) for day, code in row.ahead]
    if row.due_on is not None and row.ended_at is None:
        days.append((row.due_on + timedelta(days=1), DUE))
    days.sort(key=lambda one: one[0])
    return [(datetime.combine(day, MORNING, zone), code) for day, code in days]


def first_look(row: PlanItem, *, at: datetime) -> datetime | None:
    """When the sweep looks at it next: at once where one of its days has come already."""
    when = [moment for moment, _code in moments(row)]
    return at if any(moment <= at for moment in when) else min(when, default=None)


def _zone(case: Case) -> Any:
    return case.profile.calendar_for(case.calendar).zone


# In words -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Happened:
    """A step that was taken."""

    row: PlanStep
    label: str
    answers: dict[str, Any]
    rows: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One item. `answers`: by name, as they were told to begin with; `rows`: the same in words;
    `says`: what stands against it."""

    row: PlanItem
    kind: Kind
    title: str
    state: str
    colour: str
    beside: str
    answers: dict[str, Any]
    rows: list[dict[str, str]]
    says: list[str]
    overdue: bool

    @property
    def open(self) -> bool:
        return self.row.state in self.kind.open


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one kind, the newest first."""

    kind: Kind
    lines: list[Line]


def items_of(case: Case, *, at: datetime) -> list[Line]:
    """The newest of a case, in words. One query; where there are any, one for the key and those of
    `refers_to`."""
    rows = list(case.planitems.select_related("recorded_by")[:MOST])
    kinds = [kind for kind in kinds_of(case.profile) if any(r.kind == kind.code for r in rows)]
    if not kinds:
        return []
    there = refers_to(case, kinds, at=at)
    lists = {kind.code: lists_of(case, kind, at=at, rows=there) for kind in kinds}
    opener = Opener(case.person_id)
    return [_line(case, row, opener, lists[row.kind], at) for row in rows if row.kind in lists]


def grouped(case: Case, lines: list[Line]) -> list[Group]:
    """By kind, in the order of the page; the kinds of the profile without any too."""
    return [
        Group(kind, [line for line in lines if line.row.kind == kind.code])
        for kind in kinds_of(case.profile)
    ]


def find_item(case: Case, pk: UUID) -> PlanItem:
    """One of the case. Hidden (404) where there is none, or the profile knows its kind no more."""
    row = case.planitems.select_related("recorded_by", "decided_by").filter(pk=pk).first()
    if row is None or find_kind(case.profile, row.kind) is None:
        raise Hidden(SUPPORT.code)
    row.case = case
    return row


@dataclass(frozen=True, slots=True)
class Whole:
    """One item with everything that happened to it, the newest first, and what can happen next."""

    line: Line
    steps: list[Happened]
    can: list[Step]
    lists: Lists


def steps_for(found: Whole, actor: User, held: Collection[str]) -> list[Step]:
    """Those of the steps that this actor can take, who holds the rights of these codes on the
    case: nobody decides what they asked for, and of a case that has ended only what was begun is
    seen through."""
    row = found.line.row
    second = DECIDE_SUPPORT.code in held and row.recorded_by_id != actor.pk
    return [
        step
        for step in found.can
        if (step.by != "second" or second) and (step.by != "worker" or not row.case.closed_at)
    ]


def whole(row: PlanItem, *, at: datetime) -> Whole:
    """One of them in words. One query, one for the key, and those of `refers_to`."""
    case, kind = row.case, rules.KINDS[row.kind]
    lists = lists_of(case, kind, at=at, rows=refers_to(case, [kind], at=at))
    opener = Opener(case.person_id)
    steps = [_happened(step, kind, opener, lists) for step in row.steps.select_related("by")[:MOST]]
    line = _line(case, row, opener, lists, at)
    return Whole(line, steps, rules.steps_now(kind, row.state), lists)


def _line(case: Case, row: PlanItem, opener: Opener, lists: Lists, at: datetime) -> Line:
    row.case = case
    kind = rules.KINDS[row.kind]
    words = opener.json(row.told, row=row.pk, **_ITEM)
    answers = _answers(kind.parts, row.answers, words)
    label, colour = kind.states[row.state]
    now = {**row.answers, **answers}
    told = {name: _in_a_line(kind, name, now.get(name), lists) for name in kind.in_list}
    title = told.pop(kind.title)
    return Line(
        row=row,
        kind=kind,
        title=title if len(title) <= SHORT else f"{title[:SHORT].rstrip()}…",
        state=str(label),
        colour=colour,
        beside=_beside(told),
        answers=answers,
        rows=_in_words(kind.parts, answers, lists),
        says=kind.against(row.state, row.answers),
        overdue=row.due_at is not None and row.due_at < at,
    )


def _beside(told: dict[str, str]) -> str:
    first, last = told.pop("from_on", ""), told.pop("until_on", "")
    if first:
        days = _("From %(first)s to %(last)s") % {"first": first, "last": last}
    else:
        days = _("until %(date)s") % {"date": last} if last else ""
    return ", ".join(filter(None, (days, *told.values())))


def _happened(row: PlanStep, kind: Kind, opener: Opener, lists: Lists) -> Happened:
    step = kind.step(row.code)
    assert step is not None
    answers = _answers(step.parts, row.answers, opener.json(row.told, row=row.pk, **_STEP))
    return Happened(row, str(step.label), answers, _in_words(step.parts, answers, lists))


def _answers(
    parts: Iterable[Part], kept: Mapping[str, Any], words: Mapping[str, str]
) -> dict[str, Any]:
    return {
        part.name: words.get(part.name, "") if part.is_words else kept.get(part.name)
        for part in parts
    }


def _in_words(
    parts: Iterable[Part], answers: Mapping[str, Any], lists: Lists
) -> list[dict[str, str]]:
    return [
        {"key": str(part.label), "value": _said(part, answers[part.name], lists)}
        for part in parts
        if answers[part.name]
    ]


def _in_a_line(kind: Kind, name: str, value: Any, lists: Lists) -> str:
    part = kind.part(name)
    between = ", " if part.answer == "many" else " "
    return between.join(_said(part, value, lists).splitlines()) if value else ""


def _said(part: Part, value: Any, lists: Lists) -> str:
    if part.answer == "day":
        return day_words(date.fromisoformat(value))
    if part.answer == "many":
        known = lists.get(part.name, {})
        return "\n".join(known.get(one, _("Not there any more")) for one in value)
    if part.answer in ("one", "country"):
        return lists.get(part.name, {}).get(value, str(value))
    return str(value)


# To see to ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Due:
    """Something of a plan that somebody has to see to, and for how long that is overdue."""

    row: PlanItem
    what: str
    overdue: str


def overdue(actor: User, *, at: datetime) -> QuerySet[PlanItem]:
    """What is overdue in the plans of open cases whose support the actor plans."""
    return PlanItem.objects.filter(
        due_at__lt=at,
        case__closed_at=None,
        case__in=Case.objects.visible_to(actor, SUPPORT),
    ).select_related("case__person", "case__caseworker")


def overdue_page(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of them, the longest overdue first. One query."""
    page = page_of(overdue(actor, at=at), "due_at", after=after, before=before, size=size)
    return Rows([_due(row, at) for row in page.rows], page.before, page.after)


def _due(row: PlanItem, at: datetime) -> Due:
    assert row.due_on is not None
    days = max((today_of(row.case, at) - row.due_on).days, 1)
    words = ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
    return Due(row, str(rules.KINDS[row.kind].label), words)
