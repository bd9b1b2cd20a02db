from django.db import migrations

# Whoever the web signs in for deletes no wrapped key: it asks the database, which looks whether two
# people have erased this one. Policies of holds, erasures and likenesses are declared with those of
# the cases that they are about (cases/policies.py).
LOCKS = """
REVOKE DELETE ON keys.person_key FROM nrm_web;

CREATE FUNCTION keys.destroy_keys_of_erased(person uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    destroyed integer;
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.identities_erasure e
        WHERE e.person_id = person AND e.state = 'erased' AND e.decided_by <> e.asked_by
    ) THEN
        RAISE EXCEPTION 'No two people have erased this identity.' USING ERRCODE = '42501';
    END IF;
    DELETE FROM keys.person_key k WHERE k.person_id = person;
    GET DIAGNOSTICS destroyed = ROW_COUNT;
    RETURN destroyed;
END $$;
REVOKE ALL ON FUNCTION keys.destroy_keys_of_erased(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys.destroy_keys_of_erased(uuid) TO nrm_web;

DROP POLICY acting ON identities_legalhold;
DROP POLICY acting ON identities_erasure;
DROP POLICY acting ON identities_likeness;
"""
BACK = """
GRANT DELETE ON keys.person_key TO nrm_web;
DROP FUNCTION keys.destroy_keys_of_erased(uuid);
CREATE POLICY acting ON identities_legalhold TO nrm_web, nrm_worker
    USING ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL)
    WITH CHECK ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL);
CREATE POLICY acting ON identities_erasure TO nrm_web, nrm_worker
    USING ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL)
    WITH CHECK ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL);
CREATE POLICY acting ON identities_likeness TO nrm_web
    USING ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL)
    WITH CHECK ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0006_tokens")]

    operations = [migrations.RunSQL(LOCKS, BACK)]
