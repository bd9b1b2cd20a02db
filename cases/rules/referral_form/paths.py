"""Which way a referral goes, what is asked on it, and what is missing before it can be sent."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.rules.referral_form.cleaning import first_day
from cases.rules.referral_form.questions import form_for
from cases.rules.referral_form.shape import (
    ADULT,
    CHILD,
    DECLINED_PATH,
    DTN,
    NOT_KNOWN,
    OPEN,
    Page,
    Question,
    Section,
)
from nrm.actions import Objection
from nrm.profiles import Profile

Answers = Mapping[str, Any]

# What an import cannot be without; the rest of what our pages need, the other form does not ask.
_NEEDED_OF_AN_IMPORT = frozenset({"age_status", "jurisdiction", "consent_answer"})


def path_of(answers: Answers, profile: Profile) -> str:
    """The way the referral goes: adult, child, dtn, declined, or open while that is not known.

    Whoever is, may be, or says they are under 18 is on the child's path (ECAT article 10(3)): their
    agreement is not asked for, whatever was recorded of it before.
    """
    age = answers.get("age_status") or ""
    if age == "":
        return OPEN
    if age != "adult":
        return CHILD
    if "adult" not in profile.consent.needed_from:
        return ADULT
    agreed = answers.get("consent_answer")
    if agreed == "given":
        return ADULT
    if agreed == "refused":
        return DTN if profile.duty_to_notify.enabled else DECLINED_PATH
    return OPEN


def carries_identity(answers: Answers, profile: Profile) -> bool:
    """Whether what is sent may say who the person is. A notification may only where the person
    agrees to what the profile names, such as co-operation with the police."""
    path = path_of(answers, profile)
    if path == DECLINED_PATH:
        return False
    if path != DTN:
        return True
    needed = profile.duty_to_notify.identity_requires
    return bool(needed) and answers.get(needed) == "yes"


def is_shown(page: Page, answers: Answers, profile: Profile) -> bool:
    """Whether the page is asked, as the answers stand."""
    path = path_of(answers, profile)
    if path not in page.shown_on:
        return False
    if page.code == "cooperation" and not profile.duty_to_notify.identity_requires:
        return False
    return not page.identifies or path != DTN or carries_identity(answers, profile)


def sections_shown(answers: Answers, profile: Profile) -> list[tuple[Section, list[Page]]]:
    """The sections that are asked, each with its pages."""
    shown = (
        (section, [page for page in section.pages if is_shown(page, answers, profile)])
        for section in form_for(profile).sections
    )
    return [(section, pages) for section, pages in shown if pages]


def questions_shown(answers: Answers, profile: Profile) -> Iterator[Question]:
    """The questions asked outside the repeated parts."""
    for _section, pages in sections_shown(answers, profile):
        for page in pages:
            if not page.part:
                yield from page.questions


def is_answered(value: Any) -> bool:
    return value not in (None, "", [], ())


def with_defaults(answers: Answers, profile: Profile) -> dict[str, Any]:
    """The answers with those that the profile leaves no choice about."""
    filled = dict(answers)
    if len(profile.jurisdictions) == 1 and not is_answered(filled.get("jurisdiction")):
        filled["jurisdiction"] = profile.jurisdictions[0].code
    return filled


def objections_to_sending(
    answers: Answers, profile: Profile, *, complete: bool = True, today: date | None = None
) -> list[Objection]:
    """Every reason why the referral cannot be sent yet; `field` is the code of the question.

    With `complete` false (an import), questions that the other form does not ask are not missed.
    With `today`, a date of birth is held against what is said of the age.
    """
    answers = with_defaults(answers, profile)
    path = path_of(answers, profile)
    # Whether an adult agrees is asked once it is known that they are one.
    too_early = {"consent_answer"} if not is_answered(answers.get("age_status")) else set()
    found = [
        Objection(str(question.missing), field=question.code, code="missing")
        for question in questions_shown(answers, profile)
        if path in question.needed_on
        and question.code not in too_early
        and (complete or question.code in _NEEDED_OF_AN_IMPORT)
        and not is_answered(answers.get(question.code))
    ]
    if path == OPEN and answers.get("consent_answer") == "not_asked":
        text = _("Ask the person before you send. Until you can, the draft is kept.")
        found.append(Objection(str(text), field="consent_answer", code="not_asked"))
    if path == DECLINED_PATH:
        text = _("The person did not agree, so nothing is sent. They can still get urgent help.")
        found.append(Objection(str(text), field="consent_answer", code="declined"))
    told = path == CHILD and complete and answers.get("child_protection_told") == "yes"
    if told and not is_answered(answers.get("child_authority")):
        text = _("Enter which child protection authority you told")
        found.append(Objection(str(text), field="child_authority", code="missing"))
    names = is_answered(answers.get("nominated_name")) or is_answered(
        answers.get("nominated_contact")
    )
    if (
        names
        and answers.get("nominated_permission") != "yes"
        and carries_identity(answers, profile)
    ):
        text = _("Ask the person before you name somebody else to tell, or leave the name out")
        found.append(Objection(str(text), field="nominated_permission", code="permission"))
    if complete and today and _born_too_late_to_be_adult(answers, today):
        text = _("The date of birth says under 18, and you said 18 or over. Change one of them")
        found.append(Objection(str(text), field="birth_date", code="age"))
    return found


def _born_too_late_to_be_adult(answers: Answers, today: date) -> bool:
    born = answers.get("birth_date")
    if answers.get("age_status") != "adult" or not born or born == NOT_KNOWN:
        return False
    first = first_day(born)
    return (first.year + 18, first.month, first.day) > (today.year, today.month, today.day)
