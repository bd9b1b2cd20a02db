import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# It is made once. nrm_keys may put another ciphertext of it in the place of one; jobs have no use
# for it.
ONCE = """
REVOKE UPDATE, DELETE ON reporting_codesecret FROM nrm_web;
REVOKE ALL ON reporting_codesecret FROM nrm_worker;
GRANT SELECT, UPDATE (secret) ON reporting_codesecret TO nrm_keys;
CREATE POLICY rotated_read ON reporting_codesecret FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON reporting_codesecret FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_frozen_for_good"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CodeSecret",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("secret", models.BinaryField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
    ]
