from django.db import migrations, models

# A snapshot of which nothing was kept is frozen anew, with the new column: a build that was broken
# off is begun again. Those of releases that were built stay as they were hashed, without it.
UNFINISHED = """
ALTER TABLE reporting_snapshotrow DISABLE TRIGGER for_good;
ALTER TABLE reporting_snapshot DISABLE TRIGGER for_good;
DELETE FROM reporting_snapshotrow s USING reporting_release r
WHERE r.id = s.snapshot_id AND r.state = 'asked';
DELETE FROM reporting_snapshot s USING reporting_release r
WHERE r.id = s.release_id AND r.state = 'asked';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE reporting_snapshotrow ENABLE TRIGGER for_good;
ALTER TABLE reporting_snapshot ENABLE TRIGGER for_good;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_which_authority"),
        ("reporting", "0006_tables_of_before"),
    ]
    operations = [
        migrations.AddField(
            model_name="snapshotrow",
            name="authority",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.RunSQL(UNFINISHED, migrations.RunSQL.noop),
    ]
