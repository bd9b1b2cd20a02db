"""Keys change while people read and write: nobody meets a value that does not open, nothing that
was written is lost, and what was broken off goes on."""

import base64
import os
import threading
from collections import Counter
from io import StringIO
from random import Random
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, models
from django.utils import timezone

from cases.actions.documents import download_document
from cases.actions.drafting import contents_of, open_draft, save_page
from cases.actions.notes import write_note
from cases.models import Case, Decision, DecisionReview, Draft, Note
from cases.selectors.decisions import reasons_of, reasons_read, record_holds
from cases.selectors.notes import opened
from identities import crypto, kept, rotation, vault
from identities.as_keys import keys_connection
from identities.crypto import Opener, Unreadable
from identities.kek import Wrapped
from identities.models import PersonKey, UserKey
from identities.sealed import sealed_columns
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.demonstration import journeys, people
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import add

ROOMS = ("accounts", "identities", "cases", "screening", "protection", "exchange", "reporting")
# HMACs, which open nothing; and of releases what is published, and the salt of its hash.
UNDER_NO_KEY = {
    ("accounts_submission", "fingerprint"),
    ("exchange_registertoken", "token"),
    ("exchange_subscription", "secret"),
    ("exchange_subscription", "secret_before"),
    ("identities_token", "token"),
    ("protection_avoidance", "token"),
    ("reporting_releasefile", "content"),
    ("reporting_snapshot", "salt"),
}


def everything() -> dict[tuple[str, str, str], tuple[int, str, bytes]]:
    """Every sealed value as nrm_keys sees it, opened: its key's number, its origin, its content."""
    found = {}
    with keys_connection() as opened:
        for keys in (PersonKey, UserKey):
            held = {}
            for owner, number, kek, wrapped in opened.execute(
                f"SELECT {keys.OWNER}, number, kek, wrapped FROM {rotation._quoted(keys)}"
            ):
                one = held.setdefault(owner, rotation.Held(crypto.table_of(keys), owner))
                one.wrapped[number] = Wrapped(kek, wrapped)
            for column in sealed_columns(keys):
                place = "0, false"
                if column.parts:
                    place = (
                        "t.number, t.number = (SELECT max(number) FROM cases_documentpart o"
                        " WHERE o.document_id = t.document_id)"
                    )
                for pk, owner, bound, value, number, last in opened.execute(
                    f"SELECT t.id, {column.owner}, {column.bound_row}, t.{column.column}, {place}"
                    f" FROM {column.table} t {column.joins} WHERE t.{column.column} IS NOT NULL"
                ):
                    where = crypto.associated(*column.bound, bound)
                    if column.parts:
                        where = crypto.associated_part(*column.bound, bound, number, last=last)
                    key = held[owner].of(crypto.number_of(value))
                    found[column.table, column.column, str(pk)] = (
                        crypto.number_of(value),
                        crypto.origin_of(value),
                        crypto.open_value(key, value, where),
                    )
    return found


@pytest.fixture
def filled(db):
    """A few cases of the demonstration in every state, a draft, and a kept text; the caseworker."""
    people.make_people()
    for vignette in journeys.VIGNETTES[:3]:
        journeys.walk(vignette)
    for step in journeys.recent(timezone.now()):
        if "being" not in step.__name__:
            step()
    caseworker = people.user("caseworker")
    for case in Case.objects.all()[:3]:
        write_note(case, actor=people.user("supervisor"), at=timezone.now(), text="Amina rang")
    kept.keep(
        caseworker, path="/x/", page="/x/", fields=[("text", ["Amina rang"])], at=timezone.now()
    )
    return caseworker


def test_no_sealed_column_is_forgotten():
    named = {(c.table, c.column) for keys in (PersonKey, UserKey) for c in sealed_columns(keys)}
    binary = {
        (model._meta.db_table, field.column)
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField) and not model._meta.db_table.startswith("keys")
    }
    assert named == binary - UNDER_NO_KEY


