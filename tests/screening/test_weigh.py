"""The screening rule: the invented cases, the table of the definition, and what holds for any."""

import json
import subprocess
import sys
from contextlib import suppress
from datetime import date
from io import StringIO
from itertools import product
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from nrm.profiles import load_profile
from screening.rules import (
    BEST_FIRST,
    MET,
    Episode,
    Finding,
    ScreeningFaults,
    read_case,
    weigh,
)

ROOT = Path(__file__).parents[2]
VIGNETTES = json.loads((ROOT / "nrm/demonstration/vignettes.json").read_text())["vignettes"]
UK = load_profile("uk")
PALERMO = load_profile("palermo")

CHILD_RULE = ("child", "disputed", "not_sure")
ACT, MEANS, PURPOSE = "ACT-REC", "MD-01", "PU-SEX"  # no limb of the UK names PU-SEX


def episode(*codes: str, age_then: str = "", **states: str) -> Episode:
    """An episode with these codes shown; `MV_ABUSED="unknown"` for another state."""
    findings = [Finding(code, "shown") for code in codes]
    findings += [Finding(code.replace("_", "-"), state) for code, state in states.items()]
    return Episode("it", tuple(findings), age_then)


def one(age: str, *codes: str, profile=PALERMO, **states: str):
    return weigh(age, [episode(*codes, **states)], profile).episodes[0]


# The invented cases ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", VIGNETTES, ids=lambda case: case["id"])
def test_the_invented_cases_come_out_as_expected(case):
    age, episodes = read_case(case)
    printed = weigh(age, episodes, load_profile(case["profile"])).as_json(case["id"])
    expected = case["expect"]
    for key in printed.keys() & expected.keys() - {"prompts"}:
        assert printed[key] == expected[key], key
    assert set(expected.get("prompts", ())) <= set(printed["prompts"])
    assert list(printed) == [
        "id",
        "act",
        "means",
        "purpose",
        "result",
        "limb",
        "episode_results",
        "prompts",
        "pathway",
    ]


@pytest.mark.parametrize("case", VIGNETTES, ids=lambda case: case["id"])
def test_every_date_of_the_invented_cases_comes_from_the_profile(case):
    profile, expected = load_profile(case["profile"]), case["expect"]
    start = case.get("presumed_on") or case["submitted_on"]
    positive = expected.get("if_rg_positive_on", start)
    asked = {
        "rg_due": ("reasonable_grounds", start),
        "recovery_last_day": ("recovery_period", positive),
        "cg_not_before": ("cg_not_before", positive),
        "rescreen_on": ("rescreen", start),
    }
    for key, (term, began) in asked.items():
        if key in expected:
            assert (
                profile.clock(term, date.fromisoformat(began)).due_on.isoformat() == (expected[key])
            ), key


@pytest.mark.parametrize("case", VIGNETTES, ids=lambda case: case["id"])
def test_tasks_notices_and_bases_of_the_invented_cases_stand_in_the_profile(case):
    profile, expected = load_profile(case["profile"]), case["expect"]
    tasks = {str(task.label).lower() for task in profile.day_zero_tasks}
    assert set(expected.get("tasks_on_day_0", ())) <= tasks
    never = {str(rule.label).lower() for rule in profile.never_notify}
    assert set(expected.get("never_notify", ())) <= never
    assert set(expected.get("notify", ())) <= {c.code for c in profile.non_punishment.notify}
    law = expected.get("non_punishment", {})
    bases = {str(basis.label).lower(): basis for basis in profile.non_punishment.bases}
    if "ask" in law:
        assert law["ask"] in bases
    if "basis" in law:
        basis = bases[law["basis"]]
        assert set(law.get("needs", ())) <= {str(need.label).lower() for need in basis.needs}


# The table ------------------------------------------------------------------------------------


def expected_result(child: bool, act: bool, means: bool, purpose: bool) -> str:
    """The table of the definition, written out row by row."""
    if child:
        return {
            (True, True): "ELEMENTS_MET_CHILD",
            (True, False): "PARTIAL_PURPOSE",
            (False, True): "PARTIAL_ACT",
            (False, False): "INSUFFICIENT",
        }[act, purpose]
    return {
        (True, True, True): "ELEMENTS_MET_ADULT",
        (True, False, True): "PARTIAL_MEANS",
        (False, True, True): "PARTIAL_ACT",
        (True, True, False): "PARTIAL_PURPOSE",
    }.get((act, means, purpose), "INSUFFICIENT")


