from django.db import migrations

# A table that is frozen stays as it is, whoever asks.
FROZEN = """
CREATE FUNCTION reporting_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A frozen table does not change.';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON reporting_frozentable
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
REVOKE UPDATE, DELETE ON reporting_frozentable FROM nrm_web;
REVOKE ALL ON reporting_frozentable FROM nrm_worker;
GRANT SELECT ON reporting_frozentable TO nrm_reporting;
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]
    operations = [migrations.RunSQL(FROZEN, migrations.RunSQL.noop)]
