from django.db import migrations

COLUMNS = (
    "case_id, shelf, state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review"
)
THE_SAME = (
    "(l.state, l.due, l.opened, l.since, l.stage, l.caseworker, l.pseudonym, l.ends_at, l.in_review)"
)

# As before, one case after the other: only for a single id does the planner go into each table by
# its index; for a list of ids it read them whole.
LIST_AGAIN = f"""
CREATE OR REPLACE FUNCTION cases_list_again(ids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one uuid;
    shelves bigint[];
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM cases_case WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    FOREACH one IN ARRAY ids LOOP
        INSERT INTO cases_listedcase AS l ({COLUMNS})
        SELECT {COLUMNS} FROM cases_to_list w WHERE w.case_id = one
        ON CONFLICT (case_id, shelf) DO UPDATE
        SET (state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review) =
            (EXCLUDED.state, EXCLUDED.due, EXCLUDED.opened, EXCLUDED.since, EXCLUDED.stage,
             EXCLUDED.caseworker, EXCLUDED.pseudonym, EXCLUDED.ends_at, EXCLUDED.in_review)
        WHERE {THE_SAME} IS DISTINCT FROM {THE_SAME.replace("l.", "EXCLUDED.")};
        shelves := ARRAY(SELECT w.shelf FROM cases_to_list w WHERE w.case_id = one);
        DELETE FROM cases_listedcase l WHERE l.case_id = one AND l.shelf <> ALL (shelves);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_what_the_second_person_read")]
    operations = [migrations.RunSQL(LIST_AGAIN, migrations.RunSQL.noop)]
