import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# Whoever acts is brought near to one case of their authority which they do not see. It has to be
# the database that finds it: what is not there, is another authority's, is sealed or from which
# they are excluded are one answer, NULL.
OPENED = """
CREATE FUNCTION cases_open_in_emergency(asked text, now_ timestamptz, until timestamptz)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who uuid := nullif(current_setting('nrm.actor', true), '')::uuid;
    opened uuid;
BEGIN
    SELECT c.id INTO opened
    FROM cases_case c
    JOIN accounts_rolegroup rg ON rg.organisation_id = c.authority_id
        AND rg.role IN ('caseworker', 'supervisor')
    JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
    JOIN accounts_membership m ON m.group_id = rg.group_id AND m.user_id = who
    JOIN accounts_user u ON u.id = who AND u.is_active
    WHERE c.reference = asked AND c.confidentiality <> 'sealed' AND NOT EXISTS (
        SELECT FROM cases_exclusion x
        WHERE x.case_id = c.id AND x.ended_at IS NULL AND (
            x.user_id = who OR x.organisation_id IN (
                SELECT xg.organisation_id FROM accounts_membership xm
                JOIN accounts_rolegroup xg ON xg.group_id = xm.group_id
                WHERE xm.user_id = who)))
    LIMIT 1;
    IF opened IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO cases_caseusergrant AS g
        (content_object_id, user_id, permission_id, reason, granted_at, ends_at)
    SELECT opened, who, p.id, 'emergency', now_, until
    FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
    WHERE t.app_label = 'cases' AND t.model = 'case' AND p.codename = 'emergency'
    ON CONFLICT (user_id, permission_id, content_object_id) DO UPDATE
    SET reason = EXCLUDED.reason, granted_at = EXCLUDED.granted_at, ends_at = EXCLUDED.ends_at;
    RETURN opened;
END $$;
REVOKE ALL ON FUNCTION cases_open_in_emergency(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_open_in_emergency(text, timestamptz, timestamptz) TO nrm_web;
REVOKE DELETE ON cases_emergencyaccess FROM nrm_web;
"""
UNDO = "DROP FUNCTION cases_open_in_emergency(text, timestamptz, timestamptz);"

# What 0007 made, with one nearness more: what belongs to a case is looked up in the lists.
VIEW = """
CREATE OR REPLACE VIEW cases_to_list WITH (security_invoker = true) AS
WITH holder AS NOT MATERIALIZED (
    SELECT g.content_object_id AS case_id, g.ends_at, NULL::uuid AS person,
           'group:' || g.group_id || ':' || n.codename AS words
    FROM cases_casegroupgrant g JOIN auth_permission n ON n.id = g.permission_id
    WHERE n.codename IN ('work', 'decide', 'protect', 'prosecute', 'emergency')
    UNION ALL
    SELECT g.content_object_id, g.ends_at, g.user_id, g.user_id || ':' || n.codename
    FROM cases_caseusergrant g JOIN auth_permission n ON n.id = g.permission_id
    WHERE n.codename IN ('work', 'decide', 'protect', 'prosecute', 'emergency')
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


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_restricted_and_sealed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='case',
            options={'default_permissions': (), 'ordering': ['next_due_at', 'id'], 'permissions': [('refer', 'Referred the case'), ('work', 'Works on the case'), ('decide', 'Decides the case'), ('protect', 'Protects the person'), ('prosecute', 'Answers for the prosecution'), ('emergency', 'Opened the case in an emergency')]},
        ),
        migrations.CreateModel(
            name='EmergencyAccess',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.BinaryField(help_text="Under the person's key.")),
                ('asked_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(help_text='Where somebody ended it before.', null=True)),
                ('review_due_on', models.DateField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('justified', models.BooleanField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['person', '-asked_at'], name='emergency_by_person'), models.Index(condition=models.Q(('reviewed_at', None)), fields=['review_due_on', 'id'], name='emergency_to_review')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('reviewed_at', None)), fields=('person',), name='one_emergency_unreviewed'), models.CheckConstraint(condition=models.Q(('reviewed_by', None), models.Q(('reviewed_by', models.F('person')), _negated=True), _connector='OR'), name='emergency_read_by_another')],
            },
        ),
        migrations.RunSQL(OPENED, UNDO),
        migrations.RunSQL(VIEW, migrations.RunSQL.noop),
    ]
