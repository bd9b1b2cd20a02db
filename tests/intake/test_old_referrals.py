"""Referrals of an earlier register: each a case that has ended, of which nobody is told."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.actions.old_referrals import OldReferral, receive_old
from cases.models import Case, CaseTask, Deadline, InboxItem, Referral
from cases.rights import SEE_REFERRAL, SEE_STATUS
from cases.rules.referral_form import age_status_then, objections_to_days, with_age_today
from identities import vault
from identities.models import Fact, Likeness, Search
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.profiles import load_profile

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def row(**answers: Any) -> OldReferral:
    told = {"age_status": "adult", "jurisdiction": "england", "consent_answer": "given"}
    return OldReferral(
        uuid4(),
        {**told, **answers},
        received_on=date(2019, 3, 4),
        ended_on=date(2020, 2, 29),
        kept={"Shelf": "12 b"},
        kept_as=("column C",),
    )


def receive(world: Any, *rows: OldReferral, actor: str = "lead") -> dict[Any, Referral]:
    with acting_as(world.users[actor]):
        return receive_old(
            world.police,
            actor=world.users[actor],
            at=AT,
            profile=load_profile("uk"),
            rows=rows,
        )


def test_a_row_becomes_a_case_that_ended_then_and_starts_no_clock_task_or_notice(
    world: Any,
) -> None:
    receive(world, row(name="Invented Person", nationality="GH"))
    case = Case.objects.get()
    assert (case.stage, case.kind) == ("closed", "referral")
    assert timezone.localdate(case.opened_at) == date(2019, 3, 4)
    assert timezone.localdate(case.closed_at) == date(2020, 2, 29)
    assert case.keep_until == date(2027, 3, 1)
    referral = Referral.objects.get()
    assert (referral.source, referral.sent_at) == ("register", case.opened_at)
    assert referral.answers["nationality"] == "GH"
    assert referral.unknown_keys == ["column C"]
    for nothing in (Deadline, CaseTask, InboxItem):
        assert not nothing.objects.exists(), nothing
    assert list(
        Event.objects.filter(verb="referral.brought_in").values_list("case_id", flat=True)
    ) == [case.pk]


def test_its_team_and_the_authority_see_it_and_nobody_else(world: Any) -> None:
    receive(world, row())
    for name, right, sees in (
        ("responder", SEE_STATUS, True),
        ("intake", SEE_REFERRAL, True),
        ("supervisor", SEE_REFERRAL, True),
        ("caseworker", SEE_REFERRAL, False),
        ("other_responder", SEE_STATUS, False),
        ("auditor", SEE_STATUS, False),
    ):
        with acting_as(world.users[name]):
            found = Case.objects.visible_to(world.users[name], right).exists()
        assert found == sees, name


def test_who_the_person_is_is_kept_apart_with_a_disclosure_for_each_case(world: Any) -> None:
    receive(world, row(name="Ama Invented", birth_date="1990-05-04"), row(name="Efua Invented"))
    assert Fact.objects.count() == 3
    names = set()
    with acting_as(world.supervisor):
        for case in Case.objects.all():
            _why, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
            names.add(next(fact.value for fact in facts if fact.kind == "name"))
    assert names == {"Ama Invented", "Efua Invented"}
    assert not Referral.objects.filter(answers__icontains="Invented").exists()


def test_people_who_may_be_one_are_noted_within_a_batch_and_against_what_is_there(
    world: Any,
) -> None:
    (first,) = receive(world, row(document="AB 123456")).values()
    found = receive(
        world, row(document="ab123456"), row(document="AB-123456"), row(document="Q99999")
    )
    others = [one.case.person_id for one in found.values()]
    pairs = set(Likeness.objects.values_list("person_id", "other_id"))
    assert pairs == {
        (others[0], first.case.person_id),
        (others[1], first.case.person_id),
        (others[1], others[0]),
    }
    assert Search.objects.count() == 2


def test_who_did_not_agree_is_notified_without_an_identity(world: Any) -> None:
    receive(world, row(consent_answer="refused", name="Invented Person"))
    case = Case.objects.get()
    assert case.kind == "duty_to_notify"
    assert not Fact.objects.exists()
    assert Referral.objects.get().unknown_values is None


def test_one_wrong_row_keeps_all_of_them_out(world: Any) -> None:
    with pytest.raises(Refused) as refusal:
        receive(world, row(), row(age_status="", sex="unheard-of"))
    assert {one.field for one in refusal.value.objections} == {"age_status", "sex"}
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("received", "ended", "fields"),
    [
        (date(2019, 3, 4), None, []),
        (date(1906, 1, 1), date(1906, 1, 1), []),
        (date(1905, 12, 31), None, ["received_on"]),
        (date(1, 1, 1), date(1, 1, 1), ["received_on", "ended_on"]),
        (date(2019, 3, 4), date(219, 3, 4), ["ended_on", "ended_on"]),
        (date(2026, 11, 4), None, ["received_on"]),
        (None, date(1, 1, 1), ["ended_on"]),
    ],
)
def test_days_ahead_or_before_anybody_lived_are_refused(
    received: date | None, ended: date | None, fields: list[str]
) -> None:
    found = objections_to_days(received, ended, today=AT.date())
    assert [one.field for one in found] == fields


def test_a_case_of_the_year_one_is_not_made_by_whoever_calls(world: Any) -> None:
    with pytest.raises(Refused) as refusal:
        receive(world, replace(row(), received_on=date(1, 1, 1), ended_on=None))
    assert [one.field for one in refusal.value.objections] == ["received_on"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(("name", "answer"), [("intake", Forbidden), ("other_responder", Hidden)])
def test_nobody_else_brings_them_in(world: Any, name: str, answer: type[Exception]) -> None:
    with pytest.raises(answer):
        receive(world, row(), actor=name)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"age_years": 17}, "child"),
        ({"age_years": 18}, "adult"),
        ({"birth_date": "2001-03-05"}, "child"),
        ({"birth_date": "2001-03-04"}, "adult"),
        ({"birth_date": "2001"}, "not_sure"),
        ({"birth_date": "1980-02"}, "adult"),
        ({"birth_date": "not_known"}, ""),
        ({}, ""),
    ],
)
def test_how_old_somebody_was_on_the_day_follows_from_what_is_told(
    told: dict[str, Any], status: str
) -> None:
    assert age_status_then(told, date(2019, 3, 4)) == status


THEN = date(2020, 3, 5)


@pytest.mark.parametrize(
    ("told", "on", "found"),
    [
        # Of an earlier day: who was a child has grown up since.
        ({"birth_date": "2004-03-02"}, THEN, ("adult", None)),
        ({"birth_date": "2004-03-02", "age_years": 16}, THEN, ("adult", None)),
        ({"birth_date": "2004-03-02", "age_status": "child"}, THEN, ("adult", None)),
        ({"birth_date": "2008-11-04"}, THEN, ("child", None)),
        ({"birth_date": "2008"}, THEN, ("not_sure", None)),
        ({"age_years": 30}, THEN, ("adult", None)),
        ({"age_status": "adult"}, THEN, ("adult", None)),
        ({"age_years": 10}, THEN, ("child", None)),
        ({"age_years": 11}, THEN, (None, "age_status")),
        ({"age_years": 16}, THEN, (None, "age_status")),
        ({"age_status": "child"}, THEN, ("child", "age_status")),
        ({"age_status": "not_sure"}, THEN, ("not_sure", "age_status")),
        ({"age_years": 16}, date(2026, 11, 2), ("child", None)),
        ({"age_years": 17}, date(2026, 11, 2), (None, "age_status")),
        ({"birth_date": "2015-01-01", "age_years": 30}, THEN, (None, "birth_date")),
        ({"birth_date": "2015-01-01", "age_status": "adult"}, THEN, ("adult", "birth_date")),
        ({}, THEN, (None, None)),
        # As of today: what is told is what holds.
        ({"age_years": 17}, None, ("child", None)),
        ({"age_status": "not_sure", "birth_date": "2004-03-02"}, None, ("not_sure", None)),
        ({"birth_date": "2004-03-02"}, None, ("adult", None)),
        ({"birth_date": "2008", "age_years": 18}, None, ("adult", None)),
        ({"birth_date": "2008"}, None, ("not_sure", None)),
        ({"birth_date": "2004-03-02", "age_years": 16}, None, (None, "birth_date")),
        ({"birth_date": "2004-03-02", "age_status": "child"}, AT.date(), ("child", "birth_date")),
    ],
)
def test_how_old_somebody_is_today_is_not_taken_from_what_they_were(
    told: dict[str, Any], on: date | None, found: tuple[str | None, str | None]
) -> None:
    answers, objection = with_age_today(told, told_on=on, today=AT.date())
    assert (answers.get("age_status"), objection and objection.field) == found
    if on == THEN and objection is None:
        assert "age_years" not in answers


def test_a_status_that_contradicts_the_years_stays_to_be_objected_to() -> None:
    told = {"age_status": "adult", "age_years": 15}
    assert with_age_today(told, told_on=THEN, today=AT.date()) == (told, None)
