"""A bed from the hold to the leaving, in the windows of the people concerned: one provider declines
and sees the person no more, another one takes them in, and they leave."""

from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from nrm.accounts.models import Organisation
from nrm.accounts.roles import OrganisationKind, Role
from tests.protection.test_shelter import a_bed, a_case, a_place
from tests.windows import Eyes
from tests.world import person


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def refer(worker: Eyes, case: Any, house: Any) -> None:
    page = worker.page
    worker.go(reverse("service_add", args=[case.reference]))
    page.check("[name=code][value=accommodation]")
    page.check("[name=urgency][value=now]")
    press(worker, "Note it")
    page.select_option("[name=organisation]", str(house.pk))
    press(worker, "Refer the person")


def test_one_provider_declines_and_another_takes_the_person_in_until_they_leave(world, at, eyes):
    house = Organisation.objects.create(
        name="Hill House", kind=OrganisationKind.PROVIDER, profile="uk"
    )
    world.users["hill"] = person("hill@example.org", Role.PROTECTION_PROVIDER, house)
    case = a_case(world, at)
    place = a_place(world, at)
    a_bed(world, at, place)
    worker = eyes(world.client("caseworker"), width=390, javascript=False)
    page = worker.page
    refer(worker, case, house)

    hill = eyes(world.client("hill"), width=390)
    hill.go(reverse("referred"))
    hill.page.get_by_role("link", name=case.pseudonym).click()
    theirs = hill.page.url.removeprefix(hill.address)
    assert case.reference not in hill.page.content()
    hill.page.check("[name=answer][value=decline]")
    hill.page.select_option("[name=why_decline]", "no_place")
    press(hill, "Record the answer")
    assert hill.go(theirs).status == 404
    hill.go(reverse("referred"))
    assert case.pseudonym not in hill.page.content()
    worker.go(reverse("case_support", args=[case.reference]))
    expect(page.get_by_text("Declined").first).to_be_visible()

    worker.go(reverse("case_shelter", args=[case.reference]))
    page.get_by_role("button", name=place.code).click()
    expect(page.get_by_text("The bed is held for the person").first).to_be_visible()
    page.check("[name=what][value=move_in]")
    press(worker, "Record it")
    expect(page.get_by_text("Refer the person to this provider first").first).to_be_visible()
    refer(worker, case, world.provider_house)
    supervisor = eyes(world.client("supervisor"))
    supervisor.go(reverse("shelters"))
    expect(supervisor.page.get_by_role("cell", name="Full")).to_be_visible()
    assert case.pseudonym not in supervisor.page.content()

    harbour = eyes(world.client("provider"), width=390)
    harbour.go(reverse("referred"))
    harbour.page.get_by_role("link", name=case.pseudonym).click()
    theirs = harbour.page.url.removeprefix(harbour.address)
    harbour.page.check("[name=answer][value=accept]")
    press(harbour, "Record the answer")
    own = reverse("place", args=[place.pk])
    harbour.go(own)
    harbour.page.check("[name=what][value=move_in]")
    harbour.page.get_by_role("button", name="Record it").click()
    expect(harbour.page.get_by_text("Occupied").first).to_be_visible()
    hill.go(reverse("shelters"))
    assert case.pseudonym not in hill.page.content()

    worker.go(reverse("case_shelter", args=[case.reference]))
    expect(page.get_by_text("Lives there").first).to_be_visible()
    page.check("[name=what][value=leave]")
    press(worker, "Record it")
    expect(page.get_by_text("Select why it ends").first).to_be_visible()
    page.check("[name=what][value=leave]")
    page.select_option("[name=reason]", "moved_on")
    press(worker, "Record it")
    harbour.go(own)
    expect(harbour.page.get_by_text("Free").first).to_be_visible()
    assert case.pseudonym not in harbour.page.content()
    assert [one for w in (worker, hill, harbour, supervisor) for one in w.faults] == []