STATES = ("shown", "not_shown", "unknown", "unlisted")


@pytest.mark.parametrize("age", [*CHILD_RULE, "adult"])
@pytest.mark.parametrize("profile", [UK, PALERMO], ids=lambda profile: profile.code)
def test_the_whole_table(age, profile):
    for states in product(STATES, repeat=3):
        findings = tuple(
            Finding(code, state)
            for code, state in zip((ACT, MEANS, PURPOSE), states, strict=True)
            if state != "unlisted"
        )
        weighed = weigh(age, [Episode("it", findings)], profile)
        shown = [state == "shown" for state in states]
        assert weighed.result == expected_result(age != "adult", *shown), (age, states)
        words = {"shown": "PRESENT", "not_shown": "NOT_SHOWN"}
        assert [weighed.act, weighed.means, weighed.purpose] == [
            words.get(state, "UNKNOWN") for state in states
        ]
        assert weighed.limb == "trafficking"


@pytest.mark.parametrize(
    ("codes", "states", "means"),
    [
        (("MV-06", "MV-ABUSED"), {}, "PRESENT"),
        (("MV-06", "MV-12"), {}, "UNKNOWN"),
        (("MV-ABUSED",), {}, "UNKNOWN"),
        (("MV-06",), {"MV_ABUSED": "unknown"}, "UNKNOWN"),
        (("MV-06",), {"MV_ABUSED": "not_shown"}, "NOT_SHOWN"),
        (("MV-ABUSED",), {"MV_06": "not_shown"}, "NOT_SHOWN"),
        (("MV-06",), {"MV_ABUSED": "not_shown", "MV_02": "unknown"}, "UNKNOWN"),
        (("MV-06",), {"MD_01": "not_shown"}, "UNKNOWN"),
        ((), {"MV_06": "not_shown"}, "NOT_SHOWN"),
        ((), {"MV_ABUSED": "unknown"}, "UNKNOWN"),
        (("MV-06", "MD-01"), {}, "PRESENT"),
    ],
)
def test_abuse_of_a_vulnerability_needs_the_vulnerability_and_its_abuse(codes, states, means):
    weighed = one("adult", ACT, PURPOSE, *codes, **states)
    assert weighed.means.state == means
    assert weighed.result == ("ELEMENTS_MET_ADULT" if means == "PRESENT" else "PARTIAL_MEANS")


def test_contradictory_findings_are_shown_not_overruled():
    findings = (Finding(ACT, "not_shown"), Finding(ACT, "shown"))
    weighed = weigh("adult", [Episode("it", findings)], PALERMO).episodes[0].act
    assert (weighed.state, weighed.shown, weighed.not_shown) == ("PRESENT", (ACT,), (ACT,))


def test_exploited_as_a_child_and_now_adult_is_weighed_as_a_child_for_that_episode():
    weighed = weigh(
        "adult", [episode(ACT, PURPOSE), episode(ACT, PURPOSE, age_then="not_sure")], PALERMO
    )
    assert weighed.episode_results == ("PARTIAL_MEANS", "ELEMENTS_MET_CHILD")
    assert (weighed.result, weighed.best) == ("ELEMENTS_MET_CHILD", 1)
    assert [e.child_rule for e in weighed.episodes] == [False, True]
    # And the other way round: an episode after coming of age, told before it was known.
    assert one("child", ACT, PURPOSE, age_then="adult").result == "PARTIAL_MEANS"


def test_the_best_episode_leads_and_the_earlier_wins_a_tie():
    partial_act = episode(MEANS, PURPOSE)
    partial_means = episode(ACT, PURPOSE)
    met = episode(ACT, MEANS, PURPOSE)
    weighed = weigh("adult", [partial_act, partial_means, met, met], PALERMO)
    assert weighed.best == 2
    weighed = weigh("adult", [partial_act, partial_means], PALERMO)
    assert (weighed.best, weighed.result, weighed.act, weighed.means) == (
        1,
        "PARTIAL_MEANS",
        "PRESENT",
        "UNKNOWN",
    )
    # What is open in the other episode is still asked.
    assert "harbouring or receipt" in weighed.prompts


