from django.db import migrations

# The files and drafts of a person whose keys are gone. The web may not delete a part of a file;
# it may do this, and only once nothing of them can be read any more. So may nrm_keys, which erases
# anew what a restore has brought back.
FORGET = """
CREATE FUNCTION cases_forget_files(person uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM keys.person_key k WHERE k.person_id = person) THEN
        RAISE EXCEPTION 'The files of a person whose keys are there are not deleted.';
    END IF;
    DELETE FROM public.cases_documentpart p
    USING public.cases_document d, public.cases_case c
    WHERE p.document_id = d.id AND d.case_id = c.id AND c.person_id = person;
    GET DIAGNOSTICS parts = ROW_COUNT;
    DELETE FROM public.cases_draft d WHERE d.person_id = person;
    RETURN parts;
END $$;
REVOKE ALL ON FUNCTION cases_forget_files(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_forget_files(uuid) TO nrm_web, nrm_keys;
"""
POLICIES = "\n".join(
    f"CREATE POLICY erased_read ON {table} FOR SELECT TO nrm_owner USING (true);"
    for table in ("cases_case", "cases_document", "cases_documentpart", "cases_draft")
) + "\n".join(
    f"CREATE POLICY erased ON {table} FOR DELETE TO nrm_owner USING (true);"
    for table in ("cases_documentpart", "cases_draft")
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_values_change_their_key"),
        ("identities", "0005_erasure"),
    ]
    operations = [
        migrations.RunSQL(FORGET, "DROP FUNCTION cases_forget_files(uuid);"),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
