import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Never deleted; jobs follow its days. As for the other sealed columns, nrm_keys sees which case a
# row belongs to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE ON protection_childrecord FROM nrm_web;
GRANT UPDATE (next_look_at) ON protection_childrecord TO nrm_worker;
GRANT SELECT (id, case_id, told), UPDATE (told) ON protection_childrecord TO nrm_keys;
CREATE POLICY rotated_read ON protection_childrecord FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_childrecord FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_childrecord;
DROP POLICY rotated ON protection_childrecord;
REVOKE ALL ON protection_childrecord FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0034_the_road_to_18"),
        ("protection", "0003_shelter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChildRecord",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("guardian", "Guardian"), ("best_interests", "Best interests"), ("care", "Care arrangement"), ("missing", "Missing episode"), ("tracing", "Family tracing"), ("age", "Age assessment")], max_length=20)),
                ("code", models.CharField(blank=True, max_length=30)),
                ("second_code", models.CharField(blank=True, max_length=30)),
                ("on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("told", models.BinaryField(help_text="Words by name, as JSON under the child's key.")),
                ("recorded_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("next_look_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["-on", "-id"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="childrecord",
            index=models.Index(fields=["case", "-on", "-id"], name="child_record_of_case"),
        ),
        migrations.AddIndex(
            model_name="childrecord",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at", "id"],
                name="child_record_to_sweep",
            ),
        ),
        migrations.AddConstraint(
            model_name="childrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["care", "missing", "age"]), ("until", None)),
                fields=("case", "kind"),
                name="one_open_child_record",
            ),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
