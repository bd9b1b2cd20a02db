"""Raw SQL as the web signs in, with no filter of the application's: what each person, the system
and nobody can read and write of each protected table, against tests.second_lock.expected."""

import itertools
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from django.db import DatabaseError, connections, transaction

from cases import rights
from nrm.accounts.models import SYSTEM_ID, User
from nrm.accounts.roles import Role
from tests.second_lock.expected import (
    ANY_RIGHT,
    RULES,
    Facts,
    Row,
    Standing,
    Who,
    key_of,
    may,
    readable,
)
from tests.watching import WATCHER

REFUSED = "42501"  # the policy's no, and that of a missing privilege
PASSED, OBJECTED = "passed", "objected"
SAMPLE = 6  # rows of each side that are copied for somebody


class _Undo(Exception):
    pass


@contextmanager
def told(who: Who, *, case: str = "") -> Iterator[Any]:
    """A cursor of nrm_web in whose transaction the database was told who acts, and nothing else.
    What is done is undone."""
    try:
        with transaction.atomic("default"), connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('nrm.actor', %s, true), set_config('nrm.case', %s, true)",
                [who.pk, case],
            )
            yield cursor
            raise _Undo
    except _Undo:
        pass


def everybody(world: Any) -> list[Who]:
    """Each account of the world, the system and nobody. Read afresh: what they hold is kept."""
    people = [Who(name, User.objects.get(pk=user.pk)) for name, user in world.users.items()]
    return [*people, Who("system", User.objects.get(pk=SYSTEM_ID)), Who("nobody")]


def _code(error: DatabaseError) -> str:
    return str(getattr(error.__cause__, "sqlstate", ""))


def _try(cursor: Any, text: str, values: Any = None) -> tuple[str, int]:
    """What became of it, and how many rows it touched; it is undone. A constraint (23…) is asked
    after the policy; a trigger of ours may object before it."""
    count = 0
    try:
        with transaction.atomic("default"):
            cursor.execute(text, values)
            count = cursor.rowcount
            raise _Undo
    except _Undo:
        return PASSED, count
    except DatabaseError as error:
        code = _code(error)
        return {REFUSED: REFUSED, "P0001": OBJECTED}.get(code, PASSED), 0


def _may_at_all(table: str, verb: str) -> bool:
    with connections[WATCHER].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('nrm_web', %s, %s)", [table, verb])
        return bool(cursor.fetchone()[0])


def _changeable(table: str) -> str:
    """A column that the web may change; empty where there is none."""
    with connections[WATCHER].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(min(a.attname), '') FROM pg_attribute a"
            " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
            " AND has_column_privilege('nrm_web', a.attrelid, a.attnum, 'UPDATE')",
            [table],
        )
        return str(cursor.fetchone()[0])


