"""Records for tests: every value that a field can have, and records that somebody made up."""

from typing import Any

from hypothesis import strategies as st

from exchange.htcds.standard.fields import PARTS, Field, standard
from exchange.htcds.standard.record import RECORD_ID, Record

_TEXTS = ["Adaeze", "عائشة", "=1+1", "'+44 20", "a;b, c|d\ne", '"', "_x000D_", "01", "TRUE", "@x"]


def _samples(field: Field) -> list[Any]:
    if field.kind == "choice":
        return [code for code, _label in field.codes]
    if field.kind in ("choices", "countries"):
        codes = [code for code, _label in field.codes]
        return [(code,) for code in codes] + [tuple(codes)]
    return {
        "country": ["GB", "CM", "AQ"],
        "language": ["fra", "fre", "fr", "ckb", "bas", "und"],
        "date": ["1990-02-28", "2026-11-26"],
        "month": ["1990", "1990-12"],
        "number": [0, 7, 17.5, 45, -9.25] if "tude" in field.name else [0, 7, 17.5, 45],
        "checkbox": [True, False],
        "token": ["A-1", "uk:england"],
        "tokens": [("MX-02", "PU-CRIM"), ("uk:wages_taken",)],
    }.get(field.kind, _TEXTS)


SAMPLES: dict[str, list[Any]] = {
    field.name: _samples(field) for field in standard().fields.values()
}


def with_one(name: str, value: Any) -> Record:
    """A record that says one thing."""
    part = standard().fields[name].part
    if part:
        return Record({RECORD_ID: "A-1"}, {part: ({name: value},)})
    return Record({RECORD_ID: "A-1", name: value})


def _values(fields: list[Field]) -> st.SearchStrategy[dict[str, Any]]:
    of = {field.name: st.sampled_from(SAMPLES[field.name]) for field in fields}
    return st.fixed_dictionaries({}, optional=of)


_FIELDS = list(standard().fields.values())
_ONCE = [field for field in _FIELDS if not field.part and field.name != RECORD_ID]
_OF_PARTS = {part: [field for field in _FIELDS if field.part == part] for part in PARTS}


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Up to three records with different identifiers and up to three of each part."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        fields = {RECORD_ID: f"A-{number}"} | draw(_values(_ONCE))
        parts = {}
        for part, of in _OF_PARTS.items():
            items = draw(st.lists(_values(of), max_size=3))
            if kept := tuple(item for item in items if item):
                parts[part] = kept
        made.append(Record(fields, parts))
    return made
