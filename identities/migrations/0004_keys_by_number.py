from django.db import migrations, models

# A person has one data key, or two while values move from one to the next. nrm_keys wraps keys
# anew, makes the next and takes away the one that no value is under any more. The web and jobs may
# know whether a rotation is under way, and nothing more.
NUMBERS = """
ALTER TABLE keys.person_key ADD COLUMN number integer NOT NULL DEFAULT 1 CHECK (number > 0);
ALTER TABLE keys.person_key ALTER COLUMN number DROP DEFAULT;
ALTER TABLE keys.person_key DROP CONSTRAINT person_key_pkey;
ALTER TABLE keys.person_key ADD CONSTRAINT person_key_pkey PRIMARY KEY (person_id, number);
ALTER TABLE keys.user_key ADD COLUMN number integer NOT NULL DEFAULT 1 CHECK (number > 0);
ALTER TABLE keys.user_key ALTER COLUMN number DROP DEFAULT;
ALTER TABLE keys.user_key DROP CONSTRAINT user_key_pkey;
ALTER TABLE keys.user_key ADD CONSTRAINT user_key_pkey PRIMARY KEY (user_id, number);
GRANT INSERT, DELETE ON keys.person_key, keys.user_key TO nrm_keys;
"""
BACK = """
DELETE FROM keys.person_key WHERE number > 1;
ALTER TABLE keys.person_key DROP CONSTRAINT person_key_pkey;
ALTER TABLE keys.person_key ADD CONSTRAINT person_key_pkey PRIMARY KEY (person_id);
ALTER TABLE keys.person_key DROP COLUMN number;
DELETE FROM keys.user_key WHERE number > 1;
ALTER TABLE keys.user_key DROP CONSTRAINT user_key_pkey;
ALTER TABLE keys.user_key ADD CONSTRAINT user_key_pkey PRIMARY KEY (user_id);
ALTER TABLE keys.user_key DROP COLUMN number;
REVOKE INSERT, DELETE ON keys.person_key, keys.user_key FROM nrm_keys;
"""

# What nrm_keys does to values: it sees the sealed columns and where they belong, and may put
# another ciphertext in the place of one. Past row-level security, which asks who looks; nothing
# that it sees tells who anybody is, without the keys from outside the database.
VALUES = """
GRANT SELECT, INSERT, UPDATE ON keys.rotation TO nrm_keys;
GRANT USAGE, SELECT ON SEQUENCE keys.rotation_id_seq TO nrm_keys;
GRANT SELECT (id, person_id, value), UPDATE (value) ON identities_fact TO nrm_keys;
GRANT SELECT (id, person_id, reason), UPDATE (reason) ON identities_disclosure TO nrm_keys;
GRANT SELECT (id, user_id, content), UPDATE (content) ON identities_kepttext TO nrm_keys;
GRANT INSERT ON audit_event TO nrm_keys;
GRANT USAGE, SELECT ON SEQUENCE audit_event_id_seq TO nrm_keys;
CREATE POLICY rotated_read ON identities_fact FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON identities_fact FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
CREATE POLICY rotated_read ON identities_kepttext FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON identities_kepttext FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);

CREATE OR REPLACE FUNCTION identities_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The same words under another key are the same words.
    IF TG_OP = 'UPDATE' AND current_user = 'nrm_keys'
        AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A disclosure cannot be changed.';
END $$;
"""
VALUES_BACK = """
DROP POLICY rotated_read ON identities_fact;
DROP POLICY rotated ON identities_fact;
DROP POLICY rotated_read ON identities_kepttext;
DROP POLICY rotated ON identities_kepttext;
REVOKE ALL ON identities_fact, identities_disclosure, identities_kepttext, audit_event FROM nrm_keys;
CREATE OR REPLACE FUNCTION identities_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A disclosure cannot be changed.';
END $$;
"""


def _numbered(model, owner):
    return [
        migrations.AddField(
            model, "number", models.PositiveIntegerField(default=1), preserve_default=True
        ),
        migrations.AlterField(model, owner, models.UUIDField()),
        migrations.AddField(
            model,
            "pk",
            models.CompositePrimaryKey(
                owner, "number", blank=True, editable=False, primary_key=True, serialize=False
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("identities", "0003_kept_text"),
        ("audit", "0002_events_by_time_and_verifications"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(NUMBERS, BACK)],
            [*_numbered("personkey", "person_id"), *_numbered("userkey", "user_id")],
        ),
        migrations.CreateModel(
            name="Rotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("wrapped_at", models.DateTimeField(help_text="Every data key is wrapped anew.", null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": 'keys"."rotation'},
        ),
        migrations.RunSQL(VALUES, VALUES_BACK),
    ]
