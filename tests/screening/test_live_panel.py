"""The live panel is the rule: whatever is saved, in whatever order, it says what `weigh` says."""

from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case, Episode
from nrm.profiles import load_profile
from nrm.profiles.shape import AGE_STATUSES
from screening import rules
from screening.models import IndicatorFinding
from screening.selectors import in_words, stored_weighing, weigh_rows

PROFILES = [load_profile("uk"), load_profile("palermo")]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, str, list[tuple[str, dict[str, str]]]]:
    profile = draw(st.sampled_from(PROFILES))
    codes = st.sampled_from([indicator.code for indicator in profile.screening.indicators])
    findings = st.dictionaries(codes, st.sampled_from(rules.FINDING_STATES), max_size=12)
    ages = st.sampled_from(["", *AGE_STATUSES])
    episodes = draw(st.lists(st.tuples(ages, findings), max_size=4))
    return profile, draw(st.sampled_from(AGE_STATUSES)), episodes


@settings(max_examples=200, deadline=None)
@given(cases(), st.randoms())
def test_panel_says_what_weigh_says(told: Any, order: Any) -> None:
    profile, age, listed = told
    catalogue = [indicator.code for indicator in profile.screening.indicators]
    expected = rules.weigh(
        age,
        [
            rules.Episode(
                str(number),
                tuple(
                    rules.Finding(code, findings[code]) for code in catalogue if code in findings
                ),
                age_then,
            )
            for number, (age_then, findings) in enumerate(listed, start=1)
        ],
        profile,
    )

    case = Case(
        profile_code=profile.code, profile_version=profile.version, age_status=age, id=uuid4()
    )
    episodes = [
        Episode(id=uuid4(), position=number, age_then_status=age_then, types=[])
        for number, (age_then, _findings) in enumerate(listed, start=1)
    ]
    rows = [
        IndicatorFinding(id=uuid4(), episode_id=episode.pk, code=code, state=state)
        for episode, (_age, findings) in zip(episodes, listed, strict=True)
        for code, state in findings.items()
    ]
    order.shuffle(rows)
    weighed = weigh_rows(case, episodes, rows)
    assert weighed == expected

    words = in_words(weighed, episodes, profile)
    assert len(words.episodes) == len(listed)
    for shown, episode in zip(words.episodes, expected.episodes, strict=True):
        assert shown.result == episode.result
        assert [(e.code, e.state, e.needed) for e in shown.elements] == [
            (e.element, e.state, e.needed) for e in episode.elements
        ]
        for element, rule in zip(shown.elements, episode.elements, strict=True):
            assert {question.prompt.code for question in element.questions} == set(rule.ask)
            assert [indicator.code for indicator in element.shown] == list(rule.shown)
            assert bool(element.gap) == bool(rule.gap)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_stored_weighing_reads_back_as_it_was(told: Any) -> None:
    import json
    from dataclasses import asdict

    profile, age, listed = told
    weighed = rules.weigh(
        age,
        [
            rules.Episode(str(n), tuple(rules.Finding(*pair) for pair in findings.items()), then)
            for n, (then, findings) in enumerate(listed, start=1)
        ],
        profile,
    )
    assert stored_weighing(json.loads(json.dumps(asdict(weighed)))) == weighed
