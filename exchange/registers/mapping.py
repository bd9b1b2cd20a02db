"""What each column of a register means, and the answers that a row so becomes. Pure.

A mapping is JSON: `columns` by their number ("1" is the first), each with the question that it
answers (`to`), how its dates are written (`dates`) and what its words mean (`words`: the token of a
word to a code of the question, or to nothing); `always`: answers of every row. No word of the file
stands in it: a register without a row of heads begins with a person.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules.countries import COUNTRIES
from cases.rules.languages import LANGUAGES
from cases.rules.referral_form import (
    Question,
    age_status_then,
    form_for,
    objections_to_days,
    shape,
    with_age_today,
)
from nrm.actions import Objection
from nrm.profiles import Profile
from nrm.spreadsheets import column_letters

RECEIVED, ENDED, KEEP = "received_on", "ended_on", "keep"
EPISODES = "episodes"
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day", "month", "year"
ORDERS = {
    DAY_FIRST: _lazy("Day first: 31/12/2019"),
    MONTH_FIRST: _lazy("Month first: 12/31/2019"),
    YEAR_FIRST: _lazy("Year first, or as the spreadsheet keeps it: 2019-12-31"),
}
# Answers that a register often has no column for, since they hold for all of it.
ALWAYS = ("jurisdiction", "consent_answer")
MOST_WORDS = 40  # of one column that are offered to say what they mean
_CODED = frozenset(
    {
        shape.CHOICE,
        shape.CHOICES,
        shape.YES_NO,
    }
)
_DATES = frozenset({shape.DATE, shape.PARTIAL_DATE})
_OF_AGE = ("age_status", "age_years", "birth_date")

Token = Callable[[str], str]


# What a column can mean ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Target:
    """Something that a column can answer. `question`: of the form, where it is one."""

    code: str
    label: Any
    group: Any
    question: Question | None = None

    @property
    def kind(self) -> str:
        return self.question.kind if self.question else shape.DATE

    @property
    def coded(self) -> bool:
        """Whether somebody can say what the words of the column mean."""
        return self.question is not None and self.kind in _CODED

    @property
    def dated(self) -> bool:
        return self.code != KEEP and self.kind in _DATES


@lru_cache(maxsize=16)
def targets(profile: Profile) -> dict[str, Target]:
    """Everything that a column of a register can mean under this profile, by code, in order."""
    own = _lazy("Of the register")
    found = [
        Target(RECEIVED, _lazy("Date on which the referral was received"), own),
        Target(ENDED, _lazy("Date on which it ended"), own),
        Target(KEEP, _lazy("No question: keep it as text, with the identity"), own),
    ]
    for section in form_for(profile).sections:
        for page in section.pages:
            if page.part not in ("", EPISODES):
                continue
            before = f"{page.part}." if page.part else ""
            found += [
                Target(before + one.code, one.label, section.title, one) for one in page.questions
            ]
    return {target.code: target for target in found}


# Objections to a mapping --------------------------------------------------------------------------
def objections_to_mapping(
    mapping: Mapping[str, Any], profile: Profile, *, open_now: bool
) -> Iterator[Objection]:
    """What speaks against a mapping as a whole, before any row is looked at."""
    known = targets(profile)
    used = [column["to"] for column in mapping.get("columns", {}).values()]
    for code in dict.fromkeys(used):
        if used.count(code) > 1 and code != KEEP and not _is_written(known[code]):
            text = _("Two columns cannot both be “%(question)s”.")
            yield Objection(text % {"question": known[code].label}, code="twice")
    if not used:
        yield Objection(_("Say what at least one column means."), code="empty")
    if not open_now and RECEIVED not in used:
        text = _("Say which column has the date on which the referral was received.")
        yield Objection(text, code="received_on")
    aged = set(_OF_AGE) & set(used)
    if used and not aged:
        text = _("Say which column tells how old the person is, or their date of birth.")
        yield Objection(text, code="age")
    always = mapping.get("always", {})
    places = len(profile.jurisdictions)
    for code in ALWAYS:
        if code not in used and not always.get(code) and (code != "jurisdiction" or places > 1):
            text = _("Choose a column for “%(question)s”, or one answer for every row.")
            label = form_for(profile).question(code).label
            yield Objection(text % {"question": label}, field=f"always_{code}", code="needed")


def _is_written(target: Target) -> bool:
    return target.question is not None and target.question.written


# What a row says ----------------------------------------------------------------------------------
@dataclass(slots=True)
class Read:
    """A row as answers. `faults`: the number of the column, or 0, and why."""

    answers: dict[str, Any] = field(default_factory=dict)
    received_on: date | None = None
    ended_on: date | None = None
    kept: dict[str, str] = field(default_factory=dict)
    kept_as: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


class _Wrong(Exception):
    """A cell that cannot be read as what its column means, and why."""


class Mapper:
    """Reads rows by one mapping. `token` makes of a word what stands for it in the mapping; `heads`
    are what columns are called where their text is kept. `open_now`: each row becomes a referral of
    today, and so says how old the person is today."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        profile: Profile,
        *,
        token: Token,
        heads: Sequence[str],
        today: date,
        open_now: bool = False,
    ) -> None:
        known = targets(profile)
        self._columns = [
            (int(number), known[column["to"]], column)
            for number, column in sorted(mapping["columns"].items(), key=lambda one: int(one[0]))
            if column["to"] in known
        ]
        self._always = {
            code: value for code, value in mapping.get("always", {}).items() if code in known
        }
        self._heads, self._token, self._today = heads, token, today
        self._open_now = open_now
        self._meanings: dict[tuple[int, str], str | None] = {}
        self.where = {target.code: number for number, target, _column in self._columns}

    def read(self, cells: Sequence[str]) -> Read:
        """What a row says."""
        found = Read(answers=dict(self._always))
        episode: dict[str, Any] = {}
        for number, target, column in self._columns:
            text = cells[number - 1].strip() if number <= len(cells) else ""
            if not text:
                continue
            try:
                self._put(found, episode, number, target, column, text)
            except _Wrong as wrong:
                found.faults.append((number, str(wrong)))
        if episode:
            found.answers[EPISODES] = [episode]
        self._look_at_days(found)
        self._say_how_old(found, cells)
        return found

    def _say_how_old(self, found: Read, cells: Sequence[str]) -> None:
        """Of an old referral, how old the person was then; of one of today, how old they are."""
        if not self._open_now:
            if not found.answers.get("age_status"):
                status = age_status_then(found.answers, found.received_on or self._today)
                if status:
                    found.answers["age_status"] = status
            return
        before = found.answers
        found.answers, objection = with_age_today(
            before, told_on=found.received_on, today=self._today
        )
        if "age_years" in before and "age_years" not in found.answers:
            number = self.where["age_years"]
            self._keep(found, number, cells[number - 1].strip())
        dated = found.received_on is not None or RECEIVED not in self.where
        if objection is not None and dated:
            found.faults.append((self.column_of(objection.field), objection.text))

    def column_of(self, asked: str | None) -> int:
        """The column that answers the question an objection is about; 0 where none does."""
        code = (asked or "").replace(f"{EPISODES}[0].", f"{EPISODES}.")
        if code == "age_status" and code not in self.where:
            return self.where.get("age_years") or self.where.get("birth_date", 0)
        return self.where.get(code, 0)

    def _put(
        self,
        found: Read,
        episode: dict[str, Any],
        number: int,
        target: Target,
        column: Mapping[str, Any],
        text: str,
    ) -> None:
        if target.code == KEEP:
            self._keep(found, number, text)
        elif target.code in (RECEIVED, ENDED):
            day = _day(text, column.get("dates", DAY_FIRST))
            if day is not None and target.code == RECEIVED:
                found.received_on = day
            elif day is not None:
                found.ended_on = day
        else:
            question = target.question
            assert question is not None
            answers = episode if target.code.startswith(f"{EPISODES}.") else found.answers
            value = self._value(question, number, column, text)
            if value not in ("", [], None):
                if question.written and question.code in answers:
                    between = "\n" if question.kind == shape.LONG_TEXT else " "
                    value = f"{answers[question.code]}{between}{value}"
                answers[question.code] = value

    def _keep(self, found: Read, number: int, text: str) -> None:
        head = self._heads[number - 1] if number <= len(self._heads) else ""
        name = _("Column %(letter)s") % {"letter": column_letters(number)}
        found.kept[f"{head} ({name})" if head else name] = text
        found.kept_as.append(name)

    def _look_at_days(self, found: Read) -> None:
        column, wrong = self.where.get(RECEIVED, 0), {number for number, _why in found.faults}
        if found.received_on is None and column and column not in wrong:
            found.faults.append((column, _("The date on which it was received is missing")))
        for objection in objections_to_days(found.received_on, found.ended_on, today=self._today):
            found.faults.append((self.column_of(objection.field), objection.text))

    def _value(self, question: Question, number: int, column: Mapping[str, Any], text: str) -> Any:
        kind = question.kind
        if question.written:
            return text
        if kind == shape.NUMBER:
            return _whole_number(text)
        if kind == shape.PARTIAL_DATE:
            return _partial(text, column.get("dates", DAY_FIRST))
        if kind == shape.DATE:
            day = _day(text, column.get("dates", DAY_FIRST))
            return day.isoformat() if day else ""
        if kind in shape.LISTS:
            pieces = [piece.strip() for piece in re.split(r"[;,|\n/]", text) if piece.strip()]
            # A word that somebody said the meaning of may hold what divides others.
            if self._meaning(question, number, column, text) is not None:
                pieces = [text]
            codes = [self._code(question, number, column, piece) for piece in pieces]
            return [code for code in dict.fromkeys(codes) if code]
        return self._code(question, number, column, text)

    def _code(self, question: Question, number: int, column: Mapping[str, Any], text: str) -> str:
        meaning = self._meaning(question, number, column, text)
        if meaning is None:
            if question.kind in (shape.COUNTRY, shape.COUNTRIES):
                raise _Wrong(_("This is not in the list of countries"))
            if question.kind == shape.LANGUAGE:
                raise _Wrong(_("This is not in the list of languages"))
            raise _Wrong(_("Say under “What each column means” what this word means"))
        return meaning

    def _meaning(
        self, question: Question, number: int, column: Mapping[str, Any], text: str
    ) -> str | None:
        """The code that a word means, or empty for none; None where that is not known."""
        key = (number, text)
        if key not in self._meanings:
            if len(self._meanings) > 20_000:  # words of columns that have no end of them
                self._meanings.clear()
            words = column.get("words", {})
            said = words.get(self._token(plainly(text))) if words else None
            self._meanings[key] = said if said is not None else meaning_of(question, text)
        return self._meanings[key]


