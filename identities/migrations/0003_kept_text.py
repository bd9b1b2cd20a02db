import uuid

from django.db import migrations, models

# A kept text is its user's alone: every row is read, written and forgotten in the user's own
# context. Jobs may only forget what has expired, without reading it.
LOCKS = """
GRANT SELECT, INSERT, DELETE ON keys.user_key TO nrm_web;
GRANT SELECT, UPDATE ON keys.user_key TO nrm_keys;
REVOKE ALL ON identities_kepttext FROM nrm_worker;
REVOKE UPDATE ON identities_kepttext FROM nrm_web;

CREATE FUNCTION identities_forget_kept_texts() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.identities_kepttext WHERE expires_at < now();
$$;
REVOKE ALL ON FUNCTION identities_forget_kept_texts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identities_forget_kept_texts() TO nrm_worker, nrm_web;

ALTER TABLE identities_kepttext ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities_kepttext FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identities_kepttext
    USING (user_id = (SELECT nullif(current_setting('nrm.actor', true), '')::uuid))
    WITH CHECK (user_id = (SELECT nullif(current_setting('nrm.actor', true), '')::uuid));
CREATE POLICY forgotten ON identities_kepttext TO nrm_owner USING (expires_at < now());
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0002_key_of_an_expired_draft")]
    operations = [
        migrations.CreateModel(
            name="UserKey",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False)),
                ("kek", models.PositiveIntegerField(help_text="Version of the key-encryption key.")),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": 'keys"."user_key'},
        ),
        migrations.CreateModel(
            name="KeptText",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("content", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user_id", "-kept_at"], name="kept_of_user"),
                    models.Index(fields=["expires_at"], name="kept_by_expiry"),
                ]
            },
        ),
        migrations.RunSQL(LOCKS, "DROP FUNCTION identities_forget_kept_texts();"),
    ]
