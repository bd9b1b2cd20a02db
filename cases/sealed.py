"""The columns of this room that hold sealed values."""

from identities.sealed import SealedColumn, register

_CASE = "JOIN cases_case c ON c.id = t.case_id"


def of_case(table: str, column: str, **more: str) -> SealedColumn:
    """A sealed column of a table whose rows belong to a case."""
    return SealedColumn(table, column, owner="c.person_id", lock="c.id", joins=_CASE, **more)


def register_all() -> None:
    """Names them to the rotation of keys."""
    register(
        SealedColumn("cases_draft", "answers", owner="t.person_id", lock="t.id"),
        of_case("cases_referral", "narrative"),
        of_case("cases_referral", "unknown_values"),
        of_case("cases_episode", "narrative"),
        of_case("cases_safecontact", "details"),
        of_case("cases_nominee", "told"),
        of_case("cases_cooperation", "words"),
        of_case("cases_allegation", "offence"),
        of_case("cases_note", "text"),
        of_case("cases_deadlineextension", "explanation"),
        of_case("cases_suspension", "note"),
        of_case("cases_withdrawal", "told"),
        of_case("cases_closure", "note"),
        of_case("cases_question", "told"),
        of_case("cases_question", "answer"),
        of_case("cases_provisional", "told"),
        of_case("cases_disqualification", "told"),
        of_case("cases_disqualification", "answer"),
        of_case("cases_disqualification", "reasons"),
        of_case("cases_disqualification", "look_told"),
        of_case("cases_disqualification", "look_answer"),
        of_case("cases_reconsideration", "told"),
        of_case("cases_reconsideration", "answer"),
        of_case("cases_decision", "reasons"),
        of_case("cases_decisionreview", "own_grounds"),
        of_case("cases_decisionreview", "reasons"),
        # What was read is the decision's own value, as it was sealed for it.
        of_case(
            "cases_decisionreview",
            "read_reasons",
            bound_table="cases_decision",
            bound_column="reasons",
            bound_row="t.decision_id",
        ),
        of_case("cases_emergencyaccess", "reason"),
        of_case("cases_bundle", "content"),
        of_case("cases_courtbundle", "content"),
        of_case("cases_letter", "content"),
        of_case("cases_matter", "told"),
        of_case("cases_caselink", "told"),
        of_case("cases_transfer", "content"),
        of_case("cases_hearing", "told"),
        of_case("cases_notice", "content"),
        of_case("cases_removal", "told"),
        of_case("cases_document", "told"),
        SealedColumn(
            "cases_documentpart",
            "data",
            owner="c.person_id",
            lock="c.id",
            joins="JOIN cases_document d ON d.id = t.document_id "
            "JOIN cases_case c ON c.id = d.case_id",
            bound_row="t.document_id",
            parts=True,
        ),
    )
