import django.db.models.deletion
import uuid
from django.db import migrations, models

from identities.models import FactKind

KEYS_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS keys;
GRANT USAGE ON SCHEMA keys TO nrm_web, nrm_keys, nrm_backup;
"""

LOCKS = """
-- Wrapped keys: the web makes, reads and destroys them; nrm_keys re-wraps; jobs have no right.
GRANT SELECT, INSERT, DELETE ON keys.person_key TO nrm_web;
GRANT SELECT, UPDATE ON keys.person_key TO nrm_keys;
REVOKE ALL ON identities_fact, identities_disclosure FROM nrm_worker;
REVOKE UPDATE, DELETE ON identities_disclosure FROM nrm_web;
REVOKE DELETE ON identities_fact FROM nrm_web;

-- Who discloses, in which transaction and when, is the database's own word.
CREATE FUNCTION identities_stamp_disclosure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.at := transaction_timestamp();
    NEW.actor_id := nullif(current_setting('nrm.actor', true), '')::uuid;
    NEW.case_id := nullif(current_setting('nrm.case', true), '')::uuid;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON identities_disclosure
    FOR EACH ROW EXECUTE FUNCTION identities_stamp_disclosure();
CREATE FUNCTION identities_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A disclosure cannot be changed.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON identities_disclosure
    FOR EACH ROW EXECUTE FUNCTION identities_refuse();

-- No disclosure row in this transaction, by this actor, for this person and case: no identity.
ALTER TABLE identities_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities_fact FORCE ROW LEVEL SECURITY;
"""

_DISCLOSED = """EXISTS (
    SELECT 1 FROM identities_disclosure d
    WHERE d.person_id = identities_fact.person_id
      AND d.xact = (SELECT pg_current_xact_id_if_assigned()::text::bigint)
      AND d.at = (SELECT transaction_timestamp())
      AND d.actor_id = (SELECT nullif(current_setting('nrm.actor', true), '')::uuid)
      AND d.case_id IS NOT DISTINCT FROM
          (SELECT nullif(current_setting('nrm.case', true), '')::uuid)
      AND {purpose}
)"""
_ANY, _RECORDING = "d.purpose <> ''", "d.purpose = 'recording'"

POLICIES = f"""
CREATE POLICY disclosed_read ON identities_fact FOR SELECT
    USING ({_DISCLOSED.format(purpose=_ANY)});
CREATE POLICY recorded_insert ON identities_fact FOR INSERT
    WITH CHECK ({_DISCLOSED.format(purpose=_RECORDING)});
CREATE POLICY recorded_update ON identities_fact FOR UPDATE
    USING ({_DISCLOSED.format(purpose=_RECORDING)})
    WITH CHECK ({_DISCLOSED.format(purpose=_RECORDING)});
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.RunSQL(KEYS_SCHEMA, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("pseudonym", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                ("person_id", models.UUIDField(primary_key=True, serialize=False)),
                ("kek", models.PositiveIntegerField(help_text="Version of the key-encryption key.")),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": 'keys"."person_key'},
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=FactKind.choices, max_length=30)),
                ("value", models.BinaryField()),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="identities.person")),
            ],
            options={"indexes": [models.Index(fields=["person", "kind"], name="fact_of_person")]},
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField(null=True)),
                ("actor_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=40)),
                ("reason", models.BinaryField(help_text="Free text, under the person's key.", null=True)),
                ("xact", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField(editable=False)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="disclosures", to="identities.person")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "xact"], name="disclosure_of_person"),
                    models.Index(fields=["case_id", "-at"], name="disclosure_by_case"),
                ]
            },
        ),
        migrations.RunSQL(LOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
