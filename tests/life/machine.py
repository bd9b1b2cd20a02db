"""The life of one case as a state machine: a step is something that somebody tries at a moment.
What is refused has changed nothing; what was done is on record, by whoever did it; and after each
step everything of tests/life/holds.py holds.

A life begins somewhere on the road of a case (tests/life/beginnings.py), and a step is chosen by
weight among those for which there is something on the case: so most lives reach a decision that is
made, served and asked about again. Hypothesis itself would leave out rules in each run, so that few
get through ten of them in a row."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cases.actions import (
    asking,
    closing,
    confidentiality,
    contact,
    deciding,
    excluding,
    notes,
    reconsidering,
    sharing,
    suspending,
    tasks_done,
    withdrawing,
)
from cases.actions.assigning import assign_case, bring_near, take_away
from cases.actions.covering import begin_covers
from cases.actions.sweeping import sweep
from cases.actions.watching import watch_days
from cases.models import (
    Case,
    CaseTask,
    Consent,
    Decision,
    Episode,
    Exclusion,
    Question,
    Reconsideration,
    Referral,
)
from cases.rules.contact import WAYS
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import SYSTEM
from protection.actions import services, shelter
from protection.models import Service, Stay
from protection.models.service import WITH_PROVIDER
from screening import actions as screening
from screening.models import Screening
from tests.decisions.road import content
from tests.life import beginnings
from tests.life.chance import begin_anew
from tests.life.holds import ASKED_ANEW, FORCES, HOLDS, KIND, PURPOSE, apart, moment
from tests.life.records import Records
from tests.life.scene import BEGUN, Scene
from tests.life.stages import stages_of, standing
from tests.life.trying import (
    ASKED,
    AT_THE_FIRST,
    COLLEAGUE,
    IN_EMERGENCY,
    LEADER,
    OWNER,
    READER,
    SECOND_COLLEAGUE,
    STEPS,
    last_of,
    leader,
    one_of,
    outside,
    reader,
    step,
    worker,
)
from tests.screening.build import KIND as KIND_OF_WORK
from tests.screening.build import item

LATEST = BEGUN + timedelta(days=720)
LONGEST_SAFE = timedelta(days=30)


class LifeOfACase(RuleBasedStateMachine):
    """One run: one case, from some place on its road on."""

    # Under the law that most lives are under, and one where no authority functions, where given.
    scenes: ClassVar[tuple[Scene, ...]]
    done: ClassVar[set[str]] = set()  # every action that was done in some run
    refused: ClassVar[set[str]] = set()
    lives: ClassVar[int] = 0
    # How many lives were at each stage, and how many got there by their own steps.
    reached: ClassVar[Counter[str]] = Counter()
    walked: ClassVar[Counter[str]] = Counter()
    broken: ClassVar[list[str]] = []  # what did not hold, also where it cannot be told again

    scene: Scene
    case: Case
    at: datetime
    records: Records
    other: Records | None  # of a second case, where there is one
    stands: frozenset[str]  # what stands on the case, so that little is tried in vain
    been: set[str]  # the stages at which this life was
    begun_at: frozenset[str]

    def __init__(self) -> None:
        super().__init__()
        self.been, self.begun_at = set(), frozenset()

    @initialize(
        child=st.booleans(),
        place=st.sampled_from(beginnings.PLACES),
        far=st.sampled_from((*("",) * 20, *beginnings.PLACES_OF_CONFLICT)),
    )
    def begin(self, child: bool, place: str, far: str) -> None:
        self.scene = self.scenes[-1 if far else 0]
        self.world = self.scene.world
        place = far if far and len(self.scenes) > 1 else place
        beginnings.begin(self, place, child=child)
        begin_anew("what comes of it")
        self.begun_at = frozenset(self.been)

    @rule(data=st.data())
    def somebody_tries(self, data: Any) -> None:
        possible = tuple(
            number for number, one in enumerate(STEPS) if not one.where or one.where & self.stands
        )
        chosen = STEPS[data.draw(one_of(possible))]
        given = {name: data.draw(how) for name, how in chosen.arguments.items()}
        with self.noted():
            chosen.run(self, **given)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Notes what turns out not to hold."""
        try:
            yield
        except Exception as fault:
            self.broken.append(f"{type(fault).__name__}: {fault}")
            raise

    def open(self, child: bool) -> None:
        """The referral arrives, the first one or another."""
        self.at = self.at if hasattr(self, "at") else BEGUN
        case = self.world.case(age_status="child" if child else "adult", at=self.at)
        if not child:
            Consent.objects.create(
                case=case,
                answer="agreed",
                given_on=str(self.at.date()),
                recorded_by=self.world.responder,
                recorded_at=self.at,
            )
        if self.world.profile.conflict_mode.provisional_identification:
            # It is for whoever referred them to identify them for the time being.
            Referral.objects.create(
                case=case,
                organisation=self.world.police,
                sent_by=self.world.responder,
                sent_at=self.at,
            )
        self.take_up(case.pk, self.at)

    def take_up(self, case: UUID, at: datetime) -> None:
        """Goes on with a case as it stands in the database, and with the other one, if any."""
        self.at = at
        other = Case.objects.exclude(pk=case).first()
        self.other = Records(other.pk) if other else None
        self.turn_to(Records(case))
        self.look()

    def turn_to(self, records: Records) -> None:
        self.records, self.case = records, Case.objects.get(pk=records.case)

    @step("second case", weight=2)
    def turn_to_the_other(self) -> None:
        """What is tried from here on is tried on the other case."""
        if self.other is not None:
            before = self.records
            self.turn_to(self.other)
            self.other = before
            self.stands = frozenset(standing(self.records, self.other))

    def reference_of_other(self) -> str:
        return Case.objects.get(pk=self.other.case).reference if self.other else ""

    # Trying ---------------------------------------------------------------------------------------
    def who(self, name: str) -> Any:
        """Somebody by name, by what they do where the case is now, or by what they have done on
        it."""
        if name == OWNER:
            return self._user(self.records.itself["caseworker_id"]) or self.who(COLLEAGUE)
        if name == READER:
            read = self.records.of("cases_decisionreview", verdict="")
            by = max((row["at"], row["reviewer_id"]) for row in read)[1] if read else None
            return self._user(by) or self.who(LEADER)
        if name == IN_EMERGENCY:
            rows = self.records.of("cases_emergencyaccess")
            by = max((row["asked_at"], row["person_id"]) for row in rows)[1] if rows else None
            return self._user(by) or self.who(SECOND_COLLEAGUE)
        there = self.records.itself["authority_id"] == str(self.world.other_authority.pk)
        if name == ASKED:
            name, there = "supervisor", not there
        elif name in AT_THE_FIRST:
            name = AT_THE_FIRST[name]
        else:
            there = False
        return self.world.users[f"other_{name}" if there else name]

    def _user(self, pk: str | None) -> Any:
        return next((one for one in self.world.users.values() if str(one.pk) == pk), None)

    def do(self, call: Any, subject: Any, name: str, **given: Any) -> Any:
        """Somebody tries this. What is refused leaves no trace on the case, and what is done has
        its event."""
        actor = self.who(name)
        try:
            result = call(subject, **{"actor": actor, "at": self.at, **given})
        except (Refused, Forbidden, Hidden, ObjectDoesNotExist):
            # The last: a row that they do not see, which no page would have found for them.
            self.refused.add(call.verb)
            changed, new = self.look()
            assert not changed, f"{call.verb}: refused, and {changed} changed"
            assert not new, f"{call.verb}: refused, and on record as done"
            return None
        self.done.add(call.verb)
        _changed, new = self.look()
        assert call.verb in {event["verb"] for event in new}, f"{call.verb}: done, not on record"
        by = {event["actor_id"] for event in new}
        assert by <= {str(actor.pk), str(SYSTEM.id)}, f"{call.verb}: on record as of somebody else"
        return result

    def look(self) -> tuple[set[str], list[dict[str, Any]]]:
        """The tables in which something of the case has changed since the last look, and the events
        that came."""
        changed, events = self.records.read(), self.records.events
        if self.other is not None:
            changed, events = changed | self.other.read(), events + self.other.events
        if changed:
            self.stands = frozenset(standing(self.records, self.other))
            self.been |= stages_of(self.records, self.other)
        return changed, events

    def again(self) -> Case:
        return Case.objects.select_related("person", "caseworker", "authority").get(pk=self.case.pk)

    def last(self, model: Any, **wanted: Any) -> Any:
        return last_of(model.objects.filter(case=self.case, **wanted))

    # Time -----------------------------------------------------------------------------------------
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days if self.at < LATEST else 0, minutes=5)
        system = User.objects.system()
        counts = sweep(at=self.at) + watch_days(actor=system, at=self.at)
        begin_covers(actor=system, at=timezone.now())
        assert not counts["failed"], "the sweep failed"
        changed, new = self.look()
        if changed - {"cases_inboxitem", "cases_outgoingmail"}:
            assert new, f"the sweep changed {changed}: not on record"

    # Working on it --------------------------------------------------------------------------------
    @step("for others", weight=8, name=leader, to=st.just(SECOND_COLLEAGUE))
    @step("nobody's", weight=6, name=leader, to=st.sampled_from((COLLEAGUE, SECOND_COLLEAGUE)))
    @step(name=leader, to=st.sampled_from((COLLEAGUE, SECOND_COLLEAGUE, "other_caseworker")))
    def give(self, name: str, to: str) -> None:
        self.do(assign_case, self.again(), name, caseworker=self.who(to))

    @step("task", name=worker)
    def finish_tasks(self, name: str) -> None:
        for task in CaseTask.objects.filter(case=self.case, done_at=None):
            self.do(tasks_done.finish_task, task, name)

    @step(name=worker)
    def note(self, name: str) -> None:
        self.do(notes.write_note, self.again(), name, text="Heard today.")

    @step("not screened", weight=4, name=worker, enough=st.sampled_from((True, True, False)))
    @step(weight=1, name=worker, enough=st.sampled_from((True, True, False)), forces=st.booleans())
    def screen(self, name: str, enough: bool, forces: bool = False) -> None:
        found = self.last(Screening, completed_at=None)
        found = found or self.do(screening.start_screening, self.again(), name)
        if found is None:
            return
        if not Episode.objects.filter(case=self.case).exists():
            types = (KIND_OF_WORK[self.world.profile.code],)
            episode = screening.FoundEpisode(types=types, place="not_known")
            self.do(screening.add_episode, found, name, episode=episode)
        told = self.do(screening.record_evidence, found, name, item=item("They kept the papers."))
        one = self.last(Episode)
        if told is None or one is None:
            return
        shown = ("ACT-REC", "MC-04", "PU-LAB") if enough else ("ACT-REC",)
        for code in (*shown, FORCES) if forces else shown:
            given = {"episode": one.pk, "code": code, "state": "shown", "evidence_ids": {told.pk}}
            self.do(screening.record_indicator, found, name, **given)
        self.do(screening.complete_screening, found, name)

    # Decisions ------------------------------------------------------------------------------------
    @step(
        "to decide",
        weight=12,
        name=worker,
        place=st.sampled_from((None,) * 8 + (0, 1)),
        outcome=st.sampled_from(("positive", "negative")),
    )
    @step(weight=1, name=worker, place=st.integers(0, 1), outcome=st.just("negative"))
    def draft(self, name: str, place: int | None, outcome: str) -> None:
        laws = self.world.profile.decisions
        stage = self.records.itself["stage"]
        fits = next((n for n, law in enumerate(laws) if stage in law.from_stages), 0)
        code = laws[fits if place is None else place].code
        given = content(outcome)
        self.do(deciding.draft_decision, self.again(), name, code=code, content=given)

    @step("decision:draft", "decision:returned", weight=20, name=worker)
    def submit(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "returned")):
            self.do(deciding.submit_for_review, row, name)

    @step("decision:in_review", "decision:escalated", weight=16, name=leader)
    def read_for_oneself(self, name: str) -> None:
        if row := self.last(Decision, state__in=("in_review", "escalated")):
            given = {"own_outcome": row.outcome, "own_grounds": "I come to the same."}
            self.do(deciding.record_own_grounds, row, name, no_conflict=True, **given)

    @step("read", weight=20, name=reader)
    @step("decision:draft", "decision:in_review", "decision:escalated", weight=1, name=leader)
    def agree(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "in_review", "escalated")):
            held = self.again().suspended_at
            if self.do(deciding.agree, row, name) is not None:
                assert held is None, "a decision was made while the case was suspended"

    @step("decision:in_review", name=reader)
    def hand_back(self, name: str) -> None:
        if row := self.last(Decision, state="in_review"):
            self.do(deciding.hand_back, row, name, reasons="Say what speaks against it.")

    @step("decision:draft", "decision:returned", weight=1, name=worker)
    def take_the_draft_back(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "returned")):
            self.do(deciding.withdraw_draft, row, name)

    @step(
        "to serve",
        weight=16,
        name=worker,
        channel=st.sampled_from(("in_person", "in_person", *WAYS, "nominated")),
    )
    def serve(self, name: str, channel: str) -> None:
        row = self.last(Decision, state="made", served_on=None)
        if row is None:
            return
        given = {"served_on": self.at.date(), "channel": channel, "language": "sq"}
        self.reach(deciding.serve_decision, row, name, **given)

    def reach(self, call: Any, row: Any, name: str, **given: Any) -> None:
        """Somebody tries to tell the person: by no way that is not known to be safe."""
        cards = self.records.of("cases_safecontact")
        channel = given["channel"]
        if self.do(call, row, name, **given) is not None and channel in WAYS:
            assert cards, "served by a way of which nothing is known"
            card = max(cards, key=lambda one: moment(one["recorded_at"]))
            assert card[channel] == "safe", "served by a way that is not safe"
            age = self.at.date() - moment(card["recorded_at"]).date()
            assert age <= LONGEST_SAFE, "served by a way that was safe too long ago"

    @step("refused", weight=16, name=outside, late=st.booleans())
    def ask_for_another_look(self, name: str, late: bool) -> None:
        given = {
            "asked_by": "person",
            "grounds": [self.world.profile.reconsideration_grounds[0].code],
            "why": "The letter was not read.",
            "asked_on": self.at.date(),
            "exceptional": "She was in hospital." if late else "",
        }
        self.do(reconsidering.ask_reconsideration, self.again(), name, **given)

    @step("asked again", weight=16, name=leader, accept=st.sampled_from((True, True, False)))
    def answer_whether_to_look(self, name: str, accept: bool) -> None:
        if row := self.last(Reconsideration, state="asked"):
            given = {"accept": accept, "reasons": "The letter speaks to it."}
            self.do(reconsidering.answer_reconsideration, row, name, **given)

    # Contact and consent --------------------------------------------------------------------------
    @step(
        name=worker, marks=st.tuples(*[st.sampled_from(("safe", "unsafe", "unknown"))] * len(WAYS))
    )
    def record_contact(self, name: str, marks: tuple[str, ...]) -> None:
        ways = dict(zip(WAYS, marks, strict=True))
        self.do(contact.record_contact, self.again(), name, ways=ways, details={})

    @step(weight=3, name=worker, answer=st.sampled_from(("agreed", "agreed", "declined")))
    def say(self, name: str, answer: str, purpose: str = PURPOSE, kind: str = KIND) -> None:
        given: dict[str, Any] = {
            "purpose": purpose,
            "recipient_kind": kind,
            "answer": answer,
            "given_on": self.at.date(),
            "language": "sq",
            "interpreter": "by_telephone",
        }
        self.do(sharing.record_consent, self.again(), name, **given)

    @step("agreed", name=worker)
    def take_it_back(self, name: str) -> None:
        said = self.last(Consent, purpose=PURPOSE, answer="agreed", withdrawn_at=None)
        if said is not None:
            self.do(sharing.withdraw_consent, said, name)

    @step("agreed", weight=3, name=worker)
    def share(self, name: str) -> None:
        said = self.last(Consent, purpose=PURPOSE, answer="agreed")
        if said is None:
            return
        parts = sharing.choose(("standing", "contact"))
        house = self.world.provider_house.pk
        wanted = sharing.Wanted(house, PURPOSE, said.pk, parts, ())
        found = self.do(sharing.preview_bundle, self.again(), name, wanted=wanted)
        if found is not None:
            given = {"wanted": wanted, "digest": found.digest, "key": uuid4()}
            self.do(sharing.share_bundle, self.again(), name, **given)

    # Protection -----------------------------------------------------------------------------------
    @step(name=worker, code=st.sampled_from(("accommodation", "subsistence")))
    def note_need(self, name: str, code: str) -> None:
        urgency = self.world.profile.support.urgencies[0].code
        self.do(services.note_need, self.again(), name, code=code, urgency=urgency)

    @step("service:needed", weight=6, name=worker, anyway=st.sampled_from((False, False, True)))
    def refer(self, name: str, anyway: bool) -> None:
        row = self.last(Service, state="needed")
        if row is None:
            return
        house = self.world.provider_house.pk
        if anyway:
            why = "She was thrown out tonight and has nowhere to sleep."
            self.do(services.refer_without_consent, row, name, organisation=house, reason=why)
        else:
            self.do(services.refer, row, name, organisation=house)

    @step("override", name=leader)
    def read_why(self, name: str) -> None:
        if row := self.last(Service, overridden=True):
            self.do(services.read_override, row, name)

    @step(
        "with the provider",
        weight=5,
        name=st.sampled_from(("provider", "provider", "provider", OWNER, "liaison")),
        answer=st.sampled_from(("accept", "start", "waitlist", "decline", "hold", "complete")),
    )
    def provider_answers(self, name: str, answer: str) -> None:
        row = self.last(Service, state__in=WITH_PROVIDER)
        if row is None:
            return
        law = self.world.profile.support
        why = {"decline": law.decline_reasons[0].code, "hold": law.hold_reasons[0].code}
        self.do(services.answer, row, name, answer=answer, reason=why.get(answer, ""))

    @step("service:needed", "with the provider", weight=1, name=worker)
    def end_service(self, name: str) -> None:
        if row := self.last(Service, state__in=(*WITH_PROVIDER, "needed")):
            reason = self.world.profile.support.exit_codes[0].code
            self.do(services.end_service, row, name, reason=reason)

    @step("with the provider", weight=4, name=worker, place=st.integers(0, 1))
    @step(weight=1, name=worker, place=st.integers(0, 1))
    def hold_bed(self, name: str, place: int) -> None:
        bed = self.scene.beds[place].pk
        if self.do(shelter.hold_bed, self.again(), name, bed=bed) is not None and self.other:
            # All beds are under one roof.
            met = self.other.of("protection_stay", ended_at=None)
            assert not (met and apart(self.records, self.other)), "under one roof"

    @step("stay:held", weight=6, name=worker)
    def move_in(self, name: str) -> None:
        if row := self.last(Stay, state="held"):
            self.do(shelter.move_in, row, name)

    @step("stay:held", "stay:occupied", name=worker)
    def leave_bed(self, name: str) -> None:
        if row := self.last(Stay, state__in=("held", "occupied")):
            reason = self.world.profile.support.exit_codes[0].code
            self.do(shelter.end_stay, row, name, reason=reason)

    @step(weight=1, name=leader, away=st.booleans())
    def bring_near(self, name: str, away: bool) -> None:
        call = take_away if away else bring_near
        self.do(call, self.again(), name, organisation=self.world.prosecution)

    # Need to know ---------------------------------------------------------------------------------
    @step("restricted", weight=12, name=leader, level=st.just("normal"))
    @step(weight=1, name=leader, level=st.sampled_from(("normal", "restricted", "sealed")))
    def change_confidentiality(self, name: str, level: str) -> None:
        given = {"level": level, "reason": "ended" if level == "normal" else "insider_risk"}
        self.do(confidentiality.change_confidentiality, self.again(), name, **given)

    @step(weight=1, name=leader, whom=st.sampled_from(("provider_house", "caseworker2")))
    def exclude(self, name: str, whom: str) -> None:
        given: dict[str, Any] = (
            {"organisation": self.world.provider_house}
            if whom == "provider_house"
            else {"person": self.world.users[whom]}
        )
        self.do(excluding.exclude, self.again(), name, reason="conflict_of_interest", **given)

    @step("kept out", weight=3, name=leader)
    def lift(self, name: str) -> None:
        if row := self.last(Exclusion, ended_at=None):
            self.do(excluding.lift, row, name, because="mistake")

    # The course -----------------------------------------------------------------------------------
    @step(weight=1, name=worker)
    def ask(self, name: str) -> None:
        given = {"recipient": "The hospital", "asked": "When was she there?"}
        self.do(asking.ask, self.again(), name, **given)

    @step("question", weight=6, name=worker)
    def answered(self, name: str) -> None:
        if row := self.last(Question, state="asked"):
            given = {"answer": "In March.", "answered_on": self.at.date()}
            self.do(asking.record_answer, row, name, **given)

    @step(weight=1, name=leader)
    def suspend(self, name: str) -> None:
        given = {"reason": "lost_contact", "review_on": self.at.date() + timedelta(days=7)}
        self.do(suspending.suspend, self.again(), name, **given)

    @step("suspended", weight=16, name=leader)
    def resume(self, name: str) -> None:
        self.do(suspending.resume, self.again(), name)

    @step("long on its way", weight=1, name=worker)
    def withdraw(self, name: str) -> None:
        given = {"method": "spoken", "told_on": self.at.date(), "heard_by": "The night staff"}
        self.do(withdrawing.withdraw, self.again(), name, explained=True, **given)

    @step(weight=1, name=leader, code=st.sampled_from(("lost_contact", "negative", "moved_on")))
    def close(self, name: str, code: str) -> None:
        self.do(closing.close, self.again(), name, code=code)

    @step("closed", weight=16, name=leader)
    def reopen(self, name: str) -> None:
        self.do(closing.reopen, self.again(), name, reason="returned")

    # What holds -----------------------------------------------------------------------------------
    @invariant()
    def everything_holds(self) -> None:
        """Asked again where something has changed at which it looks."""
        for of in (self.records, self.other):
            if of is None or not of.changed:
                continue
            for holds in HOLDS:
                if holds is ASKED_ANEW or of.changed & of.looked.get(holds, of.changed):
                    of.asked = set()
                    with self.noted():
                        holds(of, self.scene)
                    of.looked[holds] = of.asked
            of.changed = set()

    def teardown(self) -> None:
        """Counts where this life was. The next one begins in a database without it."""
        cls = LifeOfACase
        cls.lives += 1
        cls.reached.update(self.been)
        cls.walked.update(self.been - self.begun_at)
