from django.db import migrations

# The worker may not read keys. It may do this one thing to them: destroy the key of a person of
# whom neither a case nor a draft is left. `row_security = off` makes the function fail rather than
# take a case that a policy hides for a case that is not there.
FUNCTION = """
CREATE FUNCTION keys.destroy_key_of_expired_draft(person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.cases_case c WHERE c.person_id = person)
       OR EXISTS (SELECT 1 FROM public.cases_draft d WHERE d.person_id = person) THEN
        RETURN false;
    END IF;
    DELETE FROM keys.person_key k WHERE k.person_id = person;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION keys.destroy_key_of_expired_draft(uuid) FROM PUBLIC;
GRANT USAGE ON SCHEMA keys TO nrm_worker;
GRANT EXECUTE ON FUNCTION keys.destroy_key_of_expired_draft(uuid) TO nrm_worker, nrm_web;
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0001_initial")]

    operations = [
        migrations.RunSQL(
            FUNCTION, "DROP FUNCTION keys.destroy_key_of_expired_draft(uuid);"
        )
    ]
