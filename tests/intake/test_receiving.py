"""A referral received whole: what becomes of each answer, and what never does."""

import re
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from cases.actions.referring import receive_referral
from cases.models import Consent, Referral, SafeContact
from cases.models.case import CaseKind
from cases.models.referral import Source
from identities import vault
from identities.crypto import unseal, unseal_json
from identities.models import Fact
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.intake.answers import ADULT, CHILD, DECLINES, FULL, IDENTITY
from tests.watching import looking_as


def receive(world: Any, at: Any, answers: dict[str, Any], **more: Any) -> Referral:
    more.setdefault("submission_key", uuid4())
    return receive_referral(
        answers,
        actor=more.pop("actor", world.responder),
        at=at,
        organisation=more.pop("organisation", world.police),
        profile=world.profile,
        source=Source.API,
        **more,
    )


def clear_text_of_the_database() -> str:
    """Every row of every table, as text, as the owner reads it."""
    found = []
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'keys')"
        )
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(filter(None, found))


def test_each_answer_of_an_adult_is_kept_where_it_belongs(world: Any, at: Any) -> None:
    referral = receive(world, at, FULL)
    case = referral.case
    with looking_as(world.responder):
        assert case.kind == CaseKind.REFERRAL
        assert referral.answers["danger_now"] == "no"
        assert referral.answers["background_left_empty"] == "not_asked"
        assert "name" not in referral.answers
        told = unseal_json(
            case.person_id,
            referral.narrative,
            table="cases_referral",
            column="narrative",
            row=referral.pk,
        )
        assert told["how_started"] == FULL["how_started"]
        assert "name" not in told
        first, second = case.episodes.all()
        assert first.types == ["forced_work", "household"]
        assert (first.began, first.ended) == ("2024", "2026-01")
        assert first.countries == ["AL", "GB"]
        assert first.drivers == ["poverty", "displacement"]
        assert second.began == ""
        rest = unseal_json(
            case.person_id,
            second.narrative,
            table="cases_episode",
            column="narrative",
            row=second.pk,
        )
        assert rest == {"began": "not_known", "description": "Accounts in her name."}
        allegation = case.allegations.get()
        assert allegation.episode == first
        assert allegation.detained is True
        offence = unseal(
            case.person_id,
            allegation.offence,
            table="cases_allegation",
            column="offence",
            row=allegation.pk,
        )
        assert offence == "Possession of a false document"
        consent = Consent.objects.get(case=case)
        assert (consent.answer, consent.language, consent.interpreter) == (
            "agreed",
            "sq",
            "by_telephone",
        )
        assert consent.explanation_version == "2026.1"
        card = SafeContact.objects.get(case=case)
        assert (card.call, card.text, card.voicemail) == ("safe", "unsafe", "unknown")
    with acting_as(world.supervisor):
        _, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
    kinds = {fact.kind: fact.value for fact in facts}
    assert kinds["name"] == IDENTITY["name"]
    assert kinds["birth_date"] == "1999-07"
    assert kinds["nominated_contact"] == IDENTITY["nominated_contact"]


def test_no_column_says_in_the_clear_who_the_person_is(world: Any, at: Any) -> None:
    told: dict[str, Any] = {"unknown_keys": ["Extra"], "unknown_values": {"Extra": "Zamira too"}}
    drawn = receive(world, at, FULL, **told).case.pseudonym
    # What is drawn by lot may be one of these words: "Loyal Quarry".
    clear = re.sub(re.escape(drawn), "", clear_text_of_the_database(), flags=re.IGNORECASE)
    assert "forced_work" in clear  # the search reads what it should
    for word in ("Zamira", "Hoxhaj", "Zamka", "900123", "Quarry", "lighthouse", "BX4711829"):
        assert word not in clear
    for words in ("nail bar", "lorry", "Krasniqi", "Northtown", "false document", "door locked"):
        assert words not in clear


def test_a_child_is_received_without_agreement(world: Any, at: Any) -> None:
    referral = receive(world, at, {**CHILD, "consent_answer": "refused", "consent_note": "no"})
    assert referral.case.kind == CaseKind.REFERRAL
    assert referral.case.age_status == "not_sure"
    consent = Consent.objects.get(case=referral.case)
    assert consent.answer == "not_required"
    assert referral.narrative is None  # what an adult was asked is not kept of a child


def test_a_notification_keeps_no_identity_and_an_event_says_so(world: Any, at: Any) -> None:
    referral = receive(
        world, at, {**DECLINES, **IDENTITY}, unknown_keys=["X"], unknown_values={"X": "Zamira"}
    )
    case = referral.case
    assert case.kind == CaseKind.DUTY_TO_NOTIFY
    assert case.stage == world.profile.dtn_stage
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identities_disclosure")
        assert cursor.fetchone() == (0,)
    with acting_as(world.supervisor):
        _, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
    assert facts == []
    assert not SafeContact.objects.filter(case=case).exists()
    assert referral.unknown_values is None
    assert referral.unknown_keys == ["X"]
    assert "document_kind" not in referral.answers
    event = Event.objects.get(verb="referral.identity_destroyed")
    assert event.case_id == case.pk
    assert set(event.data["questions"]) == set(IDENTITY)
    assert event.data["unknown_values"] is True
    assert "Zamira" not in str(event.data)


