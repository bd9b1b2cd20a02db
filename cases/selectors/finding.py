"""People found by tokens, as cases: what the reader may see, and whether there is more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from cases.models import Case
from cases.rights import SEE_CASE
from identities.finding import kind_labels, likenesses_of
from nrm.accounts.models import User


@dataclass(frozen=True, slots=True)
class Alike:
    """A case of somebody who may be the one that is looked for, and why."""

    case: Case
    why: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Cases that the reader may see, at most as many as a search gives. `elsewhere`: somebody was
    found whose cases the reader may not see; nothing else of them is told."""

    alike: tuple[Alike, ...]
    elsewhere: bool


def known(people: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many cases each has, whoever asks: those that may be known of, and all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_known(%s)", [list(people)])
        return {person: (may, every) for person, may, every in cursor.fetchall()}


def as_cases(people: dict[UUID, Any], reader: User, *, besides: Case | None = None) -> Found:
    """The people found, as cases. Two queries where anybody was found."""
    if not people:
        return Found((), elsewhere=False)
    rows = Case.objects.visible_to(reader, SEE_CASE).filter(person_id__in=people)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    cases = list(rows.select_related("person").order_by("-opened_at")[:20])
    seen = {case.person_id for case in cases}
    others = known(people.keys() - seen) if people.keys() - seen else {}
    return Found(
        tuple(
            Alike(case, tuple(kind_labels(kinds)), tuple(kinds))
            for case in cases
            for kinds in [sorted(people[case.person_id])]
        ),
        elsewhere=any(may for may, _every in others.values()),
    )


def duplicates_of(case: Case, reader: User) -> Found:
    """Who may be the same person as this case's, as their tokens said when they were recorded. One
    query where there is nobody, three where there is."""
    return as_cases(likenesses_of(case.person_id), reader, besides=case)
