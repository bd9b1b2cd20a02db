"""What is left of a count that is published."""

from hypothesis import given as for_all
from hypothesis import strategies as st

from reporting.releases.rule import Rule, published
from tests.releases.small import RULE

RULES = st.builds(Rule, threshold=st.integers(2, 30), rounding=st.integers(1, 10))


@for_all(st.integers(-200, 100_000))
def test_nothing_below_ten_is_shown_zeros_and_less_neither(count):
    shown = RULE.apply(count)
    if count < 10:
        assert shown is None
    else:
        assert shown is not None
        assert shown % 5 == 0
        assert abs(shown - count) <= 2


@for_all(RULES, st.integers(-50, 500))
def test_what_an_attacker_can_think_behind_a_number_is_all_that_it_can_be(rule, count):
    """Not less, or the attacks would prove what is not so; not more, or they would be too weak."""
    shown = rule.apply(count)
    low, high = rule.behind(shown)
    assert low <= max(0, count) <= high
    assert {rule.apply(one) for one in range(low, high + 1)} == {shown}
    assert rule.apply(high + 1) != shown
    assert low == 0 or rule.apply(low - 1) != shown


def test_each_count_is_judged_by_itself():
    counts = {"all": {(): 23}, "sex": {("female",): 14, ("male",): 9, ("other",): 0}}
    assert published(counts, RULE) == {
        "all": {(): 25},
        "sex": {("female",): 15, ("male",): None, ("other",): None},
    }
