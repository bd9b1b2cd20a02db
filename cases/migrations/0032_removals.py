import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Never deleted; jobs follow its days. As for the other sealed columns, nrm_keys sees which case a
# row belongs to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE ON cases_removal FROM nrm_web;
GRANT UPDATE (next_look_at) ON cases_removal TO nrm_worker;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_removal TO nrm_keys;
CREATE POLICY rotated_read ON cases_removal FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_removal FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_removal;
DROP POLICY rotated ON cases_removal;
REVOKE ALL ON cases_removal FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0031_days_of_matters"),
    ]

    operations = [
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("detention", "Immigration detention"), ("directions", "Removal or deportation directions"), ("return", "Return or transfer to another country")], max_length=20)),
                ("on", models.DateField(help_text="The day it began or is set for.", null=True)),
                ("risk", models.CharField(blank=True, choices=[("safe", "Assessed: no danger is known"), ("unclear", "Assessed: it is not clear"), ("unsafe", "Assessed: it is not safe")], max_length=20)),
                ("risk_on", models.DateField(help_text="When that was assessed.", null=True)),
                ("ended", models.CharField(blank=True, choices=[("released", "The person was released"), ("cancelled", "Cancelled or put off"), ("carried_out", "The person was taken away")], max_length=20)),
                ("ended_on", models.DateField(null=True)),
                ("told", models.BinaryField(help_text="What was said in words, under the person's key.")),
                ("recorded_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("next_look_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["-recorded_at", "-id"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="removal",
            index=models.Index(fields=["case", "-recorded_at", "-id"], name="removal_of_case"),
        ),
        migrations.AddIndex(
            model_name="removal",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at", "id"],
                name="removal_to_sweep",
            ),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
