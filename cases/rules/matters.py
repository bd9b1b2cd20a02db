"""What can be said of a matter, which ground in law may be open in it and why, and what is missing.
Advice, and never a finding of law. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cases.rules.partial_dates import objections_to_date
from nrm.actions import Objection
from nrm.profiles.shape import Basis, NonPunishment

LONGEST = 2000
# Where somebody has looked and the profile's list does not exclude the offence.
NOT_EXCLUDED = "none"
CONVICTED = frozenset({"convicted", "sentenced"})  # stages
ADULT, CHILD = "adult", "child"
NEED = "need_"  # what a basis needs is kept by its code, after this

# What is said in words, and sealed: by part of the page.
WORDS: dict[str, tuple[str, ...]] = {
    "act": ("offence", "place"),
    "law": ("characteristics",),  # and what the bases need
    "proceedings": ("officer", "their_reference", "representative"),
    "outcome": ("outcome_words",),
}
CODES: dict[str, tuple[str, ...]] = {
    "act": ("kind", "acted_on", "age_status", "age_years", "episode", "exclusion"),
    "law": ("basis",),
    "proceedings": (
        *("stage", "stage_on", "agency", "custody", "custody_until"),
        *("hearing", "hearing_on", "interpreter", "representation"),
    ),
    "outcome": ("outcome", "outcome_on", "consequence", "review"),
}
PARTS = tuple(CODES)

_PAST = ("stage_on", "outcome_on")


def fields_of(part: str, law: NonPunishment) -> tuple[str, ...]:
    """The names of what a part of the page asks, in its order."""
    needs = tuple(NEED + code for code in law.needs) if part == "law" else ()
    if part == "act":
        kind, *rest = CODES[part]
        return (kind, *WORDS[part], *rest)
    return (*CODES[part], *needs, *WORDS[part])


def words_of(law: NonPunishment) -> frozenset[str]:
    """The names of everything that is said in words."""
    needs = {NEED + code for code in law.needs}
    return frozenset(needs.union(*WORDS.values()))


def codes_of() -> frozenset[str]:
    """The names of everything that is a code, a number or a date."""
    return frozenset().union(*CODES.values())


def objections_to_values(
    values: Mapping[str, Any],
    law: NonPunishment,
    *,
    choices: Mapping[str, Collection[str]],
    episodes: Collection[Any],
    today: date,
    stands: Mapping[str, Any],
) -> Iterable[Objection]:
    """Every reason against keeping these values. `values` are those that change, `stands` all that
    hold then; `episodes` the ids of the case's."""
    for name in sorted(set(values) - codes_of() - words_of(law)):
        yield Objection(_("There is no such question."), field=name)
    if "offence" in values and not str(values["offence"]).strip():
        yield Objection(_("Enter what the person is accused of"), field="offence")
    for name in sorted(words_of(law) & set(values)):
        if len(str(values[name])) > LONGEST:
            text = _("Write %(limit)d characters or less") % {"limit": LONGEST}
            yield Objection(text, field=name)
    if "kind" in values and not values["kind"]:
        yield Objection(_("Select what kind of thing it is"), field="kind")
    if "stage" in values and not values["stage"]:
        yield Objection(_("Select how far it has gone"), field="stage")
    for name, codes in choices.items():
        if values.get(name) and values[name] not in codes:
            yield Objection(_("Select one of the answers shown"), field=name)
    yield from _of_the_profile(values, law)
    yield from objections_to_date(values.get("acted_on") or "", "acted_on", today)
    if values.get("episode") and values["episode"] not in episodes:
        yield Objection(_("Choose an episode of this case"), field="episode")
    years = values.get("age_years")
    if years is not None and not 0 <= years <= 120:
        yield Objection(_("The age must be a number from 0 to 120"), field="age_years")
    if {"age_years", "age_status"} & set(values):
        yield from _age(stands)
    for name in _PAST:
        if values.get(name) and values[name] > today:
            yield Objection(_("The day must be today or earlier"), field=name)
    ended = {"outcome", "outcome_on"} & set(values)
    if ended and stands.get("outcome_on") and not stands.get("outcome"):
        yield Objection(_("Select how it ended, or leave the day out"), field="outcome")
    if "hearing_on" in values and stands.get("hearing") and not stands.get("hearing_on"):
        yield Objection(_("Enter the day of the hearing, or leave out what it is"), "hearing_on")


def _of_the_profile(values: Mapping[str, Any], law: NonPunishment) -> Iterable[Objection]:
    known = {
        "basis": {basis.code for basis in law.bases},
        "exclusion": {NOT_EXCLUDED, *(one.code for one in law.exclusions)},
        "agency": {one.code for one in law.notify},
    }
    for name, codes in known.items():
        if values.get(name) and values[name] not in codes:
            yield Objection(_("Select one of the answers shown"), field=name)


