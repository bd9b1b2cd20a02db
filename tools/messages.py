"""Collects the words of the pages into the catalogues under locale/, and compiles these.

    .venv/bin/python tools/messages.py          both: what `make messages` runs
    .venv/bin/python tools/messages.py compile  only compiles

Needs Babel and no GNU gettext. docs/translators.md tells how to mend a text or add a language.
"""

import io
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "locale"
ROOMS = ("nrm", "identities", "cases", "screening", "protection", "exchange", "reporting")

# How each language counts, as Django's own catalogues have it.
PLURALS = {
    "fr": (2, "(n > 1)"),
    "ar": (
        6,
        "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
    ),
}

# Functions that mark a text, and which of their arguments are texts.
MARKS: dict[str, Any] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_", "_lazy"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

HEAD = """# The words of the pages. Mend a text, then run `make messages` (docs/translators.md).
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={number}; plural={rule};\\n"

"""


# What the sources say ----------------------------------------------------------------------------
def _sources() -> Iterator[tuple[Path, str]]:
    """Every file with words, as Python."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html")):
        marked = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        yield path, "\n".join(line.strip() for line in marked.splitlines())


def found() -> Catalog:
    """Every text that is marked in the sources, with the files where it stands."""
    catalog = Catalog()
    for path, source in _sources():
        where = str(path.relative_to(ROOT))
        for _line, name, texts, _comments in extract_python(
            io.BytesIO(source.encode()), MARKS, [], {"encoding": "utf-8"}
        ):
            marks = MARKS[name]
            given = texts if isinstance(texts, tuple) else (texts,)
            context = given[0] if isinstance(marks[0], tuple) else None
            plain = [text for text in given if text][1 if context else 0 :]
            if plain and len(given) >= len(marks):
                text = tuple(plain[:2]) if name.startswith(("n", "np")) else plain[0]
                catalog.add(text, locations=[(where, 1)], context=context)
    return catalog


# The catalogues ----------------------------------------------------------------------------------
def languages() -> list[str]:
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def file_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands; empty where there is none yet."""
    file = file_of(language)
    text = file.read_text(encoding="utf-8") if file.exists() else head(language)
    return read_po(io.StringIO(text), locale=language)


def head(language: str) -> str:
    number, rule = PLURALS[language]
    return HEAD.format(language=language, number=number, rule=rule)


def written(catalog: Catalog, language: str) -> str:
    """The catalogue as it is kept: by file, and without dates and line numbers, so that only words
    change it."""
    ordered = Catalog(locale=language)
    for message in sorted((m for m in catalog if m.id), key=_place):
        ordered.add(
            message.id,
            message.string,
            locations=[(name, None) for name in _files(message)],  # type: ignore[misc]
            context=message.context,
            user_comments=message.user_comments,
        )
    out = io.BytesIO()
    write_po(out, ordered, width=98, omit_header=True)
    return head(language) + out.getvalue().decode().lstrip()


def _files(message: Any) -> list[str]:
    return sorted({name for name, _line in message.locations})


def _place(message: Any) -> tuple[list[str], str, str]:
    return _files(message)[:1], _together(message.id), message.context or ""


def compiled(language: str) -> bytes:
    """The catalogue as the pages load it (the .mo format of GNU gettext). What is not translated is
    left out, so that it falls back to English. Nothing but words and plurals is in it, so that it
    is the same bytes on every machine."""
    number, rule = PLURALS[language]
    kind = "Content-Type: text/plain; charset=UTF-8\n"
    kind += f"Plural-Forms: nplurals={number}; plural={rule};\n"
    texts = {b"": kind.encode()}
    for message in read(language):
        if message.id and is_translated(message):
            before = f"{message.context}\x04" if message.context else ""
            texts[(before + _together(message.id)).encode()] = _together(message.string).encode()
    pairs = sorted(texts.items())
    count = len(pairs)
    start = 28 + 16 * count  # after seven numbers and two tables
    tables, words = b"", b""
    for which in (0, 1):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[which]), start + len(words))
            words += pair[which] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start) + tables + words


def _together(text: Any) -> str:
    return "\0".join(text) if isinstance(text, tuple) else str(text)


def update(language: str) -> int:
    """Brings the catalogue up to the sources; gives the number of texts without a translation."""
    catalog = read(language)
    catalog.update(found(), no_fuzzy_matching=True, update_header_comment=False)
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(catalog, language), encoding="utf-8")
    return sum(1 for message in catalog if message.id and not is_translated(message))


def is_translated(message: Any) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def main(only_compile: bool = False) -> None:
    if not settings.configured:
        settings.configure()
        django.setup()
    for language in languages():
        missing = 0 if only_compile else update(language)
        file_of(language).with_suffix(".mo").write_bytes(compiled(language))
        print(f"{language}: compiled" + (f", {missing} without a translation" if missing else ""))


if __name__ == "__main__":
    main(only_compile="compile" in sys.argv[1:])
