"""A responder's way through the pages with a browser that runs no script."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Draft, Referral
from cases.models.case import CaseKind


def start(client: Client, **answers: Any) -> Draft:
    """Starts a draft by the first page, and gives it."""
    data = {"danger_now": "no", "submission_key": str(uuid4()), **answers}
    response = client.post(reverse("referral_start"), data)
    assert response.status_code == 302, response.content.decode()
    return Draft.objects.latest("started_at")


def save(client: Client, draft: Draft, page: str, answers: dict[str, Any], item: str = "") -> Any:
    """Saves a page as its form sends it."""
    args = [draft.pk, page, item] if item else [draft.pk, page]
    url = reverse("draft_item" if item else "draft_page", args=args)
    shown = client.get(url)
    assert shown.status_code == 200
    version = re.search(r'name="version" value="(\d+)"', shown.content.decode())
    assert version
    return client.post(url, {"version": version[1], **answers})


def send(client: Client, draft: Draft) -> Any:
    url = reverse("draft_check", args=[draft.pk])
    key = re.search(r'name="submission_key" value="([^"]+)"', client.get(url).content.decode())
    assert key, "The page offers nothing to send."
    return client.post(url, {"submission_key": key[1]})


def test_an_adult_is_referred_in_at_most_six_pages_without_a_name(world: Any) -> None:
    client = world.client("responder")
    pages = ["referral_start"]
    draft = start(client)
    response = save(client, draft, "who", {"age_status": "adult", "jurisdiction": "england"})
    pages.append("who")
    assert response.url == reverse("draft_page", args=[draft.pk, "consent"])
    response = save(client, draft, "consent", {"consent_answer": "given"})
    pages.append("consent")
    assert response.url == reverse("draft", args=[draft.pk])
    tasks = client.get(response.url).content.decode()
    pages.append("tasks")
    assert "Check and send" in tasks
    assert draft.person.pseudonym in tasks
    response = send(client, draft)
    pages.append("check")
    assert len(pages) <= 6
    referral = Referral.objects.get()
    assert response.url == reverse("referral_receipt", args=[referral.receipt])
    receipt = client.get(response.url).content.decode()
    assert referral.receipt in receipt
    assert draft.person.pseudonym not in receipt
    assert not Draft.objects.exists()
    home = client.get(reverse("referrals")).content.decode()
    stage = world.profile.stage(referral.case.stage)
    assert str(stage.public_label) in home
    assert draft.person.pseudonym in home


def test_the_childs_path_opens_by_itself_and_says_why(world: Any) -> None:
    client = world.client("responder")
    draft = start(client)
    response = save(client, draft, "who", {"age_status": "not_sure", "jurisdiction": "scotland"})
    assert response.url == reverse("draft_page", args=[draft.pk, "child_protection"])
    page = client.get(response.url).content.decode()
    assert "You must tell child protection today" in page
    consent = client.get(reverse("draft_page", args=[draft.pk, "consent"]))
    assert consent.status_code == 404
    response = save(client, draft, "child_protection", {"child_protection_told": "yes"})
    check = client.get(reverse("draft_check", args=[draft.pk])).content.decode()
    assert "Enter which child protection authority you told" in check
    assert 'name="submission_key"' not in check
    save(
        client,
        draft,
        "child_protection",
        {"child_protection_told": "yes", "child_authority": "Northshire"},
    )
    send(client, draft)
    assert Referral.objects.get().case.treated_as_child


def test_an_adult_who_declines_becomes_a_notification_and_may_agree_later(world: Any) -> None:
    client = world.client("responder")
    draft = start(client)
    save(client, draft, "who", {"age_status": "adult", "jurisdiction": "wales"})
    save(client, draft, "name", {"name": "Zamira Hoxhaj"})
    response = save(client, draft, "consent", {"consent_answer": "refused"})
    assert response.url == reverse("draft_page", args=[draft.pk, "cooperation"])
    save(client, draft, "cooperation", {"police_cooperation": "no"})
    assert client.get(reverse("draft_page", args=[draft.pk, "name"])).status_code == 404
    check = client.get(reverse("draft_check", args=[draft.pk])).content.decode()
    assert "is destroyed" in check
    assert "Zamira" not in check
    send(client, draft)
    notified = Referral.objects.get()
    assert notified.case.kind == CaseKind.DUTY_TO_NOTIFY
    page = client.get(reverse("referral", args=[notified.receipt])).content.decode()
    assert "The person now agrees" in page
    followed = reverse("referral_following", args=[notified.receipt])
    response = client.post(followed)
    again = client.post(followed)
    assert response.url == again.url
    later = Draft.objects.get()
    assert later.person_id == notified.case.person_id
    save(client, later, "danger", {"danger_now": "no"})
    save(client, later, "who", {"age_status": "adult", "jurisdiction": "wales"})
    save(client, later, "consent", {"consent_answer": "given"})
    send(client, later)
    referral = Referral.objects.latest("sent_at")
    assert referral.follows == notified
    page = client.get(reverse("referral", args=[notified.receipt])).content.decode()
    assert "The person now agrees" not in page
    assert referral.receipt in page


def test_nothing_can_be_sent_of_who_declines_where_there_is_no_duty(palermo: Any) -> None:
    client = palermo.client("responder")
    draft = start(client)
    save(client, draft, "who", {"age_status": "adult"})
    response = save(client, draft, "consent", {"consent_answer": "refused"})
    assert response.url == reverse("draft", args=[draft.pk])
    page = client.get(response.url).content.decode()
    assert "nothing can be sent" in page
    assert "112" in page
    assert "Discard the draft" in page
    url = reverse("draft_check", args=[draft.pk])
    refused = client.post(url, {"submission_key": str(draft.submission_key)})
    assert refused.status_code == 422
    assert not Referral.objects.exists()


def test_every_page_of_the_form_can_be_saved_and_read_again(world: Any) -> None:
    from cases.rules.referral_form import form_for, is_shown

    client = world.client("responder")
    draft = start(client)
    save(client, draft, "who", {"age_status": "adult", "jurisdiction": "england"})
    save(client, draft, "consent", {"consent_answer": "given"})
    answers = {"age_status": "adult", "consent_answer": "given"}
    seen = 0
    for page in form_for(world.profile).pages:
        if not is_shown(page, answers, world.profile) or page.code in ("who", "consent"):
            continue
        typed = {}
        for question in page.questions:
            if question.kind in ("text", "long_text", "telephone"):
                typed[question.code] = f"about {question.code}"
            elif question.kind == "email":
                typed[question.code] = "somebody@example.org"
            elif question.kind in ("choice", "yes_no", "choices"):
                typed[question.code] = question.options[0].code
            elif question.kind == "country":
                typed[question.code] = "albania"
            elif question.kind == "countries":
                typed[question.code] = "Albania\nitaly\n"
            elif question.kind == "language":
                typed[question.code] = "Albanian"
            elif question.kind == "number":
                typed[question.code] = "3"
            else:
                typed |= {f"{question.code}_day": "2", f"{question.code}_month": "3"}
                typed[f"{question.code}_year"] = "1994"
        item = "ab12cd34" if page.part else ""
        response = save(client, draft, page.code, typed, item)
        assert response.status_code == 302, (page.code, response.content.decode())
        args = [draft.pk, page.code, item] if item else [draft.pk, page.code]
        name = "draft_item" if item else "draft_page"
        shown = client.get(reverse(name, args=args)).content.decode()
        for question in page.questions:
            if question.kind in ("text", "long_text", "telephone"):
                assert f"about {question.code}" in shown
            if question.kind in ("country", "countries"):
                assert "Albania" in shown
        seen += 1
    assert seen > 30
    send(client, draft)
    assert Referral.objects.get().case.episodes.count() == 1


def test_what_was_typed_is_kept_when_a_page_is_refused(world: Any) -> None:
    client = world.client("responder")
    draft = start(client)
    url = reverse("draft_page", args=[draft.pk, "about"])
    response = client.post(url, {"version": "1", "nationality": "Atlantis", "birthplace": "Vlora"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "“Atlantis” is not in the list of countries" in page
    assert "<title>Error:" in page
    assert "Vlora" in page


def test_two_colleagues_on_one_page_both_see_both_texts(world: Any) -> None:
    one, two = world.client("responder"), world.client("responder2")
    draft = start(one)
    url = reverse("draft_page", args=[draft.pk, "treatment"])
    version = re.search(r'name="version" value="(\d+)"', one.get(url).content.decode())
    assert version
    page = two.get(url).content.decode()
    assert "Responder has had this draft open since" in page
    save(two, draft, "treatment", {"how_treated": "Door locked"})
    save(two, draft, "others", {"other_victims": "yes"})
    clash = one.post(url, {"version": version[1], "how_treated": "Papers taken"})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "Door locked" in page
    assert "Papers taken" in page
    assert "What Responder2 saved" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    assert one.post(url, {"version": version[1], "how_treated": "Both"}).status_code == 302
    # Another page, which nobody else saved, is no clash.
    url = reverse("draft_page", args=[draft.pk, "leaving"])
    assert one.post(url, {"version": "1", "still_there": "no"}).status_code == 302


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "auditor", "provider", "superuser"])
def test_who_does_not_refer_has_no_such_pages(world: Any, name: str) -> None:
    client = world.client(name)
    for url in ("referrals", "referral_start", "drafts", "prompt_sheet"):
        assert client.get(reverse(url)).status_code == 403


def test_another_organisations_drafts_and_referrals_are_not_found(world: Any) -> None:
    client = world.client("responder")
    draft = start(client)
    other = world.client("other_responder")
    absent = other.get(reverse("draft", args=[uuid4()]))
    for name in ("draft", "draft_check", "draft_hand_over", "draft_discard"):
        response = other.get(reverse(name, args=[draft.pk]))
        assert response.status_code == 404
        assert response.content == absent.content
    assert other.get(reverse("draft_page", args=[draft.pk, "who"])).status_code == 404
    assert other.post(reverse("draft_discard", args=[draft.pk])).status_code == 404
    assert draft.person.pseudonym not in other.get(reverse("referrals")).content.decode()
    save(client, draft, "who", {"age_status": "adult", "jurisdiction": "england"})
    save(client, draft, "consent", {"consent_answer": "given"})
    response = send(client, draft)
    assert other.get(response.url).status_code == 404
    receipt = Referral.objects.get().receipt
    assert other.get(reverse("referral", args=[receipt])).status_code == 404
    assert other.post(reverse("referral_following", args=[receipt])).status_code == 404
    assert world.client("lead").get(response.url).status_code == 200


def test_a_draft_is_handed_over_and_can_be_discarded(world: Any) -> None:
    from cases.models import InboxItem

    client = world.client("responder")
    draft = start(client)
    url = reverse("draft_hand_over", args=[draft.pk])
    page = client.get(url).content.decode()
    assert "Responder2" in page
    assert "Other Responder" not in page
    assert client.post(url, {"to": str(world.other_responder.pk)}).status_code == 422
    assert client.post(url, {"to": str(world.responder2.pk)}).status_code == 302
    item = InboxItem.objects.get()
    assert (item.user, item.kind) == (world.responder2, "draft_handed_over")
    colleague = world.client("responder2")
    assert colleague.get(reverse("draft", args=[draft.pk])).status_code == 200
    assert colleague.post(reverse("draft_discard", args=[draft.pk])).status_code == 302
    assert not Draft.objects.exists()


def test_no_title_and_no_address_holds_a_name(world: Any) -> None:
    client = world.client("responder")
    draft = start(client)
    save(client, draft, "who", {"age_status": "adult", "jurisdiction": "england"})
    save(client, draft, "name", {"name": "Zamira Hoxhaj"})
    for name in ("draft", "draft_check", "draft_hand_over", "draft_discard"):
        page = client.get(reverse(name, args=[draft.pk])).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.S)
        assert title
        assert "Zamira" not in title[1]
        assert draft.person.pseudonym not in title[1]
        assert not re.search(r'href="[^"]*(Zamira|Hoxhaj)', page)
