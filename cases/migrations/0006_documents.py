import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cases.models.document

# A file is written once, read, and never changed; a document is withdrawn, not deleted. Jobs have
# nothing to do with files. What is sealed does not compress, so nothing tries to.
LOCKS = """
ALTER TABLE cases_documentpart ALTER COLUMN data SET STORAGE EXTERNAL;
REVOKE UPDATE, DELETE ON cases_documentpart FROM nrm_web;
REVOKE DELETE ON cases_document FROM nrm_web;
REVOKE ALL ON cases_documentpart, cases_document FROM nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0005_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(help_text="Its place in the case, for good.")),
                ("kind", models.CharField(choices=cases.models.document.DocumentKind.choices, max_length=20)),
                ("source", models.CharField(choices=cases.models.document.DocumentSource.choices, max_length=20)),
                ("dated", models.CharField(blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.", max_length=10)),
                ("file_type", models.CharField(help_text="Told by the content.", max_length=10)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("told", models.BinaryField(help_text="Under the person's key.")),
                ("added_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_for", models.CharField(blank=True, choices=cases.models.document.WithdrawalReason.choices, max_length=20)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("withdrawn_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [models.UniqueConstraint(fields=("case", "number"), name="one_document_a_number")],
            },
        ),
        migrations.CreateModel(
            name="DocumentPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField(help_text="Under the person's key.")),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="cases.document")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("document", "number"), name="one_part_a_number")],
            },
        ),
        migrations.RunSQL(LOCKS, migrations.RunSQL.noop),
    ]
