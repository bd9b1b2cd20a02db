"""Identifying a person for the time being where no authority functions: who may, on what grounds,
what it opens, and which decision confirms it or does not. Nothing else ends it, least of all that
nobody decided. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection
from nrm.profiles import Profile
from nrm.profiles.shape import Choice, ConflictMode

# The events of a profile by which it begins, is looked at again, and goes to an authority.
IDENTIFIED, LOOKED_AT, FUNCTIONS = (
    "provisional_identification",
    "provisional_looked_at",
    "authority_functions",
)


def mode_of(profile: Profile) -> ConflictMode | None:
    """The conflict mode of a profile that knows this; None where it does not."""
    mode = profile.conflict_mode
    return mode if mode.enabled and mode.provisional_identification else None


def is_provisional(profile: Profile, stage: str) -> bool:
    """Whether a case at this stage has a provisional identification that holds."""
    return mode_of(profile) is not None and any(
        way.event == IDENTIFIED and way.to_stage == stage for way in profile.transitions
    )


def grounds_of(profile: Profile) -> tuple[Choice, ...]:
    """On what grounds: those on which the decision that it precedes is positive."""
    mode = mode_of(profile)
    return profile.decision(mode.decision).outcome("positive").grounds if mode else ()


def opens_as(profile: Profile, decision: str, stage: str) -> bool:
    """Whether the stage opens what waits for this decision to be positive."""
    return is_provisional(profile, stage) and profile.conflict_mode.decision == decision


def periods(profile: Profile) -> tuple[str, ...]:
    """The periods that it begins, which a decision that does not confirm it ends: not before their
    last day."""
    if mode_of(profile) is None:
        return ()
    begun = profile.terms_started_by(IDENTIFIED)
    return tuple(term.code for term in begun if term.kind == "earliest_end")


@dataclass(frozen=True, slots=True)
class Facts:
    """`kind`: of the organisation that identifies, empty where it did not refer the person;
    `deciding`: the authority prepares the decision; `referred`: it is a referral, to which the
    person agreed or which needs no agreement."""

    stage: str
    kind: str
    deciding: bool
    referred: bool


def may_be_offered(profile: Profile, stage: str, kind: str) -> bool:
    """Whether the page is offered to an organisation of this kind at this stage."""
    mode = mode_of(profile)
    return mode is not None and kind in mode.identified_by and bool(_ways(profile, stage))


def _ways(profile: Profile, stage: str) -> list[str]:
    ways = profile.transitions_from(stage)
    return [way.to_stage for way in ways if way.event == IDENTIFIED]


def stage_after(profile: Profile, stage: str) -> str:
    """The stage to which it takes a case from this one, where it does."""
    return next(iter(_ways(profile, stage)), "")


def objections_to_identifying(
    profile: Profile,
    facts: Facts,
    *,
    grounds: Collection[str],
    situation: str,
    why: str,
    explained: bool,
) -> Iterator[Objection]:
    """Every reason against it."""
    mode = mode_of(profile)
    if mode is None:
        text = _("Under this profile only an authority identifies a person.")
        yield Objection(text, code="mode")
        return
    if facts.kind not in mode.identified_by:
        text = _("Your organisation is not one that identifies people provisionally.")
        yield Objection(text, code="organisation")
    if not facts.referred:
        text = _("The person did not agree to be referred: ask them again first.")
        yield Objection(text, code="notification")
    if facts.deciding:
        text = _("An authority is preparing the decision on this person, so one functions.")
        yield Objection(text, code="deciding")
    elif not stage_after(profile, facts.stage):
        text = _("At this stage nobody is identified provisionally.")
        yield Objection(text, code="stage")
    yield from objections_to_situation(mode, situation)
    if not grounds or set(grounds) - {one.code for one in grounds_of(profile)}:
        yield Objection(_("Select at least one ground"), field="grounds", code="grounds")
    if not why.strip():
        yield Objection(_("Write why you presume it"), field="why", code="why")
    if not explained:
        text = _("Explain first what it opens and that it holds for now, and confirm it here")
        yield Objection(text, field="explained", code="explained")


def objections_to_situation(mode: ConflictMode, situation: str) -> Iterator[Objection]:
    """Why no authority functions has to be one of the profile's."""
    if situation not in {one.code for one in mode.situations}:
        text = _("Select why no authority decides there")
        yield Objection(text, field="situation", code="situation")


def objections_to_looking(
    profile: Profile, *, stands: bool, functions: bool, situation: str
) -> Iterator[Objection]:
    """Why it is not recorded that still no authority functions."""
    mode = mode_of(profile)
    if mode is None or not stands:
        yield Objection(_("It does not hold any more: an authority has decided."), code="ended")
        return
    if functions:
        text = _("An authority functions again, and decides. Ask it where it stands.")
        yield Objection(text, code="functions")
    yield from objections_to_situation(mode, situation)


def objections_to_handing_over(*, stands: bool, functions: bool) -> Iterator[Objection]:
    """Why it is not recorded that an authority functions again."""
    if not stands:
        text = _("There is no provisional identification that waits for a decision.")
        yield Objection(text, code="ended")
    elif functions:
        text = _("This was recorded already, and the decision is awaited.")
        yield Objection(text, code="functions")
