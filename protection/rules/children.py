"""What is recorded to protect a child: the parts of each kind of record, and what is wrong with
one. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from protection.models.child import (
    AgeMethod,
    AgeOutcome,
    AppointedBy,
    BestInterests,
    Care,
    Interview,
    RecordKind,
    Reported,
    RiskCheck,
    Tracing,
)

LONGEST, LONGEST_LINE = 2_000, 200
WORDS = "told"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked. `column`: where it is kept; words in `told` under the child's key.
    `choices`: the codes that answer it. `past`: a day that is not to come. `ends`: the record is no
    longer open once it is answered."""

    name: str
    column: str
    label: Any
    help: Any = ""
    choices: Any = None
    needed: bool = False
    past: bool = False
    long: bool = False
    ends: bool = False


_NO_NAME = _lazy("Write the pseudonym, not the name of the child.")

# fmt: off
PARTS: dict[str, tuple[Part, ...]] = {
    RecordKind.GUARDIAN: (
        Part("appointed_by", "code", _lazy("Who appointed the guardian?"), choices=AppointedBy,
             needed=True),
        Part("appointed_on", "on", _lazy("When?"), needed=True, past=True),
        Part("guardian", WORDS, _lazy("Who is the guardian?"),
             _lazy("A name, and the organisation."), needed=True),
        Part("contact", WORDS, _lazy("How are they reached?")),
        Part("ended_on", "until", _lazy("When did it end?"),
             _lazy("Leave it empty while they are the guardian."), past=True, ends=True),
    ),
    RecordKind.BEST_INTERESTS: (
        Part("outcome", "code", _lazy("What is in the best interests of the child?"),
             choices=BestInterests, needed=True),
        Part("determined_on", "on", _lazy("When was it determined?"), needed=True, past=True),
        Part("because", WORDS, _lazy("Why, and what the child wants"), _NO_NAME, needed=True,
             long=True),
        Part("review_on", "until", _lazy("When is it looked at again?"), needed=True),
    ),
    RecordKind.CARE: (
        Part("arrangement", "code", _lazy("How is the child cared for?"), choices=Care,
             needed=True),
        Part("since", "on", _lazy("Since when?"), needed=True, past=True),
        Part("carer", WORDS, _lazy("With whom, and what is known of them?"),
             _lazy("The address of a place of safety does not belong here."), long=True),
        Part("until", "until", _lazy("Until when?"),
             _lazy("Leave it empty while it lasts. It ends before another one begins."),
             past=True, ends=True),
    ),
    RecordKind.MISSING: (
        Part("since", "on", _lazy("Since when is the child missing?"), needed=True, past=True),
        Part("reported", "code", _lazy("Is it reported to the police?"), choices=Reported,
             needed=True),
        Part("circumstances", WORDS, _lazy("What is known of it?"), _NO_NAME, long=True),
        Part("found_on", "until", _lazy("When was the child found, or came back?"),
             _lazy("Leave it empty while they are missing."), past=True, ends=True),
        Part("interview", "second_code", _lazy("Was the child asked about it afterwards?"),
             choices=Interview),
        Part("interview_words", WORDS, _lazy("What the child said about it"), _NO_NAME, long=True),
    ),
    RecordKind.TRACING: (
        Part("risk", "second_code", _lazy("Is it safe to search for the family?"),
             _lazy("It comes before everything else: whoever sold the child may be looked for."),
             choices=RiskCheck),
        Part("status", "code", _lazy("How far is it?"), choices=Tracing, needed=True),
        Part("asked_on", "on", _lazy("Since when does it stand so?"), needed=True, past=True),
        Part("words", WORDS, _lazy("What is known, and what the child wants"), _NO_NAME, long=True),
    ),
    RecordKind.AGE: (
        Part("asked_on", "on", _lazy("When was the assessment asked for?"), needed=True,
             past=True),
        Part("why", WORDS, _lazy("Why is the age in doubt?"), _NO_NAME, needed=True, long=True),
        Part("method", "second_code", _lazy("How was it assessed?"), choices=AgeMethod),
        Part("outcome", "code", _lazy("What was decided?"),
             _lazy("Until it is decided, the person is treated as a child."), choices=AgeOutcome),
        Part("decided_on", "until", _lazy("When was it decided?"), past=True, ends=True),
        Part("decided_by", WORDS, _lazy("Who decided?"),
             _lazy("The authority or the court, and who there.")),
        Part("reasons", WORDS, _lazy("The reasons"), _NO_NAME, long=True),
    ),
}
# fmt: on
# Of these one at a time is open.
ONE_AT_A_TIME = {
    RecordKind.CARE: _lazy("A care arrangement has not ended yet. End it first."),
    RecordKind.MISSING: _lazy("An absence is open already. Say there that the child was found."),
    RecordKind.AGE: _lazy("An age assessment is under way already. Decide it there."),
}
# A search goes no further than this before somebody has found that it is safe.
_STANDS_STILL = (Tracing.NOT_STARTED, Tracing.NOT_WANTED, Tracing.STOPPED)


