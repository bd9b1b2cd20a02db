"""What changed between two texts, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Beyond this many comparisons of words, a changed stretch is told as a whole: a page must not be
# made slow by what somebody wrote.
_MOST = 250_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is kept, was added, or was taken out."""

    kind: Literal["same", "added", "gone"]
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The second text as pieces, with what it lost in its place. Lines are compared first, and
    words within the lines that differ; the spaces belong to the word before them."""
    made: list[Piece] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, added = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            _put(made, "same", added)
        else:
            _words(made, gone, added)
    return made


def _words(made: list[Piece], before: str, after: str) -> None:
    old, new = re.findall(r"\S+\s*|^\s+", before), re.findall(r"\S+\s*|^\s+", after)
    if len(old) * len(new) > _MOST:
        _put(made, "gone", before)
        _put(made, "added", after)
        return
    # A word is the same with whatever space follows it.
    stripped = ([word.strip() for word in old], [word.strip() for word in new])
    for kind, a, b, c, d in SequenceMatcher(None, *stripped, autojunk=False).get_opcodes():
        if kind == "equal":
            _put(made, "same", "".join(new[c:d]))
            continue
        _put(made, "gone", "".join(old[a:b]))
        _put(made, "added", "".join(new[c:d]))


def _put(made: list[Piece], kind: Literal["same", "added", "gone"], text: str) -> None:
    if not text:
        return
    if made and made[-1].kind == kind:
        made[-1] = Piece(kind, made[-1].text + text)
    else:
        made.append(Piece(kind, text))
