"""A register is brought in: read, mapped, checked, run; every row once, whatever happens."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, Consent, Deadline, InboxItem, OutgoingMail, Referral
from exchange.models import RegisterImport, RegisterPart, RegisterRow, RegisterToken
from exchange.registers import actions, reading, views
from exchange.registers.actions import told_of
from exchange.registers.reading import SealedTexts
from identities.models import Fact
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.spreadsheets import as_xlsx
from tests.exchange.registers import (
    HEADS,
    PLACE,
    again,
    as_csv,
    brought,
    done,
    line,
    mapped,
    upload,
    worked,
)
from tests.exchange.test_workbooks import workbook
from tests.watching import WATCHER
from tests.world import person, signed_in


def checked(world: Any, *rows: list[str], **more: Any) -> RegisterImport:
    return done(world, mapped(world, brought(world, as_csv(rows), **more)), actions.start_check)


def rows_of(world: Any, register: RegisterImport) -> dict[int, RegisterRow]:
    with acting_as(world.lead):
        return {row.number: row for row in RegisterRow.objects.filter(register=register)}


# From the file to the last row --------------------------------------------------------------------
def test_every_row_that_is_right_becomes_a_referral_and_the_file_goes(world: Any) -> None:
    register = brought(world, as_csv(line(n) for n in range(450)))
    assert (register.state, register.rows, register.parts) == ("mapping", 450, 3)
    assert [column["to"] for column in register.mapping["columns"].values()] == [
        "own_reference",
        "name",
        "birth_date",
        "sex",
        "nationality",
        "document",
        "received_on",
        "consent_answer",
        "signs_details",
    ]
    register = done(world, mapped(world, register), actions.start_check)
    assert (register.state, register.wrong, register.alike) == ("checked", 0, 0)
    assert not Case.objects.exists()
    register = done(world, register, actions.start_run)
    assert (register.state, register.brought_in) == ("done", 450)
    assert Referral.objects.count() == Case.objects.count() == 450
    rows = rows_of(world, register)
    assert sorted(rows) == list(range(2, 452))
    assert len({row.referral_id for row in rows.values()} - {None}) == 450
    assert register.told is None
    with acting_as(world.lead):
        for gone in (RegisterPart, RegisterToken):
            assert not gone.objects.exists()
    for nothing in (InboxItem, OutgoingMail, Deadline):
        assert not nothing.objects.exists()


def test_a_workbook_is_read_as_the_same_rows(world: Any) -> None:
    content = as_xlsx([HEADS, *(line(n) for n in range(3))], sheet="Register")
    register = done(world, mapped(world, brought(world, content)), actions.start_check)
    assert (register.kind, register.state, register.rows, register.wrong) == (
        "xlsx",
        "checked",
        3,
        0,
    )


def test_the_texts_that_cells_share_are_read_as_they_are_kept_aside() -> None:
    texts = SealedTexts()
    wanted = [f"text {n} ".ljust(n % 300, "é") for n in range(5_000)]
    for text in wanted:
        texts.append(text)
    assert len(texts) == 5_000
    assert [texts[n] for n in reversed(range(5_000))] == wanted[::-1]
    assert texts[4_999] == wanted[-1]


def test_who_waits_for_a_decision_gets_a_referral_of_today_with_its_clocks_and_nobody_is_told(
    world: Any,
) -> None:
    register = checked(world, line(1), line(2, consent="no"), open_now=True)
    register = done(world, register, actions.start_run)
    assert (register.state, register.brought_in) == ("done", 2)
    assert set(Case.objects.values_list("stage", flat=True)) == {"nrm_submitted", "dtn_submitted"}
    assert Deadline.objects.filter(term="reasonable_grounds").count() == 1
    assert not InboxItem.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_who_was_a_child_when_they_were_received_is_referred_today_as_the_adult_they_are(
    world: Any,
) -> None:
    grown_up = {"born": "02/03/2004", "received": "05/03/2020"}
    register = checked(world, line(1, consent="no", **grown_up), open_now=True)
    assert register.wrong == 0
    register = done(world, register, actions.start_run)
    case = Case.objects.get()
    assert (case.age_status, case.kind) == ("adult", "duty_to_notify")
    assert Consent.objects.get().answer == "declined"
    assert not Fact.objects.exists()


def test_how_old_they_were_then_is_not_taken_for_today_and_is_kept_as_text(world: Any) -> None:
    heads = (*HEADS, "Age")
    rows = [
        [*line(1, born="", received="05/03/2020"), "16"],
        [*line(2, born="", received="05/03/2020"), "35"],
        [*line(3, born="2/3/2004", received="05/03/2020"), "16"],
        [*line(4, born="31/02/2004", received="05/03/2020"), "16"],
    ]
    register = mapped(world, brought(world, as_csv(rows, heads), open_now=True))
    register = done(world, register, actions.start_check)
    faults = {n: row.faults for n, row in rows_of(world, register).items()}
    assert {n: [column for column, _why in found] for n, found in faults.items()} == {
        2: [10],
        5: [3, 10],
    }
    assert "date of birth" in faults[2][0][1]
    done(world, register, actions.start_run)
    assert list(Case.objects.values_list("age_status", "age_years")) == [("adult", None)] * 2
    assert {tuple(one.unknown_keys) for one in Referral.objects.all()} == {("Column J",)}


def test_a_date_before_anybody_lived_is_wrong_and_does_not_reach_a_list(world: Any) -> None:
    register = checked(
        world,
        line(1, received="01/01/0001"),
        line(2, received="12/05/0219"),
        line(3),
    )
    assert {n: [c for c, _why in row.faults] for n, row in rows_of(world, register).items()} == {
        2: [7],
        3: [7],
    }


# What is wrong, and who is alike ------------------------------------------------------------------
def test_everything_wrong_is_told_at_once_by_row_and_column_and_without_what_stands_there(
    world: Any,
) -> None:
    register = checked(
        world,
        line(1),
        line(2, born="31/02/1990", sex="unheard-of", received="1/1/12"),
        line(3, born="", nationality="Atlantis", consent=""),
    )
    rows = rows_of(world, register)
    assert {n: [column for column, _why in row.faults] for n, row in rows.items()} == {
        3: [3, 4, 7],
        4: [5, 3],
    }
    words = str([row.faults for row in rows.values()])
    assert "unheard-of" not in words
    assert "Atlantis" not in words
    register = done(world, register, actions.start_run)
    assert (register.state, register.brought_in, register.wrong) == ("done", 1, 2)


def test_who_may_be_there_is_proposed_and_waits_for_somebody_to_decide(world: Any) -> None:
    done(world, checked(world, line(1)), actions.start_run)
    (there,) = Referral.objects.values_list("receipt", flat=True)
    register = checked(
        world, line(2), line(3, passport="P0000002"), line(4, passport="P-0000001"), line(5)
    )
    rows = rows_of(world, register)
    assert {n: (row.like["rows"], row.like["receipts"]) for n, row in rows.items()} == {
        3: ([2], []),
        4: ([], [there]),
    }
    assert rows[3].like["kinds"] == ["document"]
    register = done(world, register, actions.start_run)
    assert (register.state, register.brought_in, register.alike) == ("deciding", 2, 2)
    register = done(world, register, actions.decide, decisions={3: "import"}, all_others="leave")
    register = done(world, register, actions.start_run)
    assert (register.state, register.brought_in, register.left_out) == ("done", 3, 1)
    assert {n: row.state for n, row in rows_of(world, register).items()} == {
        2: "in",
        3: "in",
        4: "left_out",
        5: "in",
    }
    assert Referral.objects.count() == 4


def test_who_came_in_since_the_check_is_left_to_decide_and_not_brought_in_again(
    world: Any,
) -> None:
    first = checked(world, line(1), line(2))
    second = checked(world, line(1), line(2), line(3), line(2, passport="P0000002"))
    assert (first.alike, second.alike) == (0, 1)
    done(world, first, actions.start_run)
    receipts = dict(Referral.objects.values_list("submission_key", "receipt"))
    second = done(world, second, actions.start_run)
    assert (second.state, second.brought_in, second.alike) == ("deciding", 1, 3)
    assert Referral.objects.count() == 3
    rows = rows_of(world, second)
    assert {n: row.state for n, row in rows.items()} == {
        2: "alike",
        3: "alike",
        4: "in",
        5: "alike",
    }
    assert rows[2].like["receipts"] == [receipts[uuid5(first.pk, "2")]]
    assert "document" in rows[2].like["kinds"]
    done(world, second, actions.decide, decisions={2: "import"}, all_others="leave")
    second = done(world, second, actions.start_run)
    assert (second.state, second.brought_in, second.left_out) == ("done", 2, 2)
    assert Referral.objects.count() == 4


def test_two_registers_of_an_organisation_that_run_at_once_do_not_pass_each_other(
    world: Any,
) -> None:
    both = [checked(world, *(line(n) for n in range(250))) for _ in range(2)]
    with acting_as(world.lead):
        for one in both:
            actions.start_run(one, actor=world.lead, at=timezone.now())

    def works(one: RegisterImport) -> None:
        try:
            worked(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(works, both))
    counted = [again(world, one) for one in both]
    assert sum(one.brought_in for one in counted) == Referral.objects.count() == 250
    assert sum(one.alike for one in counted) == 250


def test_nobody_learns_from_a_list_of_names_who_others_have_referred(world: Any) -> None:
    other = person("other_lead@example.org", "responder_lead", world.other_police)
    world.users["other_lead"] = other
    with acting_as(other):
        theirs = actions.bring(
            world.other_police,
            actor=other,
            at=timezone.now(),
            file=upload(as_csv([line(1)])),
            open_now=False,
            submission_key=world.police.pk,
        )
    worked(theirs)
    columns = again(world, theirs, who="other_lead").mapping["columns"]
    for act, more in (
        (actions.keep_mapping, {"columns": columns, "always": PLACE}),
        (actions.start_check, {}),
        (actions.start_run, {}),
    ):
        with acting_as(other):
            act(theirs, actor=other, at=timezone.now(), **more)
        worked(theirs)
    assert Referral.objects.count() == 1
    register = checked(world, line(1))
    assert (register.wrong, register.alike) == (0, 0)


# Once, whatever happens ---------------------------------------------------------------------------
def test_a_step_that_is_broken_off_did_nothing_and_is_done_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = checked(world, *(line(n) for n in range(401)))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())
    whole, calls = actions._go_on, []

    def breaks(row: Any, *more: Any, **named: Any) -> Any:
        calls.append(row.cursor)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a worker that is killed: after the rows, before the end
        return whole(row, *more, **named)

    monkeypatch.setattr(actions, "_go_on", breaks)
    with pytest.raises(KeyboardInterrupt):
        actions.work(register.pk, seconds=60)
    assert (again(world, register).cursor, Referral.objects.count()) == (1, 200)
    worked(register)
    register = again(world, register)
    assert (register.state, register.brought_in) == ("done", 401)
    assert Referral.objects.count() == 401
    assert calls == [0, 1, 1, 2]


def test_two_workers_at_one_register_bring_each_row_in_once(world: Any) -> None:
    register = checked(world, *(line(n) for n in range(601)))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())

    def works() -> None:
        try:
            worked(register)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(works) for _ in range(2)]:
            one.result()
    assert again(world, register).brought_in == Referral.objects.count() == 601


@contextmanager
def somebody_at(register: RegisterImport) -> Iterator[None]:
    """As a worker that is at it: another connection holds its lock."""
    with connections[WATCHER].cursor() as cursor:
        key = "hashtextextended(%s, 0)"
        cursor.execute(f"SELECT pg_advisory_lock({key})", [str(register.pk)])
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({key})", [str(register.pk)])


def test_a_worker_that_is_rung_while_another_is_at_it_leaves_at_once(world: Any) -> None:
    register = checked(world, line(1))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())
    with somebody_at(register):
        assert not actions.work(register.pk, seconds=60)
    assert not Referral.objects.exists()
    worked(register)
    assert again(world, register).state == "done"


def test_a_page_waits_for_a_worker_for_a_little_while_and_says_that_it_is_at_it(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LONGEST_WAIT", 200)
    register = checked(world, line(1))
    client = world.client("lead")
    page = f"/registers/{register.pk}/"
    with somebody_at(register):
        for path, told in (
            (page, {"do": "stop"}),
            (f"{page}rows/", {"all": "leave"}),
            (f"{page}mapping/", {"always_jurisdiction": "england"}),
        ):
            answer = client.post(path, told)
            assert answer.status_code == 422
            assert "It is being worked on at this moment" in answer.content.decode()
    assert client.post(page, {"do": "stop"}).status_code == 302
    assert again(world, register).state == "stopped"


def fails(*_more: Any, **_named: Any) -> Any:
    raise ZeroDivisionError("a name that must not be told")


@pytest.mark.parametrize(
    ("begun", "broken", "held"),
    [
        (None, "_read", "unreadable"),
        (actions.start_check, "_check", "mapping"),
        (actions.start_run, "_run", "paused"),
    ],
)
def test_a_step_that_fails_three_times_is_held_with_a_reason_and_can_be_gone_on_with(
    world: Any, monkeypatch: pytest.MonkeyPatch, begun: Any, broken: str, held: str
) -> None:
    if begun is None:
        with monkeypatch.context() as patch:
            patch.setattr(actions, "work", lambda *_told, **_more: False)
            register = brought(world, as_csv([line(1)]))
    else:
        register = mapped(world, brought(world, as_csv([line(1)])))
        if begun is actions.start_run:
            register = done(world, register, actions.start_check)
        with acting_as(world.lead):
            begun(register, actor=world.lead, at=timezone.now())
    at_work = again(world, register).state
    with monkeypatch.context() as patch:
        patch.setattr(actions, broken, fails)
        for times in (1, 2):
            assert not actions.work(register.pk, seconds=60)
            found = again(world, register)
            assert (found.state, found.failed, found.why) == (at_work, times, "")
        assert not actions.work(register.pk, seconds=60)
    found = again(world, register)
    assert (found.state, found.failed) == (held, 0)
    assert "3 times" in world.client("lead").get(f"/registers/{register.pk}/").content.decode()
    assert not Event.objects.filter(data__icontains="must not be told").exists()
    if begun is not None:
        found = done(world, found, begun)
        assert (found.why, found.ended or found.state == "checked") == ("", True)


def test_steps_that_fail_now_and_then_are_not_counted_together(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = checked(world, *(line(n) for n in range(601)))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())
    whole, calls = actions._run, []

    def breaks(*more: Any, **named: Any) -> Any:
        calls.append(1)
        return fails() if len(calls) % 2 else whole(*more, **named)

    monkeypatch.setattr(actions, "_run", breaks)
    for _ in range(4):
        assert not actions.work(register.pk, seconds=60)
    worked(register)
    assert again(world, register).brought_in == Referral.objects.count() == 601


def test_half_a_character_in_a_cell_does_not_stop_a_register(world: Any) -> None:
    rows = ""
    for cells in (HEADS, line(1, name="Ana_xD83D_")):
        told = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
        rows += f"<row>{told}</row>"
    register = done(world, mapped(world, brought(world, workbook(rows))), actions.start_check)
    assert (register.state, register.wrong) == ("checked", 0)
    assert done(world, register, actions.start_run).brought_in == 1


def test_pressed_twice_there_is_one_register_and_one_run(world: Any) -> None:
    first = brought(world, as_csv([line(1)]))
    with acting_as(world.lead):
        same = actions.bring(
            world.police,
            actor=world.lead,
            at=timezone.now(),
            file=upload(as_csv([line(2)])),
            open_now=False,
            submission_key=first.submission_key,
        )
    assert same.pk == first.pk
    register = done(world, mapped(world, first), actions.start_check)
    with acting_as(world.lead):
        for _ in range(2):
            actions.start_run(register, actor=world.lead, at=timezone.now())
    worked(register)
    assert Referral.objects.count() == 1


def test_sent_twice_at_once_there_is_one_and_a_key_of_somebody_else_is_refused(
    world: Any,
) -> None:
    key = uuid4()
    begin = Barrier(2)

    def sends() -> Any:
        try:
            with acting_as(world.lead):
                begin.wait()
                return actions.bring(
                    world.police,
                    actor=world.lead,
                    at=timezone.now(),
                    file=upload(as_csv([line(1)])),
                    open_now=False,
                    submission_key=key,
                ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = [one.result() for one in [pool.submit(sends) for _ in range(2)]]
    assert found[0] == found[1]
    colleague = person("lead2@example.org", "responder_lead", world.police)
    with acting_as(colleague), pytest.raises(Refused):
        actions.bring(
            world.police,
            actor=colleague,
            at=timezone.now(),
            file=upload(as_csv([line(1)])),
            open_now=False,
            submission_key=key,
        )


def test_a_step_writes_no_column_that_it_did_not_change(world: Any) -> None:
    register = checked(world, *(line(n) for n in range(250)))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            actions.step(register, actor=world.lead, at=timezone.now())
    (written,) = [
        q["sql"] for q in asked if q["sql"].startswith('UPDATE "exchange_registerimport"')
    ]
    assert "told" not in written
    assert "mapping" not in written


def test_a_step_asks_no_more_of_the_database_for_many_rows_than_for_few(world: Any) -> None:
    """But that the vault keeps who a person is for their own case, one after the other."""
    vault = ("SELECT set_config", 'INSERT INTO "identities_disclosure"',
             'INSERT INTO "identities_fact"')  # fmt: skip
    counts = []
    for numbers in (range(3), range(10, 160)):
        register = checked(world, *(line(n) for n in numbers))
        with acting_as(world.lead):
            actions.start_run(register, actor=world.lead, at=timezone.now())
            with CaptureQueriesContext(connection) as asked:
                actions.step(register, actor=world.lead, at=timezone.now())
        counts.append(len([one for one in asked if not one["sql"].startswith(vault)]))
    assert Referral.objects.count() == 153
    assert counts[1] <= counts[0]


def test_paused_it_stands_still_and_goes_on_where_it_was(world: Any) -> None:
    register = checked(world, *(line(n) for n in range(250)))
    with acting_as(world.lead):
        at = timezone.now()
        row = actions.start_run(register, actor=world.lead, at=at)
        actions.step(row, actor=world.lead, at=at)
        actions.pause(row, actor=world.lead, at=at)
    assert not actions.work(register.pk, seconds=60)
    assert Referral.objects.count() == 200
    assert done(world, register, actions.start_run).brought_in == 250


# The file -----------------------------------------------------------------------------------------
def test_stopped_the_file_is_gone_and_what_is_in_stays(world: Any) -> None:
    register = checked(world, *(line(n) for n in range(250)))
    with acting_as(world.lead):
        at = timezone.now()
        row = actions.start_run(register, actor=world.lead, at=at)
        actions.step(row, actor=world.lead, at=at)
    register = done(world, register, actions.stop)
    assert (register.state, register.told, Referral.objects.count()) == ("stopped", None, 200)
    with acting_as(world.lead):
        assert not RegisterPart.objects.exists()


def test_the_file_is_sealed_and_goes_by_itself_where_nobody_goes_on(world: Any) -> None:
    register = checked(world, line(7))
    with acting_as(world.lead):
        kept = b"".join(bytes(part.data) for part in RegisterPart.objects.all())
        assert told_of(register).name == "register.csv"
    assert kept
    assert b"Baf" not in kept
    assert "P0000007" not in str(kept)
    with acting_as(world.lead):
        late = register.delete_on - timedelta(days=100)
        RegisterImport.objects.filter(pk=register.pk).update(delete_on=late)
    with acting_as(User.objects.system()):
        actions.forget_files()
    register = again(world, register)
    assert (register.state, register.told) == ("abandoned", None)
    with acting_as(world.lead):
        assert not RegisterPart.objects.exists()
        assert not RegisterToken.objects.exists()


def test_a_register_that_somebody_is_at_is_not_forgotten_meanwhile(world: Any) -> None:
    register = checked(world, line(7))
    with acting_as(world.lead):
        late = register.delete_on - timedelta(days=100)
        RegisterImport.objects.filter(pk=register.pk).update(delete_on=late)
    with somebody_at(register), acting_as(User.objects.system()):
        actions.forget_files()
    assert again(world, register).state == "checked"
    with acting_as(User.objects.system()):
        actions.forget_files()
    assert again(world, register).state == "abandoned"


def test_what_the_columns_meant_is_remembered_for_the_team_without_a_word_of_the_file(
    world: Any,
) -> None:
    heads = ("Wer?", "Geboren", "Geschlecht", "Eingang", "Ja")
    row = ["Ama Invented", "1/2/1990", "weiblich", "3/4/2019", "ja"]
    register = brought(world, as_csv([row], heads))
    assert register.mapping["columns"] == {}
    with acting_as(world.lead):
        word = actions.token_of("weiblich")
        actions.keep_mapping(
            register,
            actor=world.lead,
            at=timezone.now(),
            columns={
                "1": {"to": "name"},
                "2": {"to": "birth_date", "dates": "day"},
                "3": {"to": "sex", "words": {word: "female"}},
                "4": {"to": "received_on", "dates": "month"},
                "5": {"to": "consent_answer", "words": {actions.token_of("ja"): "given"}},
            },
            always=PLACE,
        )
    register = again(world, register)
    assert "geschlecht" not in str(register.remembered).lower() + str(register.mapping).lower()
    colleague = person("lead2@example.org", "responder_lead", world.police)
    world.users["lead2"] = colleague
    next_one = brought(world, as_csv([row], heads), who="lead2")
    assert next_one.mapping["columns"] == register.mapping["columns"]
    register = done(world, done(world, register, actions.start_check), actions.start_run)
    assert register.brought_in == 1
    case = Case.objects.get()
    assert timezone.localdate(case.opened_at).isoformat() == "2019-03-04"
    assert Referral.objects.get().answers["sex"] == "female"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"only,heads\r\n", "no rows"),
        (b'a,b\r\n"never closed,2\r\n', "Row 2 cannot be read"),
        (b"PK\x03\x04 no workbook", "damaged"),
        ("الاسم الكامل,DOB\r\nمحمد علي,01/02/1990\r\n".encode("cp1256"), "CSV UTF-8"),
        ("Prénom,DOB\r\nRené,01/02/1990\r\n".encode("cp1252"), "CSV UTF-8"),
        ("Prénom,DOB\r\nRené,01/02/1990\r\n".encode("utf-16-le"), "CSV UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(world: Any, content: bytes, why: str) -> None:
    register = brought(world, content)
    assert register.state == "unreadable"
    assert why in register.why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_are_read_in_the_letters_in_which_they_were_written(encoding: str) -> None:
    file = io.BytesIO("الاسم الكامل;DOB\r\nمحمد علي;01/02/1990\r\n".encode(encoding))
    assert list(reading.rows_of(file, reading.kind_of(file))) == [
        (1, ["الاسم الكامل", "DOB"]),
        (2, ["محمد علي", "01/02/1990"]),
    ]


def test_an_empty_file_is_not_taken(world: Any) -> None:
    with pytest.raises(Refused):
        brought(world, b"")


# Who ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["responder", "intake", "supervisor", "caseworker", "administrator"]
)
def test_who_does_not_lead_a_team_brings_in_no_register(world: Any, name: str) -> None:
    with pytest.raises(Forbidden):
        brought(world, as_csv([line(1)]), who=name)


def test_a_colleague_who_leads_too_reads_nothing_of_it(world: Any) -> None:
    register = checked(world, line(1))
    colleague = person("lead2@example.org", "responder_lead", world.police)
    with acting_as(colleague), pytest.raises(Hidden):
        actions.start_run(register, actor=colleague, at=timezone.now())
    with acting_as(colleague):
        assert not RegisterPart.objects.exists()
        assert not RegisterRow.objects.exists()
    client = world.client("lead")
    assert client.get(f"/registers/{register.pk}/").status_code == 200
    assert signed_in(colleague).get(f"/registers/{register.pk}/").status_code == 404


def test_whoever_leads_no_more_has_nothing_go_on(world: Any) -> None:
    register = checked(world, line(1))
    with acting_as(world.lead):
        actions.start_run(register, actor=world.lead, at=timezone.now())
    world.lead.memberships.all().delete()
    assert not actions.work(register.pk, seconds=60)
    assert not Referral.objects.exists()


# The pages ----------------------------------------------------------------------------------------
def test_the_lead_brings_one_in_on_the_pages(world: Any) -> None:
    client = world.client("lead")
    file = io.BytesIO(as_csv([line(1), line(2, sex="Weiblich"), line(3, passport="P0000001")]))
    file.name = "Ama Invented.csv"
    sent = client.post(
        "/registers/",
        {
            "file": file,
            "organisation": str(world.police.pk),
            "what": "ended",
            "submission_key": str(world.lead.pk),
        },
    )
    assert sent.status_code == 302, sent.content
    page = sent["Location"]
    assert "meta http-equiv" in client.get(page).content.decode()
    with acting_as(world.lead):
        register = RegisterImport.objects.get()
    worked(register)
    assert "Ama Invented.csv" in client.get(page).content.decode()
    asked = client.post(page, {"do": "check"})
    assert asked.status_code == 422
    assert "Where did you meet the person?" in asked.content.decode()
    form = client.get(f"{page}mapping/")
    assert "Column B: Full name" in form.content.decode()
    values = {name: field.initial or "" for name, field in form.context["form"].fields.items()}
    assert any(values[name] == "?" for name in values if name.startswith("word_4_"))
    words = {name: "female" for name in values if values[name] == "?"}
    kept = client.post(
        f"{page}mapping/", {**values, **words, "always_jurisdiction": "england", "check": "1"}
    )
    assert kept["Location"] == page
    assert client.post(page, {"do": "check"}).status_code == 302
    worked(register)
    register = again(world, register)
    assert (register.wrong, register.alike) == (0, 1)
    rows = client.get(f"{page}rows/?state=alike").content.decode()
    assert "row 2" in rows
    assert client.post(f"{page}rows/", {"row_4": "leave"}).status_code == 302
    assert client.post(page, {"do": "run"}).status_code == 302
    worked(register)
    assert "Done" in client.get(page).content.decode()
    assert Referral.objects.count() == 2
    table = client.get(f"{page}rows/?as=csv")
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert table.content.decode().splitlines() == ["Row,Column,Reason"]
    assert not Event.objects.filter(data__icontains="Invented").exists()
