"""What a profile can say that no reader of single values would notice: a stage that is not there,
a term nobody starts, a fact without its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nrm.profiles.calendars import Calendar
from nrm.profiles.labels import Label
from nrm.profiles.shape import (
    AGE_STATUSES,
    FILE_TYPES,
    MATTER_KINDS,
    REQUIREMENTS,
    ROLES,
    SYSTEM,
    Children,
    Decision,
    DisqualificationRule,
    Profile,
    ReturnRule,
    Screening,
)
from nrm.profiles.terms import Term

_FILLED = re.compile(r"\{(.*?)\}")

# The parts of a plan of support, of which a profile may leave out any.
PLAN = ("goals", "returns", "subsistence", "recovery", "stays", "claims")
# Codes that the rooms' code speaks of: a profile without them could not run.
NEEDED_TERMS = ("draft_warning", "draft_deletion", "recovery_period", "safe_contact_review")
NEEDED_PROMPTS = (
    "deception",
    "control",
    "vulnerability",
    "harbouring or receipt",
    "online recruitment",
    "intended exploitation",
)
NEEDED_GAPS = (
    "nothing_recorded",
    "not_known",
    "looked_for",
    "vulnerability_only",
    "abuse_only",
    "not_needed",
    "not_needed_for_limb",
)


def faults_of_calendar(calendar: Calendar) -> Iterator[str]:
    """Each as "code.key: reason"."""
    try:
        ZoneInfo(calendar.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"{calendar.code}.time_zone: {calendar.time_zone!r} is not an IANA time zone"
    if not calendar.source:
        yield f"{calendar.code}.source: empty"
    if any(not 1 <= day <= 7 for day in calendar.weekend):
        yield f"{calendar.code}.weekend: days are 1 (Monday) to 7 (Sunday)"
    if calendar.from_year > calendar.to_year:
        yield f"{calendar.code}.to_year: before from_year"
    seen = set()
    for holiday in calendar.holidays:
        if not calendar.knows(holiday.date):
            yield f"{calendar.code}.holidays: {holiday.date} is outside the years it covers"
        if holiday.date in seen:
            yield f"{calendar.code}.holidays: {holiday.date} twice"
        seen.add(holiday.date)


def faults_of_profile(profile: Profile, calendars: Mapping[str, Calendar]) -> Iterator[str]:
    """Each as "key: reason"."""
    yield from _sources(profile, "")
    yield from _twice(profile)
    yield from _wording(profile)
    yield from _places(profile, calendars)
    yield from _stages(profile)
    for decision in profile.decisions:
        yield from _decision(decision, profile)
    yield from _terms(profile)
    yield from _people(profile)
    yield from _screening(profile.screening)
    yield from _support(profile)
    yield from _assessment(profile)
    yield from _plan(profile)
    yield from _leaflet(profile)
    yield from _letters(profile)
    yield from _numbers(profile)


def _sources(item: object, where: str) -> Iterator[str]:
    """A fact of law without its source, or a text without an English one, at any depth."""
    if isinstance(item, Label):
        if item and "en" not in dict(item.texts):
            yield f"{where}: has no English text"
    elif isinstance(item, tuple):
        for number, part in enumerate(item, start=1):
            yield from _sources(part, f"{where}[{getattr(part, 'code', number)}]")
    elif is_dataclass(item):
        for field in fields(item):
            value = getattr(item, field.name)
            place = f"{where}.{field.name}" if where else field.name
            if field.name == "source" and not value.strip():
                yield f"{place}: empty"
            yield from _sources(value, place)


def _twice(profile: Profile) -> Iterator[str]:
    lists = {
        field.name: getattr(profile, field.name)
        for field in fields(profile)
        if isinstance(getattr(profile, field.name), tuple)
    }
    for owner, name in (
        (profile.referral, "referral"),
        (profile.cooperation, "cooperation"),
        (profile.screening, "screening"),
        (profile.support, "support"),
        (profile.assessment, "assessment"),
        (profile.leaflet, "leaflet"),
        *((getattr(profile, part), part) for part in PLAN if getattr(profile, part)),
    ):
        lists |= {
            f"{name}.{field.name}": getattr(owner, field.name)
            for field in fields(owner)
            if isinstance(getattr(owner, field.name), tuple)
        }
    for name, items in lists.items():
        codes = [item.code for item in items if hasattr(item, "code")]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield f"{name}[{code}]: the code stands there twice"


def _wording(profile: Profile) -> Iterator[str]:
    """Each language of the profile says how far its wording can be relied on, and by whose word."""
    told = [one.code for one in profile.wording]
    yield from _unknown("languages", profile.languages, told, "wording in")
    for one in profile.wording:
        if one.reviewed != bool(one.reviewed_by.strip()):
            yield f"wording[{one.code}].reviewed_by: said if and only if reviewed = true"


def _unknown(where: str, codes: Iterable[str], known: Iterable[str], what: str) -> Iterator[str]:
    known = set(known)
    for code in codes:
        if code not in known:
            yield f"{where}: there is no {what} {code!r}"


def _places(profile: Profile, calendars: Mapping[str, Calendar]) -> Iterator[str]:
    yield from _unknown("calendars", profile.calendars, calendars, "calendar")
    yield from _unknown("calendar", [profile.calendar], profile.calendars, "allowed calendar")
    for place in profile.jurisdictions:
        where = f"jurisdictions[{place.code}].calendar"
        yield from _unknown(where, [place.calendar], profile.calendars, "allowed calendar")
    if not profile.jurisdictions:
        yield "jurisdictions: empty"


def _stages(profile: Profile) -> Iterator[str]:
    codes = [stage.code for stage in profile.stages]
    yield from _unknown("first_stage", [profile.first_stage], codes, "stage")
    if profile.dtn_stage:
        yield from _unknown("dtn_stage", [profile.dtn_stage], codes, "stage")
    if profile.duty_to_notify.enabled != bool(profile.dtn_stage):
        yield "dtn_stage: named if and only if duty_to_notify.enabled"
    if not any(not stage.open for stage in profile.stages):
        yield "stages: none is closed (open = false), so no case could end"
    for way in profile.transitions:
        where = f"transitions[{way.from_stage} to {way.to_stage}]"
        yield from _unknown(where, [way.from_stage, way.to_stage], codes, "stage")
        yield from _unknown(f"{where}.by", way.by, ROLES | {SYSTEM}, "role")
    reached = _reached(profile)
    for code in codes:
        if code not in reached:
            yield f"stages[{code}]: no transition leads there from where a case begins"


def _reached(profile: Profile) -> set[str]:
    """The stages that a case can come to, otherwise than by being opened again where it stood."""
    reached: set[str] = set()
    next_ones = {profile.first_stage, profile.dtn_stage}
    while next_ones:
        reached |= next_ones
        ways = (
            way
            for way in profile.transitions
            if way.from_stage in next_ones and way.event != "reopened"
        )
        next_ones = {way.to_stage for way in ways} - reached
    return reached


def _decision(decision: Decision, profile: Profile) -> Iterator[str]:
    where = f"decisions[{decision.code}]"
    stages = [stage.code for stage in profile.stages]
    terms = [term.code for term in profile.terms]
    yield from _unknown(f"{where}.from_stages", decision.from_stages, stages, "stage")
    yield from _unknown(f"{where}.drafted_by", decision.drafted_by, ROLES, "role")
    yield from _unknown(f"{where}.agreed_by", decision.agreed_by, ROLES, "role")
    yield from _unknown(f"{where}.needs", decision.needs, REQUIREMENTS, "requirement")
    for key in ("from_stages", "drafted_by", "agreed_by"):
        if not getattr(decision, key):
            yield f"{where}.{key}: empty"
    if decision.not_before:
        yield from _unknown(f"{where}.not_before", [decision.not_before], terms, "term")
    if ("recovery_minimum_elapsed" in decision.needs) != bool(decision.not_before):
        yield f"{where}.not_before: named if and only if it needs recovery_minimum_elapsed"
    if sorted(outcome.code for outcome in decision.outcomes) != ["negative", "positive"]:
        yield f"{where}.outcomes: must be one positive and one negative"
    for outcome in decision.outcomes:
        at = f"{where}.outcomes[{outcome.code}]"
        yield from _unknown(f"{at}.stage", [outcome.stage], stages, "stage")
        for key in ("starts", "starts_when_served", "stops"):
            yield from _unknown(f"{at}.{key}", getattr(outcome, key), terms, "term")
        if outcome.negative != (outcome.code == "negative"):
            yield f"{at}.negative: must say the same as the code"
        if outcome.negative and not outcome.second_person:
            yield f"{at}.second_person: a negative decision is always read by a second person"
        if not outcome.grounds:
            yield f"{at}.grounds: empty"
        for stage in decision.from_stages:
            if not any(
                way.from_stage == stage and way.to_stage == outcome.stage
                for way in profile.transitions
            ):
                yield f"{at}.stage: no transition leads from {stage} to {outcome.stage}"


def _started(profile: Profile) -> dict[str, set[str]]:
    """The terms that outcomes say they start, each with the events."""
    found: dict[str, set[str]] = {}
    for decision in profile.decisions:
        for outcome in decision.outcomes:
            event = f"{decision.code}.{outcome.code}"
            for term in outcome.starts:
                found.setdefault(term, set()).add(event)
            for term in outcome.starts_when_served:
                found.setdefault(term, set()).add(f"{event}.served")
    return found


def _terms(profile: Profile) -> Iterator[str]:
    codes = [term.code for term in profile.terms]
    for needed in NEEDED_TERMS:
        if needed not in codes:
            yield f"terms: {needed} is missing"
    started = _started(profile)
    decisions = tuple(f"{decision.code}." for decision in profile.decisions)
    for term in profile.terms:
        yield from _term(term, profile)
        if not term.starts_on:
            yield f"terms[{term.code}].starts_on: empty"
        said = {event for event in term.starts_on if event.startswith(decisions)}
        for event in sorted(said ^ started.get(term.code, set())):
            yield (
                f"terms[{term.code}].starts_on: {event} must stand both here and in the outcome "
                "that starts it"
            )


def _term(term: Term, profile: Profile) -> Iterator[str]:
    where = f"terms[{term.code}]"
    if term.after:
        others = [other for other in profile.terms if other.code == term.after]
        if not others:
            yield f"{where}.after: there is no term {term.after!r}"
        elif others[0].after or others[0].unit == "hours":
            yield f"{where}.after: must be a term in days that comes after no other"
        if term.length:
            yield f"{where}.length: the length is that of {term.after}"
    elif term.length < 1:
        yield f"{where}.length: must be 1 or more"
    if term.inclusive_start and term.unit != "calendar_days":
        yield f"{where}.inclusive_start: only for calendar days"
    if term.pausable and term.unit in ("hours", "years"):
        yield f"{where}.pausable: only for days"
    if term.extendable and term.unit == "years":
        yield f"{where}.extendable: not for years"
    rungs = [reminder.days for reminder in term.reminders]
    if rungs != sorted(set(rungs)):
        yield f"{where}.reminders: must be in order, each day once"
    if any(not reminder.whom for reminder in term.reminders):
        yield f"{where}.reminders: a reminder is for nobody"


def _people(profile: Profile) -> Iterator[str]:
    for task in profile.day_zero_tasks:
        where = f"day_zero_tasks[{task.code}]"
        yield from _unknown(f"{where}.owner", [task.owner], ROLES, "role")
        terms = [term.code for term in profile.terms]
        yield from _unknown(f"{where}.meets", task.meets, terms, "term")
    if profile.children:
        yield from _children(profile, profile.children)
    yield from _unknown(
        "consent.needed_from", profile.consent.needed_from, AGE_STATUSES, "age status"
    )
    if sum(explanation.current for explanation in profile.consent.explanations) != 1:
        yield "consent.explanations: exactly one must be current"
    if not profile.cooperation.ways:
        yield "cooperation.ways: empty"
    statuses = [choice.code for choice in profile.referral.age_statuses]
    if sorted(statuses) != sorted(AGE_STATUSES):
        yield f"referral.age_statuses: must be {', '.join(AGE_STATUSES)}"
    yield from _non_punishment(profile)
    indicators = [indicator.code for indicator in profile.screening.indicators]
    for rule in profile.never_notify:
        yield from _unknown(f"never_notify[{rule.code}].when", rule.when, indicators, "indicator")
    purposes = _purposes(profile.screening)
    for kind in profile.referral.exploitation_types:
        where = f"referral.exploitation_types[{kind.code}].purposes"
        yield from _unknown(where, kind.purposes, purposes, "purpose")
    mode = profile.conflict_mode
    if mode.enabled:
        yield from _unknown(
            "conflict_mode.pause_reason",
            [mode.pause_reason],
            [rule.code for rule in profile.suspension_reasons if rule.pauses],
            "suspension reason that pauses",
        )
    yield from _provisional(profile)
    if profile.disqualification:
        yield from _disqualification(profile, profile.disqualification)
    if profile.pauses.longest_days < 1 or profile.pauses.chase_days < 1:
        yield "pauses: longest_days and chase_days must be 1 or more"


# What happens to a provisional identification, by the terms that start on it.
PROVISIONAL = ("provisional_identification", "provisional_looked_at", "authority_functions")


def _provisional(profile: Profile) -> Iterator[str]:
    """Who identifies provisionally, why, how it is looked at again and which decision ends it."""
    mode = profile.conflict_mode
    for rule in profile.never_notify:
        if rule.organisations and rule.when:
            yield f"never_notify[{rule.code}].organisations: only where `when` is empty"
    if not (mode.enabled and mode.provisional_identification):
        return
    yield from _unknown(
        "conflict_mode.decision", [mode.decision], [d.code for d in profile.decisions], "decision"
    )
    for key in ("identified_by", "situations"):
        if not getattr(mode, key):
            yield f"conflict_mode.{key}: empty"
    if "police" in mode.identified_by:
        yield "conflict_mode.identified_by: security forces do not identify"
    for event in PROVISIONAL:
        if not profile.terms_started_by(event):
            yield f"terms: none starts on {event}, so nobody is reminded of it"
    ways = [way for way in profile.transitions if way.event == PROVISIONAL[0]]
    if not ways:
        yield f"transitions: none on {PROVISIONAL[0]}"
    stages = [
        stage for d in profile.decisions if d.code == mode.decision for stage in d.from_stages
    ]
    for way in ways:
        where = f"transitions[{way.from_stage} to {way.to_stage}]"
        yield from _unknown(f"{where}.by", way.by, ["responder_lead"], "role that does this")
        if way.to_stage not in stages:
            yield f"{where}: {mode.decision} cannot be made there"


def _disqualification(profile: Profile, law: DisqualificationRule) -> Iterator[str]:
    where = "disqualification"
    yield from _unknown(
        f"{where}.closure_code",
        [law.closure_code],
        [rule.code for rule in profile.closure_codes],
        "closure code",
    )
    for key in ("grounds", "look_grounds"):
        if not getattr(law, key):
            yield f"{where}.{key}: empty"
    for event in ("disqualification_told", "disqualification_served"):
        if not profile.terms_started_by(event):
            yield f"terms: none starts on {event}, so nobody knows until when"
    made = [way for way in profile.transitions if way.event == "disqualified"]
    back = {way.to_stage for way in profile.transitions if way.event == "disqualification_lifted"}
    if not made:
        yield "transitions: none on disqualified"
    for way in made:
        if way.from_stage not in back:
            yield f"transitions: none on disqualification_lifted leads back to {way.from_stage}"
        if any(stage.open for stage in profile.stages if stage.code == way.to_stage):
            yield f"stages[{way.to_stage}].open: a person who is disqualified has no open case"


def _children(profile: Profile, law: Children) -> Iterator[str]:
    terms = {term.code: term for term in profile.terms}
    yield from _unknown("children.term", [law.term], terms, "term")
    yield from _unknown(
        "children.suspension_reason",
        [law.suspension_reason],
        [rule.code for rule in profile.suspension_reasons],
        "suspension reason",
    )
    if law.return_interview_days < 1:
        yield "children.return_interview_days: must be 1 or more"
    said = [reminder.days for reminder in terms[law.term].reminders] if law.term in terms else []
    codes = [task.code for task in profile.day_zero_tasks]
    for task in law.tasks:
        where = f"children.tasks[{task.code}]"
        yield from _unknown(f"{where}.owner", [task.owner], ROLES, "role")
        if task.days not in said:
            yield f"{where}.days: the term reminds of nothing on that day"
        if task.code in codes:
            yield f"{where}.code: a task of the first day has it too"


def _non_punishment(profile: Profile) -> Iterator[str]:
    law = profile.non_punishment
    if any(item.exclusions for item in law.bases) and not law.exclusions:
        yield "non_punishment.exclusions: a basis has exclusions and none is listed"
    for basis in law.bases:
        where = f"non_punishment.bases[{basis.code}]"
        yield from _unknown(f"{where}.kinds", basis.kinds, MATTER_KINDS, "kind of matter")
        if not basis.needs:
            yield f"{where}.needs: empty"
    if law.decision_before_hearing:
        yield from _unknown(
            "non_punishment.decision_before_hearing",
            [law.decision_before_hearing],
            [decision.code for decision in profile.decisions],
            "decision",
        )
    yield from _unknown(
        "non_punishment.notices.purpose",
        [law.notices.purpose],
        [purpose.code for purpose in profile.sharing_purposes],
        "purpose of sharing",
    )
    yield from _unknown(
        "non_punishment.notices.term",
        [law.notices.term],
        [term.code for term in profile.terms if term.kind == "due"],
        "term to be met",
    )
    if law.appeal:
        terms = [term.code for term in profile.terms]
        yield from _unknown("non_punishment.appeal", [law.appeal], terms, "term")
    terms = [term.code for term in profile.terms]
    barred = law.removal_barred_during
    yield from _unknown("non_punishment.removal_barred_during", barred, terms, "term")
    for agency in law.notify:
        if agency.security and agency.organisations:
            yield f"non_punishment.notify[{agency.code}]: security forces receive nothing here"
    days = law.hearing_alert_days
    if list(days) != sorted(set(days), reverse=True) or any(day < 0 for day in days):
        yield "non_punishment.hearing_alert_days: must be days before, the most first, each once"
    indicators = [indicator.code for indicator in profile.screening.indicators]
    for proposal in law.proposals:
        where = f"non_punishment.proposals[{proposal.code}]"
        yield from _unknown(f"{where}.kind", [proposal.kind], MATTER_KINDS, "kind of matter")
        yield from _unknown(f"{where}.when", proposal.when, indicators, "indicator")
        if not proposal.when:
            yield f"{where}.when: empty"


def _purposes(screening: Screening) -> list[str]:
    return [item.code for item in screening.indicators if item.element == "purpose"]


def _screening(screening: Screening) -> Iterator[str]:
    codes = [indicator.code for indicator in screening.indicators]
    groups = [group.code for group in screening.groups]
    prompts = [prompt.code for prompt in screening.prompts]
    gaps = [gap.code for gap in screening.gaps]
    for needed in NEEDED_PROMPTS:
        if needed not in prompts:
            yield f"screening.prompts: {needed!r} is missing"
    for needed in NEEDED_GAPS:
        if needed not in gaps:
            yield f"screening.gaps: {needed} is missing"
    for indicator in screening.indicators:
        where = f"screening.indicators[{indicator.code}]"
        yield from _unknown(f"{where}.group", [indicator.group], groups, "group")
        if indicator.finding and indicator.element != "means":
            yield f"{where}.finding: only for means"
    findings = {indicator.finding for indicator in screening.indicators}
    if "vulnerability" in findings and "abuse" not in findings:
        yield "screening.indicators: vulnerabilities without an indicator of their abuse"
    for limb in screening.limbs:
        where = f"screening.limbs[{limb.code}]"
        yield from _unknown(f"{where}.purposes", limb.purposes, _purposes(screening), "purpose")
        if "purpose" not in limb.adult_needs or "purpose" not in limb.child_needs:
            yield f"{where}: a limb always needs its purpose"
    for pathway in screening.pathways:
        where = f"screening.pathways[{pathway.code}]"
        yield from _unknown(where, (*pathway.shown, *pathway.not_shown), codes, "indicator")
    for number, rule in enumerate(screening.context_prompts, start=1):
        where = f"screening.context_prompts[{number}]"
        yield from _unknown(where, (*rule.all_of, *rule.any_of), codes, "indicator")
        yield from _unknown(f"{where}.prompt", [rule.prompt], prompts, "prompt")
        if not rule.all_of and not rule.any_of:
            yield f"{where}: would always ask"


def _support(profile: Profile) -> Iterator[str]:
    purposes = [purpose.code for purpose in profile.sharing_purposes]
    for service in profile.support.services:
        where = f"support.services[{service.code}].purpose"
        yield from _unknown(where, [service.purpose], purposes, "purpose of sharing")
    codes = [service.code for service in profile.support.services]
    yield from _unknown("support.shelter", [profile.support.shelter], codes, "service")
    yield from _unknown("support.counselling", profile.support.counselling, codes, "service")
    if profile.support.hold_hours < 1:
        yield "support.hold_hours: must be 1 or more"
    if not 0 < profile.support.hold_warning_hours < profile.support.hold_hours:
        yield "support.hold_warning_hours: must be 1 or more, and fewer than hold_hours"
    if profile.support.settle_days < 0:
        yield "support.settle_days: must be 0 or more"
    for urgency in profile.support.urgencies:
        if urgency.days < 0:
            yield f"support.urgencies[{urgency.code}].days: must be 0 or more"
    for name in ("services", "urgencies", "decline_reasons", "hold_reasons", "exit_codes"):
        if not getattr(profile.support, name):
            yield f"support.{name}: empty"


def _plan(profile: Profile) -> Iterator[str]:
    """Whatever a plan of support can hold."""
    for part in PLAN:
        law = getattr(profile, part)
        for field in fields(law) if law else ():
            value = getattr(law, field.name)
            if field.name.endswith("_days") and value < 1:
                yield f"{part}.{field.name}: must be 1 or more"
            if field.name == "reminders" and any(day < 1 for day in value):
                yield f"{part}.reminders: each must be 1 or more"
            if value == () and field.default is MISSING:
                yield f"{part}.{field.name}: empty"
    if profile.returns:
        yield from _returns(profile, profile.returns)
    for rate in profile.subsistence.rates if profile.subsistence else ():
        for key in ("amount", "days"):
            if getattr(rate, key) < 1:
                yield f"subsistence.rates[{rate.code}].{key}: must be 1 or more"
    if profile.recovery:
        decisions = [decision.code for decision in profile.decisions]
        yield from _unknown("recovery.after", [profile.recovery.after], decisions, "decision")


def _returns(profile: Profile, law: ReturnRule) -> Iterator[str]:
    purposes = [purpose.code for purpose in profile.sharing_purposes]
    yield from _unknown("returns.purpose", [law.purpose], purposes, "purpose of sharing")
    outcomes = [outcome.code for outcome in law.outcomes]
    for name in ("alarms", "refusals"):
        yield from _unknown(f"returns.{name}", getattr(law, name), outcomes, "outcome")
    tasks = Counter(task.code for task in profile.tasks)
    before = 0
    for one in law.follow_ups:
        where = f"returns.follow_ups[{one.code}]"
        yield from _unknown(f"{where}.owner", [one.owner], ROLES, "role")
        if one.days <= before:
            yield f"{where}.days: must be more than of the one before"
        if tasks[one.code] > 1:
            yield f"{where}.code: another task has it too"
        before = one.days


def _leaflet(profile: Profile) -> Iterator[str]:
    terms = [term.code for term in profile.terms]
    yield from _unknown("leaflet.clocks", profile.leaflet.clocks, terms, "term")
    for section in profile.leaflet.sections:
        if not section.points:
            yield f"leaflet.sections[{section.code}].points: empty"


def _letters(profile: Profile) -> Iterator[str]:
    for letter in profile.letters:
        where = f"letters[{letter.code}].paragraphs"
        if not letter.paragraphs:
            yield f"{where}: empty"
        for paragraph in letter.paragraphs:
            told = {name for _code, text in paragraph.texts for name in _FILLED.findall(text)}
            for name in sorted(told - {"stage", "day"}):
                yield f"{where}: nothing is known of {{{name}}}"
            if "day" in told and letter.when != "suspended":
                yield f"{where}: {{day}} is known of a suspended case alone"


def _assessment(profile: Profile) -> Iterator[str]:
    asked = profile.assessment
    decisions = [decision.code for decision in profile.decisions]
    for step in asked.steps:
        if step.after:
            where = f"assessment.steps[{step.code}].after"
            yield from _unknown(where, [step.after], decisions, "decision")
    if not any(not step.after for step in asked.steps):
        yield "assessment.steps: one must be possible before any decision"
    areas, steps = [area.code for area in asked.areas], [step.code for step in asked.steps]
    for question in asked.questions:
        where = f"assessment.questions[{question.code}]"
        yield from _unknown(f"{where}.area", [question.area], areas, "area")
        yield from _unknown(f"{where}.steps", question.steps, steps, "step")
    if not asked.risks:
        yield "assessment.questions: none is about a danger"
    for key in ("review_days", "review_days_at_risk"):
        if getattr(asked, key) < 1:
            yield f"assessment.{key}: must be 1 or more"


def _numbers(profile: Profile) -> Iterator[str]:
    limits = profile.evidence
    for key in (
        *("files", "megabytes", "text_characters", "files_at_once", "megabytes_at_once"),
        *("unpacked_megabytes", "parts"),
    ):
        if getattr(limits, key) < 1:
            yield f"evidence.{key}: must be 1 or more"
    if limits.megabytes_at_once < limits.megabytes:
        yield "evidence.megabytes_at_once: must not be less than megabytes"
    for extension in limits.extensions:
        if extension != extension.lower().lstrip("."):
            yield f"evidence.extensions: {extension!r} must be lower case, without a dot"
        elif extension not in FILE_TYPES:
            yield f"evidence.extensions: {extension!r} is none of {', '.join(FILE_TYPES)}"
    emergency = profile.emergency_access
    for key in ("minutes", "reason_characters", "reason_words", "review_working_days"):
        if getattr(emergency, key) < 1:
            yield f"emergency_access.{key}: must be 1 or more"
    if profile.sharing.days < 1:
        yield "sharing.days: must be 1 or more"
    yield from _unknown(
        "sharing.disclosure",
        [profile.sharing.disclosure],
        {purpose.code for purpose in profile.disclosure_purposes},
        "purpose",
    )
    for key in ("days", "days_ahead", "reminder_days"):
        if getattr(profile.cover, key) < 1:
            yield f"cover.{key}: must be 1 or more"
    watch = profile.watch
    for key in ("night_looks", "cases_a_day", "unassigned_a_day", "refusals_a_day"):
        if getattr(watch, key) < 1:
            yield f"watch.{key}: must be 1 or more"
    for key in ("night_from", "night_to"):
        if not 0 <= getattr(watch, key) <= 23:
            yield f"watch.{key}: must be an hour from 0 to 23"
    if profile.statistics.threshold < 2:
        yield "statistics.threshold: must be 2 or more"
    if profile.statistics.rounding < 1:
        yield "statistics.rounding: must be 1 or more"
    after = 0
    for band in profile.statistics.age_bands:
        if band.from_age != after:
            yield f"statistics.age_bands[{band.code}].from_age: must be {after}"
        after = (band.to_age if band.to_age is not None else 999) + 1
    if after != 1000:
        yield "statistics.age_bands: the last must have no to_age"
