import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A row tells whose session it is and when: nothing for jobs. They may only forget what has ended.
KEEP_OUT = """
DROP TABLE IF EXISTS django_session;
REVOKE ALL ON accounts_session FROM nrm_worker;
CREATE FUNCTION accounts_forget_sessions() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.accounts_session WHERE ends_at < now();
$$;
REVOKE ALL ON FUNCTION accounts_forget_sessions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_forget_sessions() TO nrm_worker, nrm_web;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sign_ins_are_not_for_jobs")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("data", models.JSONField(default=dict)),
                ("browser", models.CharField(blank=True, max_length=60)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended", models.CharField(blank=True, choices=[("hidden", "Screen hidden"), ("by_owner", "Ended from another session"), ("by_administrator", "Account closed"), ("password", "Password changed")], max_length=20)),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to=settings.AUTH_USER_MODEL)),
            ],
            options={"indexes": [models.Index(fields=["ends_at"], name="session_by_end")]},
        ),
        migrations.RunSQL(KEEP_OUT, "DROP FUNCTION accounts_forget_sessions();"),
    ]
