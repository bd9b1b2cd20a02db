import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was blacked out is a record: it is added, never changed.
GRANTS = "REVOKE DELETE, UPDATE ON cases_redaction FROM nrm_web;"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0039_hearings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("page", models.PositiveSmallIntegerField(help_text="Its place among those added together.")),
                ("ground", models.CharField(choices=[("privilege", "Legal privilege"), ("third_party", "It is about somebody else"), ("harm", "It could put somebody in danger"), ("not_relevant", "It is not relevant")], max_length=20)),
                ("removed", models.JSONField(help_text="Codes of Removed.")),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("document", models.ForeignKey(help_text="The original.", on_delete=django.db.models.deletion.PROTECT, related_name="redactions", to="cases.document")),
                ("version", models.OneToOneField(help_text="What may leave.", on_delete=django.db.models.deletion.PROTECT, related_name="redaction", to="cases.document")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-at", "-id"], name="redaction_of_case")],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
