from django.db import migrations

# What the owner reads and deletes of an erased person it reads and deletes by the policy `owner`,
# which is declared for each of these (cases/policies.py).
TABLES = ("cases_case", "cases_document", "cases_documentpart", "cases_draft")
DELETED = ("cases_documentpart", "cases_draft")
ONCE = "\n".join(
    [f"DROP POLICY erased_read ON {table};" for table in TABLES]
    + [f"DROP POLICY erased ON {table};" for table in DELETED]
)
BACK = "\n".join(
    [f"CREATE POLICY erased_read ON {table} FOR SELECT TO nrm_owner USING (true);"
     for table in TABLES]
    + [f"CREATE POLICY erased ON {table} FOR DELETE TO nrm_owner USING (true);"
       for table in DELETED]
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_covers")]

    operations = [migrations.RunSQL(ONCE, BACK)]
