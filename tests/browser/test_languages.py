"""The pages of responders, of signing in and of consent: in plain words, and in one language."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import get_language_info, override, trans_real

from cases.models import Referral
from identities.models import Person
from nrm.accounts.models import Organisation, User
from nrm.profiles import Label
from tests.browser.pages import ACCOUNTS, EMPTY, EMPTY_200, REFERRALS, REFUSALS, Page
from tests.browser.reading import PHONE, Reader
from tests.intake.answers import ALLEGATIONS, DECLINES, EPISODES, FULL
from tests.languages.pseudo import longer, outside, spoken
from tests.languages.reading import blocks, reading_index, sentences
from tests.languages.sight import CROWDED, LOOSE
from tests.permissions.scene import SAID_OF_COOPERATING, Scene
from tests.watching import looking_as

# What the rest of the system says may still be in English; these pages are not.
TRANSLATED: tuple[Page, ...] = (
    *(page for page in ACCOUNTS if page.name in ("sign_in", "welcome")),
    *(Page("account", who) for who in ("responder", "lead")),
    *REFERRALS,
    Page("inbox", "responder"),
    *(Page("case_people", "caseworker", place) for place in ("assigned", "made")),
    *(page for page in REFUSALS if page.path),
)
RESPONDER = tuple(page for page in REFERRALS if page.name not in ("draft_check",))


class Pages:
    """Opens pages as the people who meet them, without a browser."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.reader = Reader(scene, None, "")
        self.clients: dict[str, Client] = {}

    def client(self, who: str) -> Client:
        if who not in self.clients:
            self.clients[who] = self.scene.world.client(who) if who else Client()
        return self.clients[who]

    def html(self, page: Page, language: str) -> Iterator[str]:
        """The page as it is opened, and as it answers to an empty form."""
        client = self.client(page.who)
        client.cookies["django_language"] = language
        path = self.reader.path_of(page)
        if not page.sent or not page.sent[0].to:
            answer = client.get(path, follow=True)
            path = answer.request["PATH_INFO"]
            yield answer.content.decode()
        if any(sent.emptied for sent in page.sent):
            yield client.post(path, {}).content.decode()


@pytest.fixture(scope="module")
def pages(scene: Scene) -> Pages:
    return Pages(scene)


