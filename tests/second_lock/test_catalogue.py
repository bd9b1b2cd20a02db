"""What the catalogue of the database says: no table with case data is without its policies, and no
role that the application signs in as stands above them."""

from typing import Any

from django.db import connection, connections

from nrm import policies
from nrm.context import acting_as
from tests.watching import WATCHER

# Tables on which no policy is forced, and why none is needed. Whatever is not named here must be
# forced; a table that is new says here why it is not, or declares its policies.
EXEMPT = {
    "accounts_factor": "sealed, asked for before somebody has signed in; jobs have no right",
    "accounts_installation": "says what the database is",
    "accounts_membership": "who holds which role: about staff, and asked by every policy",
    "accounts_organisation": "organisations, about no case",
    "accounts_recoverycode": "digests, asked for before somebody has signed in",
    "accounts_rolegroup": "roles of organisations, about no case",
    "accounts_rolerequest": "roles of staff that wait for a second administrator, about no case",
    "accounts_session": "found by the digest of a secret, before anybody is known",
    "accounts_submission": "keys of senders and HMACs, about no case; jobs have no right",
    "accounts_token": "found by the digest of a secret, before anybody is known",
    "accounts_user": "staff, about no case; asked by every policy",
    "audit_cluster": "how transactions are counted after a restore",
    "audit_seal": "digests and signatures of the trail",
    "audit_verification": "whether the trail holds",
    "auth_group": "names of role groups, about no case",
    "auth_group_permissions": "empty: nothing of ours asks a permission of a model",
    "auth_permission": "names of permissions",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "guardian_groupobjectpermission": "empty: grants have tables of their own",
    "guardian_userobjectpermission": "empty: grants have tables of their own",
    "keys.person_key": "wrapped keys, which open nothing by themselves; jobs have no right",
    "keys.user_key": "wrapped keys, which open nothing by themselves; jobs have no right",
    "keys.rotation": "when keys were changed",
    "reporting_watched": "up to when the trail was read, about no case",
    "reporting_frozentable": "statistics of before there were releases, rounded",
}
EMPTY = [name for name, why in EXEMPT.items() if why.startswith("empty")]
# Policies of these are their own migrations' (identities).
BY_MIGRATION = {
    "identities_fact",
    "identities_kepttext",
    "identities_search",
    "identities_token",
    "reporting_snapshot",
    "reporting_snapshotrow",
}
APPLICATION = ("nrm_web", "nrm_worker", "nrm_reporting", "nrm_keys")


def ask(query: str, *values: Any, using: str = WATCHER) -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_every_table_is_forced_or_says_why_it_need_not_be(db: None) -> None:
    unforced = {
        name.removeprefix("public.")
        for (name,) in ask(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%%'"
            " AND n.nspname <> 'information_schema'"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
    }
    assert unforced == set(EXEMPT)


def test_every_forced_table_is_declared_and_admits_nobody_by_default(db: None) -> None:
    forced = {
        name
        for (name,) in ask(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relforcerowsecurity"
        )
    }
    assert forced == set(policies.declared()) | BY_MIGRATION
    open_to_all = ask(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
        " AND (qual = 'true' OR with_check = 'true')"
        " AND NOT roles <@ '{nrm_owner,nrm_keys,nrm_reporting}'"
    )
    assert open_to_all == []


def test_what_is_in_place_is_what_is_declared(db: None) -> None:
    there = {
        (table, name, command, roles)
        for table, name, command, roles in ask(
            "SELECT tablename, policyname, cmd, array_to_string(roles, ',') FROM pg_policies"
            " WHERE schemaname = 'public' AND NOT tablename = ANY(%s)",
            sorted(BY_MIGRATION),
        )
    }
    declared = {(p.table, p.name, p.command, ",".join(p.to)) for p in policies.policies()}
    assert declared <= there
    # Migrations let nrm_keys at sealed columns, as its grants say which.
    others = {roles for _table, _name, _command, roles in there - declared}
    assert others == {"nrm_keys"}


def test_declarations_are_put_in_place_once_and_again_when_one_is_missing(db: None) -> None:
    assert policies.install() is False
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP POLICY read_near ON cases_note")
    assert policies.install() is True
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_note NO FORCE ROW LEVEL SECURITY")
    assert policies.install() is True
    test_what_is_in_place_is_what_is_declared(db)
    test_every_table_is_forced_or_says_why_it_need_not_be(db)


def test_conditions_ask_the_context_once_and_look_rows_up(db: None) -> None:
    """Never `IN (SELECT …)` over grants; a function is asked in a subselect, and none is given a
    column of the row."""
    for policy in policies.policies():
        text = policy.using + policy.check
        assert " IN (SELECT" not in text, policy
        for call in ("nrm_actor(", "nrm_holds(", "nrm_teams(", "nrm_groups(", "cases_groups(",
                     "cases_by_name(", "cases_shelves("):  # fmt: skip
            asked = text.count(call)
            wrapped = text.count(f"(SELECT {call}")
            assert asked == wrapped, (policy.table, policy.name, call)


def test_every_view_has_the_rights_of_who_reads_it(db: None) -> None:
    assert (
        ask(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('public', 'keys')"
            " AND NOT coalesce('security_invoker=true' = ANY(c.reloptions), false)"
        )
        == []
    )


def test_no_role_of_the_application_stands_above_the_policies_or_owns_anything(db: None) -> None:
    assert ask(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication OR rolcreatedb)",
        list(APPLICATION),
    ) == []  # fmt: skip
    owners = {
        owner
        for (owner,) in ask(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'keys')"
            " UNION SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc p"
            " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('public', 'keys')"
        )
    }
    assert owners == {"nrm_owner"}
    # Nobody can become another: not the owner, and not the backup, which alone reads past them.
    assert ask(
        "SELECT r.rolname, pg_get_userbyid(m.roleid) FROM pg_auth_members m"
        " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY(%s)",
        list(APPLICATION),
    ) == []  # fmt: skip
    assert ask("SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper") == [
        ("nrm_backup",)
    ]


def test_functions_with_the_rights_of_the_owner_are_called_by_whom_they_are_for(db: None) -> None:
    """A function that runs as its owner pins where it looks for tables, and nobody but the roles
    that are named may call it."""
    open_ones = ask(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname IN ('public', 'keys') AND p.prosecdef"
        " AND (NOT coalesce(array_to_string(p.proconfig, ','), '') LIKE '%%search_path=%%pg_temp%%'"
        "      OR (p.prorettype <> 'trigger'::regtype AND has_function_privilege('public', p.oid,"
        " 'EXECUTE')))"
    )
    assert open_ones == []


def test_tables_that_are_said_to_be_empty_are(world: Any) -> None:
    world.assigned_case()
    for table in EMPTY:
        assert ask(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_statistics_and_jobs_have_no_right_on_identities_or_keys(db: None) -> None:
    for table in ("identities_fact", "identities_disclosure", "identities_kepttext",
                  "keys.person_key", "keys.user_key"):  # fmt: skip
        for role in ("nrm_worker", "nrm_reporting"):
            assert ask(
                "SELECT has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE')", role, table
            ) == [(False,)], (role, table)  # fmt: skip


def test_the_application_of_these_tests_meets_the_policies(world: Any) -> None:
    """A request, a task and a command sign in as the application does, not as who looks on."""
    with acting_as(world.caseworker), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user, row_security_active('cases_case')")
        assert cursor.fetchone() == ("nrm_web", "nrm_web", True)
