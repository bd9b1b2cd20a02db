"""How the identity of a case's person is kept: a legal hold, and whether it is to be erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import Case
from identities.crypto import Opener, Unreadable
from identities.models import Erasure, ErasureState, LegalHold
from nrm.accounts.models import User

MOST = 20  # of each, the newest


@dataclass(frozen=True, slots=True)
class Line:
    """A hold or an erasure. `note` is empty where there is none, and where it opens no more."""

    row: Any
    note: str
    names: dict[Any, str]

    @property
    def by(self) -> str:
        """Who set it, or asked for it."""
        return self.names.get(getattr(self.row, "set_by", None) or self.row.asked_by, "")

    @property
    def then_by(self) -> str:
        """Who lifted it, or decided."""
        pk = self.row.lifted_by if isinstance(self.row, LegalHold) else self.row.decided_by
        return self.names.get(pk, "")


@dataclass(frozen=True, slots=True)
class Keeping:
    """`hold` and `asked` are those of this case that are open now; `others` says that a hold on
    another case of the person keeps it too."""

    erased_at: datetime | None
    hold: Line | None
    asked: Line | None
    other_hold: bool
    holds: tuple[Line, ...]
    erasures: tuple[Line, ...]


def keeping_of(case: Case) -> Keeping:
    """Five queries at most."""
    holds = list(LegalHold.objects.filter(person_id=case.person_id).order_by("-set_at")[:MOST])
    erasures = list(Erasure.objects.filter(person_id=case.person_id)[:MOST])
    people = {row.set_by for row in holds} | {row.lifted_by for row in holds}
    people |= {row.asked_by for row in erasures} | {row.decided_by for row in erasures}
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "display_name"))
    opener = None
    if any(row.note for row in (*holds, *erasures)):
        try:
            opener = Opener(case.person_id)
        except Unreadable:
            opener = None

    def line(row: Any) -> Line:
        note = ""
        if row.note is not None and opener is not None:
            table = row._meta.db_table
            note = opener.text(row.note, table=table, column="note", row=row.pk)
        return Line(row, note, names)

    told = [line(row) for row in holds]
    wanted = [line(row) for row in erasures]
    open_holds = [one for one in told if one.row.lifted_at is None]
    return Keeping(
        erased_at=case.person.erased_at,
        hold=next((one for one in open_holds if one.row.case_id == case.pk), None),
        asked=next((one for one in wanted if one.row.state == ErasureState.ASKED), None),
        other_hold=any(one.row.case_id != case.pk for one in open_holds),
        holds=tuple(told),
        erasures=tuple(wanted),
    )