def test_a_case_without_episodes_is_unknown_not_negative():
    weighed = weigh("adult", [], UK)
    assert weighed.as_json("a") == {
        "id": "a",
        "act": "UNKNOWN",
        "means": "UNKNOWN",
        "purpose": "UNKNOWN",
        "result": "INSUFFICIENT",
        "limb": "trafficking",
        "episode_results": [],
        "prompts": [],
        "pathway": "decision",
    }


# Limbs ------------------------------------------------------------------------------------------

LIMB = "slavery_servitude_forced_labour"


@pytest.mark.parametrize(
    ("age", "codes", "profile", "result", "limb"),
    [
        ("adult", (MEANS, "PU-LAB"), UK, "ELEMENTS_MET_ADULT", LIMB),
        ("adult", (MEANS, "PU-SER"), UK, "ELEMENTS_MET_ADULT", LIMB),
        ("adult", ("PU-SLV",), UK, "INSUFFICIENT", "trafficking"),
        ("adult", (ACT, "PU-DOM"), UK, "PARTIAL_MEANS", "trafficking"),
        ("adult", (MEANS, "PU-SEX"), UK, "PARTIAL_ACT", "trafficking"),
        ("adult", (MEANS, "CF-04"), UK, "PARTIAL_ACT", "trafficking"),
        ("child", ("PU-DOM",), UK, "ELEMENTS_MET_CHILD", LIMB),
        ("disputed", ("PU-DOM",), UK, "ELEMENTS_MET_CHILD", LIMB),
        ("child", ("PU-SEX",), UK, "PARTIAL_ACT", "trafficking"),
        # All three elements: trafficking, and no limb is needed.
        ("adult", (ACT, MEANS, "PU-LAB"), UK, "ELEMENTS_MET_ADULT", "trafficking"),
        ("adult", (MEANS, "PU-LAB"), PALERMO, "PARTIAL_ACT", "trafficking"),
        ("child", ("PU-LAB",), PALERMO, "PARTIAL_ACT", "trafficking"),
    ],
)
def test_a_limb_is_met_without_an_act_where_the_profile_has_one(age, codes, profile, result, limb):
    weighed = one(age, *codes, profile=profile)
    assert (weighed.result, weighed.limb) == (result, limb)
    if limb == LIMB:
        assert weighed.act.state == "UNKNOWN"
        assert (weighed.act.needed, weighed.act.gap) == (False, "not_needed_for_limb")


# Questions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "codes", "prompts"),
    [
        ("adult", (ACT, MEANS, PURPOSE), ()),
        ("child", (ACT, PURPOSE), ()),
        ("adult", (ACT, PURPOSE), ("deception", "control", "vulnerability")),
        ("adult", (MEANS, PURPOSE), ("harbouring or receipt", "online recruitment")),
        ("child", (PURPOSE,), ("harbouring or receipt", "online recruitment")),
        ("adult", (ACT, MEANS), ("intended exploitation",)),
        ("not_sure", (ACT,), ("intended exploitation",)),
        ("adult", (ACT,), ()),
        # Context asks: somebody sets the terms and knows of the need.
        ("adult", ("SV-01", "SV-03", "SV-04"), ("vulnerability",)),
        ("adult", ("SV-01", "SV-03"), ()),
        ("child", ("SV-01", "SV-03", "SV-04"), ()),
        ("adult", ("DG-11",), ("online recruitment",)),
        ("adult", ("DG-11", ACT), ()),
    ],
)
def test_what_to_ask_next(age, codes, prompts):
    assert one(age, *codes).prompts == prompts


