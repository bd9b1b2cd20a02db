"""The form in which lists read the grants: one row a holder and case, with what a list is ordered
and narrowed by, kept by triggers of the database on grants, cases, clocks and pseudonyms.

Guardian's tables stay the record of who stands near to which case, and `Case.objects.visible_to`
decides. These rows only say in which order to ask it, so a row that were wrong could hide a case
from a list and never show one. `wrong_lists` compares them with the record.

A holder is a shelf: everybody of a group at one nearness, or one person at one nearness in one
authority, their own cases (they are the caseworker) apart from those that they see besides.
"""

from hashlib import sha256
from uuid import UUID

from django.db import connection, connections, models, transaction

# The bits of `state`. Open cases are below CLOSED.
UNASSIGNED, CHILD, CLOSED = 1, 2, 4
_OPEN = models.Q(state__lt=CLOSED)
_GIVEN = _OPEN & models.Q(caseworker__isnull=False)


def _index(name: str, *columns: str, condition: models.Q | None = None) -> models.Index:
    return models.Index(fields=["shelf", *columns, "case_id"], name=name, condition=condition)


class ListedCase(models.Model):
    """A case on the shelf of somebody who stands near to it. Only the database writes here."""

    pk = models.CompositePrimaryKey("case_id", "shelf")
    case_id = models.UUIDField()
    shelf = models.BigIntegerField(help_text="The first eight bytes of a SHA-256 of the holder.")
    state = models.SmallIntegerField()
    # The next date to meet. 30 December 9999 where none runs, 31 December where it is paused.
    due = models.DateTimeField()
    opened = models.DateTimeField()
    since = models.DateTimeField(help_text="When the stage began.")
    stage = models.CharField(max_length=40)
    caseworker = models.UUIDField(null=True)
    pseudonym = models.CharField(max_length=60, db_collation="C", help_text="In small letters.")
    ends_at = models.DateTimeField(null=True)
    in_review = models.BooleanField(default=False, help_text="A decision waits for a reader.")

    class Meta:
        default_permissions = ()
        indexes = [
            _index("listed_due", "state", "due", condition=_OPEN),
            _index("listed_opened", "state", "opened"),
            _index("listed_since", "state", "since", condition=_OPEN),
            _index("listed_stage_due", "stage", "due", condition=_OPEN),
            _index("listed_stage_opened", "stage", "opened", condition=_OPEN),
            _index("listed_stage_since", "stage", "since", condition=_OPEN),
            _index("listed_worker_due", "caseworker", "due", condition=_GIVEN),
            _index("listed_worker_opened", "caseworker", "opened", condition=_GIVEN),
            _index("listed_worker_since", "caseworker", "since", condition=_GIVEN),
            _index("listed_pseudonym", "pseudonym"),
            _index("listed_review", "due", condition=models.Q(in_review=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} on {self.shelf}"


def _shelf(words: str) -> int:
    return int.from_bytes(sha256(words.encode()).digest()[:8], "big", signed=True)


def group_shelf(group: int, nearness: str) -> int:
    """The shelf of everybody in the group, at this nearness."""
    return _shelf(f"group:{group}:{nearness}")


def own_shelf(user: UUID, nearness: str, authority: UUID) -> int:
    """The shelf of the cases of an authority that a person was given, and whose caseworker they
    are."""
    return _shelf(f"own:{user}:{nearness}:{authority}")


def other_shelf(user: UUID, nearness: str, authority: UUID) -> int:
    """The shelf of the cases of an authority to which a person was brought near by name, and whose
    caseworker they are not."""
    return _shelf(f"other:{user}:{nearness}:{authority}")


def list_when_the_case_is_written() -> None:
    """For the rest of the transaction, a decision that goes to or from a reader is put in its lists
    with the case that is written after it: one writing of the rows, not two. At the end of the
    transaction the database makes sure of it. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS cases_decision_listed DEFERRED")


def rebuild_lists(*, using: str = "owner") -> int:
    """Makes every row anew from grants, cases and clocks, and returns how many there are. For use
    after rows were loaded with triggers off. Waits for whoever writes to a case, and lets nobody
    write until it is done. `using` is a connection of the owner. Measured: docs/operators.md."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT cases_rebuild_lists()")
        return int(cursor.fetchone()[0])


_WRONG = """
SELECT count(*) FROM (
    (SELECT * FROM cases_to_list EXCEPT ALL SELECT {columns} FROM cases_listedcase)
    UNION ALL
    (SELECT {columns} FROM cases_listedcase EXCEPT ALL SELECT * FROM cases_to_list)
) AS wrong
"""
_COLUMNS = (
    "case_id, shelf, state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review"
)


def wrong_lists(*, using: str = "owner") -> int:
    """How many rows are missing, too many or different from what the grants say: 0 unless somebody
    wrote past the triggers. Reads everything; `using` is a connection of the owner."""
    with connections[using].cursor() as cursor:
        cursor.execute(_WRONG.format(columns=_COLUMNS))
        return int(cursor.fetchone()[0])
