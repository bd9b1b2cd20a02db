"""Answers as they may be kept: the right shape, known codes, nothing too long. All objections."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.rules.countries import COUNTRIES
from cases.rules.languages import LANGUAGES
from cases.rules.referral_form import shape
from cases.rules.referral_form.questions import form_for
from cases.rules.referral_form.shape import NO_ANSWER, NOT_KNOWN, Question
from nrm.actions import Objection
from nrm.profiles import Profile

MOST_OF_A_PART = 30  # episodes, or offences, of one referral

_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_ITEM_ID = re.compile(r"[0-9a-f-]{8,36}")
_KEPT_CONTROLS = {"\n", "\t"}


class _Wrong(Exception):
    """An answer that cannot be kept, and why."""


def clean_answers(
    answers: Any, profile: Profile, *, today: datetime.date | None = None
) -> tuple[dict[str, Any], list[Objection]]:
    """The answers in the shape in which they are kept, and every objection to the others.

    `field` of an objection is the question's code, or `episodes[0].types` in a repeated part.
    With `today`, dates that must be past are held to it.
    """
    if not isinstance(answers, Mapping):
        return {}, [Objection(_("The answers must be an object"), code="shape")]
    form = form_for(profile)
    known = {question.code: question for question in form.questions}
    clean: dict[str, Any] = {}
    objections: list[Objection] = []
    for code, value in answers.items():
        if code in form.parts:
            items, found = _clean_part(str(code), value, profile, today)
            objections += found
            if items:
                clean[code] = items
        elif code in known:
            _put(clean, objections, known[code], value, str(code), today)
        elif code in form.left_empty:
            if value in NO_ANSWER:
                clean[code] = value
            elif value not in (None, ""):
                objections.append(_objection(str(code), _("This is not one of the answers")))
        else:
            objections.append(
                Objection(_("There is no such question"), field=str(code)[:80], code="unknown")
            )
    if _age_contradicts(clean):
        text = _("This does not fit what you said of their age. Change one of them")
        objections.append(_objection("age_years", text))
    return clean, objections


def _age_contradicts(clean: Mapping[str, Any]) -> bool:
    """Whether the years say a child and the status an adult, or the other way round."""
    years, status = clean.get("age_years"), clean.get("age_status")
    if years is None or status not in ("adult", "child"):
        return False
    return bool((years < 18) == (status == "adult"))


def clean_item(
    part: str, item: Any, profile: Profile, *, where: str = "", today: datetime.date | None = None
) -> tuple[dict[str, Any], list[Objection]]:
    """The same for one episode or one offence."""
    if not isinstance(item, Mapping):
        return {}, [_objection(where, _("This must be an object"))]
    known = {question.code: question for question in form_for(profile).questions_of(part)}
    clean: dict[str, Any] = {}
    objections: list[Objection] = []
    for code, value in item.items():
        field = f"{where}.{code}" if where else str(code)
        if code == "id":
            if isinstance(value, str) and _ITEM_ID.fullmatch(value):
                clean["id"] = value
            continue
        if code not in known:
            objections.append(
                Objection(_("There is no such question"), field=field, code="unknown")
            )
            continue
        _put(clean, objections, known[code], value, field, today)
    if _ends_before_it_begins(clean):
        field = f"{where}.ended" if where else "ended"
        objections.append(
            _objection(field, _("The end must be the same as or after the beginning"))
        )
    return clean, objections


def _clean_part(
    part: str, value: Any, profile: Profile, today: datetime.date | None
) -> tuple[list[dict[str, Any]], list[Objection]]:
    if value in (None, ""):
        return [], []
    if not isinstance(value, list):
        return [], [_objection(part, _("This must be a list"))]
    if len(value) > MOST_OF_A_PART:
        text = _("There can be at most %(limit)s of these") % {"limit": MOST_OF_A_PART}
        return [], [_objection(part, text)]
    items: list[dict[str, Any]] = []
    objections: list[Objection] = []
    for index, item in enumerate(value):
        clean, found = clean_item(part, item, profile, where=f"{part}[{index}]", today=today)
        objections += found
        if set(clean) - {"id"}:
            items.append(clean)
    return items, objections


def _put(
    clean: dict[str, Any],
    objections: list[Objection],
    question: Question,
    value: Any,
    field: str,
    today: datetime.date | None,
) -> None:
    if value in (None, "", [], ()):
        return
    try:
        kept = _clean_value(question, value, today)
    except _Wrong as wrong:
        objections.append(_objection(field, str(wrong)))
        return
    if kept not in ("", []):
        clean[question.code] = kept


def _objection(field: str, text: str) -> Objection:
    return Objection(text, field=field, code="invalid")


# One value ---------------------------------------------------------------------------------------
def _clean_value(question: Question, value: Any, today: datetime.date | None) -> Any:
    kind = question.kind
    if question.written:
        return _text(question, value)
    if kind == shape.NUMBER:
        return _number(question, value)
    if kind == shape.CHOICES:
        return _codes(value, question.codes, question.no_answer)
    if kind == shape.COUNTRIES:
        return _codes(value, frozenset(COUNTRIES.labels), ())
    if kind == shape.COUNTRY:
        return _code(value, frozenset(COUNTRIES.labels), _("This is not in the list of countries"))
    if kind == shape.LANGUAGE:
        return _code(value, frozenset(LANGUAGES.labels), _("This is not in the list of languages"))
    if kind == shape.DATE:
        return _date(question, value, today)
    if kind == shape.PARTIAL_DATE:
        return _partial_date(question, value, today)
    return _code(value, question.codes, _("This is not one of the answers"))


def _text(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("This must be text"))
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_unfit(character) for character in text):
        raise _Wrong(_("This holds a character that cannot be kept"))
    if len(text) > question.limit:
        text = _("“%(label)s” must be %(limit)s characters or less")
        raise _Wrong(text % {"label": question.label, "limit": f"{question.limit:,}"})
    return text


def _unfit(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in _KEPT_CONTROLS) or 0xD800 <= code <= 0xDFFF


def _number(question: Question, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(_("This must be a whole number"))
    if not 0 <= value <= question.at_most:
        text = _("This must be a number from 0 to %(most)s")
        raise _Wrong(text % {"most": question.at_most})
    return value


def _code(value: Any, codes: frozenset[str], refusal: str) -> str:
    if not isinstance(value, str) or value not in codes:
        raise _Wrong(refusal)
    return value


def _codes(value: Any, codes: frozenset[str], alone: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list | tuple):
        raise _Wrong(_("This must be a list"))
    found = list(dict.fromkeys(_code(one, codes, _("One is not in the list")) for one in value))
    if len(found) > 1 and any(one in alone for one in found):
        raise _Wrong(_("Select what applies, or why there is no answer, not both"))
    return found


def _date(question: Question, value: Any, today: datetime.date | None) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise _Wrong(_("This must be a date such as 2026-03-04"))
    _real(question, value, today)
    return value


def _partial_date(question: Question, value: Any, today: datetime.date | None) -> str:
    if value == NOT_KNOWN:
        return NOT_KNOWN
    if not isinstance(value, str) or not _PARTIAL_DATE.fullmatch(value):
        raise _Wrong(_("This must be a date such as 2026, 2026-03 or 2026-03-04"))
    _real(question, value, today)
    return value


def _real(question: Question, text: str, today: datetime.date | None) -> None:
    try:
        first = first_day(text)
    except ValueError:
        raise _Wrong(_("This must be a real date")) from None
    if question.past and today is not None and first > today:
        raise _Wrong(_("This date must be today or earlier"))


def first_day(partial: str) -> datetime.date:
    """The first day that a partial date can mean. ValueError where it is no date."""
    parts = [int(part) for part in partial.split("-")]
    return datetime.date(*[*parts, 1, 1][:3])


def last_day(partial: str) -> datetime.date:
    """The last day that a partial date can mean. ValueError where it is no date."""
    parts = [int(part) for part in partial.split("-")]
    if len(parts) == 3:
        return datetime.date(*parts)
    year, month = [*parts, 12][:2]
    following = datetime.date(year + month // 12, month % 12 + 1, 1) if year < 9999 else None
    return following - datetime.timedelta(days=1) if following else datetime.date(year, 12, 31)


def _ends_before_it_begins(item: Mapping[str, Any]) -> bool:
    began, ended = item.get("began"), item.get("ended")
    if not began or not ended or NOT_KNOWN in (began, ended):
        return False
    return last_day(ended) < first_day(began)
