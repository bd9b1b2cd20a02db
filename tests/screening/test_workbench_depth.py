"""The workbench at depth: what an element rests on, which document an item is in, and an answer
that is saved without opening the whole page again."""

import re
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.documents import About, add_documents, withdraw_document
from cases.models import Document
from nrm.actions import Refused
from screening import actions
from screening.models import EarlierEvidence, Evidence, IndicatorFinding
from tests.documents import files
from tests.screening.build import first_episode, item, started, url
from tests.watching import looking_as


@pytest.fixture
def screening(world: Any, at: Any) -> Any:
    return started(world, at)


def document(world: Any, case: Any, at: Any) -> Document:
    added = add_documents(
        case,
        actor=world.caseworker,
        at=at,
        files=[files.upload(files.pdf(), "contract.pdf")],
        about=About("work", "person"),
    )
    return added.saved[0]


def record(world: Any, screening: Any, at: Any, code: str, state: str = "shown", *on: Any) -> Any:
    return actions.record_indicator(
        screening,
        actor=world.caseworker,
        at=at,
        episode=first_episode(screening, world).pk,
        code=code,
        state=state,
        evidence_ids=[one.pk for one in on],
    )


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# Documents ---------------------------------------------------------------------------------------
def test_an_item_names_the_document_it_is_in_and_keeps_what_it_named_before(
    world: Any, at: Any, screening: Any
) -> None:
    paper = document(world, screening.case, at)
    client = world.client("caseworker")
    listed = client.get(reverse("case_documents", args=[screening.case.reference]))
    link = f"{url(screening)}?document={paper.pk}#add"
    assert f'href="{link}"' in listed.content.decode()
    page = client.get(link).content.decode()
    assert f'<option value="{paper.pk}" selected>' in page

    sent = {"source": "document", "text": "40 hours a week.", "document": str(paper.pk)}
    assert client.post(url(screening, "evidence/"), sent).status_code == 302
    row = Evidence.objects.get()
    assert row.document_id == paper.pk
    title = "Document 1: Contract, pay slip or other paper about work"
    assert title in client.get(url(screening)).content.decode()

    actions.correct_evidence(
        row, actor=world.caseworker, at=at, item=item("40 hours."), version=row.version
    )
    assert Evidence.objects.get().document_id is None
    assert EarlierEvidence.objects.get().document_id == paper.pk


def test_a_document_of_another_case_cannot_be_named(world: Any, at: Any, screening: Any) -> None:
    other = document(world, world.assigned_case(), at)
    with pytest.raises(Refused) as refusal:
        actions.record_evidence(
            screening, actor=world.caseworker, at=at, item=item(document=other.pk)
        )
    assert [o.field for o in refusal.value.objections] == ["document"]


def test_a_withdrawn_document_is_offered_no_more_and_an_item_still_names_it(
    world: Any, at: Any, screening: Any
) -> None:
    paper = document(world, screening.case, at)
    row = actions.record_evidence(
        screening, actor=world.caseworker, at=at, item=item(document=paper.pk)
    )
    withdraw_document(paper, actor=world.caseworker, at=at, reason="wrong_file")
    client = world.client("caseworker")
    page = client.get(url(screening)).content.decode()
    assert "(withdrawn)" in page
    assert f'value="{paper.pk}"' not in page
    assert (
        f'<option value="{paper.pk}" selected>'
        in client.get(url(screening, f"evidence/{row.pk}/")).content.decode()
    )


# Elements ----------------------------------------------------------------------------------------
def test_the_elements_say_on_which_items_they_rest_and_which_is_thin(
    world: Any, at: Any, screening: Any
) -> None:
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(screening, item=item("First."), **by)
    two = actions.record_evidence(screening, item=item("Second."), **by)
    record(world, screening, at, "ACT-REC", "shown", one, two)
    record(world, screening, at, "MC-05", "shown", two)
    record(world, screening, at, "PU-LAB", "shown")
    page = world.client("caseworker").get(url(screening)).content.decode()
    rests = [words(part) for part in re.findall(r'nrm-element__rests">(.*?)</p>', page)]
    assert rests == [
        "Rests on item Item 1 , Item 2",
        "Thin: Rests on item Item 2",
        "Thin: no evidence is linked",
    ]
    assert "score" not in words(page).replace("There is no score", "")


