from django.db import migrations, models

# What the rows of cases_listedcase have to be, said once: the triggers, the rebuilding and the check
# all read this view. Its words for a shelf are those of cases.models.listing.
VIEW = """
CREATE FUNCTION cases_shelf(words text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ('x' || encode(substring(sha256(words::bytea) FROM 1 FOR 8), 'hex'))::bit(64)::bigint;

CREATE VIEW cases_to_list AS
WITH holder AS NOT MATERIALIZED (
    SELECT g.content_object_id AS case_id, g.ends_at, NULL::uuid AS person,
           'group:' || g.group_id || ':' || n.codename AS words
    FROM cases_casegroupgrant g JOIN auth_permission n ON n.id = g.permission_id
    WHERE n.codename IN ('work', 'decide', 'protect', 'prosecute')
    UNION ALL
    SELECT g.content_object_id, g.ends_at, g.user_id, g.user_id || ':' || n.codename
    FROM cases_caseusergrant g JOIN auth_permission n ON n.id = g.permission_id
    WHERE n.codename IN ('work', 'decide', 'protect', 'prosecute')
)
SELECT c.id AS case_id,
       cases_shelf(
           CASE WHEN h.person IS NULL THEN h.words
                WHEN h.person = c.caseworker_id THEN 'own:' || h.words || ':' || c.authority_id
                ELSE 'other:' || h.words || ':' || c.authority_id END
       ) AS shelf,
       (CASE WHEN c.caseworker_id IS NULL THEN 1 ELSE 0 END
        + CASE WHEN c.age_status <> 'adult' THEN 2 ELSE 0 END
        + CASE WHEN c.closed_at IS NULL THEN 0 ELSE 4 END)::smallint AS state,
       CASE WHEN c.next_due_at IS NOT NULL THEN c.next_due_at
            WHEN EXISTS (
                SELECT FROM cases_deadline d
                WHERE d.case_id = c.id AND d.kind = 'due' AND d.state = 'paused'
            ) THEN timestamptz '9999-12-31 00:00+00'
            ELSE timestamptz '9999-12-30 00:00+00' END AS due,
       c.opened_at AS opened,
       c.stage_since AS since,
       c.stage,
       c.caseworker_id AS caseworker,
       lower(p.pseudonym)::varchar(60) COLLATE "C" AS pseudonym,
       h.ends_at
FROM cases_case c
JOIN identities_person p ON p.id = c.person_id
JOIN holder h ON h.case_id = c.id;
REVOKE ALL ON cases_to_list FROM nrm_web, nrm_worker;
REVOKE INSERT, UPDATE, DELETE ON cases_listedcase FROM nrm_web;
"""

COLUMNS = "case_id, shelf, state, due, opened, since, stage, caseworker, pseudonym, ends_at"
THE_SAME = "(l.state, l.due, l.opened, l.since, l.stage, l.caseworker, l.pseudonym, l.ends_at)"

# The rows of some cases, made to be what they have to be. The cases are held meanwhile, so that of
# two who write at once the second sees what the first has done.
LIST_AGAIN = f"""
CREATE FUNCTION cases_list_again(ids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM cases_case WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM cases_listedcase l
    WHERE l.case_id = ANY(ids) AND NOT EXISTS (
        SELECT FROM cases_to_list w WHERE w.case_id = l.case_id AND w.shelf = l.shelf
    );
    INSERT INTO cases_listedcase AS l ({COLUMNS})
    SELECT {COLUMNS} FROM cases_to_list w WHERE w.case_id = ANY(ids)
    ON CONFLICT (case_id, shelf) DO UPDATE
    SET (state, due, opened, since, stage, caseworker, pseudonym, ends_at) =
        (EXCLUDED.state, EXCLUDED.due, EXCLUDED.opened, EXCLUDED.since, EXCLUDED.stage,
         EXCLUDED.caseworker, EXCLUDED.pseudonym, EXCLUDED.ends_at)
    WHERE {THE_SAME} IS DISTINCT FROM {THE_SAME.replace("l.", "EXCLUDED.")};
END $$;
REVOKE ALL ON FUNCTION cases_list_again(uuid[]) FROM PUBLIC;
"""

# Once a statement, not once a row: a bulk change costs what one change costs.
TRIGGERS = """
CREATE FUNCTION cases_list_granted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM cases_list_again(array_agg(DISTINCT content_object_id)) FROM added;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM cases_list_again(array_agg(DISTINCT content_object_id)) FROM gone;
    ELSE
        PERFORM cases_list_again(array_agg(DISTINCT content_object_id)) FROM (
            SELECT content_object_id FROM added UNION ALL SELECT content_object_id FROM gone
        ) AS either_side;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cases_list_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_list_again(array_agg(a.id))
    FROM added a JOIN gone g USING (id)
    WHERE (a.closed_at, a.next_due_at, a.opened_at, a.stage, a.stage_since, a.caseworker_id,
           a.age_status, a.authority_id, a.person_id)
        IS DISTINCT FROM
          (g.closed_at, g.next_due_at, g.opened_at, g.stage, g.stage_since, g.caseworker_id,
           g.age_status, g.authority_id, g.person_id);
    RETURN NULL;
END $$;

CREATE FUNCTION cases_list_clocked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM cases_list_again(array_agg(DISTINCT case_id)) FROM added WHERE state = 'paused';
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM cases_list_again(array_agg(DISTINCT case_id)) FROM gone WHERE state = 'paused';
    ELSE
        PERFORM cases_list_again(array_agg(DISTINCT side.case_id))
        FROM added a JOIN gone g USING (id)
        CROSS JOIN LATERAL (VALUES (a.case_id), (g.case_id)) AS side (case_id)
        WHERE 'paused' IN (a.state, g.state)
          AND (a.case_id, a.kind, a.state) IS DISTINCT FROM (g.case_id, g.kind, g.state);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cases_list_named() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_list_again(array_agg(c.id))
    FROM added a JOIN gone g USING (id) JOIN cases_case c ON c.person_id = a.id
    WHERE a.pseudonym IS DISTINCT FROM g.pseudonym;
    RETURN NULL;
END $$;
"""


