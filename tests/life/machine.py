"""The life of one case as a state machine: a step is something that somebody tries at a moment.
What is refused has changed nothing; what was done is on record; and the invariants hold after it.

They are worked out from the rows by means of their own, read past every policy."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import uuid4

from django.db import connections
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases.actions import (
    asking,
    closing,
    confidentiality,
    contact,
    deciding,
    excluding,
    matters,
    notes,
    reconsidering,
    sharing,
    suspending,
    tasks_done,
    withdrawing,
)
from cases.actions.assigning import assign_case, bring_near, take_away
from cases.actions.sweeping import sweep
from cases.models import (
    Bundle,
    Case,
    CaseTask,
    CaseUserGrant,
    Consent,
    Deadline,
    Decision,
    Exclusion,
    Matter,
    Question,
    SafeContact,
)
from cases.rules.contact import WAYS
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import acting_as
from nrm.profiles.terms import Extension, Pause
from protection.actions import services, shelter
from protection.models import Service, Stay
from protection.models.service import WITH_PROVIDER
from screening import actions as screening
from screening.models import Screening
from tests.decisions.road import content, day
from tests.screening.build import first_episode, item
from tests.watching import WATCHER
from tests.world import World

BEGUN = day(2026, 3, 2)
# Whoever works there, a second of each, and people who have no business with it.
WORKERS = ("caseworker", "caseworker2", "supervisor", "supervisor2")
ANYBODY = (*WORKERS, "intake", "provider", "responder", "other_supervisor", "auditor")
worker = st.sampled_from(("caseworker",) * 12 + ANYBODY)
leader = st.sampled_from(("supervisor",) * 8 + ("supervisor2",) * 4 + ANYBODY)
mostly = st.sampled_from((True, True, True, False))
PURPOSE, KIND = "support", "provider"


@cache
def _of_cases() -> tuple[tuple[str, str], ...]:
    """Each table that belongs to cases, and the column that says to which."""
    with connections[WATCHER].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name !~ '^(audit|django)_'"
            " AND column_name IN ('case_id', 'content_object_id')"
            " UNION ALL SELECT 'cases_case', 'id' ORDER BY 1"
        )
        return tuple(cursor.fetchall())


def rows_of(case: Case) -> dict[str, str]:
    """A sum of the rows of each table that belong to the case."""
    parts = [
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
        f" WHERE t.{column} = %(case)s"
        for table, column in _of_cases()
    ]
    with connections[WATCHER].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"case": case.pk})
        return dict(cursor.fetchall())


def events_of(case: Case) -> list[str]:
    with connections[WATCHER].cursor() as cursor:
        cursor.execute("SELECT verb FROM audit_event WHERE case_id = %s ORDER BY id", [case.pk])
        return [verb for (verb,) in cursor.fetchall()]


# What stands on a case, so that few steps are tried where there is nothing to try them on.
_STANDS = """
SELECT 'decision:' || state FROM cases_decision WHERE case_id = %(case)s
UNION SELECT 'to serve' FROM cases_decision
    WHERE case_id = %(case)s AND state = 'made' AND served_on IS NULL
UNION SELECT 'refused' FROM cases_decision
    WHERE case_id = %(case)s AND state = 'made' AND outcome = 'negative'
UNION SELECT 'service:' || state FROM protection_service WHERE case_id = %(case)s
UNION SELECT 'stay:' || state FROM protection_stay WHERE case_id = %(case)s
UNION SELECT 'question' FROM cases_question WHERE case_id = %(case)s AND state = 'asked'
UNION SELECT 'kept out' FROM cases_exclusion WHERE case_id = %(case)s AND ended_at IS NULL
UNION SELECT 'task' FROM cases_casetask WHERE case_id = %(case)s AND done_at IS NULL
UNION SELECT 'agreed' FROM cases_consent
    WHERE case_id = %(case)s AND purpose = 'support' AND answer = 'agreed' AND withdrawn_at IS NULL