def test_all_moves_to_fresh_keys_and_says_the_same(filled):
    before = everything()
    assert {number for number, _origin, _plain in before.values()} == {1}
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    after = everything()
    assert {number for number, _origin, _plain in after.values()} == {2}
    assert {k: v[1:] for k, v in after.items()} == {k: v[1:] for k, v in before.items()}
    assert f"{len(before)} values" in out.getvalue()
    with acting_as(filled):
        assert set(PersonKey.objects.values_list("number", flat=True)) == {2}
        assert set(UserKey.objects.values_list("number", flat=True)) == {2}
        made = list(Decision.objects.filter(state="made").select_related("case"))
        assert made
        assert all(record_holds(decision) and reasons_of(decision) for decision in made)
        reviews = DecisionReview.objects.exclude(read_reasons=None).select_related("decision__case")
        assert all(reasons_read(review) for review in reviews)
    told = Event.objects.get(verb="keys.rotated").data
    assert (told["values"], told["unreadable"]) == (len(before), 0)
    # The trigger lets nobody else, and the role nothing else, change what was decided.
    with (
        pytest.raises(Exception, match="cannot be changed"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("UPDATE cases_decision SET reasons = 'x' WHERE state = 'made'")
    with keys_connection() as opened:
        for statement in (
            "UPDATE cases_decision SET outcome = 'x'",
            "UPDATE identities_disclosure SET purpose = 'x'",
            "SELECT answers FROM cases_referral",
            "DELETE FROM identities_fact",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                opened.execute(statement)
    # Once more: the next numbers.
    call_command("rotate_keys", stdout=StringIO())
    third = everything()
    assert {number for number, _origin, _plain in third.values()} == {3}
    assert {k: v[1:] for k, v in third.items()} == {k: v[1:] for k, v in before.items()}


def test_files_move_part_by_part(world, at):
    case = assigned(world, at=at)
    document = add(world, case, files.pdf(600_000), at=at).saved[0]
    before = everything()
    parts = [key for key in before if key[0] == "cases_documentpart"]
    assert len(parts) >= 3
    call_command("rotate_keys", stdout=StringIO())
    assert {k: v[2] for k, v in everything().items()} == {k: v[2] for k, v in before.items()}
    copy = download_document(document, actor=world.caseworker, at=at)
    assert b"".join(copy.blocks()) == files.pdf(600_000)


def test_a_new_kek_takes_over_and_the_old_one_can_go(filled, settings):
    before = everything()
    old = settings.KEKS
    fresh = f"2:{base64.b64encode(os.urandom(32)).decode()}"
    settings.KEKS = f"{old},{fresh}"
    call_command("rotate_keys", "--wrap-only", stdout=StringIO())
    assert set(PersonKey.objects.values_list("kek", flat=True)) == {2}
    settings.KEKS = fresh
    assert everything() == before
    settings.KEKS = old
    with pytest.raises(Unreadable, match="not at hand"):
        everything()


def test_broken_off_it_goes_on_where_it_stopped(filled, monkeypatch):
    before = everything()
    monkeypatch.setattr(rotation, "OWNERS", 2)
    waits = Counter()
    real = rotation._Rotation._wait_for_others

    def cut_off(self):
        waits["n"] += 1
        if waits["n"] == 2:
            raise KeyboardInterrupt
        real(self)

    monkeypatch.setattr(rotation._Rotation, "_wait_for_others", cut_off)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_keys", stdout=StringIO())
    half = everything()  # all of it opens, some under each key
    assert {number for number, _origin, _plain in half.values()} == {1, 2}
    assert {k: v[2] for k, v in half.items()} == {k: v[2] for k, v in before.items()}
    call_command("rotate_keys", stdout=StringIO())
    whole = everything()
    assert {number for number, _origin, _plain in whole.values()} == {2}
    assert {k: v[1:] for k, v in whole.items()} == {k: v[1:] for k, v in before.items()}
    assert Event.objects.filter(verb="keys.rotation_resumed").exists()
    assert set(PersonKey.objects.values_list("number", flat=True)) == {2}


def test_a_value_that_does_not_open_is_told_of_and_keeps_its_key(filled):
    note = Note.objects.first()
    sealed = bytes(note.text)
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    Note.objects.filter(pk=note.pk).update(text=broken)
    err = StringIO()
    with pytest.raises(CommandError, match="1 values or keys do not open"):
        call_command("rotate_keys", stdout=StringIO(), stderr=err)
    assert f"cases_note|text|{note.pk}" in err.getvalue()
    assert bytes(Note.objects.get(pk=note.pk).text) == broken
    numbers = PersonKey.objects.filter(person_id=note.case.person_id).values_list("number")
    assert {number for (number,) in numbers} == {1, 2}
    Note.objects.filter(pk=note.pk).update(text=sealed)
    assert {number for number, _origin, _plain in everything().values()} == {1, 2}


def test_two_rotations_do_not_run_at_once(db):
    with keys_connection() as opened:
        opened.execute("SELECT pg_advisory_lock(%s)", [rotation._ONE_AT_A_TIME])
        with pytest.raises(CommandError, match="under way"):
            call_command("rotate_keys", stdout=StringIO())


@pytest.mark.parametrize("policy", ["rotated", "rotated_read"])
@pytest.mark.parametrize("table", ["cases_note", "cases_emergencyaccess"])
def test_where_the_database_hides_a_row_no_key_is_touched(filled, table, policy):
    before = everything()
    command, check = ("UPDATE", " WITH CHECK (true)") if policy == "rotated" else ("SELECT", "")
    with connections["owner"].cursor() as owner:
        owner.execute(f"DROP POLICY {policy} ON {table}")
        try:
            with pytest.raises(rotation.Faulty, match=table):
                rotation.rotate(tell=print)
        finally:
            owner.execute(
                f"CREATE POLICY {policy} ON {table} FOR {command} TO nrm_keys USING (true){check}"
            )
    assert everything() == before


def test_readers_and_writers_go_on_while_keys_change(filled, monkeypatch):
    monkeypatch.setattr(rotation, "OWNERS", 1)
    cases = list(Case.objects.select_related("person").order_by("id"))
    drafts = list(Draft.objects.select_related("person", "organisation", "started_by"))
    reasons = [d.pk for d in Decision.objects.exclude(reasons=None)]
    supervisor = people.user("supervisor")
    over = threading.Event()
    failures: list[BaseException] = []
    counted: Counter[str] = Counter()
    written: dict[tuple[str, str, str], str] = {}

    def going(do):
        def run():
            rng = Random(id(do))
            try:
                # People pause: one who never let go of a draft would keep it from being moved.
                while not over.wait(0.02):
                    do(rng)
            except BaseException as failure:  # noqa: BLE001 - told below, whatever it is
                failures.append(failure)
            finally:
                connections.close_all()

        return run

    def read(rng):
        case, draft = rng.choice(cases), rng.choice(drafts)
        with acting_as(supervisor):
            facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")[1]
            # The values first, then the keys: a rotation could come between.
            notes = list(opened(case, list(case.notes.all())))
            assert all(text for _note, text in notes)
            decision = Decision.objects.select_related("case").get(pk=rng.choice(reasons))
            assert reasons_of(decision)
        with acting_as(draft.started_by):
            assert contents_of(Draft.objects.get(pk=draft.pk)) is not None
        counted["read"] += len(facts) + len(notes) + 2

    def write(rng):
        case, text = rng.choice(cases), uuid4().hex
        note = write_note(case, actor=supervisor, at=timezone.now(), text=text)
        written["cases_note", "text", str(note.pk)] = text

    def save(rng):
        draft = rng.choice(drafts)
        with acting_as(draft.started_by):
            mine = open_draft(draft, actor=draft.started_by, at=timezone.now())
            text = uuid4().hex
            save_page(
                mine.draft,
                actor=draft.started_by,
                at=timezone.now(),
                page="treatment",
                answers={"how_treated": text},
                version=mine.draft.version,
            )
        written["cases_draft", "answers", str(draft.pk)] = text

    work = [read, read, write, save]
    threads = [threading.Thread(target=going(do)) for do in work]
    for thread in threads:
        thread.start()
    try:
        call_command("rotate_keys", stdout=StringIO())
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert counted["read"] > 100
    assert len(written) > 10
    after = everything()
    for place, text in written.items():
        assert text in after[place][2].decode()
    assert {number for number, _origin, _plain in after.values()} == {2}


def test_who_has_read_a_value_can_still_open_it_when_it_has_moved(filled, monkeypatch):
    note = Note.objects.select_related("case").first()
    read, moved, finished = threading.Event(), threading.Event(), threading.Event()
    found: list[object] = []
    real = rotation._Rotation._wait_for_others

    def wait(self):
        moved.set()
        real(self)

    def reader():
        try:
            with acting_as(filled):
                value = bytes(Note.objects.get(pk=note.pk).text)
                read.set()
                moved.wait()
                found.append(bytes(Note.objects.get(pk=note.pk).text) == value)
                found.append(finished.wait(timeout=0.5))  # the rotation waits for us
                opener = Opener(note.case.person_id)
                found.append(opener.text(value, table="cases_note", column="text", row=note.pk))
        finally:
            connections.close_all()

    monkeypatch.setattr(rotation._Rotation, "_wait_for_others", wait)
    thread = threading.Thread(target=reader)
    thread.start()
    read.wait()
    call_command("rotate_keys", stdout=StringIO())
    finished.set()
    thread.join()
    assert found == [False, False, "Amina rang"]