def test_a_notification_keeps_the_identity_of_who_helps_the_police(world: Any, at: Any) -> None:
    answers = {**DECLINES, **IDENTITY, "police_cooperation": "yes"}
    case = receive(world, at, answers).case
    assert case.kind == CaseKind.DUTY_TO_NOTIFY
    with acting_as(world.supervisor):
        _, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
    assert IDENTITY["name"] in {fact.value for fact in facts}
    assert not Event.objects.filter(verb="referral.identity_destroyed").exists()


def test_nothing_is_received_of_who_declines_where_there_is_no_duty(palermo: Any, at: Any) -> None:
    answers = {**DECLINES, "jurisdiction": "country", **IDENTITY}
    with pytest.raises(Refused) as refusal:
        receive(palermo, at, answers)
    assert [o.code for o in refusal.value.objections] == ["declined"]
    assert not Referral.objects.exists()
    assert not Fact.objects.exists()


def test_the_sender_gets_every_objection_at_once(world: Any, at: Any) -> None:
    answers = {
        "age_status": "adult",
        "jurisdiction": "atlantis",
        "favourite_colour": "x",
        "episodes": [{"types": ["nonsense"], "began": "2026-13"}],
        "nominated_name": "Somebody",
    }
    with pytest.raises(Refused) as refusal:
        receive(world, at, answers)
    fields = {o.field for o in refusal.value.objections}
    assert fields == {
        "jurisdiction",
        "favourite_colour",
        "episodes[0].types",
        "episodes[0].began",
        "danger_now",
        "consent_answer",
        "nominated_permission",
    }


def test_an_import_is_not_asked_what_only_our_pages_ask(world: Any, at: Any) -> None:
    answers = {"age_status": "child", "jurisdiction": "wales"}
    with pytest.raises(Refused):
        receive(world, at, answers)
    assert receive(world, at, answers, complete=False).case.age_status == "child"
    with pytest.raises(Refused):
        receive(world, at, {"age_status": "adult", "jurisdiction": "wales"}, complete=False)


def test_the_same_key_and_the_same_external_id_make_one_referral(world: Any, at: Any) -> None:
    key = uuid4()
    first = receive(world, at, ADULT, submission_key=key, external_id="EX-1")
    assert receive(world, at, FULL, submission_key=key) == first
    assert receive(world, at, FULL, external_id="EX-1") == first
    assert Referral.objects.count() == 1
    assert Event.objects.filter(verb="referral.sent").count() == 1
    with pytest.raises(Refused) as refusal:
        receive(
            world,
            at,
            ADULT,
            external_id="EX-1",
            actor=world.other_responder,
            organisation=world.other_police,
        )
    assert refusal.value.objections[0].field == "external_id"


@pytest.mark.parametrize("external_id", [None, "EX-2"])
def test_ten_programs_at_once_make_one_referral(
    world: Any, at: Any, external_id: str | None
) -> None:
    key, made, failed = uuid4(), [], []

    def run() -> None:
        try:
            # By the same key, or by the same external id under keys of their own.
            mine = uuid4() if external_id else key
            more = {"submission_key": mine, "external_id": external_id}
            made.append(receive(world, at, ADULT, **more).pk)
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
    assert len(set(made)) == 1
    assert Referral.objects.count() == 1


def test_intake_is_told_and_nobody_else(world: Any, at: Any) -> None:
    from cases.models import InboxItem

    referral = receive(world, at, ADULT)
    item = InboxItem.objects.get()
    assert (item.user, item.kind, item.case) == (world.intake, "referral_received", referral.case)


def test_only_responders_of_the_organisation_refer_for_it(world: Any, at: Any) -> None:
    for name in ("caseworker", "supervisor", "intake", "provider", "auditor", "superuser"):
        with pytest.raises(Forbidden):
            receive(world, at, ADULT, actor=world.users[name])
    with pytest.raises(Hidden):
        receive(world, at, ADULT, actor=world.other_responder)
    assert not Referral.objects.exists()
    assert receive(world, at, ADULT, actor=world.lead)


def test_a_referral_follows_the_notification_of_the_same_person(world: Any, at: Any) -> None:
    notified = receive(world, at, DECLINES)
    referral = receive(world, at, ADULT, follows=notified)
    assert referral.follows == notified
    assert referral.case.person_id == notified.case.person_id
    assert referral.case != notified.case
    with pytest.raises(Hidden):
        receive(
            world,
            at,
            ADULT,
            follows=notified,
            actor=world.other_responder,
            organisation=world.other_police,
        )


def test_only_a_notification_is_followed_and_only_once(world: Any, at: Any) -> None:
    referral = receive(world, at, ADULT)
    with pytest.raises(Refused):
        receive(world, at, ADULT, follows=referral)
    notified = receive(world, at, DECLINES)
    receive(world, at, ADULT, follows=notified)
    with pytest.raises(Refused):
        receive(world, at, ADULT, follows=notified)


def test_a_key_of_another_organisation_is_refused(world: Any, at: Any) -> None:
    key = uuid4()
    receive(world, at, ADULT, submission_key=key)
    with pytest.raises(Refused):
        receive(
            world,
            at,
            ADULT,
            submission_key=key,
            actor=world.other_responder,
            organisation=world.other_police,
        )