def parts_of(kind: str) -> tuple[Part, ...]:
    """What is asked of this kind; nothing of one that there is not."""
    return PARTS.get(kind, ())


def is_open(kind: str, until: date | None) -> bool:
    """Whether a record that ends has not."""
    return until is None and any(part.ends for part in parts_of(kind))


def objections_to_record(
    kind: str,
    values: Mapping[str, Any],
    *,
    today: date,
    other_open: bool = False,
) -> Iterable[Objection]:
    """Every reason against keeping these values, by the names of the parts; all of them are among
    the values. `other_open`: another record of the kind is open."""
    if kind not in RecordKind.values:
        yield Objection(_("Select what is recorded"), field="kind")
        return
    for part in parts_of(kind):
        yield from _about_part(part, values[part.name], today)
    if other_open and kind in ONE_AT_A_TIME and _end(kind, values) is None:
        yield Objection(str(ONE_AT_A_TIME[RecordKind(kind)]), code="open")
    begins, ends = _day(kind, "on", values), _end(kind, values)
    if begins and ends and ends < begins:
        text = _("This cannot be before it began")
        yield Objection(text, field=_name(kind, "until"))
    if kind == RecordKind.MISSING and values["interview"] and values["found_on"] is None:
        yield Objection(_("Enter when the child was found first"), field="found_on")
    elif kind == RecordKind.BEST_INTERESTS:
        if values["review_on"] and values["review_on"] <= today:
            text = _("The day on which it is looked at again must be after today")
            yield Objection(text, field="review_on")
    elif kind == RecordKind.TRACING:
        still = values["status"] in ("", *_STANDS_STILL)
        if not still and values["risk"] != RiskCheck.SAFE:
            text = _("First somebody checks that a search puts nobody at risk.")
            yield Objection(text, field="risk", code="not_safe")
    elif kind == RecordKind.AGE:
        yield from _about_age(values)


def _about_part(part: Part, value: Any, today: date) -> Iterator[Objection]:
    if not value:
        if part.needed:
            text = _("Fill in “%(label)s”") % {"label": part.label}
            yield Objection(text, field=part.name)
    elif part.choices is not None:
        if value not in part.choices.values:
            yield Objection(_("Select one of the answers shown"), field=part.name)
    elif part.column == WORDS:
        limit = LONGEST if part.long else LONGEST_LINE
        if len(value) > limit:
            text = _("Write %(limit)d characters or less") % {"limit": limit}
            yield Objection(text, field=part.name)
    elif part.past and value > today:
        yield Objection(_("The day must be today or earlier"), field=part.name)


def _about_age(values: Mapping[str, Any]) -> Iterator[Objection]:
    """A decision says what, when, how and by whom, or nothing of it."""
    said = {name for name in ("outcome", "decided_on", "method", "decided_by") if values[name]}
    if not said & {"outcome", "decided_on", "decided_by"}:
        return
    for name, text in (
        ("outcome", _("Select what was decided")),
        ("decided_on", _("Enter when it was decided")),
        ("method", _("Select how it was assessed")),
        ("decided_by", _("Write who decided")),
    ):
        if name not in said:
            yield Objection(text, field=name)


def _name(kind: str, column: str) -> str:
    return next((part.name for part in parts_of(kind) if part.column == column), "")


def _day(kind: str, column: str, values: Mapping[str, Any]) -> date | None:
    found: date | None = values.get(_name(kind, column))
    return found


def _end(kind: str, values: Mapping[str, Any]) -> date | None:
    return _day(kind, "until", values)