def meaning_of(question: Question, text: str) -> str | None:
    """The code that a word says by itself: a code, or what an answer is called in a language that
    there is."""
    if question.kind in (shape.COUNTRY, shape.COUNTRIES):
        return COUNTRIES.code_of(text) or None
    if question.kind == shape.LANGUAGE:
        return LANGUAGES.code_of(text) or None
    return _names_of(question).get(plainly(text))


_LANGUAGES = ("en", "fr", "ar")
_YES = ("y", "true", "1", "x", "oui", "o", "نعم")
_NO = ("n", "false", "0", "non", "لا")
_SHORT = {
    "sex": {"m": "male", "man": "male", "h": "male", "homme": "male", "f": "female"}
    | {"woman": "female", "femme": "female", "w": "female"},
}


@lru_cache(maxsize=512)
def _names_of(question: Question) -> dict[str, str]:
    names: dict[str, str] = {}
    for language in _LANGUAGES:
        with override(language):
            for option in question.options:
                names.setdefault(plainly(str(option.label)), option.code)
    for option in question.options:
        names.setdefault(plainly(option.code), option.code)
    if question.kind == shape.YES_NO:
        names |= dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no")
    if question.code == "consent_answer":
        names |= dict.fromkeys(("yes", *_YES), "given") | dict.fromkeys(("no", *_NO), "refused")
    codes = {option.code for option in question.options}
    for word, code in _SHORT.get(question.code, {}).items():
        if code in codes:
            names.setdefault(word, code)
    for code in question.no_answer:
        names.setdefault(plainly(code), code)
    if shape.NOT_KNOWN in question.no_answer:
        names |= dict.fromkeys(_UNKNOWN, shape.NOT_KNOWN)
    return names


