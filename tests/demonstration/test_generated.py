"""Generated cases are cases: everything that the actions keep holds for each of them, their pages
open, and the same seed gives the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.access import rights_on
from cases.models import Case, Decision, Draft, InboxItem, OutgoingMail
from cases.rights import SEE_CASE, SEE_STATUS
from identities import vault
from identities.models import Person
from nrm.accounts.models import Installation, User
from nrm.audit import chain
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.demonstration import bulk, people
from nrm.demonstration.capture import tables
from nrm.demonstration.names import ABROAD, AT_HOME, IN_CAMP
from tests.demonstration.checker import faults, faults_of_all
from tests.world import signed_in

CASES = 300


def _quiet(done: int, total: int) -> None:
    pass


def test_generated_cases_are_as_the_actions_would_have_made_them_and_all_or_none_are_there(db):
    people.make_people()
    at = timezone.now()
    work = _a_load_that_is_broken_off_leaves_nothing(at)
    bulk.generate(CASES, seed="test", anchor=at, progress=_quiet)
    cases = Case.objects.select_related("person", "authority", "caseworker")
    assert cases.count() == CASES
    _the_same_seed_gives_the_same(work)
    wrong = {
        f"{case.profile_code} {case.stage}: {fault}" for case in cases for fault in faults(case, at)
    }
    assert sorted({*wrong, *faults_of_all(at)}) == []
    verdict = chain.verify()
    assert verdict.fault is None
    assert verdict.sealed == Event.objects.count()
    _they_are_of_every_kind(at)
    _each_of_the_demonstration_sees_their_share()
    _their_pages_open()
    _identities_open_and_stand_nowhere_in_the_clear()
    # No e-mail waits for anybody, and nobody's inbox is full.
    assert not OutgoingMail.objects.exists()
    unread = InboxItem.objects.filter(read_at=None, user__email="caseworker@demo.example")
    assert unread.count() < 40


def _they_are_of_every_kind(at):
    def found(field, model=Case):
        return set(model.objects.values_list(field, flat=True))

    assert found("profile_code") == {"uk", "palermo"}
    assert found("age_status") == {"adult", "child", "disputed", "not_sure"}
    assert found("kind") == {"referral", "duty_to_notify"}
    assert found("calendar") == {"england_and_wales", "scotland", "northern_ireland", "weekdays"}
    assert found("state", Decision) >= {"draft", "in_review", "returned", "made"}
    assert len(found("stage")) >= 20
    assert Draft.objects.count() >= 10
    opened = Case.objects.order_by("opened_at")
    assert at - opened.first().opened_at > timedelta(days=500)
    overdue = Case.objects.filter(next_due_at__lt=at, closed_at=None).count()
    assert 0.03 < overdue / CASES < 0.2


def _their_pages_open():
    """One case of each stage and state of its decisions, as its caseworker and as a supervisor."""
    seen = set()
    clients: dict[str, Client] = {}

    def client_of(user):
        if user.email not in clients:
            clients[user.email] = signed_in(user)
        return clients[user.email]

    pages = (
        "case",
        "workbench",
        "decisions",
        "deadlines",
        "case_timeline",
        "case_people",
        "case_notes",
    )
    supervisor = User.objects.get(email="supervisor@demo.example")
    for case in Case.objects.select_related("caseworker").order_by("reference"):
        states = tuple(sorted(set(case.decisions.values_list("state", flat=True))))
        if (case.profile_code, case.stage, states) in seen:
            continue
        seen.add((case.profile_code, case.stage, states))
        readers = [supervisor, case.caseworker] if case.caseworker else [supervisor]
        for reader in readers:
            for page in pages if reader == readers[-1] else pages[:1]:
                answer = client_of(reader).get(reverse(page, args=[case.reference]))
                assert answer.status_code == 200, (page, case.stage, reader.email)
        assert case.person.pseudonym in answer.content.decode()
    assert len(seen) >= 25


def _identities_open_and_stand_nowhere_in_the_clear():
    names = set()
    for case in Case.objects.filter(kind="referral").exclude(caseworker=None)[:25]:
        assert "show_identity" in rights_on(case.caseworker, case)
        with acting_as(case.caseworker):
            facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")[1]
        names |= {fact.value for fact in facts if fact.kind in ("name", "telephone")}
    assert len(names) > 30
    parts = {p for o in (*ABROAD, *AT_HOME, *IN_CAMP) for p in o.family} | names
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            text = cursor.fetchone()[0] or ""
            assert [part for part in parts if part in text] == [], table


def _each_of_the_demonstration_sees_their_share():
    def sees(code, right=SEE_CASE):
        user = User.objects.get(email=people.email(code))
        return Case.objects.visible_to(user, right).count()

    assert sees("supervisor") == sees("supervisor2") == sees("intake") == CASES
    assert 30 <= sees("caseworker") <= 90
    assert 40 <= sees("responder", SEE_STATUS) <= 140
    assert sees("auditor") == sees("admin") == 0


def _a_load_that_is_broken_off_leaves_nothing(at):
    """What would have been made."""
    begun = []

    def stop(done: int, total: int) -> None:
        if done > total // 10:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        load = bulk._load
        patch.setattr(
            bulk,
            "_load",
            lambda cursor, batches, work, progress: (
                begun.append(work),
                load(cursor, batches, work, progress),
            ),
        )
        with pytest.raises(KeyboardInterrupt):
            bulk.generate(CASES, seed="test", anchor=at, progress=stop)
    assert not Case.objects.exists()
    assert not Event.objects.exists()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'identities_fact'")
        assert cursor.fetchone()[0]
    return begun[0]


def _the_same_seed_gives_the_same(work):
    """Walked anew, with other ids and keys, the roads give the cases that were broken off."""
    there = Case.objects.values_list("reference", "stage", "person__pseudonym", "age_years")
    assert sorted(there) == _outline(work)
    assert sorted(there) != _outline(replace(work, seed="another"))


def _outline(work):
    """Reference, stage, pseudonym and age of each case that the generator makes of this work."""
    columns = [f.column for f in tables()[1].columns]
    assert (tables()[0].model, tables()[1].model) == (Person, Case)
    found = []
    for batch in bulk.Generator(work).batches():
        pseudonyms = dict(row.split("\t")[:2] for row in batch.rows[0])
        for row in batch.rows[1]:
            case = dict(zip(columns, row.rstrip("\n").split("\t"), strict=True))
            pseudonym = pseudonyms[case["person_id"]]
            found.append((case["reference"], case["stage"], pseudonym, int(case["age_years"])))
    return sorted(found)


def test_database_that_is_no_demonstration_is_refused(db, world):
    with pytest.raises(CommandError):
        call_command("demo", cases=10)
    Installation.objects.update_or_create(id=1, defaults={"demonstration": False})
    with pytest.raises(ValueError, match="demonstration"):
        bulk.generate(10, seed="1", anchor=timezone.now(), progress=_quiet)
    assert not Case.objects.exists()
