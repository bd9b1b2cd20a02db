"""The days of a matter speak once, to whoever works on the case and its supervisors: a hearing with
nobody told or nothing decided, a limit that ends; and what a positive decision changes."""

from datetime import date, timedelta

import pytest

from cases.actions.matters import change_matter, raise_matter
from cases.actions.notices import answer_notice
from cases.actions.watching import watch_days
from cases.models import InboxItem, Matter
from cases.selectors.matters import appeal_day, find_matter
from identities.models import Disclosure
from nrm.accounts.models import User
from nrm.audit.models import Event
from tests.casework.test_notices import send
from tests.decisions import road

DAY = timedelta(days=1)
RAISED = road.day(2026, 3, 2)


@pytest.fixture
def case(world):
    return road.ready_case(world, at=RAISED)


def raised(world, case, **values):
    known = {"kind": "criminal", "offence": "Theft.", "stage": "charged", **values}
    return raise_matter(case, actor=world.caseworker, at=RAISED, values=known)


def sweep(at):
    return watch_days(actor=User.objects.system(), at=at)


def told(kind):
    return InboxItem.objects.filter(kind=kind, user__email__startswith="caseworker@").count()


def test_a_hearing_speaks_fourteen_seven_and_two_days_before_and_once_each(world, case):
    raised(world, case, hearing_on=date(2026, 4, 1))
    sweep(RAISED)
    sweep(road.day(2026, 3, 18, 6, 59))
    assert told("hearing_without_notice") == 0
    for number, when in enumerate(
        (road.day(2026, 3, 18, 7), road.day(2026, 3, 25, 7), road.day(2026, 3, 30, 7)), start=1
    ):
        sweep(when)
        sweep(when + timedelta(hours=1))
        assert told("hearing_without_notice") == told("hearing_before_decision") == number
    assert sweep(road.day(2026, 4, 9))["looked"] == 0
    item = InboxItem.objects.filter(kind="hearing_without_notice").first()
    # The day of a hearing stands on the page of the case, and nowhere else.
    assert item.data == {}
    events = Event.objects.filter(verb__startswith="matter.")
    assert "2026-04-01" not in str(list(events.values_list("data", flat=True)))
    assert Disclosure.objects.exclude(purpose="recording").count() == 0
    assert {one.user.email.partition("@")[0] for one in InboxItem.objects.filter(case=case)} == {
        *("caseworker", "supervisor", "supervisor2"),
    }


def test_a_hearing_that_is_near_speaks_at_once_and_one_that_moves_speaks_anew(world, case):
    row = raised(world, case, hearing_on=date(2026, 3, 5))
    sweep(RAISED)
    assert told("hearing_without_notice") == 1
    moved = RAISED + timedelta(hours=1)
    change_matter(row, actor=world.caseworker, at=moved, values={"hearing_on": date(2026, 3, 6)})
    sweep(moved)
    assert told("hearing_without_notice") == 2
    change_matter(row, actor=world.caseworker, at=moved, values={"outcome": "acquitted"})
    sweep(moved)
    assert Matter.objects.get().next_look_at is None


def test_who_was_told_and_what_was_decided_silence_their_alerts(world, case):
    row = raised(world, case, hearing_on=date(2026, 3, 5))
    send(world, row, RAISED)
    road.made(world, case, at=RAISED)
    sweep(RAISED + DAY)
    assert told("hearing_without_notice") == told("hearing_before_decision") == 0


def test_limits_of_custody_and_appeal_end_aloud(world, case):
    row = raised(world, case, custody="remand", custody_until=date(2026, 3, 9))
    sweep(RAISED)
    assert told("custody_ends") == 1
    values = {"stage": "convicted", "stage_on": date(2026, 3, 2), "custody_until": None}
    change_matter(row, actor=world.caseworker, at=RAISED, values=values)
    row = find_matter(case, row.pk)
    assert appeal_day(row) == date(2026, 3, 30)  # 28 days
    sweep(road.day(2026, 3, 28, 7))
    assert told("appeal_ends") == 1
    change_matter(row, actor=world.caseworker, at=RAISED, values={"review": "appealed"})
    assert appeal_day(find_matter(case, row.pk)) is None


def test_a_positive_decision_is_told_to_whoever_was_told_of_an_open_matter(world, case):
    first, second = raised(world, case), raised(world, case, stage="arrested")
    row = send(world, first, RAISED)
    answer_notice(row, actor=world.liaison, at=RAISED, answer="considering")
    spared = send(world, raised(world, case), RAISED)
    answer_notice(spared, actor=world.liaison, at=RAISED, answer="discontinued")
    road.made(world, case, at=RAISED + DAY)
    assert set(Matter.objects.values_list("next_look_at", flat=True)) == {RAISED + DAY}
    sweep(RAISED + DAY)
    sweep(RAISED + DAY + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.answer, row.decision["outcome"]) == ("", "positive")
    assert row.due_on == date(2026, 3, 10)
    assert InboxItem.objects.filter(kind="notice_renewed", user=world.liaison).count() == 1
    assert told("matter_to_tell") == 1  # of the second
    assert second.pk != first.pk
    # What was let go is not asked about again.
    spared.refresh_from_db()
    assert (spared.answer, spared.renewed_at, spared.decision) == ("discontinued", None, {})


def test_a_conviction_beside_a_positive_decision_is_to_be_looked_at(world, case):
    row = raised(world, case, stage="convicted")
    sweep(RAISED)
    assert told("conviction_to_review") == 0
    road.made(world, case, at=RAISED + DAY)
    sweep(RAISED + DAY)
    row.refresh_from_db()
    assert row.review == "due"
    assert told("conviction_to_review") == 1
    change_matter(row, actor=world.caseworker, at=RAISED + DAY, values={"review": "not_wanted"})
    sweep(RAISED + 2 * DAY)
    row.refresh_from_db()
    assert (row.review, told("conviction_to_review")) == ("not_wanted", 1)
