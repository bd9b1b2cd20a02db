from django.db import migrations

# What nrm_keys may see and change here when keys are changed (identities/rotation.py): which row
# belongs to which person, and the sealed columns, whose ciphertext another one may replace.
COLUMNS = {
    "cases_draft": ("id, person_id", "answers"),
    "cases_referral": ("id, case_id", "narrative, unknown_values"),
    "cases_episode": ("id, case_id", "narrative"),
    "cases_safecontact": ("id, case_id", "details"),
    "cases_allegation": ("id, case_id", "offence"),
    "cases_note": ("id, case_id", "text"),
    "cases_deadlineextension": ("id, case_id", "explanation"),
    "cases_decision": ("id, case_id", "reasons"),
    "cases_decisionreview": (
        "id, case_id, decision_id", "own_grounds, reasons, read_reasons",
    ),
    "cases_document": ("id, case_id", "told"),
    "cases_documentpart": ("id, document_id, number", "data"),
}


def grants(tables):
    """For the tables: the rights on columns, and the policies for where rows are secured."""
    return "\n".join(
        f"GRANT SELECT ({seen}, {sealed}), UPDATE ({sealed}) ON {table} TO nrm_keys;\n"
        f"CREATE POLICY rotated_read ON {table} FOR SELECT TO nrm_keys USING (true);\n"
        f"CREATE POLICY rotated ON {table} FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);"
        for table, (seen, sealed) in tables.items()
    )


def taken_back(tables):
    """What undoes it."""
    return "\n".join(
        f"DROP POLICY rotated_read ON {table}; DROP POLICY rotated ON {table};\n"
        f"REVOKE ALL ON {table} FROM nrm_keys;"
        for table in tables
    )


CASE = """
GRANT SELECT (id, person_id) ON cases_case TO nrm_keys;
CREATE POLICY rotated_read ON cases_case FOR SELECT TO nrm_keys USING (true);

-- The same words under another key are the same words.
CREATE FUNCTION cases_only_key_changed(op text, before jsonb, after jsonb, sealed text[])
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT op = 'UPDATE' AND current_user = 'nrm_keys' AND before - sealed = after - sealed
$$;

CREATE OR REPLACE FUNCTION cases_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_come text[] := ARRAY['served_on', 'served_channel', 'served_language'];
BEGIN
    IF OLD.state <> 'made' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.served_on IS NULL AND NEW.served_on IS NOT NULL
        AND to_jsonb(NEW) - may_come = to_jsonb(OLD) - may_come
    THEN
        RETURN NEW;
    END IF;
    IF cases_only_key_changed(TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['reasons']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A decision that was made cannot be changed.';
END $$;

CREATE OR REPLACE FUNCTION cases_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_come text[] := ARRAY['verdict', 'reasons', 'escalated_to_id', 'decided_at'];
    sealed text[] := ARRAY['own_grounds', 'reasons', 'read_reasons'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.verdict = '' AND NOT EXISTS (
            SELECT 1 FROM cases_decision d
            WHERE d.id = NEW.decision_id AND d.author_id = NEW.reviewer_id
        ) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.verdict = ''
        AND to_jsonb(NEW) - may_come = to_jsonb(OLD) - may_come
    THEN
        RETURN NEW;
    ELSIF cases_only_key_changed(TG_OP, to_jsonb(OLD), to_jsonb(NEW), sealed) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A review cannot be changed, nor be its own decision''s author''s.';
END $$;
"""
CASE_BACK = """
DROP POLICY rotated_read ON cases_case;
REVOKE ALL ON cases_case FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_one_case_at_a_time"),
        ("identities", "0004_keys_by_number"),
    ]
    operations = [
        migrations.RunSQL(grants(COLUMNS), taken_back(COLUMNS)),
        migrations.RunSQL(CASE, CASE_BACK),
    ]
