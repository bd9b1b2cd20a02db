"""What is asked before it is recorded that a person was told of their rights. Pure."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from nrm.actions import Objection

AGES = ("adult", "child")


def objections_to_giving(
    *,
    known_language: bool,
    known_text: bool,
    known_interpreter: bool,
    read_aloud: bool,
    on_paper: bool,
    given_on: date | None,
    opened_on: date,
    today: date,
) -> Iterable[Objection]:
    """Every reason against recording it."""
    if not known_language:
        yield Objection(_("Enter the language in which you told them"), field="language")
    if not known_text:
        yield Objection(_("Select the language of the leaflet"), field="text_language")
    if not known_interpreter:
        yield Objection(_("Select whether there was an interpreter"), field="interpreter")
    if not read_aloud and not on_paper:
        text = _("Select how you gave it: read aloud, on paper, or both")
        yield Objection(text, field="how")
    if given_on is None:
        yield Objection(_("Enter the day on which you gave it"), field="given_on")
    elif not opened_on <= given_on <= today:
        text = _("The day must lie between the referral and today")
        yield Objection(text, field="given_on")
