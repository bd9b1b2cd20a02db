"""The safe-contact card: a new one takes the place of the one before, which is kept. And somebody
else whom the person named, with the permission that they gave, until they take it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case, Nominee, SafeContact
from cases.models.nominee import ToldOf
from cases.models.referral import InterpreterSex
from cases.rules import contact as rules
from cases.rules.languages import LANGUAGES
from cases.selectors.contact import dialect_of
from cases.selectors.sharing import interpreters, today_of
from identities.crypto import Sealer, seal_json
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if


@action("contact.recorded", right=rights.RECORD_CONTACT)
def record_contact(
    case: Case,
    *,
    actor: User,
    at: datetime,
    ways: Mapping[str, str],
    details: Mapping[str, str],
    speaking: Mapping[str, Any] | None = None,
) -> SafeContact:
    """Keeps what the person said: of each of `rules.WAYS` whether it is `safe`, `unsafe` or
    `unknown`, and in their words when, with which code word, and who else may answer (keys of
    `rules.DETAILS`, sealed). Counts from this moment for the days of the profile. `speaking`: how
    they are spoken with (keys of `rules.SPOKEN`: an ISO 639 code, whether an interpreter is needed,
    dialect, whom they want, nobody of the family); what is not in it stays as it was known. Raises
    Refused with every reason against it."""
    told = dict(speaking or {})
    told[rules.DIALECT] = str(told.get(rules.DIALECT, "")).strip()
    refuse_if(
        [
            *rules.objections_to_card(ways, details),
            *rules.objections_to_speaking(
                told, languages=LANGUAGES.labels, sexes=InterpreterSex.values
            ),
        ]
    )
    before = case.safecontacts.first()
    if rules.DIALECT not in (speaking or {}):
        told[rules.DIALECT] = dialect_of(case, before)
    said = {code: text for code in rules.DETAILS if (text := details.get(code, "").strip())}
    if told[rules.DIALECT]:
        said[rules.DIALECT] = told[rules.DIALECT]
    if before is not None:
        told = {
            "interpreter_sex": before.interpreter_sex,
            "no_companions": before.no_companions,
            **told,
        }
    card = keep_card(
        case,
        {way: ways[way] for way in rules.WAYS},
        said,
        actor=actor,
        at=at,
        interpreter_sex=told.get("interpreter_sex", ""),
        no_companions=told.get("no_companions", True),
    )
    _speaks(case, told)
    detail(card=str(card.pk), **{way: str(ways[way]) for way in rules.WAYS})
    return card


def _speaks(case: Case, told: Mapping[str, Any]) -> None:
    """The language, and whether an interpreter is needed, where they are said otherwise now."""
    case.refresh_from_db(fields=["language", "interpreter_needed", "version"])
    new = {
        name: told[name]
        for name in ("language", "interpreter_needed")
        if name in told and told[name] != getattr(case, name)
    }
    if new:
        for name, value in new.items():
            setattr(case, name, value)
        case.version += 1
        case.save(update_fields=[*new, "version"])


def keep_card(
    case: Case,
    ways: Mapping[str, Any],
    said: Mapping[str, Any],
    *,
    actor: User,
    at: datetime,
    **interpreter: Any,
) -> SafeContact:
    """Writes a card. Called by actions, inside their lock and transaction."""
    sealer = Sealer(case.person_id) if said else None
    card = card_of(case, ways, said, sealer, actor=actor, at=at, **interpreter)
    card.save(force_insert=True)
    return card


def card_of(
    case: Case,
    ways: Mapping[str, Any],
    said: Mapping[str, Any],
    sealer: Sealer | None,
    *,
    actor: User,
    at: datetime,
    **interpreter: Any,
) -> SafeContact:
    """A card, not saved yet. `sealer`: of the person, needed where they said something."""
    row = uuid4()
    return SafeContact(
        id=row,
        case=case,
        **ways,
        **interpreter,
        details=sealer.json(dict(said), table="cases_safecontact", column="details", row=row)
        if sealer and said
        else None,
        recorded_by=actor,
        recorded_at=at,
    )


# Somebody else whom the person named --------------------------------------------------------------
_NAMED: dict[str, Any] = {
    "who": "", "reach": "", "ways": (), "about": (), "given_on": None, "ends_on": None,
    "method": "", "language": "", "interpreter": "",
}  # fmt: skip


@action("contact.nominated", right=rights.RECORD_CONTACT)
def nominate(
    case: Case,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> Nominee:
    """Keeps that the person named somebody (`who`, and how to `reach` them, under their key), by
    which `ways` and of what (`about`: codes of ToldOf) these may be told, when and how they said
    so, and the last day (`ends_on`), where they said one. It takes the place of the one before.
    Sent twice with one key, it is recorded once. Raises Refused with every reason against it."""
    if submission_key and (
        first := case.nominees.filter(submission_key=submission_key, recorded_by=actor).first()
    ):
        detail(repeated=True)
        return first
    told = {**_NAMED, **{name: value for name, value in values.items() if value is not None}}
    told |= {name: str(told[name]).strip() for name in ("who", "reach")}
    refuse_if(
        rules.objections_to_nominee(
            told,
            abouts=ToldOf.values,
            methods=[one.code for one in case.profile.consent.methods],
            languages=LANGUAGES.labels,
            interpreters=interpreters(case.profile),
            today=today_of(case, at),
        )
    )
    case.nominees.filter(ended_at=None).update(ended_at=at, ended_by=actor)
    row = Nominee(id=uuid4(), case=case, recorded_by=actor, recorded_at=at)
    row.submission_key = submission_key
    for name in ("given_on", "ends_on", "method", "language", "interpreter"):
        setattr(row, name, told[name])
    row.ways, row.about = list(told["ways"]), list(told["about"])
    words = {"who": told["who"], "reach": told["reach"]}
    row.told = seal_json(case.person_id, words, table="cases_nominee", column="told", row=row.pk)
    row.save(force_insert=True)
    detail(ways=row.ways, about=row.about)
    return row


@action("contact.nominee_ended", right=rights.RECORD_CONTACT, ended=True)
def end_nominee(case: Case, *, actor: User, at: datetime) -> Case:
    """The person takes the permission back: whom they named is told nothing more from now. Raises
    Refused where nobody is named."""
    row = case.nominees.filter(ended_at=None).first()
    if row is None:
        refuse_if([Objection(_("Nobody is named now."))])
    assert row is not None
    row.ended_at, row.ended_by = at, actor
    row.save(update_fields=["ended_at", "ended_by"])
    return case
