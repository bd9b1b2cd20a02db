"""A case is offered to another authority, which accepts it or does not, and offers it back."""

from typing import Any

from hypothesis import strategies as st

from cases.actions import transferring
from cases.models import Transfer
from tests.life.trying import asked, leader, step


@step(weight=1, name=leader)
def offer(life: Any, name: str) -> None:
    given = {"reason": "place", "words": "Lives with kin in the next county since March."}
    other = life.scene.other_authority(life.records.itself["authority_id"])
    life.do(transferring.offer_transfer, life.again(), name, organisation=other.pk, **given)


@step("offered", weight=30, name=asked, accept=st.sampled_from((True, True, False)))
def answer_offer(life: Any, name: str, accept: bool) -> None:
    if row := life.last(Transfer, state="offered"):
        refusal = "" if accept else "not_now"
        life.do(transferring.answer_transfer, row, name, accept=accept, refusal=refusal)


@step("offered", weight=2, name=leader)
def take_the_offer_back(life: Any, name: str) -> None:
    if row := life.last(Transfer, state="offered"):
        life.do(transferring.withdraw_transfer, row, name)
