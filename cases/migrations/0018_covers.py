import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# The grants by which a colleague sees the cases of somebody who is away: made, and taken away, by
# what the covers say and whose the cases are, whoever writes either. Both arguments narrow it, to
# the cases of one person or to one case; with neither, everything is put right.
KEPT = """
CREATE FUNCTION cases_keep_covers(of_giver uuid, of_case uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
    made integer;
BEGIN
    DELETE FROM cases_caseusergrant g
    WHERE g.reason = 'absence'
        AND (of_case IS NULL OR g.content_object_id = of_case)
        AND (of_giver IS NULL OR g.user_id IN (
            SELECT v.delegate_id FROM cases_cover v WHERE v.giver_id = of_giver))
        AND NOT EXISTS (
            SELECT FROM cases_cover v
            JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
            WHERE c.id = g.content_object_id AND v.delegate_id = g.user_id
                AND v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
                AND v.ends_at = g.ends_at AND v.ends_at > statement_timestamp()
                AND c.confidentiality = 'normal' AND c.closed_at IS NULL);
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO cases_caseusergrant AS g
        (content_object_id, user_id, permission_id, reason, granted_at, ends_at)
    SELECT c.id, v.delegate_id, p.id, 'absence', statement_timestamp(), v.ends_at
    FROM cases_cover v
    JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
        AND c.confidentiality = 'normal' AND c.closed_at IS NULL
    JOIN django_content_type t ON t.app_label = 'cases' AND t.model = 'case'
    JOIN auth_permission p ON p.content_type_id = t.id AND p.codename = 'work'
    WHERE v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
        AND v.ends_at > statement_timestamp()
        AND (of_giver IS NULL OR v.giver_id = of_giver) AND (of_case IS NULL OR c.id = of_case)
        AND NOT EXISTS (
            SELECT FROM cases_caseusergrant o
            WHERE o.content_object_id = c.id AND o.user_id = v.delegate_id
                AND o.permission_id = p.id AND (o.ends_at IS NULL OR o.ends_at >= v.ends_at))
    ON CONFLICT (user_id, permission_id, content_object_id) DO UPDATE
    SET reason = EXCLUDED.reason, granted_at = EXCLUDED.granted_at, ends_at = EXCLUDED.ends_at;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN gone + made;
END $$;
REVOKE ALL ON FUNCTION cases_keep_covers(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_keep_covers(uuid, uuid) TO nrm_web, nrm_worker;

CREATE FUNCTION cases_cover_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_keep_covers(NEW.giver_id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_covers AFTER INSERT OR UPDATE ON cases_cover
    FOR EACH ROW EXECUTE FUNCTION cases_cover_changed();

CREATE FUNCTION cases_covered_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_keep_covers(NULL, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_covers AFTER UPDATE ON cases_case FOR EACH ROW
    WHEN ((OLD.caseworker_id, OLD.authority_id, OLD.confidentiality, OLD.closed_at)
          IS DISTINCT FROM
          (NEW.caseworker_id, NEW.authority_id, NEW.confidentiality, NEW.closed_at))
    EXECUTE FUNCTION cases_covered_changed();

-- A cover is ended, never deleted or turned into another.
REVOKE DELETE, UPDATE ON cases_cover FROM nrm_web;
GRANT UPDATE (ended_at, ended_by_id) ON cases_cover TO nrm_web;
"""
UNDO = """
DROP FUNCTION cases_covered_changed() CASCADE;
DROP FUNCTION cases_cover_changed() CASCADE;
DROP FUNCTION cases_keep_covers(uuid, uuid);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_second_factor'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('cases', '0017_documents_are_scanned'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('begins_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(help_text='The first moment at which it holds no more.')),
                ('given_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(help_text='Where somebody ended it before.', null=True)),
            ],
            options={
                'ordering': ['begins_at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='caseusergrant',
            index=models.Index(condition=models.Q(('reason', 'absence')), fields=['user'], name='user_grant_of_cover'),
        ),
        migrations.AddField(
            model_name='cover',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='cover',
            name='delegate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers_taken', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cover',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cover',
            name='giver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers_given', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='cover',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['authority', 'begins_at', 'id'], name='cover_by_authority'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('giver', models.F('delegate')), _negated=True), name='covered_by_another'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('begins_at__lt', models.F('ends_at'))), name='cover_has_time'),
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
