import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

_RECORDING = """EXISTS (
    SELECT 1 FROM identities_disclosure d
    WHERE d.person_id = identities_token.person_id
      AND d.xact = (SELECT pg_current_xact_id_if_assigned()::text::bigint)
      AND d.at = (SELECT transaction_timestamp())
      AND d.actor_id = (SELECT nullif(current_setting('nrm.actor', true), '')::uuid)
      AND d.purpose = 'recording'
)"""
_SEARCHED = """EXISTS (
    SELECT 1 FROM identities_search s
    WHERE s.xact = (SELECT pg_current_xact_id_if_assigned()::text::bigint)
      AND s.at = (SELECT transaction_timestamp())
      AND s.actor_id = (SELECT nullif(current_setting('nrm.actor', true), '')::uuid)
      AND identities_token.token = ANY (s.tokens)
)"""
_ACTOR = "(SELECT nullif(current_setting('nrm.actor', true), '')::uuid)"

LOCKS = f"""
REVOKE ALL ON identities_token, identities_search, identities_likeness FROM nrm_worker;
REVOKE UPDATE ON identities_token FROM nrm_web;
REVOKE UPDATE, DELETE ON identities_search, identities_likeness FROM nrm_web;
GRANT SELECT, INSERT, DELETE ON identities_token TO nrm_keys;
GRANT USAGE, SELECT ON SEQUENCE identities_token_id_seq TO nrm_keys;
GRANT SELECT (kind, superseded_at) ON identities_fact TO nrm_keys;

-- Who searches, in which transaction and when, is the database's own word, and is not changed.
CREATE FUNCTION identities_stamp_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.at := transaction_timestamp();
    NEW.actor_id := nullif(current_setting('nrm.actor', true), '')::uuid;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON identities_search
    FOR EACH ROW EXECUTE FUNCTION identities_stamp_search();
CREATE FUNCTION identities_refuse_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A search cannot be changed.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON identities_search
    FOR EACH ROW EXECUTE FUNCTION identities_refuse_search();

ALTER TABLE identities_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities_token FORCE ROW LEVEL SECURITY;
CREATE POLICY searched ON identities_token FOR SELECT TO nrm_web USING ({_SEARCHED});
CREATE POLICY recorded_read ON identities_token FOR SELECT TO nrm_web USING ({_RECORDING});
CREATE POLICY recorded_insert ON identities_token FOR INSERT TO nrm_web WITH CHECK ({_RECORDING});
CREATE POLICY recorded_delete ON identities_token FOR DELETE TO nrm_web USING ({_RECORDING});
CREATE POLICY rebuilt ON identities_token TO nrm_keys USING (true) WITH CHECK (true);
CREATE POLICY erased ON identities_token TO nrm_owner USING (true);

ALTER TABLE identities_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities_search FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identities_search TO nrm_web
    USING (actor_id = {_ACTOR}) WITH CHECK (actor_id = {_ACTOR});

ALTER TABLE identities_likeness ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities_likeness FORCE ROW LEVEL SECURITY;
CREATE POLICY acting ON identities_likeness TO nrm_web
    USING ({_ACTOR} IS NOT NULL) WITH CHECK ({_ACTOR} IS NOT NULL);
CREATE POLICY erased ON identities_likeness TO nrm_owner USING (true);

-- Of a person whose keys are gone.
CREATE FUNCTION identities_forget_tokens(person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM keys.person_key k WHERE k.person_id = person) THEN
        RAISE EXCEPTION 'The tokens of a person whose keys are there are not deleted.';
    END IF;
    DELETE FROM public.identities_token t WHERE t.person_id = person;
    DELETE FROM public.identities_likeness l WHERE person IN (l.person_id, l.other_id);
END $$;
REVOKE ALL ON FUNCTION identities_forget_tokens(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identities_forget_tokens(uuid) TO nrm_web, nrm_keys;
"""
BACK = """
DROP FUNCTION identities_forget_tokens(uuid);
DROP TRIGGER append_only ON identities_search;
DROP TRIGGER stamp ON identities_search;
DROP FUNCTION identities_refuse_search();
DROP FUNCTION identities_stamp_search();
DROP POLICY searched ON identities_token;
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0005_erasure")]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("key", models.PositiveSmallIntegerField(help_text="Number of the search key.")),
                ("token", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["token"], name="token_by_itself"),
                    models.Index(fields=["person_id"], name="token_of_person"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("actor_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=20)),
                ("kinds", models.JSONField(default=list)),
                ("tokens", django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), size=None)),
                ("xact", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField(editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["xact"], name="search_by_xact"),
                    models.Index(fields=["actor_id", "-at"], name="search_by_actor"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.UUIDField()),
                ("other_id", models.UUIDField()),
                ("kinds", models.JSONField(default=list, help_text="Which kinds of tokens they share.")),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["other_id"], name="likeness_of_other")],
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "other_id"), name="one_likeness_a_pair")
                ],
            },
        ),
        migrations.RunSQL(LOCKS, BACK),
    ]
