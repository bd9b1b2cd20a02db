"""The roads of generated cases. Each is walked once by the demonstration's users, through the same
actions as everybody else's and with the clocks running, and marked where a case may stand today.

What a mark holds is captured (nrm.demonstration.capture) and the road is rolled back; generated
cases are copies of marks, with another person, other hands and other days.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from cases.actions import (
    asking,
    assigning,
    closing,
    deadlines,
    deciding,
    disqualifying,
    drafting,
    reconsidering,
    referring,
    suspending,
    withdrawing,
)
from cases.actions.identity import show_identity
from cases.actions.notes import write_note
from cases.actions.sweeping import look_at
from cases.actions.tasks_done import finish_task
from cases.models import Case, Deadline, Decision, Draft
from cases.models.referral import Source
from identities.models import Person
from nrm import context
from nrm.accounts.models import User
from nrm.actions import lock
from nrm.audit import writer
from nrm.demonstration import cast, people
from nrm.demonstration.moves import take_the_way
from nrm.profiles import Profile, load_profile
from screening.actions import (
    Item,
    complete_screening,
    link_evidence,
    record_evidence,
    record_indicator,
    start_screening,
)

# Put in the place of what differs from copy to copy.
ACCOUNT = "[[account]]"
NAME = "[[name]]"
# The time of the beat that finds a clock due.
_BEAT = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a road where cases stand. `weight` is how many of a thousand cases stand here;
    `oldest` after how many days, counted from the referral, none stands here any more."""

    name: str
    weight: float
    oldest: int = 800


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of the person of a road: their age status, the kind of account, the answers of
    the form besides, and what the screening shows (code, state)."""

    age_status: str
    kind: str
    answers: dict[str, Any]
    findings: tuple[tuple[str, str], ...]


class Hands:
    """The demonstration's own people, who walk the roads, and the parts that they play."""

    def __init__(self) -> None:
        self.users = {code: people.user(code) for code in _USERS}
        self.system = User.objects.system()
        self.responders = {
            profile: people.organisation(code)
            for profile, code in (("uk", "police"), ("palermo", "camp"))
        }
        self.parts = {profile: cast.own_parts(profile) for profile in self.responders}


class _Undone(Exception):
    """Thrown to roll back what a road wrote."""


