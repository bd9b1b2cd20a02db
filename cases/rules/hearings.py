"""What can be said of a hearing, and of the next one. Pure."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from nrm.actions import Objection

HELD, MOVED, CANCELLED, ABSENT = "held", "moved", "cancelled", "absent"
RESULTS = (HELD, MOVED, CANCELLED, ABSENT)


def result_of_change(on_day: date, today: date) -> str:
    """What is known of a hearing whose day was changed before anybody said what happened: one that
    was still to come was moved."""
    return MOVED if on_day >= today else ""


def objections_to_result(*, on_day: date | None, today: date, result: str) -> Iterator[Objection]:
    """Why it is not recorded that this happened in the hearing of this day."""
    if on_day is None:
        text = _("There is no hearing in this matter. Enter one first.")
        yield Objection(text, code="no_hearing")
        return
    if result not in RESULTS:
        yield Objection(_("Select what happened"), field="result", code="result")
    elif result in (HELD, ABSENT) and on_day > today:
        text = _("The day of this hearing is still to come: it was moved, or called off")
        yield Objection(text, field="result", code="result")


def objections_to_next(*, next_kind: str, next_on: date | None, today: date) -> Iterator[Objection]:
    """Why this is not the next hearing."""
    if next_kind and next_on is None:
        text = _("Enter the day of the next hearing, or leave out what it is")
        yield Objection(text, field="next_on", code="next_on")
    if next_on is not None and next_on < today:
        text = _("The day of the next hearing must be today or later")
        yield Objection(text, field="next_on", code="next_on")
