"""What the application's database roles may do, table by table."""

from django.db import connection


def writable(role: str) -> dict[str, str]:
    """The tables that the role may change, and how."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT n.nspname || '.' || c.relname,
                   string_agg(p.right, ' ' ORDER BY p.right)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p("right")
            WHERE c.relkind = 'r' AND n.nspname IN ('public', 'keys')
              AND has_table_privilege(%s, c.oid, p.right)
            GROUP BY 1
            """,
            [role],
        )
        return dict(cursor.fetchall())


def readable(role: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'keys')"
            " AND has_table_privilege(%s, c.oid, 'SELECT')",
            [role],
        )
        return {name for (name,) in cursor.fetchall()}


def test_jobs_write_these_tables_and_no_others(db):
    assert writable("nrm_worker") == {
        "public.audit_event": "INSERT",
        "public.audit_seal": "INSERT",
        "public.audit_verification": "INSERT",
        "public.cases_case": "UPDATE",
        "public.cases_casetask": "INSERT",
        "public.cases_deadline": "INSERT UPDATE",
        "public.cases_deadlinepause": "INSERT",
        "public.cases_draft": "DELETE UPDATE",
        "public.cases_inboxitem": "INSERT",
        "public.cases_outgoingmail": "INSERT UPDATE",
        "public.cases_suspension": "INSERT",
        "public.exchange_delivery": "DELETE",
        "public.reporting_anomaly": "INSERT UPDATE",
        "public.reporting_releasefile": "INSERT",
        "public.reporting_watched": "INSERT UPDATE",
    }


def test_jobs_read_no_identity_key_session_token_or_statistic(db):
    hidden = {
        "keys.person_key",
        "keys.user_key",
        "public.identities_kepttext",
        "public.identities_fact",
        "public.identities_disclosure",
        "public.identities_token",
        "public.identities_search",
        "public.identities_likeness",
        "public.protection_clinicalnote",
        "public.protection_sessionprivate",
        "public.protection_transport",
        "public.exchange_registerimport",
        "public.exchange_registerpart",
        "public.exchange_registerrow",
        "public.exchange_registertoken",
        "public.accounts_rolerequest",
        "public.exchange_correspondent",
        "public.exchange_recalledpack",
        "public.exchange_receivedpack",
        "public.exchange_sentpack",
        "public.accounts_session",
        "public.accounts_submission",
        "public.accounts_token",
        "public.reporting_codesecret",
        "public.reporting_frozentable",
        "public.reporting_approval",
        "public.reporting_snapshot",
        "public.reporting_snapshotrow",
    }
    assert not hidden & readable("nrm_worker")


def test_web_changes_no_event_seal_disclosure_spend_or_release(db):
    web = writable("nrm_web")
    assert web["public.audit_event"] == "INSERT"
    assert "public.audit_seal" not in web
    assert web["public.identities_disclosure"] == "INSERT"
    assert web["public.identities_fact"] == "INSERT UPDATE"
    assert web["public.reporting_release"] == "INSERT"
    assert web["public.reporting_spend"] == "INSERT"
    assert web["public.reporting_approval"] == "INSERT"
    assert "public.reporting_releasefile" not in web
    assert not {"public.reporting_snapshot", "public.reporting_snapshotrow"} & readable("nrm_web")


def test_statistics_read_snapshots_and_nothing_else(db):
    assert readable("nrm_reporting") == {
        "public.reporting_snapshot",
        "public.reporting_snapshotrow",
    }
    assert writable("nrm_reporting") == {}


def test_keys_role_handles_wrapped_keys_and_ciphertext_and_nothing_else(db):
    assert readable("nrm_keys") == {
        "keys.person_key",
        "keys.rotation",
        "keys.user_key",
        "public.audit_cluster",
        "public.identities_token",
        "public.reporting_codesecret",
    }
    assert writable("nrm_keys") == {
        "keys.person_key": "DELETE INSERT UPDATE",
        "keys.rotation": "INSERT UPDATE",
        "keys.user_key": "DELETE INSERT UPDATE",
        "public.audit_event": "INSERT",
        "public.identities_token": "DELETE INSERT",
    }


def test_backup_reads_and_writes_nothing(db):
    assert writable("nrm_backup") == {}
