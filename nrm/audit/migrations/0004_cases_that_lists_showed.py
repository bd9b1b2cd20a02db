from django.db import migrations

# Which lists and searches showed a case: one look for each case, however long the trail is.
INDEX = """
CREATE INDEX event_by_case_shown ON audit_event USING gin ((data -> 'cases') jsonb_path_ops)
WHERE data ? 'cases';
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_after_a_restore")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX event_by_case_shown;")]