UNION SELECT 'closed' FROM cases_case WHERE id = %(case)s AND closed_at IS NOT NULL
UNION SELECT 'suspended' FROM cases_case WHERE id = %(case)s AND suspended_at IS NOT NULL
"""


def where(*any_of: str) -> Any:
    """The step is tried where one of these stands on the case."""
    return precondition(lambda self: bool(self.stands & set(any_of)))


WITH_A_PROVIDER = tuple(f"service:{state}" for state in WITH_PROVIDER)


class LifeOfACase(RuleBasedStateMachine):
    """One run: one case, from the referral on."""

    world: ClassVar[World]
    beds: ClassVar[tuple[Any, ...]]
    done: ClassVar[set[str]] = set()  # every action that was done in some run
    refused: ClassVar[set[str]] = set()

    case: Case
    at: datetime
    rows: dict[str, str]  # as they were after the last step
    told: int  # how many events there were
    stands: set[str]

    @initialize(child=st.booleans(), screened=mostly, agreed=mostly)
    def begin(self, child: bool, screened: bool, agreed: bool) -> None:
        age = "child" if child else "adult"
        self.at = BEGUN
        self.case = self.world.case(age_status=age, at=BEGUN)
        if not child:
            Consent.objects.create(
                case=self.case,
                answer="agreed",
                given_on="2026-03-02",
                recorded_by=self.world.responder,
                recorded_at=BEGUN,
            )
        self.look()
        self.do(assign_case, self.case, "intake", caseworker=self.world.caseworker)
        self.finish_tasks("caseworker")
        if screened:
            self.screen("caseworker", enough=True)
        if agreed:
            self.say("caseworker", "agreed")

    # Trying ---------------------------------------------------------------------------------------
    def do(self, call: Any, subject: Any, name: str, **given: Any) -> Any:
        """Somebody tries this. What is refused leaves no trace on the case, and what is done has
        its event."""
        try:
            result = call(subject, actor=self.world.users[name], at=self.at, **given)
        except (Refused, Forbidden, Hidden):
            self.refused.add(call.verb)
            changed, new = self.look()
            assert not changed, f"{call.verb}: refused, and {changed} changed"
            assert not new, f"{call.verb}: refused, and on record as done"
            return None
        self.done.add(call.verb)
        _changed, new = self.look()
        assert call.verb in new, f"{call.verb}: done, and not on record"
        return result

    def look(self) -> tuple[set[str], list[str]]:
        """The tables in which something of the case has changed since the last look, and the events
        that came."""
        before, told = getattr(self, "rows", {}), getattr(self, "told", 0)
        events = events_of(self.case)
        self.rows, self.told = rows_of(self.case), len(events)
        with connections[WATCHER].cursor() as cursor:
            cursor.execute(_STANDS, {"case": self.case.pk})
            self.stands = {name for (name,) in cursor.fetchall()}
        changed = {table for table, rows in self.rows.items() if rows != before.get(table)}
        return changed, events[told:]

    def again(self) -> Case:
        return Case.objects.select_related("person", "caseworker", "authority").get(pk=self.case.pk)

    def last(self, model: Any, **wanted: Any) -> Any:
        return model.objects.filter(case=self.case, **wanted).last()

    # Time -----------------------------------------------------------------------------------------
    @rule(days=st.sampled_from((0, 1, 3, 8, 31, 46)))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days, minutes=5)
        sweep(at=self.at)
        changed, new = self.look()
        if changed - {"cases_inboxitem"}:
            assert new, f"the sweep changed {changed}: not on record"

    # Working on it --------------------------------------------------------------------------------
    @rule(name=leader, to=st.sampled_from(("caseworker", "caseworker2", "other_caseworker")))
    def give(self, name: str, to: str) -> None:
        self.do(assign_case, self.again(), name, caseworker=self.world.users[to])

    @where("task")
    @rule(name=worker)
    def finish_tasks(self, name: str) -> None:
        for task in CaseTask.objects.filter(case=self.case, done_at=None):
            self.do(tasks_done.finish_task, task, name)

    @rule(name=worker)
    def note(self, name: str) -> None:
        self.do(notes.write_note, self.again(), name, text="Heard today.")

    @rule(name=worker, enough=st.sampled_from((True, True, False)))
    def screen(self, name: str, enough: bool) -> None:
        found = self.last(Screening, completed_at=None)
        found = found or self.do(screening.start_screening, self.again(), name)
        if found is None:
            return
        if first_episode(found, self.world) is None:
            episode = screening.FoundEpisode(types=("forced_work",), place="not_known")
            self.do(screening.add_episode, found, name, episode=episode)
        told = self.do(screening.record_evidence, found, name, item=item("They kept the papers."))
        one = first_episode(found, self.world)
        if told is None or one is None:
            return
        for code in ("ACT-REC", "MC-04", "PU-LAB") if enough else ("ACT-REC",):
            given = {"episode": one.pk, "code": code, "state": "shown", "evidence_ids": {told.pk}}
            self.do(screening.record_indicator, found, name, **given)
        self.do(screening.complete_screening, found, name)

    # Decisions ------------------------------------------------------------------------------------
    @rule(name=worker, place=st.integers(0, 1), outcome=st.sampled_from(("positive", "negative")))
    def draft(self, name: str, place: int, outcome: str) -> None:
        code = self.world.profile.decisions[place].code
        given = content(outcome)
        self.do(deciding.draft_decision, self.again(), name, code=code, content=given)

    @where("decision:draft", "decision:returned")
    @rule(name=worker)
    def submit(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "returned")):
            self.do(deciding.submit_for_review, row, name)

    @where("decision:in_review", "decision:escalated")
    @rule(name=leader)
    def read_for_oneself(self, name: str) -> None:
        if row := self.last(Decision, state__in=("in_review", "escalated")):
            given = {"own_outcome": row.outcome, "own_grounds": "I come to the same."}
            self.do(deciding.record_own_grounds, row, name, no_conflict=True, **given)

    @where("decision:draft", "decision:in_review", "decision:escalated")
    @rule(name=leader)
    def agree(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "in_review", "escalated")):
            held = self.again().suspended_at
            if self.do(deciding.agree, row, name) is not None:
                assert held is None, "a decision was made while the case was suspended"

    @where("decision:in_review")
    @rule(name=leader)
    def hand_back(self, name: str) -> None:
        if row := self.last(Decision, state="in_review"):
            self.do(deciding.hand_back, row, name, reasons="Say what speaks against it.")

    @where("decision:draft", "decision:returned")
    @rule(name=worker)
    def take_the_draft_back(self, name: str) -> None:
        if row := self.last(Decision, state__in=("draft", "returned")):
            self.do(deciding.withdraw_draft, row, name)

    @where("to serve")
    @rule(name=worker, channel=st.sampled_from(("in_person", "call", "email", "post", "nominated")))
    def serve(self, name: str, channel: str) -> None:
        row = self.last(Decision, state="made", served_on=None)
        if row is None:
            return
        given = {"served_on": self.at.date(), "channel": channel, "language": "sq"}
        if self.do(deciding.serve_decision, row, name, **given) is not None and channel in WAYS:
            card = SafeContact.objects.filter(case=self.case).order_by("-recorded_at").first()
            assert card is not None, "served by a way of which nothing is known"
            assert getattr(card, channel) == "safe", "served by a way that is not safe"
            age = self.at.date() - card.recorded_at.date()
            assert age <= timedelta(days=30), "served by a way that was safe too long ago"

    @where("refused")
    @rule(name=leader, late=st.booleans())
    def ask_for_another_look(self, name: str, late: bool) -> None:
        given = {
            "asked_by": "person",
            "grounds": [self.world.profile.reconsideration_grounds[0].code],
            "why": "The letter was not read.",
            "asked_on": self.at.date(),
            "exceptional": "She was in hospital." if late else "",
        }
        self.do(reconsidering.ask_reconsideration, self.again(), name, **given)

    @rule(
        place=st.integers(0, 1),
        outcome=st.sampled_from(("positive", "positive", "negative")),
        far=st.integers(2, 5),
    )
    def decide(self, place: int, outcome: str, far: int) -> None:
        """The whole way of a decision, or the first part of it."""
        steps = (
            lambda: self.draft("caseworker", place, outcome),
            lambda: self.submit("caseworker"),
            lambda: self.read_for_oneself("supervisor"),
            lambda: self.agree("supervisor"),
            lambda: self.serve("caseworker", "in_person"),
        )
        for step in steps[:far]:
            step()

    # Contact and consent --------------------------------------------------------------------------
    @rule(
        name=worker, marks=st.tuples(*[st.sampled_from(("safe", "unsafe", "unknown"))] * len(WAYS))
    )
    def record_contact(self, name: str, marks: tuple[str, ...]) -> None:
        ways = dict(zip(WAYS, marks, strict=True))
        self.do(contact.record_contact, self.again(), name, ways=ways, details={})

    @rule(name=worker, answer=st.sampled_from(("agreed", "declined")))
    def say(self, name: str, answer: str) -> None:
        given: dict[str, Any] = {
            "purpose": PURPOSE,
            "recipient_kind": KIND,
            "answer": answer,
            "given_on": self.at.date(),
            "language": "sq",
            "interpreter": "by_telephone",
        }
        self.do(sharing.record_consent, self.again(), name, **given)

    @where("agreed")
    @rule(name=worker)
    def take_it_back(self, name: str) -> None:
        said = self.last(Consent, purpose=PURPOSE, answer="agreed", withdrawn_at=None)
        if said is not None:
            self.do(sharing.withdraw_consent, said, name)

    @where("agreed")
    @rule(name=worker)
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
    @rule(name=worker, code=st.sampled_from(("accommodation", "subsistence")))
    def note_need(self, name: str, code: str) -> None:
        urgency = self.world.profile.support.urgencies[0].code
        self.do(services.note_need, self.again(), name, code=code, urgency=urgency)

    @where("service:needed")
    @rule(name=worker, anyway=st.booleans())
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

    @where(*WITH_A_PROVIDER)
    @rule(
        name=st.sampled_from(("provider", "provider", "caseworker", "liaison")),
        answer=st.sampled_from(("accept", "waitlist", "decline", "start", "hold", "complete")),
    )
    def provider_answers(self, name: str, answer: str) -> None:
        row = self.last(Service, state__in=WITH_PROVIDER)
        if row is None:
            return
        law = self.world.profile.support
        why = {"decline": law.decline_reasons[0].code, "hold": law.hold_reasons[0].code}
        self.do(services.answer, row, name, answer=answer, reason=why.get(answer, ""))

    @where("service:needed", *WITH_A_PROVIDER)
    @rule(name=worker)
    def end_service(self, name: str) -> None:
        if row := self.last(Service, state__in=(*WITH_PROVIDER, "needed")):
            reason = self.world.profile.support.exit_codes[0].code
            self.do(services.end_service, row, name, reason=reason)

    @rule(name=worker, place=st.integers(0, 1))
    def hold_bed(self, name: str, place: int) -> None:
        self.do(shelter.hold_bed, self.again(), name, bed=self.beds[place].pk)

    @where("stay:held")
    @rule(name=worker)
    def move_in(self, name: str) -> None:
        if row := self.last(Stay, state="held"):
            self.do(shelter.move_in, row, name)

    @where("stay:held", "stay:occupied")
    @rule(name=worker)
    def leave_bed(self, name: str) -> None:
        if row := self.last(Stay, state__in=("held", "occupied")):
            reason = self.world.profile.support.exit_codes[0].code
            self.do(shelter.end_stay, row, name, reason=reason)

    @rule(code=st.sampled_from(("accommodation", "subsistence")), far=st.integers(2, 6))
    def support(self, code: str, far: int) -> None:
        """A service from the need to where the person lives, or the first part of it."""
        steps = (
            lambda: self.note_need("caseworker", code),
            lambda: self.refer("caseworker", anyway=False),
            lambda: self.provider_answers("provider", "accept"),
            lambda: self.provider_answers("provider", "start"),
            lambda: self.hold_bed("caseworker", 0),
            lambda: self.move_in("caseworker"),
        )
        for step in steps[:far]:
            step()

    @rule(name=leader, away=st.booleans())
    def bring_near(self, name: str, away: bool) -> None:
        call = take_away if away else bring_near
        self.do(call, self.again(), name, organisation=self.world.prosecution)

    @rule(name=worker)
    def raise_matter(self, name: str) -> None:
        values = {"offence": "Cannabis cultivation", "kind": "criminal"}
        self.do(matters.raise_matter, self.again(), name, values=values)

    # Need to know ---------------------------------------------------------------------------------
    @rule(name=leader, level=st.sampled_from(("normal", "restricted", "sealed")))
    def change_confidentiality(self, name: str, level: str) -> None:
        given = {"level": level, "reason": "ended" if level == "normal" else "insider_risk"}
        self.do(confidentiality.change_confidentiality, self.again(), name, **given)

    @rule(name=leader, whom=st.sampled_from(("provider_house", "caseworker2")))
    def exclude(self, name: str, whom: str) -> None:
        given: dict[str, Any] = (
            {"organisation": self.world.provider_house}
            if whom == "provider_house"
            else {"person": self.world.users[whom]}
        )
        self.do(excluding.exclude, self.again(), name, reason="conflict_of_interest", **given)

    @where("kept out")
    @rule(name=leader)
    def lift(self, name: str) -> None:
        if row := self.last(Exclusion, ended_at=None):
            self.do(excluding.lift, row, name, because="mistake")

    # The course -----------------------------------------------------------------------------------
    @rule(name=worker)
    def ask(self, name: str) -> None:
        given = {"recipient": "The hospital", "asked": "When was she there?"}
        self.do(asking.ask, self.again(), name, **given)

    @where("question")
    @rule(name=worker)
    def answered(self, name: str) -> None:
        if row := self.last(Question, state="asked"):
            given = {"answer": "In March.", "answered_on": self.at.date()}
            self.do(asking.record_answer, row, name, **given)

    @rule(name=leader)
    def suspend(self, name: str) -> None:
        given = {"reason": "lost_contact", "review_on": self.at.date() + timedelta(days=7)}
        self.do(suspending.suspend, self.again(), name, **given)

    @where("suspended")
    @rule(name=leader)
    def resume(self, name: str) -> None:
        self.do(suspending.resume, self.again(), name)

    @rule(name=worker)
    def withdraw(self, name: str) -> None:
        given = {"method": "spoken", "told_on": self.at.date(), "heard_by": "The night staff"}
        self.do(withdrawing.withdraw, self.again(), name, explained=True, **given)

    @rule(name=leader, code=st.sampled_from(("lost_contact", "negative", "moved_on")))
    def close(self, name: str, code: str) -> None:
        self.do(closing.close, self.again(), name, code=code)

    @where("closed")
    @rule(name=leader)
    def reopen(self, name: str) -> None:
        self.do(closing.reopen, self.again(), name, reason="She came back.")

    # What holds -----------------------------------------------------------------------------------
    @invariant()
    def grants_are_those_that_the_records_imply(self) -> None:
        case = self.again()
        grants = CaseUserGrant.objects.filter(content_object=case, permission__codename="work")
        assigned = {grant.user_id for grant in grants if grant.reason == "assigned"}
        assert assigned == {case.caseworker_id} - {None}
        kept_from = {x.user_id for x in Exclusion.objects.filter(case=case, ended_at=None)}
        assert case.caseworker_id not in kept_from or case.caseworker_id is None
        # The provider sees those who are with it, while nothing keeps it from the case.
        house = self.world.provider_house
        kept = Exclusion.objects.filter(case=case, organisation=house, ended_at=None).exists()
        with_it = set(
            Service.objects.filter(
                case=case, organisation=house, state__in=WITH_PROVIDER
            ).values_list("pk", flat=True)
        )
        with acting_as(self.world.provider), connections["default"].cursor() as cursor:
            cursor.execute("SELECT id FROM protection_service WHERE case_id = %s", [case.pk])
            seen = {pk for (pk,) in cursor.fetchall()}
        open_to_them = with_it if case.confidentiality == "normal" and not kept else set()
        assert seen == open_to_them

    @invariant()
    def clocks_are_as_worked_out_again(self) -> None:
        case = self.again()
        rows = list(Deadline.objects.filter(case=case).prefetch_related("pauses", "extensions"))
        for row in rows:
            if row.state != "open":
                continue
            start = str(row.basis["start"])
            clock = case.profile.clock(
                row.term,
                datetime.fromisoformat(start) if "T" in start else date.fromisoformat(start),
                calendar=row.calendar,
                pauses=[
                    Pause(p.from_date, p.to_date + timedelta(days=1), p.reason)
                    for p in row.pauses.all()
                    if p.to_date is not None
                ],
                extensions=[Extension(e.length, e.reason) for e in row.extensions.all()],
                length=int(row.basis["length"]) if row.basis.get("own_day") else None,
            )
            assert (row.due_on, row.due_at) == (clock.due_on, clock.due_at), row.term
        due = [row.due_at for row in rows if row.state == "open" and row.kind == "due"]
        assert case.next_due_at == min(due, default=None)

    @invariant()
    def no_service_and_nothing_shared_without_consent(self) -> None:
        said = Consent.objects.filter(case=self.case, purpose=PURPOSE, recipient_kind=KIND)
        heard: list[tuple[date, datetime, bool]] = []
        for row in said:
            heard.append(
                (date.fromisoformat(row.given_on), row.recorded_at, row.answer == "agreed")
            )
            if row.withdrawn_at is not None:
                heard.append((row.withdrawn_at.date(), row.withdrawn_at, False))
        agreed = bool(heard) and max(heard, key=lambda one: (one[0], one[1], not one[2]))[2]
        running = Service.objects.filter(case=self.case, state__in=WITH_PROVIDER)
        for service in running:
            assert service.overridden or agreed, "a service runs against what the person said"
        held = Bundle.objects.filter(case=self.case, recalled_at=None)
        assert agreed or not held.exists(), "something is shared against what the person said"

    @invariant()
    def no_negative_decision_by_one_person(self) -> None:
        for row in Decision.objects.filter(case=self.case, state="made", outcome="negative"):
            assert row.second_person_id is not None
            assert row.second_person_id != row.author_id

    @invariant()
    def one_person_a_bed_and_one_bed_a_person(self) -> None:
        stays = Stay.objects.filter(state__in=("held", "occupied"), hold_until__gte=self.at)
        lived = Stay.objects.filter(state="occupied", bed__in=[bed.pk for bed in self.beds])
        assert lived.values("bed").distinct().count() == lived.count()
        assert stays.filter(case=self.case).count() <= 1

    @invariant()
    def what_has_ended_runs_no_more(self) -> None:
        case = self.again()
        if case.closed_at is None:
            return
        assert case.caseworker_id is None or case.next_due_at is None
        assert not Service.objects.filter(case=case, state__in=WITH_PROVIDER).exists()
        assert not Decision.objects.filter(
            case=case, state__in=("draft", "in_review", "returned", "escalated")
        ).exists()

    def teardown(self) -> None:
        """Whoever has a bed leaves it, and the sweep finds nothing of this life in the next."""
        of_it = {"case": self.case}
        Stay.objects.filter(**of_it, state__in=("held", "occupied")).update(
            state="ended", ended_at=self.at
        )
        Deadline.objects.filter(**of_it).update(next_reminder_at=None)
        Matter.objects.filter(**of_it).update(next_look_at=None)
