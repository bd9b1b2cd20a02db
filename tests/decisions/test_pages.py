"""The pages of decisions, the review queue and the letter."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import deciding
from cases.models import Decision, InboxItem
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.decisions.road import (
    REASONS,
    card,
    drafted,
    findings,
    made,
    own_grounds,
    ready_case,
    submitted,
)
from tests.watching import looking_as

FORM = {
    "outcome": "positive",
    "grounds_positive": ["elements_met"],
    **{f"reason_{code}": text for code, text in REASONS.items() if code != "differs"},
    "age_basis": "document",
    "no_conflict": "on",
}


def url(name, case, decision=None):
    return reverse(name, args=[case.reference, *([decision.pk] if decision else [])])


def body(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def case(world, at):
    return ready_case(world, at=at)


def test_caseworker_drafts_supervisor_agrees_all_on_the_pages(world, case):
    author, reader = world.client("caseworker"), world.client("supervisor")
    page = author.get(url("decisions", case))
    assert "Reasonable grounds decision" in body(page)
    start = reverse("decision_start", args=[case.reference, "reasonable_grounds"])
    key = "0c5fcd1e-1c0c-4d1e-9d4b-1f3a1f1c2a11"
    first = author.post(start, {"submission_key": key})
    assert author.post(start, {"submission_key": key}).url == first.url  # ten clicks, one draft
    with looking_as(world.caseworker):
        decision = Decision.objects.get()
    saved = author.post(first.url, {"version": 1, "outcome": "positive", "save": "1"})
    assert saved.status_code == 302
    refused = author.post(first.url, {"version": 2, "outcome": "positive", "submit": "1"})
    assert refused.status_code == 422
    text = body(refused)
    assert "Select at least one ground" in text
    assert "Write: What speaks for it" in text
    assert "<title>Error: " in text
    done = author.post(first.url, {**FORM, "version": 3, "submit": "1"})
    assert done.status_code == 302, body(done)
    queue = body(reader.get(reverse("reviews")))
    assert case.pseudonym in queue
    assert "Read it" in queue
    review = url("decision_review", case, decision)
    page = body(reader.get(review))
    assert "Step 1 of 2" in page
    assert "I agree: make the decision" not in page  # not before own grounds
    assert REASONS["for"].replace("'", "&#x27;") in page
    step = {
        "version": 5,
        "own_outcome": "positive",
        "own_grounds": "The same.",
        "no_conflict": "on",
    }
    assert reader.post(review, step).status_code == 302
    page = body(reader.get(review))
    assert "Step 2 of 2" in page
    assert "I agree: make the decision" in page
    answer = reader.post(review, {"verdict_step": "1", "version": 5, "verdict": "agree"})
    assert answer.status_code == 302, body(answer)
    record = body(reader.get(url("decision", case, decision)))
    assert "The record is as it was made." in record
    assert "There is nothing to compare" not in record


def test_author_sees_their_own_decision_greyed_with_the_reason_and_cannot_post_a_verdict(
    world, case, at
):
    decision = deciding.draft_decision(
        case, actor=world.supervisor, at=at, code="reasonable_grounds"
    )
    from tests.decisions.road import content

    deciding.save_draft(decision, actor=world.supervisor, at=at, content=content())
    deciding.submit_for_review(decision, actor=world.supervisor, at=at)
    client = world.client("supervisor")
    queue = body(client.get(reverse("reviews")))
    assert "You wrote this decision, so you cannot approve it." in queue
    assert "Read it" not in queue
    review = url("decision_review", case, decision)
    assert "Step 1" not in body(client.get(review))
    for form in (
        {"version": 3, "own_outcome": "positive", "own_grounds": "x", "no_conflict": "on"},
        {"version": 3, "verdict_step": "1", "verdict": "agree"},
    ):
        answer = client.post(review, form)
        assert answer.status_code == 422
        assert "You wrote this decision" in body(answer)


def test_strangers_get_the_same_404_and_wrong_roles_403(world, case, at):
    decision = made(world, case, at=at)
    names = ("decisions", "decision", "decision_review", "decision_letter", "decision_serve")
    absent = world.client("other_supervisor").get("/cases/00000-00000-0000/decisions/").content
    for name in names:
        address = url(name, case, None if name == "decisions" else decision)
        for who in (
            "other_caseworker",
            "other_supervisor",
            "other_responder",
            "auditor",
            "administrator",
            "provider",
            "liaison",
            "superuser",
            "caseworker2",
        ):
            answer = world.client(who).get(address)
            assert (answer.status_code, answer.content) == (404, absent), (who, name)
        for who in ("responder", "lead", "intake"):
            assert world.client(who).get(address).status_code == 403, (who, name)
    assert world.client("caseworker").get(url("decision_review", case, decision)).status_code == 403
    for who in ("caseworker", "intake", "responder", "auditor", "superuser"):
        assert world.client(who).get(reverse("reviews")).status_code == 403
    assert "Nothing waits" in body(world.client("other_supervisor").get(reverse("reviews")))


def test_decision_of_another_case_is_not_found_through_this_case(world, case, at):
    other = ready_case(world, at=at)
    decision = made(world, other, at=at)
    client = world.client("caseworker")
    assert client.get(url("decision", case, decision)).status_code == 404
    assert client.get(url("decision_letter", case, decision)).status_code == 404


def test_two_windows_lose_nothing(world, case, at):
    decision = drafted(world, case, at=at)
    client = world.client("caseworker")
    address = url("decision", case, decision)
    assert client.post(address, {**FORM, "version": 1, "save": "1"}).status_code == 302
    typed = {**FORM, "reason_for": "Typed in the second window.", "version": 1, "save": "1"}
    clash = client.post(address, typed)
    assert clash.status_code == 409
    text = body(clash)
    assert "Typed in the second window." in text  # what was typed
    assert "Zanzibar-Quill" in text  # what is saved
    with looking_as(world.caseworker):
        version = Decision.objects.get().version
    assert f'name="version" value="{version}"' in text
    assert client.post(address, {**typed, "version": version}).status_code == 302


def test_only_the_author_changes_a_draft(world, case, at):
    decision = drafted(world, case, at=at)
    client = world.client("supervisor")
    page = body(client.get(url("decision", case, decision)))
    assert 'name="reason_for"' not in page
    answer = client.post(url("decision", case, decision), {**FORM, "version": 1, "save": "1"})
    assert answer.status_code == 422
    assert "Only its author can change this draft." in body(answer)


def test_letter_is_by_reference_and_pseudonym_in_plain_words(world, case, at):
    from identities import vault

    with acting_as(world.supervisor):
        vault.record(case.person_id, [("name", "Yevgenia Quarterstaff")], at=at, case_id=case.pk)
    findings(world, case, at=at, purpose="NOT_SHOWN", result="PARTIAL_PURPOSE")
    decision = made(world, case, at=at, outcome="negative", grounds=("purpose_not_shown",))
    client = world.client("caseworker")
    page = body(client.get(url("decision_letter", case, decision)))
    for words in (
        case.reference,
        case.pseudonym,
        "Negative: there are no reasonable grounds",
        REASONS["letter"],
        REASONS["would_change"],
        "You can ask for this decision to be looked at again",
        "30 calendar days",
        "It runs from the day you receive this letter.",
    ):
        assert words in page, words
    assert "Quarterstaff" not in page
    assert REASONS["for"] not in page  # what is for colleagues stays with colleagues
    assert case.reference not in re.search("<title>(.*?)</title>", page).group(1)
    card(world, case, at=at)
    served = client.post(
        url("decision_serve", case, decision),
        {
            "served_on_day": at.day,
            "served_on_month": at.month,
            "served_on_year": at.year,
            "channel": "in_person",
            "language": "en",
        },
    )
    assert served.status_code == 302, body(served)
    page = body(client.get(url("decision_letter", case, decision)))
    assert "It runs from the day you receive this letter." not in page


def test_letter_can_be_had_in_another_language_and_says_which(world, case, at):
    decision = made(world, case, at=at)
    page = body(
        world.client("caseworker").get(url("decision_letter", case, decision) + "?language=ar")
    )
    assert '<article class="nrm-letter" lang="ar" dir="rtl">' in page
    assert '<html lang="en"' in page


def test_serving_page_keeps_what_was_typed_and_says_what_the_card_says(world, case, at):
    decision = made(world, case, at=at)
    client = world.client("caseworker")
    page = body(client.get(url("decision_serve", case, decision)))
    assert "it cannot be used" in page
    answer = client.post(
        url("decision_serve", case, decision),
        {
            "served_on_day": "31",
            "served_on_month": "2",
            "served_on_year": "2026",
            "channel": "post",
        },
    )
    assert answer.status_code == 422
    assert 'value="31"' in body(answer)
    answer = client.post(url("decision_serve", case, decision), {"channel": "post"})
    text = body(answer)
    assert "does not mark this way as safe" in text
    assert "Enter the day on which the person received it" in text
    assert "Select the language" in text


def test_reasons_are_sealed_in_the_database_and_absent_from_events(world, case, at):
    decision = made(world, case, at=at)
    with looking_as(world.supervisor):
        row = Decision.objects.get(pk=decision.pk)
        assert b"Zanzibar" not in bytes(row.reasons)
        assert "Zanzibar" not in str(row.record)
        review = row.reviews.get()
        assert b"photographs" not in bytes(review.own_grounds)
        for event in Event.objects.all():
            assert "Zanzibar" not in str(event.data)
            assert "photographs" not in str(event.data)
        for item in InboxItem.objects.all():
            assert "Zanzibar" not in str(item.data)


def test_looks_are_events(world, case, at):
    decision = made(world, case, at=at)
    client = world.client("caseworker")
    client.get(url("decision", case, decision))
    client.get(url("decision_letter", case, decision))
    client.get(url("decisions", case))
    world.client("supervisor").get(reverse("reviews"))
    with looking_as(world.supervisor):
        looks = Event.objects.filter(verb__endswith=".viewed").values_list("verb", flat=True)
        assert {"decision.viewed", "letter.viewed", "decisions.viewed", "reviews.viewed"} <= set(
            looks
        )


def test_reviewer_is_told_what_changed_since(world, case, at):
    decision = submitted(world, case, at=at)
    findings(world, case, at=at, means="UNKNOWN", result="PARTIAL_MEANS")
    page = body(world.client("supervisor").get(url("decision_review", case, decision)))
    assert "Changed since it was submitted" in page
    assert "Means" in page


def test_returned_reasons_are_shown_to_the_author(world, case, at):
    decision = submitted(world, case, at=at)
    own_grounds(world, decision, at=at)
    client = world.client("supervisor")
    review = url("decision_review", case, decision)
    answer = client.post(
        review, {"verdict_step": "1", "version": decision.version, "verdict": "return"}
    )
    assert answer.status_code == 422
    assert "Write why you return it" in body(answer)
    client.post(
        review,
        {
            "verdict_step": "1",
            "version": decision.version,
            "verdict": "return",
            "reasons": "Say who was asked.",
        },
    )
    page = body(world.client("caseworker").get(url("decision", case, decision)))
    assert "Say who was asked." in page
    assert 'name="reason_for"' in page


# What each page costs. The same for 50 rows as for 25.
REVIEW_QUERIES = 12
DECISIONS_QUERIES = 15
DRAFT_QUERIES = 16
MADE_QUERIES = 15
REVIEW_PAGE_QUERIES = 21
LETTER_QUERIES = 12
AGREE_QUERIES = 30  # to make a decision, from the reader's click to the answer


def queries_of(client, address):
    client.get(address)  # the session and the content types are warm now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_decision_is_made_in_few_statements_and_each_is_told(world, at, case):
    decision = submitted(world, case, at=at)
    own_grounds(world, decision, at=at)
    client = world.client("supervisor")
    page = url("decision_review", case, decision)
    client.get(page)  # the session and the content types are warm now
    said = {"verdict_step": "1", "version": decision.version, "verdict": "agree"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(page, said).status_code == 302
    assert len(queries) <= AGREE_QUERIES
    told = {"decision_made": {"caseworker"}, "referral_decided": {"responder", "lead"}}
    with looking_as(world.caseworker):
        for kind, names in told.items():
            items = InboxItem.objects.filter(kind=kind, case=case).select_related("mail")
            assert {world.users[name].pk for name in names} <= {item.user_id for item in items}
            assert all(item.mail.sent_at is None and item.data["decision_id"] for item in items)


def test_review_queue_costs_the_same_for_25_and_50_decisions(world, at):
    client = world.client("supervisor")
    counts = []
    for size in (25, 50):
        with looking_as(world.caseworker):
            while Decision.objects.count() < size:
                Decision.objects.create(
                    case=world.assigned_case(at=at),
                    code="reasonable_grounds",
                    outcome="positive",
                    state="in_review",
                    author=world.caseworker,
                    drafted_at=at,
                    submitted_at=at,
                )
        counts.append(queries_of(client, reverse("reviews")))
    assert counts == [REVIEW_QUERIES, REVIEW_QUERIES]


def test_decision_pages_cost_what_is_written_here(world, case, at):
    client = world.client("caseworker")
    draft = drafted(world, case, at=at)
    assert queries_of(client, url("decision", case, draft)) == DRAFT_QUERIES
    deciding.submit_for_review(draft, actor=world.caseworker, at=at)
    reader = world.client("supervisor")
    assert queries_of(reader, url("decision_review", case, draft)) == REVIEW_PAGE_QUERIES
    own_grounds(world, draft, at=at)
    deciding.agree(draft, actor=world.supervisor, at=at)
    assert queries_of(client, url("decision", case, draft)) == MADE_QUERIES
    assert queries_of(client, url("decision_letter", case, draft)) == LETTER_QUERIES
    assert queries_of(client, url("decisions", case)) == DECISIONS_QUERIES
