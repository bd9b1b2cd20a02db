"""The file that is published: the same bytes everywhere, and no byte of it can be changed."""

import csv
import io
import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from reporting.attacks.population import invented
from reporting.releases.document import (
    DocumentFaults,
    _canonical,
    _digest,
    read_release,
    snapshot_hash,
)
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan, plans, true_counts
from tests.releases.small import Q1, a_release, small, table


def written(code: str = "uk", period: Period = Q1) -> bytes:
    plan = load_plan(code)
    counts = true_counts(plan, period.kind, invented(plan, 2000, seed=4))
    return a_release(plan, counts, period).as_bytes()


def signed(body: dict) -> bytes:
    """As somebody would write it who changes the file and its hash with it."""
    rest = {key: value for key, value in body.items() if key != "sha256"}
    return _canonical({**rest, "sha256": _digest(rest)})


@pytest.mark.parametrize("code", plans())
@pytest.mark.parametrize("period", [Q1, Period(2026)])
def test_a_release_is_read_as_it_was_written(code, period):
    data = written(code, period)
    found = read_release(data)
    assert found.as_bytes() == data
    assert found.period == period
    assert sum(table.epsilon for table in found.tables) == Fraction(1)
    assert json.loads(data)["sha256"] == found.sha256


def test_the_file_says_everything_that_a_reader_needs_and_nothing_that_was_counted():
    body = json.loads(written())
    assert body["epsilon"] == "1"
    assert body["epsilon_a_year"] == "5"
    assert body["first_day"] == "2026-01-01"
    assert body["last_day"] == "2026-03-31"
    assert body["rule"]["threshold"] == 10
    assert body["rule"]["zeros"] == "hidden"
    assert set(body["caveats"]) >= {"noise", "hidden", "totals", "sealed", "undercount"}
    for one in body["tables"]:
        for cell in one["cells"]:
            assert cell["count"] is None or (cell["count"] >= 10 and cell["count"] % 5 == 0)


@settings(max_examples=60, deadline=None)
@for_all(st.data())
def test_no_byte_can_be_changed(data):
    good = written_once()
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.integers(1, 255))
    bad = bytearray(good)
    bad[place] ^= other
    with pytest.raises(DocumentFaults):
        read_release(bytes(bad))


_WRITTEN: list[bytes] = []


def written_once() -> bytes:
    if not _WRITTEN:
        _WRITTEN.append(written())
    return _WRITTEN[0]


def changed(path: str, value: object) -> bytes:
    body = json.loads(written_once())
    *way, last = path.split(".")
    at = body
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return signed(body)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("tables.0.cells.0.count", 7, "a count that the rule does not allow"),
        ("tables.0.cells.0.count", 0, "a count that the rule does not allow"),
        ("tables.0.cells.0.count", 1001, "a count that the rule does not allow"),
        ("tables.0.cells.0.count", True, "a count that the rule does not allow"),
        ("tables.1.cells.0.codes", ["adult", "male"], "its cells are not those of its dimensions"),
        ("tables.0.epsilon", "1", "the shares of the tables are more than the whole"),
        ("tables.0.epsilon", "0", "has no noise"),
        ("tables.1.dimensions", ["age", "height"], "a dimension that is not described"),
        ("tables.1.code", "referrals", "one stands there twice"),
        ("epsilon", "9", "is more than that of a year"),
        ("rule.threshold", 1, "hides or rounds nothing"),
        ("snapshot_sha256", "none", "must be 64 hexadecimal digits"),
        ("period", "2026-01", "lacks something"),
        ("first_day", "2025-12-01", "other bytes than the canonical ones"),
        ("note", "hello", "other bytes than the canonical ones"),
        ("format", "csv", 'must be "nrm-release/1"'),
    ],
)
def test_a_file_that_is_no_release_is_refused_even_with_a_hash_that_fits(path, value, reason):
    with pytest.raises(DocumentFaults) as refused:
        read_release(changed(path, value))
    assert any(reason in fault for fault in refused.value.faults), refused.value.faults


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{}", b'{"format":"nrm-release/1"}'])
def test_what_is_no_release_at_all_is_refused_in_words(data):
    with pytest.raises(DocumentFaults):
        read_release(data)


