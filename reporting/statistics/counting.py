"""Counting a snapshot as nrm_reporting, which reads snapshots and nothing else: true counts, for
the noise and for nobody else, and the salted hash of the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from reporting.releases.document import SnapshotHash
from reporting.releases.tables import Cell, Counts, PeriodKind, Plan, Table
from reporting.statistics.freezing import COLUMNS, KINDS

Reader = psycopg.Connection[Any]


class NoSignIn(RuntimeError):
    """This process was given no sign-in of nrm_reporting."""


@contextmanager
def statistics() -> Iterator[Reader]:
    """A connection of nrm_reporting. Raises NoSignIn where DATABASE_REPORTING_URL is not set."""
    if not settings.REPORTING_URL:
        raise NoSignIn("DATABASE_REPORTING_URL is not set: it counts what was frozen.")
    # In tests the database has another name than in the address.
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(settings.REPORTING_URL, dbname=name, autocommit=True) as connection:
        yield connection


def counts(reader: Reader, snapshot: UUID, plan: Plan, kind: PeriodKind) -> Counts:
    """The true counts of every cell of a release, empty ones too. A sealed case is in totals only.
    One statement a table."""
    return {table.code: _count(reader, snapshot, plan, table) for table in plan.tables_of(kind)}


def _count(reader: Reader, snapshot: UUID, plan: Plan, table: Table) -> dict[Cell, int]:
    columns = [sql.Identifier(code) for code in table.dimensions]
    many = {one.code for one in plan.dimensions if one.at_most > 1}
    told = [
        sql.SQL("unnest({})").format(column) if code in many else column
        for code, column in zip(table.dimensions, columns, strict=True)
    ]
    query = sql.SQL(
        "SELECT {told} count(*) FROM (SELECT {inner} FROM reporting_snapshotrow"
        " WHERE snapshot_id = %s AND {of}{open}) t {by}"
    ).format(
        told=sql.SQL("").join(sql.SQL("{}, ").format(column) for column in columns),
        inner=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(value, column)
            for value, column in zip(told, columns, strict=True)
        ),
        of=sql.Identifier(KINDS[table.of]),
        open=sql.SQL(" AND NOT sealed") if columns else sql.SQL(""),
        by=sql.SQL("GROUP BY {}").format(sql.SQL(", ").join(columns)) if columns else sql.SQL(""),
    )
    found = {tuple(row[:-1]): row[-1] for row in reader.execute(query, [snapshot]).fetchall()}
    cells = list(product(*(plan.dimension(code).names for code in table.dimensions)))
    if strange := found.keys() - set(cells):
        raise ValueError(f"{table.code}: {len(strange)} cells that the plan does not have")
    return {cell: found.get(cell, 0) for cell in cells}


def hash_of(reader: Reader, snapshot: UUID) -> str:
    """The salted hash of the rows, in the order of their codes. Of rows that were frozen before a
    column was there it is without it, as it was published. Reads them as they come: a million rows
    take no more memory than one."""
    row = reader.execute(
        "SELECT salt FROM reporting_snapshot WHERE release_id = %s", [snapshot]
    ).fetchone()
    if row is None:
        raise LookupError("This snapshot is not there.")
    digest = SnapshotHash(bytes(row[0]))
    columns = [*COLUMNS]
    before = (
        "SELECT EXISTS (SELECT FROM reporting_snapshotrow"
        " WHERE snapshot_id = %s AND authority IS NULL)"
    )
    if reader.execute(before, [snapshot]).fetchone() == (True,):
        columns.remove("authority")
    query = sql.SQL(
        "COPY (SELECT {} FROM reporting_snapshotrow WHERE snapshot_id = {} ORDER BY number)"
        " TO STDOUT"
    ).format(sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Literal(snapshot))
    with reader.cursor() as cursor, cursor.copy(query) as copy:
        for part in copy:
            digest.add(bytes(part))
    return digest.hexdigest()
