"""Counselling: a session is held with an interpreter who is right or it is none, and what a
counsellor writes nobody reads but their own organisation, while it gives the service."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.assigning import bring_near
from cases.actions.confidentiality import change_confidentiality
from cases.actions.contact import record_contact
from cases.actions.sharing import withdraw_consent
from cases.models import InboxItem
from nrm.accounts.models import Membership, Organisation, RoleGroup
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import SYSTEM, acting_as
from protection.actions.counselling import (
    book_interpreter,
    plan_session,
    record_outcome,
    write_clinical_note,
)
from protection.actions.services import answer, end_service, refer
from protection.models import ClinicalNote, Session, SessionPrivate
from protection.selectors.counselling import notes_of, private_of, sessions_held
from tests.api.tools import api, field_errors
from tests.casework.people import assigned
from tests.intake.answers import FULL
from tests.protection.test_services import agree, need, refusals
from tests.world import person

NOTE = "She wakes at four and counts the doors."
WHERE = "The library at Cross Lane"
TABLES = ("protection_clinicalnote", "protection_sessionprivate")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


@pytest.fixture
def service(world, case, at):
    """Counselling, accepted by the provider."""
    agree(world, case, at)
    row = refer(
        need(world, case, at, "counselling"),
        actor=world.caseworker,
        at=at,
        organisation=world.provider_house.pk,
    )
    return answer(row, actor=world.provider, at=at, answer="accept")


def plan(world, service, at, **more):
    told = {
        "starts_at": at + timedelta(hours=1),
        "modality": "in_person",
        "venue": "public",
        "address": WHERE,
        "interpreter": "booked",
        "language": "sq",
        "dialect": "Gheg",
        "interpreter_sex": "female",
    }
    return plan_session(service, actor=world.provider, at=at, **{**told, **more})


@pytest.fixture
def noted(world, service, at):
    session = plan(world, service, at)
    write_clinical_note(session, actor=world.provider, at=at, text=NOTE)
    return session


def rows(user, table):
    """How many rows the database alone shows to somebody."""
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def nobody_reads(world, *but):
    for name, user in world.users.items():
        for table in TABLES:
            assert rows(user, table) == (name in but), (name, table)
    for table in TABLES:
        assert rows(SYSTEM, table) == 0


def test_the_database_shows_a_note_to_the_providers_own_people_and_to_nobody_else(
    world, case, noted, at
):
    far = Organisation.objects.create(name="Far House", kind="provider", profile="uk")
    world.users["far"] = person("far@example.org", Role.PROTECTION_PROVIDER, far)
    # Also not where another provider is near to the case, and has a service of its own there.
    bring_near(case, actor=world.supervisor, at=at, organisation=far)
    agree(world, case, at, purpose="health")
    refer(
        need(world, case, at, "mental_health"),
        actor=world.caseworker,
        at=at,
        organisation=far.pk,
    )
    nobody_reads(world, "provider")
    with acting_as(world.provider):
        assert [one.text for one in notes_of(noted)] == [NOTE]
        private = private_of(Session.objects.get(pk=noted.pk))
        assert (private.address, private.dialect) == (WHERE, "Gheg")
        assert NOTE.encode() not in bytes(ClinicalNote.objects.get().text)
    with acting_as(world.supervisor):
        assert Session.objects.filter(pk=noted.pk).exists()
        assert notes_of(noted) == []


def test_no_page_of_the_case_shows_more_than_that_sessions_took_place(world, case, noted, at):
    record_outcome(
        noted, actor=world.provider, at=at + timedelta(hours=2), outcome="attended", fit="good"
    )
    own = reverse("service", args=[case.reference, noted.service_id])
    theirs = reverse("counselling_session", args=[noted.service_id, noted.pk])
    for name in ("caseworker", "supervisor"):
        page = world.client(name).get(own).content.decode()
        assert "Attended" in page
        assert NOTE not in page
        assert "Gheg" not in page
        assert WHERE not in page
        assert world.client(name).get(theirs).status_code == 403
        timeline = world.client(name).get(reverse("case_timeline", args=[case.reference]))
        assert "The provider wrote a note" not in timeline.content.decode()
        with pytest.raises(Forbidden):
            write_clinical_note(noted, actor=world.users[name], at=at, text="Mine.")
    page = world.client("provider").get(theirs).content.decode()
    assert NOTE in page
    assert WHERE in page
    assert case.reference not in page
    looked = Event.objects.filter(verb="counselling.viewed", case_id=case.pk).latest("id")
    assert looked.data["notes"] == [str(ClinicalNote.objects.get().pk)]


@pytest.mark.parametrize("how", ["complete", "end", "caseworker", "withdrawn", "sealed"])
def test_with_the_end_of_the_service_the_notes_are_shut_to_everybody(world, case, noted, at, how):
    by = {"actor": world.caseworker, "at": at}
    service = noted.service
    later = plan(world, service, at, starts_at=at + timedelta(days=3))
    if how == "complete":
        answer(service, actor=world.provider, at=at, answer="start")
        answer(service, actor=world.provider, at=at, answer="complete")
    elif how == "end":
        answer(service, actor=world.provider, at=at, answer="end", reason="moved_on")
    elif how == "caseworker":
        end_service(service, reason="not_needed", **by)
    elif how == "withdrawn":
        withdraw_consent(case.consents.get(purpose="support"), **by)
    else:
        change_confidentiality(
            case,
            actor=world.supervisor,
            at=at,
            level="sealed",
            reason="insider_risk",
            people={world.caseworker.pk},
        )
    nobody_reads(world)
    page = reverse("counselling_session", args=[service.pk, noted.pk])
    assert world.client("provider").get(page).status_code == 404
    with pytest.raises(Hidden):
        write_clinical_note(noted, actor=world.provider, at=at, text=NOTE)
    if how != "sealed":
        later.refresh_from_db()
        assert (later.state, later.cancelled_by) == ("cancelled", "ended")


def test_whoever_also_supervises_reads_as_a_counsellor_and_not_after_the_end(
    world, case, noted, at
):
    group = RoleGroup.of(case.authority, Role.SUPERVISOR)
    Membership.objects.create(user=world.provider, group=group)
    nobody_reads(world, "provider")
    end_service(noted.service, actor=world.caseworker, at=at, reason="not_needed")
    with acting_as(world.provider):
        assert Session.objects.filter(pk=noted.pk).exists()  # as the supervisor of the case
    nobody_reads(world)


def test_a_session_with_an_interpreter_who_is_not_right_is_ended_and_was_not_held(
    world, service, at
):
    session, further = (
        plan(world, service, at, starts_at=at + timedelta(hours=n), interpreter="booked")
        for n in (1, 48)
    )
    by = {"actor": world.provider, "at": at + timedelta(hours=2)}
    told = refusals(record_outcome, session, outcome="attended", fit="bad", **by)
    assert "was not held" in told["outcome"]
    assert "fit" in refusals(record_outcome, session, outcome="attended", **by)
    record_outcome(session, outcome="stopped", **by)
    with acting_as(world.caseworker):
        held = sessions_held(service, at=by["at"])
    assert dict(held.counts) == {"Planned": 1, "Ended early: the interpreter was not right": 1}
    # Another interpreter is to be found for the next one.
    further.refresh_from_db()
    assert further.interpreter == "needed"
    assert refusals(record_outcome, session, outcome="attended", fit="good", **by)
    # Nor does the database count it as held, whoever writes.
    for wrong in (
        {"state": "attended", "fit": "bad"},
        {"state": "attended", "fit": "good", "interpreter": "needed"},
        {"state": "stopped", "fit": "good"},
    ):
        with acting_as(world.provider), pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.filter(pk=session.pk).update(**wrong)


def test_a_session_is_not_held_without_the_interpreter_who_was_needed(world, service, at):
    session = plan(world, service, at, interpreter="needed")
    by = {"actor": world.provider, "at": at + timedelta(hours=2)}
    told = refusals(record_outcome, session, outcome="attended", fit="good", **by)
    assert "none was booked" in told["outcome"]
    book_interpreter(session, **by)
    assert refusals(book_interpreter, session, **by)
    assert record_outcome(session, outcome="attended", fit="good", **by).state == "attended"


def test_what_stands_in_the_way_of_a_session_is_told_all_at_once(world, case, service, at):
    told = refusals(
        plan, world, service, at,
        starts_at=at - timedelta(days=9), venue="", language="xx", interpreter_sex="",
    )  # fmt: skip
    assert set(told) == {"starts_at", "venue", "language", "interpreter_sex"}
    plan(world, service, at)
    assert "already" in refusals(plan, world, service, at)["starts_at"]
    # From a distance only where a way to reach the person is marked safe.
    marks = dict.fromkeys(("call", "text", "voicemail", "email", "post"), "unsafe")
    record_contact(
        case,
        actor=world.caseworker,
        at=at + timedelta(seconds=1),
        ways={**marks, "text": "safe"},
        details={},
    )
    day = {"starts_at": at + timedelta(days=1), "venue": ""}
    assert "modality" in refusals(plan, world, service, at, modality="telephone", **day)
    assert plan(world, service, at, modality="video", **day).venue == ""


def test_a_session_that_has_not_begun_can_only_be_cancelled(world, service, at):
    session = plan(world, service, at)
    by = {"actor": world.provider, "at": at}
    for outcome in ("attended", "missed", "stopped"):
        assert "outcome" in refusals(record_outcome, session, outcome=outcome, fit="good", **by)
    done = record_outcome(session, outcome="cancelled_by_person", **by)
    assert (done.state, done.cancelled_by) == ("cancelled", "person")


def test_the_caseworker_is_told_once_where_a_person_does_not_come(world, case, service, at):
    session = plan(world, service, at, interpreter="none")
    by = {"actor": world.provider, "at": at + timedelta(hours=2)}
    record_outcome(session, outcome="missed", **by)
    with pytest.raises(Refused):
        record_outcome(session, outcome="missed", **by)
    told = InboxItem.objects.filter(kind="session_missed")
    assert [item.user_id for item in told] == [world.caseworker.pk]


def test_a_session_is_planned_with_whom_the_provider_accepted_for_counselling_alone(
    world, case, at
):
    agree(world, case, at)
    by = {"actor": world.caseworker, "at": at, "organisation": world.provider_house.pk}
    asked = refer(need(world, case, at, "counselling"), **by)
    assert "Accept" in refusals(plan, world, asked, at)[None]
    other = refer(need(world, case, at, "accommodation"), **by)
    answer(other, actor=world.provider, at=at, answer="accept")
    with pytest.raises(Hidden):
        plan(world, other, at)
    assert world.client("provider").get(reverse("counselling", args=[other.pk])).status_code == 404


def test_a_note_is_written_once_however_often_it_is_sent_and_never_changed(world, noted, at):
    key, by = uuid4(), {"actor": world.provider, "at": at}
    first = write_clinical_note(noted, text="Again.", submission_key=key, **by)
    assert write_clinical_note(noted, text="Again.", submission_key=key, **by) == first
    assert "text" in refusals(write_clinical_note, noted, text="  ", **by)
    with acting_as(world.provider):
        assert ClinicalNote.objects.count() == 2
        for wrong in (
            "UPDATE protection_clinicalnote SET text = ''",
            "DELETE FROM protection_clinicalnote",
        ):
            with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
                connection.cursor().execute(wrong)
        assert SessionPrivate.objects.count() == 1


def test_how_the_person_is_spoken_with_is_passed_on_and_offered_for_a_session(
    world, case, service, at
):
    plan(world, service, at, language="fr", interpreter_sex="any", no_companions=False)
    record_contact(
        case,
        actor=world.caseworker,
        at=at,
        ways=dict.fromkeys(("call", "text", "voicemail", "email", "post"), "unknown"),
        details={},
        speaking={
            "language": "sq",
            "interpreter_needed": True,
            "dialect": "Gheg",
            "interpreter_sex": "female",
        },
    )
    house = world.client("provider")
    page = house.get(reverse("referred_person", args=[service.pk])).content.decode()
    assert "Albanian: interpreter needed, a woman, no family or companions" in page
    assert "Gheg" in page
    told = api(world.provider).get(reverse("api_referred_person", args=[service.pk])).json()
    assert told["dialect"] == "Gheg"
    form = house.get(f"{reverse('counselling', args=[service.pk])}new/").context["form"]
    offered = {
        "interpreter": "needed", "language": "sq", "dialect": "Gheg", "interpreter_sex": "female",
        "no_companions": True, "modality": "in_person", "venue": "public",
    }  # fmt: skip
    assert form.initial == offered


def test_each_step_on_the_pages_and_by_rest(world, case, service, at):
    house, program = world.client("provider"), api(world.provider)
    base = reverse("counselling", args=[service.pk])
    assert "No session yet" in house.get(base).content.decode()
    day = timezone.localdate() + timedelta(days=1)
    typed = {
        "starts_at_day": day.day, "starts_at_month": day.month, "starts_at_year": day.year,
        "time": "14h", "modality": "in_person", "venue": "public", "address": WHERE,
        "interpreter": "needed", "language": "Albanian", "interpreter_sex": "female",
        "no_companions": "on",
    }  # fmt: skip
    wrong = house.post(f"{base}new/", typed)
    assert wrong.status_code == 422
    assert "for example 14:30" in wrong.content.decode()
    assert WHERE in wrong.content.decode()
    listed = house.post(f"{base}new/", {**typed, "time": "14:30"}, follow=True)
    assert "Needed, not booked yet" in listed.content.decode()
    session = Session.objects.get()
    assert timezone.localtime(session.starts_at).strftime("%H:%M") == "14:30"
    one = f"{base}{session.pk}/"
    assert "booked is recorded" in house.post(f"{one}interpreter/", follow=True).content.decode()
    assert house.post(f"{one}notes/", {"text": ""}).status_code == 422
    page = house.post(f"{one}notes/", {"text": NOTE, "submission_key": uuid4()}, follow=True)
    assert NOTE in page.content.decode()
    done = house.post(one, {"outcome": "cancelled_by_interpreter"}, follow=True)
    assert "the interpreter could not come" in done.content.decode()

    rest = reverse("api_counselling", args=[service.pk])
    body = {
        "starts_at": (timezone.now() + timedelta(days=2)).isoformat(),
        "modality": "in_person", "venue": "clinic", "interpreter": "needed", "language": "sq",
        "dialect": "Gheg", "interpreter_sex": "female", "address": WHERE,
    }  # fmt: skip
    refused = program.post(rest, {**body, "language": ""})
    assert set(field_errors(refused)) == {"language"}
    made = program.post(rest, body)
    assert (made.status_code, made.json()["address"]) == (201, WHERE)
    one = f"{rest}{made.json()['id']}/"
    assert program.post(f"{one}interpreter/").json()["interpreter"] == "booked"
    told = program.post(f"{one}notes/", {"text": NOTE})
    assert [note["text"] for note in told.json()["notes"]] == [NOTE]
    ended = program.post(f"{one}outcome/", {"outcome": "cancelled_by_person"})
    assert ended.json()["state"] == "cancelled"
    assert program.get(one).json()["notes"][0]["author"] == world.provider.display_name
    assert [row["state"] for row in program.get(rest).json()["results"]] == ["cancelled"] * 2
    of_case = reverse("api_service_sessions", args=[case.reference, service.pk])
    for name in ("caseworker", "supervisor"):
        held = api(world.users[name]).get(of_case)
        assert {tuple(row) for row in held.json()["results"]} == {
            ("id", "starts_at", "state", "cancelled_by")
        }
        assert api(world.users[name]).get(one).status_code == 403
