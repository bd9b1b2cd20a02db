import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who identified whom, when and why, stays as it was; what follows is added. As for the other sealed
# columns, nrm_keys sees which case a row belongs to and may put another ciphertext in its place.
STAYS = """
REVOKE DELETE, UPDATE ON cases_provisional FROM nrm_web;
GRANT UPDATE (situation, state, looked_by_id, looked_at, functions_by_id, functions_at, decision_id,
    ended_at) ON cases_provisional TO nrm_web;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_provisional TO nrm_keys;
CREATE POLICY rotated_read ON cases_provisional FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_provisional FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
# A suspension that is looked at again and goes on has another day from then.
LONGER = "GRANT UPDATE (review_on) ON cases_suspension TO nrm_web;"
SHORTER = "REVOKE UPDATE (review_on) ON cases_suspension FROM nrm_web;"
BACK = """
DROP POLICY rotated_read ON cases_provisional;
DROP POLICY rotated ON cases_provisional;
REVOKE ALL ON cases_provisional FROM nrm_keys;
"""


def user(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0036_linked_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Provisional",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("situation", models.CharField(help_text="Situation of the profile.", max_length=40)),
                ("grounds", models.JSONField(default=list, help_text="Grounds of the decision that it precedes.")),
                ("told", models.BinaryField(help_text="Why: JSON under the person's key.")),
                ("state", models.CharField(choices=[("stands", "Holds until an authority decides"), ("confirmed", "Confirmed by a decision"), ("lapsed", "Lapsed: the decision did not confirm it")], default="stands", max_length=10)),
                ("at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("looked_at", models.DateTimeField()),
                ("functions_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("by", user()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("decision", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.decision")),
                ("functions_by", user(null=True)),
                ("looked_by", user()),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation")),
            ],
            options={
                "ordering": ["-at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "stands")), fields=("case",), name="identified_once_for_now"),
                ],
            },
        ),
        migrations.RunSQL(STAYS, BACK),
        migrations.RunSQL(LONGER, SHORTER),
    ]
