"""Whatever is written to the trail has words, so that nobody reads a code in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from cases import words
from tests.architecture.test_layers import PACKAGES, ROOT

# What writes events, and takes the verb as one of its first arguments.
WRITERS = {"action", "also", "write", "write_event", "looked", "_write"}
VERB = re.compile(r"[a-z_]+\.(?!xml)[a-z_]+")


def verbs(text: str) -> Iterator[str]:
    """The verbs of events that a module writes."""
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call):
            continue
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in WRITERS:
            for argument in call.args[:3]:
                for part in ast.walk(argument):
                    if isinstance(part, ast.Constant) and VERB.fullmatch(str(part.value)):
                        yield str(part.value)


def test_verbs_are_found_where_they_are_written():
    text = """
@action("note.added", right=SEE)
def add(case): also("case.told" if case else "case.kept", case)
writer.write("note.viewed", at=at)
other("not.one")
"""
    assert set(verbs(text)) == {"note.added", "case.told", "case.kept", "note.viewed"}


def test_every_event_that_is_written_has_words():
    files = [path for room in PACKAGES for path in (ROOT / room).rglob("*.py")]
    written = {verb for path in files for verb in verbs(Path(path).read_text("utf-8"))}
    assert len(written) > 300
    assert written - set(words.known()) == set()
