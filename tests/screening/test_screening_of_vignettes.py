"""The eight vignettes, screened through the actions as a caseworker does: the findings on the case,
the live panel and `weigh` say the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import nrm.demonstration
from cases.models import Case, Episode, FindingSet
from nrm.profiles import load_profile
from screening import actions, rules
from screening.actions import FoundEpisode
from tests.screening.build import KIND, url
from tests.watching import looking_as

VIGNETTES = json.loads((Path(nrm.demonstration.__file__).parent / "vignettes.json").read_text())[
    "vignettes"
]
WORDS = {"PRESENT": "Present", "NOT_SHOWN": "Not shown", "UNKNOWN": "Unknown"}


@pytest.fixture
def of_profile(db: None) -> Any:
    from tests.world import build_world

    return build_world


def screened(world: Any, vignette: dict[str, Any], at: Any) -> Any:
    """A screening in progress with everything that the vignette tells."""
    case = world.assigned_case(age_status=vignette["age"]["status"])
    who = {"actor": world.caseworker, "at": at}
    screening = actions.start_screening(case, **who)
    for told in vignette["episodes"]:
        episode = actions.add_episode(
            screening,
            **who,
            episode=FoundEpisode(
                types=(KIND[world.profile.code],),
                age_then_status=told.get("age_then", {}).get("status", ""),
            ),
        )
        for finding in told["findings"]:
            actions.record_indicator(
                screening,
                **who,
                episode=episode.pk,
                code=finding["code"],
                state=finding["state"],
                version=0,
            )
    return screening


@pytest.mark.parametrize("vignette", VIGNETTES, ids=[one["id"] for one in VIGNETTES])
def test_findings_and_panel_agree_with_weigh(of_profile: Any, at: Any, vignette: Any) -> None:
    world = of_profile(vignette["profile"])
    expected = rules.weigh(*rules.read_case(vignette), load_profile(vignette["profile"]))
    screening = screened(world, vignette, at)
    client = world.client("caseworker")

    for position, weighed in enumerate(expected.episodes, start=1):
        page = client.get(url(screening), {"episode": position}).content.decode()
        shown = re.findall(r'class="nrm-element__state">([^<]*)<', page)
        assert shown == [
            WORDS[element.state] if element.needed else "Not needed for a child"
            for element in weighed.elements
        ]
        counts = re.findall(r"(\d+) shown, (\d+) not shown, (\d+) not known", page)
        assert counts == [
            (str(len(e.shown)), str(len(e.not_shown)), str(len(e.unknown)))
            for e in weighed.elements
        ]

    actions.complete_screening(screening, actor=world.caseworker, at=at)

    with looking_as(world.caseworker):
        found = FindingSet.objects.get(case_id=screening.case_id, superseded_at=None)
        episodes = list(Episode.objects.filter(case_id=screening.case_id))
    assert found.source == "screening"
    assert found.source_id == screening.pk
    printed = expected.as_json(vignette["id"])
    for key in ("act", "means", "purpose", "result", "limb", "prompts", "pathway"):
        assert getattr(found, key) == printed[key]
    assert [one["result"] for one in found.episodes] == printed["episode_results"]
    assert [one["episode"] for one in found.episodes] == [str(one.pk) for one in episodes]
    for key in ("act", "means", "purpose", "result", "pathway"):
        if key in vignette["expect"]:
            assert getattr(found, key) == vignette["expect"][key]
    assert set(vignette["expect"].get("prompts", ())) <= set(found.prompts)


def test_survival_without_an_exploiter_leads_to_help_and_a_new_screening(
    palermo: Any, at: Any
) -> None:
    vignette = next(one for one in VIGNETTES if one["id"] == "V5b")
    screening = screened(palermo, vignette, at)
    actions.complete_screening(screening, actor=palermo.caseworker, at=at)
    with looking_as(palermo.caseworker):
        case = Case.objects.get(pk=screening.case_id)
        terms = dict(case.deadlines.values_list("term", "state"))
        decided = case.decisions.exists()
    assert case.stage == "protection_pathway"
    assert terms["screening"] == "met"
    assert terms["rescreen"] == "open"
    assert not decided


def test_screener_who_sees_it_differently_sends_nobody_down_the_pathway(
    palermo: Any, at: Any
) -> None:
    vignette = next(one for one in VIGNETTES if one["id"] == "V5b")
    screening = screened(palermo, vignette, at)
    actions.complete_screening(
        screening, actor=palermo.caseworker, at=at, differs="The landlord set the terms."
    )
    with looking_as(palermo.caseworker):
        case = Case.objects.get(pk=screening.case_id)
        running = case.deadlines.filter(term="rescreen").exists()
    assert case.stage == "screened"
    assert not running
