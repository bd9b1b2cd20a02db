"""Row-level security, the second lock: what each room declares, and how it is put in place.

A room says in its own `policies.py` which rows of a table may be read and written, and by whom;
`manage.py migrate` puts that in place when the tables are made, and again whenever a declaration
has changed. Whoever signs in as the web or as a worker meets the policies; so does the owner, whose
triggers and migrations pass by a policy of their own, `owner`. With no context there is no row.

Each policy is one reason why a row may be read or written, and PostgreSQL needs one of them.
Conditions read the context in a subselect that is asked once a statement, and look things up for
each row by a unique index; no function is called for each row. PostgreSQL asks the reasons in the
order of their names from the last to the first: what most rows are admitted by comes late in the
alphabet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connections, transaction

from nrm.context import SYSTEM

WEB, WORKER, KEYS, OWNER = "nrm_web", "nrm_worker", "nrm_keys", "nrm_owner"
_MARK = "nrm.policies"

# Who acts, for as long as their account is open; asked once a statement.
ACTOR = "(SELECT nrm_actor())"
# The system itself: it sweeps, warns, sends and seals, and is nobody's account.
BY_SYSTEM = f"(SELECT current_setting('nrm.actor', true)) = '{SYSTEM.id}'"


def holds(*roles: str) -> str:
    """The condition that the actor has one of the roles somewhere."""
    return f"(SELECT nrm_holds({array(roles)}))"


def of_team(column: str, *roles: str) -> str:
    """The condition that the column names an organisation in which the actor has one of the
    roles."""
    return f"{column} = ANY ((SELECT nrm_teams({array(roles)}))::uuid[])"


def array(values: Any) -> str:
    """An array of plain codes in SQL."""
    listed = sorted(str(value) for value in values)
    if any(not value.replace("_", "").replace(":", "").isalnum() for value in listed):
        raise ValueError(f"Not codes: {listed}")
    return "'{" + ",".join(listed) + "}'::text[]"


# What conditions of every room ask. Plain functions with the rights of whoever asks: what they
# read, everybody may. Memberships are read once in a transaction and actor, and kept in its
# settings, which end with it: a page has ten statements, and each asks several times.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION nrm_actor() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT u.id FROM public.accounts_user u
        WHERE u.id = nullif(current_setting('nrm.actor', true), '')::uuid AND u.is_active
    );
END $$;

-- Role, group and organisation of each membership that counts, as 'role:group:organisation'.
CREATE OR REPLACE FUNCTION nrm_standing() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    actor text := coalesce(current_setting('nrm.actor', true), '');
    kept text := coalesce(current_setting('nrm.standing', true), '');
BEGIN
    IF actor = '' THEN
        RETURN '{}';
    END IF;
    IF left(kept, 37) <> actor || '|' THEN
        kept := actor || '|' || coalesce((
            SELECT string_agg(r.role || ':' || r.group_id || ':' || r.organisation_id, ',')
            FROM public.accounts_membership m
            JOIN public.accounts_user u ON u.id = m.user_id AND u.is_active
            JOIN public.accounts_rolegroup r ON r.group_id = m.group_id
            JOIN public.accounts_organisation o ON o.id = r.organisation_id AND o.is_active
            WHERE m.user_id = actor::uuid
        ), '');
        PERFORM set_config('nrm.standing', kept, true);
    END IF;
    RETURN string_to_array(substr(kept, 38), ',');
END $$;

CREATE OR REPLACE FUNCTION nrm_holds(roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(public.nrm_standing()) AS s WHERE split_part(s, ':', 1) = ANY (roles)
    );
END $$;

CREATE OR REPLACE FUNCTION nrm_groups() RETURNS integer[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT split_part(s, ':', 2)::integer FROM unnest(public.nrm_standing()) AS s
    );
END $$;

CREATE OR REPLACE FUNCTION nrm_teams(roles text[]) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT split_part(s, ':', 3)::uuid FROM unnest(public.nrm_standing()) AS s
        WHERE split_part(s, ':', 1) = ANY (roles)
    );
END $$;
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """One reason why rows of a table may be read (`SELECT`) or written."""

    table: str
    name: str
    command: str
    using: str = ""
    check: str = ""
    to: tuple[str, ...] = (WEB, WORKER)

    @property
    def sql(self) -> str:
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return (
            f"CREATE POLICY {self.name} ON {self.table} FOR {self.command}"
            f" TO {', '.join(self.to)}{using}{check}"
        )

    @property
    def remark(self) -> str:
        return f"COMMENT ON POLICY {self.name} ON {self.table} IS '{_MARK}'"


@dataclass(slots=True)
class Table:
    """What is declared of one table: for each command the reasons by name, each a condition on a
    row. An update needs the condition before and after."""

    name: str
    read: dict[str, str] = field(default_factory=dict)
    insert: dict[str, str] = field(default_factory=dict)
    update: dict[str, str] = field(default_factory=dict)
    delete: dict[str, str] = field(default_factory=dict)
    # The reasons that count for a worker too; the others are for people, and so for the web.
    for_jobs: tuple[str, ...] = ("system",)
    # Whether a change of keys writes into it what it did.
    by_keys: bool = False

    def policies(self) -> Iterator[Policy]:
        for verb, reasons in (
            ("SELECT", self.read),
            ("INSERT", self.insert),
            ("UPDATE", self.update),
            ("DELETE", self.delete),
        ):
            said = "read" if verb == "SELECT" else verb.lower()
            for reason, condition in reasons.items():
                yield Policy(
                    self.name,
                    f"{said}_{reason}",
                    verb,
                    using="" if verb == "INSERT" else condition,
                    check=condition if verb in ("INSERT", "UPDATE") else "",
                    to=(WEB, WORKER) if reason in self.for_jobs else (WEB,),
                )
        if self.by_keys:
            yield Policy(
                self.name, "insert_rotation", "INSERT", check="actor_id IS NULL", to=(KEYS,)
            )
        # Triggers that run as the owner, and migrations, which say how many rows they change.
        yield Policy(self.name, "owner", "ALL", using="true", check="true", to=(OWNER,))


_tables: dict[str, Table] = {}
_functions: list[str] = [FUNCTIONS]


def declare(*tables: Table, functions: str = "") -> None:
    """Declares tables of a room, and functions that their conditions ask."""
    for table in tables:
        _tables[table.name] = table
    if functions:
        _functions.append(functions)


def declared() -> dict[str, Table]:
    """Every table that is declared, by name."""
    return dict(_tables)


def policies() -> list[Policy]:
    """Every policy that is declared."""
    return [policy for table in _tables.values() for policy in table.policies()]


def _statements() -> list[str]:
    made = list(_functions)
    for table in _tables:
        made.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        made.append(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for policy in policies():
        made += [policy.sql, policy.remark]
    return made


_THERE = """
SELECT p.polname, c.oid::regclass::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass
WHERE d.description = %s
"""
_FORCED = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity AND oid = ANY(%s::regclass[])"
_STAMP = "SELECT obj_description(to_regprocedure('nrm_actor()'), 'pg_proc')"


def install(*, using: str = "owner") -> bool:
    """Puts in place what is declared, all of it in one transaction. Returns whether anything had to
    be changed. `using` is a connection of the owner."""
    statements = _statements()
    stamp = f"{_MARK} {sha256(chr(10).join(statements).encode()).hexdigest()}"
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(_STAMP)
        (found,) = cursor.fetchone()
        cursor.execute(_THERE, [_MARK])
        there = cursor.fetchall()
        cursor.execute(_FORCED, [list(_tables)])
        (forced,) = cursor.fetchone()
        if (found, len(there), forced) == (stamp, len(policies()), len(_tables)):
            return False
        for name, table in there:
            cursor.execute(f"DROP POLICY {name} ON {table}")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON FUNCTION nrm_actor() IS '{stamp}'")
    return True


def install_after_migrating(using: str, **_: Any) -> None:
    """When the tables of the last room have been made."""
    install(using=using)
