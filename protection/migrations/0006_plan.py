import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Never deleted; what happened is never changed; jobs follow the days. As for the other sealed
# columns, nrm_keys sees which case a row belongs to and may put another ciphertext in the place of
# one.
GRANTS = """
REVOKE DELETE ON protection_planitem FROM nrm_web;
REVOKE UPDATE, DELETE ON protection_planstep FROM nrm_web;
GRANT UPDATE (next_look_at) ON protection_planitem TO nrm_worker;
GRANT SELECT (id, case_id, told), UPDATE (told) ON protection_planitem TO nrm_keys;
CREATE POLICY rotated_read ON protection_planitem FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_planitem FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
GRANT SELECT (id, case_id, told), UPDATE (told) ON protection_planstep TO nrm_keys;
CREATE POLICY rotated_read ON protection_planstep FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_planstep FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_planitem;
DROP POLICY rotated ON protection_planitem;
DROP POLICY rotated_read ON protection_planstep;
DROP POLICY rotated ON protection_planstep;
REVOKE ALL ON protection_planitem, protection_planstep FROM nrm_keys;
"""
_ID = ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False))


def _user(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0036_linked_cases"),
        ("protection", "0005_counselling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanItem",
            fields=[
                _ID,
                ("kind", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("answers", models.JSONField(default=dict, help_text="Codes, days and ids by name, as they stand now; no words.")),
                ("told", models.BinaryField(help_text="Words by name, as JSON under the person's key.")),
                ("recorded_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("ahead", models.JSONField(default=list)),
                ("next_look_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("decided_by", _user(null=True)),
                ("recorded_by", _user()),
            ],
            options={
                "ordering": ["-recorded_at", "-id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["case", "-recorded_at", "-id"], name="plan_item_of_case"),
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at", "id"], name="plan_item_to_see_to"),
                    models.Index(condition=models.Q(("next_look_at__isnull", False)), fields=["next_look_at", "id"], name="plan_item_to_sweep"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("decided_by", None), models.Q(("decided_by", models.F("recorded_by")), _negated=True), _connector="OR"), name="plan_item_decided_by_another"),
                    models.UniqueConstraint(condition=models.Q(("ended_at", None), ("kind", "return")), fields=("case",), name="one_return_at_a_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanStep",
            fields=[
                _ID,
                ("code", models.CharField(max_length=20)),
                ("answers", models.JSONField(default=dict, help_text="Codes, days and ids by name; no words.")),
                ("told", models.BinaryField(help_text="Words by name, as JSON under the person's key.")),
                ("at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("by", _user()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="protection.planitem")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["item", "-at", "-id"], name="plan_step_of_item")],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
