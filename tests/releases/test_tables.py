"""Which counts a release holds, and that a person counts in them no more often than the noise is
made for."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from nrm.profiles import profiles
from reporting.releases.tables import (
    PlanFaults,
    RowFaults,
    coarse,
    load_plan,
    plans,
    read_plan,
    true_counts,
)
from reporting.statistics.checks import faults_of_plans
from tests.releases.small import dimension, given, person, small, table


def test_every_profile_has_its_tables():
    assert set(plans()) == {profile.code for profile in profiles()}


def test_the_codes_of_the_casework_become_coarse_ones_and_none_is_made_up():
    """Whatever a coarse code says that it holds is a code of the profile."""
    assert faults_of_plans() == []
    plan = load_plan("uk")
    assert coarse(plan.dimension("responder"), ["nca"])[0] == "government"
    assert coarse(plan.dimension("responder"), ["a_new_kind"])[0] == "other"


@pytest.mark.parametrize("code", plans())
def test_a_quarter_has_at_most_six_two_way_tables_and_a_total_of_each_kind_of_decision(code):
    plan = load_plan(code)
    tables = plan.tables_of("quarter")
    assert sum(len(table.dimensions) == 2 for table in tables) <= 6
    totals = {table.of for table in tables if not table.dimensions}
    assert totals >= {"referrals", "first_decisions", "final_decisions"}


def test_one_nationality_is_in_no_list_only_because_of_this_periods_counts():
    nationality = load_plan("uk").dimension("nationality")
    assert coarse(nationality, ["AL"]) == ("AL",)
    assert coarse(nationality, ["LI"]) == ("other",)
    assert coarse(nationality, []) == ("unknown",)


def test_somebody_with_two_kinds_of_exploitation_is_counted_once():
    kind = load_plan("uk").dimension("exploitation")
    assert coarse(kind, ["forced_work", "prostitution"]) == ("several",)
    assert coarse(kind, ["forced_work", "wages_taken"]) == ("labour",)


@for_all(st.lists(st.sampled_from(["roof", "health", "money", "other", "unheard of", ""])))
def test_nobody_has_more_codes_than_the_noise_is_made_for(values):
    service = small().dimension("service")
    found = coarse(service, values)
    assert 1 <= len(found) <= service.at_most
    assert set(found) <= set(service.names)


def test_counts_have_every_cell_and_sealed_cases_only_in_totals():
    plan = small()
    rows = [
        person(sex="female", place="here"),
        person(sex="female", place="here", sealed=True),
        person(sex="male", place="abroad"),
        person(of=""),
    ]
    counts = true_counts(plan, "quarter", rows)
    assert counts["all"] == {(): 3}
    assert counts["sex_place"] == {
        ("female", "here"): 1,
        ("female", "abroad"): 0,
        ("male", "here"): 0,
        ("male", "abroad"): 1,
        ("other", "here"): 0,
        ("other", "abroad"): 0,
    }


def test_a_person_with_two_services_is_in_two_cells_and_the_noise_knows():
    plan = small(table("services", "service"))
    counts = true_counts(plan, "year", [person(service="roof health")])
    assert sum(counts["services"].values()) == 2
    assert plan.contribution(plan.tables[0]) == 2


def test_rows_that_would_count_too_often_are_refused_with_every_reason_and_no_code_of_theirs():
    rows = [
        person(sex="female", place="Zanzibar"),
        person(sex="female male", place="here"),
        person(sex="female"),
        person(sex="female", place="here", height="tall"),
        person(of="nothing"),
    ]
    with pytest.raises(RowFaults) as refused:
        true_counts(small(), "quarter", rows)
    assert refused.value.faults == [
        "height: no such dimension",
        "of: 'nothing' is not counted",
        "place: a code that is not in the list",
        "place: missing, and sex_place needs it",
        "sex: at most 1 different codes a person",
    ]
    assert "Zanzibar" not in str(refused.value)


SIX = [table(f"t{number}", f"d{number}", f"e{number}") for number in range(7)]
MANY = [dimension(f"{letter}{number}", "a b") for letter in "de" for number in range(7)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (given(*SIX, dimensions=MANY), "tables: at most 6 by two dimensions in a quarter"),
        (
            given(
                table("a", "sex", "place"), table("b", "place", "kind"), table("c", "kind", "sex")
            ),
            "tables[c]: closes a circle of two-way tables in a quarter",
        ),
        (
            given(table("a", "sex", "place"), table("b", "sex", "place")),
            "tables[b]: closes a circle",
        ),
        (given(table("a", "sex", "place", "kind")), "tables[a].dimensions: at most two"),
        (given(table("a", "height")), "tables[a]: no dimension 'height'"),
        (given(table("a", quarter=-1)), "tables[a]: parts of epsilon cannot be negative"),
        (given(table("a", quarter=0)), "tables: none is in a release of a quarter"),
        (given(epsilon="nothing"), "epsilon: must be a number above 0"),
        (given(epsilon="6"), "epsilon_a_year: must be enough for one release"),
        (given(table("a"), table("a")), "tables: 'a' stands there twice"),
        (given(dimensions=[dimension("sex", "a a")]), "dimensions[sex]: 'a' stands there twice"),
        (
            given(dimensions=[dimension("sex", "a b", other="c")]),
            "dimensions[sex].other: 'c' is not one of its codes",
        ),
        (
            given(dimensions=[dimension("sex", "a b", several="b", at_most=2)]),
            "dimensions[sex].at_most: 1 or more",
        ),
        (given(verified="yes"), "verified: must be true or false"),
    ],
)
def test_tables_that_nobody_could_keep_safe_are_refused(bad, reason):
    with pytest.raises(PlanFaults) as refused:
        read_plan(bad)
    assert any(fault.startswith(reason) for fault in refused.value.faults), refused.value.faults


def test_two_kinds_of_count_may_share_dimensions_without_a_circle():
    both = [table("a", "sex", "place"), table("b", "sex", "place", of="decisions")]
    assert len(read_plan(given(*both)).tables) == 2
