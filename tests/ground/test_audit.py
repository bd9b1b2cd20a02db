"""The audit trail: append-only, sealed, and every kind of tampering is found."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from nrm.audit import chain, writer
from nrm.audit.models import Event, Seal


def happen(count: int, at) -> None:
    for number in range(count):
        writer.write("test.happened", at=at, actor_id=None, data={"number": number})


def as_owner(statement: str) -> None:
    """What somebody with the owner's password could do."""
    with connections["owner"].cursor() as cursor:
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        cursor.execute(statement)
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


@pytest.fixture
def seal(as_worker, at):
    """The sealer works as the worker does."""

    def run():
        with as_worker():
            return chain.seal(at=at)

    return run


@pytest.fixture
def trail(seal, at):
    for _ in range(3):
        happen(4, at)
        seal()
    return list(Event.objects.order_by("id"))


def test_untouched_trail_holds(trail, capsys):
    verdict = chain.verify()
    assert (verdict.seals, verdict.sealed, verdict.fault) == (3, 12, None)
    call_command("verify_audit")
    assert capsys.readouterr().out == "12 events under 3 seals hold.\n"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"],
)
def test_application_cannot_change_delete_or_empty_the_trail(trail, statement):
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 12


def test_even_the_owner_meets_the_trigger(trail):
    with pytest.raises(DatabaseError), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE audit_event SET verb = 'x'")


def test_worker_seals_and_the_web_may_not(trail, seal, at):
    happen(1, at)
    with pytest.raises(DatabaseError):
        chain.seal(at=at)
    assert seal() is not None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_event SET data = '{}' WHERE id = (SELECT max(id) FROM audit_event)",
        "UPDATE audit_event SET refused = true WHERE id = (SELECT min(id) FROM audit_event)",
        "DELETE FROM audit_event WHERE id = (SELECT min(id) + 5 FROM audit_event)",
        "UPDATE audit_event SET xact = xact + 1 WHERE id = (SELECT min(id) FROM audit_event)",
        "UPDATE audit_seal SET count = 3 WHERE number = 2",
        "DELETE FROM audit_seal WHERE number = 2",
        "DELETE FROM audit_seal WHERE number = 3",
        "UPDATE audit_seal SET digest = sha256('x') WHERE number = 3",
        "UPDATE audit_seal SET sealed_at = sealed_at + interval '1 microsecond' WHERE number = 2",
        "UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day', form = 1",
        "UPDATE audit_seal SET form = 1 WHERE number = 3",
        "INSERT INTO audit_event (id, xact, recorded_at, at, verb, object_type, request_id,"
        " refused, data) SELECT 900, 0, now(), now(), 'x', '', gen_random_uuid(), false, '{}'",
    ],
)
def test_tampering_is_found(trail, tampering):
    if "INSERT" in tampering:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER stamp")
            cursor.execute(tampering.replace("900, 0", f"900, {trail[0].xact}"))
            cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER stamp")
    else:
        as_owner(tampering)
    assert chain.verify().fault
    with pytest.raises(CommandError) as error:
        call_command("verify_audit")
    assert error.value.returncode == 1


def test_seals_of_the_form_before_hold_and_those_after_follow_them(trail, at, seal, monkeypatch):
    """As it was made then: place, previous digest and events, and neither moment nor number."""
    monkeypatch.setattr(chain, "FORM", 1)
    happen(2, at)
    old = seal()
    events = Event.objects.filter(xact__gte=old.low, xact__lt=old.high).order_by("xact", "id")
    said = sha256(f"4|{old.low}|{old.high}|".encode() + bytes(old.previous))
    for values in events.values_list(*chain._FIELDS):
        said.update(sha256(chain._line(values)).digest())
    assert bytes(old.digest) == said.digest()
    monkeypatch.undo()
    happen(2, at)
    assert (old.form, seal().form) == (1, 2)
    assert (chain.verify().seals, chain.verify().fault) == (5, None)
    as_owner("UPDATE audit_seal SET form = 2 WHERE number = 4")
    assert "Seal 4 was changed" in (chain.verify().fault or "")


def test_two_events_that_change_places_are_found(trail):
    first, second = trail[0].pk, trail[1].pk
    as_owner(f"UPDATE audit_event SET id = -1 WHERE id = {first}")
    as_owner(f"UPDATE audit_event SET id = {first} WHERE id = {second}")
    as_owner(f"UPDATE audit_event SET id = {second} WHERE id = -1")
    assert chain.verify().fault


def test_tail_cut_with_its_seals_is_found_by_the_head_outside(trail):
    last = Seal.objects.order_by("-number").first()
    as_owner(f"DELETE FROM audit_event WHERE xact >= {last.low}")
    as_owner(f"DELETE FROM audit_seal WHERE number = {last.number}")
    assert "head kept outside is 3" in (chain.verify().fault or "")


def test_chain_forged_with_another_key_is_found(trail, settings):
    settings.AUDIT_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    assert "not signed with our key" in (chain.verify().fault or "")


def test_sealing_twice_seals_nothing_twice(trail, seal):
    assert seal() is None
    assert Seal.objects.count() == 3


def test_event_of_a_transaction_still_open_waits_for_the_next_seal(trail, seal, at):
    import threading

    from django.db import transaction

    written, go_on = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                happen(1, at)
                written.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    happen(1, at)
    seal()
    go_on.set()
    thread.join()
    seal()
    verdict = chain.verify()
    assert verdict.fault is None
    assert verdict.sealed == 14


def test_head_is_kept_outside_the_database(trail):
    lines = Path(os.environ["NRM_AUDIT_HEADS"]).read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3]
