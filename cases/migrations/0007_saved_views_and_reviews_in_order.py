import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What 0004 made, with one thing more: whether a decision of the case waits for a second person, so
# that the queue of reviews is read in its order too.
VIEW = """
CREATE OR REPLACE VIEW cases_to_list AS
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
       h.ends_at,
       EXISTS (
           SELECT FROM cases_decision r
           WHERE r.case_id = c.id AND r.state IN ('in_review', 'escalated')
       ) AS in_review
FROM cases_case c
JOIN identities_person p ON p.id = c.person_id
JOIN holder h ON h.case_id = c.id;
"""

COLUMNS = (
    "case_id, shelf, state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review"
)
THE_SAME = (
    "(l.state, l.due, l.opened, l.since, l.stage, l.caseworker, l.pseudonym, l.ends_at, l.in_review)"
)

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION cases_list_again(ids uuid[]) RETURNS void
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
    SET (state, due, opened, since, stage, caseworker, pseudonym, ends_at, in_review) =
        (EXCLUDED.state, EXCLUDED.due, EXCLUDED.opened, EXCLUDED.since, EXCLUDED.stage,
         EXCLUDED.caseworker, EXCLUDED.pseudonym, EXCLUDED.ends_at, EXCLUDED.in_review)
    WHERE {THE_SAME} IS DISTINCT FROM {THE_SAME.replace("l.", "EXCLUDED.")};
END $$;
CREATE OR REPLACE FUNCTION cases_rebuild_lists() RETURNS bigint LANGUAGE plpgsql AS $$
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
"""

TRIGGERS = """
CREATE FUNCTION cases_list_decided() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM cases_list_again(array_agg(DISTINCT case_id)) FROM added
        WHERE state IN ('in_review', 'escalated');
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM cases_list_again(array_agg(DISTINCT case_id)) FROM gone
        WHERE state IN ('in_review', 'escalated');
    ELSE
        PERFORM cases_list_again(array_agg(DISTINCT side.case_id))
        FROM added a JOIN gone g USING (id)
        CROSS JOIN LATERAL (VALUES (a.case_id), (g.case_id)) AS side (case_id)
        WHERE (a.case_id, a.state IN ('in_review', 'escalated'))
            IS DISTINCT FROM (g.case_id, g.state IN ('in_review', 'escalated'));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_lists_insert AFTER INSERT ON cases_decision
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cases_list_decided();
CREATE TRIGGER keep_lists_delete AFTER DELETE ON cases_decision
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION cases_list_decided();
CREATE TRIGGER keep_lists_update AFTER UPDATE ON cases_decision
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cases_list_decided();
REVOKE SELECT, INSERT, UPDATE, DELETE ON cases_savedview FROM nrm_worker;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=60)),
                ('asked', models.JSONField(default=dict, help_text='What stands in the address of the list.')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='listedcase',
            name='in_review',
            field=models.BooleanField(default=False, help_text='A decision waits for a reader.'),
        ),
        migrations.AddIndex(
            model_name='inboxitem',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['user', '-created_at', '-id'], name='inbox_unread'),
        ),
        migrations.AddIndex(
            model_name='listedcase',
            index=models.Index(condition=models.Q(('in_review', True)), fields=['shelf', 'due', 'case_id'], name='listed_review'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('user', 'label'), name='one_view_a_label'),
        ),
        # The rows are made anew with it, and the way back is to make them anew without it.
        migrations.RunSQL(VIEW + FUNCTIONS + TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT cases_rebuild_lists();", migrations.RunSQL.noop),
    ]
