"""The door to identities. Its callers are actions, which have checked the right; it sees to it
that the database is told why, in the same transaction, before anything is read or written."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from identities import finding
from identities.crypto import FIRST_KEY, NewKey, Opener, Sealer, create_key, seal
from identities.models import Disclosure, Fact, FactKind, Person, PersonKey
from identities.pseudonyms import new_pseudonym
from nrm import context

RECORDING = "recording"  # the purpose of writing or correcting an identity


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact, opened: its kind's code, the value, and when it was recorded (UTC)."""

    kind: str
    value: str
    recorded_at: datetime

    @property
    def label(self) -> str:
        return str(FactKind(self.kind).label)


def new_person(*, at: datetime, pseudonym: str = "") -> Person:
    """A person of whom nothing is known yet: an id, a pseudonym and a key."""
    person = Person.objects.create(pseudonym=pseudonym or new_pseudonym(), created_at=at)
    create_key(person.id)
    return person


def new_people(count: int, *, at: datetime) -> list[tuple[Person, NewKey]]:
    """So many people of whom nothing is known yet, each with what seals for them, in two
    statements."""
    people = [Person(pseudonym=new_pseudonym(), created_at=at) for _ in range(count)]
    keys = [NewKey(person.pk) for person in people]
    Person.objects.bulk_create(people)
    PersonKey.objects.bulk_create(
        PersonKey(
            person_id=person.pk, number=FIRST_KEY, kek=key.kek, wrapped=key.wrapped, created_at=at
        )
        for person, key in zip(people, keys, strict=True)
    )
    return list(zip(people, keys, strict=True))


def _disclose(person_id: UUID, *, case_id: UUID | None, purpose: str, reason: str) -> Disclosure:
    row = uuid4()
    sealed = (
        seal(person_id, reason, table="identities_disclosure", column="reason", row=row)
        if reason
        else None
    )
    open_context = context.current()
    if open_context is None or open_context.actor_id is None:
        raise RuntimeError("Nobody is acting, so nobody can be shown an identity.")
    return Disclosure.objects.create(
        id=row,
        person_id=person_id,
        case_id=case_id,
        purpose=purpose,
        reason=sealed,
        # The trigger writes the true actor, transaction and time.
        actor_id=open_context.actor_id,
        xact=0,
        at="1970-01-01T00:00:00Z",
    )


def record(
    person_id: UUID,
    facts: Iterable[tuple[str, str]],
    *,
    at: datetime,
    case_id: UUID | None = None,
    instead: bool = False,
) -> int:
    """Seals and keeps facts (kind, value); empty values are left out. Returns how many were kept.

    With `instead`, current facts of the same kinds are superseded first.
    """
    wanted = [(FactKind(kind), value.strip()) for kind, value in facts if value and value.strip()]
    if not wanted:
        return 0
    with _about(case_id):
        _disclose(person_id, case_id=case_id, purpose=RECORDING, reason="")
        if instead:
            kinds = {kind for kind, _ in wanted}
            Fact.objects.filter(person_id=person_id, kind__in=kinds, superseded_at=None).update(
                superseded_at=at
            )
        known = list(Fact.objects.filter(person_id=person_id, superseded_at=None))
        sealer = Sealer(person_id)
        rows = [(uuid4(), kind, value) for kind, value in wanted]
        Fact.objects.bulk_create(
            Fact(
                id=row,
                person_id=person_id,
                kind=kind,
                value=sealer.text(value, table="identities_fact", column="value", row=row),
                recorded_at=at,
            )
            for row, kind, value in rows
        )
        opener = Opener(person_id) if known else None
        earlier = [
            (row.kind, opener.text(row.value, table="identities_fact", column="value", row=row.id))
            for row in known
            if opener
        ]
        finding.keep_tokens(person_id, [*earlier, *wanted], anew=instead or bool(known), at=at)
    return len(wanted)


@dataclass(frozen=True, slots=True)
class First:
    """Who a new person is: facts as (kind, value), and what seals for them."""

    person_id: UUID
    case_id: UUID
    facts: tuple[tuple[str, str], ...]
    sealer: Sealer


def record_first(people: Sequence[First], *, at: datetime) -> None:
    """Seals and keeps the facts of many new people, of whom nothing was recorded before: each with
    a disclosure of their own, and all searched for at once."""
    told: dict[UUID, list[tuple[str, str]]] = {}
    for one in people:
        facts = [(FactKind(kind), value.strip()) for kind, value in one.facts if value.strip()]
        if not facts:
            continue
        told[one.person_id] = [(str(kind), value) for kind, value in facts]
        rows = [(uuid4(), kind, value) for kind, value in facts]
        with context.about_case(one.case_id):
            _disclose(one.person_id, case_id=one.case_id, purpose=RECORDING, reason="")
            Fact.objects.bulk_create(
                Fact(
                    id=row,
                    person_id=one.person_id,
                    kind=kind,
                    value=one.sealer.text(value, table="identities_fact", column="value", row=row),
                    recorded_at=at,
                )
                for row, kind, value in rows
            )
    finding.keep_first_tokens(told, at=at)


def disclose(person_id: UUID, *, case_id: UUID, purpose: str, reason: str = "") -> Disclosure:
    """Writes a disclosure for what says who the person is and is no fact: a scan of a passport."""
    with _about(case_id):
        return _disclose(person_id, case_id=case_id, purpose=purpose, reason=reason)


def reveal(
    person_id: UUID, *, case_id: UUID, purpose: str, reason: str = ""
) -> tuple[Disclosure, list[KnownFact]]:
    """Writes a disclosure and returns it with every current fact, in the order of their kinds."""
    with _about(case_id):
        disclosure = _disclose(person_id, case_id=case_id, purpose=purpose, reason=reason)
        rows = list(
            Fact.objects.filter(person_id=person_id, superseded_at=None).order_by("recorded_at")
        )
    opener = Opener(person_id) if rows else None
    known = [
        KnownFact(
            row.kind,
            opener.text(row.value, table="identities_fact", column="value", row=row.id),
            row.recorded_at,
        )
        for row in rows
        if opener
    ]
    order = list(FactKind.values)
    return disclosure, sorted(known, key=lambda fact: order.index(fact.kind))


def _about(case_id: UUID | None) -> AbstractContextManager[None]:
    return context.about_case(case_id) if case_id else nullcontext()
