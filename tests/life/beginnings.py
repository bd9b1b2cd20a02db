"""Where a life begins: at the referral, or some way down the road of a case, which is walked once
by the same steps and then put back row by row."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.life import accusing, conflict, joining, losing, moving, nearing
from tests.life.chance import begin_anew
from tests.life.scene import Beginning
from tests.life.trying import ASKED, COLLEAGUE, INTAKE, LEADER, SECOND_COLLEAGUE
from tests.life.trying import OWNER as BY
from tests.rows import keep, take_all_away


@dataclass(frozen=True)
class Place:
    """`after` which place, what is done from there, and `there`: a stage, or what it then has to
    try something on, in the words of tests.life.stages."""

    after: str
    there: str
    steps: tuple[Callable[[Any], None], ...]
    # For how long it is what it was: what is opened in an emergency ends by the database's clock.
    lasts: float = math.inf


def _made(outcome: str) -> tuple[Callable[[Any], None], ...]:
    return (
        lambda life: life.draft(BY, None, outcome),
        lambda life: life.submit(BY),
        lambda life: life.read_for_oneself("supervisor"),
        lambda life: life.agree("supervisor"),
        lambda life: life.serve(BY, "in_person"),
    )


_ROAD: dict[str, Place] = {
    "assigned": Place(
        "referred",
        "assigned",
        (lambda life: life.give("intake", "caseworker"), lambda life: life.finish_tasks(BY)),
    ),
    "screened": Place(
        "assigned",
        "screened",
        (lambda life: life.screen(BY, enough=True), lambda life: life.say(BY, "agreed")),
    ),
    "supported": Place(
        "screened",
        "in a bed",
        (
            lambda life: life.note_need(BY, "accommodation"),
            lambda life: life.refer(BY, anyway=False),
            lambda life: life.provider_answers("provider", "accept"),
            lambda life: life.hold_bed(BY, 0),
            lambda life: life.move_in(BY),
        ),
    ),
    "moved": Place(
        "screened",
        "transferred",
        (
            lambda life: moving.offer(life, LEADER),
            lambda life: moving.answer_offer(life, ASKED, accept=True),
            lambda life: life.give(LEADER, COLLEAGUE),
        ),
    ),
    "agency told": Place(
        "screened",
        "told inside",
        (
            lambda life: accusing.raise_matter(life, BY),
            lambda life: accusing.say_to_telling(life, BY, "agreed"),
            lambda life: accusing.tell(life, BY, "prosecutor", ""),
        ),
    ),
    "presumed": Place("assigned", "presumed", (lambda life: conflict.identify(life, "lead"),)),
    "opened in an emergency": Place(
        "screened",
        "to review",
        (lambda life: nearing.open_in_emergency(life, SECOND_COLLEAGUE),),
        lasts=20 * 60,
    ),
    "handed on": Place(
        "screened", "cover", (lambda life: nearing.hand_on(life, BY, SECOND_COLLEAGUE),)
    ),
    "beside another": Place(
        "supported",
        "second case",
        (
            lambda life: life.open(child=False),
            lambda life: life.give(INTAKE, COLLEAGUE),
            lambda life: life.say(BY, "agreed"),
            lambda life: life.note_need(BY, "accommodation"),
            lambda life: life.refer(BY, anyway=False),
            lambda life: life.provider_answers("provider", "accept"),
        ),
    ),
    "merged": Place(
        "beside another",
        "merged",
        (
            lambda life: joining.ask_merging(life, INTAKE, "this"),
            lambda life: joining.decide_merging(life, LEADER, agree=True),
        ),
    ),
    "before a second person": Place("screened", "decision:in_review", _made("negative")[:2]),
    "refused": Place("before a second person", "negative decision served", _made("negative")[2:]),
    "refused long ago": Place("refused", "refused", (lambda life: life.time_passes(46),)),
    "asked again": Place(
        "refused",
        "asked again",
        (
            lambda life: life.time_passes(8),
            lambda life: life.ask_for_another_look("intake", late=False),
        ),
    ),
    "for others": Place(
        "asked again",
        "for others",
        (
            lambda life: life.answer_whether_to_look("supervisor2", accept=True),
            lambda life: life.give("supervisor", "caseworker2"),
        ),
    ),
    "granted": Place("supported", "decision served", _made("positive")),
    "recovered": Place(
        "granted",
        "to decide",
        (lambda life: life.time_passes(31), lambda life: life.time_passes(8)),
    ),
    "disqualified": Place(
        "granted",
        "disqualified",
        (
            lambda life: losing.propose(life, BY),
            lambda life: losing.tell_the_person(life, BY, "in_person"),
            lambda life: losing.hear_the_person(life, BY, "said"),
            lambda life: losing.decide(life, LEADER, disqualify=True),
            lambda life: losing.serve(life, BY, "in_person"),
        ),
    ),
    "refused at the end": Place("recovered", "decided at both stages", _made("negative")),
    "asked again at the end": Place(
        "refused at the end",
        "asked again",
        (
            lambda life: life.time_passes(8),
            lambda life: life.ask_for_another_look("intake", late=False),
        ),
    ),
    "closed": Place(
        "refused long ago",
        "closed",
        (lambda life: life.close("supervisor", "negative"),),
    ),
}
# A third of the lives begin before anything was decided.
PLACES = (
    *("referred", "assigned", "screened", "screened", "screened", "supported", "supported"),
    *("moved", "agency told", "before a second person", "refused", "refused long ago"),
    *("opened in an emergency", "handed on", "beside another", "beside another", "merged"),
    *(
        "asked again",
        "for others",
        "granted",
        "recovered",
        "disqualified",
        "disqualified",
        "closed",
    ),
    *("refused at the end", "refused at the end", "asked again at the end"),
)


# Under a law that knows of places where no authority functions.
PLACES_OF_CONFLICT = ("assigned", "presumed", "presumed", "screened")


def begin(life: Any, place: str, *, child: bool) -> None:
    """Puts the case of this life at the place, in a database with nothing else of a case in it."""
    scene = life.scene
    until = scene.kept[place, child].until if (place, child) in scene.kept else 0
    if until < time.monotonic():
        # Whether those before it were kept or are walked anew, its ids are the same.
        if place == "referred":
            take_all_away()
            scene.empty.put_back()
            begin_anew(f"{place}, {child}")
            life.open(child)
        else:
            begin(life, _ROAD[place].after, child=child)
            begin_anew(f"{place}, {child}")
            for one in _ROAD[place].steps:
                one(life)
            there = _ROAD[place].there
            assert there in life.stands | life.been, f"{place}: it is not {there}"
        lasts = _ROAD[place].lasts if place in _ROAD else math.inf
        until = time.monotonic() + lasts
        scene.kept[place, child] = Beginning(keep(), life.case.pk, life.at, until)
        return
    kept = scene.kept[place, child]
    take_all_away()
    kept.rows.put_back()
    life.take_up(kept.case, kept.at)
