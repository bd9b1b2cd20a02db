"""What each record of a file becomes as a referral, before anything is written. Pure.

The standard does not say three things without which nothing can be referred: whether the person
agrees to be referred, whether they are an adult, and where they were met. Our extension has a field
for each; where a record does not say it, whoever imports does, once for the whole file.
"""

import datetime
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.rules.referral_form import (
    clean_answers,
    is_answered,
    objections_to_sending,
    path_of,
    with_defaults,
)
from cases.rules.referral_form.cleaning import first_day, last_day
from exchange.htcds.standard.mapping import Told, read_record
from exchange.htcds.standard.record import EVERYTHING, Record, as_plain
from nrm.actions import Objection
from nrm.profiles import Profile

# What has to be known of every referral, and the field that says it.
NEEDED = {
    "jurisdiction": "nrm_Jurisdiction",
    "age_status": "nrm_AgeStatus",
    "consent_answer": "nrm_ConsentToReferral",
}
_ADULT_AT = 18


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record cannot be a referral: the row where it begins, the field of the standard, and
    the question where one of `NEEDED` is missing."""

    row: int
    field: str
    text: str
    code: str
    question: str = ""

    @property
    def objection(self) -> Objection:
        return Objection(self.text, field=f"rows[{self.row}].{self.field}", code=self.code)


@dataclass(frozen=True, slots=True)
class Plan:
    """A record as a referral. `key` tells it from every other record of the sender: its
    identifier, or what it says; `assumed` are the questions of `NEEDED` that whoever imports
    answered for it."""

    record: Record
    told: Told
    answers: dict[str, Any]
    key: str
    path: str
    assumed: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def kept(self) -> dict[str, Any]:
        """What has no question in the form, as a record in JSON, to be kept with the referral."""
        return as_plain(self.told.kept, including=EVERYTHING)


def plans_of(
    records: Sequence[Record],
    *,
    profile: Profile,
    said: Mapping[str, str],
    today: datetime.date,
) -> list[Plan]:
    """Each record as a referral, in the order of the file, with everything that stands in its way.
    `said` answers the questions of `NEEDED` for the records that do not."""
    named = Counter(record.identifier for record in records if record.identifier)
    same: Counter[str] = Counter()
    made = []
    for record in records:
        key = f"id|{record.identifier}"
        if not record.identifier:
            says = json.dumps(as_plain(record, including=EVERYTHING), sort_keys=True)
            same[says] += 1  # two people can be told of in the same words
            key = f"says|{same[says]}|{says}"
        twice = named[record.identifier] > 1
        made.append(_plan(record, key, twice, profile=profile, said=said, today=today))
    return made


def _plan(
    record: Record,
    key: str,
    twice: bool,
    *,
    profile: Profile,
    said: Mapping[str, str],
    today: datetime.date,
) -> Plan:
    told = read_record(record, profile=profile)
    answers = with_defaults(told.answers, profile)
    if "age_status" not in answers and (age := _age_status(answers, today)):
        answers["age_status"] = age
    assumed = [one for one in NEEDED if said.get(one) and not is_answered(answers.get(one))]
    answers |= {question: said[question] for question in assumed}
    sources = {**NEEDED, **told.sources}
    clean, objections = clean_answers(answers, profile, today=today)
    wrong = {one.field for one in objections}
    missing = objections_to_sending(clean, profile, complete=False)
    objections += [one for one in missing if one.field not in wrong]
    faults = [_fault(record.row, one, sources) for one in objections]
    if contradiction := _age_contradicts(answers, today):
        faults.append(Fault(record.row, sources.get("birth_date", ""), contradiction, "age"))
    if twice:
        text = _("Another record of the file has this identifier.")
        faults.append(Fault(record.row, "nrm_RecordId", text, "twice"))
    if not record.fields and not record.parts:
        text = _("This record says nothing that the standard has a field for.")
        faults = [Fault(record.row, "", text, "empty")]
    return Plan(
        record, told, answers, key, path_of(answers, profile), tuple(assumed), tuple(faults)
    )


def _fault(row: int, objection: Objection, sources: Mapping[str, str]) -> Fault:
    """An objection to an answer, told at the field that the answer came from."""
    question = re.sub(r"\[\d+\]", "", objection.field or "")
    name = sources.get(question) or sources.get(question.partition(".")[0]) or question
    needed = question if question in NEEDED and objection.code == "missing" else ""
    return Fault(row, name, objection.text, objection.code, needed)


def _age_status(answers: Mapping[str, Any], today: datetime.date) -> str:
    """Adult or child, where a date of birth leaves no doubt about it."""
    born = answers.get("birth_date")
    if not born:
        return ""
    try:
        first, last = first_day(born), last_day(born)
    except ValueError:
        return ""  # no such day: cleaning the answers says so
    if _turned_18(last, today):
        return "adult"
    return "" if _turned_18(first, today) else "child"


def _turned_18(born: datetime.date, today: datetime.date) -> bool:
    return (born.year + _ADULT_AT, born.month, born.day) <= (today.year, today.month, today.day)


def _age_contradicts(answers: Mapping[str, Any], today: datetime.date) -> str:
    """Who is told to be an adult and was born too late for it is taken for no adult unseen."""
    if answers.get("age_status") == "adult" and _age_status(answers, today) == "child":
        return _("The date of birth says under 18, and the record says adult.")
    return ""
