from django.db import migrations

# Tables of before are made no more: what there is stays, and statistics do not read it.
BEFORE = """
DROP FUNCTION IF EXISTS reporting_received(text, timestamptz, timestamptz);
REVOKE INSERT ON reporting_frozentable FROM nrm_web;
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_releases")]
    operations = [migrations.RunSQL(BEFORE, migrations.RunSQL.noop)]
