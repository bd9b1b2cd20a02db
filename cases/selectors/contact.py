"""How the person may be reached now: the one place that says so, for pages, programs, whoever
serves a decision, and what is shared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Nominee, SafeContact
from cases.models.nominee import ToldOf
from cases.models.referral import InterpreterSex, Safety
from cases.rules import contact as rules
from cases.rules.languages import language_name
from identities.crypto import Opener, Unreadable, unseal_json
from nrm.deadline_words import day_words

CHANNELS = {
    "call": _lazy("telephone"),
    "text": _lazy("text message"),
    "voicemail": _lazy("voicemail"),
    "email": _lazy("e-mail"),
    "post": _lazy("post"),
}
_WORDS = {
    Safety.SAFE: _lazy("Safe"),
    Safety.UNSAFE: _lazy("Not safe"),
    Safety.UNKNOWN: _lazy("Not known"),
}
_COLOURS = {Safety.SAFE: "green", Safety.UNSAFE: "red", Safety.UNKNOWN: "grey"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One channel of the safe-contact card: its name, the word, and a colour for the tag."""

    channel: str
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What each way is worth at this moment, by the newest card. `until` is the last day on which
    its safe ways may be used, None where there is no card; `over`: that day has passed, and the
    card had called something safe."""

    card: SafeContact | None
    ways: dict[str, str]
    until: date | None
    over: bool

    def is_safe(self, way: str) -> bool:
        return self.ways.get(way) == rules.SAFE


def contact_of(case: Case, *, at: datetime) -> Contact:
    """How the person of the case may be reached at this moment. One query."""
    return contact_by(case, case.safecontacts.first(), at=at)


def contact_by(case: Case, card: SafeContact | None, *, at: datetime) -> Contact:
    """The same where the newest card was read already. No query."""
    if card is None:
        return Contact(None, rules.ways_on(at.date(), {}, None), None, over=False)
    zone = case.profile.calendar_for(case.calendar).zone
    days = case.profile.term(rules.ASKED_AGAIN).length
    until = rules.last_day(card.recorded_at.astimezone(zone).date(), days)
    today = at.astimezone(zone).date()
    marks = {way: getattr(card, way) for way in rules.WAYS}
    over = today > until and rules.SAFE in marks.values()
    return Contact(card, rules.ways_on(today, marks, until), until, over)


def contact_words(contact: Contact) -> str:
    """What limits contact, in a few words; empty where every way is safe."""
    safe = [str(words) for way, words in CHANNELS.items() if contact.is_safe(way)]
    if contact.over:
        return _("Do not contact: ask again which ways are safe")
    if not safe:
        return _("Do not contact: no safe way is known")
    if len(safe) == len(CHANNELS):
        return ""
    return _("Contact only by %(channels)s") % {"channels": ", ".join(safe)}


def contact_marks(contact: Contact) -> list[Mark]:
    """Each channel with its mark; without a card, none is known to be safe."""
    marks = []
    for way, words in CHANNELS.items():
        mark = Safety(contact.ways[way])
        marks.append(Mark(str(words), str(_WORDS[mark]), _COLOURS[mark]))
    return marks


# How they are spoken with -------------------------------------------------------------------------
def interpreter_words(case: Case, card: SafeContact | None) -> str:
    """Whether an interpreter is needed, and whom the person wants; empty where nobody has asked.
    `card` is the newest. No query."""
    if case.interpreter_needed is None:
        return ""
    if not case.interpreter_needed:
        return _("Not needed")
    return ", ".join([_("Needed"), *_wanted(card)])


def spoken_words(case: Case, card: SafeContact | None) -> str:
    """The language, and where an interpreter is needed, that and whom the person wants."""
    language = language_name(case.language) if case.language else ""
    if not case.interpreter_needed:
        return language
    needed = (
        _("%(language)s: interpreter needed") % {"language": language}
        if language
        else _("Interpreter needed")
    )
    return ", ".join([needed, *_wanted(card)])


def _wanted(card: SafeContact | None) -> list[str]:
    """Whom they want as an interpreter, and whom not, as far as they were asked."""
    if card is None or not card.interpreter_sex:
        return []
    words = []
    if card.interpreter_sex != InterpreterSex.ANY:
        words.append(str(InterpreterSex(card.interpreter_sex).label).lower())
    if card.no_companions:
        words.append(_("no family or companions"))
    return words


def dialect_of(case: Case, card: SafeContact | None) -> str:
    """Which dialect they speak, opened; empty where it is not known, or the key is gone. No query
    but for the key."""
    if card is None or card.details is None:
        return ""
    place: dict[str, Any] = {"table": "cases_safecontact", "column": "details", "row": card.pk}
    try:
        return str(unseal_json(case.person_id, card.details, **place).get(rules.DIALECT, ""))
    except Unreadable:
        return ""


def speaking_of(case: Case, card: SafeContact | None) -> dict[str, Any]:
    """What is known of how the person is spoken with, under the names of `rules.SPOKEN`."""
    return {
        "language": case.language,
        "interpreter_needed": case.interpreter_needed,
        "dialect": dialect_of(case, card),
        "interpreter_sex": card.interpreter_sex if card else "",
        "no_companions": card.no_companions if card else True,
    }


# Somebody else whom the person named --------------------------------------------------------------
def may_tell_nominee(case: Case, about: str, *, at: datetime) -> bool:
    """Whether somebody whom the person named may be told of this now: the one question of whoever
    gives, sends or says anything of the case to somebody else. One query."""
    row = case.nominees.filter(ended_at=None).first()
    zone = case.profile.calendar_for(case.calendar).zone
    permission = _permission(row) if row else None
    return rules.may_be_told(permission, about, today=at.astimezone(zone).date())


def _permission(row: Nominee) -> rules.Permission:
    return rules.Permission(frozenset(row.about), row.ends_on, row.ended_at is not None)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom the person named. `holds`: the permission counts today."""

    row: Nominee
    who: str
    reach: str
    holds: bool
    rows: list[dict[str, str]]


def nominees_of(case: Case, *, at: datetime) -> list[Named]:
    """Everybody whom the person named, the newest first, opened. One query, and one for the key
    where there are any."""
    found = list(case.nominees.select_related("recorded_by")[:50])
    if not found:
        return []
    opener = Opener(case.person_id)
    today = at.astimezone(case.profile.calendar_for(case.calendar).zone).date()
    return [_named(case, row, opener, today) for row in found]


def _named(case: Case, row: Nominee, opener: Opener, today: date) -> Named:
    told: dict[str, Any] = opener.json(row.told, table="cases_nominee", column="told", row=row.pk)
    permission = _permission(row)
    abouts = [str(ToldOf(code).label) for code in row.about if code in ToldOf.values]
    methods = {one.code: str(one.label) for one in case.profile.consent.methods}
    rows: Iterable[tuple[str, str]] = (
        (_("How they are reached"), told["reach"]),
        (_("By which ways"), capfirst(", ".join(str(CHANNELS[way]) for way in row.ways))),
        (_("Of what they are told"), "\n".join(abouts)),
        (_("The person said it on"), day_words(row.given_on)),
        (_("How"), methods.get(row.method, row.method)),
        (_("Language"), language_name(row.language)),
        (_("Holds until"), day_words(row.ends_on) if row.ends_on else ""),
        (_("Ended"), day_words(row.ended_at) if row.ended_at else ""),
    )
    return Named(
        row=row,
        who=told["who"],
        reach=told["reach"],
        holds=any(rules.may_be_told(permission, code, today=today) for code in row.about),
        rows=[{"key": key, "value": value} for key, value in rows if value],
    )
