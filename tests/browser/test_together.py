"""A family of three in the windows of who works on them, one of whom must not be told of another;
then one of their cases goes to another authority, which accepts it. And one draft that is open in
two windows, of which the later loses nothing."""

from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Transfer
from tests.casework.people import assigned
from tests.decisions.road import REASONS, drafted, ready_case


def press(page: Any, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_a_family_is_linked_and_one_of_its_cases_goes_to_another_authority(world, at, eyes):
    mother, son, aunt = (assigned(world, at=at) for _number in range(3))
    worker = eyes(world.client("caseworker"), width=390, javascript=False)
    page = worker.page
    worker.go(reverse("case_links", args=[mother.reference]))
    page.fill("[name=other]", "AAAA-AAAA")
    page.check("[name=kind][value=family]")
    press(page, "Link the cases")  # nothing is said of what holds between them
    expect(page.get_by_text("Select what holds between them").first).to_be_visible()
    page.check("[name=rule][value=together]")
    press(page, "Link the cases")
    expect(page.get_by_text("No case that you work on has this reference.").first).to_be_visible()
    page.fill("[name=other]", son.reference)
    press(page, "Link the cases")
    worker.go(reverse("case_links", args=[son.reference]))
    page.fill("[name=other]", aunt.reference)
    page.check("[name=kind][value=family]")
    page.check("[name=rule][value=apart]")
    press(page, "Link the cases")
    expect(page.get_by_text("Neither is told of the other, and never").first).to_be_visible()
    worker.go(reverse("case_links", args=[mother.reference]))
    expect(page.get_by_role("link", name=aunt.pseudonym)).to_be_visible()  # through the son
    assert worker.sideways() == 0

    supervisor = eyes(world.client("supervisor"))
    supervisor.go(reverse("case_transfer", args=[aunt.reference]))
    supervisor.page.select_option("[name=organisation]", str(world.other_authority.pk))
    supervisor.page.check("[name=reason][value=place]")
    supervisor.page.fill("[name=words]", "She lives with kin there since May.")
    press(supervisor.page, "Offer the case")
    expect(supervisor.page.get_by_text("Nothing moves before").first).to_be_visible()
    row = Transfer.objects.get()

    theirs = eyes(world.client("other_supervisor"))
    theirs.go("/transfers/")
    with theirs.page.expect_navigation():
        theirs.page.locator(f'a[href="{reverse("offered_transfer", args=[row.pk])}"]').click()
    expect(theirs.page.get_by_text("She lives with kin there since May.")).to_be_visible()
    assert aunt.pseudonym not in theirs.page.content()
    press(theirs.page, "Send the answer")
    expect(theirs.page.get_by_text("Select whether your authority").first).to_be_visible()
    theirs.page.check("[name=answer][value=accept]")
    press(theirs.page, "Send the answer")
    expect(theirs.page.get_by_text("The case is with your authority now.").first).to_be_visible()
    # They see the case and neither the family nor that there is one; here it is gone.
    theirs.go(reverse("case_links", args=[aunt.reference]))
    expect(theirs.page.get_by_text("No case is linked that you see")).to_be_visible()
    assert son.pseudonym not in theirs.page.content()
    worker.go(reverse("case_links", args=[son.reference]))
    assert aunt.pseudonym not in page.content()
    assert worker.go(reverse("case", args=[aunt.reference])).status == 404
    assert worker.faults == supervisor.faults == theirs.faults == []


def test_a_draft_in_two_windows_keeps_what_both_say_until_they_are_brought_together(
    world, at, eyes
):
    case = ready_case(world, at=at)
    draft = drafted(world, case, at=at)
    client = world.client("caseworker")
    desk, phone = eyes(client), eyes(client, width=390, javascript=False)
    for window in (desk, phone):
        window.go(reverse("decision", args=[case.reference, draft.pk]))
    box = "[name=reason_against]"
    desk.page.fill(box, "The neighbour saw nobody.")
    press(desk.page, "Save the draft")
    phone.page.fill(box, "The landlord is a cousin.")
    press(phone.page, "Save the draft")
    page = phone.page
    expect(page.get_by_text("This was changed since you opened it.").first).to_be_visible()
    meanwhile = page.locator("section:has(#clash-title)")
    expect(meanwhile.get_by_text("The neighbour saw nobody.")).to_be_visible()
    assert meanwhile.get_by_text(REASONS["for"]).count() == 0  # the same in both
    assert page.input_value(box) == "The landlord is a cousin."
    assert phone.sideways() == 0
    both = "The neighbour saw nobody. The landlord is a cousin."
    page.fill(box, both)
    press(page, "Save the draft")
    desk.page.reload()
    assert desk.page.input_value(box) == both
    assert desk.faults == phone.faults == []
