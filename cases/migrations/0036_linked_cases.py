import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

# What linked them stays as it was; that it ended is added. As for the other sealed columns, nrm_keys
# sees which case a row belongs to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_caselink FROM nrm_web;
GRANT UPDATE (ended_by_id, ended_at, ended_because) ON cases_caselink TO nrm_web;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_caselink TO nrm_keys;
CREATE POLICY rotated_read ON cases_caselink FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_caselink FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_caselink;
DROP POLICY rotated ON cases_caselink;
REVOKE ALL ON cases_caselink FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0035_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("family", "One family"), ("household", "One household"), ("exploiter", "The same exploiter or group"), ("event", "The same event, place or journey")], max_length=20)),
                ("rule", models.CharField(choices=[("none", "No rule: they know of each other"), ("together", "They want to stay together"), ("not_told", "Neither is told of the other"), ("apart", "Neither is told of the other, and never under one roof")], max_length=20)),
                ("told", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.CharField(blank=True, choices=[("mistake", "They were linked by mistake"), ("over", "It is so no more"), ("rule", "Another rule holds between them: they are linked anew")], max_length=20)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("ended_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("other", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="links_to", to="cases.case")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-at", "-id"], name="link_of_case"), models.Index(fields=["other", "-at", "-id"], name="link_to_case")],
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.comparison.Least("case", "other"), django.db.models.functions.comparison.Greatest("case", "other"), condition=models.Q(("ended_at", None)), name="one_link_a_pair"),
                    models.CheckConstraint(condition=models.Q(("case", models.F("other")), _negated=True), name="link_of_two_cases"),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