class Asking:
    """Asks about everybody and each table. `faults` says what was wrong, in sentences."""

    def __init__(self, world: Any) -> None:
        self.facts = Facts.read(RULES)
        self.people = everybody(world)
        self.standing = {who.name: Standing(who) for who in self.people}
        self.rights = {
            (table, verb): _may_at_all(table, verb)
            for table in RULES
            for verb in ("INSERT", "UPDATE", "DELETE")
        }
        # Some tables let a few of their columns be changed and no other.
        self.changeable = {
            table: column
            for table in RULES
            if not self.rights[table, "UPDATE"] and (column := _changeable(table))
        }
        self.rights |= {(table, "UPDATE"): True for table in self.changeable}
        self._constants = {table: _constant(table, self.facts) for table in RULES}
        self.asked = 0

    def faults(self, tables: Iterable[str] = RULES, *, first: bool = False) -> list[str]:
        """Everything that differs; with `first`, as soon as something does."""
        found: list[str] = []
        for fault in self._faults(list(tables)):
            found.append(fault)
            if first:
                break
        return found

    def reads(self) -> Iterator[str]:
        """What differs in what everybody reads of each table, and of nothing else."""
        for who in self.people:
            with told(who) as cursor:
                for table in RULES:
                    yield from self._reads(cursor, table, who, self.standing[who.name])

    def _faults(self, tables: list[str]) -> Iterator[str]:
        for who in self.people:
            standing = self.standing[who.name]
            with told(who) as cursor:
                for table in tables:
                    yield from self._reads(cursor, table, who, standing)
                for table in tables:
                    yield from self._changes(cursor, table, who, standing)
            for table in tables:
                yield from self._inserts(table, who, standing)
                yield from self._in_ones_own_name(table, who, standing)
                if table == "cases_bundledocument":
                    yield from self._shares_documents(table, who, standing)
                yield from self._moves(table, who, standing)

    def _reads(self, cursor: Any, table: str, who: Who, standing: Standing) -> Iterator[str]:
        self.asked += 1
        cursor.execute(f"SELECT {key_of(table)} FROM {table}")
        got = {key for (key,) in cursor.fetchall()}
        wanted = readable(table, standing, self.facts)
        if got - wanted:
            yield f"{who.name} reads {len(got - wanted)} rows of {table} too many"
        if wanted - got:
            yield f"{who.name} does not read {len(wanted - got)} rows of {table}"

    def _changes(self, cursor: Any, table: str, who: Who, standing: Standing) -> Iterator[str]:
        rows = self.facts.rows[table]
        column = "case_id" if table == "cases_listedcase" else "id"
        column = self.changeable.get(table, column)
        for verb, text in (
            ("update", f"UPDATE {table} SET {column} = {column} WHERE {key_of(table)} = %s"),
            ("delete", f"DELETE FROM {table} WHERE {key_of(table)} = %s"),
        ):
            if not self.rights[table, verb.upper()]:
                continue  # refused to everybody, which tests.ground.test_privileges sees to
            wanted = {key for key in rows if may(verb, table, key, standing, self.facts)}
            self.asked += 1
            # All at once is what a forgotten filter does; one at a time where a trigger objects.
            came, count = _try(cursor, text.partition(" WHERE ")[0])
            if came != PASSED:
                reached = {key for key in rows if _reaches(cursor, text, key)}
                if reached != wanted:
                    yield f"{who.name} can {verb} other rows of {table} than they may"
            elif count != len(wanted):
                yield f"{who.name} can {verb} {count} rows of {table} instead of {len(wanted)}"
            if verb == "update" and (said := self._blind(cursor, table, wanted)):
                yield f"{who.name} {said}"

    def _inserts(self, table: str, who: Who, standing: Standing) -> Iterator[str]:
        if not self.rights[table, "INSERT"]:
            return
        keys = sorted(self.facts.rows[table])
        allowed = [key for key in keys if may("insert", table, key, standing, self.facts)]
        others = [key for key in keys if key not in set(allowed)]
        # What somebody sees and may not write comes first, then what is of a case that they see.
        seen, cases = readable(table, standing, self.facts), standing.cases(ANY_RIGHT)
        others.sort(key=lambda key: (key not in seen, self.facts.cases[table][key] not in cases))
        for keep, some in ((True, allowed[:SAMPLE]), (False, others[:SAMPLE])):
            for key in some:
                self.asked += 1
                row = self.facts.rows[table][key]
                with told(who, case=self.facts.cases[table][key]) as cursor:
                    came, _count = insert(cursor, table, row)
                if came == REFUSED if keep else came == PASSED:
                    how = "cannot insert" if keep else "can insert"
                    yield f"{who.name} {how} a row of {table}"

    def _in_ones_own_name(self, table: str, who: Who, standing: Standing) -> Iterator[str]:
        """A row of each case, made one's own; and about another person than that of the case."""
        if table == "protection_clinicalnote" and who.acts:
            for key, row in sorted(self.facts.rows[table].items()):
                mine = {**row, "author_id": who.pk, "submission_key": None}
                yield from self._written(table, who, standing, key, mine)
        if table not in IN_THE_NAME_OF or not who.acts or not self.rights[table, "INSERT"]:
            return
        column, more = IN_THE_NAME_OF[table]
        rows = self.facts.rows[table]
        # Of a pair of cases, for each that is the second one; and for each release.
        templates = {
            row.get("into_id") or row.get("other_id") or row.get("release_id"): key
            for key, row in reversed(list(rows.items()))
        }
        for template, case in itertools.product(templates.values(), self._one_of_each(table)):
            row = {**self.facts.rows[table][template], column: who.pk, **more}
            if "case_id" in row:
                row["case_id"] = case["id"]
                if "person_id" in row and column != "person_id":
                    row["person_id"] = case["person_id"]
            yield from self._written(table, who, standing, template, row)
            if table == "cases_transfer":
                of_it = {**row, "authority_id": case["authority_id"]}
                yield from self._written(table, who, standing, template, of_it)
                yield from self._written(
                    table, who, standing, template, {**of_it, "state": "accepted"}
                )
            if table == "cases_exclusion":
                for reason in ("conflict_of_interest", "named"):
                    mine = {**row, "user_id": who.pk, "reason": reason}
                    yield from self._written(table, who, standing, template, mine)
            if column not in STAMPED:
                other = next(p.pk for p in self.people if p.acts and p.pk != who.pk)
                named = {column: other, **({"user_id": who.pk} if "reason" in more else {})}
                yield from self._written(table, who, standing, template, {**row, **named})
            if "person_id" in row and column != "person_id":
                other = next(
                    p for p in self.facts.rows["identities_person"] if p != row["person_id"]
                )
                with told(who, case=case["id"]) as cursor:
                    if insert(cursor, table, {**row, "person_id": other})[0] == PASSED:
                        yield f"{who.name} inserts a row of {table} about another person"

    def _shares_documents(self, table: str, who: Who, standing: Standing) -> Iterator[str]:
        """Each bundle with each document that is not in it yet, of whatever case."""
        rows = self.facts.rows[table]
        template = next(iter(rows))
        known = {(row["bundle_id"], row["document_id"]) for row in rows.values()}
        for pair in itertools.product(
            self.facts.rows["cases_bundle"], self.facts.rows["cases_document"]
        ):
            if pair not in known:
                row = {**rows[template], "bundle_id": pair[0], "document_id": pair[1]}
                yield from self._written(table, who, standing, template, row)

    def _one_of_each(self, table: str) -> list[Row]:
        """The cases for which somebody tries to write in their own name."""
        if "case_id" not in next(iter(self.facts.rows[table].values())):
            return [{}]
        return [row for _pk, row in sorted(self.facts.rows["cases_case"].items())]

    def _written(
        self, table: str, who: Who, standing: Standing, template: str, row: Row
    ) -> Iterator[str]:
        self.asked += 1
        allowed = may("insert", table, template, standing, self.facts, **row)
        with told(who, case=row.get("case_id") or "") as cursor:
            came, _count = insert(cursor, table, row)
        if (came == PASSED) is not allowed:
            yield f"{who.name} inserts a row of {table} in a name of their choice: {came}"

    def _blind(self, cursor: Any, table: str, wanted: set[str]) -> str:
        """A change that reads no column meets the policies of the change alone."""
        column, value = self._constants[table]
        if not column:
            return ""
        came, count = _try(cursor, f'UPDATE {table} SET "{column}" = %s', [value])
        if came == REFUSED or (came == PASSED and count not in (0, len(wanted))):
            return f"changes {count} rows of {table} unread instead of {len(wanted)} ({came})"
        if not wanted and came == OBJECTED:
            return f"reaches rows of {table} unread"
        return ""

    def _moves(self, table: str, who: Who, standing: Standing) -> Iterator[str]:
        """Somebody's own row becomes one of a case that is not theirs, or somebody else's."""
        if not self.rights[table, "UPDATE"]:
            return
        rows = self.facts.rows[table]
        own = [key for key in sorted(rows) if may("update", table, key, standing, self.facts)]
        if not own or len(own) == len(rows):
            return
        if table in ("identities_legalhold", "identities_erasure"):
            yield from self._becomes_anothers(table, who, standing, own)
        foreign = next(
            (row for key, row in sorted(rows.items()) if not
             may("update", table, key, standing, self.facts)), None
        )  # fmt: skip
        for column in _LEADS_AWAY:
            if (table, column) in _LEADS_NOWHERE:
                continue
            if foreign is None or column not in foreign or not foreign[column]:
                continue
            if str(rows[own[0]][column]) == str(foreign[column]):
                continue
            self.asked += 1
            with told(who) as cursor:
                came, count = _try(
                    cursor,
                    f"UPDATE {table} SET {column} = %s WHERE {key_of(table)} = %s",
                    [foreign[column], own[0]],
                )
            if came == PASSED and count:
                yield f"{who.name} moves a row of {table} away by its {column}"

    def _becomes_anothers(
        self, table: str, who: Who, standing: Standing, own: list[str]
    ) -> Iterator[str]:
        """What was asked about one person is not about another of whom they see a case."""
        cases = standing.cases(rights.KEEP_OR_ERASE)
        taken = {row["person_id"] for row in self.facts.rows[table].values()}
        mine = {self.facts.rows["cases_case"][pk]["person_id"] for pk in cases} - taken
        for key, person in itertools.product(own, sorted(mine)[:1]):
            with told(who) as cursor:
                change = f"UPDATE {table} SET person_id = %s WHERE id = %s"
                came, count = _try(cursor, change, [person, key])
            if came == PASSED and count:
                yield f"{who.name} makes a row of {table} another person's"

    def opening(self) -> Iterator[str]:
        """Each person tries to open a case, and to write what belongs to it in the same
        transaction."""
        for who in self.people:
            refers = self.standing[who.name].holds(Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)
            new = str(uuid4())
            case = next(iter(self.facts.rows["cases_case"].values()))
            with told(who, case=new) as cursor:
                made = {**case, "id": new, "reference": new[:20]}
                if not refers:
                    # As if somebody had: what belongs to it is refused by itself.
                    cursor.execute("SELECT set_config('nrm.opened', '', true)")
                    if insert(cursor, "cases_case", made, id=new)[0] == PASSED:
                        yield f"{who.name} opens a case"
                    continue
                cursor.execute(_INSERT.format(table="cases_case"), [json.dumps(made)])
                yield from self._of_opened(cursor, who, made, opened=True)
                cursor.execute("SELECT set_config('nrm.opened', '', true)")
                yield from self._of_opened(cursor, who, made, opened=False)

    def _of_opened(self, cursor: Any, who: Who, case: Row, *, opened: bool) -> Iterator[str]:
        self.asked += 1
        cursor.execute("SELECT count(*) FROM cases_case WHERE id = %s", [case["id"]])
        if bool(cursor.fetchone()[0]) is not opened:
            yield f"{who.name}: a case is read while it is opened and not after ({opened})"
        if (
            _try(cursor, "UPDATE cases_case SET stage = stage WHERE id = %s", [case["id"]])[1]
            != opened
        ):
            yield f"{who.name}: a case is changed while it is opened and not after ({opened})"
        team = next(iter(self.standing[who.name].teams()), None)
        for table in WRITTEN_AT_OPENING:
            row = next(iter(self.facts.rows[table].values()))
            column = "content_object_id" if "content_object_id" in row else "case_id"
            more: dict[str, Any] = {column: case["id"]}
            if table == "cases_referral":
                more |= {"organisation_id": team, "receipt": case["id"][:20]}
                more |= {"submission_key": str(uuid4()), "external_id": None}
            came, _count = insert(cursor, table, row, **more)
            if (came == PASSED) is not opened:
                yield f"{who.name}: {table} is written at opening and not after ({opened})"
            if opened:
                cursor.execute("SAVEPOINT read_back")
                kept = {**row, **more, "id": _new_id(row)}
                cursor.execute(_INSERT.format(table=table), [json.dumps(kept)])
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [case["id"]])
                if cursor.fetchone()[0] != 1:
                    yield f"{who.name}: {table} is not read back at opening"
                cursor.execute("ROLLBACK TO SAVEPOINT read_back")
        strange = {"case_id": case["id"], "organisation_id": _STRANGE_TEAM}
        sample = next(iter(self.facts.rows["cases_referral"].values()))
        strange |= {"receipt": case["id"][:20], "submission_key": str(uuid4())}
        if insert(cursor, "cases_referral", sample, external_id=None, **strange)[0] == PASSED:
            yield f"{who.name}: refers for an organisation that is not theirs"
        disclosure = next(iter(self.facts.rows["identities_disclosure"].values()))
        for purpose in ("recording", "contact"):
            about = {"person_id": case["person_id"], "purpose": purpose}
            came, _count = insert(cursor, "identities_disclosure", disclosure, **about)
            if (came == PASSED) is not (opened and purpose == "recording"):
                yield f"{who.name}: discloses for {purpose} ({opened})"
        other = next(pk for pk in self.facts.rows["identities_person"] if pk != case["person_id"])
        about = {"person_id": other, "purpose": "recording"}
        if insert(cursor, "identities_disclosure", disclosure, **about)[0] == PASSED:
            yield f"{who.name}: records who another person is"


