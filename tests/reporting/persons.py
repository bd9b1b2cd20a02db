"""Invented casework for statistics, and what a freeze has to make of it, told again in Python: one
row a person, by plain loops over what was made."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.models import (
    Case,
    Deadline,
    DeadlineExtension,
    Decision,
    Episode,
    Matter,
    Merging,
    Reconsideration,
    Referral,
)
from cases.models.closure import Closure
from identities.models import Person
from nrm.accounts.models import Organisation
from nrm.accounts.roles import OrganisationKind
from protection.models import PlanItem, PlanStep, Service
from reporting.releases.periods import Period
from reporting.releases.tables import Plan, Row, coarse
from reporting.statistics.freezing import bounds

NOT_TOLD = ("", "not_known", "declined", "not_asked")
TYPES = ["forced_work", "wages_taken", "prostitution", "crime", "household", "organs", "unheard of"]


@dataclass
class Casework:
    """Everything that was made, by the id of its case."""

    world: Any
    cases: dict[Any, Case] = field(default_factory=dict)
    merged: list[tuple[Any, Any]] = field(default_factory=list)
    of: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, row: Any) -> Any:
        row.save(force_insert=True)
        self.of[kind].append(row)
        return row

    def case(self, at: datetime, person: Person | None = None, **more: Any) -> Case:
        world = self.world
        person = person or Person.objects.create(pseudonym="Grey Heron", created_at=at)
        told = {
            "kind": "referral",
            "stage": world.profile.first_stage,
            "age_status": "adult",
            "profile_code": world.profile.code,
            "authority": world.authority,
            **more,
        }
        case = Case(
            person=person,
            profile_version=world.profile.version,
            calendar=world.profile.calendar,
            jurisdiction=world.profile.jurisdictions[0].code,
            stage_since=at,
            opened_at=at,
            **told,
        )
        case.save(force_insert=True)
        self.cases[case.pk] = case
        return case

    def referral(self, case: Case, at: datetime, **answers: str) -> None:
        world = self.world
        self.add(
            "referrals",
            Referral(
                case=case,
                organisation=world.police,
                sent_by=world.responder,
                sent_at=at,
                answers=answers,
            ),
        )

    def episode(self, case: Case, position: int = 1, **told: Any) -> None:
        self.add("episodes", Episode(case=case, position=position, **told))

    def decision(self, case: Case, code: str, outcome: str, at: datetime, **more: Any) -> Decision:
        world = self.world
        told = {"state": "made", "made_on": at.date(), "made_at": at, "record_hash": "0" * 64}
        return self.add(
            "decisions",
            Decision(
                case=case,
                code=code,
                outcome=outcome,
                author=world.caseworker,
                drafted_at=at,
                **{**told, **more},
            ),
        )

    def closure(self, case: Case, code: str, at: datetime, **more: Any) -> None:
        self.add(
            "closures",
            Closure(
                case=case,
                code=code,
                stage_before="recovery",
                by=self.world.caseworker,
                at=at,
                **more,
            ),
        )

    def merge(self, ends: Case, into: Case, at: datetime) -> None:
        Merging.objects.create(
            case=ends,
            into=into,
            reason="person_says",
            state="agreed",
            asked_by=self.world.supervisor,
            asked_at=at,
            decided_by=self.world.supervisor2,
            decided_at=at,
        )
        self.merged.append((ends.pk, into.pk))


def some_casework(world: Any, first: datetime, people: int, seed: int) -> Casework:
    """People referred within 400 days from a moment, with everything that a release counts."""
    chance = Random(seed)  # noqa: S311 - invented people, by seed
    work = Casework(world)
    offices = [world.authority, *some_offices(world)]
    one, last = (world.profile.decisions[place].code for place in (0, -1))
    for _ in range(people):
        at = first + timedelta(days=chance.randrange(400), minutes=chance.randrange(1440))
        case = work.case(
            at,
            kind=chance.choice(["referral"] * 5 + ["duty_to_notify"]),
            age_status=chance.choice(["adult", "child", "disputed", "not_sure"]),
            confidentiality=chance.choice(["normal"] * 8 + ["restricted", "sealed"]),
            authority=chance.choice(offices),
        )
        _tell(work, case, at, chance)
        if chance.random() < 0.25:  # referred again
            after = at + timedelta(days=chance.randrange(1, 90))
            again = work.case(after, case.person, authority=chance.choice(offices))
            _tell(work, again, again.opened_at, chance)
        if chance.random() < 0.15:  # known twice, and found out
            near = at + timedelta(days=chance.randrange(-30, 30))
            other = work.case(near, authority=chance.choice(offices))
            _tell(work, other, other.opened_at, chance)
            work.merge(*chance.sample([case, other], 2), at)
        _decide(work, case, at, chance, one, last)
        _support(work, case, at, chance)
    return work


def some_offices(world: Any) -> list[Organisation]:
    """One that is another authority, one of which nobody said which it is, and one that is an
    authority that its law has no more."""
    return [
        Organisation.objects.create(
            name=f"Office {number}",
            kind=OrganisationKind.COMPETENT_AUTHORITY,
            profile=world.profile.code,
            authority_kind=code,
        )
        for number, code in enumerate((world.profile.authorities[1].code, "", "abolished"))
    ]


def _tell(work: Casework, case: Case, at: datetime, chance: Random) -> None:
    told = {
        "sex": chance.choice(["female", "male", "intersex", "not_known", ""]),
        "nationality": chance.choice(["AL", "VN", "GB", "LI", "not_known"]),
        "responder_kind": chance.choice(["police", "nca", "ngo", "health_trust"]),
    }
    work.referral(case, at, **{key: value for key, value in told.items() if chance.random() < 0.8})
    for position in range(1, chance.choice([1, 2, 2, 3])):
        work.episode(
            case,
            position,
            types=chance.sample(TYPES, chance.randrange(3)),
            place=chance.choice(["uk", "overseas", "online", "not_known", ""]),
            countries=chance.choice([[], ["GB"], ["AL"], ["AL", "GB"]]),
            online=chance.choice(["yes", "no", ""]),
            armed_group=chance.choice(["yes", "no", "no", ""]),
            drivers=chance.sample(["poverty", "livelihood", "conflict"], chance.randrange(3)),
            age_then_status=chance.choice(["", "", "child", "adult", "not_sure"]),
            age_then_years=chance.choice([None, 15, 30]),
        )


def _decide(work: Casework, case: Case, at: datetime, chance: Random, one: str, last: str) -> None:
    world = work.world
    soon = at + timedelta(days=chance.choice([3, 7, 8, 30, 31, 90, 91, 366]))
    later = soon + timedelta(days=chance.choice([40, 90, 300, 500]))
    if chance.random() < 0.7:
        decision = work.decision(case, one, chance.choice(["positive", "negative"]), soon)
        if chance.random() < 0.3:
            work.add(
                "looks",
                Reconsideration(
                    case=case,
                    decision=decision,
                    asked_by="person",
                    asked_on=soon.date(),
                    told=b"sealed",
                    state=(state := chance.choice(["accepted", "rejected"])),
                    recorded_by=world.caseworker,
                    recorded_at=soon,
                    answered_by=world.supervisor,
                    answered_at=soon + timedelta(days=chance.randrange(60)),
                ),
            )
            if state == "accepted":
                work.decision(case, one, "positive", soon + timedelta(days=9))
        if chance.random() < 0.5:
            work.decision(case, last, chance.choice(["positive", "negative"]), later)
    elif chance.random() < 0.3:
        work.decision(case, one, "positive", soon, state="draft", made_on=None, made_at=None)
    if chance.random() < 0.4:
        ended = chance.choice([soon, later])
        reopened = {}
        if chance.random() < 0.3:
            reopened = {"reopened_at": ended + timedelta(days=20), "reopened_by": world.caseworker}
        work.closure(case, chance.choice(["declined", "withdrew"]), ended, **reopened)


def _support(work: Casework, case: Case, at: datetime, chance: Random) -> None:
    world = work.world
    soon = at + timedelta(days=chance.randrange(200))
    if chance.random() < 0.4:
        clock = work.add(
            "clocks",
            Deadline(
                case=case,
                term=chance.choice(["recovery_period", "move_on"]),
                started_at=soon,
                calendar=case.calendar,
                due_on=soon.date(),
                due_at=soon,
                original_due_on=soon.date(),
            ),
        )
        if chance.random() < 0.4:
            work.add(
                "extensions",
                DeadlineExtension(
                    case=case,
                    deadline=clock,
                    length=5,
                    reason="needs",
                    by=world.caseworker,
                    at=soon + timedelta(days=20),
                ),
            )
    if chance.random() < 0.3:
        kind, code = chance.choice([("recovery", "grant"), ("leaving", "leave"), ("goal", "grant")])
        item = PlanItem(
            case=case,
            kind=kind,
            state="open",
            told=b"sealed",
            recorded_by=world.caseworker,
            recorded_at=soon,
        )
        item.save(force_insert=True)
        step = PlanStep(
            case=case, item=item, code=code, told=b"sealed", by=world.caseworker, at=soon
        )
        step.save(force_insert=True)
        work.of["steps"].append((kind, code, case.pk, soon))
    codes = ["accommodation", "medical", "mental_health", "legal_advice", "subsistence", "unknown"]
    for code in chance.sample(codes, chance.randrange(5)):
        started = chance.choice([None, soon])
        work.add(
            "services",
            Service(
                case=case,
                code=code,
                urgency="soon",
                state="exited",
                noted_by=world.caseworker,
                noted_at=soon,
                started_at=started,
                ended_at=chance.choice([None, soon + timedelta(days=60)]) if started else None,
            ),
        )
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        outcome = chance.choice(["", "convicted", "acquitted", "quashed"])
        work.add(
            "matters",
            Matter(
                case=case,
                kind="criminal",
                told=b"sealed",
                stage=chance.choice(["possible", "charged", "trial"]),
                outcome=outcome,
                outcome_on=(soon + timedelta(days=chance.randrange(120))).date()
                if outcome
                else None,
                raised_by=world.caseworker,
                raised_at=soon,
                changed_at=soon,
            ),
        )


# What has to come out -----------------------------------------------------------------------------
def rows_of(work: Casework, plan: Plan, period: Period) -> list[Row]:
    """The rows of the period, by plain loops."""
    profile = work.world.profile
    zone = profile.calendar_for().zone
    begins, ends = bounds(period, zone)
    one, last = (profile.decisions[place].code for place in (0, -1))
    mine = {
        pk: case
        for pk, case in work.cases.items()
        if case.profile_code == profile.code and case.opened_at < ends
    }
    same = _same_people(work)
    hidden = {
        same.get(case.person_id, case.person_id)
        for case in work.cases.values()
        if case.confidentiality == "sealed"
    }
    people = defaultdict(list)
    for case in mine.values():
        people[same.get(case.person_id, case.person_id)].append(case)
    gone_on = {ended for ended, _into in work.merged}
    found = []
    for person, cases in people.items():
        ids = {case.pk for case in cases}

        def those(kind: str, ids: set[Any] = ids) -> list[Any]:
            return [row for row in work.of[kind] if row.case_id in ids]

        def within(at: datetime | None) -> bool:
            return at is not None and begins <= at < ends

        of: set[str] = set()
        told: dict[str, list[str]] = defaultdict(list)
        for case in cases:
            if within(case.opened_at):
                of.add("referrals" if case.kind == "referral" else "notifications")
        made = [d for d in those("decisions") if d.state == "made" and d.made_on <= period.last_day]
        for code, kind, outcome, time in (
            (one, "first_decisions", "first_outcome", "first_time"),
            (last, "final_decisions", "final_outcome", "final_time"),
        ):
            now = [d for d in made if d.code == code and d.made_on >= period.first_day]
            without = []
            for closure in those("closures"):
                case = mine[closure.case_id]
                firsts = [d for d in made if d.case_id == case.pk and d.code == one]
                finals = [d for d in made if d.case_id == case.pk and d.code == last]
                stands = not within(closure.at) or (
                    closure.reopened_at is not None and closure.reopened_at < ends
                )
                if stands or case.kind != "referral" or finals:
                    continue
                newest = max(firsts, key=lambda d: d.made_at, default=None)
                wanted = newest is None if code == one else newest and newest.outcome == "positive"
                if wanted:
                    without.append(closure)
            if now:
                decision = max(now, key=lambda d: d.made_at)
                opened = mine[decision.case_id].opened_at.astimezone(zone).date()
                days, value = (decision.made_on - opened).days, decision.outcome
            elif without:
                closure = max(without, key=lambda c: c.at)
                opened = mine[closure.case_id].opened_at.astimezone(zone).date()
                days, value = (closure.at.astimezone(zone).date() - opened).days, "ended"
            else:
                continue
            of.add(kind)
            told[outcome].append(value)
            told[time].append(_band(time, days))
        for look in those("looks"):
            if period.first_day <= look.asked_on <= period.last_day:
                of.add("reconsiderations")
                told["reconsideration"].append(look.state if look.answered_at < ends else "asked")
        told["recovery"] += [
            "begun" for c in those("clocks") if c.term == "recovery_period" and within(c.started_at)
        ]
        told["recovery"] += [
            "extended"
            for e in those("extensions")
            if e.deadline.term == "recovery_period" and within(e.at)
        ]
        words = {("recovery", "grant"): "extended", ("leaving", "leave"): "ended"}
        told["recovery"] += [
            words[kind, code]
            for kind, code, case_id, at in work.of["steps"]
            if case_id in ids and (kind, code) in words and within(at)
        ]
        told["recovery"] += [
            "declined" for c in those("closures") if c.code == "declined" and within(c.at)
        ]
        if told["recovery"]:
            of.add("recovery")
        for service in those("services"):
            runs = service.started_at and service.started_at < ends
            if runs and (service.ended_at is None or service.ended_at >= begins):
                of.add("services")
                told["service"].append(service.code)
        for matter in those("matters"):
            ended_now = (
                matter.outcome_on and period.first_day <= matter.outcome_on <= period.last_day
            )
            if matter.stage == "possible" or matter.raised_at >= ends:
                continue
            if matter.raised_at >= begins or ended_now:
                of.add("matters")
                over = matter.outcome and matter.outcome_on <= period.last_day
                told["matter_outcome"].append(matter.outcome if over else "open")
        if not of:
            continue
        _what_is_known(told, cases, gone_on, those)
        codes = {one.code: coarse(one, told[one.code]) for one in plan.dimensions}
        found.append(Row(frozenset(of), codes, person in hidden))
    return found


def _same_people(work: Casework) -> dict[Any, Any]:
    """For each person of a merged case, the one id under which they are counted."""
    groups: list[set[Any]] = []
    for ended, into in work.merged:
        pair = {work.cases[ended].person_id, work.cases[into].person_id}
        joined = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups.append(pair.union(*joined))
    return {person: min(group, key=str) for group in groups for person in group}


def _what_is_known(
    told: dict[str, list[str]], cases: list[Case], gone_on: set[Any], those: Any
) -> None:
    for question, dimension in (
        ("sex", "sex"),
        ("nationality", "nationality"),
        ("responder_kind", "responder"),
    ):
        answers = [
            (r.sent_at, r.answers[question])
            for r in those("referrals")
            if r.answers.get(question, "") not in NOT_TOLD
        ]
        if answers:
            told[dimension].append(max(answers)[1])
    newest = min(cases, key=lambda c: (c.pk in gone_on, -c.opened_at.timestamp()))
    told["authority"].append(newest.authority.authority_kind)
    episodes = [e for e in those("episodes") if e.case_id == newest.pk]
    for e in episodes:
        years = {None: "", 15: "child", 30: "adult"}[e.age_then_years]
        told["age"].append(e.age_then_status or years or newest.age_status)
        told["exploitation"] += e.types
        told["driver"] += e.drivers
        told["place"].append(e.place)
        if e.online == "yes" or e.place == "online":
            told["circumstance"].append("online")
        if e.armed_group == "yes" or "armed_group" in e.types:
            told["circumstance"].append("conflict")
    if not episodes:
        told["age"].append(newest.age_status)
    countries = {tuple(e.countries) for e in episodes}
    if len(countries) == 1 and told["nationality"]:
        (only,) = countries
        if len(only) == 1 and only[0] == told["nationality"][0]:
            told["circumstance"].append("internal")


def _band(dimension: str, days: int) -> str:
    if dimension == "first_time":
        edges = ((7, "week"), (30, "month"), (90, "quarter"), (365, "year"))
        return next((code for most, code in edges if days <= most), "over_1_year")
    edges = ((90, "quarter"), (365, "year"), (730, "2_years"))
    return next((code for most, code in edges if days <= most), "over_2_years")
