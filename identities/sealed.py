"""Which columns of which tables hold sealed values, and whose.

Each room names its own when it starts. A rotation of keys goes through all of them; a test sees to
it that no binary column of a model is forgotten.
"""

from dataclasses import dataclass

from identities.crypto import Keys
from identities.models import PersonKey, UserKey


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values.

    `owner` is the SQL expression of its person's (or user's) id, for a row `t` of the table with
    `joins`; `lock` that of the id whose lock the actions take that write it. `bound_*` say what the
    values are bound to where that is not the column itself. `parts`: the rows are parts of a long
    value, by `number`, each bound to its place.
    """

    table: str
    column: str
    owner: str
    lock: str
    joins: str = ""
    keys: Keys = PersonKey
    bound_table: str = ""
    bound_column: str = ""
    bound_row: str = "t.id"
    parts: bool = False

    @property
    def bound(self) -> tuple[str, str]:
        """The table and column that its values are bound to."""
        return self.bound_table or self.table, self.bound_column or self.column


_columns: dict[tuple[str, str], SealedColumn] = {}


def register(*columns: SealedColumn) -> None:
    """Names sealed columns of a room."""
    for column in columns:
        _columns[column.table, column.column] = column


def sealed_columns(keys: Keys) -> tuple[SealedColumn, ...]:
    """Every sealed column whose values are under these keys."""
    return tuple(column for column in _columns.values() if column.keys is keys)


register(
    SealedColumn("identities_fact", "value", owner="t.person_id", lock="t.person_id"),
    SealedColumn("identities_disclosure", "reason", owner="t.person_id", lock="t.person_id"),
    SealedColumn("identities_legalhold", "note", owner="t.person_id", lock="t.case_id"),
    SealedColumn("identities_erasure", "note", owner="t.person_id", lock="t.case_id"),
    SealedColumn(
        "identities_kepttext", "content", owner="t.user_id", lock="t.user_id", keys=UserKey
    ),
    # The secrets of second factors, of the room below, which has no keys of its own.
    SealedColumn("accounts_factor", "secret", owner="t.user_id", lock="t.user_id", keys=UserKey),
)
