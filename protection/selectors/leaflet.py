"""The leaflet about a person's rights, in words, from the profile; and to whom it was given."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Case
from cases.rules.languages import language_name
from cases.selectors.sharing import interpreters
from nrm.actions import Hidden
from nrm.deadline_words import rule_words
from nrm.profiles import load_profile
from nrm.profiles.loader import UnknownProfile
from nrm.profiles.shape import Profile
from protection.models import LeafletGiven
from protection.rules.leaflet import AGES

MOST = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it."""

    title: str
    points: list[str]


def leaflet_of(profile: Profile, age: str) -> list[Part]:
    """What the leaflet says to somebody of this age, in the language that is active: their rights,
    what they are offered, how long things take, how they complain. Whom to call is
    `profile.emergency`."""
    found = [
        Part(str(section.title), [str(point) for point in section.points])
        for section in profile.leaflet.sections
        if section.age in ("any", age)
    ]
    offered = [str(service.label) for service in profile.support.services]
    found.append(Part(_("What you can be offered"), offered))
    if clocks := [profile.term(code) for code in profile.leaflet.clocks]:
        words = [
            _("%(what)s: %(how_long)s") % {"what": term.label, "how_long": rule_words(term)}
            for term in clocks
        ]
        found.append(Part(_("How long it takes"), words))
    if profile.leaflet.complaints:
        complaints = [str(point) for point in profile.leaflet.complaints]
        found.append(Part(_("How to complain"), complaints))
    return found


def find_leaflet(code: str, age: str, language: str) -> Profile:
    """The profile of a leaflet. Hidden (404) where there is none of this age and language."""
    try:
        profile = load_profile(code)
    except UnknownProfile:
        raise Hidden("leaflet") from None
    if age not in AGES or language not in profile.languages:
        raise Hidden("leaflet")
    return profile


def age_of(case: Case) -> str:
    """Whom the leaflet of a case is written for."""
    return "child" if case.treated_as_child else "adult"


@dataclass(frozen=True, slots=True)
class Given:
    """That it was given, in words."""

    row: LeafletGiven
    language: str
    text_language: str
    interpreter: str


def given_to(case: Case) -> list[Given]:
    """Each time that it was given to the person, the newest first. One query."""
    rows = case.leafletgivens.select_related("by")[:MOST]
    asked = interpreters(case.profile)
    return [
        Given(
            row=row,
            language=language_name(row.language),
            text_language=language_name(row.text_language),
            interpreter=asked.get(row.interpreter, row.interpreter),
        )
        for row in rows
    ]
