"""How much noise there is, and that it hides one person as well as it says.

The promise is measured on what is published, by people who are in the rows or not; the whole
measurement, of 20,000 runs, is `make attack`."""

from fractions import Fraction
from math import exp

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from reporting.releases import noise
from reporting.releases.noise import BudgetExceeded, noised, spread_of, within
from reporting.releases.tables import load_plan, plans, true_counts
from tests.releases.small import person, small, table


@pytest.mark.parametrize("code", plans())
@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_the_shares_of_the_tables_are_the_epsilon_of_the_release_and_no_more(code, kind):
    plan = load_plan(code)
    spreads = [spread_of(plan, table, kind) for table in plan.tables_of(kind)]
    assert sum(spread.epsilon for spread in spreads) == Fraction(plan.epsilon)
    for spread in spreads:
        # One person moves at most `contribution` counts by one each.
        assert Fraction(spread.contribution) / Fraction(spread.scale) <= spread.epsilon


def test_who_can_be_in_two_cells_gets_twice_the_noise():
    plan = small(table("one", "sex"), table("two", "service"))
    one, two = (spread_of(plan, table, "year").scale for table in plan.tables)
    assert two == pytest.approx(2 * one)


def test_each_count_gets_noise_of_its_own_and_totals_are_no_sums():
    plan = small(table("all"), table("sex", "sex"))
    rows = [person(sex="female")] * 100
    counts = true_counts(plan, "quarter", rows)
    drawn = [noised(plan, "quarter", counts) for _ in range(20)]
    assert any(one["all"][()] != sum(one["sex"].values()) for one in drawn)
    assert len({one["all"][()] for one in drawn}) > 1
    assert len({one["sex"]["other",] for one in drawn}) > 1
    assert counts["all"] == {(): 100}, "the true counts stay as they were"


def test_nothing_is_released_when_the_tables_would_spend_more_than_the_release(monkeypatch):
    plan = small(table("all"), table("sex", "sex"))
    counts = true_counts(plan, "quarter", [])
    half = noise.Spread(Fraction(1, 2), 1, 1.0)
    monkeypatch.setattr(noise, "spread_of", lambda *_: half)
    with pytest.raises(BudgetExceeded):
        noised(plan, "quarter", counts)


@for_all(
    st.floats(0.3, 60).map(lambda scale: round(scale, 3)), st.sampled_from([0.5, 0.05, 1e-3, 1e-6])
)
def test_within_is_the_first_number_that_noise_seldom_exceeds(scale, chance):
    def tail(number: int) -> float:
        q = exp(-1 / scale)
        return 2 * q ** (number + 1) / (1 + q)

    found = within(scale, chance)
    assert tail(found) <= chance * (1 + 1e-9)
    assert found == 0 or tail(found - 1) > chance * (1 - 1e-9)


def test_without_noise_nothing_is_exceeded():
    assert within(0, 0.01) == 0


@pytest.mark.parametrize("epsilon", [0.25, 1.0])
def test_noise_is_whole_centred_and_as_wide_as_its_scale_says(epsilon):
    plan = small(table("sex", "sex"), epsilon=str(epsilon))
    counts = {"sex": {(name,): 500 for name in ("female", "male", "other")}}
    drawn = [
        value - 500
        for _ in range(1000)
        for value in noised(plan, "quarter", counts)["sex"].values()
    ]
    q = exp(-epsilon)
    mean_size = 2 * q / (1 - q * q)
    assert all(isinstance(value, int) for value in drawn)
    assert sum(map(abs, drawn)) / len(drawn) == pytest.approx(mean_size, rel=0.15)
    # Six standard deviations of the mean: once in five hundred million.
    spread = (2 * q) ** 0.5 / (1 - q)
    assert abs(sum(drawn) / len(drawn)) < 6 * spread / len(drawn) ** 0.5
