"""Screenings reached the way people do: by the actions."""

from datetime import datetime
from typing import Any

from cases.models import Case, Episode
from nrm.context import acting_as
from screening import actions, selectors
from screening.actions import FoundEpisode, Item
from screening.models import Screening

KIND = {"uk": "forced_work", "palermo": "labour"}


def started(world: Any, at: datetime, *, episodes: int = 1, **case: Any) -> Screening:
    """A screening in progress of the caseworker's case, with this many episodes."""
    found: Case = world.assigned_case(**case)
    screening = actions.start_screening(found, actor=world.caseworker, at=at)
    for _number in range(episodes):
        actions.add_episode(
            screening,
            actor=world.caseworker,
            at=at,
            episode=FoundEpisode(types=(KIND[world.profile.code],), place="not_known"),
        )
    return screening


def first_episode(screening: Screening, world: Any) -> Episode:
    with acting_as(world.caseworker):
        return Episode.objects.filter(case_id=screening.case_id).first()  # type: ignore[return-value]


def item(text: str = "He kept my passport.", **more: Any) -> Item:
    return Item(**{"source": "person", "text": text, **more})


def board_of(screening: Screening, world: Any) -> selectors.Board:
    with acting_as(world.caseworker):
        found = Screening.objects.select_related("case__person", "started_by").get(pk=screening.pk)
        return selectors.board(found)


def url(screening: Screening, rest: str = "") -> str:
    return f"/cases/{screening.case.reference}/assessment/{rest}"