class Road:
    """One case on its way. Days are counted from the day of the referral; hours are local."""

    def __init__(
        self,
        profile: str,
        start: date,
        told: Told,
        keep: Callable[["Road", Mark], None],
        hands: "Hands",
    ) -> None:
        self.profile: Profile = load_profile(profile)
        self.start = start
        self.told = told
        self.keep = keep
        self.zone = self.profile.calendar_for().zone
        self.now = self.moment(0, 0)
        self.case: Case | None = None
        self.draft: Draft | None = None
        self.parts = hands.parts[profile]
        self.users = hands.users
        self.system = hands.system
        self.responders = hands.responders[profile]

    # Time ----------------------------------------------------------------------------------------
    def moment(self, day: int, hour: float) -> datetime:
        naive = datetime.combine(self.start + timedelta(days=day), time.min)
        return (naive + timedelta(hours=hour)).replace(tzinfo=self.zone)

    def at(self, day: int, hour: float) -> datetime:
        """Lets the clocks run to this moment, and gives it."""
        return self.until(self.moment(day, hour))

    def until(self, moment: datetime) -> datetime:
        """Lets the clocks run to this moment: what the sweep would have said and done. Whoever
        supervises looks on all the way, and so reads what comes of each step."""
        while self.case is not None:
            due = (
                Deadline.objects.filter(case=self.case, next_reminder_at__lte=moment - _BEAT)
                .order_by("next_reminder_at", "id")
                .select_related("case__person", "case__caseworker")
                .first()
            )
            if due is None:
                break
            found = due.next_reminder_at
            assert found is not None
            with context.acting_as(self.system):
                lock(due.case_id)
                look_at(due, actor=self.system, at=found + _BEAT)
        self.now = max(self.now, moment)
        return moment

    def mark(self, name: str, weight: float, oldest: int = 800) -> None:
        self.keep(self, Mark(name, weight, oldest))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A side road: what happens on it is undone after."""
        case, now = self.case, self.now
        try:
            with transaction.atomic():
                yield
                raise _Undone
        except _Undone:
            self.now = now
            if case is not None:
                self.case = Case.objects.get(pk=case.pk)

    # Steps ---------------------------------------------------------------------------------------
    def _again(self) -> Case:
        assert self.case is not None
        self.case = Case.objects.select_related("person").get(pk=self.case.pk)
        return self.case

    def refer(self, at: datetime) -> None:
        answers = self.answers(at)
        referral = referring.receive_referral(
            answers,
            actor=self.users["responder"],
            at=at,
            organisation=self.responders,
            profile=self.profile,
            source=Source.FORM,
            submission_key=uuid4(),
        )
        self.case = Case.objects.select_related("person").get(pk=referral.case_id)
        self.now = at

    def answers(self, at: datetime) -> dict[str, Any]:
        status = self.told.age_status
        age = {"adult": 31, "child": 15}.get(status, 17)
        found: dict[str, Any] = {
            "danger_now": "no",
            "age_status": status,
            "age_years": age,
            "jurisdiction": self.profile.jurisdictions[0].code,
            "language": "sq",
            "interpreter_needed": "yes",
            "nationality": "AL",
            "sex": "female" if self.told.kind in ("sexual", "survival", "household") else "male",
            "last_contact": "last_month",
            "how_started": ACCOUNT,
            **self.told.answers,
        }
        if status == "adult" and found.get("consent_answer") is None:
            found |= {
                "consent_answer": "given",
                "consent_on": at.astimezone(self.zone).date().isoformat(),
                "consent_method": "spoken",
                "consent_language": found["language"],
                "consent_explained_by": "me",
                "consent_version": self.profile.consent.current.version,
            }
        if status != "adult":
            found |= {"child_protection_told": "yes", "child_authority": "Children's service"}
        if found.get("consent_answer") != "refused":
            found |= {
                "name": "Arjola Vjosari",
                "birth_date": f"{at.year - age}-01",
                "telephone": "+44 7700 900500",
                "contact_call": "safe",
                "contact_text": "safe",
                "contact_voicemail": "unsafe",
                "contact_email": "unknown",
                "contact_post": "safe",
                "contact_times": "Weekdays after 2pm",
            }
        began, ended = at.date() - timedelta(days=400), at.date() - timedelta(days=50)
        found["episodes"] = [
            {
                **_EPISODE[self.told.kind],
                "began": began.isoformat()[:7],
                "ended": ended.isoformat()[:7],
                "description": ACCOUNT,
            }
        ]
        return found

    def assign(self, at: datetime, *, tasks: int = 0) -> None:
        case = self._again()
        worker = self.users["caseworker"]
        assigning.assign_case(case, actor=self.users["intake"], at=at, caseworker=worker)
        for task in case.casetasks.filter(done_at=None)[:tasks]:
            finish_task(task, actor=self.users["intake"], at=at + timedelta(minutes=5))
        self._again()

    def start_screening(self, at: datetime) -> Any:
        self.look(at)
        return start_screening(self._again(), actor=self.users["caseworker"], at=at)

    def weigh(self, screening: Any, at: datetime, *, complete: bool = True) -> None:
        worker = self.users["caseworker"]
        episode = self._again().episodes.get(position=1)
        account = record_evidence(
            screening,
            actor=worker,
            at=at,
            item=Item(source="person", text=ACCOUNT, heard_by="caseworker", episode=episode.pk),
        )
        shown = [code for code, state in self.told.findings if state == "shown"]
        link_evidence(account, actor=worker, at=at, episode=episode.pk, add=shown)
        screening.refresh_from_db(fields=["version"])
        for code, state in self.told.findings:
            if state != "shown":
                record_indicator(
                    screening, actor=worker, at=at, episode=episode.pk, code=code, state=state
                )
        if complete:
            complete_screening(screening, actor=worker, at=at + timedelta(minutes=10))
        self._again()

    def screen(self, at: datetime) -> None:
        self.weigh(self.start_screening(at), at + timedelta(minutes=5))

    def draft_decision(self, at: datetime, code: str, outcome: str = "positive") -> Decision:
        case = self._again()
        return deciding.draft_decision(
            case,
            actor=self.users["caseworker"],
            at=at,
            code=code,
            content=_content(case, outcome, at),
        )

    def submit(self, decision: Decision, at: datetime) -> Decision:
        return deciding.submit_for_review(decision, actor=self.users["caseworker"], at=at)

    def read(self, decision: Decision, at: datetime, reader: str = "supervisor") -> Decision:
        again = Decision.objects.get(pk=decision.pk)
        deciding.record_own_grounds(
            again,
            actor=self.users[reader],
            at=at,
            own_outcome=again.outcome,
            own_grounds="I read the account and the findings for myself and come to this view.",
            no_conflict=True,
        )
        return Decision.objects.get(pk=decision.pk)

    def agree(self, decision: Decision, at: datetime, reader: str = "supervisor") -> None:
        self.read(decision, at, reader)
        later = at + timedelta(minutes=20)
        deciding.agree(Decision.objects.get(pk=decision.pk), actor=self.users[reader], at=later)
        self._again()

    def hand_back(self, decision: Decision, at: datetime) -> None:
        self.read(decision, at)
        deciding.hand_back(
            Decision.objects.get(pk=decision.pk),
            actor=self.users["supervisor"],
            at=at + timedelta(minutes=15),
            reasons="Say what was asked of the last employer, and what came of it.",
        )

    def escalate(self, decision: Decision, at: datetime) -> None:
        self.read(decision, at)
        deciding.escalate(
            Decision.objects.get(pk=decision.pk),
            actor=self.users["supervisor"],
            at=at + timedelta(minutes=15),
            to=self.users["supervisor2"],
            reasons="I know the place where this happened. A colleague should read it.",
        )

    def decide(self, at: datetime, code: str, outcome: str = "positive") -> Decision:
        """Drafted and submitted in the morning, agreed two hours later."""
        decision = self.submit(self.draft_decision(at, code, outcome), at + timedelta(minutes=40))
        if decision.made_on is None:
            self.agree(decision, at + timedelta(hours=2))
        self._again()
        return Decision.objects.get(pk=decision.pk)

    def serve(self, decision: Decision, at: datetime) -> None:
        case = self._again()
        deciding.serve_decision(
            Decision.objects.get(pk=decision.pk),
            actor=self.users["caseworker"],
            at=at,
            served_on=at.astimezone(self.zone).date(),
            channel="in_person",
            language=case.language or "en",
        )
        self._again()

    def note(self, at: datetime, text: str) -> None:
        write_note(self._again(), actor=self.users["caseworker"], at=at, text=text)

    def show_identity(
        self, at: datetime, who: str = "caseworker", purpose: str = "contact"
    ) -> None:
        show_identity(self._again(), actor=self.users[who], at=at, purpose=purpose)

    def look(self, at: datetime, who: str = "caseworker") -> None:
        """Somebody opens the page of the case."""
        case = self._again()
        with context.acting_as(self.users[who]):
            writer.write(
                "case.viewed",
                at=at,
                actor_id=self.users[who].pk,
                object_type="cases.case",
                object_id=case.pk,
                case_id=case.pk,
            )

    def bring_near(self, at: datetime, code: str) -> None:
        assigning.bring_near(
            self._again(),
            actor=self.users["supervisor"],
            at=at,
            organisation=people.organisation(code),
        )

    def deadline(self, term: str) -> Deadline:
        found = self._again().deadlines.filter(term=term, state__in=("open", "paused"))
        return found.select_related("case__person").get()

    def pause(self, at: datetime, term: str, days: int) -> None:
        deadlines.pause_deadline(
            self.deadline(term),
            actor=self.users["caseworker"],
            at=at,
            reason="lost_contact",
            review_on=(at + timedelta(days=days)).astimezone(self.zone).date(),
        )

    def resume(self, at: datetime, term: str) -> None:
        deadlines.resume_deadline(self.deadline(term), actor=self.users["caseworker"], at=at)

    def extend(self, at: datetime, term: str, length: int) -> None:
        deadlines.extend_deadline(
            self.deadline(term),
            actor=self.users["caseworker"],
            at=at,
            length=length,
            reason="support_needs",
            explanation="The needs assessment asks for more time, and the person agrees.",
        )

    def go(self, at: datetime, event: str, to_stage: str = "", who: str = "supervisor") -> None:
        take_the_way(self._again(), actor=self.users[who], at=at, event=event, to_stage=to_stage)
        self._again()

    def disqualify(self, day: int) -> None:
        """Proposed by one, told to the person, answered by them, decided by another."""
        worker = self.users["caseworker"]
        row = disqualifying.propose(
            self._again(),
            actor=worker,
            at=self.at(day, 10),
            grounds=["public_order"],
            why="A sentence that the court has told us of.",
        )
        reached = {"served_on": self.now.date(), "channel": "in_person", "language": "en"}
        disqualifying.record_told(row, actor=worker, at=self.at(day, 15), **reached)
        disqualifying.record_answer(
            row,
            actor=worker,
            at=self.at(day + 1, 10),
            answered="said",
            words="I did what I was told to do.",
            answered_on=self.now.date(),
        )
        disqualifying.decide(
            row,
            actor=self.users["supervisor"],
            at=self.at(day + 2, 10),
            disqualify=True,
            reasons="The person was heard; the sentence stands.",
        )
        self._again()

    # The course of the case ----------------------------------------------------------------------
    def ask(self, at: datetime) -> None:
        asked = {"recipient": "The labour inspection", "asked": "Was the house visited?"}
        asking.ask(self._again(), actor=self.users["caseworker"], at=at, **asked)
        self._again()

    def answer(self, at: datetime) -> None:
        row = self._again().questions.get()
        asking.record_answer(
            row,
            actor=self.users["caseworker"],
            at=at,
            answer="Nobody was there.",
            answered_on=at.date(),
        )
        self._again()

    def suspend(self, at: datetime, days: int = 21) -> None:
        suspending.suspend(
            self._again(),
            actor=self.users["supervisor"],
            at=at,
            reason="lost_contact",
            review_on=at.date() + timedelta(days=days),
            note="Nobody answers at the number that is safe.",
        )
        self._again()

    def go_on(self, at: datetime) -> None:
        suspending.resume(self._again(), actor=self.users["supervisor"], at=at)
        self._again()

    def withdraw(self, at: datetime, who: str = "caseworker") -> None:
        withdrawing.withdraw(
            self._again(),
            actor=self.users[who],
            at=at,
            method="spoken",
            told_on=at.date(),
            heard_by="Somebody of the advice centre",
            explained=True,
            wish="To be left alone for now, and to be able to come back.",
        )
        self._again()

    @property
    def is_adult(self) -> bool:
        return self.told.age_status == "adult"

    def ask_again(self, at: datetime) -> None:
        reconsidering.ask_reconsideration(
            self._again(),
            actor=self.users["caseworker"],
            at=at,
            asked_by="representative",
            grounds=["new_evidence"],
            why="The clinic has written since.",
            asked_on=at.date(),
        )
        self._again()

    def close(self, at: datetime, code: str, who: str = "supervisor") -> None:
        case, by = self._again(), self.users[who]
        for task in case.casetasks.filter(done_at=None):
            finish_task(task, actor=by, at=at)
        closing.close(case, actor=by, at=at, code=code)
        self._again()

    # Drafts --------------------------------------------------------------------------------------
    def start_draft(self, at: datetime) -> None:
        self.draft = drafting.start_draft(
            self.responders, actor=self.users["responder"], at=at, profile=self.profile
        )
        self.now = at

    def save(self, at: datetime, page: str, answers: dict[str, Any]) -> None:
        assert self.draft is not None
        self.draft = drafting.save_page(
            self.draft,
            actor=self.users["responder"],
            at=at,
            page=page,
            answers=answers,
            version=self.draft.version,
        )

    def warn(self, at: datetime) -> None:
        drafting.warn_of_expiring_drafts(actor=self.system, at=at)
        assert self.draft is not None
        with context.acting_as(self.responder_context):
            self.draft = Draft.objects.get(pk=self.draft.pk)

    @property
    def person(self) -> Person:
        owner = self.case or self.draft
        assert owner is not None
        # Who supervises sees no draft; the responder sees both.
        with context.acting_as(self.responder_context):
            return owner.person

    @property
    def responder_context(self) -> User:
        return self.users["responder"]


_USERS = ("responder", "intake", "caseworker", "supervisor", "supervisor2", "provider", "liaison")

_EPISODE: dict[str, dict[str, Any]] = {
    "work": {"types": ["forced_work", "wages_taken"], "place": "uk", "drivers": ["poverty"]},
    "sexual": {"types": ["prostitution"], "place": "uk", "drivers": ["poverty"]},
    "crime": {"types": ["crime"], "place": "uk"},
    "household": {"types": ["household"], "place": "uk", "drivers": ["poverty"]},
    "armed": {
        "types": ["armed_group"],
        "place": "in_country",
        "armed_group": "yes",
        "drivers": ["conflict", "displacement"],
    },
    "survival": {"types": ["sexual"], "place": "in_country", "drivers": ["displacement"]},
}

_FOR = "The account and the findings show what the law asks for."
_REASONS = {
    "for": _FOR,
    "against": "Nothing was found that speaks against it.",
    "missing": "Nothing that would change the decision is missing.",
    "letter": "We believe that what you told us happened, and that it is exploitation.",
}
_NEGATIVE_REASONS = {
    "for": "The person worked long hours for little pay.",
    "against": "The person chose the work, could leave, and was paid what was agreed.",
    "credibility": "The account is consistent. Tiredness and interpreting were considered.",
    "inconsistencies": "The dates of two jobs were put to the person, who explained them.",
    "missing": "The employer did not answer. It would not change the decision.",
    "letter": "We believe what you told us. It is not what the law calls trafficking.",
    "country": "What is known of the trade was read, and does not change the view.",
    "would_change": "Evidence that somebody else decided what the person was paid.",
}


def _content(case: Case, outcome: str, at: datetime) -> deciding.Content:
    if outcome == "positive":
        grounds = ("child_elements_met" if case.treated_as_child else "elements_met",)
        reasons = _REASONS
    else:
        grounds, reasons = ("purpose_not_shown",), _NEGATIVE_REASONS
    answers: dict[str, Any] = {"age_basis": "own_account", "delay_requested": "no"}
    if case.profile_code == "palermo":
        day = at.astimezone(case.profile.calendar_for(case.calendar).zone).date()
        answers |= {"panel_met_on": day.isoformat(), "panel_present": 3, "quorum": "yes"}
    return deciding.Content(
        outcome=outcome, grounds=grounds, reasons=reasons, answers=answers, no_conflict=True
    )


# Whom the roads are about -------------------------------------------------------------------------
_SHOWN = tuple((code, "shown") for code in ("ACT-REC", "MD-01", "MC-04", "MX-01", "PU-LAB"))
_WANTS_HELP = {"needs_support": "yes", "support_kinds": ["safe_house", "legal", "money"]}
WORKER = Told("adult", "work", _WANTS_HELP, _SHOWN)
TOLD_AT_WORK = Told("adult", "work", {}, _SHOWN)
SOLD = Told(
    "adult",
    "sexual",
    _WANTS_HELP,
    tuple((code, "shown") for code in ("ACT-REC", "ACT-HAR", "MD-01", "MC-04", "PU-SEX")),
)
NOT_SHOWN = Told(
    "adult",
    "work",
    {"interpreter_needed": "no", "language": "en", "nationality": "GB"},
    (
        ("ACT-REC", "shown"),
        ("MD-01", "shown"),
        ("PU-LAB", "not_shown"),
        ("PU-SER", "not_shown"),
        ("PU-SLV", "not_shown"),
        ("PU-DOM", "not_shown"),
    ),
)
BOY = Told(
    "child",
    "crime",
    {
        "interpreter_needed": "no",
        "language": "en",
        "nationality": "GB",
        "child_guardian": "no",
        "accused": "yes",
        "allegations": [
            {
                "offence": "Possession of a controlled drug with intent to supply",
                "stage": "charged",
                "hearing": "plea",
                "detained": "no",
                "episode": 1,
            }
        ],
    },
    (("ACT-INT", "shown"), ("ACT-HAR", "shown"), ("PU-CRIM", "shown")),
)
DISPUTED = Told("disputed", "crime", {}, BOY.findings)
NOT_SURE = Told(
    "not_sure",
    "household",
    {},
    (("ACT-REC", "shown"), ("ACT-HAR", "shown"), ("PU-DOM", "shown")),
)
REFUSES = Told("adult", "work", {"consent_answer": "refused", "police_cooperation": "no"}, ())
HELD = Told(
    "adult",
    "armed",
    _WANTS_HELP,
    tuple((code, "shown") for code in ("ACT-REC", "ACT-CTL", "MC-04", "PU-ARM")),
)
HELD_CHILD = Told("child", "armed", {}, (("ACT-REC", "shown"), ("PU-ARM", "shown")))
IN_NEED = Told(
    "adult",
    "survival",
    {},
    (("SV-06", "shown"), ("SV-03", "not_shown"), ("PU-SEX", "not_shown")),
)


# The roads ----------------------------------------------------------------------------------------
# At which steps cases of so many days stand, where few are made: each step once while it is on
# time, once when its date is near, and once when it is past.
_STEPS = ("queue", "assigned", "being screened", "drafted", "in review", "returned")
_FEW_STEPS: dict[int, tuple[str, ...]] = {
    0: ("queue", "assigned"),
    1: ("queue", "being screened"),
    2: ("queue", "drafted"),
    3: ("assigned", "in review"),
    5: ("being screened", "in review", "returned"),
    6: ("assigned", "drafted"),
    9: ("queue", "being screened"),
    13: ("assigned", "in review"),
}
_WEIGHTS = {"queue": 8, "assigned": 12, "being screened": 14, "drafted": 12, "in review": 10}


def _fresh(road: Road, days: int, anchor: datetime, steps: tuple[str, ...]) -> None:
    """A referral of so many days ago, at the steps that it can have reached by now."""

    def mark(step: str) -> None:
        if step in steps:
            with road.aside():
                road.until(anchor)
                # Most are on time.
                weight = _WEIGHTS.get(step, 6) * (1 if days < 7 else 0.4)
                road.mark(f"{step}, day {days}", weight, days)

    road.refer(min(road.moment(0, 10), anchor - timedelta(hours=3)))
    mark("queue")
    road.assign(road.at(0, 14) if days else anchor - timedelta(hours=2), tasks=1)
    mark("assigned")
    if days < 1:
        return
    screening = road.start_screening(road.at(1, 9))
    road.weigh(screening, road.at(1, 9.5), complete=False)
    mark("being screened")
    if days < 2:
        return
    complete_screening(screening, actor=road.users["caseworker"], at=road.at(1, 10))
    road.show_identity(road.at(1, 11))
    code = "reasonable_grounds" if road.profile.code == "uk" else "presumed_identification"
    decision = road.draft_decision(road.at(1, 13), code)
    mark("drafted")
    if road.profile.code != "uk":
        return
    decision = road.submit(decision, road.at(1, 15))
    mark("in review")
    if days > 2:
        road.hand_back(decision, road.at(2, 10))
        mark("returned")


def _recognised(road: Road, *, late: bool = False) -> None:
    """From the referral to a positive final decision, and after."""
    road.refer(road.moment(0, 10))
    road.assign(road.at(0 if not late else 1, 14), tasks=2)
    road.screen(road.at(3, 9))
    road.note(road.at(3, 11), "Interpreter booked. The person prefers mornings.")
    decided = 12 if late else 4
    first = road.decide(road.at(decided, 10), "reasonable_grounds")
    share = 0.35 if late else 1
    road.mark("recovery, not served", 12 * share)
    road.serve(first, road.at(decided + 3, 15))
    if road.told.answers.get("needs_support") == "yes":
        road.bring_near(road.at(decided + 3, 16), "house")
    if road.told.answers.get("accused") == "yes":
        road.bring_near(road.at(decided + 3, 16.5), "prosecution")
    road.show_identity(road.at(decided + 4, 9))
    road.mark("recovery", 70 * share)
    if late:
        return
    with road.aside():
        road.extend(road.at(14, 10), "recovery_period", 14)
        road.mark("recovery, extended", 14)
    with road.aside():
        road.suspend(road.at(12, 10))
        road.mark("suspended", 8)
        road.go_on(road.at(20, 10))
        if road.is_adult:
            road.withdraw(road.at(22, 10))
            road.mark("withdrawn", 22)
    with road.aside():
        road.disqualify(12)
        road.mark("disqualified", 5)
    with road.aside():
        road.go(road.at(15, 10), "evidence_gathering_began", who="caseworker")
        road.mark("evidence gathered", 18)
    road.at(decided + 32, 9)
    road.mark("final decision ready", 110, 500)
    final = road.draft_decision(road.at(60, 10), "conclusive_grounds")
    road.mark("final decision drafted", 14, 500)
    final = road.submit(final, road.at(60, 12))
    road.mark("final decision in review", 14, 300)
    with road.aside():
        road.escalate(final, road.at(61, 10))
        road.mark("final decision escalated", 5, 300)
    road.agree(final, road.at(61, 11))
    road.mark("move on, not served", 8)
    road.serve(final, road.at(63, 11))
    road.mark("move on", 60)
    with road.aside():
        road.go(road.at(90, 10), "support_extended")
        road.mark("support extended", 12, 400)
    road.extend(road.at(75, 10), "move_on", 30)
    road.mark("move on, extended", 14)
    road.at(150, 9)
    road.close(road.at(150, 10), "moved_on")
    road.mark("closed after move on", 130)


def _refused_grounds(road: Road) -> None:
    """To a negative first decision, returned once before it is agreed."""
    road.refer(road.moment(0, 11))
    road.assign(road.at(0, 15), tasks=2)
    road.screen(road.at(1, 9))
    decision = road.submit(
        road.draft_decision(road.at(1, 14), "reasonable_grounds", "negative"), road.at(1, 15)
    )
    road.hand_back(decision, road.at(2, 10))
    again = road.submit(Decision.objects.get(pk=decision.pk), road.at(3, 10))
    road.agree(again, road.at(4, 11), "supervisor2")
    road.mark("no grounds, not served", 5)
    road.serve(again, road.at(7, 10))
    road.mark("no grounds", 22)
    with road.aside():
        road.ask_again(road.at(20, 10))
        road.mark("another look asked", 8, 120)
    road.at(45, 9)
    road.mark("no grounds, window over", 12, 300)
    road.close(road.at(50, 10), "negative")
    road.mark("closed after no grounds", 45)


def _refused_in_the_end(road: Road) -> None:
    """A positive first decision, and after a new screening a negative final one."""
    road.refer(road.moment(0, 9))
    road.assign(road.at(0, 13), tasks=2)
    road.screen(road.at(2, 9))
    first = road.decide(road.at(4, 9), "reasonable_grounds")
    road.serve(first, road.at(4, 15))
    screening = start_screening(road._again(), actor=road.users["caseworker"], at=road.at(45, 9))
    episode = road._again().episodes.get(position=1)
    for code in ("PU-LAB", "PU-SER", "PU-SLV", "PU-DOM"):
        record_indicator(
            screening,
            actor=road.users["caseworker"],
            at=road.at(45, 9.5),
            episode=episode.pk,
            code=code,
            state="not_shown",
            evidence_ids=[],
        )
    complete_screening(screening, actor=road.users["caseworker"], at=road.at(45, 10))
    final = road.decide(road.at(46, 10), "conclusive_grounds", "negative")
    road.mark("negative in the end, not served", 4)
    road.serve(final, road.at(49, 10))
    road.mark("negative in the end", 20)
    road.at(95, 9)
    road.mark("negative in the end, window over", 14, 300)
    road.close(road.at(97, 10), "negative")
    road.mark("closed after a negative", 35)


def _questioned(road: Road, anchor: datetime) -> None:
    """A question is asked before the first decision."""
    road.refer(road.moment(0, 10))
    road.assign(road.at(0, 14), tasks=1)
    road.screen(road.at(1, 9))
    road.ask(road.at(2, 10))
    with road.aside():
        road.until(anchor)
        road.mark("question asked", 14, 20)
    road.answer(road.at(3, 9))
    road.suspend(road.at(3, 11))
    road.until(anchor)
    road.mark("suspended early", 8, 60)


def _notified(road: Road) -> None:
    """An adult who does not agree: a notification without an identity."""
    road.refer(road.moment(0, 10))
    road.mark("notified", 14, 120)
    road.close(road.at(3, 10), "duty_to_notify", who="intake")
    road.mark("notified and closed", 24)


def _presumed(road: Road) -> None:
    """palermo: presumed, a pause, formal identification, a plan of support."""
    road.refer(road.moment(0, 10))
    road.assign(road.at(0, 12), tasks=3)
    road.screen(road.at(1, 9))
    first = road.decide(road.at(2, 10), "presumed_identification")
    road.serve(first, road.at(3, 10))
    road.bring_near(road.at(3, 11), "house")
    road.show_identity(road.at(3, 12))
    road.mark("presumed", 22)
    with road.aside():
        road.go(road.at(5, 10), "wish_recorded", who="caseworker")
        road.mark("reflection", 12)
    with road.aside():
        road.suspend(road.at(12, 9), 30)
        road.mark("suspended, palermo", 3, 60)
        if road.is_adult:
            road.withdraw(road.at(40, 9))
            road.mark("withdrawn, palermo", 5)
    road.pause(road.at(10, 10), "formal_identification", 30)
    road.mark("paused", 16, 38)
    road.resume(road.at(31, 10), "formal_identification")
    road.extend(road.at(33, 10), "formal_identification", 20)
    road.go(road.at(40, 10), "formal_identification_began", who="caseworker")
    road.mark("formal identification", 14)
    with road.aside():
        road.at(145, 9)
        road.mark("formal identification, overdue", 4, 200)
    final = road.decide(road.at(80, 10), "formal_identification")
    road.serve(final, road.at(81, 10))
    road.mark("identified", 10)
    with road.aside():
        road.at(120, 9)
        road.mark("identified, plan overdue", 3, 200)
    road.go(road.at(100, 10), "support_planned")
    with road.aside():
        road.go(road.at(117, 9), "redress_chosen")
        road.mark("justice and redress", 5, 220)
    with road.aside():
        road.go(road.at(117, 9), "return_chosen")
        road.mark("return", 4, 220)
    road.mark("support plan", 8, 110)
    road.close(road.at(160, 10), "moved_on")
    road.mark("closed, palermo", 28)


def _helped(road: Road) -> None:
    """palermo: no elements are met, and help goes on without a decision."""
    road.refer(road.moment(0, 9))
    if road.is_adult:
        with road.aside():
            road.withdraw(road.at(0, 12), who="intake")
            road.mark("withdrawn at once, palermo", 3)
    road.assign(road.at(0, 12), tasks=2)
    road.screen(road.at(1, 10))
    road.mark("protection pathway", 12)
    with road.aside():
        road.at(44, 9)
        road.mark("protection pathway, overdue", 4, 120)
    road.close(road.at(40, 10), "services_only")
    road.mark("pathway closed", 8)


def _not_identified(road: Road) -> None:
    """palermo: screened twice, and not identified."""
    road.refer(road.moment(0, 9))
    road.assign(road.at(0, 12), tasks=2)
    road.screen(road.at(1, 10))
    road.mark("screened, palermo", 4, 20)
    decision = road.decide(road.at(3, 10), "presumed_identification", "negative")
    road.serve(decision, road.at(4, 10))
    road.mark("not identified", 8)
    road.close(road.at(50, 10), "negative")
    road.mark("not identified, closed", 8)


def _unsent(road: Road, days: int, anchor: datetime) -> None:
    """A draft last saved so many days ago."""
    at = min(road.moment(0, 10), anchor - timedelta(hours=2))
    road.start_draft(at)
    road.save(at + timedelta(minutes=3), "danger", {"danger_now": "no"})
    who = {"age_status": road.told.age_status, "jurisdiction": road.profile.jurisdictions[0].code}
    road.save(at + timedelta(minutes=8), "who", {**who, "language": "en"})
    if days % 2:
        road.save(at + timedelta(minutes=15), "name", {"name": NAME})
    if days >= 21:
        road.warn(anchor - timedelta(hours=1))
    road.now = anchor
    road.mark(f"unsent, day {days}", 10, days)


@dataclass(frozen=True, slots=True)
class Plan:
    """A road to walk: from how many days before the anchor, and how."""

    profile: str
    days: int
    told: Told
    walk: Callable[[Road, datetime], None]


def plans(*, many: bool) -> Iterator[Plan]:
    """The roads that are walked. With `many`, each long road on more days of the week, so that the
    copies of large numbers differ more."""

    def long(profile: str, days: int, told: Told, walk: Callable[[Road], None]) -> Iterator[Plan]:
        for shift in (0, 1, 2, 3) if many else (0,):
            yield Plan(profile, days + shift, told, lambda road, _anchor: walk(road))

    def fresh(profile: str, days: int, told: Told, steps: tuple[str, ...] = _STEPS) -> Plan:
        return Plan(profile, days, told, lambda road, anchor: _fresh(road, days, anchor, steps))

    def unsent(profile: str, days: int, told: Told) -> Plan:
        return Plan(profile, days, told, lambda road, anchor: _unsent(road, days, anchor))

    children = (BOY, DISPUTED, NOT_SURE)
    for number, (days, steps) in enumerate(_FEW_STEPS.items()):
        told = children[number // 3] if number % 3 == 2 else (WORKER, SOLD)[number % 2]
        yield fresh("uk", days, told, _STEPS if many else steps)
        if many:
            yield fresh("uk", days, (TOLD_AT_WORK, BOY)[number % 2])
    yield fresh("palermo", 0, HELD)
    yield fresh("palermo", 2, HELD_CHILD)
    yield from long("uk", 152, WORKER, _recognised)
    yield from long("uk", 156, BOY, _recognised)
    yield from long("uk", 24, SOLD, lambda road: _recognised(road, late=True))
    yield from long("uk", 60, NOT_SHOWN, _refused_grounds)
    yield from long("uk", 102, TOLD_AT_WORK, _refused_in_the_end)
    yield Plan("uk", 4, NOT_SURE, _questioned)
    yield Plan("uk", 11, NOT_SURE, _questioned)
    yield from long("uk", 8, REFUSES, _notified)
    yield from long("palermo", 165, HELD, _presumed)
    yield from long("palermo", 50, IN_NEED, _helped)
    yield from long("palermo", 57, _palermo_not_shown(), _not_identified)
    for days in (0, 1, 6, 15, 22, 26):
        yield unsent("uk", days, WORKER if days % 2 else BOY)
    yield unsent("palermo", 3, HELD)


def _palermo_not_shown() -> Told:
    return Told(
        "adult",
        "armed",
        {},
        (
            ("ACT-REC", "shown"),
            ("MC-04", "shown"),
            ("PU-ARM", "not_shown"),
            ("PU-LAB", "not_shown"),
        ),
    )


def walk_all(
    anchor: datetime,
    keep: Callable[[Road, Mark], None],
    *,
    many: bool,
    progress: Callable[[int, int], None],
) -> None:
    """Walks every road up to the anchor, calls `keep` at each mark, and leaves nothing behind."""
    wanted = list(plans(many=many))
    hands = Hands()
    for number, plan in enumerate(wanted):
        progress(number, len(wanted))
        zone = load_profile(plan.profile).calendar_for().zone
        start = anchor.astimezone(zone).date() - timedelta(days=plan.days)
        try:
            with context.acting_as(hands.users["supervisor"]):
                plan.walk(Road(plan.profile, start, plan.told, keep, hands), anchor)
                raise _Undone
        except _Undone:
            pass
    progress(len(wanted), len(wanted))
