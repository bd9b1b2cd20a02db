"""A language that nobody speaks: every text 40 % longer and in brackets. What stands outside of
brackets was never given to translators; what does not fit will not fit in French or German."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.utils.translation import trans_real

from nrm.deadline_words import forget_words
from nrm.profiles import Label

_FILLER = "éxtrå lengthening "
_INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")


def longer(text: str) -> str:
    """The text in brackets, and longer by 40 %."""
    if not text.strip():
        return text
    more = -(-len(text) * 4 // 10)
    filler = (_FILLER * (more // len(_FILLER) + 1))[:more].rstrip()
    return f"⟦{text} {filler}⟧"


def outside(text: str) -> str:
    """What of a text stands outside of every bracket."""
    before = ""
    while before != text:
        before, text = text, _INNERMOST.sub(" ", text)
    return text


@contextmanager
def spoken() -> Iterator[None]:
    """Pages that are made inside speak that language."""
    catalogue = trans_real.DjangoTranslation
    plain, counted, label = catalogue.gettext, catalogue.ngettext, Label.text

    def gettext(self: Any, text: str) -> str:
        # A format of dates is asked for like a text, and is none.
        return plain(self, text) if text.isupper() else longer(plain(self, text))

    def ngettext(self: Any, one: str, many: str, number: int) -> str:
        return longer(counted(self, one, many, number))

    with (
        patch.object(catalogue, "gettext", gettext),
        patch.object(catalogue, "ngettext", ngettext),
        patch.object(Label, "text", lambda self, language: longer(label(self, language))),
    ):
        forget_words()
        yield
    forget_words()
