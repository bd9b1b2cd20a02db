"""What is asked about needs and risk, what follows from the answers. Pure: facts in, objections
out."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection

YES, NO, NOT_KNOWN, NOT_ASKED = "yes", "no", "not_known", "not_asked"
ANSWERS = {
    YES: _lazy("Yes"),
    NO: _lazy("No"),
    NOT_KNOWN: _lazy("Not known yet"),
    NOT_ASKED: _lazy("I did not ask"),
}
LONGEST_NOTE = 2000


def said_yes(answers: Mapping[str, str], of: Collection[str]) -> list[str]:
    """Which of these questions were answered with yes."""
    return [code for code in of if answers.get(code) == YES]


def still_open(answers: Mapping[str, str], of: Collection[str]) -> list[str]:
    """Which of these questions have no answer, whether it was asked or not."""
    return [code for code in of if answers.get(code, NOT_ASKED) in (NOT_KNOWN, NOT_ASKED)]


def objections_to_assessment(
    answers: Mapping[str, str],
    *,
    known_step: bool,
    step_is_open: bool,
    questions: Collection[str],
    note: str,
) -> Iterable[Objection]:
    """Every reason against recording an assessment."""
    if not known_step:
        yield Objection(_("Select a step of the assessment"), field="step")
    elif not step_is_open:
        text = _("This step waits for the decision before it to be positive.")
        yield Objection(text, field="step")
    for code, answer in answers.items():
        if known_step and (code not in questions or answer not in ANSWERS):
            yield Objection(_("Select one of the answers shown"), field=code)
    if all(answer == NOT_ASKED for answer in answers.values()):
        yield Objection(_("Nothing is answered yet. Answer at least one question."))
    if len(note) > LONGEST_NOTE:
        text = _("The note must be %(limit)d characters or less") % {"limit": LONGEST_NOTE}
        yield Objection(text, field="note")


def objections_to_trigger(
    *, known_trigger: bool, assessed: bool, due_already: bool
) -> Iterable[Objection]:
    """Every reason against making a review due at once."""
    if not assessed:
        yield Objection(_("There is no assessment yet. Make the first one."))
    if not known_trigger:
        yield Objection(_("Select what happened"), field="trigger")
    elif assessed and due_already:
        yield Objection(_("The review is due already."))
