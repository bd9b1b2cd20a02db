import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GRANTS = """
REVOKE DELETE ON protection_transport FROM nrm_web;
REVOKE ALL ON protection_transport FROM nrm_worker;
GRANT SELECT (id, case_id, told), UPDATE (told) ON protection_transport TO nrm_keys;
CREATE POLICY rotated_read ON protection_transport FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_transport FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_transport;
DROP POLICY rotated ON protection_transport;
REVOKE ALL ON protection_transport FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0044_covers_heed_exclusions"),
        ("protection", "0007_holds_that_run_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Transport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("arranged_by", models.CharField(choices=[("shelter", "The shelter"), ("provider", "Another provider"), ("other", "Somebody else"), ("police", "The police, where the person wants that")], max_length=10)),
                ("leaves_at", models.DateTimeField()),
                ("apart", models.BooleanField(help_text="Nobody else may be in the car, or not these.")),
                ("told", models.BinaryField(help_text="Words, under the person's key.", null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("noted_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("noted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("stay", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="transport", to="protection.stay")),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
