"""How rooms above speak to the case page: they register panels and tabs when the application
starts, and the case page shows them without knowing who they are."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, FindingSet
from cases.rights import CaseRight
from nrm.actions import Objection


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the case overview. `build` gets the case and the user, and gives the template's
    context, or None where there is nothing to show."""

    name: str
    order: int
    side: bool  # in the narrow column
    right: CaseRight
    template: str
    build: Callable[[Case, Any], dict[str, Any] | None]


class TabGroup(IntegerChoices):
    """Under what head a page of the case stands in its sub-navigation, in this order."""

    DECIDING = 1, _("Case")
    PROTECTING = 2, _("Protection")
    RECORD = 3, _("Record")


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the case, in its sub-navigation. `url_name` takes the reference."""

    label: Any
    url_name: str
    right: CaseRight
    order: int
    group: TabGroup


@dataclass(frozen=True, slots=True)
class Item:
    """One item that findings rest on, without its words: an id, what kind of source it is, the day
    it is dated (YYYY, YYYY-MM or YYYY-MM-DD, or empty), and the codes of what it shows."""

    id: str
    source: str
    label: Any
    dated: str
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentUse:
    """Something that a room above does with a document. `url_name` takes the reference; the
    document's id follows as ?document=."""

    label: Any
    url_name: str
    right: CaseRight


class ConsentHeard(Protocol):
    """What a room above does when the person has said something else to sharing. `joined`: in which
    cases that go with this one it counts too, whether or not the actor sees those."""

    def __call__(
        self, case: Case, consent: Consent, joined: Collection[UUID], *, actor: Any, at: datetime
    ) -> None: ...


_consent_heard: list[ConsentHeard] = []
_objections: list[Callable[[Case], list[Objection]]] = []
_document_uses: list[DocumentUse] = []
_panels: dict[str, Panel] = {}
_tabs: dict[str, Tab] = {}
_items: dict[str, Callable[[FindingSet], list[Item]]] = {}


def register_panel(panel: Panel) -> None:
    _panels[panel.name] = panel


def register_tab(tab: Tab) -> None:
    _tabs[tab.url_name] = tab


def panels(held: frozenset[str]) -> list[Panel]:
    """The panels whose right is among the codes held, in their order."""
    mine = (panel for panel in _panels.values() if panel.right.code in held)
    return sorted(mine, key=lambda panel: panel.order)


def tabs(held: frozenset[str]) -> list[Tab]:
    """The tabs whose right is among the codes held, in their order, group by group."""
    mine = (tab for tab in _tabs.values() if tab.right.code in held)
    return sorted(mine, key=lambda tab: (tab.group, tab.order))


def register_objections_to_closing(read: Callable[[Case], list[Objection]]) -> None:
    """Says what of a room above is not finished on a case, and so keeps it from being closed."""
    _objections.append(read)


def objections_to_closing(case: Case) -> list[Objection]:
    """What the rooms above object to closing the case now."""
    return [objection for read in _objections for objection in read(case)]


def register_document_use(use: DocumentUse) -> None:
    _document_uses.append(use)


def document_uses(held: frozenset[str]) -> list[DocumentUse]:
    """What can be done with a document by who holds these rights."""
    return [use for use in _document_uses if use.right.code in held]


def register_consent_heard(heard: ConsentHeard) -> None:
    """Says what follows from a consent that was recorded or withdrawn, within that action."""
    _consent_heard.append(heard)


def consent_said(
    case: Case, consent: Consent, joined: Collection[UUID], *, actor: Any, at: datetime
) -> None:
    """Tells the rooms above what the person said to sharing, now."""
    for heard in _consent_heard:
        heard(case, consent, joined, actor=actor, at=at)


def register_items(source: str, read: Callable[[FindingSet], list[Item]]) -> None:
    """Says where the items behind findings of this source are read."""
    _items[source] = read


def items_behind(findings: FindingSet) -> list[Item]:
    """The items that the findings rest on, from the room that recorded them."""
    read = _items.get(findings.source)
    return read(findings) if read else []
