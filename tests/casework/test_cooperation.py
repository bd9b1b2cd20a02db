"""Whether the person co-operates with police and courts: recorded, taken back, and never a
condition of anything."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.actions.cooperating import record_cooperation, withdraw_cooperation
from cases.actions.deciding import submit_for_review, withdraw_draft
from cases.models import Cooperation
from cases.rules import cooperation as rules
from cases.selectors.cooperation import cooperation_of
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.services import note_need, refer
from tests.api.tools import by_session
from tests.casework.people import assigned
from tests.decisions import road

ROOT = Path(__file__).resolve().parents[2]
WORDS = "Only behind a screen, says Zanzibar-Quill."
NEVER = {"answer": "declined", "ways": [], "words": ""}
LATER = {"answer": "time", "ways": [], "words": ""}


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def said(world, case, at, who="caseworker", key=None, **more):
    told = {
        "answer": "agreed",
        "ways": ["witness", "special_measures"],
        "words": WORDS,
        "said_on": at.date(),
        "explained_by": "interpreter",
        "language": "sq",
        "interpreter": "in_person",
        "told_free": True,
    }
    by = {"actor": world.users[who], "at": at, "submission_key": key}
    with acting_as(world.users[who]):
        return record_cooperation(case, values={**told, **more}, **by)


def test_what_the_person_said_is_kept_whole_and_taken_back_at_any_time(world, case, at):
    first = said(world, case, at, **LATER)
    row = said(world, case, at + timedelta(hours=1))
    assert b"Zanzibar" not in bytes(row.words)
    now, before = cooperation_of(case)
    assert (now.row, now.holds, now.words, before.row) == (row, True, WORDS, first)
    told = {one["key"]: one["value"] for one in now.rows}
    assert told["How"].splitlines() == [
        "Is a witness in court",
        "Only with special measures: a screen, a video link, no public",
    ]
    assert (told["Language"], told["Explained by"]) == ("Albanian", "An interpreter")
    assert told["Told that help does not depend on it"] == "Yes"
    withdraw_cooperation(case, actor=world.supervisor, at=at + timedelta(days=1))
    assert [(one.answer, one.holds) for one in cooperation_of(case)] == [
        ("Taken back", False),
        ("They want time to think", False),
    ]
    with pytest.raises(Refused):
        withdraw_cooperation(case, actor=world.supervisor, at=at)
    assert Event.objects.filter(verb="cooperation.recorded").latest("id").data == {
        "answer": "agreed",
        "ways": ["witness", "special_measures"],
    }


def test_nothing_is_kept_unless_they_were_told_that_help_does_not_depend_on_it(world, case, at):
    with pytest.raises(Refused) as refused:
        said(world, case, at, told_free=False)
    assert [(o.field, o.code) for o in refused.value.objections] == [("told_free", "not_told")]
    row = said(world, case, at)
    row.pk, row.told_free, row.submission_key = None, False, None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_every_fault_is_told_at_once_and_twice_with_one_key_is_once(world, case, at):
    bad = {"ways": ["drum"], "said_on": at.date() + timedelta(1), "explained_by": "", "words": "x"}
    bad |= {"language": "qq", "interpreter": "x", "told_free": None, "words": "x" * 2001}
    with pytest.raises(Refused) as refused:
        said(world, case, at, **bad)
    fields = {o.field for o in refused.value.objections}
    assert fields == {*rules.VALUES} - {"answer"}
    for more, field in (
        ({"ways": []}, "ways"),
        ({"answer": "time"}, "ways"),
        ({"answer": ""}, "answer"),
    ):
        with pytest.raises(Refused) as refused:
            said(world, case, at, **more)
        assert [o.field for o in refused.value.objections] == [field]
    key = "0d7b0a0e-5a1c-4f5e-9a53-7f6f7a7a7a7b"
    assert said(world, case, at, key=key).pk == said(world, case, at, key=key).pk
    assert Cooperation.objects.count() == 1


def test_who_reads_the_consents_reads_it_and_nobody_else(world, case, at):
    said(world, case, at)
    page = reverse("case_people", args=[case.reference])
    for who in ("caseworker", "supervisor", "intake"):
        text = world.client(who).get(page).content.decode()
        assert "Is a witness in court" in text
        assert "Zanzibar-Quill" in text
    for who, status in (
        ("responder", 403),
        ("provider", 404),
        ("liaison", 404),
        ("caseworker2", 404),
    ):
        assert world.client(who).get(page).status_code == status
    url = reverse("case_cooperation", args=[case.reference])
    for who, status in (
        ("intake", 403),
        ("responder", 403),
        ("liaison", 404),
        ("caseworker2", 404),
    ):
        assert world.client(who).get(url).status_code == status
        with pytest.raises(Forbidden if status == 403 else Hidden):
            said(world, case, at, who=who)


@pytest.mark.parametrize("answer", [NEVER, LATER, {}, "taken back"])
def test_decisions_and_services_meet_the_same_objections_whatever_they_said(world, answer):
    at = road.day(2026, 3, 2)

    def objections(case):
        """Everything that stands against a decision that lacks much, and a service without
        consent; then both are made whole, and done."""
        bare = road.drafted(world, case, at=at, reasons={}, answers={}, grounds=())
        needed = note_need(
            case, actor=world.caseworker, at=at, code="accommodation", urgency="soon"
        )
        found = []
        for run in (
            lambda: submit_for_review(bare, actor=world.caseworker, at=at),
            lambda: refer(
                needed, actor=world.caseworker, at=at, organisation=world.provider_house.pk
            ),
        ):
            with pytest.raises(Refused) as refused:
                run()
            found.append({(one.field, one.code, one.text) for one in refused.value.objections})
        withdraw_draft(bare, actor=world.caseworker, at=at)
        assert road.made(world, case, at=at).state == "made"
        return found

    asked, other = (road.ready_case(world, at=at) for _twice in range(2))
    said(world, asked, at, **(answer if isinstance(answer, dict) else {}))
    if answer == "taken back":
        withdraw_cooperation(asked, actor=world.caseworker, at=at)
    found = objections(asked)
    assert found == objections(other)
    assert all(found)


def test_nothing_else_reads_it():
    """Only what records and shows it: no rule, action, clock or list of another noun."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for room in ("cases", "protection", "screening", "exchange", "reporting")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"cooperations\b|\bCooperation\b|cooperation_of", path.read_text())
        and "migrations" not in path.parts
    }
    assert readers == {
        "cases/actions/cooperating.py",
        "cases/api/access.py",
        "cases/api/cooperation.py",
        "cases/models/__init__.py",
        "cases/models/cooperation.py",
        "cases/selectors/cooperation.py",
        "cases/views/case.py",
        "cases/views/cooperation.py",
    }