def _age(stands: Mapping[str, Any]) -> Iterable[Objection]:
    years, status = stands.get("age_years"), stands.get("age_status")
    if years is None or not status:
        return
    if status in (ADULT, CHILD) and (status == ADULT) != (years >= 18):
        yield Objection(_("The age and the age group do not fit each other"), field="age_years")


# Which ground may be open -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a matter. `told`: the codes of the needs of which something was said."""

    kind: str
    age_status: str
    exclusion: str
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one ground in law stands in a matter: whether it may be open, why it is or is not, and
    what is still missing before it can be argued."""

    basis: Basis
    open: bool
    why: tuple[str, ...]
    missing: tuple[str, ...]


def readings(law: NonPunishment, facts: Facts) -> list[Reading]:
    """How each ground of the profile stands, those that may be open first."""
    found = [_reading(basis, law, facts) for basis in law.bases]
    return sorted(found, key=lambda one: not one.open)


def _reading(basis: Basis, law: NonPunishment, facts: Facts) -> Reading:
    against = list(_against(basis, law, facts))
    why = against or list(_for(basis, facts))
    missing = [] if against else list(_missing(basis, facts))
    return Reading(basis, not against, tuple(why), tuple(missing))


def _child(facts: Facts) -> bool | None:
    return facts.age_status != ADULT if facts.age_status else None


def _against(basis: Basis, law: NonPunishment, facts: Facts) -> Iterable[str]:
    if basis.kinds and facts.kind not in basis.kinds:
        yield _("It is not for this kind of matter.")
    child = _child(facts)
    if basis.for_age == "adult" and child is True:
        yield _("It is for adults: the person was, or may have been, under 18 at the time.")
    if basis.for_age == "child" and child is False:
        yield _("It is for children: the person was 18 or over at the time.")
    if basis.exclusions and facts.exclusion not in ("", NOT_EXCLUDED):
        labels = {one.code: str(one.label) for one in law.exclusions}
        words = {"offence": labels.get(facts.exclusion, facts.exclusion)}
        yield _("The offence is excluded: %(offence)s.") % words


def _for(basis: Basis, facts: Facts) -> Iterable[str]:
    if basis.for_age == "child" and facts.age_status == CHILD:
        yield _("The person was under 18 at the time.")
    elif basis.for_age == "child" and facts.age_status:
        yield _("The person may have been under 18 at the time, and is treated as a child.")
    elif basis.for_age == "adult" and facts.age_status == ADULT:
        yield _("The person was 18 or over at the time.")
    elif basis.for_age == "any":
        yield _("It is open at any age.")
    if basis.exclusions and facts.exclusion == NOT_EXCLUDED:
        yield _("The offence is not on the list of those excluded.")


def _missing(basis: Basis, facts: Facts) -> Iterable[str]:
    if basis.for_age != "any" and not facts.age_status:
        yield _("How old the person was at the time")
    if basis.exclusions and not facts.exclusion:
        yield _("Whether the offence is one of those excluded")
    for need in basis.needs:
        if need.code not in facts.told:
            yield str(need.label)


# What to see to -----------------------------------------------------------------------------------
def convicted(stage: str, outcome: str) -> bool:
    """Whether a conviction stands, as far as is recorded."""
    return outcome == "convicted" or (not outcome and stage in CONVICTED)


def objections_to_state(stands: Mapping[str, Any], *, today: date) -> Iterable[str]:
    """What is not yet in order in a matter that is open, all of it: what the caseworker would be
    asked about tomorrow. Nothing in one that ended well."""
    stage, outcome = stands["stage"], stands["outcome"]
    if convicted(stage, outcome) and not stands["review"]:
        yield _("There is a conviction, and nobody has said whether it is to be reviewed.")
    if outcome:
        return
    if not stands["basis"]:
        yield _("No ground in law is chosen yet.")
    if stage != "possible" and stands["representation"] != "yes":
        yield _("The person has no lawyer in this matter.")
    if stands["hearing_on"] and stands["hearing_on"] < today:
        yield _("The day of the hearing is over: say what happened, and when the next one is.")
    elif stands["hearing_on"] and stands["interpreter"] == "no":
        yield _("No interpreter is booked for the hearing.")
    if stands["custody"] in ("remand", "police") and not stands["custody_until"]:
        yield _("The person is held, and no time limit is recorded.")
    if stands["custody_until"] and stands["custody_until"] < today:
        yield _("The time limit for holding the person is over.")
