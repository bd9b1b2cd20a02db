import uuid

from django.db import migrations, models

from identities.models import EraseReason, ErasureState, HoldReason, LiftReason

# Whoever acts may know of holds and erasures, which name nobody: codes, ids and days. What was
# decided is not taken back, and a hold that was lifted not set again by a change of its row.
LOCKS = """
REVOKE DELETE ON identities_legalhold, identities_erasure FROM nrm_web;
GRANT UPDATE (noted_at) ON identities_erasure TO nrm_worker;
GRANT SELECT (id, person_id, case_id, note), UPDATE (note) ON identities_legalhold TO nrm_keys;
GRANT SELECT (lifted_at), UPDATE (lifted_at, lifted_for) ON identities_legalhold TO nrm_keys;
GRANT SELECT (id, person_id, case_id, note), UPDATE (note) ON identities_erasure TO nrm_keys;
GRANT SELECT (id, erased_at), UPDATE (erased_at) ON identities_person TO nrm_keys;

-- For where rows of these are secured.
CREATE POLICY rotated_read ON identities_person FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON identities_person FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
CREATE POLICY rotated_read ON identities_disclosure FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON identities_disclosure FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);

CREATE FUNCTION identities_keep_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text[] := ARRAY['noted_at', 'note'];
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.state = 'asked' OR to_jsonb(NEW) - noted = to_jsonb(OLD) - noted)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was decided about an erasure cannot be changed.';
END $$;
CREATE TRIGGER keep_decided BEFORE UPDATE OR DELETE ON identities_erasure
    FOR EACH ROW EXECUTE FUNCTION identities_keep_decided();

-- Under a hold no key of the person goes, but one that a newer has replaced.
-- `row_security = on`: whoever deletes may have it off, to fail where a policy hides a case from
-- them; here a policy lets the owner ask.
CREATE FUNCTION keys.refuse_under_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = on AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.identities_legalhold h
        WHERE h.person_id = OLD.person_id AND h.lifted_at IS NULL
    ) AND NOT EXISTS (
        SELECT 1 FROM keys.person_key k
        WHERE k.person_id = OLD.person_id AND k.number > OLD.number
    ) THEN
        RAISE EXCEPTION 'This person is under a legal hold.';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER refuse_under_hold BEFORE DELETE ON keys.person_key
    FOR EACH ROW EXECUTE FUNCTION keys.refuse_under_hold();

-- Which of these people still have a key: the only question about keys that jobs may ask.
CREATE FUNCTION keys.have_keys(people uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT k.person_id FROM keys.person_key k WHERE k.person_id = ANY(people)
$$;
REVOKE ALL ON FUNCTION keys.have_keys(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys.have_keys(uuid[]) TO nrm_web, nrm_worker, nrm_keys;
"""
SECURED = "\n".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY acting ON {table} TO nrm_web, nrm_worker
    USING ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL)
    WITH CHECK ((SELECT nullif(current_setting('nrm.actor', true), '')) IS NOT NULL);
CREATE POLICY rotated_read ON {table} FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON {table} FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
CREATE POLICY asked_of_owner ON {table} FOR SELECT TO nrm_owner USING (true);
"""
    for table in ("identities_legalhold", "identities_erasure")
)
BACK = """
DROP TRIGGER refuse_under_hold ON keys.person_key;
DROP FUNCTION keys.refuse_under_hold();
DROP FUNCTION keys.have_keys(uuid[]);
REVOKE ALL ON identities_person FROM nrm_keys;
DROP POLICY rotated_read ON identities_person;
DROP POLICY rotated ON identities_person;
DROP POLICY rotated_read ON identities_disclosure;
DROP POLICY rotated ON identities_disclosure;
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0004_keys_by_number")]

    operations = [
        migrations.AddField(
            "person",
            "erased_at",
            models.DateTimeField(help_text="When their keys were destroyed.", null=True),
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("reason", models.CharField(choices=HoldReason.choices, max_length=20)),
                ("note", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("set_by", models.UUIDField()),
                ("set_at", models.DateTimeField()),
                ("lifted_for", models.CharField(blank=True, choices=LiftReason.choices, max_length=20)),
                ("lifted_by", models.UUIDField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id"], name="hold_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)), fields=("case_id",), name="one_hold_a_case"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("reason", models.CharField(choices=EraseReason.choices, max_length=20)),
                ("note", models.BinaryField(help_text="Under the person's key.", null=True)),
                ("state", models.CharField(choices=ErasureState.choices, default="asked", max_length=20)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("noted_at", models.DateTimeField(help_text="When the person's id was noted outside the database.", null=True)),
            ],
            options={
                "ordering": ["-asked_at"],
                "indexes": [
                    models.Index(fields=["person_id", "-asked_at"], name="erasure_of_person"),
                    models.Index(
                        condition=models.Q(("noted_at", None), ("state", "erased")),
                        fields=["decided_at"],
                        name="erasure_not_noted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("person_id",), name="one_open_erasure_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["erased", "refused"]), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="erased_by_two_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(LOCKS, BACK),
        migrations.RunSQL(SECURED, migrations.RunSQL.noop),
    ]