def _triggers() -> str:
    added, gone = "NEW TABLE AS added", "OLD TABLE AS gone"
    tables = {"INSERT": added, "DELETE": gone, "UPDATE": f"{gone} {added}"}
    watched = {
        "cases_casegroupgrant": ("cases_list_granted", tables),
        "cases_caseusergrant": ("cases_list_granted", tables),
        "cases_deadline": ("cases_list_clocked", tables),
        "cases_case": ("cases_list_changed", ["UPDATE"]),
        "identities_person": ("cases_list_named", ["UPDATE"]),
    }
    return "\n".join(
        f"CREATE TRIGGER keep_lists_{event.lower()} AFTER {event} ON {table}"
        f" REFERENCING {tables[event]} FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
        for table, (function, events) in watched.items()
        for event in events
    )


# All rows anew, the indexes after the rows. Only the owner may call it.
REBUILD = f"""
CREATE FUNCTION cases_rebuild_lists() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    item record;
    again text[] := '{{}}';
    line text;
    made bigint;
BEGIN
    LOCK TABLE cases_case, cases_deadline, cases_casegroupgrant, cases_caseusergrant,
        identities_person IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE cases_listedcase IN ACCESS EXCLUSIVE MODE;
    FOR item IN
        SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition
        FROM pg_index WHERE indrelid = 'cases_listedcase'::regclass AND NOT indisprimary
    LOOP
        EXECUTE format('DROP INDEX %s', item.name);
        again := again || item.definition;
    END LOOP;
    TRUNCATE cases_listedcase;
    INSERT INTO cases_listedcase ({COLUMNS}) SELECT {COLUMNS} FROM cases_to_list;
    GET DIAGNOSTICS made = ROW_COUNT;
    FOREACH line IN ARRAY again LOOP
        EXECUTE line;
    END LOOP;
    ANALYZE cases_listedcase;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION cases_rebuild_lists() FROM PUBLIC;
"""

UNDO = """
DROP FUNCTION cases_rebuild_lists();
DROP FUNCTION cases_list_granted() CASCADE;
DROP FUNCTION cases_list_changed() CASCADE;
DROP FUNCTION cases_list_clocked() CASCADE;
DROP FUNCTION cases_list_named() CASCADE;
DROP FUNCTION cases_list_again(uuid[]);
DROP VIEW cases_to_list;
DROP FUNCTION cases_shelf(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_what_jobs_may_write"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedCase",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id",
                        "shelf",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("case_id", models.UUIDField()),
                (
                    "shelf",
                    models.BigIntegerField(
                        help_text="The first eight bytes of a SHA-256 of the holder."
                    ),
                ),
                ("state", models.SmallIntegerField()),
                ("due", models.DateTimeField()),
                ("opened", models.DateTimeField()),
                ("since", models.DateTimeField(help_text="When the stage began.")),
                ("stage", models.CharField(max_length=40)),
                ("caseworker", models.UUIDField(null=True)),
                (
                    "pseudonym",
                    models.CharField(
                        db_collation="C", help_text="In small letters.", max_length=60
                    ),
                ),
                ("ends_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__lt", 4)),
                        fields=["shelf", "state", "due", "case_id"],
                        name="listed_due",
                    ),
                    models.Index(
                        fields=["shelf", "state", "opened", "case_id"], name="listed_opened"
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4)),
                        fields=["shelf", "state", "since", "case_id"],
                        name="listed_since",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4)),
                        fields=["shelf", "stage", "due", "case_id"],
                        name="listed_stage_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4)),
                        fields=["shelf", "stage", "opened", "case_id"],
                        name="listed_stage_opened",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4)),
                        fields=["shelf", "stage", "since", "case_id"],
                        name="listed_stage_since",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4), ("caseworker__isnull", False)),
                        fields=["shelf", "caseworker", "due", "case_id"],
                        name="listed_worker_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4), ("caseworker__isnull", False)),
                        fields=["shelf", "caseworker", "opened", "case_id"],
                        name="listed_worker_opened",
                    ),
                    models.Index(
                        condition=models.Q(("state__lt", 4), ("caseworker__isnull", False)),
                        fields=["shelf", "caseworker", "since", "case_id"],
                        name="listed_worker_since",
                    ),
                    models.Index(fields=["shelf", "pseudonym", "case_id"], name="listed_pseudonym"),
                ],
            },
        ),
        migrations.RunSQL("\n".join([VIEW, LIST_AGAIN, TRIGGERS, _triggers(), REBUILD]), UNDO),
        # Cases that were there before are listed now.
        migrations.RunSQL("SELECT cases_rebuild_lists();", migrations.RunSQL.noop),
    ]
