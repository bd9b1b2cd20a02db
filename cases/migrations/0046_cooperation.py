import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was said stays as it was said; that it was taken back is added. As for the other sealed
# columns, nrm_keys sees which case a row belongs to and may put another ciphertext in the place of
# one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_cooperation FROM nrm_web;
GRANT UPDATE (withdrawn_by_id, withdrawn_at) ON cases_cooperation TO nrm_web;
GRANT SELECT (id, case_id, words), UPDATE (words) ON cases_cooperation TO nrm_keys;
CREATE POLICY rotated_read ON cases_cooperation FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_cooperation FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_cooperation;
DROP POLICY rotated ON cases_cooperation;
REVOKE ALL ON cases_cooperation FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0044_covers_heed_exclusions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cooperation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("answer", models.CharField(choices=[("agreed", "They co-operate"), ("time", "They want time to think"), ("declined", "They do not want to")], max_length=10)),
                ("ways", models.JSONField(default=list, help_text="How they co-operate: codes of the profile.")),
                ("said_on", models.DateField()),
                ("explained_by", models.CharField(help_text="As a referral asks it; no name.", max_length=40)),
                ("language", models.CharField(help_text="ISO 639: what was spoken.", max_length=10)),
                ("interpreter", models.CharField(help_text="As a referral asks it.", max_length=20)),
                ("told_free", models.BooleanField(help_text="They were told that help does not depend on it.")),
                ("words", models.BinaryField(help_text="What they want, under the person's key.", null=True)),
                ("recorded_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("withdrawn_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-recorded_at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-recorded_at", "-id"], name="cooperation_of_case")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("told_free", True)), name="asked_when_told_that_help_is_free"),
                    models.CheckConstraint(condition=models.Q(("withdrawn_at", None), ("answer", "agreed"), _connector="OR"), name="taken_back_where_agreed"),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