def plainly(text: str) -> str:
    """A word without regard to capitals, accents, signs and spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in parts if not unicodedata.combining(c))
    return " ".join(kept.split()) or text.strip()


_UNKNOWN = (
    "unknown",
    "not known",
    "n k",
    "nk",
    "n a",
    "na",
    "inconnu",
    "inconnue",
    "غير معروف",
    "?",
    "-",
)


# Dates and numbers --------------------------------------------------------------------------------
_PARTS = re.compile(r"(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ].*)?")
_MONTH = re.compile(r"(\d{1,2})[./\-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[./\-](\d{1,2})")


def _numbers_of(text: str, order: str) -> tuple[int, ...]:
    """Year, month and day of a date, or as many of them as it has. Raises _Wrong."""
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return tuple(int(part) for part in found.groups()[:3])
    if re.fullmatch(r"\d{4}", text):
        return (int(text),)
    if found := _MONTH.fullmatch(text):
        return int(found[2]), int(found[1])
    if found := _YEAR_MONTH.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := _PARTS.fullmatch(text):
        first, second, third = found.groups()
        if len(first) == 4:
            return int(first), int(second), int(third)
        if len(third) != 4:
            raise _Wrong(_("Write the year with four digits"))
        if order == MONTH_FIRST:
            return int(third), int(first), int(second)
        if order == DAY_FIRST:
            return int(third), int(second), int(first)
        raise _Wrong(_("This date does not begin with the year"))
    raise _Wrong(_("This is no date that is understood here"))


def _partial(text: str, order: str) -> str:
    if plainly(text) in _UNKNOWN:
        return shape.NOT_KNOWN
    numbers = _numbers_of(text, order)
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        raise _Wrong(_("This must be a real date")) from None
    return "-".join(f"{number:0{4 if place == 0 else 2}}" for place, number in enumerate(numbers))


def _day(text: str, order: str) -> date | None:
    if plainly(text) in _UNKNOWN:
        return None
    numbers = _numbers_of(text, order)
    if len(numbers) != 3:
        raise _Wrong(_("The day or the month is missing"))
    try:
        return date(*numbers)
    except ValueError:
        raise _Wrong(_("This must be a real date")) from None


def _whole_number(text: str) -> int | str:
    if plainly(text) in _UNKNOWN:
        return ""
    digits = text.replace(" ", "").removesuffix(".0")
    if not digits.isdecimal() or len(digits) > 9:
        raise _Wrong(_("This must be a whole number"))
    return int(digits)


# Proposals ----------------------------------------------------------------------------------------
_CALLED: dict[str, tuple[str, ...]] = {
    RECEIVED: (
        "received", "date received", "referral date", "date of referral", "date referred",
        "referred on", "date", "date de reception", "date d orientation", "تاريخ الاستلام",
        "تاريخ الإحالة",
    ),
    ENDED: ("closed", "date closed", "closed on", "end date", "date ended", "date de cloture"),
    "name": ("name", "full name", "victim", "client", "person", "surname", "last name",
             "first name", "forename", "nom", "prenom", "nom complet", "الاسم", "الاسم الكامل"),
    "alias": ("alias", "known as", "other names", "nickname", "surnom"),
    "birth_date": ("dob", "d o b", "born", "birth date", "date of birth", "birthday",
                   "date de naissance", "ne e le", "تاريخ الميلاد"),
    "age_years": ("age", "age at referral", "العمر"),
    "sex": ("sex", "sexe", "gender", "m f", "الجنس"),
    "nationality": ("nationality", "country", "citizenship", "nationalite", "pays", "الجنسية"),
    "telephone": ("telephone", "phone", "mobile", "tel", "phone number", "portable", "الهاتف"),
    "email": ("email", "e mail", "mail", "courriel"),
    "address": ("address", "adresse", "العنوان"),
    "document": ("document", "document number", "passport", "passport number", "passport no",
                 "id number", "passeport", "numero de passeport", "رقم الجواز"),
    "language": ("language", "first language", "langue", "اللغة"),
    "interpreter_needed": ("interpreter", "interpreter needed", "interprete"),
    "consent_answer": ("consent", "consented", "agreed", "consentement", "الموافقة"),
    "own_reference": ("ref", "our ref", "reference", "our reference", "case number",
                      "file number", "id", "numero de dossier", "المرجع"),
    "signs_details": ("notes", "summary", "details", "remarks", "comments", "narrative",
                      "observations", "ملاحظات"),
    "episodes.types": ("exploitation", "type of exploitation", "exploitation type",
                       "type d exploitation", "نوع الاستغلال"),
    "responder_name": ("officer", "referred by", "first responder", "worker"),
}  # fmt: skip


def proposed(
    heads: Sequence[str], profile: Profile, *, remembered: Mapping[str, Any], token: Token
) -> dict[str, dict[str, Any]]:
    """What each column may mean, by its number: what somebody said of a column of the same head
    before, else by what it is called."""
    known = targets(profile)
    called = _by_name(profile, get_language() or "en")
    found: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for number, head in enumerate(heads, start=1):
        plain = plainly(head)
        column = remembered.get(token(plain)) if plain else None
        if not column or column.get("to") not in known:
            code = called.get(plain, "")
            column = {"to": code} if code else None
        if column is None:
            continue
        target = known[column["to"]]
        if target.code in taken and not (target.code == KEEP or _is_written(target)):
            continue
        taken.add(target.code)
        found[str(number)] = dict(column)
    return found


@lru_cache(maxsize=16)
def _by_name(profile: Profile, language: str) -> dict[str, str]:
    names: dict[str, str] = {}
    known = targets(profile)
    for code, words in _CALLED.items():
        if code in known:
            for word in words:
                names.setdefault(plainly(word), code)
    with override(language):
        for target in known.values():
            names.setdefault(plainly(str(target.label)), target.code)
    for code in known:
        names.setdefault(plainly(code), code)
    return names


def add_words(found: dict[int, dict[str, None] | None], cells: Sequence[str]) -> None:
    """Adds the words of one row; a column that has too many, or long ones, is given up."""
    for number, text in enumerate(cells, start=1):
        words = found.get(number)
        if words is None or not text or text in words:
            continue
        if len(words) >= MOST_WORDS or len(text) > 60:
            found[number] = None
        else:
            words[text] = None


def few_words(found: Mapping[int, Mapping[str, None] | None]) -> dict[int, list[str]]:
    """The words of the columns that were not given up."""
    return {number: list(words) for number, words in found.items() if words}
