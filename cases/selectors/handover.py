"""What whoever takes a case over has to know first, on one page: codes, days and numbers. Nothing
that somebody wrote in their own words is in it, so nothing in it can name anybody."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import ports
from cases.models import Case
from cases.models.case import Confidentiality
from cases.ports import HandoverPart
from cases.rules.languages import language_name
from cases.selectors import overview
from cases.selectors.cases import DeadlineView, age_words, day_to_wait_for, running_deadlines
from cases.selectors.contact import CHANNELS, contact_of, contact_words, interpreter_words
from cases.selectors.links import links_of
from cases.selectors.notices import barred_agencies
from cases.selectors.sharing import consent_title, consents_that_stand, today_of
from cases.words import task_label
from nrm.accounts.models import User
from nrm.deadline_words import day_words

Row = tuple[str, str]


def handover_of(
    case: Case, actor: User, held: frozenset[str], *, at: datetime
) -> list[HandoverPart]:
    """The parts of the summary, those of rooms above among them. A part of which there is nothing
    is there all the same, so that nobody takes a gap for an oversight."""
    deadlines = running_deadlines(case, at=at)
    tasks = [row for row in case.casetasks.all() if row.done_at is None]
    decisions = list(case.decisions.defer("reasons", "record"))
    steps = overview.do_next(
        case,
        actor,
        held,
        decisions=decisions,
        deadlines=deadlines,
        screened=case.findings_now is not None,
        open_tasks=len(tasks),
        not_before=day_to_wait_for(case, deadlines),
    )
    made = [
        HandoverPart(10, _("Where it stands"), list(_standing(case, decisions, held))),
        HandoverPart(
            20,
            _("What is next"),
            [(one.title, f"{one.status}. {one.hint}".strip()) for one in steps],
        ),
        HandoverPart(
            30,
            _("Clocks"),
            [(one.label, _clock_words(one)) for one in deadlines],
        ),
        HandoverPart(
            40,
            _("Open tasks"),
            [(task_label(case, row.code), day_words(_day(row.opened_at))) for row in tasks],
        ),
        HandoverPart(60, _("Non-punishment"), list(_matters(case, at))),
        HandoverPart(70, _("What protects the person"), list(_protection(case, actor, at))),
    ]
    made += [part for read in ports.handover_parts() for part in read(case, at=at)]
    return sorted(made, key=lambda part: part.order)


def _day(moment: datetime) -> Any:
    return timezone.localtime(moment).date()


def _clock_words(clock: DeadlineView) -> str:
    """The day of a clock and how it stands; a day that its words say already is not said twice."""
    day = day_words(clock.due_on)
    return clock.words if day in clock.words else f"{day}: {clock.words}"


def _standing(case: Case, decisions: list[Any], held: frozenset[str]) -> Iterator[Row]:
    yield _("Stage"), str(case.profile.stage(case.stage).label)
    if case.suspended_at is not None:
        yield _("Suspended"), day_words(_day(case.suspended_at))
    yield _("Opened"), day_words(_day(case.opened_at))
    yield _("Age"), age_words(case) or str(case.get_age_status_display())
    if case.language:
        yield _("Language"), language_name(case.language)
    if needed := interpreter_words(case, case.safecontacts.first()):
        yield _("Interpreter"), needed
    for line in overview.decision_lines(case, decisions, held):
        told = [line.outcome or line.state, line.dates]
        yield line.label, ", ".join(one for one in told if one)
    for found in overview.found(case.findings_now):
        yield found.title or _("Findings"), found.result


def _matters(case: Case, at: datetime) -> Iterator[Row]:
    today = today_of(case, at)
    for row in case.matters.filter(outcome="").order_by("-raised_at", "-id")[:20]:
        said = [str(row.get_stage_display())] if row.stage else []
        if row.hearing_on and row.hearing_on >= today:
            said.append(_("hearing on %(date)s") % {"date": day_words(row.hearing_on)})
        yield str(row.get_kind_display()), ", ".join(said) or _("Nothing known of it yet")
    waiting = case.notices.filter(recalled_at=None, answered_at=None).count()
    if waiting:
        words = ngettext("%(count)s waits for an answer", "%(count)s wait for an answer", waiting)
        yield _("Notices to agencies"), words % {"count": waiting}
    for removal in case.removals.filter(ended="")[:5]:
        yield _("Detention, removal or return"), str(removal.get_kind_display())


def _protection(case: Case, actor: User, at: datetime) -> Iterator[Row]:
    contact = contact_of(case, at=at)
    ways = [capfirst(str(words)) for way, words in CHANNELS.items() if contact.is_safe(way)]
    yield _("Contact"), contact_words(contact) or ", ".join(ways)
    if contact.until is not None and not contact.over:
        yield _("The card counts until"), day_words(contact.until)
    yield _("Who may see the case"), str(Confidentiality(case.confidentiality).label)
    out = case.exclusions.filter(ended_at=None).count()
    if out:
        words = ngettext(
            "%(count)s person or organisation", "%(count)s people or organisations", out
        )
        yield _("Kept from the case"), words % {"count": out}
    barred = barred_agencies(case)
    if barred:
        labels = [
            str(one.label) for one in case.profile.non_punishment.notify if one.code in barred
        ]
        yield _("Never told of the case"), ", ".join(labels)
    for line in links_of(actor, case):
        if line.row.ended_at is None:
            yield str(line.row.get_kind_display()), str(line.row.get_rule_display())
    for consent in consents_that_stand(case, at=at):
        yield consent_title(case, consent), _("agreed to")
