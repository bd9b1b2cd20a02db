"""What changed between a decision that was returned and the one that is read again."""

import time

import pytest
from django.urls import reverse

from cases.actions import deciding
from cases.models import Decision
from cases.rules.word_diff import Piece, word_diff
from nrm.context import acting_as
from tests.api.tools import api
from tests.decisions.road import REASONS, content, own_grounds, ready_case, submitted


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("one two", "one two", [("same", "one two")]),
        ("one two", "one three", [("same", "one "), ("gone", "two"), ("added", "three")]),
        ("", "new", [("added", "new")]),
        ("old", "", [("gone", "old")]),
        (
            "kept\nsaid in May\nlast",
            "kept\nsaid in June\nlast",
            [
                ("same", "kept\nsaid in "),
                ("gone", "May\n"),
                ("added", "June\n"),
                ("same", "last"),
            ],
        ),
    ],
)
def test_words_that_changed_are_told_and_no_others(before, after, pieces):
    assert word_diff(before, after) == [Piece(kind, text) for kind, text in pieces]


def test_both_texts_can_be_read_from_the_pieces():
    before = "She told of a debt.  He kept\n\nher papers, she says."
    after = "She told of the debt and the door. He kept\nher papers."
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "gone") == after
    words = "".join(p.text for p in pieces if p.kind != "added").split()
    assert words == before.split()


def test_a_long_text_that_shares_nothing_does_not_hold_the_page_up():
    before, after = (" ".join(f"{w}{n}" for n in range(4_000)) for w in ("a", "b"))
    started = time.process_time()
    assert [p.kind for p in word_diff(before, after)] == ["gone", "added"]
    assert time.process_time() - started < 1


@pytest.fixture
def again(world, at):
    """A decision that was returned, written anew and submitted again."""
    decision = submitted(world, ready_case(world, at=at), at=at)
    own_grounds(world, decision, at=at)
    deciding.hand_back(decision, actor=world.supervisor, at=at, reasons="Say what the debt was.")
    anew = {k: v for k, v in REASONS.items() if k != "differs"}
    anew["for"] = anew["for"].replace("the debt.", "the debt of 4,000 euros.")
    with acting_as(world.caseworker):
        decision = Decision.objects.select_related("case__person").get(pk=decision.pk)
    deciding.save_draft(decision, actor=world.caseworker, at=at, content=content(reasons=anew))
    return deciding.submit_for_review(decision, actor=world.caseworker, at=at)


def test_whoever_reads_it_again_sees_what_was_written_anew(world, again):
    url = reverse("decision_review", args=[again.case.reference, again.pk])
    text = world.client("supervisor").get(url).content.decode()
    section = text[text.index("Changed since it was returned") :]
    section = section[: section.index("</section>")]
    assert "<del>debt. </del><ins>debt of 4,000 euros. </ins>" in section
    assert section.count("<h3") == 1  # the other parts are as they were
    # Somebody else who reads it sees the same.
    assert "<ins>" in world.client("supervisor2").get(url).content.decode()
    body = (
        api(world.supervisor)
        .get(f"/api/v1/cases/{again.case.reference}/decisions/{again.pk}/")
        .json()
    )
    (part,) = body["rewritten"]
    assert {"kind": "added", "text": "debt of 4,000 euros. "} in part["pieces"]


def test_a_first_reading_has_nothing_to_compare(world, at):
    decision = submitted(world, ready_case(world, at=at), at=at)
    url = reverse("decision_review", args=[decision.case.reference, decision.pk])
    text = world.client("supervisor").get(url).content.decode()
    assert "Changed since it was returned" not in text
    assert "<ins>" not in text
