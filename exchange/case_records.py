"""A case as a record of the Human Trafficking Case Data Standard: its answers and its facts, read
once for everything that is made of them. Whoever asks has checked the right, the consent and the
purpose, and has written the disclosure where it is who the person is."""

from collections.abc import Iterable
from typing import Any

from cases.models import Case, Decision
from cases.models.decision import DecisionState
from cases.rules.referral_form.questions import form_for
from exchange.htcds.mapping import Facts
from identities.crypto import Opener
from identities.vault import KnownFact

_EPISODE = ("types", "place", "countries", "began", "ended", "online", "armed_group", "drivers")


def answers_of(
    case: Case, *, coded: bool = True, words: bool = False, known: Iterable[KnownFact] = ()
) -> dict[str, Any]:
    """The answers of the newest referral as they stand: those chosen from lists, those in words,
    and as `known` who the person is. The age is the case's own. Four queries at most."""
    answers: dict[str, Any] = {}
    opener = Opener(case.person_id) if words else None
    referral = case.referrals.first()
    if referral is not None and coded:
        answers |= referral.answers
    if referral is not None and opener and referral.narrative is not None:
        place: dict[str, Any] = {"table": "cases_referral", "column": "narrative"}
        answers |= opener.json(referral.narrative, row=referral.pk, **place)
    episodes = []
    for episode in case.episodes.all() if coded or words else ():
        told: dict[str, Any] = {}
        if coded:
            told = {name: value for name in _EPISODE if (value := getattr(episode, name))}
            if episode.age_then_status:
                told["age_then_status"] = episode.age_then_status
            if episode.age_then_years is not None:
                told["age_then_years"] = episode.age_then_years
        if opener and episode.narrative is not None:
            place = {"table": "cases_episode", "column": "narrative"}
            told |= opener.json(episode.narrative, row=episode.pk, **place)
        if told:
            episodes.append(told)
    if episodes:
        answers["episodes"] = episodes
    if coded:
        answers["age_status"] = case.age_status
    asked = {q.fact: q.code for q in form_for(case.profile).questions if q.fact}
    return answers | {asked[one.kind]: one.value for one in known if one.kind in asked}


def decisions_of(case: Case) -> list[Decision]:
    """The decisions that were made and that no later one has taken the place of, the first
    first."""
    made = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("made_at", "pk")
    rows = list(made)
    before = {row.supersedes_id for row in rows}
    return [row for row in rows if row.pk not in before]


def facts_of(case: Case, *, identifier: str) -> Facts:
    """What the case says beside its answers, under an identifier that is not our reference."""
    return Facts(
        reference=identifier,
        status="Closed" if case.closed_at else "Active",
        decisions={row.code: row.outcome for row in decisions_of(case)},
    )
