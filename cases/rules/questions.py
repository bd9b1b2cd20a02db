"""Whether something can be asked about a case, answered and taken back. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection

REQUESTED, RECEIVED = "information_requested", "information_received"
LONGEST = 2_000
LONGEST_NAME = 200
FARTHEST = timedelta(days=366)


def objections_to_question(
    *, recipient: str, asked: str, due_on: date | None, usual: bool, today: date
) -> Iterator[Objection]:
    """What is wrong with a question. `usual`: the profile has a day for one that sets none."""
    if not recipient.strip():
        text = _("Write whom you ask: the person, or the organisation")
        yield Objection(text, field="recipient", code="recipient")
    if not asked.strip():
        yield Objection(_("Write what you ask"), field="asked", code="asked")
    if due_on is None:
        if not usual:
            text = _("Enter the day by which you need the answer")
            yield Objection(text, field="due_on", code="due_on")
    elif not today < due_on <= today + FARTHEST:
        text = _("The day by which you need the answer must be after today, within a year")
        yield Objection(text, field="due_on", code="due_on")


def objections_to_answer(
    *, open_still: bool, answer: str, answered_on: date | None, asked_on: date, today: date
) -> Iterator[Objection]:
    """Why an answer cannot be recorded so."""
    if not open_still:
        yield over()
    if not answer.strip():
        yield Objection(_("Write what the answer is"), field="answer", code="answer")
    if answered_on is None:
        text = _("Enter the day on which the answer came")
        yield Objection(text, field="answered_on", code="answered_on")
    elif not asked_on <= answered_on <= today:
        text = _("The day on which the answer came must lie between the question and today")
        yield Objection(text, field="answered_on", code="answered_on")


def over() -> Objection:
    """The question waits no more."""
    return Objection(_("This question was answered or taken back already."), code="over")
