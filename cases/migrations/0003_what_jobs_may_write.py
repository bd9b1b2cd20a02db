from django.db import migrations

# The sweep moves clocks and stages and tells people, the mail is sent, drafts are warned of and
# deleted. Jobs write nothing else.
MAY_WRITE = """
GRANT INSERT, UPDATE ON cases_deadline TO nrm_worker;
GRANT UPDATE ON cases_case, cases_draft, cases_outgoingmail TO nrm_worker;
GRANT INSERT ON cases_inboxitem, cases_outgoingmail TO nrm_worker;
GRANT DELETE ON cases_draft TO nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_decisions_and_clocks")]
    operations = [migrations.RunSQL(MAY_WRITE, migrations.RunSQL.noop)]
