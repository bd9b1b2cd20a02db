"""A hold that is about to run out is told to whoever set it, and that it has: each once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.actions.assigning import assign_case
from cases.actions.watching import watch_days
from cases.models import InboxItem, OutgoingMail
from nrm.accounts.models import User
from nrm.audit.models import Event
from protection.actions.services import refer
from protection.actions.shelter import end_stay, hold_bed, move_in
from tests.protection.test_services import need
from tests.protection.test_shelter import a_bed, a_case, a_place
from tests.watching import looking_as


@pytest.fixture
def at():
    """In the past, so that the database takes the hold for one that has run out, too."""
    return timezone.now() - timedelta(days=10)


@pytest.fixture
def case(world, at):
    return a_case(world, at)


@pytest.fixture
def stay(world, case, at):
    bed = a_bed(world, at, a_place(world, at))
    return hold_bed(case, actor=world.caseworker, at=at, bed=bed.pk)


def sweep(at):
    return watch_days(actor=User.objects.system(), at=at)["told"]


def told(world, kind):
    with looking_as(world.supervisor):
        rows = InboxItem.objects.filter(kind=kind).select_related("user")
        return sorted(row.user.email.partition("@")[0] for row in rows)


def warned(world, stay):
    return stay.hold_until - timedelta(hours=world.profile.support.hold_warning_hours)


def test_who_held_a_bed_is_told_before_the_hold_runs_out_and_when_it_has(world, stay, as_worker):
    early = warned(world, stay)
    with as_worker():
        assert sweep(early - timedelta(seconds=1)) == 0
        assert sweep(early) == 1
        assert sweep(early + timedelta(minutes=5)) == 0
        assert sweep(stay.hold_until - timedelta(seconds=1)) == 0
        assert sweep(stay.hold_until) == 1
        for later in (0, 60, 60 * 24 * 30):
            assert sweep(stay.hold_until + timedelta(minutes=later)) == 0
    assert told(world, "hold_runs_out") == ["caseworker"]
    assert told(world, "hold_ran_out") == ["caseworker"]
    with looking_as(world.supervisor):
        events = Event.objects.filter(verb="shelter.reminded", case_id=stay.case_id)
        assert [one.data for one in events.order_by("id")] == [
            {"over": False, "told": 1},
            {"over": True, "told": 1},
        ]


def test_a_sweep_that_comes_too_late_says_only_that_it_has_run_out(world, stay):
    assert sweep(stay.hold_until + timedelta(days=2)) == 1
    assert (told(world, "hold_runs_out"), told(world, "hold_ran_out")) == ([], ["caseworker"])


def test_three_sweeps_at_once_tell_once(world, stay):
    start = threading.Barrier(3)

    def one():
        start.wait()
        try:
            sweep(stay.hold_until)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(world, "hold_ran_out") == ["caseworker"]


def test_it_is_told_also_where_somebody_else_has_the_bed_by_then(world, stay, at):
    other = a_case(world, at, to="caseworker2")
    hold_bed(other, actor=world.caseworker2, at=timezone.now(), bed=stay.bed_id)
    stay.refresh_from_db()
    assert stay.state == "lapsed"
    assert sweep(timezone.now()) == 1
    assert told(world, "hold_ran_out") == ["caseworker"]


def test_of_a_hold_that_was_used_or_given_up_nothing_is_said(world, case, stay, at):
    refer(
        need(world, case, at),
        actor=world.caseworker,
        at=at,
        organisation=world.provider_house.pk,
    )
    move_in(stay, actor=world.caseworker, at=at)
    assert sweep(stay.hold_until) == 0
    second = a_case(world, at)
    bed = a_bed(world, at, stay.bed.place, 2)
    given_up = hold_bed(second, actor=world.caseworker, at=at, bed=bed.pk)
    end_stay(given_up, actor=world.caseworker, at=at, reason="not_needed")
    assert sweep(stay.hold_until + timedelta(days=1)) == 0


def test_where_who_held_it_has_the_case_no_more_its_caseworker_is_told(world, case, stay):
    assign_case(
        case,
        actor=world.supervisor,
        at=stay.held_at + timedelta(hours=1),
        caseworker=world.caseworker2,
    )
    assert sweep(warned(world, stay)) == 1
    assert told(world, "hold_runs_out") == ["caseworker2"]
    User.objects.filter(pk=world.caseworker2.pk).update(is_active=False)
    sweep(stay.hold_until)
    assert told(world, "hold_ran_out") == ["supervisor", "supervisor2"]


def test_neither_the_item_nor_the_mail_says_where(world, case, stay):
    sweep(warned(world, stay))
    with looking_as(world.supervisor):
        item = InboxItem.objects.get(kind="hold_runs_out")
        assert (item.case_id, item.data) == (case.pk, {})
        assert OutgoingMail.objects.filter(item=item).count() == 1
    text = world.client("caseworker").get("/inbox/").content.decode()
    assert "The hold of a bed for a person runs out soon" in text
    assert reverse("case_shelter", args=[case.reference]) in text
    assert stay.bed.place.code not in text