def test_an_item_says_which_other_it_disagrees_with(world: Any, at: Any, screening: Any) -> None:
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(screening, item=item("He kept it."), **by)
    two = actions.record_evidence(screening, item=item("He gave it back."), **by)
    pair = actions.note_contradiction(screening, first=one.pk, second=two.pk, **by)
    page = world.client("caseworker").get(url(screening)).content.decode()
    assert page.count(f'<a class="govuk-link" href="#c-{pair.pk}">') == 2
    assert "Disagrees with item 1" in page
    assert "not explained yet" in page
    assert "common after trauma" in page


def test_common_mistakes_stand_beside_and_come_from_the_profile(
    world: Any, at: Any, screening: Any
) -> None:
    page = world.client("caseworker").get(url(screening)).content.decode()
    guidance = world.profile.decisions[0].guidance
    assert len(guidance) > 8
    for line in guidance:
        assert str(line.label).replace("'", "&#x27;") in page


# Saving a part -----------------------------------------------------------------------------------
def test_an_answer_asked_for_in_parts_is_the_parts_and_no_page(
    world: Any, at: Any, screening: Any
) -> None:
    client = world.client("caseworker")
    episode = first_episode(screening, world)
    address = url(screening, f"episodes/{episode.pk}/indicators/ACT-REC/")
    whole = len(client.get(url(screening)).content)
    part = client.post(address, {"state": "shown", "version": "0"}, headers={"X-NRM-Part": "1"})
    text = part.content.decode()
    assert part.status_code == 200
    assert re.findall(r'^<\w+ id="([\w-]+)"', text, re.M)[:1] == ["said"]
    for name in ('id="glance"', 'id="i-ACT-REC"', 'id="so-far"'):
        assert text.count(name) == 1
    assert "<html" not in text
    assert 'id="i-ACT-HAR"' not in text
    assert len(part.content) * 4 < whole
    assert "X-NRM-Part" in part["Vary"]
    assert part["Cache-Control"] == "no-store"
    assert IndicatorFinding.objects.get().state == "shown"
    # Sent from a page that is out of date: the page that tells of the clash, not a part.
    clash = client.post(
        address, {"state": "not_shown", "version": "0"}, headers={"X-NRM-Part": "1"}
    )
    assert clash.status_code == 409
    assert "X-NRM-Part" not in clash
    with looking_as(world.caseworker):
        assert IndicatorFinding.objects.get().state == "shown"


# In a browser ------------------------------------------------------------------------------------
def test_one_item_is_linked_in_three_clicks(world: Any, at: Any, screening: Any, eyes: Any) -> None:
    actions.record_evidence(screening, actor=world.caseworker, at=at, item=item())
    window = eyes(world.client("caseworker"))
    page, clicks = window.page, 0
    window.go(url(screening))
    assert page.locator(".nrm-element__state").all_inner_texts() == ["Unknown"] * 3
    for target in (
        page.get_by_role("link", name="What does it show?"),
        page.locator("label[for=k-ACT-REC]"),
        page.get_by_role("button", name="Save what it shows").first,
    ):
        target.click()
        clicks += 1
    page.wait_for_url(re.compile(r"#e-"))
    assert clicks == 3
    assert page.locator(".nrm-element__state").first.inner_text() == "Present"
    assert "Rests on item" in page.locator(".nrm-element__rests").inner_text()


def test_an_answer_is_saved_where_one_is_without_opening_the_page_again(
    world: Any, at: Any, screening: Any, eyes: Any
) -> None:
    window = eyes(world.client("caseworker"))
    page = window.page
    window.go(url(screening))
    page.evaluate("for (const group of document.querySelectorAll('.nrm-group')) group.open = true")
    page.evaluate("window.sameDocument = true")
    row = page.locator("#i-ACT-REC")
    row.get_by_role("button", name="Shown", exact=True).click()
    page.locator("#i-ACT-REC [aria-pressed=true]").wait_for()
    assert page.evaluate("window.sameDocument") is True
    assert page.locator(".nrm-element__state").first.inner_text() == "Present"
    assert "Act: Present." in page.locator("#said").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Shown"
    # A second answer to the same question, then one by a colleague meanwhile.
    row.get_by_role("button", name="Not known").click()
    page.locator("#i-ACT-REC .nrm-choice__button--unknown[aria-pressed=true]").wait_for()
    record(world, screening, at, "ACT-REC", "not_shown")
    row.get_by_role("button", name="Shown", exact=True).click()
    page.get_by_role("heading", name="A colleague saved this").wait_for()
    assert window.faults == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
