import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was done, by whom, why and when, stays as it was.
STAYS = """
REVOKE DELETE, UPDATE ON cases_suspension, cases_withdrawal, cases_closure FROM nrm_web;
GRANT UPDATE (ended_by_id, ended_at) ON cases_suspension TO nrm_web;
GRANT UPDATE (reopened_by_id, reopened_at, reopened_because) ON cases_closure TO nrm_web;
"""
# As for the other sealed columns: nrm_keys sees which case a row belongs to, and may put another
# ciphertext in the place of one.
SEALED = {"cases_suspension": "note", "cases_withdrawal": "told", "cases_closure": "note"}
KEYS = "\n".join(
    f"GRANT SELECT (id, case_id, {column}), UPDATE ({column}) ON {table} TO nrm_keys;\n"
    f"CREATE POLICY rotated_read ON {table} FOR SELECT TO nrm_keys USING (true);\n"
    f"CREATE POLICY rotated ON {table} FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);"
    for table, column in SEALED.items()
)


def user(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


def case():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name="%(class)ss",
        to="cases.case",
    )


def key():
    return models.UUIDField(
        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0026_matters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("case", "keep_until", models.DateField(blank=True, null=True)),
        migrations.AddField("case", "suspended_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", key()),
                (
                    "code",
                    models.CharField(help_text="Closure code of the profile.", max_length=40),
                ),
                ("note", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("stage_before", models.CharField(max_length=40)),
                ("kept", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("reopened_at", models.DateTimeField(null=True)),
                (
                    "reopened_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("returned", "The person came back"),
                            (
                                "exceptional",
                                "Another look is asked for in exceptional circumstances",
                            ),
                            ("court", "A court asks for it"),
                            ("mistake", "It was closed by mistake"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by", user()),
                ("case", case()),
                ("reopened_by", user(null=True)),
            ],
            options={
                "ordering": ["-at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reopened_at", None)),
                        fields=("case",),
                        name="closed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", key()),
                (
                    "reason",
                    models.CharField(help_text="Suspension reason of the profile.", max_length=40),
                ),
                ("note", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("review_on", models.DateField()),
                ("stage_before", models.CharField(max_length=40)),
                ("pauses", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("by", user()),
                ("case", case()),
                ("ended_by", user(null=True)),
            ],
            options={
                "ordering": ["-at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("case",),
                        name="suspended_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", key()),
                (
                    "method",
                    models.CharField(
                        help_text="Method of the profile's withdrawal.", max_length=20
                    ),
                ),
                (
                    "told_on",
                    models.DateField(help_text="The day on which the person said or wrote it."),
                ),
                (
                    "explained",
                    models.BooleanField(
                        help_text="What ends and what stays open was explained."
                    ),
                ),
                ("told", models.BinaryField(help_text="JSON under the person's key.")),
                ("stage_before", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("by", user()),
                ("case", case()),
            ],
            options={"ordering": ["-at", "id"], "default_permissions": ()},
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
    ]
