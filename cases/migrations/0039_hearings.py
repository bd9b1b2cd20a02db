import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Which hearing it was stays; what happened in it is added. As for the other sealed columns, nrm_keys
# sees which case a row belongs to and may put another ciphertext in the place of one.
STAYS = """
REVOKE DELETE, UPDATE ON cases_hearing FROM nrm_web;
GRANT UPDATE (result, told, by_id, at) ON cases_hearing TO nrm_web;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_hearing TO nrm_keys;
CREATE POLICY rotated_read ON cases_hearing FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_hearing FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_hearing;
DROP POLICY rotated ON cases_hearing;
REVOKE ALL ON cases_hearing FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0038_disqualification"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hearing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(blank=True, choices=[("first", "First hearing"), ("plea", "Plea"), ("trial", "Trial"), ("sentence", "Sentence"), ("appeal", "Appeal"), ("other", "Another hearing")], max_length=20)),
                ("on_day", models.DateField()),
                ("interpreter", models.CharField(blank=True, choices=[("booked", "Booked"), ("no", "Needed and not booked"), ("not_needed", "Not needed")], max_length=20)),
                ("result", models.CharField(blank=True, choices=[("", "Nobody has said what happened"), ("held", "It took place"), ("moved", "It was moved to another day"), ("cancelled", "It was called off"), ("absent", "The person was not there")], max_length=10)),
                ("told", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("matter", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="hearings", to="cases.matter")),
            ],
            options={
                "ordering": ["-on_day", "-at", "id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["matter", "-on_day", "-at"], name="hearing_of_matter")],
            },
        ),
        migrations.RunSQL(STAYS, BACK),
    ]
