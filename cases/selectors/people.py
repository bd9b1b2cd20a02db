"""What a person agreed to, and how they may be reached."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, Consent, SafeContact
from cases.models.referral import ConsentAnswer
from cases.rules.contact import DIALECT
from cases.rules.languages import language_name
from cases.rules.referral_form import shape
from cases.rules.referral_form.questions import form_for
from cases.selectors.contact import Mark, contact_by, contact_marks, interpreter_words
from cases.selectors.intake import answer_words
from cases.selectors.sharing import consent_title, today_of
from identities.crypto import Unreadable, unseal
from nrm.deadline_words import day_words
from nrm.templatetags.nrm import partial_date


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent in words: the answer, and the rows of a summary list."""

    id: UUID
    title: str
    answer: str
    colour: str
    can_withdraw: bool
    rows: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Card:
    """The newest safe-contact card in words, as it counts now: `until` is the last day on which
    its safe ways may be used, `over` that this day has passed."""

    id: UUID
    marks: list[Mark]
    until: date | None
    over: bool
    recorded_at: datetime
    by: str
    details: list[dict[str, str]]


_COLOURS = {
    ConsentAnswer.AGREED: "green",
    ConsentAnswer.DECLINED: "orange",
    ConsentAnswer.NOT_ASKED: "grey",
    ConsentAnswer.NOT_REQUIRED: "blue",
}


def consents(case: Case, *, at: datetime) -> list[ConsentLine]:
    """The consents on file, the newest first, and which have expired. One query."""
    today = today_of(case, at)
    return [_consent(case, row, today) for row in case.consents.select_related("recorded_by")]


def _choice(case: Case, code: str, value: str) -> str:
    """The words of an answer about consent, as the referral form has them."""
    if not value:
        return ""
    try:
        return answer_words(form_for(case.profile).question(code), value)
    except KeyError:
        return value


def _consent(case: Case, row: Consent, today: date) -> ConsentLine:
    answer = ConsentAnswer(row.answer)
    expired = row.ends_on is not None and row.ends_on < today
    explanation = next(
        (e for e in case.profile.consent.explanations if e.version == row.explanation_version), None
    )
    rows = [
        (_("Given on"), partial_date(row.given_on) if row.given_on else ""),
        (_("Holds until"), day_words(row.ends_on) if row.ends_on else ""),
        (_("How"), _choice(case, "consent_method", row.method)),
        (_("Language"), language_name(row.language) if row.language else ""),
        (_("Interpreter"), _choice(case, "consent_interpreter", row.interpreter)),
        (
            _("Explained by"),
            # "I did" is the word of whoever recorded it.
            row.recorded_by.display_name
            if row.explained_by == "me"
            else _choice(case, "consent_explained_by", row.explained_by),
        ),
        (_("Explanation"), str(explanation.label) if explanation else row.explanation_version),
        (
            _("Recorded"),
            _("%(date)s by %(name)s")
            % {
                "date": day_words(row.recorded_at),
                "name": row.recorded_by.display_name,
            },
        ),
        (
            _("Withdrawn"),
            day_words(row.withdrawn_at) if row.withdrawn_at else "",
        ),
    ]
    return ConsentLine(
        id=row.pk,
        title=consent_title(case, row),
        answer=_("Withdrawn")
        if row.withdrawn_at
        else _("Expired")
        if expired
        else str(answer.label),
        colour="red" if row.withdrawn_at else "orange" if expired else _COLOURS[answer],
        can_withdraw=row.answer == ConsentAnswer.AGREED
        and row.withdrawn_at is None
        and not expired,
        rows=[{"key": key, "value": value} for key, value in rows if value],
    )


def safe_contact(case: Case, *, at: datetime) -> Card | None:
    """The card that counts, with its free text opened. Two queries."""
    row = case.safecontacts.select_related("recorded_by").first()
    if row is None:
        return None
    contact = contact_by(case, row, at=at)
    said: dict[str, object] = {}
    if row.details is not None:
        try:
            said = json.loads(
                unseal(
                    case.person_id,
                    row.details,
                    table="cases_safecontact",
                    column="details",
                    row=row.pk,
                )
            )
        except Unreadable:
            said = {}
    return Card(
        id=row.pk,
        marks=contact_marks(contact),
        until=contact.until,
        over=contact.over,
        recorded_at=row.recorded_at,
        by=row.recorded_by.display_name,
        details=_spoken(case, row, str(said.pop(DIALECT, ""))) + _details(case, said),
    )


def _spoken(case: Case, card: SafeContact, dialect: str) -> list[dict[str, str]]:
    """How the person is spoken with."""
    rows = (
        (_("Language"), language_name(case.language) if case.language else ""),
        (_("Dialect"), dialect),
        (_("Interpreter"), interpreter_words(case, card)),
    )
    return [{"key": key, "value": value} for key, value in rows if value]


def _details(case: Case, said: dict[str, object]) -> list[dict[str, str]]:
    labels = {
        question.code: question
        for question in form_for(case.profile).questions
        if question.keeps == shape.CONTACT
    }
    made = []
    for code, value in said.items():
        if value in (None, "", []):
            continue
        question = labels.get(code)
        made.append(
            {
                "key": str(question.label) if question else code.replace("_", " ").capitalize(),
                "value": answer_words(question, value) if question else str(value),
            }
        )
    return made
