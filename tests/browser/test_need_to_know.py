"""Who sees what before, while and after: a case opened in an emergency, sealed, and from which
somebody is kept; each in the windows of the people concerned."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.casework.people import assigned
from tests.intake.answers import FULL
from tests.windows import Eyes

NAME = "Zamira"  # of the person in FULL
WHY = "The hotline is on the telephone and nobody else is here."


@pytest.fixture
def case(world: Any, at: Any) -> Any:
    return assigned(world, at=at, answers=FULL)


@pytest.fixture
def window(world: Any, eyes: Callable[..., Eyes]) -> Callable[..., Eyes]:
    """A window of somebody who has signed in with both factors; one each."""
    opened: dict[str, Eyes] = {}

    def of(name: str, **more: Any) -> Eyes:
        if name not in opened:
            opened[name] = eyes(world.client(name), **more)
        return opened[name]

    return of


def status(window: Eyes, path: str) -> int:
    return int(window.go(path).status)


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def absent(window: Eyes, case: Any, *lists: str) -> None:
    """The case answers as none does, and stands in none of these lists."""
    path = reverse("case", args=[case.reference])
    assert status(window, path) == 404
    text = window.page.inner_text("main")
    assert status(window, path.replace(case.reference, "7K3MQ-9TD2X-4HJ3")) == 404
    assert window.page.inner_text("main") == text
    for where in lists:
        assert status(window, where) == 200
        html = window.page.content()
        assert case.reference not in html
        assert case.person.pseudonym not in html


def refused(window: Eyes) -> list[str]:
    """What the page that is open leads to and this person is refused."""
    links = window.page.eval_on_selector_all(
        "main a[href], nav a[href]", "all => all.map(a => a.getAttribute('href'))"
    )
    paths = {link.partition("#")[0] for link in links if link.startswith("/")}
    answers = {path: window.context.request.get(window.address + path) for path in paths if path}
    return sorted(path for path, answer in answers.items() if answer.status in (403, 404))


def test_a_case_is_opened_in_an_emergency_told_of_ended_and_reviewed(world, case, window):
    path = reverse("case", args=[case.reference])
    asker, supervisor = window("caseworker2"), window("supervisor", width=390)
    absent(asker, case, "/cases/", "/cases/?view=team")
    asker.go("/emergency/")
    asker.page.fill("[name=reference]", case.reference)
    asker.page.fill("[name=reason]", WHY)
    press(asker, "Open the case")
    asker.arrive(path)
    expect(asker.page.get_by_text("You see this case for 60 minutes")).to_be_visible()
    assert NAME not in asker.page.content()
    # To read, to be shown who they are, to note; what it leads to is not refused.
    assert refused(asker) == []
    asker.go(reverse("show_identity", args=[case.reference]))
    asker.page.check("[name=purpose][value=contact]")
    press(asker, "Show who this is")
    expect(asker.page.get_by_text(NAME).first).to_be_visible()
    asker.go(path)
    asker.page.fill("[name=text]", "The line broke off at ten.")
    press(asker, "Save note")
    expect(asker.page.get_by_text("The line broke off at ten.").first).to_be_visible()
    for verb in ("workbench", "case_documents", "decisions", "case_access"):
        assert status(asker, reverse(verb, args=[case.reference])) == 403
    assert status(asker, "/cases/") == 200
    assert case.reference not in asker.page.content()

    # Told at once: the supervisors with the case, the auditors without it.
    auditor = window("auditor")
    auditor.go("/inbox/")
    expect(auditor.page.get_by_text("A case was opened in an emergency.").first).to_be_visible()
    assert case.reference not in auditor.page.content()
    absent(auditor, case)
    supervisor.go("/emergency/reviews/")
    supervisor.page.get_by_role("link", name="Caseworker2").click()
    expect(supervisor.page.get_by_text(WHY)).to_be_visible()
    press(supervisor, "End it now")
    absent(asker, case, "/cases/", "/cases/?view=team", "/inbox/")
    supervisor.page.check("[name=justified][value=yes]")
    press(supervisor, "Record the review")
    expect(supervisor.page.get_by_text("Reviewed: it was justified")).to_be_visible()
    asker.go("/emergency/")
    assert case.reference not in asker.page.content()
    assert WHY not in asker.page.content()
    assert [*asker.faults, *supervisor.faults, *auditor.faults] == []


def test_a_sealed_case_is_there_for_the_people_named_and_for_nobody_else(world, case, window):
    path = reverse("case", args=[case.reference])
    supervisor = window("supervisor")
    before = {"intake": path, "caseworker": path, "supervisor2": path}
    for name, where in before.items():
        assert status(window(name), where) == 200, name
    window("responder").go("/referrals/")
    assert case.person.pseudonym in window("responder").page.content()

    supervisor.go(reverse("case_confidentiality", args=[case.reference]))
    supervisor.page.check("[name=level][value=sealed]")
    supervisor.page.check("[name=reason][value=insider_risk]")
    press(supervisor, "Save who may see it")
    for name in ("caseworker", "supervisor"):
        assert status(window(name), path) == 200, name
    absent(window("intake"), case, "/intake/")
    absent(window("supervisor2"), case, "/cases/?view=team", "/dashboard/", "/reviews/")
    absent(window("responder"), case, "/referrals/")
    absent(window("caseworker2"), case, "/cases/?view=team")
    # Nor does an emergency open it, and the answer is that of a case which is not there.
    worker = window("caseworker2")
    told = []
    for reference in (case.reference, "7K3MQ-9TD2X-4HJ3"):
        worker.go("/emergency/")
        worker.page.fill("[name=reference]", reference)
        worker.page.fill("[name=reason]", WHY)
        press(worker, "Open the case")
        told.append(worker.page.inner_text("main"))
    assert told[0] == told[1]

    supervisor.go(reverse("case_confidentiality", args=[case.reference]))
    supervisor.page.check("[name=level][value=normal]")
    supervisor.page.check("[name=reason][value=insider_risk]")
    press(supervisor, "Save who may see it")
    for name, where in before.items():
        assert status(window(name), where) == 200, name
    assert supervisor.faults == []


def test_who_is_kept_from_a_case_loses_it_at_once_and_has_it_back_when_it_is_lifted(
    world, case, window
):
    path = reverse("case", args=[case.reference])
    supervisor, worker = window("supervisor"), window("caseworker")
    assert status(worker, path) == 200
    supervisor.go(reverse("case_exclusions", args=[case.reference]))
    supervisor.page.select_option("[name=person]", label="Intake")
    supervisor.page.check("[name=reason][value=named]")
    assert status(window("intake"), path) == 200
    press(supervisor, "Keep from the case")
    absent(window("intake"), case, "/intake/", "/inbox/")
    assert status(worker, path) == 200

    # Whoever works on it declares a conflict of interest, and is out with the same click.
    worker.page.get_by_role("link", name="Declare a conflict of interest").click()
    worker.page.get_by_role("button", name="Declare it and leave the case").click()
    worker.page.wait_for_load_state()
    absent(worker, case, "/cases/", "/inbox/")
    supervisor.go(reverse("case_exclusions", args=[case.reference]))
    expect(supervisor.page.get_by_text("declared by themselves")).to_be_visible()

    supervisor.page.get_by_role("row", name="Intake").get_by_role("link").click()
    supervisor.page.check("[name=because] >> nth=0")
    press(supervisor, "Lift the exclusion")
    assert status(window("intake"), path) == 200
    absent(worker, case, "/cases/")
    assert [*supervisor.faults, *worker.faults] == []
