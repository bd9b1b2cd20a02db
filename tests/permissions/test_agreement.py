"""Lists, pages and REST are one: what somebody finds in a list is what they can open, and what
they can open they find."""

from html import unescape

import pytest

from tests.permissions.asking import Asker
from tests.permissions.table import SIGNED_IN, STANDINGS, THROUGH

everybody = pytest.mark.parametrize("actor", SIGNED_IN)

READERS = ("intake", "supervisors", "caseworker")


def shown(asker: Asker, values: dict[str, str], actor: str, *paths: str) -> set[str]:
    """Which of the values stand on these pages, by place; none where a page is refused."""
    found = set()
    for path in paths:
        answer = asker.ask("GET", path, actor)
        if answer.kind == THROUGH:
            text = unescape(answer.body.decode())
            found |= {place for place, value in values.items() if value in text}
    return found


def opened(asker: Asker, values: dict[str, str], actor: str, path: str) -> set[str]:
    """Which of the values have an address that opens."""
    return {
        place
        for place, value in values.items()
        if asker.ask("GET", path.format(value), actor).status == 200
    }


def standing(actor: str, *standings: str) -> set[str]:
    """The cases to which the table of standings brings somebody this near."""
    return {
        place
        for place, near in STANDINGS.items()
        if any(actor in near.get(name, ()) for name in standings)
    }


@everybody
def test_cases_in_lists_by_rest_and_opened_are_the_same(asker, actor):
    references = asker.scene.references
    pages = opened(asker, references, actor, "/cases/{}/")
    rest = opened(asker, references, actor, "/api/v1/cases/{}/")
    views = [f"/api/v1/cases/?view={view}" for view in ("team", "closed")]
    listed = shown(asker, references, actor, "/api/v1/cases/", *views)
    assert pages == rest == listed == standing(actor, *READERS)
    if asker.ask("GET", "/cases/", actor).status == 200:
        every = [f"/cases/?view={v}" for v in ("mine", "team", "unassigned", "closed")]
        assert shown(asker, references, actor, "/cases/", *every) == pages


@everybody
def test_intake_queue_holds_what_waits_and_each_of_it_opens(asker, actor):
    references = asker.scene.references
    triage = opened(asker, references, actor, "/intake/{}/")
    assert triage == standing(actor, "intake", "supervisors")
    waiting = {"queue", "notify"}  # given to nobody
    assert shown(asker, references, actor, "/intake/") == triage & waiting


@everybody
def test_summaries_listed_and_opened_are_the_same(asker, actor):
    references = asker.scene.references
    near = opened(asker, references, actor, "/near/{}/")
    assert near == standing(actor, "provider", "liaison")
    assert shown(asker, references, actor, "/near/") == near


@everybody
def test_referrals_on_the_page_by_rest_and_opened_are_the_same(asker, actor):
    receipts = asker.scene.receipts
    pages = opened(asker, receipts, actor, "/referrals/{}/")
    assert pages == opened(asker, receipts, actor, "/referrals/{}/receipt/")
    assert pages == opened(asker, receipts, actor, "/api/v1/referrals/{}/")
    assert pages == shown(asker, receipts, actor, "/api/v1/referrals/?limit=100")
    assert pages == standing(actor, "referrers")
    # The home page names them by pseudonym and links the receipt.
    assert shown(asker, receipts, actor, "/referrals/") == pages


@everybody
def test_drafts_listed_and_opened_are_the_same(asker, actor):
    drafts = {name: asker.scene.places[name]["draft"] for name in ("draft", "their_draft")}
    pages = opened(asker, drafts, actor, "/referrals/drafts/{}/")
    assert shown(asker, drafts, actor, "/referrals/drafts/") == pages
    assert shown(asker, drafts, actor, "/referrals/") == pages


@everybody
def test_decisions_to_review_listed_and_opened_are_the_same(asker, actor):
    places = asker.scene.places
    decisions = {name: at["decision_id"] for name, at in places.items() if "decision_id" in at}
    listed = shown(asker, decisions, actor, "/reviews/")
    assert listed == shown(asker, decisions, actor, "/api/v1/reviews/")
    assert listed == standing(actor, "supervisors") & {"review"}
    for place in listed:
        reference = asker.scene.references[place]
        path = f"/cases/{reference}/decisions/{decisions[place]}/review/"
        assert asker.ask("GET", path, actor).status == 200


@everybody
def test_deadlines_by_rest_are_those_of_the_page(asker, actor):
    for place in ("assigned", "outer"):
        where = f"cases/{asker.scene.references[place]}/deadlines/"
        clock = {place: asker.scene.places[place]["deadline_id"]}
        page = shown(asker, clock, actor, f"/{where}")
        assert page == shown(asker, clock, actor, f"/api/v1/{where}")
        assert page == standing(actor, *READERS) & {place}


def test_whoever_referred_is_told_of_a_decision_by_their_receipt(asker):
    inbox = asker.ask("GET", "/inbox/", "lead").body.decode()
    assert f"/referrals/{asker.scene.receipts['made']}/" in inbox
    assert asker.scene.pseudonyms["made"] in inbox
    assert asker.scene.references["made"] not in inbox
