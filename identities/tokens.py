"""Finding a person without reading who anybody is: HMAC tokens of facts that few people share.

A document number; a telephone number; the parts of a name, in the Latin alphabet and in the order
of the alphabet, with the year of birth; the sound of a part of a name with the whole date of birth.
Never a name alone: a few names are so common that their tokens would tell them by how often they
are there. The key is one of its own (NRM_SEARCH_KEYS), so that neither who has the database nor
who has the key-encryption keys can try names.

The same name written in Latin, Arabic, Cyrillic, Greek, Ethiopic, Devanagari, Hangul or Chinese
characters mostly gives the same sound, and often the same parts; what differs finds less.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from anyascii import anyascii
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from jellyfish import metaphone

from identities.kek import versioned_keys
from identities.models import FactKind

_LENGTH = 16  # bytes of a token; two people of a country do not share one by chance
_DIGITS = 9  # the last of a telephone number: with and without the country's code
_FEWEST = 5  # characters of a document number; shorter ones are no number of a person


class TokenKind(models.TextChoices):
    DOCUMENT = "document", _("The same document or reference number")
    TELEPHONE = "telephone", _("The same telephone number")
    NAME_YEAR = "name_year", _("The same names and year of birth")
    SOUND_BIRTH = "sound_birth", _("A name that sounds alike and the same date of birth")


Facts = Iterable[tuple[str, str]]
Tokens = frozenset[tuple[str, int, bytes]]  # (kind, number of the key, token)


@lru_cache(maxsize=2)
def _parse(text: str) -> tuple[tuple[int, bytes], ...]:
    keys = versioned_keys(text)
    if not keys:
        raise ValueError("No search key: set NRM_SEARCH_KEYS.")
    return keys


def search_keys() -> tuple[tuple[int, bytes], ...]:
    """The search keys by number. Tokens are written under the highest and searched under all, so
    that nobody is missed while they are made anew."""
    return _parse(settings.SEARCH_KEYS)


# What is compared ---------------------------------------------------------------------------------
def words_of(name: str) -> list[str]:
    """The parts of a name in Latin letters. A name in Chinese or Korean without a space is taken as
    one family character and the rest."""
    found = []
    for part in unicodedata.normalize("NFKC", name).split():
        if 2 <= len(part) <= 4 and all(_is_character(c) for c in part):
            pieces = [part[0], part[1:]]
        else:
            pieces = re.split(r"[-‐–.,·・'’]", part) if "-" in part or "," in part else [part]
        found += [letters for piece in pieces if (letters := _letters(piece))]
    return found


def _is_character(c: str) -> bool:
    name = unicodedata.name(c, "")
    return name.startswith(("CJK UNIFIED", "HANGUL SYLLABLE"))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", anyascii(text).lower())


def sound_of(word: str) -> str:
    """How a part of a name sounds, whichever vowels its script writes."""
    plain = re.sub(r"(.)\1+", r"\1", word)
    plain = plain.replace("kh", "h").replace("q", "k")
    if len(plain) > 3:
        plain = plain.removesuffix("h")
    bones = re.sub(r"[aeiouy]", "", plain)
    return metaphone(bones) or bones or plain


def _number(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", anyascii(unicodedata.normalize("NFKC", text)).upper())


def _digits(text: str) -> str:
    """The last digits of a telephone number; empty where there are too few to say whose it is."""
    found = (unicodedata.digit(c, None) for c in text)
    digits = "".join(str(digit) for digit in found if digit is not None)
    return digits[-_DIGITS:] if len(digits) >= 7 else ""


def _things(facts: Facts) -> Iterator[tuple[str, str]]:
    """What tokens are made of, as (kind, text)."""
    told: dict[str, list[str]] = {}
    for kind, value in facts:
        told.setdefault(kind, []).append(value)
    for value in told.get(FactKind.DOCUMENT, []):
        if len(number := _number(value)) >= _FEWEST:
            yield TokenKind.DOCUMENT, number
    for value in told.get(FactKind.TELEPHONE, []):
        if digits := _digits(value):
            yield TokenKind.TELEPHONE, digits
    births = told.get(FactKind.BIRTH_DATE, [])
    for name in (*told.get(FactKind.NAME, []), *told.get(FactKind.ALIAS, [])):
        words = words_of(name)
        for born in births:
            if len(words) > 1 and re.match(r"\d{4}", born):
                yield TokenKind.NAME_YEAR, f"{' '.join(sorted(words))}|{born[:4]}"
            if re.fullmatch(r"\d{4}-\d\d-\d\d", born):
                for sound in {sound_of(word) for word in words if len(word) > 1}:
                    yield TokenKind.SOUND_BIRTH, f"{sound}|{born}"


def _token(key: bytes, kind: str, text: str) -> bytes:
    return hmac.new(key, f"{kind}|{text}".encode(), hashlib.sha256).digest()[:_LENGTH]


def tokens_of_words(kind: str, text: str) -> list[bytes]:
    """Tokens of words that are neither a person's name nor a number of theirs, of a kind of the
    caller's own, under every key, the highest first: that to keep."""
    parts = re.findall(r"[a-z0-9]+", anyascii(unicodedata.normalize("NFKC", text)).lower())
    keys = sorted(search_keys(), reverse=True)
    return [_token(key, kind, " ".join(sorted(parts))) for _number, key in keys]


def tokens_of_text(kind: str, text: str) -> list[bytes]:
    """Tokens of a text exactly as it is, of a kind of the caller's own, under every key, the
    highest first: that to keep. For finding the same text again without keeping it."""
    keys = sorted(search_keys(), reverse=True)
    return [_token(key, kind, text) for _number, key in keys]


def tokens_to_keep(facts: Facts) -> Tokens:
    """The tokens of a person's current facts (kind, value), under the highest key."""
    number, key = max(search_keys())
    return frozenset((kind, number, _token(key, kind, text)) for kind, text in _things(facts))


def tokens_to_find(facts: Facts) -> Tokens:
    """The tokens by which somebody of these facts is searched, under every key."""
    things = list(_things(facts))
    return frozenset(
        (kind, number, _token(key, kind, text))
        for number, key in search_keys()
        for kind, text in things
    )
