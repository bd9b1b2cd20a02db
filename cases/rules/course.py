"""What may be done with a case as a whole: suspending it, letting it go on, withdrawing, closing,
opening it again. Pure: facts in, objections out, all of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.accounts.roles import Role
from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles import Profile
from nrm.profiles.shape import Transition

SUSPENDED, RESUMED, WITHDRAWN = "suspended", "resumed", "withdrawn"
CLOSED, REOPENED = "closed", "reopened"
LONGEST = 2_000  # of what is written to it

_NO_WAY = {
    SUSPENDED: _lazy("A case at this stage is not suspended."),
    RESUMED: _lazy("There is no way back to the stage at which it was suspended."),
    WITHDRAWN: _lazy("At this stage there is nothing to withdraw from."),
    CLOSED: _lazy("A case at this stage is not closed: it goes on to its next decision."),
    REOPENED: _lazy(
        "The profile has no way back to the stage at which it was closed. The person can be"
        " referred again."
    ),
}


# The way ------------------------------------------------------------------------------------------
def ways(profile: Profile, stage: str, event: str) -> list[Transition]:
    """The ways that this event opens from the stage."""
    return [way for way in profile.transitions_from(stage) if way.event == event]


def objections_to_way(
    profile: Profile, stage: str, event: str, roles: Collection[str], *, to: str = ""
) -> list[Objection]:
    """Why nobody, or nobody with these roles, takes the case this way from its stage; `to` is where
    it has to lead."""
    found = [way for way in ways(profile, stage, event) if to in ("", way.to_stage)]
    if not found:
        return [Objection(str(_NO_WAY[event]), code="stage")]
    if not any(set(roles) & set(way.by) for way in found):
        names = [str(Role(role).label) for role in found[0].by if role in Role.values]
        text = _("This is done by: %(roles)s. Ask one of them.") % {"roles": ", ".join(names)}
        return [Objection(text, code="role")]
    return []


def known(rules: Collection[Any], code: str) -> Any:
    """The coded reason of the profile with this code, or None."""
    return next((rule for rule in rules if rule.code == code), None)


# Suspending ---------------------------------------------------------------------------------------
def objections_to_suspending(
    profile: Profile, *, reason: str, review_on: date | None, today: date, latest: date | None
) -> Iterator[Objection]:
    """What is wrong with how it is to be suspended. `latest` is the last day on which the profile
    lets it be looked at again."""
    if known(profile.suspension_reasons, reason) is None:
        yield Objection(_("Select why it is suspended"), field="reason", code="reason")
    if review_on is None:
        text = _("Enter the day on which it is looked at again")
        yield Objection(text, field="review_on", code="review_on")
    elif review_on <= today:
        text = _("The day on which it is looked at again must be after today")
        yield Objection(text, field="review_on", code="review_on")
    elif latest is not None and review_on > latest:
        text = _("It must be looked at again by %(date)s") % {"date": day_words(latest)}
        yield Objection(text, field="review_on", code="review_on")


# Withdrawing --------------------------------------------------------------------------------------
def objections_to_withdrawing(
    profile: Profile,
    *,
    age_status: str,
    method: str,
    told_on: date | None,
    opened_on: date,
    today: date,
    heard_by: str,
    explained: bool,
) -> Iterator[Objection]:
    """Why it is not recorded that the person withdraws. A person who is treated as a child is one
    here too."""
    law = profile.withdrawal
    if age_status not in law.allowed_for and "adult" in law.allowed_for:
        text = _("The person is treated as a child, and a child cannot withdraw.")
        yield Objection(f"{text} {law.text}", code="child")
    if known(law.methods, method) is None:
        yield Objection(_("Select how the person said it"), field="method", code="method")
    if told_on is None:
        text = _("Enter the day on which the person said it")
        yield Objection(text, field="told_on", code="told_on")
    elif not opened_on <= told_on <= today:
        text = _("The day on which the person said it must lie between the referral and today")
        yield Objection(text, field="told_on", code="told_on")
    if not heard_by.strip():
        text = _("Write who heard it, and of which organisation")
        yield Objection(text, field="heard_by", code="heard_by")
    if not explained:
        text = _("Explain first what ends and what stays open, and confirm it here")
        yield Objection(text, field="explained", code="explained")


# Closing ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Open:
    """What is not finished on a case: drafts of decisions and clocks by their names, how many
    tasks and questions; negative decisions that did not reach the person; whether another look at a
    decision, or a merging, was asked for; whatever rooms above object."""

    drafts: tuple[str, ...] = ()
    periods: tuple[tuple[str, date], ...] = ()
    tasks: int = 0
    not_served: tuple[str, ...] = ()
    questions: int = 0
    looks: int = 0
    merging: bool = False
    others: tuple[Objection, ...] = ()


def objections_to_closing(profile: Profile, *, code: str, still: Open) -> Iterator[Objection]:
    """Everything that stands in the way of closing it with this code."""
    rule = known(profile.closure_codes, code)
    if rule is None:
        yield Objection(_("Select why it is closed"), field="code", code="code")
    for label in still.drafts:
        text = _("A decision is being prepared: %(decision)s. Finish or withdraw it.")
        yield Objection(text % {"decision": label}, code="draft_open")
    if still.questions:
        text = _("Questions that wait for an answer: %(number)d. Record it, or take them back.")
        yield Objection(text % {"number": still.questions}, code="question_open")
    if still.looks:
        text = _("Another look at a decision was asked for, and nobody has answered.")
        yield Objection(text, code="look_open")
    if still.tasks:
        text = _("Tasks that are not done: %(number)d. Do them, or say that they are done.")
        yield Objection(text % {"number": still.tasks}, code="task_open")
    if still.merging:
        text = _("Somebody asked for it to be merged, and nobody has decided.")
        yield Objection(text, code="merging_open")
    yield from still.others
    if rule is not None and rule.at_once:
        return
    for label in still.not_served:
        text = _("A negative decision did not reach the person yet: %(decision)s.")
        yield Objection(text % {"decision": label}, code="not_served")
    for label, due_on in still.periods:
        text = _("A period still runs: %(period)s, to %(date)s.")
        yield Objection(text % {"period": label, "date": day_words(due_on)}, code="period_runs")


def kept_until(profile: Profile, ended_on: date, *, notification: bool) -> date:
    """The last day for which the profile keeps a case that ended on this day."""
    law = profile.retention
    years = law.notification_years if notification else law.case_years
    try:
        return ended_on.replace(year=ended_on.year + years)
    except ValueError:
        return date(ended_on.year + years, 3, 1)  # ended on 29 February


def begun_by_decisions(profile: Profile) -> frozenset[str]:
    """Terms that a decision begins, on the day it is made or served: what is promised to the
    person, or awaited, after it."""
    codes = {decision.code for decision in profile.decisions}
    found = {
        term.code
        for term in profile.terms
        if any(event.partition(".")[0] in codes and "." in event for event in term.starts_on)
    }
    for decision in profile.decisions:
        for outcome in decision.outcomes:
            found |= {*outcome.starts, *outcome.starts_when_served}
    return frozenset(found)
