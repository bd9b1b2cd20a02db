"""What shows who somebody is travels as long as it is: from the size of a compressed answer
somebody on the line could learn it letter by letter."""

from typing import Any

import pytest
from django.urls import reverse

from cases.rules.referral_form import form_for
from tests.api.tools import by_session
from tests.casework.people import assigned
from tests.casework.test_sharing import agree, document, share, wanted
from tests.intake.answers import FULL
from tests.intake.test_drafts import draft_of

ASKED = {"headers": {"Accept-Encoding": "gzip, br"}}


def text_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("compressed", [False, True])
def test_a_draft_is_never_compressed_and_a_page_without_anybody_is(
    world: Any, at: Any, compressed: bool
) -> None:
    draft = draft_of(world, at, name="Zamira Hoxhaj", phone="+355 68 900123")
    page = next(
        page.code
        for page in form_for(world.profile).pages
        if "name" in {question.code for question in page.questions}
    )
    client = world.client("responder")
    if compressed:  # so that the others prove something
        assert client.get(reverse("drafts"), **ASKED)["Content-Encoding"] == "gzip"
        return
    program = by_session(world.responder)
    for answer in (
        client.get(reverse("draft_page", args=[draft.pk, page]), **ASKED),
        client.get(reverse("draft_check", args=[draft.pk]), **ASKED),
        program.get(reverse("api_draft", args=[draft.pk]), **ASKED),
        program.get(reverse("api_draft_page", args=[draft.pk, page]), **ASKED),
    ):
        assert answer.status_code in (200, 405), answer.request["PATH_INFO"]
        assert answer.status_code == 405 or b"Zamira" in answer.content
        assert "Content-Encoding" not in answer, answer.request["PATH_INFO"]
    for name in ("draft", "draft_hand_over", "draft_discard"):
        assert "Content-Encoding" not in client.get(reverse(name, args=[draft.pk]), **ASKED)


def test_a_file_is_never_compressed_for_whoever_it_is_of(world: Any, at: Any) -> None:
    case = assigned(world, at=at, answers=FULL)
    paper = document(world, case, at)
    row = share(world, case, at, wanted(world, agree(world, case, at), documents=[paper.pk]))
    theirs = {"provider": [row.pk, paper.pk]}
    for who, name, values in (
        ("provider", "shared_file", theirs["provider"]),
        ("provider", "api_shared_file", theirs["provider"]),
        ("caseworker", "document_file", [case.reference, paper.pk]),
        ("caseworker", "api_document_file", [case.reference, paper.pk]),
    ):
        answer = by_session(world.users[who]).get(reverse(name, args=values), **ASKED)
        assert (answer.status_code, text_of(answer)[:5]) == (200, b"%PDF-"), name
        assert "Content-Encoding" not in answer, name
    # What is told of a document is under the person's key, and so is what it was called.
    told = by_session(world.caseworker).get(
        reverse("api_document", args=[case.reference, paper.pk]), **ASKED
    )
    assert b"Zamira" in told.content
    assert "Content-Encoding" not in told
