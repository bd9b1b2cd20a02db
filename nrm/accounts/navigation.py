"""What each role finds in the navigation, and where it begins. Rooms register their pages here, so
that the ground need not know them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse


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


_own: list[tuple[str, Any, frozenset[str]]] = []


def register_own(name: str, label: Any, *roles: str) -> None:
    """A page about oneself, which the page of the account leads to."""
    _own.append((name, label, frozenset(roles)))


def own_pages(user: Any) -> list[dict[str, Any]]:
    """Where the page of this user's account leads besides signing in. No query."""
    return [{"label": t, "url": reverse(name)} for name, t, roles in _own if roles & user.roles]


def pages_for(user: Any) -> list[Page]:
    if not getattr(user, "is_authenticated", False):
        return []
    mine = [page for page in _pages.values() if page.roles & user.roles]
    return sorted(mine, key=lambda page: page.order)


def first_page(user: Any) -> str:
    """The address where this user's work begins."""
    pages = pages_for(user)
    return reverse(pages[0].name if pages else "account")


def navigation(user: Any, path: str) -> list[dict[str, Any]]:
    """The navigation for the page at this path."""
    items = [(page, reverse(page.name)) for page in pages_for(user)]
    best = max((url for _, url in items if path.startswith(url)), key=len, default="")
    return [{"label": p.text(user), "url": url, "current": url == best} for p, url in items]
