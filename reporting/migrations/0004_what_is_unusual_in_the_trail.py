import uuid

from django.db import migrations, models

# A job finds what is unusual; an auditor says that they looked into it, and nothing else.
BY_JOBS = """
REVOKE INSERT, UPDATE, DELETE ON reporting_anomaly, reporting_watched FROM nrm_web;
GRANT UPDATE (looked_count, looked_at, looked_by, note) ON reporting_anomaly TO nrm_web;
REVOKE SELECT ON reporting_anomaly FROM nrm_worker;
GRANT INSERT, UPDATE, SELECT ON reporting_anomaly, reporting_watched TO nrm_worker;
GRANT SELECT (id, looked_by, note), UPDATE (note) ON reporting_anomaly TO nrm_keys;
CREATE POLICY rotated_read ON reporting_anomaly FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON reporting_anomaly FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_the_secret_of_an_auditor"),
    ]
    operations = [
        migrations.CreateModel(
            name="Anomaly",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("night", "Looks at night"),
                            ("volume", "Many cases in a day"),
                            ("unassigned", "Cases that nobody gave them"),
                            ("refusals", "Several refusals"),
                        ],
                        max_length=12,
                    ),
                ),
                ("actor_id", models.UUIDField()),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField()),
                ("figure", models.PositiveIntegerField(help_text="From how many the profile has it shown.")),
                ("hours", models.CharField(blank=True, help_text="Those of the night.", max_length=11)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("looked_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_by", models.UUIDField(null=True)),
                ("note", models.BinaryField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            "anomaly",
            models.UniqueConstraint(fields=("actor_id", "kind", "day"), name="one_anomaly_a_day"),
        ),
        migrations.AddIndex(
            "anomaly", models.Index(fields=["-last_at", "-id"], name="anomaly_by_time")
        ),
        migrations.AddIndex(
            "anomaly",
            models.Index(
                condition=models.Q(("count__gt", models.F("looked_count"))),
                fields=["-last_at", "-id"],
                name="anomaly_open_by_time",
            ),
        ),
        migrations.CreateModel(
            name="Watched",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(BY_JOBS, migrations.RunSQL.noop),
    ]
