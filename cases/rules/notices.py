"""Which agency may be told of a matter, on what that has to rest, and what is answered. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection
from nrm.profiles.shape import Agency, NeverNotify, NonPunishment


def barred(agency: Agency, never: Iterable[NeverNotify], shown: Collection[str]) -> bool:
    """Whether the system never tells this agency of the case: one of the security forces, where the
    profile says so always or because of an indicator that is shown."""
    return agency.security and any(
        not rule.when or not set(rule.when).isdisjoint(shown) for rule in never
    )


def kinds_never_told(never: Iterable[NeverNotify]) -> frozenset[str]:
    """The kinds of organisations that the system tells nothing of any case, of itself, not even
    where they referred the person."""
    return frozenset(kind for rule in never if not rule.when for kind in rule.organisations)


@dataclass(frozen=True, slots=True)
class Facts:
    """`agency`: None where the profile has none of the code. `inside`: it receives in the system;
    `known_organisation`: one that may receive it was chosen. `on_consent`, `on_ground`: what was
    named stands, or None where nothing was named. `waits`: they have a notice of this matter that
    they have not decided. `seen`: what would be told is what was looked at."""

    agency: Agency | None
    barred: bool
    known_organisation: bool
    on_consent: bool | None
    on_ground: bool | None
    normal: bool
    over: bool
    waits: bool
    seen: bool


def objections_to_notice(facts: Facts) -> Iterable[Objection]:
    """Every reason against telling."""
    if not facts.normal:
        text = _("Only people who are named may see this case, so nothing of it can be sent.")
        yield Objection(text, code="restricted")
    if facts.agency is None:
        yield Objection(_("Select who is told"), field="agency")
    elif facts.barred:
        text = _("The system never tells security forces of this case. Take advice from a lawyer.")
        yield Objection(text, field="agency", code="never")
    elif facts.agency.organisations and not facts.known_organisation:
        yield Objection(_("Choose the organisation that receives it"), field="organisation")
    elif not facts.agency.organisations and facts.known_organisation:
        text = _("They receive nothing in the system: leave the organisation out")
        yield Objection(text, field="organisation")
    if facts.on_consent is None and facts.on_ground is None:
        yield Objection(_("Select the consent or the lawful ground that it rests on"), "rests_on")
    elif facts.on_consent is False or facts.on_ground is False:
        yield Objection(_("This consent or ground does not stand for telling them"), "rests_on")
    if facts.over:
        yield Objection(_("This matter is over: nobody has to be told of it."), code="over")
    if facts.waits:
        text = _("They have been told of this matter already, and have not decided.")
        yield Objection(text, field="agency", code="told")
    if not facts.seen:
        text = _("The matter has changed since you looked at what is told. Look again.")
        yield Objection(text, code="changed")


def objections_to_answer(
    law: NonPunishment, *, known: bool, continues: bool, because: str
) -> Iterable[Objection]:
    """Every reason against an answer: that a prosecution goes on needs its reason."""
    if not known:
        yield Objection(_("Select your answer"), field="answer")
    reasons = {one.code for one in law.notices.continues_because}
    if continues and because not in reasons:
        yield Objection(_("Select why it goes on"), field="because")
    if because and not continues:
        text = _("A reason is only for an answer that it goes on")
        yield Objection(text, field="because")