def test_every_fault_is_told_at_once():
    body = json.loads(written_once())
    body["tables"][0]["cells"][0]["count"] = 3
    body["snapshot_sha256"] = "none"
    with pytest.raises(DocumentFaults) as refused:
        read_release(json.dumps(body).encode())
    assert len(refused.value.faults) == 3  # the hash too


def test_the_same_in_other_bytes_is_refused():
    pretty = json.dumps(json.loads(written_once()), indent=2).encode()
    with pytest.raises(DocumentFaults):
        read_release(pretty)


def test_csv_has_a_row_a_cell_marks_what_is_hidden_and_holds_no_formula():
    plan = small(table("=HYPERLINK", "sex"), table("all"))
    counts = {"=HYPERLINK": {(c,): 0 for c in ("female", "male", "other")}, "all": {(): 5000}}
    found = list(csv.reader(io.StringIO(a_release(plan, counts).as_csv())))
    head, *rows = found
    assert head[:4] == ["period", "table", "title", "of"]
    assert head[-1] == "count"
    assert len(rows) == 4
    assert [row[1] for row in rows] == ["'=HYPERLINK"] * 3 + ["all"]
    assert int(rows[3][-1]) == pytest.approx(5000, abs=200)
    assert {row[-1] for row in rows[:3]} <= {"[c]", "10", "15", "20", "25", "30", "35", "40"}
    for row in found:
        assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in row)


def test_csv_begins_with_what_to_know_of_it_as_remarks_that_readers_of_csv_pass_over():
    plan = small(table("by_sex", "sex"), table("all"))
    counts = {"by_sex": {(c,): 500 for c in ("female", "male", "other")}, "all": {(): 500}}
    about = ["Epsilon: 1", 'A "hash", of the rows,\nsalted', "=1+1"]
    text = a_release(plan, counts).as_csv(about=about, named=lambda code: f"Name of {code}")
    lines = text.split("\r\n")
    assert lines[:3] == ["# Epsilon: 1", "# A ”hash”; of the rows; salted", "# =1+1"]
    # A spreadsheet takes each for one cell.
    assert [len(row) for row in csv.reader(io.StringIO(text))][:3] == [1, 1, 1]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert [row["label_1"] for row in rows] == [
        "Name of female",
        "Name of male",
        "Name of other",
        "",
    ]
    assert all(row["count"] for row in rows)


def test_a_snapshot_cannot_be_tried_without_its_salt():
    rows = b"the rows"
    salt = bytes(range(16))
    assert snapshot_hash(rows, salt) == snapshot_hash(rows, salt)
    assert snapshot_hash(rows, salt) != snapshot_hash(rows, salt[::-1])
    assert snapshot_hash(rows, salt) != snapshot_hash(b"other rows", salt)
    with pytest.raises(ValueError, match="guessed"):
        snapshot_hash(rows, b"short")


@for_all(st.integers(1, 9999), st.sampled_from([None, 1, 2, 3, 4]))
def test_a_period_is_read_as_it_is_written(year, number):
    period = Period(year, number)
    text = f"{year:04}" + (f"-Q{number}" if number else "")
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["2026-Q5", "2026-Q", "26", "2026-13", "", "now", "2026-Q1-Q1"])
def test_what_is_no_period_is_not_read_as_one(text):
    assert Period.parse(text) is None


def test_a_year_ends_with_its_last_quarter():
    assert Period(2026).last_day == Period(2026, 4).last_day == date(2026, 12, 31)
    assert not Period(2026).closed_on(date(2026, 12, 31))
    assert Period(2026).closed_on(date(2027, 1, 1))
    assert Period(2026).quarters[0] == Period(2026, 1)
    assert Period(2026, 1).quarters == ()
