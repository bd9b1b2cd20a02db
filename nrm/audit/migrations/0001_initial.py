from django.db import migrations, models

# The database itself says which transaction wrote an event and when, and lets nobody change one.
APPEND_ONLY = """
CREATE FUNCTION audit_stamp_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only.';
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_stamp_event();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_event
    EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_seal
    EXECUTE FUNCTION audit_refuse();
REVOKE UPDATE, DELETE ON audit_event, audit_seal FROM nrm_web;
REVOKE INSERT ON audit_seal FROM nrm_web;
GRANT INSERT ON audit_event, audit_seal TO nrm_worker;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xact", models.BigIntegerField(editable=False)),
                ("recorded_at", models.DateTimeField(editable=False)),
                ("at", models.DateTimeField(help_text="When it happened, as the action was told (UTC).")),
                ("actor_id", models.UUIDField(null=True)),
                ("verb", models.CharField(max_length=64)),
                ("object_type", models.CharField(blank=True, max_length=64)),
                ("object_id", models.UUIDField(null=True)),
                ("case_id", models.UUIDField(null=True)),
                ("request_id", models.UUIDField()),
                ("refused", models.BooleanField(default=False)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case_id", "-id"], name="event_by_case"),
                    models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
                    models.Index(fields=["verb", "-id"], name="event_by_verb"),
                    models.Index(fields=["xact", "id"], name="event_by_xact"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("low", models.BigIntegerField()),
                ("high", models.BigIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("digest", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
