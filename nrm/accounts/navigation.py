"""What each role finds in the navigation, and where it begins. Rooms register their pages here, so
that the ground need not know them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the navigation: its address by name, who sees it, and its place in the order.
    `count` tells how much waits there for a user; it runs on every page: one quick look."""

    name: str
    label: Any
    roles: frozenset[str]
    order: int
    count: Callable[[Any], int] | None = None

    def text(self, user: Any) -> str:
        """The label, with the number of what waits there, where something does."""
        waiting = self.count(user) if self.count else 0
        return f"{self.label} ({waiting})" if waiting else str(self.label)


_pages: dict[str, Page] = {}


def register(
    name: str,
    label: Any,
    *roles: str,
    order: int,
    count: Callable[[Any], int] | None = None,
) -> None:
    """Called from a room's AppConfig.ready()."""
    _pages[name] = Page(name, label, frozenset(roles), order, count)
    _of_roles.cache_clear()


_own: list[tuple[str, Any, frozenset[str]]] = []


def register_own(name: str, label: Any, *roles: str) -> None:
    """A page about oneself, which the page of the account leads to."""
    _own.append((name, label, frozenset(roles)))


def own_pages(user: Any) -> list[dict[str, Any]]:
    """Where the page of this user's account leads besides signing in. No query."""
    return [{"label": t, "url": reverse(name)} for name, t, roles in _own if roles & user.roles]


@cache
def _of_roles(roles: frozenset[str]) -> tuple[tuple[Page, str], ...]:
    """The pages of these roles in their order, each with its address."""
    mine = sorted((p for p in _pages.values() if p.roles & roles), key=lambda page: page.order)
    return tuple((page, reverse(page.name)) for page in mine)


def first_page(user: Any) -> str:
    """The address where this user's work begins."""
    pages = _of_roles(user.roles) if getattr(user, "is_authenticated", False) else ()
    return pages[0][1] if pages else reverse("account")


def menu(user: Any, path: str) -> SafeString:
    """The menu of the page at this path, drawn; empty for a user without a role."""
    pages = _of_roles(user.roles)
    best = max((url for _, url in pages if path.startswith(url)), key=len, default="")
    items = tuple((page.text(user), url) for page, url in pages)
    return _drawn(get_language(), items, best) if items else SafeString()


@lru_cache(maxsize=512)
def _drawn(_language: str, items: tuple[tuple[str, str], ...], current: str) -> SafeString:
    """Kept by all that it says: it stands on every page, and says the same on most of them."""
    return render_to_string("components/menu.html", {"entries": items, "current": current})
