"""The catalogues under locale/: what is compiled is what is written, and every translation says as
much as the text does."""

import re
from typing import Any

import pytest

from tools import messages

LANGUAGES = messages.languages()
_PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def test_every_language_of_the_pages_has_its_catalogue():
    from django.conf import settings

    assert {code for code, _name in settings.LANGUAGES} == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    """Else: run `make messages`."""
    file = messages.file_of(language)
    assert file.with_suffix(".mo").read_bytes() == messages.compiled(language)
    assert file.read_text(encoding="utf-8") == messages.written(messages.read(language), language)


def _strings(message: Any) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def _places(text: str) -> set[str]:
    return {a or b for a, b in _PLACES.findall(text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_the_text_fills_in(language):
    wrong = []
    for message in messages.read(language):
        if not message.id or not messages.is_translated(message):
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set().union(*map(_places, ids))
        # "One day left" need not say the number again; nothing may be filled in that is not there.
        spare = set() if isinstance(message.id, str) else wanted
        for string in _strings(message):
            if not (wanted - spare <= _places(string) <= wanted):
                wrong.append((ids[0], string))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_counts_has_every_form_of_the_language(language):
    forms = messages.PLURALS[language][0]
    counted = [m for m in messages.read(language) if isinstance(m.id, tuple)]
    assert counted
    assert {len(m.string) for m in counted if messages.is_translated(m)} <= {forms}


def test_a_text_without_a_translation_is_not_compiled(tmp_path, monkeypatch):
    (tmp_path / "fr" / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    body = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
    body += 'msgid "Yes"\nmsgstr "Oui"\n'
    messages.file_of("fr").write_text(messages.head("fr") + body, encoding="utf-8")
    compiled = messages.compiled("fr")
    assert b"Oui" in compiled
    assert b"day" not in compiled


def test_words_are_found_in_code_and_in_templates():
    found = messages.found()
    # A plain text, one with a context, one that counts, one of a template, one of two lines.
    assert found.get("Fill in “%(label)s”")
    assert found.get("You", context="a case waits on the reader")
    assert found.get(("%(days)d day left", "%(days)d days left"))
    assert found.get("Saved on %(day)s at %(time)s.") is None
    assert found.get("Back to my referrals")
    assert found.get("In progress")


def test_no_text_is_marked_by_a_name_under_which_it_is_not_found():
    given = re.compile(r"import n?p?gettext\w* as (\w+)")
    names = {
        name
        for room in messages.ROOMS
        for path in (messages.ROOT / room).rglob("*.py")
        for name in given.findall(path.read_text(encoding="utf-8"))
    }
    assert names - set(messages.MARKS) == set()