def owners_faults(tables: Iterable[str]) -> Iterator[str]:
    """The owner's triggers and migrations reach every row."""
    for table in tables:
        with connections[WATCHER].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            rows = cursor.fetchone()[0]
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            if cursor.fetchone()[0] != rows:
                yield f"the owner does not reach every row of {table}"


def jobs_faults(tables: Iterable[str], facts: Facts, caseworker: Any) -> Iterator[str]:
    """What the worker's sign-in reads: as the system what is said of the system, and nothing as
    anybody else."""
    url = urlsplit(os.environ["DATABASE_WORKER_URL"])
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(urlunsplit(url._replace(path=f"/{name}")), autocommit=True) as worker:
        for actor in (SYSTEM_ID, caseworker.pk):
            worker.execute("SELECT set_config('nrm.actor', %s, false)", [str(actor)])
            worker.execute("SELECT set_config('nrm.standing', '', false)")
            for table in tables:
                allowed = worker.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
                if not allowed.fetchone()[0]:
                    continue
                found = worker.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                every = actor == SYSTEM_ID and (
                    "read" in RULES[table].system or table == "identities_person"
                )
                if found != (len(facts.rows[table]) if every else 0):
                    yield f"a job reads {found} rows of {table} as {actor}"
                yield from _jobs_writes(worker, table, facts, actor)


