"""Everything that stands on one case, read past every policy, in one statement that the database
has planned once: after each step of a life the whole case is read again."""

import json
import os
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

EVENTS = "audit_event"


@cache
def _reader() -> Any:
    """Signs in as the backup does, which reads everything and writes nothing."""
    name = connections["owner"].settings_dict["NAME"]
    url = os.environ["DATABASE_BACKUP_URL"]
    found = psycopg.connect(url, dbname=name, autocommit=True, prepare_threshold=0)
    found.execute("SET plan_cache_mode = force_generic_plan")
    return found


@cache
def _tables() -> dict[str, str]:
    """Each table that belongs to cases, and which of its rows are those of one: by the column that
    says so, or by the row of such a table that they belong to."""
    found = dict(
        _reader().execute(
            "SELECT c.relname, a.attname || ' = %(case)s' FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid"
            " AND a.attname IN ('case_id', 'content_object_id')"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND c.relname !~ '^(audit|django)_'"
            " UNION ALL SELECT 'cases_case', 'id = %(case)s' ORDER BY 1"
        )
    )
    found["cases_cover"] = "true"  # of people, and so of whatever case is theirs
    parts = _reader().execute(
        "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text"
        " FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY 1, 2"
    )
    for table, column, of in list(parts):
        if of in found and of != "cases_case" and table not in found:
            found[table] = f"{column} IN (SELECT id FROM {of} WHERE {found[of]})"
    return found


@cache
def _statement() -> str:
    # When a row is looked at next is no word about the case.
    looked_at = {
        name
        for (name,) in _reader().execute(
            "SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'next_look_at'"
        )
    }
    row = {table: "to_jsonb(t) ORDER BY t.ctid" for table in _tables()}
    row |= {table: "to_jsonb(t) - 'next_look_at' ORDER BY t.id" for table in looked_at & set(row)}
    parts = [
        f"SELECT '{table}', (SELECT jsonb_agg({row[table]})::text FROM {table} t WHERE {which})"
        for table, which in _tables().items()
    ]
    events = (
        f"SELECT '{EVENTS}', (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.id)::text FROM {EVENTS} e"
        " WHERE (e.case_id = %(case)s OR e.verb LIKE 'cover%%') AND e.id > %(told)s)"
    )
    return " UNION ALL ".join([*parts, events])


class Records:
    """The rows of a case as they were when they were last read, and what was new then."""

    def __init__(self, case: UUID) -> None:
        self.case = case
        self.events: list[dict[str, Any]] = []  # those that came since they were read before
        # What the trail says, which no row does: whom a restricted case was opened to by name, and
        # whether the prosecution was brought near.
        self._trail: dict[str, Any] = {"named": [], "brought near": False}
        self.asked: set[str] = set()  # what of all this was looked at, by table
        # The tables that changed since what holds was asked last, and at which each of it looked.
        self.changed: set[str] = set()
        self.looked: dict[Any, set[str]] = {}
        self._told = 0
        self._texts: dict[str, str | None] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def read(self) -> set[str]:
        """Reads them again. Returns the tables in which something has changed."""
        found = dict(_reader().execute(_statement(), {"case": self.case, "told": self._told}))
        self.events = json.loads(found.pop(EVENTS) or "[]")
        if self.events:
            self._told = self.events[-1]["id"]
        changed = {name for name, text in found.items() if text != self._texts.get(name)}
        self._texts = found
        for name in changed:
            self._rows.pop(name, None)
        for event in self.events:
            changed |= self._note(event["verb"], event["data"])
        self.changed |= changed
        return changed

    def _note(self, verb: str, data: dict[str, Any]) -> set[str]:
        if verb == "case.confidentiality_changed":
            self._trail["named"] = data["named"]
            return {"named"}
        if verb in ("case.brought_near", "case.taken_away"):
            self._trail["brought near"] = verb == "case.brought_near"
            return {"brought near"}
        return set()

    def said(self, what: str) -> Any:
        """What the trail says of `named` or `brought near`."""
        self.asked.add(what)
        return self._trail[what]

    def of(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """The rows of a table in which these columns have these values."""
        self.asked.add(table)
        if table not in self._rows:
            self._rows[table] = json.loads(self._texts[table] or "[]")
        return [row for row in self._rows[table] if all(row[k] == v for k, v in wanted.items())]

    @property
    def itself(self) -> dict[str, Any]:
        """The row of the case."""
        (row,) = self.of("cases_case")
        return row
