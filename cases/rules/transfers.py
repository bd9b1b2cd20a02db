"""Why a case is not offered to another authority. Pure: facts in, objections out, all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so of a case that is to be offered. `known_authority`: another one that is open and
    decides under the same profile. `kept_out`: it is excluded from the case. `deciding`: a decision
    is being prepared or read."""

    known_reason: bool
    known_authority: bool
    kept_out: bool = False
    normal: bool = True
    offered: bool = False
    deciding: bool = False
    merging: bool = False
    words: str = ""


def objections_to_offer(facts: Facts) -> Iterable[Objection]:
    """Every reason against offering it."""
    if not facts.normal:
        text = _("Only people who are named may see this case, so it is offered to nobody.")
        yield Objection(text, code="restricted")
    if facts.offered:
        text = _("It is offered already. Wait for the answer, or take the offer back.")
        yield Objection(text, code="offered")
    if not facts.known_authority:
        text = _("Choose another authority from the list")
        yield Objection(text, field="organisation")
    elif facts.kept_out:
        text = _("This authority may not see the case. Choose another.")
        yield Objection(text, field="organisation", code="kept_out")
    if not facts.known_reason:
        yield Objection(_("Select why it is offered"), field="reason")
    if not facts.words.strip():
        text = _("Write what the other authority has to know to answer")
        yield Objection(text, field="words")
    elif len(facts.words.strip()) > LONGEST:
        text = _("Write %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="words")
    if facts.deciding:
        text = _("A decision is being prepared or read. Finish it or take it back first.")
        yield Objection(text, code="deciding")
    if facts.merging:
        text = _("Somebody asked for it to be merged, and nobody has decided.")
        yield Objection(text, code="merging")
