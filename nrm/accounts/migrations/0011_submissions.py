from django.db import migrations, models

# Jobs forget them after their time, and read none.
FORGET = """
REVOKE ALL ON accounts_submission FROM nrm_worker;
REVOKE UPDATE, DELETE ON accounts_submission FROM nrm_web;
CREATE OR REPLACE FUNCTION accounts_forget_sessions() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.accounts_session WHERE ends_at < now();
    DELETE FROM public.accounts_submission WHERE at < now() - interval '30 days';
$$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION accounts_forget_sessions() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.accounts_session WHERE ends_at < now();
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_organisations_open_by_two")]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("fingerprint", models.BinaryField(help_text="An HMAC of what was sent.")),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["at"], name="submission_by_time")],
            },
        ),
        migrations.RunSQL(FORGET, AS_BEFORE),
    ]
