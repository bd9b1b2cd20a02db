from django.db import migrations

# Whoever writes a token, a membership or an account can become anybody.
KEEP_OUT = """
REVOKE ALL ON accounts_token FROM nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_system")]
    operations = [migrations.RunSQL(KEEP_OUT, migrations.RunSQL.noop)]
