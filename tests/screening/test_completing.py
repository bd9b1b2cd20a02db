"""Completing a screening, and starting the next one."""

from typing import Any

import pytest

from cases.models import FindingSet
from nrm.actions import Changed, Refused
from nrm.audit.models import Event
from screening import actions, selectors
from screening.models import Evidence, IndicatorFinding, Screening
from tests.screening.build import board_of, first_episode, item, started, url
from tests.watching import looking_as


def told(refusal: Any) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


def shown(screening: Any, world: Any, at: Any, *codes: str, **more: Any) -> None:
    episode = first_episode(screening, world)
    for code in codes:
        actions.record_indicator(
            screening,
            actor=world.caseworker,
            at=at,
            episode=episode.pk,
            code=code,
            state="shown",
            **more,
        )


def test_screener_is_told_everything_that_is_missing(world: Any, at: Any) -> None:
    screening = started(world, at, episodes=0)
    with pytest.raises(Refused) as refusal:
        actions.complete_screening(screening, actor=world.caseworker, at=at, agrees=False)
    assert told(refusal) == ["no_episode", "nothing_recorded", "refused"]
    with looking_as(world.caseworker):
        assert not FindingSet.objects.exists()
        assert not Event.objects.filter(verb="screening.completed").exists()


def test_screener_explains_what_disagrees_before_completing(world: Any, at: Any) -> None:
    screening = started(world, at)
    shown(screening, world, at, "ACT-REC")
    who = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(screening, **who, item=item("In January."))
    two = actions.record_evidence(screening, **who, item=item("In March."))
    pair = actions.note_contradiction(screening, **who, first=one.pk, second=two.pk)
    again = actions.note_contradiction(screening, **who, first=two.pk, second=one.pk)
    assert again == pair
    with pytest.raises(Refused) as refusal:
        actions.complete_screening(screening, **who)
    assert told(refusal) == ["unexplained"]
    actions.explain_contradiction(
        pair, **who, explanation="Two journeys.", put_to_person=True, version=pair.version
    )
    actions.complete_screening(screening, **who)
    page = world.client("caseworker").get(url(screening)).content.decode()
    assert "Two journeys." in page
    assert "common after trauma" in page


def test_screener_gives_reasons_where_they_differ(world: Any, at: Any) -> None:
    screening = started(world, at)
    shown(screening, world, at, "ACT-REC", "MC-04", "PU-LAB")
    client = world.client("caseworker")
    address = url(screening, "completion/")
    version = board_of(screening, world).screening.version
    page = client.post(address, {"view": "differs", "differs": " ", "version": version})
    assert page.status_code == 422
    assert "Enter why you see it differently" in page.content.decode()
    reasons = "The debt was told by a cousin only."
    page = client.post(address, {"view": "differs", "differs": reasons, "version": version})
    assert page.status_code == 302
    assert reasons in client.get(page["Location"]).content.decode()
    overview = selectors.panel
    with looking_as(world.caseworker):
        case = Screening.objects.get(pk=screening.pk).case
        assert overview(case, world.caseworker)["differs"] is True
        found = FindingSet.objects.get(case=case)
    assert found.result == "ELEMENTS_MET_ADULT"


def test_screener_completes_what_they_read_and_no_later_answer(world: Any, at: Any) -> None:
    screening = started(world, at)
    shown(screening, world, at, "ACT-REC")
    read = board_of(screening, world).screening.version
    shown(screening, world, at, "MC-04")
    with pytest.raises(Changed):
        actions.complete_screening(screening, actor=world.supervisor, at=at, version=read)
    page = world.client("caseworker").post(
        url(screening, "completion/"), {"view": "agrees", "version": read}
    )
    assert page.status_code == 409
    assert "Something was saved since you read the result" in page.content.decode()


def test_completed_screening_is_read_and_not_changed(world: Any, at: Any) -> None:
    screening = started(world, at)
    shown(screening, world, at, "ACT-REC")
    who = {"actor": world.caseworker, "at": at}
    actions.complete_screening(screening, **who)
    with pytest.raises(Refused) as refusal:
        shown(screening, world, at, "MC-04")
    assert told(refusal) == ["completed"]
    with pytest.raises(Refused):
        actions.complete_screening(screening, **who)
    page = world.client("caseworker").get(url(screening)).content.decode()
    assert "It cannot be changed." in page
    assert "nrm-choice" not in page