def _jobs_writes(worker: Any, table: str, facts: Facts, actor: Any) -> Iterator[str]:
    """What jobs alone may write, and the web may not: as the system, and as nobody else."""
    if not {"insert", "update"} & set(RULES[table].system.split()):
        return
    key, row = next(iter(facts.rows[table].items()))
    for verb, text, values in (
        ("INSERT", _INSERT.format(table=table), [json.dumps({**row, "id": _new_id(row)})]),
        ("UPDATE", f"UPDATE {table} SET id = id WHERE {key_of(table)} = %s", [key]),
    ):
        held = "SELECT has_table_privilege(%s, %s), has_table_privilege('nrm_web', %s, %s)"
        allowed, web = worker.execute(held, [table, verb, table, verb]).fetchone()
        if not allowed or web:
            continue
        count = 0
        try:
            with worker.transaction(force_rollback=True):
                count = worker.execute(text, values).rowcount
        except psycopg.errors.InsufficientPrivilege:
            pass
        except (psycopg.errors.IntegrityError, psycopg.errors.RaiseException):
            count = 1  # a constraint is asked after the policy, and so is a trigger after it
        wanted = actor == SYSTEM_ID and verb.lower() in RULES[table].system
        if bool(count) is not wanted:
            yield f"a job does {verb} {count} rows of {table} as {actor}"


