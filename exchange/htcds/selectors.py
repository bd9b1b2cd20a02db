"""What a case says, as answers of the referral form and as facts beside them, to be written as a
record of the Human Trafficking Case Data Standard."""

import json
from collections.abc import Iterable
from typing import Any

from cases.models import Case, Consent, Decision, Episode, Referral
from cases.models.decision import DecisionState
from cases.models.referral import ConsentAnswer, Source
from cases.rules.referral_form import form_for
from exchange.htcds.standard.mapping import Facts, write_record
from exchange.htcds.standard.reading import read_object
from exchange.htcds.standard.record import Record
from identities.crypto import Opener, Unreadable
from identities.tokens import tokens_of_text
from identities.vault import KnownFact
from nrm.accounts.models import Organisation
from screening.models import IndicatorFinding, IndicatorState

_CONSENT = {
    ConsentAnswer.AGREED: "given",
    ConsentAnswer.DECLINED: "refused",
    ConsentAnswer.NOT_ASKED: "not_asked",
}
_OF_EPISODE = (
    "types",
    "place",
    "countries",
    "began",
    "ended",
    "online",
    "armed_group",
    "drivers",
    "age_then_status",
    "age_then_years",
)


def record_of(case: Case, receiver: Organisation, known: Iterable[KnownFact]) -> Record:
    """All that the case says, for this receiver. `known` are facts of the identity, where they were
    disclosed. What of it leaves is chosen when it is written."""
    referral = case.referrals.order_by("-sent_at").first()
    try:
        opener: Opener | None = Opener(case.person_id)
    except Unreadable:
        opener = None
    answers = _answers(case, referral, opener) | _identity(case, known)
    kept = _kept(case, opener)
    written = write_record(answers, profile=case.profile, kept=kept, facts=_facts(case, receiver))
    return written.record


def _opened(opener: Opener | None, row: Any, table: str, column: str) -> dict[str, Any]:
    sealed = getattr(row, column)
    if opener is None or sealed is None:
        return {}
    found: dict[str, Any] = json.loads(opener.text(sealed, table=table, column=column, row=row.pk))
    return found


def _answers(case: Case, referral: Referral | None, opener: Opener | None) -> dict[str, Any]:
    """The answers of the newest referral, with what the case says itself, which counts."""
    answers: dict[str, Any] = {}
    if referral is not None:
        words = _opened(opener, referral, "cases_referral", "narrative")
        answers |= {**referral.answers, **words}
    answers |= {
        "age_status": case.age_status,
        "jurisdiction": case.jurisdiction,
        "language": case.language,
    }
    said = Consent.objects.filter(case=case, purpose="referral").first()
    if said and said.answer in _CONSENT:
        answers["consent_answer"] = _CONSENT[ConsentAnswer(said.answer)]
    episodes = [_episode(row, opener) for row in case.episodes.all()]
    if told := [episode for episode in episodes if episode]:
        answers["episodes"] = told
    return {code: value for code, value in answers.items() if value not in ("", None, [])}


def _episode(row: Episode, opener: Opener | None) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _OF_EPISODE}
    told |= _opened(opener, row, "cases_episode", "narrative")
    return {name: value for name, value in told.items() if value not in ("", None, [])}


def _identity(case: Case, known: Iterable[KnownFact]) -> dict[str, str]:
    """The facts as answers; of two questions about one kind of fact, the first takes the first."""
    values: dict[str, list[str]] = {}
    for fact in known:
        values.setdefault(fact.kind, []).append(fact.value)
    found = {}
    for question in form_for(case.profile).questions:
        if question.fact and values.get(question.fact):
            found[question.code] = values[question.fact].pop(0)
    return found


def _kept(case: Case, opener: Opener | None) -> Record | None:
    """What came with the record that the case was made of and is no answer."""
    referral = (
        case.referrals.filter(source=Source.HTCDS)
        .exclude(unknown_values=None)
        .order_by("-sent_at")
        .first()
    )
    if referral is None:
        return None
    told = _opened(opener, referral, "cases_referral", "unknown_values")
    return read_object(0, told) if told else None


def _facts(case: Case, receiver: Organisation) -> Facts:
    decided = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("made_at")
    decisions = {row.code: row.outcome for row in decided}
    current = case.findingsets.filter(superseded_at=None).first()
    shown = IndicatorFinding.objects.filter(
        screening=current.source_id if current else None, state=IndicatorState.SHOWN
    )
    # Stable for this receiver, so that the same case is known again, and no other's: it says
    # nothing of the reference, and two receivers cannot join what they hold by it.
    token = tokens_of_text("htcds_export", f"{case.pk}|{receiver.pk}")[0].hex()
    return Facts(
        reference=token,
        status="Closed" if case.closed_at else "Active",
        decisions=decisions,
        decided_by="NonPoliceGovernmentalOrganization" if decisions else "",
        indicators=tuple(sorted(set(shown.values_list("code", flat=True)))),
    )
