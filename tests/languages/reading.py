"""What a page says, as a reader meets it: its texts by block, and how hard they are to read."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Elements that stand in the middle of a sentence; every other one ends it.
_INLINE = {"a", "b", "bdi", "code", "em", "i", "small", "span", "strong", "time", "button", "br"}
_SILENT = {"script", "style", "template", "title"}
_SPOKEN = ("aria-label", "data-label", "placeholder", "alt", "title")
_VOID = {"br", "input", "img", "link", "meta", "hr", "wbr", "col"}


@dataclass
class Block:
    """A text that is read in one go, where it stands, and the language it says it is in."""

    text: str
    path: tuple[str, ...]
    language: str

    def read_in(self, language: str) -> bool:
        """Whether it is of the page's own part, and says that it is in this language."""
        return "main" in self.path and self.language == language


@dataclass
class _Open:
    tag: str
    language: str
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[_Open] = [_Open("", "")]
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.feed(html)
        self._end_block()

    def _end_block(self) -> None:
        text = " ".join("".join(self.words).split())
        if text:
            path = tuple(one.tag for one in self.open)
            self.blocks.append(Block(text, path, self.open[-1].language))
        self.words = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        language = held.get("lang") or self.open[-1].language
        if tag not in _INLINE or "lang" in held:
            self._end_block()
        if tag not in _VOID:
            self.open.append(_Open(tag, language))
        path = tuple(one.tag for one in self.open)
        for name in _SPOKEN:
            if held.get(name, "").strip():
                self.blocks.append(Block(held[name], (*path, f"@{name}"), language))
        for name, value in held.items():
            if name.startswith("data-i18n"):
                self.blocks.append(Block(value, (*path, f"@{name}"), language))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or tag not in [one.tag for one in self.open]:
            return
        if tag not in _INLINE or self.open[-1].language != self.open[-2].language:
            self._end_block()
        while self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(one.tag in _SILENT for one in self.open):
            self.words.append(data)


def blocks(html: str) -> list[Block]:
    """The texts of a page in their order, and those that only a screen reader says."""
    return _Reader(html).blocks


# How hard it is to read --------------------------------------------------------------------------
_WORD = re.compile(r"[^\W_](?:[^\W_]|['’-])*")
_SENTENCE = re.compile(r"(?<=[.!?:;])[”’»]?\s+")


def sentences(texts: list[str]) -> list[list[str]]:
    """The words of each sentence; a text that ends, ends its sentence."""
    found = (_WORD.findall(part) for text in texts for part in _SENTENCE.split(text))
    return [words for words in found if words]


def reading_index(texts: list[str]) -> float:
    """The automated readability index: about the year of school that it takes (Senter and Smith,
    1967)."""
    told = sentences(texts)
    words = [word for sentence in told for word in sentence]
    letters = sum(sum(c.isalnum() for c in word) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) / len(told) - 21.43
