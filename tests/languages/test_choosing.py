"""Who reads the pages chooses their language, before signing in or after, and it is kept."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from nrm.accounts.models import User
from nrm.profiles import load_profile
from nrm.profiles.shape import Wording
from tests.browser.hands import Hands
from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_language_chosen_before_signing_in_goes_with_the_person(world: Any, eyes: Any) -> None:
    window = eyes(width=390, javascript=False)
    window.go("/")
    page = window.page
    with page.expect_navigation():
        page.get_by_role("button", name="العربيّة").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.get_by_role("heading", name="تسجيل الدخول").is_visible()
    with page.expect_navigation():
        window.sign_in(world.responder.email, PASSWORD)
    assert (
        page.get_by_role("link", name="بدء إحالة")
        .or_(page.get_by_role("button", name="بدء إحالة"))
        .first.is_visible()
    )
    assert User.objects.get(pk=world.responder.pk).language == "ar"
    # On another device, where nothing was chosen, it is there again.
    elsewhere = Hands(eyes(width=390), world.responder.email)
    elsewhere.sees("إحالاتي")
    assert elsewhere.page.locator("html").get_attribute("lang") == "ar"
    # And it is changed as easily.
    with elsewhere.page.expect_navigation():
        elsewhere.page.locator("footer").get_by_role("button", name="Français").click()
    elsewhere.sees("Mes orientations")
    assert User.objects.get(pk=world.responder.pk).language == "fr"
    assert window.faults + elsewhere.window.faults == []


@pytest.mark.parametrize(
    ("language", "error", "count"),
    [
        ("fr", "Indiquez l’âge de la personne", "Il reste 1 partie urgente avant l’envoi."),
        ("ar", "حدّد عمر الشخص", "بقي قسم عاجل واحد قبل الإرسال."),
    ],
)
def test_a_referral_is_made_in_the_language_of_the_responder(
    world: Any, language: str, error: str, count: str
) -> None:
    client: Client = world.client("responder")
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    answer = client.post(reverse("referral_start"), {"danger_now": "no"})
    who = answer.headers["Location"]
    assert error in client.post(who, {"version": "2"}).content.decode()
    client.post(who, {"version": "2", "age_status": "adult", "jurisdiction": "wales"})
    tasks = client.get(re.sub("pages/.*", "", who)).content.decode()
    assert count in tasks
    assert f'lang="{language}"' in tasks


# What is said of legal wording -------------------------------------------------------------------
def _note(profile: Any, language: str) -> str:
    text = "{% load nrm %}{% wording_note profile profile.consent.child_text %}"
    with translation.override(language):
        return Template(text).render(Context({"profile": profile}))


def test_a_page_says_how_far_its_legal_wording_was_checked() -> None:
    profile = load_profile("uk")
    assert _note(profile, "en") == "No lawyer has checked this text yet."
    assert _note(profile, "fr").startswith("Ce texte est une traduction.")
    assert _note(profile, "ar").startswith("هذا النص مترجم.")
    read = Wording("fr", translated=True, reviewed=True, reviewed_by="Maître Ngo Bassong, 2026")
    others = tuple(one for one in profile.wording if one.code != "fr")
    assert _note(replace(profile, wording=(*others, read)), "fr") == ""
    assert _note(replace(profile, wording=(*others, read)), "ar") != ""


def test_a_text_without_a_translation_is_english_and_says_so() -> None:
    profile = load_profile("uk")
    english = replace(profile.consent.child_text, texts=profile.consent.child_text.texts[:1])
    profile = replace(profile, consent=replace(profile.consent, child_text=english))
    assert _note(profile, "fr") == "Ce texte n’est pas encore traduit."
    with translation.override("fr"):
        assert (english.language(), str(english)) == ("en", english.text("en"))


def test_the_explanation_can_be_shown_in_the_language_of_the_person(world: Any) -> None:
    client: Client = world.client("responder")
    answer = client.post(reverse("referral_start"), {"danger_now": "no"})
    who = answer.headers["Location"]
    client.post(who, {"version": "2", "age_status": "adult", "jurisdiction": "wales"})
    html = client.get(who.replace("who", "consent")).content.decode()
    explanation = load_profile("uk").consent.current.text
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        assert f'lang="{language}" dir="{direction}"' in html
        for line in explanation:
            assert line.text(language) in html
