import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was told is recalled, never deleted or changed into something else: answers, days and the
# decision beside it are kept by the web, and by jobs. As for the other sealed columns, nrm_keys sees which case a row belongs to
# and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_notice FROM nrm_web;
GRANT UPDATE (
    answer, because, answered_at, answered_by_id, next_look_at, decision, renewed_at, due_on, due_at,
    recalled_at, recalled_by_id, recalled_because
) ON cases_notice TO nrm_web;
GRANT UPDATE (next_look_at, decision, renewed_at, due_on, due_at, answer, because) ON cases_notice
    TO nrm_worker;
GRANT SELECT (id, case_id, content), UPDATE (content) ON cases_notice TO nrm_keys;
CREATE POLICY rotated_read ON cases_notice FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_notice FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_notice;
DROP POLICY rotated ON cases_notice;
REVOKE ALL ON cases_notice FROM nrm_keys;
"""

_PROTECT = django.db.models.deletion.PROTECT
_ANSWERS = [
    ("received", "Received"),
    ("considering", "It is being considered"),
    ("not_prosecuted", "Will not be prosecuted"),
    ("discontinued", "Discontinued"),
    ("continues", "Goes on"),
]
_REASONS = [
    ("person_asked", "The person asked for it"),
    ("risk", "It could put the person at risk"),
    ("mistake", "It was shared by mistake"),
    ("purpose_over", "What it was shared for is over"),
    ("consent_withdrawn", "The person withdrew their consent"),
    ("restricted", "The case was restricted or sealed"),
]


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0008_second_factor"),
        ("cases", "0029_questions_to_others"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("agency", models.CharField(help_text="A code of the profile.", max_length=40)),
                ("ground", models.CharField(blank=True, help_text="Lawful, of the profile.", max_length=40)),
                ("content", models.BinaryField(help_text="JSON under the person's key.")),
                ("decision", models.JSONField(default=dict)),
                ("sent_at", models.DateTimeField()),
                ("renewed_at", models.DateTimeField(help_text="A new decision was told.", null=True)),
                ("due_on", models.DateField()),
                ("due_at", models.DateTimeField()),
                ("next_look_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, choices=_ANSWERS, max_length=20)),
                ("because", models.CharField(blank=True, help_text="A code of the profile.", max_length=40)),
                ("answered_at", models.DateTimeField(null=True)),
                ("recalled_at", models.DateTimeField(null=True)),
                ("recalled_because", models.CharField(blank=True, choices=_REASONS, max_length=20)),
                ("answered_by", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("authority", models.ForeignKey(on_delete=_PROTECT, related_name="+", to="accounts.organisation")),
                ("by", models.ForeignKey(on_delete=_PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("consent", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="notices", to="cases.consent")),
                ("matter", models.ForeignKey(on_delete=_PROTECT, related_name="notices", to="cases.matter")),
                ("organisation", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="notices", to="accounts.organisation")),
                ("recalled_by", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["-sent_at", "-id"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["matter", "-sent_at", "-id"], name="notice_of_matter"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("recalled_at", None)),
                fields=["organisation", "-sent_at", "-id"],
                name="notice_received",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at", "id"],
                name="notice_to_sweep",
            ),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
