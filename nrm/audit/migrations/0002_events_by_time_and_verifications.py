from django.db import migrations, models

# Only a job that has read the whole chain says that it holds, and what it said stays.
BY_JOBS_ALONE = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_verification
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_verification
    EXECUTE FUNCTION audit_refuse();
REVOKE INSERT, UPDATE, DELETE ON audit_verification FROM nrm_web;
GRANT INSERT ON audit_verification TO nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="event_by_time"),
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("seals", models.PositiveBigIntegerField()),
                ("events", models.PositiveBigIntegerField()),
                ("fault", models.CharField(blank=True, max_length=200)),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.RunSQL(BY_JOBS_ALONE, migrations.RunSQL.noop),
    ]
