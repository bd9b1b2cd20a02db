"""Drafts: whose they are, what they are under, and how they end."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.actions import drafting
from cases.actions.drafting import contents_of, save_page, start_draft
from cases.actions.referring import send_draft
from cases.models import Draft, InboxItem, Referral
from cases.rules.referral_form import form_for
from identities.crypto import Unreadable
from identities.models import PersonKey
from nrm.accounts.models import User
from nrm.actions import Changed, Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.intake.answers import ADULT, DECLINES
from tests.intake.test_receiving import clear_text_of_the_database, receive


def draft_of(world: Any, at: Any, **answers: Any) -> Draft:
    """A draft of the police with these answers."""
    draft = start_draft(world.police, actor=world.responder, at=at, profile=world.profile)
    for page in form_for(world.profile).pages:
        asked = {q.code for q in page.questions}
        mine = {code: value for code, value in answers.items() if code in asked}
        if mine and not page.part:
            draft = save_page(
                draft,
                actor=world.responder,
                at=at,
                page=page.code,
                answers=mine,
                version=draft.version,
            )
    return draft


def keys_of(person_id: Any) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keys.person_key WHERE person_id = %s", [person_id])
        row = cursor.fetchone()
    return int(row[0])


def test_a_draft_is_kept_under_the_persons_key(world: Any, at: Any) -> None:
    draft = draft_of(world, at, name="Zamira Hoxhaj", family="A sister in Vlora")
    assert "Zamira" not in clear_text_of_the_database()
    assert "Vlora" not in clear_text_of_the_database()
    with acting_as(world.responder):
        assert contents_of(draft).answers["name"] == "Zamira Hoxhaj"
    PersonKey.objects.filter(person_id=draft.person_id).delete()
    with acting_as(world.responder), pytest.raises(Unreadable):
        contents_of(draft)


def test_the_terms_of_the_profile_say_when_a_draft_ends(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    day = timezone.localdate(at)
    assert draft.warn_on == day + timedelta(days=21)
    assert draft.delete_on == day + timedelta(days=28)
    later = at + timedelta(days=10)
    draft = save_page(
        draft,
        actor=world.responder,
        at=later,
        page="danger",
        answers={"danger_now": "no"},
        version=1,
    )
    assert draft.delete_on == timezone.localdate(later) + timedelta(days=28)


def test_the_team_is_warned_once_and_then_the_worker_destroys_draft_and_key(
    world: Any, at: Any, as_worker: Any
) -> None:
    draft = draft_of(world, at)
    kept = draft_of(world, at + timedelta(days=20))
    system = User.objects.system()
    with as_worker():
        on_day_20 = at + timedelta(days=20)
        assert drafting.warn_of_expiring_drafts(actor=system, at=on_day_20) == 0
        on_day_22 = at + timedelta(days=22)
        assert drafting.warn_of_expiring_drafts(actor=system, at=on_day_22) == 1
        assert drafting.warn_of_expiring_drafts(actor=system, at=on_day_22) == 0
        assert drafting.clear_expired_drafts(actor=system, at=at + timedelta(days=28)) == 0
        assert drafting.clear_expired_drafts(actor=system, at=at + timedelta(days=29)) == 1
        assert drafting.clear_expired_drafts(actor=system, at=at + timedelta(days=29)) == 0
    assert list(Draft.objects.all()) == [kept]
    assert keys_of(draft.person_id) == 0
    assert keys_of(kept.person_id) == 1
    told = InboxItem.objects.filter(kind="draft_expiring")
    assert {item.user for item in told} == {world.responder, world.lead}
    event = Event.objects.get(verb="draft.expired")
    assert event.data["key_destroyed"] is True
    assert event.actor_id == system.pk


def test_the_key_of_a_person_with_a_case_outlives_a_draft(
    world: Any, at: Any, as_worker: Any
) -> None:
    notified = receive(world, at, DECLINES)
    draft = start_draft(
        world.police, actor=world.responder, at=at, profile=world.profile, follows=notified
    )
    assert draft.person_id == notified.case.person_id
    with as_worker():
        later = at + timedelta(days=29)
        drafting.clear_expired_drafts(actor=User.objects.system(), at=later)
    assert not Draft.objects.exists()
    assert keys_of(draft.person_id) == 1


def test_the_worker_can_read_no_key(world: Any, at: Any, as_worker: Any) -> None:
    from django.db import ProgrammingError

    draft_of(world, at)
    with as_worker(), pytest.raises(ProgrammingError), acting_as(User.objects.system()):
        PersonKey.objects.count()


def test_nobody_but_the_system_ends_drafts(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    Draft.objects.filter(pk=draft.pk).update(delete_on=timezone.localdate(at) - timedelta(days=1))
    with pytest.raises(Forbidden):
        drafting.clear_expired_drafts(actor=world.administrator, at=at)
    assert Draft.objects.exists()


def test_discarding_destroys_the_key_too(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    drafting.discard(draft, actor=world.responder2, at=at)
    assert keys_of(draft.person_id) == 0
    with pytest.raises(Hidden):
        drafting.discard(draft, actor=world.responder2, at=at)


def test_another_team_cannot_open_save_hand_over_send_or_discard(world: Any, at: Any) -> None:
    draft = draft_of(world, at, **ADULT)
    other: dict[str, Any] = {"actor": world.other_responder, "at": at}
    for attempt in (
        lambda: drafting.open_draft(draft, **other),
        lambda: save_page(draft, page="danger", answers={}, version=1, **other),
        lambda: drafting.hand_over(draft, to=world.other_responder, **other),
        lambda: drafting.discard(draft, **other),
        lambda: send_draft(draft, submission_key=draft.submission_key, **other),
    ):
        with pytest.raises(Hidden):
            attempt()
    with pytest.raises(Forbidden):
        drafting.open_draft(draft, actor=world.caseworker, at=at)


def test_who_left_the_organisation_no_longer_opens_its_drafts(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    world.responder.memberships.all().delete()
    with pytest.raises(Forbidden):
        drafting.open_draft(draft, actor=world.responder, at=at)


def test_ones_own_second_window_does_not_overwrite_the_first(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    by: dict[str, Any] = {"actor": world.responder, "at": at, "page": "treatment"}
    save_page(draft, answers={"how_treated": "one window"}, version=draft.version, **by)
    with pytest.raises(Changed):
        save_page(draft, answers={"how_treated": "the other"}, version=draft.version, **by)
    # A second press of the same button is no clash.
    save_page(draft, answers={"how_treated": "one window"}, version=draft.version, **by)
    with acting_as(world.responder):
        assert contents_of(Draft.objects.get()).answers["how_treated"] == "one window"


def test_a_page_saved_by_a_colleague_since_is_not_overwritten(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    first = save_page(
        draft,
        actor=world.responder,
        at=at,
        page="treatment",
        answers={"how_treated": "mine"},
        version=draft.version,
    )
    with pytest.raises(Changed):
        save_page(
            draft,
            actor=world.responder2,
            at=at,
            page="treatment",
            answers={"how_treated": "theirs"},
            version=draft.version,
        )
    with acting_as(world.responder):
        assert contents_of(Draft.objects.get()).answers["how_treated"] == "mine"
    save_page(
        first,
        actor=world.responder2,
        at=at,
        page="treatment",
        answers={"how_treated": "both"},
        version=first.version,
    )


def test_a_page_takes_its_own_questions_only(world: Any, at: Any) -> None:
    draft = draft_of(world, at)
    with pytest.raises(Refused) as refusal:
        save_page(
            draft,
            actor=world.responder,
            at=at,
            page="danger",
            answers={"name": "x", "danger_now": "perhaps"},
            version=1,
        )
    assert refusal.value.objections[0].field == "name"
    with pytest.raises(Hidden):
        save_page(draft, actor=world.responder, at=at, page="nowhere", answers={}, version=1)


def test_starting_twice_with_one_key_makes_one_draft(world: Any, at: Any) -> None:
    key = uuid4()
    client = world.client("responder")
    for _ in range(3):
        data = {"danger_now": "no", "submission_key": str(key)}
        assert client.post(reverse("referral_start"), data).status_code == 302
    assert Draft.objects.count() == 1
    assert Event.objects.filter(verb="draft.started").count() == 1


def test_starting_again_with_the_key_of_a_sent_draft_is_another_referral(
    world: Any, at: Any
) -> None:
    key = uuid4()
    by: dict[str, Any] = {"actor": world.responder, "at": at}
    for _ in range(2):
        draft = start_draft(world.police, profile=world.profile, submission_key=key, **by)
        for page in ("danger", "who", "consent"):
            asked = {q.code for q in form_for(world.profile).page(page).questions}
            mine = {code: value for code, value in ADULT.items() if code in asked}
            draft = save_page(draft, page=page, answers=mine, version=draft.version, **by)
        send_draft(draft, submission_key=draft.submission_key, **by)
    assert Referral.objects.count() == 2


def test_ten_clicks_at_once_send_one_referral(world: Any, at: Any) -> None:
    draft = draft_of(world, at, **ADULT)
    clients = [world.client("responder") for _ in range(10)]
    url, answers = reverse("draft_check", args=[draft.pk]), []

    def click(client: Client) -> None:
        try:
            response = client.post(url, {"submission_key": str(draft.submission_key)})
            answers.append((response.status_code, response.headers.get("Location")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    referral = Referral.objects.get()
    expected = (302, reverse("referral_receipt", args=[referral.receipt]))
    assert answers == [expected] * 10
    assert InboxItem.objects.filter(kind="referral_received").count() == 1
    again = clients[0].post(url, {"submission_key": str(draft.submission_key)})
    assert (again.status_code, again.headers["Location"]) == expected
    assert clients[0].post(url, {"submission_key": str(uuid4())}).status_code == 404


def test_starting_ten_times_at_once_makes_one_draft(world: Any, at: Any) -> None:
    key, made, failed = uuid4(), [], []

    def run() -> None:
        try:
            draft = start_draft(
                world.police,
                actor=User.objects.get(pk=world.responder.pk),
                at=at,
                profile=world.profile,
                submission_key=key,
            )
            made.append(draft.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(made) == 10
    assert Draft.objects.values_list("pk", flat=True).get() == made[0]


# Of each page, with those of the session and the context.
QUERIES = {
    "referrals": 10,
    "drafts": 8,
    "draft": 14,
    "draft_check": 14,
    "draft_page": 14,
    "referral": 11,
    "referral_receipt": 10,
}


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_for_25_and_50_rows(world: Any, at: Any) -> None:
    client = world.client("responder")
    counts: dict[str, list[int]] = {}
    for size in (25, 50):
        for index in range(25):
            moment = at + timedelta(seconds=size + index)
            start_draft(world.police, actor=world.responder, at=moment, profile=world.profile)
            receive(world, moment, ADULT)
        draft, referral = Draft.objects.first(), Referral.objects.first()
        assert draft
        assert referral
        for name, args in (
            ("referrals", []),
            ("drafts", []),
            ("draft", [draft.pk]),
            ("draft_check", [draft.pk]),
            ("draft_page", [draft.pk, "who"]),
            ("referral", [referral.receipt]),
            ("referral_receipt", [referral.receipt]),
        ):
            counts.setdefault(name, []).append(queries(client, reverse(name, args=args)))
    assert counts == {name: [count, count] for name, count in QUERIES.items()}
    page = client.get(reverse("referrals")).content.decode()
    assert page.count('data-label="Next date"') == 25
    assert 'rel="next"' in page


def test_a_copy_of_the_draft_opens_no_more_once_a_notification_was_sent_without_identity(
    world: Any, at: Any
) -> None:
    """A backup holds the draft's sealed answers; without their key they say nothing."""
    draft = draft_of(world, at, name="Zamira Hoxhaj", **DECLINES)
    copy = Draft.objects.select_related("person").get(pk=draft.pk)
    before = copy.person_id
    referral = send_draft(draft, actor=world.responder, at=at, submission_key=draft.submission_key)
    assert referral.case.person_id != before
    assert referral.case.person.pseudonym == copy.person.pseudonym
    assert keys_of(before) == 0
    assert keys_of(referral.case.person_id) == 1
    with acting_as(world.responder), pytest.raises(Unreadable):
        contents_of(copy)
