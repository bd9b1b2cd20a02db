import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A permission stays as it was given; that it ended is added. As for the other sealed columns,
# nrm_keys sees which case a row belongs to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_nominee FROM nrm_web;
GRANT UPDATE (ended_by_id, ended_at) ON cases_nominee TO nrm_web;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_nominee TO nrm_keys;
CREATE POLICY rotated_read ON cases_nominee FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_nominee FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_nominee;
DROP POLICY rotated ON cases_nominee;
REVOKE ALL ON cases_nominee FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0042_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="Nominee",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("told", models.BinaryField(help_text="Who it is and how they are reached, as JSON under the person's key.")),
                ("ways", models.JSONField(default=list, help_text="Of the safe-contact card: call, post, ...")),
                ("about", models.JSONField(default=list, help_text="Of what they are told.")),
                ("given_on", models.DateField()),
                ("method", models.CharField(help_text="How the person said it: of the profile.", max_length=20)),
                ("language", models.CharField(help_text="ISO 639: what was spoken.", max_length=10)),
                ("interpreter", models.CharField(help_text="As a referral asks it.", max_length=20)),
                ("ends_on", models.DateField(help_text="The last day on which it holds, where said.", null=True)),
                ("recorded_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("ended_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-recorded_at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-recorded_at", "-id"], name="nominee_of_case")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("case",), name="one_nominee_counts")],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
