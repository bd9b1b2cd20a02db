"""By which ways the person may be reached. A way that is not marked safe is not used, and a mark of
“safe” holds for the days that the profile says: who shares a telephone, or a home, changes. And
whom else the person named: nobody is told anything without a permission to exactly this."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nrm.actions import Objection

SAFE, UNSAFE, UNKNOWN = "safe", "unsafe", "unknown"
WAYS = ("call", "text", "voicemail", "email", "post")
# The term of the profile after which the person is to be asked again.
ASKED_AGAIN = "safe_contact_review"
# Codes of the referral's own questions, so that what is said has one name wherever it is said.
DETAILS = ("contact_times", "contact_code_word", "contact_who_may_answer")
LONGEST = 500
# How the person is spoken with. The dialect is sealed: it may say where they come from.
SPOKEN = ("language", "interpreter_needed", "dialect", "interpreter_sex", "no_companions")
DIALECT = "dialect"
LONGEST_DIALECT = 60


def last_day(recorded_on: date, days: int) -> date:
    """The last day on which a way that was marked safe may be used."""
    return recorded_on + timedelta(days=days)


def ways_on(day: date, marks: Mapping[str, str], until: date | None) -> dict[str, str]:
    """What each way is worth on this day. After the last day a way that was safe is not known to
    be; one that is not safe stays so. What the card does not speak of is not known."""
    over = until is not None and day > until
    found = {}
    for way in WAYS:
        mark = marks.get(way) or UNKNOWN
        found[way] = UNKNOWN if over and mark == SAFE else mark
    return found


def objections_to_card(marks: Mapping[str, str], details: Mapping[str, str]) -> list[Objection]:
    """What is missing on a card, or too long, each next to its field."""
    found = []
    for way in WAYS:
        if marks.get(way) not in (SAFE, UNSAFE, UNKNOWN):
            text = _("Select whether this way is safe")
            found.append(Objection(text, field=way, code="way"))
    for code in DETAILS:
        if len(details.get(code, "")) > LONGEST:
            text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
            found.append(Objection(text, field=code, code="too_long"))
    return found


def objections_to_speaking(
    told: Mapping[str, Any], *, languages: Collection[str], sexes: Collection[str]
) -> Iterable[Objection]:
    """Every reason against keeping how the person is spoken with; what is not among `told` stays as
    it is known."""
    language, sex = told.get("language", ""), told.get("interpreter_sex", "")
    if language and language not in languages:
        yield Objection(_("Choose a language from the list"), field="language")
    if sex and sex not in sexes:
        text = _("Select whom the person wants as an interpreter")
        yield Objection(text, field="interpreter_sex")
    if len(told.get(DIALECT, "")) > LONGEST_DIALECT:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST_DIALECT}
        yield Objection(text, field=DIALECT, code="too_long")


# Somebody else whom the person named --------------------------------------------------------------
# What they have to be told of, to be given a decision, or another letter.
DECISIONS, LETTERS = "decisions", "letters"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Permission:
    """What the person allowed. `ended`: they took it back, or named somebody else since."""

    about: frozenset[str]
    ends_on: date | None
    ended: bool


def may_be_told(permission: Permission | None, about: str, *, today: date) -> bool:
    """Whether somebody whom the person named may be told of this today: only while a permission to
    exactly that holds."""
    return (
        permission is not None
        and not permission.ended
        and about in permission.about
        and (permission.ends_on is None or today <= permission.ends_on)
    )


def objections_to_nominee(
    values: Mapping[str, object],
    *,
    abouts: Collection[str],
    methods: Collection[str],
    languages: Collection[str],
    interpreters: Collection[str],
    today: date,
) -> Iterable[Objection]:
    """Every reason against recording that the person named somebody; all the values are there."""
    who, reach = str(values["who"]), str(values["reach"])
    for name, text in (("who", who), ("reach", reach)):
        limit = LONGEST_NAME if name == "who" else LONGEST
        if not text:
            missing = {"who": _("Enter who it is"), "reach": _("Enter how they are reached")}
            yield Objection(missing[name], field=name)
        elif len(text) > limit:
            words = _("This must be %(limit)d characters or less") % {"limit": limit}
            yield Objection(words, field=name)
    for name, known in (("ways", WAYS), ("about", abouts)):
        chosen = values[name]
        if not isinstance(chosen, (list, tuple)) or not chosen:
            yield Objection(_("Select all that apply"), field=name)
        elif set(chosen) - set(known):
            yield Objection(_("Select from the answers shown"), field=name)
    given, ends = values["given_on"], values["ends_on"]
    if not isinstance(given, date):
        yield Objection(_("Enter a day, month and year"), field="given_on")
    elif given > today:
        yield Objection(_("The day must be today or earlier"), field="given_on")
    if isinstance(ends, date) and ends < today:
        yield Objection(_("The last day must be today or later"), field="ends_on")
    if values["method"] not in methods:
        yield Objection(_("Select how the person said it"), field="method")
    if values["language"] not in languages:
        yield Objection(_("Enter the language in which you asked"), field="language")
    if values["interpreter"] not in interpreters:
        yield Objection(_("Select whether there was an interpreter"), field="interpreter")
