from django.db import migrations

COLUMNS = (
    "case_id, shelf, state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review"
)
THE_SAME = (
    "(l.state, l.due, l.opened, l.since, l.stage, l.caseworker, l.pseudonym, l.ends_at, l.in_review)"
)

# As before, and what the rows have to be is worked out once: for those to write and for those to
# take away.
LIST_AGAIN = f"""
CREATE OR REPLACE FUNCTION cases_list_again(ids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one uuid;
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM cases_case WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    FOREACH one IN ARRAY ids LOOP
        WITH wanted AS MATERIALIZED (
            SELECT {COLUMNS} FROM cases_to_list w WHERE w.case_id = one
        ), taken AS (
            DELETE FROM cases_listedcase l
            WHERE l.case_id = one AND l.shelf <> ALL (ARRAY(SELECT shelf FROM wanted))
        )
        INSERT INTO cases_listedcase AS l ({COLUMNS}) SELECT {COLUMNS} FROM wanted
        ON CONFLICT (case_id, shelf) DO UPDATE
        SET (state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review) =
            (EXCLUDED.state, EXCLUDED.due, EXCLUDED.opened, EXCLUDED.since, EXCLUDED.stage,
             EXCLUDED.caseworker, EXCLUDED.pseudonym, EXCLUDED.ends_at, EXCLUDED.in_review)
        WHERE {THE_SAME} IS DISTINCT FROM {THE_SAME.replace("l.", "EXCLUDED.")};
    END LOOP;
END $$;
"""


# A decision that is made changes its case too, and the rows would be written twice. So the listing
# for a changed decision can be put off until its case is written, which lists it as it then is; at
# the end it is made sure of.
WAITS = "state IN ('in_review', 'escalated')"
OLD_WAITS, NEW_WAITS = f"(OLD.{WAITS})", f"(NEW.{WAITS})"
LIST_DECIDED = f"""
CREATE FUNCTION cases_list_reviewed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_list_again(ARRAY[one.id]) FROM (VALUES (OLD.case_id), (NEW.case_id)) AS one (id)
    WHERE EXISTS (
        SELECT FROM cases_listedcase l
        WHERE l.case_id = one.id AND l.in_review <> EXISTS (
            SELECT FROM cases_decision r WHERE r.case_id = one.id AND r.{WAITS}
        )
    );
    RETURN NULL;
END $$;
DROP TRIGGER keep_lists_update ON cases_decision;
CREATE CONSTRAINT TRIGGER cases_decision_listed AFTER UPDATE ON cases_decision
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (OLD.case_id <> NEW.case_id OR {OLD_WAITS} <> {NEW_WAITS})
    EXECUTE FUNCTION cases_list_reviewed();
"""
BACK = """
DROP TRIGGER cases_decision_listed ON cases_decision;
DROP FUNCTION cases_list_reviewed();
CREATE TRIGGER keep_lists_update AFTER UPDATE ON cases_decision
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cases_list_decided();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_two_cases_of_one_person")]
    operations = [
        migrations.RunSQL(LIST_AGAIN, migrations.RunSQL.noop),
        migrations.RunSQL(LIST_DECIDED, BACK),
    ]