def _constant(table: str, facts: Facts) -> tuple[str, Any]:
    """A column of the table that every row may have alike, and a value of one; none where the web
    may not change one."""
    with connections[WATCHER].cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0"
            " AND NOT a.attisdropped AND has_column_privilege('nrm_web', a.attrelid, a.attnum,"
            " 'UPDATE') AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid"
            " AND i.indisunique AND a.attnum = ANY (i.indkey)) AND NOT EXISTS (SELECT FROM"
            " pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype IN ('f', 'c', 'x')"
            " AND a.attnum = ANY (k.conkey)) AND a.atttypid = ANY (ARRAY['timestamptz', 'text',"
            " 'varchar', 'bool', 'date']::regtype[]) ORDER BY a.attnum",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
    if not columns:
        return "", None
    rows = facts.rows[table].values()
    column = next((c for c in columns if any(row[c] is not None for row in rows)), columns[0])
    return column, next((row[column] for row in rows if row[column] is not None), None)


# By which column a row is somebody's own, and what else it says while it is new.
IN_THE_NAME_OF: dict[str, tuple[str, dict[str, Any]]] = {
    "identities_legalhold": ("set_by", {"lifted_by": None}),
    "identities_erasure": ("asked_by", {"decided_by": None}),
    "identities_disclosure": ("actor_id", {}),
    "cases_exclusion": ("by_id", {"reason": "conflict_of_interest", "organisation_id": None}),
    "cases_emergencyaccess": ("person_id", {}),
    "cases_cover": ("giver_id", {}),
    **{table: ("by_id", {}) for table in ("cases_suspension", "cases_withdrawal", "cases_closure")},
    "cases_question": ("asked_by_id", {}),
    "cases_letter": ("made_by_id", {"given_by_id": None}),
    "cases_courtbundle": (
        "prepared_by_id",
        {"state": "prepared", "answered_by_id": None, "number": 1000},
    ),
    "cases_redaction": ("by_id", {}),
    "cases_reconsideration": ("recorded_by_id", {"state": "asked", "answered_by_id": None}),
    "cases_disqualification": ("by_id", {"state": "proposed", "decided_by_id": None}),
    "cases_provisional": ("by_id", {"state": "stands", "submission_key": None}),
    "cases_hearing": ("by_id", {}),
    "cases_notice": ("by_id", {"recalled_at": None}),
    "cases_caselink": ("by_id", {"ended_at": None, "ended_by_id": None, "ended_because": ""}),
    "cases_transfer": ("offered_by_id", {"state": "offered"}),
    "cases_merging": ("asked_by_id", {"state": "asked", "decided_by_id": None}),
    "cases_bundle": ("by_id", {"recalled_by_id": None, "recalled_at": None}),
    "protection_override": ("by_id", {"seen_by_id": None}),
    "protection_clinicalnote": ("author_id", {"submission_key": None}),
    "reporting_codesecret": ("user_id", {}),
    "reporting_release": ("asked_by_id", {"state": "asked", "sha256": "", "built_at": None}),
    "reporting_spend": ("by_id", {}),
    "reporting_approval": ("by_id", {}),
    "exchange_registerimport": ("started_by_id", {"submission_key": None}),
}
# Written by a trigger, whatever was sent.
STAMPED = {"actor_id"}

