"""What could be disclosed for a court, what was, and who had it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Case, Consent, CourtBundle, Decision, Document
from cases.models.court import CourtState
from cases.models.decision import DecisionState
from cases.models.document import SeenBy
from cases.models.redaction import Ground, Removed
from cases.rights import SHARE
from cases.rules import court as rules
from cases.rules import sharing as sharing_rules
from cases.rules.decisions import REASON_PARTS
from cases.rules.documents import SUFFIXES
from cases.selectors import sharing
from cases.selectors.decisions import reasons_of
from cases.selectors.documents import title_of
from cases.selectors.notes import opened
from cases.selectors.notices import barred_agencies
from cases.selectors.overview import found
from cases.words import decision_label
from identities.crypto import Unreadable, unseal_json
from nrm.actions import Hidden
from nrm.deadline_words import day_words

GIVEN = "court_bundle.given"
TEXTS = "texts.txt"
INDEX = "index.txt"


# What can be chosen -------------------------------------------------------------------------------
def recipients(case: Case) -> dict[str, str]:
    """Whom it can be for, in words: a court, the defence, and the agencies of the profile."""
    found = {code: str(label) for code, label in rules.RECIPIENTS.items()}
    return found | {one.code: str(one.label) for one in case.profile.non_punishment.notify}


def barred(case: Case, recipient: str) -> bool:
    """Whether the system never tells them of the case."""
    agencies = {one.code for one in case.profile.non_punishment.notify}
    return recipient in agencies and recipient in barred_agencies(case)


def grounds(case: Case) -> dict[str, str]:
    """The lawful grounds of the profile, in words."""
    return {one.code: str(one.label) for one in case.profile.non_punishment.notices.grounds}


def consents(case: Case, *, at: datetime) -> list[Consent]:
    """The consents that stand, but the one to the referral, which is to nothing of the kind."""
    rows = sharing.consents_that_stand(case, at=at)
    return [row for row in rows if (row.purpose, row.recipient_kind) != sharing_rules.GENERAL]


def items_of(case: Case) -> dict[str, str]:
    """Everything of which it is said whether it goes into a bundle, in words: the parts, and the
    documents that are not withdrawn, by their ids. One query."""
    found = {code: str(label) for code, label in rules.PARTS.items()}
    return found | {str(row.pk): title_of(row) for row in sharing.documents_to_share(case)}


# What goes into it --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Content:
    """A bundle in words. `parts`: texts as titled rows; `documents`: id, number and title;
    `left_out`: title and ground; `black`: what kind of thing was blacked out, why and how often,
    and never the words. `files`: once it is prepared, each file with its size and hash."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    black: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "parts": self.parts,
            "documents": self.documents,
            "left_out": self.left_out,
            "black": self.black,
            "files": self.files,
        }

    @property
    def digest(self) -> str:
        """What tells whether this is what somebody has looked at, whatever it hashes to."""
        told = {**self.as_json(), "files": []}
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def text(self) -> str:
        """The parts as one plain text."""
        lines: list[str] = []
        for number, part in enumerate(self.parts, start=1):
            lines += [f"{number}. {part['title']}", ""]
            for row in part["rows"]:
                lines += [f"{row['key']}:", row["value"], ""]
        return "\n".join(lines)


def texts_of(case: Case, codes: Iterable[str], *, at: datetime) -> list[dict[str, Any]]:
    """The chosen parts as titled rows, as they are now."""
    made: list[dict[str, Any]] = []
    for code in codes:
        if code == rules.REASONS:
            made += _reasons(case)
        elif code == rules.FINDINGS:
            made += _findings(case)
        elif code == rules.NOTES:
            made += _notes(case)
        else:
            made += sharing.content_of(case, [code], (), at=at).parts
    return made


def _reasons(case: Case) -> list[dict[str, Any]]:
    rows = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("made_at")
    made = []
    for row in rows:
        told = reasons_of(row)
        said = [
            {"key": str(part.label), "value": told[part.code]}
            for part in REASON_PARTS
            if told.get(part.code)
        ]
        if said:
            words = {"decision": decision_label(case, row.code)}
            made.append({"title": _("Reasons: %(decision)s") % words, "rows": said})
    return made


def _findings(case: Case) -> list[dict[str, Any]]:
    made = []
    for one in found(case.findings_now):
        rows = [{"key": name, "value": state} for name, state, _colour in one.elements]
        rows.append({"key": _("Together"), "value": one.result})
        made.append({"title": one.title or _("Findings"), "rows": rows})
    return made


def _notes(case: Case) -> list[dict[str, Any]]:
    rows = [
        {"key": day_words(note.written_at), "value": text}
        for note, text in opened(case, case.notes.order_by("written_at", "pk"))
        if text
    ]
    return [{"title": _("Notes"), "rows": rows}] if rows else []


