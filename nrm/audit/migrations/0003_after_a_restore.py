from django.db import migrations, models

# A database that was restored into a new cluster counts its transactions from the beginning again,
# and its events would fall behind the seals that are there. What is added to the number of a
# transaction sees to it that the numbers go on: manage.py after_restore sets it.
SHIFT = """
INSERT INTO audit_cluster (id, shift) VALUES (1, 0);
REVOKE INSERT, UPDATE, DELETE ON audit_cluster FROM nrm_web;
GRANT SELECT ON audit_cluster TO nrm_keys;

CREATE FUNCTION audit_xact() RETURNS bigint LANGUAGE sql STABLE
RETURN pg_current_xact_id()::text::bigint + (SELECT shift FROM audit_cluster);
CREATE FUNCTION audit_settled() RETURNS bigint LANGUAGE sql STABLE
RETURN pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT shift FROM audit_cluster);

CREATE OR REPLACE FUNCTION audit_stamp_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := audit_xact();
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION audit_stamp_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;
DROP FUNCTION audit_settled();
DROP FUNCTION audit_xact();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_events_by_time_and_verifications")]
    operations = [
        migrations.CreateModel(
            name="Cluster",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("shift", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(SHIFT, BACK),
    ]
