"""By which ways the person may be reached. A way that is not marked safe is not used, and a mark of
“safe” holds for the days that the profile says: who shares a telephone, or a home, changes."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection

SAFE, UNSAFE, UNKNOWN = "safe", "unsafe", "unknown"
WAYS = ("call", "text", "voicemail", "email", "post")
# The term of the profile after which the person is to be asked again.
ASKED_AGAIN = "safe_contact_review"
# Codes of the referral's own questions, so that what is said has one name wherever it is said.
DETAILS = ("contact_times", "contact_code_word", "contact_who_may_answer")
LONGEST = 500


def last_day(recorded_on: date, days: int) -> date:
    """The last day on which a way that was marked safe may be used."""
    return recorded_on + timedelta(days=days)


def ways_on(day: date, marks: Mapping[str, str], until: date | None) -> dict[str, str]:
    """What each way is worth on this day. After the last day a way that was safe is not known to
    be; one that is not safe stays so. What the card does not speak of is not known."""
    over = until is not None and day > until
    found = {}
    for way in WAYS:
        mark = marks.get(way) or UNKNOWN
        found[way] = UNKNOWN if over and mark == SAFE else mark
    return found


def objections_to_card(marks: Mapping[str, str], details: Mapping[str, str]) -> list[Objection]:
    """What is missing on a card, or too long, each next to its field."""
    found = []
    for way in WAYS:
        if marks.get(way) not in (SAFE, UNSAFE, UNKNOWN):
            text = _("Select whether this way is safe")
            found.append(Objection(text, field=way, code="way"))
    for code in DETAILS:
        if len(details.get(code, "")) > LONGEST:
            text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
            found.append(Objection(text, field=code, code="too_long"))
    return found