def content_of(
    case: Case, choices: Mapping[str, str], black: Sequence[rules.BlackOut], *, at: datetime
) -> tuple[Content, list[int]]:
    """What would go into a bundle, with what is blacked out, and how often each of the words was
    found."""
    chosen = [code for code in rules.PARTS if choices.get(code) == rules.IN]
    parts, total = texts_of(case, chosen, at=at), [0] * len(black)
    kinds = {code: str(label) for code, label in Removed.choices}
    for part in parts:
        for row in part["rows"]:
            row["value"], counts = rules.black_out(row["value"], black, kinds)
            total = [one + more for one, more in zip(total, counts, strict=True)]
    documents, left_out = [], []
    titles = items_of(case)
    reasons = {code: str(label) for code, label in Ground.choices}
    for row in sharing.documents_to_share(case):
        if choices.get(str(row.pk)) == rules.IN:
            told = {"id": str(row.pk), "number": row.number, "title": title_of(row)}
            documents.append({**told, "type": row.file_type})
    for item, title in titles.items():
        if (choice := choices.get(item, "")) in reasons:
            left_out.append({"title": title, "ground": choice, "why": reasons[choice]})
    log = [
        {"removed": one.removed, "ground": one.ground, "what": kinds.get(one.removed, ""),
         "why": reasons.get(one.ground, ""), "times": times}
        for one, times in zip(black, total, strict=True)
    ]  # fmt: skip
    documents.sort(key=lambda told: told["number"])
    return Content(parts, documents, left_out, log), total


def file_of(place: int, told: Mapping[str, Any]) -> str:
    """What a document is called in the archive: its place, and its number in the case."""
    return f"{place:02d}-document-{told['number']}.{SUFFIXES[told['type']]}"


def opened_content(row: CourtBundle) -> Content | None:
    """What is in it; None where it cannot be opened any more."""
    place = {"table": "cases_courtbundle", "column": "content", "row": row.pk}
    try:
        return Content(**unseal_json(row.case.person_id, row.content, **place))
    except Unreadable:
        return None


def index_of(row: CourtBundle, content: Content) -> str:
    """The list that goes with the archive: each file with its size and SHA-256, what was left out
    and why, and what was blacked out. It names nobody."""
    lines = [_("Bundle %(number)s") % {"number": row.number}, row.case.reference, ""]
    lines += [f"{_('For')}: {recipients(row.case).get(row.recipient, row.recipient)}"]
    lines += [f"{_('Rests on')}: {basis_of(row)}", "", _("Files")]
    for one in content.files:
        lines.append(f"{one['name']}  {one['title']}  {one['size']}  SHA-256 {one['sha256']}")
    lines += ["", _("Left out")]
    lines += [f"{one['title']}: {one['why']}" for one in content.left_out] or [_("Nothing")]
    lines += ["", _("Blacked out in the texts")]
    lines += [
        f"{one['what']}: {one['why']} ({one['times']})" for one in content.black
    ] or [_("Nothing")]  # fmt: skip
    return "\n".join(lines) + "\n"


def basis_of(row: CourtBundle) -> str:
    """On what it rests, in words."""
    if row.consent is not None:
        return sharing.consent_title(row.case, row.consent)
    return grounds(row.case).get(row.ground, row.ground)


def stands(row: CourtBundle, *, at: datetime) -> bool:
    """Whether what it rests on stands now. One query where that is a consent."""
    if row.consent_id is None:
        return row.ground in grounds(row.case)
    return any(one.pk == row.consent_id for one in consents(row.case, at=at))


def withdrawn_since(content: Content) -> list[int]:
    """The numbers of its documents that are withdrawn or gone, or are kept to a smaller circle. One
    query where it has some."""
    numbers = {told["id"]: told["number"] for told in content.documents}
    if not numbers:
        return []
    there = Document.objects.filter(pk__in=list(numbers), withdrawn_at=None, seen_by=SeenBy.CASE)
    still = {str(pk) for pk in there.values_list("pk", flat=True)}
    return [number for pk, number in numbers.items() if pk not in still]


# What was prepared --------------------------------------------------------------------------------
def court_bundles_of(case: Case) -> QuerySet[CourtBundle]:
    """Every bundle of a case, with what its lines show."""
    return case.courtbundles.select_related("prepared_by", "answered_by", "recalled_by", "consent")


def find_court_bundle(case: Case, pk: UUID) -> CourtBundle:
    """One of them. Hidden (404) where there is none."""
    if row := court_bundles_of(case).filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(SHARE.code)


def state_of(row: CourtBundle) -> str:
    """How it stands, as a code: recalled, or a code of CourtState."""
    return "recalled" if row.recalled_at else row.state


def waits(row: CourtBundle) -> bool:
    """Whether a second person has to answer."""
    return row.state == CourtState.PREPARED and row.recalled_at is None
