"""Somebody opens the case in an emergency, and a colleague works on it for the time of an absence.

Both end by the clock of the database, so they are tried at its time, not at that of the life, in
which a grant of theirs would have ended long ago."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st

from cases.actions import covering, emergency
from cases.models import Cover, EmergencyAccess
from tests.life.trying import (
    ANYBODY,
    COLLEAGUE,
    IN_EMERGENCY,
    LEADER,
    OWNER,
    SECOND_COLLEAGUE,
    SECOND_LEADER,
    last_of,
    step,
)

colleague = st.sampled_from((SECOND_COLLEAGUE,) * 8 + (COLLEAGUE,) * 4 + ANYBODY)
giver = st.sampled_from((OWNER,) * 16 + (LEADER, *ANYBODY))
one_of_the_two = st.sampled_from(
    (IN_EMERGENCY,) * 4 + (LEADER,) * 6 + (SECOND_LEADER,) * 4 + ANYBODY
)


@step(weight=1, name=colleague)
def open_in_emergency(life: Any, name: str) -> None:
    who = life.who(name)
    given = {
        "reference": life.again().reference,
        "reason": "The hotline is on the telephone and nobody else is here.",
        "at": timezone.now(),
    }
    life.do(emergency.ask_emergency, who, name, **given)


@step("emergency", weight=4, name=one_of_the_two)
def end_emergency(life: Any, name: str) -> None:
    if row := life.last(EmergencyAccess):
        life.do(emergency.end_emergency, row, name, at=timezone.now())


@step("to review", weight=6, name=one_of_the_two, justified=st.booleans())
def review_emergency(life: Any, name: str, justified: bool) -> None:
    if row := life.last(EmergencyAccess, reviewed_at=None):
        life.do(emergency.review_emergency, row, name, at=timezone.now(), justified=justified)


@step(weight=1, name=giver, to=colleague)
def hand_on(life: Any, name: str, to: str) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    given = {
        "delegate": life.who(to).pk,
        "begins_on": today,
        "ends_on": today + timedelta(days=7),
        "at": now,
    }
    life.do(covering.hand_on, life.who(name), name, **given)


@step("cover", weight=2, name=st.sampled_from((OWNER, LEADER, SECOND_LEADER, *ANYBODY)))
def end_cover(life: Any, name: str) -> None:
    if row := last_of(Cover.objects.filter(ended_at=None)):
        life.do(covering.end_cover, row, name, at=timezone.now())
