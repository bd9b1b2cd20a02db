"""Texts of a profile in one or more languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _english() -> str | None:
    return "en"


_active: Callable[[], str | None] = _english


def speak(language: Callable[[], str | None]) -> None:
    """Ask `language` which language labels answer in. The web application gives Django's; without
    it, labels are English, so that profiles need no Django."""
    global _active
    _active = language


@dataclass(frozen=True, slots=True)
class Label:
    """A text in one or more languages; the first is what stands in for a missing one."""

    texts: tuple[tuple[str, str], ...] = ()

    def text(self, language: str | None) -> str:
        """The text in `language` ("fr-cm" falls back to "fr"), else English, else the first."""
        known = dict(self.texts)
        wanted = (language or "en").lower()
        for code in (wanted, wanted.split("-")[0], "en"):
            if code in known:
                return known[code]
        return self.texts[0][1] if self.texts else ""

    def language(self) -> str:
        """The language in which `str()` answers, which is another one where a text is missing."""
        known = dict(self.texts)
        wanted = (_active() or "en").lower()
        found = (code for code in (wanted, wanted.split("-")[0], "en") if code in known)
        return next(found, self.texts[0][0] if self.texts else "en")

    def __str__(self) -> str:
        return self.text(_active())

    def __bool__(self) -> bool:
        return bool(self.texts)


NOTHING = Label()
