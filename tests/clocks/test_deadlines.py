"""Pausing, going on and extending; "Why this date"; the pages of clocks."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions import clocks, deadlines
from cases.models import Case, Deadline, DeadlineExtension
from cases.rules import reminders
from cases.selectors.deadlines import clock_of, explain
from nrm.actions import Changed, Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from nrm.profiles.terms import Extension, Pause
from tests.decisions.road import again, codes, day, dues, made, ready_case
from tests.watching import looking_as

RECEIVED = day(2026, 3, 2)


def body(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def formal(palermo):
    """A formal identification clock: 90 days, may be paused and extended. Due 8 June."""
    case = palermo.assigned_case(at=RECEIVED, age_status="child")
    with looking_as(palermo.caseworker):
        return clocks.start_term(
            Case.objects.get(pk=case.pk), "formal_identification", at=day(2026, 3, 10)
        )


def pause(world, deadline, at, **more):
    values = {"reason": "force_majeure", "review_on": at.date() + timedelta(days=14), **more}
    return deadlines.pause_deadline(deadline, actor=world.caseworker, at=at, **values)


def extend(world, deadline, at, **more):
    values = {
        "length": 30,
        "reason": "exceptional",
        "explanation": "The panel could not meet: the road to Zanzibar-Quill is closed.",
        **more,
    }
    return deadlines.extend_deadline(deadline, actor=world.caseworker, at=at, **values)


def test_paused_days_are_not_counted_and_the_original_date_stays(palermo, formal):
    assert formal.due_on == date(2026, 6, 8)
    pause(palermo, formal, day(2026, 4, 1))
    assert formal.state == "paused"
    assert formal.due_on == date(2026, 6, 8)  # open pause: the stored date, shown as paused
    deadlines.resume_deadline(formal, actor=palermo.caseworker, at=day(2026, 4, 11))
    assert formal.due_on == date(2026, 6, 18)  # 1 to 10 April do not count
    assert formal.original_due_on == date(2026, 6, 8)
    assert clock_of(formal).due_on == formal.due_on
    with looking_as(palermo.caseworker):
        row = formal.pauses.get()
        assert (row.from_date, row.to_date) == (date(2026, 4, 1), date(2026, 4, 10))


def test_pause_is_refused_with_every_reason(world_case_clock):
    deadline, world = world_case_clock
    with pytest.raises(Refused) as refusal:
        deadlines.pause_deadline(
            deadline,
            actor=world.caseworker,
            at=day(2026, 3, 20),
            reason="no_such",
            review_on=date(2026, 3, 20),
        )
    assert codes(refusal) == {"not_pausable", "passed", "reason", "review_on"}


@pytest.fixture
def world_case_clock(palermo):
    """A clock that cannot be paused or extended, and is over: screening, 72 hours."""
    case = palermo.assigned_case(at=RECEIVED, age_status="child")
    with looking_as(palermo.caseworker):
        return Case.objects.get(pk=case.pk).deadlines.get(term="screening"), palermo


def test_extension_is_refused_with_every_reason(world_case_clock):
    deadline, world = world_case_clock
    with pytest.raises(Refused) as refusal:
        extend(world, deadline, day(2026, 3, 20), length=0, reason="", explanation=" ")
    assert codes(refusal) == {"not_extendable", "length", "reason", "explanation"}


def test_extension_adds_days_keeps_the_original_and_seals_the_explanation(palermo, formal):
    extend(palermo, formal, day(2026, 4, 1))
    assert formal.due_on == date(2026, 7, 8)
    assert formal.original_due_on == date(2026, 6, 8)
    with looking_as(palermo.caseworker):
        row = DeadlineExtension.objects.get()
        assert b"Zanzibar" not in bytes(row.explanation)
        for event in Event.objects.all():
            assert "Zanzibar" not in str(event.data)
        event = Event.objects.get(verb="deadline.extended")
        assert (event.data["before"], event.data["due_on"]) == ("2026-06-08", "2026-07-08")
        shown = explain(again(palermo, formal.case), formal, at=day(2026, 4, 1))
        assert "Zanzibar-Quill" in shown.extensions[0]["text"]


def test_ten_clicks_extend_once(palermo, formal):
    key = uuid4()
    for _ in range(3):
        extend(palermo, formal, day(2026, 4, 1), submission_key=key)
    assert formal.due_on == date(2026, 7, 8)


def test_date_that_moved_meanwhile_is_not_changed_blindly(palermo, formal):
    seen = formal.due_on
    extend(palermo, formal, day(2026, 4, 1), seen=seen)
    with pytest.raises(Changed):
        extend(palermo, formal, day(2026, 4, 1), seen=seen)


def test_longer_recovery_moves_the_first_day_of_the_final_decision(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=day(2026, 3, 9))
    with looking_as(world.caseworker):
        clock = again(world, case).deadlines.get(term="recovery_period")
        follows = again(world, case).deadlines.get(term="cg_not_before")
    with pytest.raises(Refused) as refusal:
        extend(world, follows, day(2026, 3, 20), length=10)
    assert codes(refusal) == {"follows"}
    extend(world, clock, day(2026, 3, 20), length=10)
    assert dues(world, case)["recovery_period"] == ("open", "2026-04-17")
    assert dues(world, case)["cg_not_before"] == ("open", "2026-04-18")


def test_extended_past_now_is_no_longer_missed_and_reminds_of_its_new_date(palermo, formal):
    from cases.actions import sweeping

    sweeping.sweep(at=day(2026, 6, 10, 8))
    with looking_as(palermo.caseworker):
        formal.refresh_from_db()
    assert formal.missed_at is not None
    extend(palermo, formal, day(2026, 6, 10, 9))
    assert formal.missed_at is None
    with looking_as(palermo.caseworker):
        case = again(palermo, formal.case)
        zone = case.profile.calendar_for(case.calendar).zone
    assert formal.next_reminder_at.astimezone(zone).isoformat()[:16] == "2026-07-01T07:00"


# Properties
PALERMO = load_profile("palermo")
spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4)


def pauses_from(start, pairs):
    """Pauses one after another: (days until it begins, its length)."""
    made_now, at_day = [], start
    for gap, length in pairs:
        begins = at_day + timedelta(days=gap)
        at_day = begins + timedelta(days=length)
        made_now.append(Pause(begins, at_day, "force_majeure"))
    return made_now


@given(start=st.dates(date(2025, 1, 1), date(2027, 1, 1)), pairs=spans)
def test_pause_moves_the_date_by_the_days_it_took_from_the_count(start, pairs):
    pauses = pauses_from(start, pairs)
    plain = PALERMO.clock("formal_identification", start)
    paused = PALERMO.clock("formal_identification", start, pauses=pauses)
    skipped = sum(day.code == "paused" for day in paused.days)
    assert (paused.due_on - plain.due_on).days == skipped
    assert sum(day.counted for day in paused.days) == 90


@given(
    start=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    units=st.lists(st.integers(1, 60), max_size=4),
)
def test_extensions_add_up_in_any_order(start, units):
    forwards = PALERMO.clock("recovery_period", start, extensions=[Extension(u) for u in units])
    backwards = PALERMO.clock(
        "recovery_period", start, extensions=[Extension(u) for u in reversed(units)]
    )
    plain = PALERMO.clock("recovery_period", start)
    assert forwards.due_on == backwards.due_on == plain.due_on + timedelta(days=sum(units))


@given(
    late=st.timedeltas(timedelta(0), timedelta(days=60)),
    step=st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
)
def test_every_reminder_is_claimed_once_however_seldom_the_sweep_comes(late, step):
    """Swept from the start on at any rhythm: while it runs, each reminder that fell due is claimed
    exactly once; once it has run out, only the latest of those that wait."""
    term = load_profile("uk").term("reasonable_grounds")
    clock = load_profile("uk").clock("reasonable_grounds", RECEIVED)
    dates = {"due_on": clock.due_on, "due_at": clock.due_at, "zone": clock.calendar.zone}
    ladder = reminders.rungs(term, **dates)
    look = reminders.first_look(term, **dates, at=RECEIVED)
    turn = reminders.turn_of(term, **dates)
    claimed, now = [], RECEIVED + late
    while look is not None and now < RECEIVED + timedelta(days=90):
        if look <= now:
            found = reminders.to_claim(ladder, since=look, at=now, overdue=now >= turn)
            assert now < turn or len(found) <= 1
            claimed += [rung.code for rung in found]
            look = reminders.next_look(term, **dates, after=now)
        now += step
    assert len(claimed) == len(set(claimed))
    assert claimed[-1] == ladder[-1].code
    if step < timedelta(hours=1) and not late:
        assert claimed == [rung.code for rung in ladder]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=3))
def test_stored_date_is_always_what_its_basis_gives(palermo, formal, steps):
    with looking_as(palermo.caseworker):
        deadline = Deadline.objects.select_related("case__person").get(pk=formal.pk)
    now = day(2026, 3, 12)
    with looking_as(palermo.caseworker):
        for row in deadline.pauses.all():
            row.delete()
        deadline.state = "open"
        clocks.recompute(deadline, at=now)
    paused = 0
    for wait, length in steps:
        now += timedelta(days=wait)
        pause(palermo, deadline, now)
        now += timedelta(days=length)
        deadlines.resume_deadline(deadline, actor=palermo.caseworker, at=now)
        paused += length
        now += timedelta(days=1)
    assert deadline.due_on == date(2026, 6, 8) + timedelta(days=paused)
    assert clock_of(deadline).due_on == deadline.due_on
    assert deadline.original_due_on == date(2026, 6, 8)


# Pages
def where(name, deadline, case):
    return reverse(name, args=[case.reference, *([deadline.pk] if deadline else [])])


def test_why_this_date_shows_each_day_and_why(world):
    case = world.assigned_case(at=day(2026, 4, 1))  # Easter: due on 10 April
    with looking_as(world.caseworker):
        deadline = again(world, case).deadlines.get(term="reasonable_grounds")
    page = body(world.client("caseworker").get(where("deadline", deadline, case)))
    for words in (
        "5 working days. The day it starts is not counted.",
        "the referral was received",
        "Good Friday",
        "Easter Monday",
        "Saturday",
        "Friday 10 April 2026",
        "Day 5",
        "The law does not let this deadline be paused or extended.",
    ):
        assert words in page, words


def test_date_that_does_not_agree_with_its_basis_is_shown_to_be_wrong(world):
    case = world.assigned_case(at=RECEIVED)
    with looking_as(world.caseworker):
        deadline = again(world, case).deadlines.get()
        Deadline.objects.filter(pk=deadline.pk).update(due_on=date(2026, 3, 12))
    page = body(world.client("caseworker").get(where("deadline", deadline, case)))
    assert "The stored date is 12 March 2026, but working it out again gives 9 March 2026." in page


def test_list_shows_every_clock_its_source_and_what_is_not_verified(palermo, formal):
    case = again(palermo, formal.case)
    page = body(palermo.client("caseworker").get(where("deadlines", None, case)))
    for words in ("Formal identification", "90 calendar days", "Not verified", "Screening"):
        assert words in page, words


def test_recovery_shows_its_minimum_and_that_it_goes_on(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=day(2026, 3, 9))
    page = body(world.client("caseworker").get(where("deadlines", None, case)))
    assert (
        "The minimum ends on 7 April 2026. It continues until: Conclusive grounds decision." in page
    )


def test_pause_resume_and_extend_on_the_pages(palermo, at):
    case = palermo.assigned_case(at=at, age_status="child")
    with looking_as(palermo.caseworker):
        deadline = clocks.start_term(again(palermo, case), "formal_identification", at=at)
    client = palermo.client("caseworker")
    page = client.get(where("deadline", deadline, case))
    assert "Pause" in body(page)
    empty = client.post(where("deadline_pause", deadline, case), {"seen": deadline.due_on})
    assert empty.status_code == 422
    assert "Select why it is paused" in body(empty)
    assert "Enter the day on which the pause is looked at again" in body(empty)
    review = at.date() + timedelta(days=10)
    form = {
        "seen": deadline.due_on,
        "reason": "force_majeure",
        "review_on_day": review.day,
        "review_on_month": review.month,
        "review_on_year": review.year,
    }
    assert client.post(where("deadline_pause", deadline, case), form).status_code == 302
    page = body(client.get(where("deadline", deadline, case)))
    assert "Paused: The authority or the place cannot be reached" in page
    assert "Let it run again" in page
    resume = client.post(where("deadline_resume", deadline, case), {"seen": deadline.due_on})
    assert resume.status_code == 302
    page = client.get(where("deadline_extend", deadline, case))
    key = re.search('name="submission_key" value="([^"]+)"', page.content.decode()).group(1)
    form = {"seen": deadline.due_on, "length": "5", "reason": "", "submission_key": key}
    wrong = client.post(where("deadline_extend", deadline, case), form)
    assert wrong.status_code == 422
    assert "Write why it is extended" in body(wrong)
    form |= {"reason": "other", "explanation": "Told by the panel."}
    assert client.post(where("deadline_extend", deadline, case), form).status_code == 302
    page = body(client.get(where("deadline", deadline, case)))
    assert "Told by the panel." in page
    assert "Originally" in page


def test_intake_sees_clocks_and_changes_none_and_strangers_find_nothing(palermo, formal):
    case = again(palermo, formal.case)
    address = where("deadline", formal, case)
    intake = palermo.client("intake")
    assert intake.get(address).status_code == 200
    assert "Change this deadline" not in body(intake.get(address))
    for name in ("deadline_pause", "deadline_extend"):
        assert intake.get(where(name, formal, case)).status_code == 403
    assert intake.post(where("deadline_resume", formal, case)).status_code == 403
    for who in ("responder", "lead"):
        assert palermo.client(who).get(address).status_code == 403
    for who in ("other_caseworker", "auditor", "administrator", "provider", "superuser"):
        for name in ("deadline", "deadline_pause", "deadline_extend"):
            assert palermo.client(who).get(where(name, formal, case)).status_code == 404
    with pytest.raises(Forbidden):
        pause_as(palermo.intake, formal)
    with pytest.raises(Hidden):
        pause_as(palermo.other_supervisor, formal)


def pause_as(user, deadline):
    deadlines.pause_deadline(
        deadline,
        actor=user,
        at=day(2026, 4, 1),
        reason="force_majeure",
        review_on=date(2026, 4, 10),
    )


def test_clock_of_another_case_is_not_found_through_this_case(palermo, formal):
    other = palermo.assigned_case(at=RECEIVED, age_status="child")
    client = palermo.client("caseworker")
    assert client.get(where("deadline", formal, other)).status_code == 404


DEADLINES_QUERIES = 13
DEADLINE_QUERIES = 13


def test_deadline_pages_cost_the_same_for_25_and_50_clocks(palermo, formal):
    case = again(palermo, formal.case)
    client = palermo.client("caseworker")
    counts = []
    for size in (25, 50):
        with looking_as(palermo.caseworker):
            while case.deadlines.count() < size:
                row = Deadline.objects.get(pk=formal.pk)
                row.pk, row._state.adding = None, True
                row.id = uuid4()
                row.save()
        address = where("deadlines", None, case)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts == [DEADLINES_QUERIES, DEADLINES_QUERIES]
    with CaptureQueriesContext(connection) as queries:
        client.get(where("deadline", formal, case))
    assert len(queries) == DEADLINE_QUERIES
