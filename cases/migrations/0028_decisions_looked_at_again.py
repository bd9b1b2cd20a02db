import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was asked, by whom and why, stays as it was.
STAYS = """
REVOKE DELETE, UPDATE ON cases_reconsideration FROM nrm_web;
GRANT UPDATE (state, answered_by_id, answered_at, answer) ON cases_reconsideration TO nrm_web;
GRANT SELECT (id, case_id, told, answer), UPDATE (told, answer)
    ON cases_reconsideration TO nrm_keys;
CREATE POLICY rotated_read ON cases_reconsideration FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_reconsideration FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
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
        ("cases", "0027_the_course_of_a_case"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Reconsideration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "asked_by",
                    models.CharField(
                        choices=[
                            ("person", "The person"),
                            ("responder", "Whoever referred them"),
                            ("provider", "A support provider"),
                            (
                                "representative",
                                "A lawyer, or somebody else they chose to speak for them",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "asked_on",
                    models.DateField(help_text="The day on which it was asked for."),
                ),
                (
                    "grounds",
                    models.JSONField(
                        default=list, help_text="Reconsideration grounds of the profile."
                    ),
                ),
                ("late", models.BooleanField(default=False)),
                ("told", models.BinaryField(help_text="JSON under the person's key.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for an answer"),
                            ("accepted", "Accepted: the decision is made again"),
                            ("rejected", "Not accepted: the decision stays"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("answered_by", user(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="cases.case",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconsiderations",
                        to="cases.decision",
                    ),
                ),
                ("recorded_by", user()),
            ],
            options={
                "ordering": ["-recorded_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("case",),
                        name="one_look_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_by", models.F("recorded_by")), _negated=True),
                            ("answered_by", None),
                            _connector="OR",
                        ),
                        name="look_of_two_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
    ]
