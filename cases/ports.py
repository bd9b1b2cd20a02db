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
    """A page of the case, in its sub-navigation. `url_name` takes the reference. `only` says of
    which cases it is shown; of all where nothing is said."""

    label: Any
    url_name: str
    right: CaseRight
    order: int
    group: TabGroup
    only: Callable[[Case], bool] | None = None


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


@dataclass(frozen=True, slots=True)
class HandoverPart:
    """A part of the summary for whoever takes a case over: a title, and rows of what and how, made
    of codes, days and numbers alone."""

    order: int
    title: str
    rows: list[tuple[str, str]]


class Handover(Protocol):
    """What a room above adds to that summary. Reads."""

    def __call__(self, case: Case, *, at: datetime) -> list[HandoverPart]: ...


class ConsentHeard(Protocol):
    """What a room above does when the person has said something else to sharing. `joined`: in which
    cases that go with this one it counts too, whether or not the actor sees those."""

    def __call__(
        self, case: Case, consent: Consent, joined: Collection[UUID], *, actor: Any, at: datetime
    ) -> None: ...


class Look(Protocol):
    """What a row has to say at this moment, within the lock of its case. Sets when it is looked at
    next, and returns how many people were told."""

    def __call__(self, row: Any, *, actor: Any, at: datetime) -> int: ...


_under_one_roof: list[Callable[[Case, Case], bool]] = []
_watched: dict[Any, Look] = {}


class CaseEnded(Protocol):
    """What a room above does when a case has ended."""

    def __call__(self, case: Case, *, at: datetime) -> None: ...


class CasesMerged(Protocol):
    """What a room above does when two cases have become one person's. `by`: the id of the row that
    says so."""

    def __call__(self, ends: Case, into: Case, *, actor: Any, at: datetime, by: UUID) -> None: ...


_cases_merged: list[CasesMerged] = []
_consent_heard: list[ConsentHeard] = []
_case_ended: list[CaseEnded] = []
_handover: list[Handover] = []
_objections: list[Callable[[Case], list[Objection]]] = []
_left_open: list[Callable[[Case], list[str]]] = []
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


def tabs(case: Case, held: frozenset[str]) -> list[Tab]:
    """The tabs of a case whose right is among the codes held, in their order, group by
    group. No query."""
    mine = (
        tab
        for tab in _tabs.values()
        if tab.right.code in held and (tab.only is None or tab.only(case))
    )
    return sorted(mine, key=lambda tab: (tab.group, tab.order))


def register_objections_to_closing(read: Callable[[Case], list[Objection]]) -> None:
    """Says what of a room above is not finished on a case, and so keeps it from being closed."""
    _objections.append(read)


def objections_to_closing(case: Case) -> list[Objection]:
    """What the rooms above object to closing the case now."""
    return [objection for read in _objections for objection in read(case)]


def register_left_open(read: Callable[[Case], list[str]]) -> None:
    """Says in sentences what of a room above is not finished on a case, and does not keep it from
    being closed: whoever closes it is to know."""
    _left_open.append(read)


def left_open(case: Case) -> list[str]:
    """What the rooms above would leave open if the case were closed now."""
    return [sentence for read in _left_open for sentence in read(case)]


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


def register_under_one_roof(read: Callable[[Case, Case], bool]) -> None:
    """Says how a room above knows whether two people live in one place, or are to."""
    _under_one_roof.append(read)


def under_one_roof(case: Case, other: Case) -> bool:
    """Whether the people of two cases live in one place now, or a bed is held for them there."""
    return any(read(case, other) for read in _under_one_roof)


def register_watched(model: Any, look: Look) -> None:
    """Says of rows with `next_look_at` and a case what they have to say when that comes."""
    _watched[model] = look


def watched() -> list[tuple[Any, Look]]:
    """Every kind of row that the sweep looks at, with what it then does."""
    return list(_watched.items())


def register_case_ended(ended: CaseEnded) -> None:
    """Says what follows from the end of a case, within the action that ends it."""
    _case_ended.append(ended)


def case_ended(case: Case, *, at: datetime) -> None:
    """Tells the rooms above that the case has ended, now."""
    for ended in _case_ended:
        ended(case, at=at)


def register_cases_merged(merged: CasesMerged) -> None:
    """Says what follows where two cases are merged, within the action that merges them."""
    _cases_merged.append(merged)


def cases_merged(ends: Case, into: Case, *, actor: Any, at: datetime, by: UUID) -> None:
    """Tells the rooms above that two cases are one person's, now."""
    for merged in _cases_merged:
        merged(ends, into, actor=actor, at=at, by=by)


def register_handover(read: Handover) -> None:
    """Says what a room above adds to the summary for whoever takes a case over."""
    _handover.append(read)


def handover_parts() -> list[Handover]:
    """What the rooms above add to it."""
    return list(_handover)


def register_items(source: str, read: Callable[[FindingSet], list[Item]]) -> None:
    """Says where the items behind findings of this source are read."""
    _items[source] = read


def items_behind(findings: FindingSet) -> list[Item]:
    """The items that the findings rest on, from the room that recorded them."""
    read = _items.get(findings.source)
    return read(findings) if read else []
