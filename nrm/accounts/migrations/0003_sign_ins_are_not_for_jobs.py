from django.db import migrations

# Whoever reads a session key or writes a token, a membership or an account can become anybody.
KEEP_OUT = """
REVOKE ALL ON django_session, accounts_token FROM nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_system"), ("sessions", "0001_initial")]
    operations = [migrations.RunSQL(KEEP_OUT, migrations.RunSQL.noop)]
