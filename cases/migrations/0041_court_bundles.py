import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was prepared stays as it was; what a second person said, and that it was recalled, is added.
# As for the other sealed columns, nrm_keys sees which case a row belongs to and may put another
# ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_courtbundle FROM nrm_web;
GRANT UPDATE (
    state, answered_by_id, answered_at, returned_because,
    recalled_by_id, recalled_at, recalled_because
) ON cases_courtbundle TO nrm_web;
GRANT SELECT (id, case_id, content), UPDATE (content) ON cases_courtbundle TO nrm_keys;
CREATE POLICY rotated_read ON cases_courtbundle FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_courtbundle FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_courtbundle;
DROP POLICY rotated ON cases_courtbundle;
REVOKE ALL ON cases_courtbundle FROM nrm_keys;
"""
_PROTECT = django.db.models.deletion.PROTECT
_USER = settings.AUTH_USER_MODEL


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0040_redactions"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourtBundle",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(help_text="Its place in the case, for good.")),
                ("recipient", models.CharField(help_text="A code of cases.rules.court.", max_length=40)),
                ("ground", models.CharField(blank=True, help_text="Lawful, of the profile.", max_length=40)),
                ("content", models.BinaryField(help_text="JSON under the person's key.")),
                ("state", models.CharField(choices=[("prepared", "Waits for a second person"), ("approved", "Approved"), ("returned", "Returned")], default="prepared", max_length=10)),
                ("prepared_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("returned_because", models.CharField(blank=True, choices=[("too_much", "More has to be left out or blacked out"), ("too_little", "Something that belongs in it is left out"), ("basis", "It does not rest on what is named"), ("recipient", "It would go to the wrong recipient")], max_length=20)),
                ("recalled_at", models.DateTimeField(null=True)),
                ("recalled_because", models.CharField(blank=True, choices=[("person_asked", "The person asked for it"), ("risk", "It could put the person at risk"), ("mistake", "It was shared by mistake"), ("purpose_over", "What it was shared for is over"), ("consent_withdrawn", "The person withdrew their consent"), ("restricted", "The case was restricted or sealed")], max_length=20)),
                ("answered_by", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=_USER)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("consent", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="court_bundles", to="cases.consent")),
                ("prepared_by", models.ForeignKey(on_delete=_PROTECT, related_name="+", to=_USER)),
                ("recalled_by", models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=_USER)),
            ],
            options={
                "ordering": ["-prepared_at", "-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["case", "-prepared_at", "-id"], name="court_bundle_of_case")],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="one_court_bundle_a_number"),
                    models.CheckConstraint(condition=models.Q(("answered_by", None), models.Q(("answered_by", models.F("prepared_by")), _negated=True), _connector="OR"), name="court_bundle_by_two"),
                    models.CheckConstraint(condition=models.Q(models.Q(("consent__isnull", False), ("ground", "")), models.Q(("consent", None), models.Q(("ground", ""), _negated=True)), _connector="OR"), name="court_bundle_rests_on_one"),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
