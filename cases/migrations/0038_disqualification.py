import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SEALED = ("told", "answer", "reasons", "look_told", "look_answer")
COLUMNS = ", ".join(SEALED)
# What was proposed, on what grounds and by whom, stays as it was; what follows is added. As for the
# other sealed columns, nrm_keys sees which case a row belongs to and may put another ciphertext in
# the place of one.
STAYS = f"""
REVOKE DELETE, UPDATE ON cases_disqualification FROM nrm_web;
GRANT UPDATE (state, person_told_on, person_told_channel, person_told_language, answered,
    answered_on, answer, decided_by_id, decided_at, reasons, served_on, served_channel,
    served_language, look_state, look_by, look_on, look_grounds, look_late, look_told,
    look_recorded_by_id, look_answered_by_id, look_answered_at, look_answer)
    ON cases_disqualification TO nrm_web;
GRANT SELECT (id, case_id, {COLUMNS}), UPDATE ({COLUMNS}) ON cases_disqualification TO nrm_keys;
CREATE POLICY rotated_read ON cases_disqualification FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_disqualification FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_disqualification;
DROP POLICY rotated ON cases_disqualification;
REVOKE ALL ON cases_disqualification FROM nrm_keys;
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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0037_provisional_identification"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disqualification",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("grounds", models.JSONField(default=list, help_text="Grounds of the profile.")),
                ("told", models.BinaryField(help_text="JSON under the person's key.")),
                ("at", models.DateTimeField()),
                ("state", models.CharField(choices=[("proposed", "Proposed: nothing is decided"), ("taken_back", "Taken back before it was decided"), ("not_made", "Not disqualified: protection goes on"), ("made", "Disqualified"), ("lifted", "Lifted: protection goes on")], default="proposed", max_length=12)),
                ("person_told_on", models.DateField(null=True)),
                ("person_told_channel", models.CharField(blank=True, max_length=20)),
                ("person_told_language", models.CharField(blank=True, max_length=20)),
                ("answered", models.CharField(blank=True, choices=[("said", "The person, or somebody for them, answered"), ("nothing", "The person wants to say nothing to it")], max_length=10)),
                ("answered_on", models.DateField(null=True)),
                ("answer", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reasons", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("served_on", models.DateField(null=True)),
                ("served_channel", models.CharField(blank=True, max_length=20)),
                ("served_language", models.CharField(blank=True, max_length=20)),
                ("look_state", models.CharField(blank=True, choices=[("asked", "Waits for an answer"), ("accepted", "Accepted: the decision is made again"), ("rejected", "Not accepted: the decision stays")], max_length=12)),
                ("look_by", models.CharField(blank=True, choices=[("person", "The person"), ("responder", "Whoever referred them"), ("provider", "A support provider"), ("representative", "A lawyer, or somebody else they chose to speak for them")], max_length=20)),
                ("look_on", models.DateField(null=True)),
                ("look_grounds", models.JSONField(default=list, help_text="Grounds of the profile.")),
                ("look_late", models.BooleanField(default=False)),
                ("look_told", models.BinaryField(help_text="JSON under the person's key.", null=True)),
                ("look_answered_at", models.DateTimeField(null=True)),
                ("look_answer", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("by", user()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("decided_by", user(null=True)),
                ("look_answered_by", user(null=True)),
                ("look_recorded_by", user(null=True)),
            ],
            options={
                "ordering": ["-at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state__in", ["proposed", "made"])), fields=("case",), name="one_disqualification"),
                    models.CheckConstraint(condition=models.Q(("decided_by", None), models.Q(("decided_by", models.F("by")), _negated=True), _connector="OR"), name="disqualified_by_two"),
                    models.CheckConstraint(condition=models.Q(models.Q(("state__in", ["made", "not_made", "lifted"]), _negated=True), models.Q(("decided_by", None), _negated=True), _connector="OR"), name="disqualified_by_somebody"),
                    models.CheckConstraint(condition=models.Q(("look_answered_by", None), models.Q(models.Q(("look_answered_by", models.F("by")), _negated=True), models.Q(("look_answered_by", models.F("decided_by")), _negated=True), models.Q(("look_answered_by", models.F("look_recorded_by")), _negated=True)), _connector="OR"), name="road_back_by_others"),
                ],
            },
        ),
        migrations.RunSQL(STAYS, BACK),
    ]
