"""Why two cases are not linked, or a link is not ended. Pure: facts in, objections out."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST = 1_000
APART = "apart"
QUIET = ("not_told", APART)  # rules by which neither is told of the other


@dataclass(frozen=True, slots=True)
class Facts:
    """`found`: the other case is one that the actor may link too. `linked`: they are already.
    `other_open`: the other case has not ended."""

    found: bool
    same: bool = False
    same_person: bool = False
    linked: bool = False
    other_open: bool = True
    known_kind: bool = True
    known_rule: bool = True
    words: str = ""


def objections_to_link(facts: Facts) -> Iterable[Objection]:
    """Every reason against linking them."""
    if not facts.found:
        text = _("No case that you work on has this reference. Check it.")
        yield Objection(text, field="other", code="not_found")
    elif facts.same:
        yield Objection(_("This is the case itself. Enter another one."), field="other")
    elif facts.same_person:
        text = _("Both cases are of one person already: they lead to each other.")
        yield Objection(text, field="other", code="same_person")
    elif facts.linked:
        text = _("They are linked already. End that link first, to say something else.")
        yield Objection(text, field="other", code="linked")
    elif not facts.other_open:
        text = _("The other case has ended, and nothing more is recorded on it.")
        yield Objection(text, field="other", code="ended")
    if not facts.known_kind:
        yield Objection(_("Select what links them"), field="kind")
    if not facts.known_rule:
        yield Objection(_("Select what holds between them"), field="rule")
    if len(facts.words.strip()) > LONGEST:
        text = _("Write %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="words")