def test_text_typed_into_a_screening_completed_meanwhile_is_shown_again(
    world: Any, at: Any
) -> None:
    screening = started(world, at)
    shown(screening, world, at, "ACT-REC")
    actions.complete_screening(screening, actor=world.supervisor, at=at)
    page = world.client("caseworker").post(
        url(screening, "evidence/"), {"source": "person", "text": "Half an hour of typing."}
    )
    assert page.status_code == 409
    assert "Half an hour of typing." in page.content.decode()


def test_new_screening_begins_from_the_last_and_supersedes_it(world: Any, at: Any) -> None:
    first = started(world, at)
    who = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(
        first, **who, item=item("He kept my passport.", reliability="Tired.")
    )
    two = actions.record_evidence(first, **who, item=item("My cousin kept it."))
    shown(first, world, at, "MC-05", evidence_ids=[one.pk])
    actions.note_contradiction(
        first, **who, first=one.pk, second=two.pk, explanation="Each for a while."
    )
    actions.complete_screening(first, **who)

    second = actions.start_screening(first.case, **who)
    assert second.follows_id == first.pk
    board = board_of(second, world)
    assert [each.text for each in board.items] == ["He kept my passport.", "My cousin kept it."]
    assert board.items[0].reliability == "Tired."
    assert board.items[0].id != one.pk
    (pair,) = board.pairs
    assert pair.explanation == "Each for a while."
    assert pair.first.id == board.items[0].id
    row = board.row(board.episodes[0], board.profile.indicator("MC-05"))
    assert row.state == "shown"
    assert [each.id for each in row.evidence] == [board.items[0].id]

    shown(second, world, at, "ACT-REC", "PU-LAB")
    before = board_of(first, world)
    assert before.words.weighing.result == "INSUFFICIENT"
    actions.complete_screening(second, **who)
    with looking_as(world.caseworker):
        states = dict(Screening.objects.values_list("pk", "state"))
        sets = list(FindingSet.objects.order_by("-recorded_at", "superseded_at"))
        current = FindingSet.objects.get(superseded_at=None)
    assert states == {first.pk: "superseded", second.pk: "completed"}
    assert len(sets) == 2
    assert current.result == "ELEMENTS_MET_ADULT"
    # The old one stays readable, with what it weighed then.
    page = world.client("caseworker").get(url(first, f"screenings/{first.pk}/")).content.decode()
    assert "Not enough is recorded to say" in page
    assert "A later one has superseded it" in page
    assert "He kept my passport." in page
    assert "Recruited" not in page


def test_starting_twice_opens_one_screening(world: Any, at: Any) -> None:
    case = world.assigned_case()
    client = world.client("caseworker")
    for _click in range(2):
        page = client.post(f"/cases/{case.reference}/assessment/screenings/")
        assert page.status_code == 302
    with looking_as(world.caseworker):
        assert Screening.objects.count() == 1
        assert Event.objects.filter(verb="screening.started").count() == 1


def test_each_change_is_an_event_without_free_text(world: Any, at: Any) -> None:
    screening = started(world, at)
    who = {"actor": world.caseworker, "at": at}
    actions.record_evidence(screening, **who, item=item("Maryam said it"))
    shown(screening, world, at, "ACT-REC")
    actions.complete_screening(screening, **who, differs="Maryam was there")
    with looking_as(world.caseworker):
        events = list(Event.objects.filter(verb__startswith="screening."))
        assert Evidence.objects.count() == IndicatorFinding.objects.count() == 1
    assert [event.verb for event in sorted(events, key=lambda event: event.id)] == [
        "screening.started",
        "screening.episode_added",
        "screening.evidence_recorded",
        "screening.indicator_recorded",
        "screening.completed",
    ]
    assert all(event.case_id == screening.case_id for event in events)
    assert "Maryam" not in str([event.data for event in events])
