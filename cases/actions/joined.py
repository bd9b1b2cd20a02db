"""What is done to protect a person on one of two merged cases reaches the other one, whether or not
whoever does it sees that: the database does it (cases.joined), and it is on record there."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from cases import ports
from cases.models import Bundle, Case, Consent, EmergencyAccess, Exclusion, Notice
from cases.rules import sharing as rules
from cases.selectors.sharing import end_of, last_said, said_in_joined
from nrm.accounts.models import User
from nrm.actions import also

_ABOUT: dict[str, Any] = {
    "bundle": Bundle,
    "notice": Notice,
    "consent": Consent,
    "emergency": EmergencyAccess,
}


def _do(statement: str, values: Iterable[Any]) -> None:
    """Has the database do it, and writes an event of each thing that was done."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        done = cursor.fetchall()
    for verb, case_id, row, codes in done:
        noun = verb.partition(".")[0]
        if verb == "case.excluded":
            about: Any = Exclusion(pk=row, case_id=case_id)
        elif noun == "case":
            about = Case(pk=row)
        else:
            about = _ABOUT[noun](pk=row, case_id=case_id)
        also(verb, about, **json.loads(codes))


def keep_out(exclusion: Exclusion, *, at: datetime) -> None:
    """Takes from who was excluded all that they hold of the case by themselves, and keeps them from
    the cases that go with it too. Within the action that excludes them."""
    _do("SELECT * FROM cases_keep_out(%s, %s)", [exclusion.pk, at])


def make_as_strict(case: Case, *, at: datetime) -> None:
    """Makes the cases that go with a restricted or sealed one as strict. Within the action that
    says who may see it."""
    _do("SELECT * FROM cases_seal_joined(%s, %s)", [case.pk, at])


def heed(case: Case, consent: Consent, said: rules.Said, *, at: datetime) -> list[UUID]:
    """Brings the cases that go with this one in line with what the person said last on it, where
    that is a no, or a yes with an end, and nothing newer was said there. Returns in which. Within
    the action that records it."""
    if said.agreed and consent.ends_on is None:
        return []
    cases = [pk for pk, told in said_in_joined(case).items() if _counts(told, said)]
    if cases:
        until = end_of(case, consent) if said.agreed else None
        _do(
            "SELECT * FROM cases_heed_in_joined(%s, %s, %s, %s, %s)",
            [consent.pk, said.day, until, cases, at],
        )
    return cases


def _counts(told: list[rules.Said], said: rules.Said) -> bool:
    """Whether it is news there: it is the last that was said, and not the no that stands there
    already. Each case rests on a referral of its own, so of that each no counts."""
    known = rules.last_said(told).get(said.about)
    if said.about == rules.GENERAL or known is None:
        return True
    newest = rules.last_said([*told, said])[said.about]
    return newest == said and (said.agreed or known.agreed)


def join(one: Case, other: Case, *, actor: User, at: datetime) -> None:
    """Two cases have become one person's: what protects them on either protects them on both.
    Within the action that merges them."""
    for case in (one, other):
        for row in case.exclusions.filter(ended_at=None):
            keep_out(row, at=at)
        for consent, said in last_said(case).values():
            if not said.agreed and said.about != rules.GENERAL:
                reached = heed(case, consent, said, at=at)
                ports.consent_said(case, consent, reached, actor=actor, at=at)
        make_as_strict(case, at=at)
