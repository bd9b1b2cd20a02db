import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was asked, by whom and of whom, stays as it was.
STAYS = """
REVOKE DELETE, UPDATE ON cases_question FROM nrm_web;
GRANT UPDATE (state, answer, answered_on, ended_by_id, ended_at) ON cases_question TO nrm_web;
GRANT SELECT (id, case_id, told, answer), UPDATE (told, answer) ON cases_question TO nrm_keys;
CREATE POLICY rotated_read ON cases_question FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_question FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
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
        ("cases", "0028_decisions_looked_at_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("told", models.BinaryField(help_text="JSON under the person's key.")),
                (
                    "due_on",
                    models.DateField(
                        help_text="As it was asked; the clock may be extended since."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for an answer"),
                            ("answered", "Answered"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("answer", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("answered_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_by", user()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="cases.case",
                    ),
                ),
                (
                    "deadline",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="cases.deadline",
                    ),
                ),
                ("ended_by", user(null=True)),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["case", "-asked_at", "id"], name="question_of_case")
                ],
            },
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
    ]