def test_each_element_says_what_it_rests_on_and_what_is_missing():
    weighed = one("adult", ACT, "MV-06", "PR-01", PU_SEX="unknown", ACT_HAR="not_shown")
    assert (weighed.act.shown, weighed.act.not_shown, weighed.act.gap) == (
        (ACT,),
        ("ACT-HAR",),
        "",
    )
    assert (weighed.means.gap, weighed.means.ask) == (
        "vulnerability_only",
        ("deception", "control", "vulnerability"),
    )
    assert (weighed.purpose.gap, weighed.purpose.unknown) == ("not_known", ("PU-SEX",))
    assert weighed.context == ("PR-01",)
    assert one("adult", MD_01="not_shown").means.gap == "looked_for"
    assert one("adult").means.gap == "nothing_recorded"
    assert one("adult", "MV-ABUSED").means.gap == "abuse_only"
    child = one("child", ACT, PURPOSE).means
    assert (child.needed, child.gap, child.ask) == (False, "not_needed", ())
    for gap in ("vulnerability_only", "not_known", "looked_for", "nothing_recorded", "not_needed"):
        assert str(PALERMO.gap(gap).label)
    for prompt in weighed.means.ask:
        assert str(PALERMO.prompt(prompt).help).endswith("?")


@pytest.mark.parametrize(
    ("episodes", "pathway"),
    [
        ([episode("SV-06")], "protection"),
        ([episode("SV-06", "SV-03")], "decision"),
        ([episode("SV-06", SV_03="not_shown")], "protection"),
        ([episode(SV_06="unknown")], "decision"),
        ([episode("SV-06", ACT, MEANS, PURPOSE)], "decision"),
        ([episode("SV-06"), episode(ACT, MEANS, PURPOSE)], "decision"),
        # One with an exploiter does not take the way to protection from the other.
        ([episode("SV-06"), episode("SV-03")], "protection"),
        ([episode("SV-06", ACT, PURPOSE)], "protection"),
    ],
)
def test_need_without_an_exploiter_leads_to_protection_never_to_a_negative(episodes, pathway):
    assert weigh("adult", episodes, PALERMO).pathway == pathway


# Whatever is found ------------------------------------------------------------------------------

CODES = [indicator.code for indicator in UK.screening.indicators]
CONTEXT = {i.code for i in UK.screening.indicators if i.element == "context"}
ages = st.sampled_from(["child", "adult", "disputed", "not_sure"])
findings = st.dictionaries(
    st.sampled_from(CODES), st.sampled_from(["shown", "not_shown", "unknown"]), max_size=14
)
episodes = st.lists(
    st.builds(
        lambda found, then: Episode(
            "it", tuple(Finding(code, state) for code, state in found.items()), then
        ),
        findings,
        st.sampled_from(["", "child", "adult"]),
    ),
    max_size=4,
)
laws = st.sampled_from([UK, PALERMO])


@given(ages, episodes, laws)
def test_the_case_has_the_best_result_of_its_episodes(age, given_, law):
    weighed = weigh(age, given_, law)
    ranks = [BEST_FIRST.index(result) for result in weighed.episode_results]
    assert BEST_FIRST.index(weighed.result) == min(ranks, default=5)
    if given_:
        assert weighed.best == ranks.index(min(ranks))


@given(ages, episodes, laws)
def test_a_disputed_or_unsure_age_is_weighed_as_a_childs(age, given_, law):
    results = {weigh(a, given_, law).as_json("x")["result"] for a in CHILD_RULE}
    assert len(results) == 1


@given(ages, episodes, laws)
def test_context_alone_never_changes_an_element_or_the_result(age, given_, law):
    bare = [
        Episode(e.name, tuple(f for f in e.findings if f.code not in CONTEXT), e.age_then)
        for e in given_
    ]
    before, after = weigh(age, bare, law), weigh(age, given_, law)
    assert before.episode_results == after.episode_results
    for one_, other in zip(before.episodes, after.episodes, strict=True):
        assert [e.state for e in one_.elements] == [e.state for e in other.elements]


@given(ages, episodes, laws, st.sampled_from(CODES))
def test_showing_one_more_indicator_never_makes_a_result_worse(age, given_, law, code):
    before = weigh(age, given_, law)
    more = [Episode(e.name, (*e.findings, Finding(code, "shown")), e.age_then) for e in given_]
    after = weigh(age, more, law)
    for old, new in zip(before.episodes, after.episodes, strict=True):
        assert not old.met or new.met
        for one_, other in zip(old.elements, new.elements, strict=True):
            assert one_.state != "PRESENT" or other.state == "PRESENT"


