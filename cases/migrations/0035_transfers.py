import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was offered, to whom and why, stays as it was; what came of it is added, and what was told of
# the case goes. As for the other sealed columns, nrm_keys sees which case a row belongs to and may
# put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_transfer FROM nrm_web;
GRANT UPDATE (state, answered_by_id, answered_at, content) ON cases_transfer TO nrm_web;
GRANT SELECT (id, case_id, content), UPDATE (content) ON cases_transfer TO nrm_keys;
CREATE POLICY rotated_read ON cases_transfer FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_transfer FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
# Restricting, sealing or closing a case takes an offer of it back, whoever does it and however.
TAKEN_BACK = """
CREATE FUNCTION cases_offer_taken_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone record;
BEGIN
    FOR gone IN
        UPDATE cases_transfer SET state = 'withdrawn', content = NULL, answered_by_id = nrm_actor(),
            answered_at = statement_timestamp()
        WHERE case_id = NEW.id AND state = 'offered'
        RETURNING id, organisation_id
    LOOP
        PERFORM cases_tell_team(gone.organisation_id, '{supervisor}'::text[],
                                'transfer_withdrawn', gone.id, statement_timestamp());
    END LOOP;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION cases_offer_taken_back() FROM PUBLIC;
CREATE TRIGGER take_offer_back AFTER UPDATE ON cases_case FOR EACH ROW
    WHEN ((NEW.confidentiality <> 'normal' AND OLD.confidentiality = 'normal')
          OR (NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL))
    EXECUTE FUNCTION cases_offer_taken_back();
"""
LEFT = """
DROP TRIGGER take_offer_back ON cases_case;
DROP FUNCTION cases_offer_taken_back();
"""
BACK = """
DROP POLICY rotated_read ON cases_transfer;
DROP POLICY rotated ON cases_transfer;
REVOKE ALL ON cases_transfer FROM nrm_keys;
"""


def foreign(to, **more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0034_the_road_to_18"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("reason", models.CharField(choices=[("place", "The person lives there now"), ("responsible", "The other authority is responsible by law"), ("child_panel", "A panel for children there decides"), ("conflict", "Somebody here has a conflict of interest"), ("safety", "The person is safer if it is dealt with elsewhere")], max_length=20)),
                ("content", models.BinaryField(help_text="What is told of the case: JSON under the person's key.", null=True)),
                ("state", models.CharField(choices=[("offered", "Waits for an answer"), ("accepted", "Accepted"), ("rejected", "Not accepted"), ("withdrawn", "Taken back")], default="offered", max_length=10)),
                ("refusal", models.CharField(blank=True, choices=[("not_responsible", "We are not responsible"), ("conflict", "Somebody here has a conflict of interest"), ("not_safe", "It would not be safe for the person"), ("not_now", "Nobody here could work on it now")], max_length=20)),
                ("offered_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", foreign(settings.AUTH_USER_MODEL, null=True)),
                ("authority", foreign("accounts.organisation")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("offered_by", foreign(settings.AUTH_USER_MODEL)),
                ("organisation", foreign("accounts.organisation")),
            ],
            options={
                "ordering": ["-offered_at", "-id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(condition=models.Q(("state", "offered")), fields=("case",), name="one_transfer_offered")],
                "indexes": [models.Index(fields=["case", "-offered_at", "-id"], name="transfer_of_case"), models.Index(fields=["organisation", "-offered_at", "-id"], name="transfer_to"), models.Index(fields=["authority", "-offered_at", "-id"], name="transfer_from")],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
        migrations.RunSQL(TAKEN_BACK, LEFT),
    ]