WRITTEN_AT_OPENING = (
    "cases_casegroupgrant",
    "cases_caseusergrant",
    "cases_referral",
    "cases_deadline",
    "cases_casetask",
    "cases_adulthood",
    "cases_episode",
    "cases_consent",
    "cases_safecontact",
    "cases_allegation",
)
OPENED = {*WRITTEN_AT_OPENING, "cases_case", "cases_listedcase", "identities_disclosure"}
_STRANGE_TEAM = str(uuid4())
_INSERT = "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
_LEADS_AWAY = (
    "case_id",
    "content_object_id",
    "screening_id",
    "document_id",
    "indicatorfinding_id",
    "organisation_id",
    "user_id",
    "actor_id",
)


# An item of one's own opens no case; whoever may grant may grant to another, and whoever plans
# support asks whichever provider.
_LEADS_NOWHERE = {
    ("cases_inboxitem", "case_id"),
    ("cases_caseusergrant", "user_id"),
    ("protection_service", "organisation_id"),
}


def _reaches(cursor: Any, text: str, key: str) -> bool:
    """Whether a row is reached: it was touched, or a trigger or constraint has objected to it."""
    came, count = _try(cursor, text, [key])
    return came == OBJECTED or (came == PASSED and count != 0)


def insert(cursor: Any, table: str, row: dict[str, Any], **more: Any) -> tuple[str, int]:
    """Tries to insert a copy of the row, with an id of its own."""
    new = {**row, "id": _new_id(row), **more}
    return _try(cursor, _INSERT.format(table=table), [json.dumps(new)])


def _new_id(row: Row) -> Any:
    pk = row.get("id")
    return str(uuid4()) if pk is None or isinstance(pk, str) else 1_000_000_000 + int(pk)
