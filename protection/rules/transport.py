"""What stands in the way of noting how a person gets to a place. Pure: facts in, objections out."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST = 1000
FURTHEST = timedelta(days=90)


def objections_to_transport(
    *,
    lodged: bool,
    arranged_by: str,
    known: Collection[str],
    leaves_at: datetime | None,
    words: str,
    done: bool,
    at: datetime,
) -> Iterable[Objection]:
    """Every reason against it. `lodged`: a bed is held for them, or they live there."""
    if not lodged:
        yield Objection(_("The person has no bed there any more."), code="ended")
    if arranged_by not in known:
        yield Objection(_("Select who brings the person"), field="arranged_by")
    if leaves_at is None:
        yield Objection(_("Enter the day and the time"), field="leaves_at")
    elif leaves_at > at + FURTHEST:
        yield Objection(_("Enter a day within three months"), field="leaves_at")
    elif done and leaves_at > at:
        text = _("That is still to come, so it is not done yet")
        yield Objection(text, field="done")
    if len(words) > LONGEST:
        text = _("Write %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="words")
