import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was asked, by whom and of which cases, stays as it was.
STAYS = """
REVOKE DELETE, UPDATE ON cases_merging FROM nrm_web;
GRANT UPDATE (state, decided_by_id, decided_at, undone_at, kept) ON cases_merging TO nrm_web;
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
        ("cases", "0020_sharing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Merging",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("undo", models.BooleanField(default=False)),
                ("reason", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for a second person"),
                            ("agreed", "Agreed"),
                            ("declined", "Not agreed"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("kept", models.JSONField(default=list)),
                ("asked_by", user()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="cases.case",
                    ),
                ),
                ("decided_by", user(null=True)),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("case",),
                        name="one_merging_waits",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "agreed"), ("undo", False), ("undone_at", None)
                        ),
                        fields=("case",),
                        name="merged_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("into")), _negated=True),
                        name="merged_with_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ("state", "withdrawn"),
                            _connector="OR",
                        ),
                        name="merging_of_two_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
    ]
