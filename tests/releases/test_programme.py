"""What can be proved about a count is proved, and nothing else is: compared with trying out every
possibility."""

from itertools import product

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from reporting.attacks import programme
from reporting.attacks.homogeneity import alike
from reporting.attacks.programme import Attacker, Seen, Unfinished

AB = [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")]


def table(code, dimensions, bounds, hidden=(), period="q", **more):
    return Seen(period, code, "referrals", dimensions, bounds, frozenset(hidden), **more)


def exact(**counts: int) -> dict:
    return {tuple(code.split("_")): (count, count) for code, count in counts.items()}


@st.composite
def guarded(draw):
    """Two by two people and their margins, each number known to within a little."""
    counts = [draw(st.integers(0, 4)) for _ in AB]
    margins = {
        ("a", 0): counts[0] + counts[1],
        ("a", 1): counts[2] + counts[3],
        ("b", 0): counts[0] + counts[2],
        ("b", 1): counts[1] + counts[3],
    }

    def around(count: int) -> tuple[int, int]:
        low = max(0, count - draw(st.integers(0, 2)))
        return low, count + draw(st.integers(0, 2))

    cells = {cell: around(count) for cell, count in zip(AB, counts, strict=True)}
    sides = {where: around(count) for where, count in margins.items()}
    return cells, sides


def tried_out(cells, sides):
    """Every interval, by trying out every possibility."""
    spans = [range(low, high + 1) for low, high in cells.values()]
    possible = [
        way
        for way in product(*spans)
        if all(
            low <= way[x] + way[y] <= high
            for (low, high), (x, y) in zip(
                sides.values(), [(0, 1), (2, 3), (0, 2), (1, 3)], strict=True
            )
        )
    ]
    return {
        cell: (min(w[i] for w in possible), max(w[i] for w in possible))
        for i, cell in enumerate(AB)
    }


def attacked(cells, sides):
    tables = [
        table("ab", ("a", "b"), cells, AB),
        table("a", ("a",), {(f"a{n}",): sides["a", n] for n in (0, 1)}),
        table("b", ("b",), {(f"b{n}",): sides["b", n] for n in (0, 1)}),
    ]
    proof = Attacker(tables).prove()
    assert proof.feasible
    return {where[2]: interval for where, interval in proof.intervals.items()}


@settings(max_examples=60, deadline=None)
@for_all(guarded())
def test_each_interval_is_exactly_what_is_possible(given):
    assert attacked(*given) == tried_out(*given)


@settings(max_examples=15, deadline=None)
@for_all(guarded())
def test_the_integer_programmes_alone_prove_the_same(given):
    """As if no linear programme had come upon a whole solution."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programme, "_see", lambda *_: None)
        assert attacked(*given) == tried_out(*given)


def test_one_hidden_count_in_a_line_with_its_total_is_known():
    cells = {("x",): (0, 9), ("y",): (30, 30)}
    total = table("all", (), {(): (37, 37)})
    proof = Attacker([table("one", ("a",), cells, [("x",)]), total], sealed=False).prove()
    assert proof.recovered == [("q", "one", ("x",))]
    assert proof.intervals["q", "one", ("x",)] == (7, 7)


def test_sealed_cases_in_the_total_leave_it_open():
    cells = {("x",): (0, 9), ("y",): (30, 30)}
    total = table("all", (), {(): (37, 37)})
    proof = Attacker([table("one", ("a",), cells, [("x",)]), total], sealed=True).prove()
    assert proof.intervals["q", "one", ("x",)] == (0, 7)


def test_a_count_hidden_in_one_table_is_known_from_the_margin_of_another():
    """What each table by itself does not tell, two about the same people do."""
    first = table(
        "ab",
        ("a", "b"),
        {**exact(a0_b0=20, a0_b1=30), ("a1", "b0"): (0, 9), ("a1", "b1"): (0, 9)},
        AB[2:],
    )
    second = table("ac", ("a", "c"), exact(a0_c0=50, a1_c0=0))
    alone = Attacker([first]).prove()
    both = Attacker([first, second]).prove()
    assert alone.recovered == []
    assert set(both.recovered) == {("q", "ab", cell) for cell in AB[2:]}
    assert both.intervals["q", "ab", ("a1", "b0")] == (0, 0)


def test_other_kinds_of_count_and_tables_of_several_codes_a_person_tell_nothing_of_each_other():
    hidden = table("x", ("a",), {("a0",): (0, 9)}, [("a0",)])
    decisions = Seen("q", "y", "decisions", ("a",), exact(a0=4))
    services = table("z", ("a",), exact(a0=4), contribution=3)
    proof = Attacker([hidden, decisions, services]).prove()
    assert proof.intervals["q", "x", ("a0",)] == (0, 9)


def test_a_year_less_three_quarters_is_the_fourth():
    quarters = [
        table("a", ("a",), {("a0",): (12, 12)}, period=f"2026-Q{number}") for number in (1, 2, 3)
    ]
    fourth = table("a", ("a",), {("a0",): (0, 9)}, [("a0",)], period="2026-Q4")
    year = table("a", ("a",), {("a0",): (40, 40)}, period="2026")
    whole = {"2026": [f"2026-Q{number}" for number in (1, 2, 3, 4)]}
    proof = Attacker([*quarters, fourth, year], whole=whole).prove()
    assert proof.intervals["2026-Q4", "a", ("a0",)] == (4, 4)


def test_what_cannot_be_true_is_told():
    one = table("ab", ("a",), exact(a0=4, a1=4))
    other = table("ac", ("a", "c"), exact(a0_c0=4, a1_c0=5))
    assert not Attacker([one, other]).prove().feasible


def test_a_year_that_is_no_sum_is_still_no_more_than_its_quarters_but_for_corrections():
    """Who is in several quarters is one person of the year, in one cell."""

    def of(code: str, dimensions, year, *quarters):
        cell = ("a0",) * len(dimensions)
        counts = [table(code, dimensions, {cell: (year, year)}, [cell], period="2026")]
        for number, count in enumerate(quarters, 1):
            counts.append(table(code, dimensions, {cell: count}, [cell], period=f"2026-Q{number}"))
        return counts

    whole = {"2026": [f"2026-Q{number}" for number in (1, 2, 3, 4)]}
    known = (12, 12)
    cells = of("a", ("a",), 40, known, known, known, (0, 9))
    for corrected, low in ((0, 4), (3, 1), (5, 0)):
        proof = Attacker(cells, whole=whole, corrected=corrected).prove()
        assert proof.intervals["2026-Q4", "a", ("a0",)] == (low, 9), corrected
    total = of("all", (), 40, known, known, known, (0, 90))
    assert Attacker(total, whole=whole, corrected=5).prove().intervals["2026-Q4", "all", ()] == (
        0,
        45,
    )
    fewer = of("a", ("a",), 5, known, known, known, (0, 9))
    assert Attacker(fewer, whole=whole, corrected=0).prove().feasible
    assert not Attacker(fewer, whole=whole).prove().feasible


def test_every_programme_has_its_own_time_however_many_came_before_it():
    """HiGHS counts the time of a model from when it was made."""

    class Old:
        limit = 0.0

        def getRunTime(self):  # noqa: N802
            return 1000.0

        def setOptionValue(self, name, value):  # noqa: N802
            assert name == "time_limit"
            self.limit = value

        def run(self):
            pass

        def getModelStatus(self):  # noqa: N802
            late = self.limit <= self.getRunTime()
            status = programme.highspy.HighsModelStatus
            return status.kTimeLimit if late else status.kOptimal

        def modelStatusToString(self, status):  # noqa: N802
            return str(status)

    old = Old()
    assert programme._solved(old)
    assert old.limit == 1000 + programme._SECONDS


@pytest.mark.parametrize("late", ["first", "linear", "integer"])
def test_what_was_not_finished_in_time_is_neither_proved_nor_safe(monkeypatch, late):
    real, calls = programme._solved, []

    def slow(model):
        calls.append(model)
        if len(calls) == {"first": 1, "linear": 2, "integer": 4}[late]:
            monkeypatch.setattr(programme, "_SECONDS", 0.0)
        return real(model)

    monkeypatch.setattr(programme, "_solved", slow)
    monkeypatch.setattr(programme, "_see", lambda *_: None)
    options = {**programme._OPTIONS, "presolve": "off"}  # which needs no time for so small a one
    monkeypatch.setattr(programme, "_OPTIONS", options)
    cells = {cell: (0, 9) for cell in AB}
    sides = table("a", ("a",), {("a0",): (5, 5), ("a1",): (7, 9)})
    with pytest.raises(Unfinished):
        Attacker([table("ab", ("a", "b"), cells, AB[:1]), sides]).prove()
    assert len(calls) == {"first": 1, "linear": 2, "integer": 4}[late]


def test_a_group_of_which_all_have_the_same_is_found_and_one_of_which_perhaps_is_not():
    cells = {
        ("a0", "b0"): (50, 50),
        ("a0", "b1"): (0, 0),
        ("a1", "b0"): (20, 20),
        ("a1", "b1"): (0, 9),
    }
    tables = [table("ab", ("a", "b"), cells, [("a1", "b1")])]
    found = alike(tables, {("q", "ab", ("a1", "b1")): (0, 9)})
    assert [(one.dimension, one.cell) for one in found] == [("a", ("a0", "b0"))]
    proved = alike(tables, {("q", "ab", ("a1", "b1")): (0, 0)})
    assert ("a", ("a1", "b0")) in [(one.dimension, one.cell) for one in proved]
