"""Counselling in the windows of the people concerned: a counsellor meets the person and writes a
note, the supervisor and the caseworker see that they met and can open no note, and with the end of
the service nobody can."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from protection.actions.services import answer, refer
from tests.casework.people import assigned
from tests.intake.answers import FULL
from tests.protection.test_services import agree, need
from tests.windows import Eyes

NOTE = "She wakes at four and counts the doors."


@pytest.fixture
def window(world: Any, eyes: Callable[..., Eyes]) -> Callable[..., Eyes]:
    """A window of somebody who has signed in with both factors; one each."""
    opened: dict[str, Eyes] = {}

    def of(name: str, **more: Any) -> Eyes:
        if name not in opened:
            opened[name] = eyes(world.client(name), **more)
        return opened[name]

    return of


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def test_a_counsellor_writes_a_note_that_the_supervisor_cannot_open(world, at, window):
    before = at - timedelta(days=2)
    case = assigned(world, at=before, answers=FULL)
    agree(world, case, before)
    house = world.provider_house.pk
    by = {"actor": world.caseworker, "at": before}
    service = refer(need(world, case, before, "counselling"), organisation=house, **by)
    answer(service, actor=world.provider, at=before, answer="accept")

    counsellor = window("provider", width=390)
    counsellor.go("/referred/")
    counsellor.page.get_by_role("link", name=case.person.pseudonym).click()
    counsellor.page.get_by_role("link", name="Sessions and notes").click()
    counsellor.page.get_by_role("button", name="Plan a session").click()
    yesterday = timezone.localdate(at - timedelta(days=1))
    for part in ("day", "month", "year"):
        counsellor.page.fill(f"[name=starts_at_{part}]", str(getattr(yesterday, part)))
    counsellor.page.fill("[name=time]", "14:30")
    counsellor.page.check("[name=modality][value=in_person]")
    counsellor.page.select_option("[name=venue]", "public")
    counsellor.page.check("[name=interpreter][value=booked]")
    counsellor.page.fill("[name=language]", "Albanian")
    counsellor.page.check("[name=interpreter_sex][value=female]")
    press(counsellor, "Plan the session")
    counsellor.page.get_by_role("link", name="14:30").click()
    own = counsellor.page.url
    counsellor.page.check("[name=outcome][value=attended]")
    counsellor.page.select_option("[name=fit]", "bad")
    press(counsellor, "Record it")
    expect(counsellor.page.get_by_text("was not held").first).to_be_visible()
    counsellor.page.select_option("[name=fit]", "good")
    press(counsellor, "Record it")
    counsellor.page.fill("[name=text]", NOTE)
    press(counsellor, "Save note")
    expect(counsellor.page.get_by_text(NOTE)).to_be_visible()
    assert case.reference not in counsellor.page.content()

    path = own.removeprefix(counsellor.address)
    of_case = reverse("service", args=[case.reference, service.pk])
    for name in ("supervisor", "caseworker"):
        reader = window(name)
        assert reader.go(of_case).status == 200
        expect(reader.page.get_by_text(": Attended")).to_be_visible()
        for where in (of_case, reverse("case_timeline", args=[case.reference]) + "?show=all"):
            reader.go(where)
            assert NOTE not in reader.page.content()
        assert reader.go(path).status == 403
        assert NOTE not in reader.page.content()

    worker = window("caseworker")
    worker.go(of_case)
    worker.page.select_option("[name=reason]", "moved_on")
    press(worker, "End it")
    assert counsellor.go(path).status == 404
    assert [*counsellor.faults, *worker.faults] == []