@given(episodes, laws)
def test_a_child_is_never_worse_off_than_an_adult(given_, law):
    same = [Episode(e.name, e.findings) for e in given_]
    for adult, child in zip(
        weigh("adult", same, law).episode_results,
        weigh("child", same, law).episode_results,
        strict=True,
    ):
        assert adult not in MET or child == "ELEMENTS_MET_CHILD"


@given(ages, episodes, laws, st.randoms())
def test_the_order_of_findings_does_not_matter(age, given_, law, random):
    mixed = []
    for e in given_:
        shuffled = list(e.findings)
        random.shuffle(shuffled)
        mixed.append(Episode(e.name, tuple(shuffled), e.age_then))
    assert weigh(age, given_, law).as_json("x") == weigh(age, mixed, law).as_json("x")


@given(ages, episodes, laws)
def test_nothing_met_asks_nothing_and_every_question_is_in_the_profile(age, given_, law):
    weighed = weigh(age, given_, law)
    for e in weighed.episodes:
        assert not e.met or not e.prompts
        assert set(e.prompts) <= set(weighed.prompts)
    for prompt in weighed.prompts:
        assert law.prompt(prompt).help


# Faults -----------------------------------------------------------------------------------------


def test_every_unknown_age_code_and_state_is_told_at_once():
    with pytest.raises(ScreeningFaults) as refused:
        weigh(
            "teenager",
            [
                Episode("a", (Finding("ACT-XXX", "shown"), Finding("MD-01", "maybe"))),
                Episode("b", (Finding("act-rec", ""),), age_then="minor"),
            ],
            UK,
        )
    assert refused.value.faults == (
        "age: unknown status 'teenager'; it is one of child, adult, disputed, not_sure",
        "episode 1: unknown indicator 'ACT-XXX'",
        "episode 1, MD-01: unknown state 'maybe'; it is one of shown, not_shown, unknown",
        "episode 2: unknown age_then 'minor'",
        "episode 2: unknown indicator 'act-rec'",
        "episode 2, act-rec: unknown state ''; it is one of shown, not_shown, unknown",
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["age", "status", "episodes", "findings", "code", "state", "name"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_shape_of_input_crashes_the_reader(data):
    with suppress(ScreeningFaults):
        weigh(*read_case(data), UK)


# The command ------------------------------------------------------------------------------------


def test_weigh_prints_one_object_a_line_and_nothing_else():
    out = StringIO()
    call_command("weigh", str(ROOT / "nrm/demonstration/vignettes.json"), stdout=out)
    lines = out.getvalue().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [case["id"] for case in VIGNETTES]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a person runs it, with no environment at all."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def test_weigh_needs_no_environment_and_tells_every_fault_on_stderr(tmp_path):
    good = run("weigh", "nrm/demonstration/vignettes.json")
    assert (good.returncode, good.stderr, len(good.stdout.splitlines())) == (0, "", len(VIGNETTES))

    finding = {"code": "XX-1", "state": "shown"}
    cases = [
        VIGNETTES[0],
        {
            "id": "A",
            "profile": "uk",
            "age": {"status": "old"},
            "episodes": [{"findings": [finding]}],
        },
        {"id": "B", "profile": "atlantis", "age": {}, "episodes": [{"findings": [7]}]},
        {"profile": "uk", "age": {"status": "adult"}},
        3,
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"vignettes": cases}))
    bad = run("weigh", str(file))
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.splitlines() == [
        "CommandError: 8 faults; nothing was screened.",
        "A: age: unknown status 'old'; it is one of child, adult, disputed, not_sure",
        "A: episode 1: unknown indicator 'XX-1'",
        'B: profile: There is no profile "atlantis".',
        "B: age: must be an object with a status",
        "B: episode 1, finding 1: must be an object with a code and a state",
        "case 4: id: must be a text",
        "case 4: episodes: must be a list",
        "case 5: must be an object",
    ]


@pytest.mark.parametrize("text", ["", "[1", '{"cases": []}', '"text"', "\udcff"])
def test_weigh_says_what_is_wrong_with_a_file(tmp_path, text):
    file = tmp_path / "cases.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError, match=r"cases\.json"):
        call_command("weigh", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("weigh", str(tmp_path / "absent.json"))
