"""Reminders: each once, none lost, whoever sweeps and however it ends."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections

from cases import tasks
from cases.actions import clocks, deadlines, mailing, sweeping
from cases.models import Case, Deadline, InboxItem, OutgoingMail
from nrm.accounts.models import SYSTEM_ID, User
from nrm.actions import Forbidden
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.decisions.road import day, dues, made, ready_case
from tests.watching import looking_as

RECEIVED = day(2026, 3, 2)  # the first decision is due on Monday 9 March


def told(world, kind="deadline_reminder"):
    """Who was told what: (user's e-mail, rung) of each item."""
    with looking_as(world.supervisor):
        rows = InboxItem.objects.filter(kind=kind).select_related("user")
        return Counter((row.user.email.partition("@")[0], row.rung) for row in rows)


def test_ladder_speaks_to_owner_then_to_supervisors_at_seven_in_the_morning(world):
    world.assigned_case(at=RECEIVED)
    assert sweeping.sweep(at=day(2026, 3, 7, 6, 59))["told"] == 0
    assert sweeping.sweep(at=day(2026, 3, 7, 7, 0))["told"] == 1
    assert told(world) == {("caseworker", "before_2"): 1}
    sweeping.sweep(at=day(2026, 3, 8, 7))
    sweeping.sweep(at=day(2026, 3, 9, 7))
    sweeping.sweep(at=day(2026, 3, 10, 0, 1))
    with looking_as(world.supervisor):
        assert Event.objects.filter(verb="deadline.missed").count() == 1
    sweeping.sweep(at=day(2026, 3, 10, 7))
    sweeping.sweep(at=day(2026, 3, 14, 7))
    sweeping.sweep(at=day(2026, 3, 30, 7))
    assert told(world) == {
        ("caseworker", "before_2"): 1,
        ("caseworker", "before_1"): 1,
        ("caseworker", "on_the_day"): 1,
        ("supervisor", "on_the_day"): 1,
        ("supervisor2", "on_the_day"): 1,
        ("caseworker", "after_1"): 1,
        ("supervisor", "after_1"): 1,
        ("supervisor2", "after_1"): 1,
        ("supervisor", "after_5"): 1,
        ("supervisor2", "after_5"): 1,
    }
    assert told(world, "deadline_missed") == {("supervisor", ""): 1, ("supervisor2", ""): 1}
    with looking_as(world.supervisor):
        event = Event.objects.get(verb="deadline.missed")
        assert event.actor_id == SYSTEM_ID
        assert event.data == {"term": "reasonable_grounds", "due_on": "2026-03-09"}
        assert Deadline.objects.get(term="reasonable_grounds").next_reminder_at is None


def test_clock_that_ran_out_long_ago_says_only_its_latest_reminder(world):
    world.assigned_case(at=RECEIVED)
    sweeping.sweep(at=day(2026, 3, 12, 9))  # the worker was down for ten days
    assert told(world) == {
        ("caseworker", "after_1"): 1,
        ("supervisor", "after_1"): 1,
        ("supervisor2", "after_1"): 1,
    }
    assert told(world, "deadline_missed") == {("supervisor", ""): 1, ("supervisor2", ""): 1}


def test_case_that_arrives_overdue_is_told_of_at_once(world):
    with looking_as(world.intake):
        case = world.assigned_case(at=day(2026, 3, 2))
        Deadline.objects.filter(case=case).delete()
        case = Case.objects.get(pk=case.pk)
        clocks.start_term(
            case, "reasonable_grounds", at=day(2026, 3, 20), on=day(2026, 3, 2).date()
        )
    sweeping.sweep(at=day(2026, 3, 20, 12, 1))
    assert told(world) == {("supervisor", "after_5"): 1, ("supervisor2", "after_5"): 1}


def test_clock_whose_place_on_the_ladder_is_lost_repeats_nothing(world):
    world.assigned_case(at=RECEIVED)
    sweeping.sweep(at=day(2026, 3, 7, 7))
    with looking_as(world.supervisor):
        Deadline.objects.update(next_reminder_at=day(2026, 3, 7, 7))
    assert sweeping.sweep(at=day(2026, 3, 7, 8))["told"] == 0
    assert told(world) == {("caseworker", "before_2"): 1}


def test_case_that_nobody_works_on_reminds_intake(world):
    world.case(at=RECEIVED)
    sweeping.sweep(at=day(2026, 3, 7, 7))
    assert told(world) == {("intake", "before_2"): 1}


def test_met_clock_is_silent(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=day(2026, 3, 6))
    sweeping.sweep(at=day(2026, 3, 16, 7))
    assert not told(world)
    assert not told(world, "deadline_missed")


def test_recovery_says_when_its_minimum_ends_and_what_may_be_done_from_then(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=day(2026, 3, 9))
    for hour in (day(2026, 4, 7, 7), day(2026, 4, 8, 0, 0), day(2026, 4, 8, 7)):
        sweeping.sweep(at=hour)
    with looking_as(world.caseworker):
        terms = InboxItem.objects.filter(user=world.caseworker, kind="deadline_reminder")
        assert {row.data["term"] for row in terms} == {"recovery_period", "cg_not_before"}
        assert Case.objects.get(pk=case.pk).stage == "cg_ready"
        moved = Event.objects.get(verb="case.recovery_minimum_elapsed")
        assert moved.actor_id == SYSTEM_ID
    page = world.client("caseworker").get("/inbox/").content.decode()
    assert "from 8 April 2026 it may be made" in page
    assert "the minimum ends on 7 April 2026" in page


# Many sweeps at once
def many_cases(world, number):
    for _ in range(number):
        world.assigned_case(at=RECEIVED)


def assert_each_once(world, number):
    assert told(world) == {("caseworker", "before_2"): number}
    with looking_as(world.supervisor):
        assert OutgoingMail.objects.filter(item__kind="deadline_reminder").count() == number
        assert Event.objects.filter(verb="deadline.reminded").count() == number


def test_three_sweeps_at_once_tell_each_person_once(world):
    many_cases(world, 12)
    gate, swept = threading.Barrier(3), []

    def one():
        gate.wait()
        try:
            swept.append(sweeping.sweep(at=day(2026, 3, 7, 8)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_each_once(world, 12)
    assert sum(counts["told"] for counts in swept) == 12
    assert sum(counts["failed"] for counts in swept) == 0


SWEEPER = """
import django, os, sys
django.setup()
from datetime import datetime
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
from django.db import connection
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
from cases.actions import sweeping
if os.environ.get("DIE"):
    # Killed in the middle of a clock: after it is told of, before that is kept.
    import signal
    count = 0
    tell = sweeping.tell
    def dying(*args, **more):
        global count
        told = tell(*args, **more)
        count += told
        if count == int(os.environ["DIE"]):
            os.kill(os.getpid(), signal.SIGKILL)
        return told
    sweeping.tell = dying
print("ready", flush=True)
sys.stdin.readline()
sweeping.sweep(at=datetime.fromisoformat(os.environ["AT"]))
"""


def sweeper(at, die=""):
    environment = {
        **os.environ,
        "NRM_PROCESS": "worker",
        "AT": at.isoformat(),
        "DIE": die,
        "TEST_DATABASE": connection.settings_dict["NAME"],
    }
    return subprocess.Popen(
        [sys.executable, "-c", SWEEPER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_sweep_that_is_killed_loses_nothing_and_repeats_nothing(world):
    many_cases(world, 8)
    at = day(2026, 3, 7, 8)
    processes = [sweeper(at, die="4"), sweeper(at), sweeper(at)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    killed, *others = processes
    killed.communicate("go\n", timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with looking_as(world.supervisor):
        kept = InboxItem.objects.filter(kind="deadline_reminder").count()
    assert kept == 3  # the fourth was told of, and not kept
    for process in others:
        process.communicate("go\n", timeout=60)
        assert process.returncode == 0
    assert_each_once(world, 8)


def test_sweep_waits_for_a_case_that_somebody_holds_and_does_it_then(world):
    case = world.assigned_case(at=RECEIVED)
    held, release = threading.Event(), threading.Event()

    def hold():
        from nrm.actions import lock

        with acting_as(world.caseworker):
            lock(case.pk)
            held.set()
            release.wait(10)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.5, release.set).start()
    assert sweeping.sweep(at=day(2026, 3, 7, 8))["told"] == 1
    holder.join()


def test_one_bad_clock_does_not_silence_the_others(world):
    bad, _good = world.assigned_case(at=RECEIVED), world.assigned_case(at=RECEIVED)
    with looking_as(world.supervisor):
        Deadline.objects.filter(case=bad).update(term="no_such_term")
    counts = sweeping.sweep(at=day(2026, 3, 7, 8))
    assert (counts["told"], counts["failed"]) == (1, 1)


# E-mail
@pytest.fixture
def post(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SERVICE_URL = "https://service.example"
    mail.outbox = []
    return mail.outbox


def test_mail_says_that_there_is_a_task_and_nothing_else(world, post):
    case = world.assigned_case(at=RECEIVED)
    with looking_as(world.caseworker):
        User.objects.filter(pk=world.caseworker.pk).update(language="en")
    assert mailing.send_waiting(at=RECEIVED) == {"sent": len(post), "failed": 0}
    assert post
    for message in post:
        assert message.subject == "You have a task"
        assert message.body == "You have a task.\n\nhttps://service.example/inbox/\n"
        assert case.reference not in str(message.message())
        assert case.pseudonym not in str(message.message())
    assert mailing.send_waiting(at=RECEIVED) == {"sent": 0, "failed": 0}


def test_mail_is_repeated_after_a_crash_with_the_same_message_id(world, post, monkeypatch):
    world.assigned_case(at=RECEIVED)

    class Crash(BaseException):
        """The process dies here: nothing that handles errors sees it."""

    def crash(**codes):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "detail", crash)  # after sending, before it is marked
        with pytest.raises(Crash):
            mailing.send_waiting(at=RECEIVED)
    assert len(post) == 1
    mailing.send_waiting(at=RECEIVED)
    ids = [message.extra_headers["Message-ID"] for message in post]
    assert ids.count(ids[0]) == 2  # once more, and recognisably the same
    assert len(set(ids)) == len(ids) - 1


def test_mail_that_fails_is_tried_again_later_and_holds_up_nobody(world, post, monkeypatch):
    world.assigned_case(at=RECEIVED)
    world.assigned_case(at=RECEIVED)
    with looking_as(world.caseworker):
        waiting = OutgoingMail.objects.count()
    assert waiting >= 2
    real, refused = mailing.EmailMessage.send, []

    def refuse_first(message, *args, **more):
        if not refused or message.extra_headers["Message-ID"] in refused:
            refused.append(message.extra_headers["Message-ID"])
            raise OSError("no route")
        return real(message, *args, **more)

    monkeypatch.setattr(mailing.EmailMessage, "send", refuse_first)
    assert mailing.send_waiting(at=RECEIVED) == {"sent": waiting - 1, "failed": 1}
    assert mailing.send_waiting(at=RECEIVED + timedelta(seconds=30)) == {"sent": 0, "failed": 0}
    assert mailing.send_waiting(at=RECEIVED + timedelta(minutes=1)) == {"sent": 0, "failed": 1}
    monkeypatch.undo()
    late = RECEIVED + timedelta(hours=2)
    assert mailing.send_waiting(at=late) == {"sent": 1, "failed": 0}
    with looking_as(world.caseworker):
        assert max(OutgoingMail.objects.values_list("attempts", flat=True)) == 3


def test_people_who_left_get_no_mail(world, post):
    world.assigned_case(at=RECEIVED)
    with looking_as(world.supervisor):
        User.objects.update(is_active=False)
        User.objects.filter(pk=SYSTEM_ID).update(is_active=True)
    assert mailing.send_waiting(at=RECEIVED) == {"sent": 0, "failed": 0}


# The worker's own role
def test_worker_sweeps_mails_moves_cases_and_cannot_touch_a_decision(world, as_worker, post):
    case = ready_case(world, at=RECEIVED)
    decision = made(world, case, at=day(2026, 3, 9))
    with as_worker():
        sweeping.sweep(at=day(2026, 4, 9, 9))
        mailing.send_waiting(at=day(2026, 4, 9, 9))
        from django.db import DatabaseError

        for change in (
            "UPDATE cases_decision SET outcome = 'negative'",
            "DELETE FROM cases_decision",
        ):
            with pytest.raises(DatabaseError), acting_as(User.objects.system()):
                connection.cursor().execute(change)
    assert dues(world, case)["cg_not_before"] == ("open", "2026-04-08")
    assert told(world)[("caseworker", "on_the_day")] == 2
    assert post
    with looking_as(world.caseworker):
        assert Case.objects.get(pk=case.pk).stage == "cg_ready"
        decision.refresh_from_db()
        assert decision.outcome == "positive"


def test_tasks_ring_the_same_bells_and_take_no_names(world, as_worker, post, at):
    world.assigned_case(at=at - timedelta(days=30))
    with as_worker():
        tasks.sweep()
        tasks.sweep(anything="else")
        tasks.send_mail()
        tasks.clear_expired_drafts()
    assert told(world, "deadline_missed") == {("supervisor", ""): 1, ("supervisor2", ""): 1}


def test_command_does_the_same_and_prints_counts(world, post, at, capsys):
    world.assigned_case(at=at - timedelta(days=30))
    call_command("sweep")
    printed = capsys.readouterr().out
    assert "Deadlines looked at: 1. " in printed
    assert "Missed: 1." in printed
    assert "E-mails sent: " in printed


def test_nobody_but_the_system_can_sweep_a_clock(world):
    case = world.assigned_case(at=RECEIVED)
    with looking_as(world.supervisor), pytest.raises(Forbidden):
        sweeping.miss(Deadline.objects.get(case=case), actor=world.supervisor, at=RECEIVED)


def test_paused_clock_is_silent_until_its_pause_is_looked_at_again(palermo):
    case = palermo.assigned_case(at=RECEIVED, age_status="child")
    with looking_as(palermo.caseworker):
        case = Case.objects.get(pk=case.pk)
        deadline = clocks.start_term(case, "formal_identification", at=RECEIVED)
    deadlines.pause_deadline(
        deadline,
        actor=palermo.caseworker,
        at=day(2026, 3, 10),
        reason="force_majeure",
        review_on=day(2026, 3, 24).date(),
    )
    with looking_as(palermo.caseworker):
        Deadline.objects.exclude(pk=deadline.pk).delete()
    sweeping.sweep(at=day(2026, 3, 23, 23))
    assert not told(palermo, "pause_to_review")
    sweeping.sweep(at=day(2026, 3, 24, 9))
    sweeping.sweep(at=day(2026, 3, 24, 9, 1))
    once = {("caseworker", ""): 1, ("supervisor", ""): 1, ("supervisor2", ""): 1}
    assert told(palermo, "pause_to_review") == once
    # Nobody looked: they are reminded again after the days of the profile, and so on.
    sweeping.sweep(at=day(2026, 3, 30, 23))
    assert told(palermo, "pause_to_review") == once
    sweeping.sweep(at=day(2026, 3, 31, 9))
    assert told(palermo, "pause_to_review") == {who: 2 for who in once}
    assert not told(palermo)