# Every language ----------------------------------------------------------------------------------
@pytest.fixture
def untranslated(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts for which somebody asked in vain while pages were made."""
    missing: set[str] = set()

    def watch(name: str, key: Callable[..., Any]) -> None:
        plain = getattr(trans_real.DjangoTranslation, name)

        def asked(self: Any, *args: Any) -> str:
            if self.language() != "en" and self._catalog.get(key(*args), None) is None:
                missing.add(args[0])
            return plain(self, *args)

        monkeypatch.setattr(trans_real.DjangoTranslation, name, asked)

    watch("gettext", lambda text: text)
    watch("ngettext", lambda one, many, number: (one, 0))
    plain_label = Label.text

    def label(self: Label, language: str | None) -> str:
        if self and language and language.split("-")[0] not in dict(self.texts):
            missing.add(plain_label(self, "en"))
        return plain_label(self, language)

    monkeypatch.setattr(Label, "text", label)
    return missing


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_text_of_these_pages_is_translated(
    pages: Pages, untranslated: set[str], language: str
) -> None:
    found = {}
    for page in TRANSLATED:
        for html in pages.html(page, language):
            assert f'lang="{language}"' in html, page
            for text in untranslated:
                found.setdefault(text, str(page))
    # The menu of languages asks once more for what it has in translation.
    with override(language):
        menu = {str(name) for _code, name in settings.LANGUAGES}
    assert {text: where for text, where in found.items() if text not in menu} == {}


# Plain words -------------------------------------------------------------------------------------
def test_the_index_is_that_of_the_formula() -> None:
    # 31 letters, 7 words, 2 sentences.
    texts = ["Tell the person what will happen. Wait"]
    assert reading_index(texts) == pytest.approx(4.71 * 31 / 7 + 0.5 * 7 / 2 - 21.43)
    assert [len(words) for words in sentences(texts)] == [6, 1]
    assert reading_index(["The competent authority considers the documentation."]) > 6


def test_a_responder_reads_plain_words(pages: Pages) -> None:
    hard, long = {}, set()
    for page in RESPONDER:
        for html in pages.html(page, "en"):
            texts = [block.text for block in blocks(html) if block.read_in("en")]
            if (index := reading_index(texts)) > 6:
                hard[str(page)] = round(index, 1)
            long |= {" ".join(words) for words in sentences(texts) if len(words) > 20}
    assert (hard, long) == ({}, set())


# A language that nobody speaks -------------------------------------------------------------------
def test_brackets_show_what_no_translator_was_given() -> None:
    assert longer("Saved at ⟦noon ab⟧") == "⟦Saved at ⟦noon ab⟧ éxtrå le⟧"
    assert outside(f"{longer('Saved')} 12:30 by {longer('a colleague')} Ana").split() == [
        "12:30",
        "by",
        "Ana",
    ]


def test_no_text_of_these_pages_passes_translators_by(pages: Pages) -> None:
    data = _data(pages.scene)
    bare = {}
    with spoken():
        for page in TRANSLATED:
            for html in pages.html(page, "en"):
                for block in blocks(html):
                    left = outside(block.text)
                    for told in data:
                        left = left.replace(told, " ")
                    if re.search(r"[^\W\d_]{2,}", left) and "pre" not in block.path:
                        bare[left.strip()] = str(page)
    assert bare == {}


def _data(scene: Scene) -> list[str]:
    """What is told in no language: names, references, addresses, and what somebody wrote."""
    organisations = Organisation.objects.values_list("name", flat=True)
    accounts = User.objects.values_list("display_name", "email")
    told = [*organisations, *(word for account in accounts for word in account)]
    told += [*scene.pseudonyms.values(), *scene.references.values(), *scene.receipts.values()]
    with looking_as(scene.world.intake):
        told += Person.objects.values_list("pseudonym", flat=True)
        told += Referral.objects.values_list("receipt", flat=True)
    for answers in (FULL, DECLINES, *EPISODES, *ALLEGATIONS):
        told += [str(value) for value in answers.values() if isinstance(value, str)]
    # A warning shows words that look like names; a draft of the scene names a relative.
    told += [word.strip(".,") for text in (*told, "Mr Zef Hoti") for word in text.split()]
    # What the token of the scene is for, and the languages by their own names.
    told += ["program", SAID_OF_COOPERATING]
    told += [get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES]
    told += [name.capitalize() for name in told if name.islower()]
    return sorted({one for one in told if len(one) > 1}, key=len, reverse=True)


# In a window -------------------------------------------------------------------------------------
# Each kind of page of a responder once, with its errors.
_SEEN = (
    Page("sign_in", "", sent=(EMPTY_200,)),
    Page("account", "responder"),
    Page("referrals", "responder"),
    Page("referral_start", "responder", sent=(EMPTY,)),
    Page("prompt_sheet", "responder"),
    Page("drafts", "responder"),
    Page("draft", "responder", "full_draft"),
    Page("draft_check", "responder", "full_draft"),
    Page("draft_page", "responder", "full_draft", arguments={"page": "who"}, sent=(EMPTY,)),
    Page("draft_page", "responder", "full_draft", arguments={"page": "consent"}),
    Page("draft_page", "responder", "full_draft", arguments={"page": "safe_contact"}),
    Page("draft_page", "responder", "full_draft", arguments={"page": "name"}),
    Page("draft_page", "responder", "full_draft", arguments={"page": "episodes"}),
    Page("draft_page", "responder", "child_draft", arguments={"page": "child_protection"}),
    Page("draft_item", "responder", "full_draft_episodes", arguments={"page": "episodes"}),
    Page("draft_hand_over", "responder", "full_draft"),
    Page("draft_discard", "responder", "full_draft"),
    Page("referral", "responder", "assigned"),
    Page("referral_receipt", "responder", "assigned"),
    Page("inbox", "responder"),
    Page("case_people", "caseworker", "assigned"),
)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_on_a_phone_nothing_hinders_who_reads_another_language(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    faults = {}
    for page in _SEEN:
        found = reader.meet(page, monkeypatch, sizes=(PHONE,), language=language)
        found += reader.window(page.who, language).page.evaluate(LOOSE)
        if found:
            faults[str(page)] = found
    assert faults == {}


# The main pages of each role.
_MAIN = (
    Page("sign_in", "", sent=(EMPTY_200,)),
    Page("referrals", "responder"),
    Page("draft", "responder", "full_draft"),
    Page("draft_page", "responder", "full_draft", arguments={"page": "who"}, sent=(EMPTY,)),
    Page("referral", "responder", "assigned"),
    Page("intake_queue", "intake"),
    Page("worklist", "caseworker"),
    Page("case", "caseworker", "assigned"),
    Page("workbench", "caseworker", "screening"),
    Page("decision_review", "supervisor", "review"),
    Page("near_cases", "provider"),
    Page("case_summary", "liaison", "assigned"),
    Page("statistics", "auditor"),
    Page("administration", "administrator"),
)


def test_a_language_with_longer_words_fits_the_main_pages(reader: Reader) -> None:
    faults: set[str] = set()
    with spoken():
        for page in _MAIN:
            eyes = reader.window(page.who, "en")
            eyes.page.set_viewport_size({"width": 320, "height": 900})
            eyes.go(reader.path_of(page))
            for width in (320, 390, 1280):
                eyes.page.set_viewport_size({"width": width, "height": 900})
                found = eyes.page.evaluate(CROWDED)
                if (sideways := eyes.sideways()) > 0:
                    found.append(f"scrolls sideways by {sideways}")
                faults |= {f"{page} at {width}: {fault}" for fault in found}
            eyes.faults.clear()
    assert not faults, "\n".join(sorted(faults))