def test_pages_and_programs_record_it_and_take_it_back(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_cooperation", args=[case.reference])
    assert "Help does not depend on" in client.get(url).content.decode()
    sent = {
        "answer": "agreed",
        "ways": ["statement"],
        "words": "<b>not alone</b>",
        "explained_by": "me",
        "language": "sq",
        "interpreter": "none",
    }
    on = {"said_on_day": "1", "said_on_month": "1", "said_on_year": "2026"}
    answer = client.post(url, {**sent, **on})
    assert answer.status_code == 422
    assert "confirm that they were told" in answer.content.decode()
    assert "&lt;b&gt;not alone" in answer.content.decode()
    assert client.post(url, {**sent, **on, "told_free": "on"}).status_code == 302
    text = client.get(url).content.decode()
    assert "They co-operate" in text
    assert "&lt;b&gt;not alone" in text
    end = reverse("case_cooperation_withdrawal", args=[case.reference])
    assert "does not co-operate any more" in client.post(end, follow=True).content.decode()
    assert "does not co-operate now" in client.post(end, follow=True).content.decode()
    where = f"/api/v1/cases/{case.reference}/cooperation/"
    caller = by_session(world.caseworker)
    sent |= {"said_on": str(date(2026, 1, 1))}
    assert caller.post(where, {**sent, "told_free": False}, format="json").status_code == 422
    made = caller.post(where, {**sent, "told_free": True}, format="json")
    assert (made.status_code, made.json()["withdrawn_at"]) == (201, None), made.json()
    assert len(caller.get(where).json()["results"]) == 2
    people = caller.get(f"/api/v1/cases/{case.reference}/people/").json()
    assert people["cooperation"]["answer"] == "They co-operate"
    assert caller.post(f"{where}withdrawal/").json()["results"][0]["withdrawn_at"]
