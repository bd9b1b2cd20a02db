import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was written stays as it was; how it was given is added. As for the other sealed columns,
# nrm_keys sees which case a row belongs to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_letter FROM nrm_web;
GRANT UPDATE (given_on, channel, given_by_id, given_at) ON cases_letter TO nrm_web;
GRANT SELECT (id, case_id, content), UPDATE (content) ON cases_letter TO nrm_keys;
CREATE POLICY rotated_read ON cases_letter FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_letter FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_letter;
DROP POLICY rotated ON cases_letter;
REVOKE ALL ON cases_letter FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0041_court_bundles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(help_text="A code of the profile.", max_length=40)),
                ("language", models.CharField(help_text="One of the profile's.", max_length=10)),
                ("content", models.BinaryField(help_text="JSON under the person's key.")),
                ("made_at", models.DateTimeField()),
                ("given_on", models.DateField(null=True)),
                ("channel", models.CharField(blank=True, max_length=20)),
                ("given_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("given_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-made_at", "-id"], name="letter_of_case")],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
