"""Who a person is: on no page of the case, and on the answer to a reason alone."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from cases.actions.assigning import assign_case
from cases.actions.identity import show_identity
from identities import vault
from identities.models import Disclosure, Fact
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.casework.people import IDENTIFYING, assigned, referred
from tests.intake.answers import FULL
from tests.intake.test_receiving import receive

SEES_THE_CASE = ("case", "case_timeline", "case_notes", "case_people", "show_identity")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def url(case):
    return reverse("show_identity", args=[case.reference])


def ask(client, case, **answers):
    return client.post(url(case), {"purpose": "contact", "key": str(uuid4()), **answers})


def test_no_page_of_a_case_says_who_the_person_is(world, case):
    caseworker, supervisor = world.client("caseworker"), world.client("supervisor")
    pages = [caseworker.get(reverse(name, args=[case.reference])) for name in SEES_THE_CASE]
    pages += [caseworker.get(reverse(name)) for name in ("worklist", "inbox")]
    pages += [
        supervisor.get(reverse(name, args=[case.reference])) for name in ("case_access", "triage")
    ]
    pages += [supervisor.get(reverse(name)) for name in ("worklist", "intake_queue")]
    for page in pages:
        assert page.status_code == 200
        for word in IDENTIFYING:
            assert word not in page.content.decode(), (page.request["PATH_INFO"], word)


def test_a_caseworker_with_a_reason_is_shown_everything_on_that_answer(world, case):
    answer = ask(world.client("caseworker"), case)
    page = answer.content.decode()
    assert answer.status_code == 200
    for word in ("Zamira Hoxhaj", "Zamka", "+44 7700 900123", "BX4711829"):
        assert word in page
    assert answer["Cache-Control"] == "no-store"
    assert "Zamira" not in answer.request["PATH_INFO"]
    assert "Zamira" not in page[page.index("<title>") : page.index("</title>")]
    assert answer["Refresh"] == f"600; url={case.get_absolute_url()}"


def test_a_reveal_leaves_a_disclosure_and_an_event(world, case):
    before = Disclosure.objects.count()
    ask(world.client("caseworker"), case, purpose="other", reason="The court asked for it")
    row = Disclosure.objects.exclude(purpose="recording").get()
    assert Disclosure.objects.count() == before + 1
    assert (row.case_id, row.person_id) == (case.pk, case.person_id)
    assert row.actor_id == world.caseworker.pk
    assert row.purpose == "other"
    assert b"court" not in bytes(row.reason)
    event = Event.objects.get(verb="identity.shown")
    assert event.data["disclosure"] == str(row.pk)
    assert "court" not in str(event.data)


def test_looking_at_the_form_shows_nothing_and_discloses_nothing(world, case):
    before = Disclosure.objects.count()
    page = world.client("caseworker").get(url(case) + "?purpose=contact")
    assert "Zamira" not in page.content.decode()
    assert Disclosure.objects.count() == before


def test_the_same_form_sent_again_shows_nothing(world, case):
    client, key = world.client("caseworker"), str(uuid4())
    assert "Zamira" in ask(client, case, key=key).content.decode()
    again = ask(client, case, key=key)
    assert again.status_code == 409
    assert "Zamira" not in again.content.decode()
    assert "Say again why you need to see it." in again.content.decode()
    assert key not in again.content.decode()
    assert Disclosure.objects.exclude(purpose="recording").count() == 1


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"purpose": ""}, "Select why you need to see who this is"),
        ({"purpose": "curiosity"}, "Select one of the answers shown"),
        ({"purpose": "other", "reason": "  "}, "Say in a few words why you need to see"),
        ({"purpose": "other", "reason": "x" * 501}, "must be 500 characters or less"),
        ({"key": "not-a-key"}, "Enter a valid UUID"),
    ],
)
def test_without_a_good_reason_nothing_is_shown(world, case, answers, error):
    answer = ask(world.client("caseworker"), case, **answers)
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert "Zamira" not in answer.content.decode()
    assert not Disclosure.objects.exclude(purpose="recording").exists()


def test_intake_and_provider_are_refused_and_strangers_see_no_case(world, case, at):
    assert ask(world.client("intake"), case).status_code == 403
    assert ask(world.client("responder"), case).status_code == 403
    assert ask(world.client("other_caseworker"), case).status_code == 404
    assert not Disclosure.objects.exclude(purpose="recording").exists()
    for who, error in (("intake", Forbidden), ("other_supervisor", Hidden)):
        with pytest.raises(error):
            show_identity(case, actor=world.users[who], at=at, purpose="contact")


def test_an_unknown_person_is_shown_as_unknown(world, at):
    case = assigned(world, at=at)
    assert (
        "Nothing is known yet of who this is"
        in ask(world.client("caseworker"), case).content.decode()
    )


def test_the_action_names_every_objection_at_once(world, case, at):
    with pytest.raises(Refused) as refusal:
        show_identity(case, actor=world.caseworker, at=at, purpose="none", reason="x" * 501)
    assert [o.field for o in refusal.value.objections] == ["purpose", "reason"]


# What the database itself refuses --------------------------------------------------------------
def rows_of(person_id):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identities_fact WHERE person_id = %s", [person_id])
        return cursor.fetchone()[0]


def test_the_web_role_reads_no_identity_without_a_disclosure(world, case):
    with acting_as(world.caseworker, case_id=case.pk):
        assert rows_of(case.person_id) == 0
        assert Fact.objects.count() == 0


def test_a_disclosure_opens_one_person_to_one_actor_for_one_case_in_one_transaction(
    world, case, at
):
    other = referred(world, at=at, answers=FULL)
    with acting_as(world.caseworker, case_id=case.pk):
        vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
        assert rows_of(case.person_id) > 0
        assert rows_of(other.person_id) == 0
        with acting_as(world.caseworker, case_id=other.pk):
            assert rows_of(case.person_id) == 0
        with acting_as(world.supervisor, case_id=case.pk):
            assert rows_of(case.person_id) == 0
        assert rows_of(case.person_id) > 0
    with acting_as(world.caseworker, case_id=case.pk):
        assert rows_of(case.person_id) == 0


def test_nobody_acting_reads_nothing(world, case):
    with transaction.atomic():
        assert rows_of(case.person_id) == 0


def test_a_job_has_no_right_on_identities_or_keys(world, case, as_worker):
    with as_worker():
        for table in ("identities_fact", "identities_disclosure", "keys.person_key"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT count(*) FROM {table}")


def test_a_disclosure_cannot_be_backdated_or_made_for_somebody_else(world, case):
    with acting_as(world.caseworker, case_id=case.pk):
        row = Disclosure.objects.create(
            person_id=case.person_id,
            case_id=uuid4(),
            actor_id=world.supervisor.pk,
            purpose="contact",
            xact=1,
            at="1990-01-01T00:00:00Z",
        )
        row.refresh_from_db()
        assert row.actor_id == world.caseworker.pk
        assert row.case_id == case.pk
        assert row.at.year > 2000


def test_what_an_import_put_aside_is_listed_on_the_case_and_opened_with_the_identity(world, at):
    referral = receive(
        world,
        at,
        FULL,
        unknown_keys=["Customer.Middlename"],
        unknown_values={"Customer.Middlename": "Ottoline"},
    )
    world_case = referral.case
    assign_case(world_case, actor=world.intake, at=at, caseworker=world.caseworker)
    client = world.client("caseworker")
    told = client.get(reverse("case_referral", args=[world_case.reference])).content.decode()
    assert "Customer.Middlename" in told
    assert "Ottoline" not in told
    assert "Ottoline" in ask(client, world_case).content.decode()


@pytest.mark.parametrize("external_id", ["Amara Okafor 1999", "a/b", "x" * 65, "é"])
def test_an_external_id_is_a_code_and_never_words(world, at, external_id):
    with pytest.raises(Refused):
        receive(world, at, FULL, external_id=external_id)
