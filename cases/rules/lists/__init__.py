"""Lists that are the same everywhere: countries and languages, each name in the languages of the
pages. Data beside this file; no database."""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from nrm.profiles import Label

_FOLDER = Path(__file__).parent


def _plain(text: str) -> str:
    """The text as two people would type it alike: no accents, no case, no marks."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in bare if not _mark(c)).split())


def _mark(character: str) -> bool:
    return unicodedata.combining(character) != 0


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code, and codes by any of their names."""

    labels: dict[str, Label]
    codes: dict[str, str]

    def code_of(self, text: str) -> str:
        """The code that the text is, or whose name it is in any of the languages; else empty."""
        for code in (text.strip().upper(), text.strip().lower()):
            if code in self.labels:
                return code
        return self.codes.get(_plain(text), "")

    def name_of(self, code: str) -> str:
        """The name in the reader's language; a code that the list does not have is its own name."""
        return str(self.labels.get(code, code))

    def in_order(self) -> list[tuple[str, str]]:
        """Every (code, name) in the order of the names in the reader's language."""
        named = [(code, str(label)) for code, label in self.labels.items()]
        return sorted(named, key=lambda pair: _plain(pair[1]))


def read_names(file: str, other_names: dict[str, str]) -> Names:
    """Reads a list; `other_names` are further names that people use, with their codes."""
    data = tomllib.loads((_FOLDER / file).read_text(encoding="utf-8"))
    labels = {code: Label(tuple(texts.items())) for code, texts in data.items()}
    codes = {_plain(text): code for code, texts in data.items() for text in texts.values()}
    codes.update({_plain(name): code for name, code in other_names.items()})
    return Names(labels, codes)
