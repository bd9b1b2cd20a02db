"""The columns of this room that hold sealed values."""

from identities.sealed import SealedColumn, register

_CASE = "JOIN cases_case c ON c.id = {}.case_id"
_SCREENING = "JOIN screening_screening s ON s.id = t.screening_id " + _CASE.format("s")
_EVIDENCE = (
    "JOIN screening_evidence e ON e.id = t.evidence_id "
    "JOIN screening_screening s ON s.id = e.screening_id " + _CASE.format("s")
)


def _column(table: str, column: str, joins: str) -> SealedColumn:
    return SealedColumn(f"screening_{table}", column, owner="c.person_id", lock="c.id", joins=joins)


def register_all() -> None:
    """Names them to the rotation of keys."""
    register(
        _column("screening", "differs", _CASE.format("t")),
        _column("evidence", "text", _SCREENING),
        _column("evidence", "reliability", _SCREENING),
        _column("earlierevidence", "text", _EVIDENCE),
        _column("earlierevidence", "reliability", _EVIDENCE),
        _column("contradiction", "explanation", _SCREENING),
    )
