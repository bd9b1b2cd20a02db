"""What is in a pack: everything once in words, as whoever seals it looks at it and as whoever opens
it reads it, and once for programs."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases import words
from cases.models import Case, Consent, Deadline, Decision
from cases.models.decision import DecisionState
from cases.rules import sharing as parts
from cases.selectors.sharing import Content, purpose_label
from exchange.htcds.selectors import record_of
from exchange.htcds.standard.fields import DETAIL, IDENTITY, OPEN, WORDS, standard
from exchange.htcds.standard.record import RECORD_ID, Record
from exchange.htcds.standard.writing import document
from identities.vault import KnownFact
from nrm.accounts.models import Organisation
from nrm.deadline_words import day_words

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class PackContent:
    """`shown` are titled rows, all of what is inside in words; `programs` the same for machines."""

    shown: list[dict[str, Any]]
    programs: dict[str, Any]

    @property
    def digest(self) -> str:
        """What tells whether this is what somebody has looked at."""
        whole = json.dumps([self.shown, self.programs], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def content_of(
    case: Case,
    receiver: Organisation,
    chosen: Iterable[str],
    bundle: Content,
    known: Iterable[KnownFact],
    *,
    number: str,
) -> PackContent:
    """The chosen parts: those of the bundle in words, the record of the standard, and with the
    decisions the findings that hold and the clocks. `number` is the pack's own; our reference is
    not in it."""
    chosen = set(chosen)
    record = _record(case, receiver, chosen, known, number)
    title = _("Human Trafficking Case Data Standard")
    shown = [*_marked(bundle.parts, chosen), *_in_words(title, _fields(record, identity=False))]
    identity = _in_words(title, _fields(record, identity=True))
    shown += [{**part, IDENTITY: True} for part in identity]
    programs: dict[str, Any] = {"htcds": record}
    if parts.DECISIONS in chosen:
        programs |= {
            "profile": f"{case.profile_code} {case.profile_version}",
            "findings": _findings(case),
            "decisions": [
                {"code": row.code, "outcome": row.outcome, "made_on": str(row.made_on)}
                for row in _decisions(case)
            ],
            "clocks": [_clock(row) for row in _deadlines(case)],
        }
        shown += _in_words(_("Findings"), _findings_in_words(case))
        shown += _in_words(_("Deadlines"), _clocks_in_words(case))
    return PackContent(shown, programs)


def _marked(found: list[dict[str, Any]], chosen: set[str]) -> list[dict[str, Any]]:
    """The parts of the bundle; who the person is, which stands last there, is marked, so that its
    receiver shows it as they show an identity."""
    who = str(_("Who the person is"))
    marked = parts.IDENTITY in chosen
    return [
        {**part, IDENTITY: True} if marked and part["title"] == who else dict(part)
        for part in found
    ]


def _in_words(title: str, rows: Rows) -> list[dict[str, Any]]:
    return [{"title": title, "rows": rows}] if rows else []


# Of the record, what is said with the decisions alone; and what the other side asks anew, since an
# agreement to be referred here, and where the case belongs here, say nothing about there.
_OF_DECISIONS = frozenset(
    {
        "cas_Status",
        "vic_TraffickingStatus",
        "vic_TraffickingStatusDecisionMakingOrg",
        "vic_MethodsOfControl",
        "vic_MethodOfRecruitment",
        "nrm_Indicators",
    }
)
ASKED_ANEW = frozenset({"nrm_ConsentToReferral", "nrm_Jurisdiction"})
_ALWAYS = frozenset({RECORD_ID, "nrm_AgeStatus"})


def _record(
    case: Case, receiver: Organisation, chosen: set[str], known: Iterable[KnownFact], number: str
) -> dict[str, Any]:
    told = record_of(case, receiver, known)
    out = set(ASKED_ANEW)
    if parts.DECISIONS not in chosen:
        out |= _OF_DECISIONS
    if parts.REFERRAL not in chosen:
        opened = {name for name, one in standard().fields.items() if one.protection == OPEN}
        out |= opened - _ALWAYS - (_OF_DECISIONS if parts.DECISIONS in chosen else set())
    fields = {name: value for name, value in told.fields.items() if name not in out}
    of_parts = {
        name: tuple(
            {field: value for field, value in one.items() if field not in out} for one in items
        )
        for name, items in told.parts.items()
    }
    including = {IDENTITY} if parts.IDENTITY in chosen else set()
    including |= {DETAIL, WORDS} if parts.TEXT in chosen else set()
    return document([Record({**fields, RECORD_ID: number}, of_parts)], including=including)


def _fields(record: dict[str, Any], *, identity: bool) -> Rows:
    """The fields of the record by the names of the standard, in its order: those that say who the
    person is, or the others."""
    (told,) = record["records"]
    rows: Rows = []
    known = standard().fields
    labels = {name: found.label for name, found in known.items()}
    for name, value in told.items():
        protection = known[name].protection if name in known else ""
        if (protection == IDENTITY) is not identity:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, item in enumerate(value, start=1):
                rows += [
                    {"key": f"{labels.get(field, field)} ({number})", "value": _plain(one)}
                    for field, one in item.items()
                ]
        else:
            rows.append({"key": labels.get(name, name), "value": _plain(value)})
    return rows


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _decisions(case: Case) -> list[Decision]:
    """The decisions that were made and that no later one has taken the place of, the first
    first."""
    made = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("made_at", "pk")
    rows = list(made)
    before = {row.supersedes_id for row in rows}
    return [row for row in rows if row.pk not in before]


_ELEMENTS = ("act", "means", "purpose", "result", "limb")


def _findings(case: Case) -> dict[str, str] | None:
    now = case.findings_now
    if now is None:
        return None
    told = {name: getattr(now, name) for name in _ELEMENTS}
    return {**told, "recorded_on": now.recorded_at.date().isoformat(), "source": now.source}


def _findings_in_words(case: Case) -> Rows:
    now = case.findings_now
    if now is None:
        return []
    named = {"act": _("Act"), "means": _("Means"), "purpose": _("Purpose"), "result": _("Result")}
    rows = [{"key": label, "value": getattr(now, name)} for name, label in named.items()]
    return [*rows, {"key": _("Recorded"), "value": day_words(now.recorded_at)}]


def _deadlines(case: Case) -> Iterable[Deadline]:
    return case.deadlines.order_by("started_at", "id")


def _clock(row: Deadline) -> dict[str, str]:
    started = row.started_at.date().isoformat()
    said = {"term": row.term, "started_on": started, "due_on": row.due_on.isoformat()}
    return {**said, "state": row.state, "calendar": row.calendar}


def _clocks_in_words(case: Case) -> Rows:
    return [
        {
            "key": words.term_label(case, row.term),
            "value": f"{day_words(row.due_on)}, {row.get_state_display()}",
        }
        for row in _deadlines(case)
    ]


def said_of(
    case: Case, content: PackContent, consent: Consent, *, purpose: str, until: datetime
) -> dict[str, Any]:
    """What is signed: the content with what it is for, on which consent, and until when."""
    return {
        "authority": case.authority.name,
        "purpose": {"code": purpose, "text": purpose_label(case.profile, purpose)},
        "until": until.isoformat(),
        "consent": {
            "purpose": consent.purpose,
            "recipient_kind": consent.recipient_kind,
            "answer": consent.answer,
            "given_on": consent.given_on,
            "language": consent.language,
            "ends_on": consent.ends_on.isoformat() if consent.ends_on else None,
        },
        "shown": content.shown,
        **content.programs,
    }
