"""The protection of the law is taken from the person, who is heard before, and comes back."""

from typing import Any

from hypothesis import strategies as st

from cases.actions import disqualifying
from cases.models import Disqualification
from cases.rules.contact import WAYS
from tests.life.trying import leader, step, worker

channel = st.sampled_from(("in_person", "in_person", *WAYS))


@step("can be disqualified", weight=8, name=worker)
@step(weight=1, name=worker)
def propose(life: Any, name: str) -> None:
    law = life.world.profile.disqualification
    grounds = [law.grounds[0].code] if law else []
    life.do(disqualifying.propose, life.again(), name, grounds=grounds, why="A sentence.")


@step("proposed", weight=1, name=worker)
def take_back(life: Any, name: str) -> None:
    if row := life.last(Disqualification, state="proposed"):
        life.do(disqualifying.take_back, row, name)


@step("proposed", weight=8, name=worker, channel=channel)
def tell_the_person(life: Any, name: str, channel: str) -> None:
    if row := life.last(Disqualification, state="proposed"):
        given = {"served_on": life.at.date(), "channel": channel, "language": "sq"}
        life.reach(disqualifying.record_told, row, name, **given)


@step("proposed", weight=4, name=worker, answered=st.sampled_from(("said", "nothing")))
def hear_the_person(life: Any, name: str, answered: str) -> None:
    if row := life.last(Disqualification, state="proposed"):
        words = "They held my sister." if answered == "said" else ""
        given = {"answered": answered, "words": words, "answered_on": life.at.date()}
        life.do(disqualifying.record_answer, row, name, **given)


@step("proposed", weight=8, name=leader, disqualify=st.sampled_from((True, True, False)))
def decide(life: Any, name: str, disqualify: bool) -> None:
    if row := life.last(Disqualification, state="proposed"):
        given = {"disqualify": disqualify, "reasons": "He was heard."}
        life.do(disqualifying.decide, row, name, **given)


@step("unserved", weight=20, name=worker, channel=channel)
def serve(life: Any, name: str, channel: str) -> None:
    if row := life.last(Disqualification, state="made"):
        given = {"served_on": life.at.date(), "channel": channel, "language": "sq"}
        life.reach(disqualifying.record_served, row, name, **given)


@step("disqualified", weight=24, name=worker, late=st.booleans())
def ask_back(life: Any, name: str, late: bool) -> None:
    law = life.world.profile.disqualification
    if (row := life.last(Disqualification, state="made")) and law:
        given = {
            "asked_by": "person",
            "grounds": [law.look_grounds[0].code],
            "why": "The sentence was set aside.",
            "asked_on": life.at.date(),
            "exceptional": "He was in prison." if late else "",
        }
        life.do(disqualifying.ask_look, row, name, **given)


@step("asked back", weight=16, name=leader, accept=st.sampled_from((True, True, False)))
def answer_back(life: Any, name: str, accept: bool) -> None:
    if row := life.last(Disqualification, look_state="asked"):
        given = {"accept": accept, "reasons": "It was set aside."}
        life.do(disqualifying.answer_look, row, name, **given)
