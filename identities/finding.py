"""Tokens kept, and people found by them. Reads no fact and shows none: a person found is an id.

The database shows a token only to a transaction in which a search for this very token is written,
so that nobody can look through them, and no search goes unrecorded.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from identities.models import Likeness, Search, Token
from identities.tokens import Facts, TokenKind, Tokens, tokens_to_find, tokens_to_keep
from nrm import context
from nrm.actions import Objection, lock

FIND, DUPLICATES = "find", "duplicates"
MOST = 20  # people that one search gives

Key = TypeVar("Key", bound=Hashable)


def keep_tokens(person_id: UUID, facts: Facts, *, anew: bool, at: datetime) -> None:
    """Keeps the tokens of the person's current facts, in the transaction that recorded them, and
    notes who may be the same person. With `anew`, earlier tokens go first."""
    known = list(facts)
    kept = tokens_to_keep(known)
    lock(person_id)  # tokens that are being made anew wait, or are waited for
    if anew:
        Token.objects.filter(person_id=person_id).delete()
    Token.objects.bulk_create(
        Token(person_id=person_id, kind=kind, key=number, token=token)
        for kind, number, token in sorted(kept)
    )
    others = people_of(tokens_to_find(known), purpose=DUPLICATES, besides=person_id)
    Likeness.objects.bulk_create(
        [
            Likeness(person_id=person_id, other_id=other, kinds=sorted(kinds), found_at=at)
            for other, kinds in others.items()
        ],
        ignore_conflicts=True,
    )


def keep_first_tokens(told: Mapping[UUID, Facts], *, at: datetime) -> None:
    """The same for many new people at once, each with their facts: nobody has tokens of them yet,
    so that none is waited for. Two of them who may be one are noted once, as the later."""
    wanted = {person: tokens_to_find(facts) for person, facts in told.items()}
    kept = {person: tokens_to_keep(facts) for person, facts in told.items()}
    found = people_of_each(wanted, purpose=DUPLICATES)
    before: dict[bytes, list[UUID]] = defaultdict(list)
    for person, tokens in kept.items():
        others = found[person]
        for kind, _number, token in tokens:
            for other in before[token][:MOST]:
                others.setdefault(other, set()).add(kind)
        for token in {token for _kind, _number, token in tokens}:
            before[token].append(person)
    Token.objects.bulk_create(
        Token(person_id=person, kind=kind, key=number, token=token)
        for person, tokens in kept.items()
        for kind, number, token in sorted(tokens)
    )
    Likeness.objects.bulk_create(
        [
            Likeness(person_id=person, other_id=other, kinds=sorted(kinds), found_at=at)
            for person, others in found.items()
            for other, kinds in others.items()
        ],
        ignore_conflicts=True,
    )


# A telephone of an office may stand with a hundred thousand people: no more than a few are read.
_OF_EACH = """
SELECT wanted.token, few.person_id FROM unnest(%s::bytea[]) AS wanted (token)
CROSS JOIN LATERAL (
    SELECT t.person_id FROM identities_token t WHERE t.token = wanted.token LIMIT %s
) AS few
"""


def people_of_each(
    wanted: Mapping[Key, Tokens], *, purpose: str
) -> dict[Key, dict[UUID, set[str]]]:
    """For each of many, who has one of their tokens: at most MOST people each, and of which kinds.
    One search is written for all of them, and one statement finds."""
    found: dict[Key, dict[UUID, set[str]]] = {key: {} for key in wanted}
    every = frozenset(token for tokens in wanted.values() for token in tokens)
    if not every:
        return found
    have: dict[bytes, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_OF_EACH, [_write_search(every, purpose=purpose), MOST])
        for token, person in cursor.fetchall():
            have[bytes(token)].append(person)
    for key, tokens in wanted.items():
        for kind, _number, token in sorted(tokens):
            for person in have.get(token, ()):
                if person in found[key] or len(found[key]) < MOST:
                    found[key].setdefault(person, set()).add(kind)
    return found


def _write_search(wanted: Tokens, *, purpose: str) -> list[bytes]:
    """Writes that somebody is searched for by these tokens, and returns them in order."""
    open_context = context.current()
    if open_context is None or open_context.actor_id is None:
        raise RuntimeError("Nobody is acting, so nobody can be searched for.")
    tokens = sorted({token for _kind, _number, token in wanted})
    Search.objects.bulk_create(
        [
            Search(
                id=uuid4(),
                purpose=purpose,
                kinds=sorted({kind for kind, _number, _token in wanted}),
                tokens=tokens,
                # The trigger writes the true actor, transaction and time.
                actor_id=open_context.actor_id,
                xact=0,
                at="1970-01-01T00:00:00Z",
            )
        ]
    )
    return tokens


def people_of(wanted: Tokens, *, purpose: str, besides: UUID | None = None) -> dict[UUID, set[str]]:
    """Who has one of the tokens, at most MOST people, and of which kinds. Writes the search first;
    nothing is found, or written, for no tokens."""
    if not wanted:
        return {}
    tokens = _write_search(wanted, purpose=purpose)
    rows = Token.objects.filter(token__in=tokens)
    if besides is not None:
        rows = rows.exclude(person_id=besides)
    found: dict[UUID, set[str]] = defaultdict(set)
    for person, kind in rows.order_by("person_id").values_list("person_id", "kind")[: MOST * 8]:
        if person in found or len(found) < MOST:
            found[person].add(kind)
    return dict(found)


def tokens_for(facts: Facts) -> Tokens:
    """The tokens by which somebody is searched who has these facts."""
    return tokens_to_find(facts)


def objections_to_searching(actor_id: UUID, *, at: datetime) -> list[Objection]:
    """Why the actor cannot search now: they have searched as often as is allowed in an hour."""
    since = at - timedelta(hours=1)
    done = Search.objects.filter(actor_id=actor_id, purpose=FIND, at__gt=since).count()
    if done < settings.SEARCHES_PER_HOUR:
        return []
    text = _("You have searched %(limit)d times in an hour. Wait, or ask a supervisor.")
    return [Objection(text % {"limit": settings.SEARCHES_PER_HOUR}, code="limit")]


def likenesses_of(person_id: UUID) -> dict[UUID, list[str]]:
    """Who may be the same person, and by which kinds of tokens. One query."""
    rows = Likeness.objects.filter(Q(person_id=person_id) | Q(other_id=person_id))
    return {
        (row.other_id if row.person_id == person_id else row.person_id): row.kinds for row in rows
    }


def kind_labels(kinds: Iterable[str]) -> list[str]:
    """Kinds of tokens in words."""
    return [str(TokenKind(kind).label) for kind in kinds if kind in TokenKind.values]
