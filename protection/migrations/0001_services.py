import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

KEPT = """
-- The grant by which the people of a provider stand near to a case: made, and taken away, by what
-- the services say, whoever writes them. One that somebody gave for another reason is left as it is.
CREATE FUNCTION protection_keep_near(of_case uuid, house uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_group integer;
    near integer;
    served boolean;
    last timestamptz;
BEGIN
    SELECT rg.group_id INTO of_group FROM accounts_rolegroup rg
    WHERE rg.organisation_id = house AND rg.role = 'protection_provider';
    SELECT p.id INTO STRICT near FROM auth_permission p
    JOIN django_content_type t ON t.id = p.content_type_id
        AND t.app_label = 'cases' AND t.model = 'case'
    WHERE p.codename = 'protect';
    SELECT count(*) > 0, CASE WHEN bool_or(s.until IS NULL) THEN NULL ELSE max(s.until) END
    INTO served, last
    FROM protection_service s
    WHERE s.case_id = of_case AND s.organisation_id = house
        AND s.state IN ('referred', 'accepted', 'waitlisted', 'active', 'on_hold');
    IF NOT served THEN
        DELETE FROM cases_casegroupgrant g WHERE g.content_object_id = of_case
            AND g.group_id = of_group AND g.permission_id = near AND g.reason = 'service';
        RETURN;
    END IF;
    INSERT INTO cases_casegroupgrant AS g
        (content_object_id, group_id, permission_id, reason, granted_at, ends_at)
    SELECT of_case, of_group, near, 'service', statement_timestamp(), last
    WHERE of_group IS NOT NULL
    ON CONFLICT (group_id, permission_id, content_object_id) DO UPDATE
    SET reason = 'service', granted_at = EXCLUDED.granted_at, ends_at = EXCLUDED.ends_at,
        held_since = NULL, held_end = NULL
    WHERE g.reason = 'service'
        OR (g.held_since IS NULL AND g.ends_at <= statement_timestamp());
END $$;
REVOKE ALL ON FUNCTION protection_keep_near(uuid, uuid) FROM PUBLIC;

CREATE FUNCTION protection_service_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.organisation_id IS DISTINCT FROM NEW.organisation_id
        AND OLD.organisation_id IS NOT NULL THEN
        PERFORM protection_keep_near(OLD.case_id, OLD.organisation_id);
    END IF;
    IF NEW.organisation_id IS NOT NULL THEN
        PERFORM protection_keep_near(NEW.case_id, NEW.organisation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_near AFTER INSERT ON protection_service
    FOR EACH ROW WHEN (NEW.organisation_id IS NOT NULL)
    EXECUTE FUNCTION protection_service_changed();
CREATE TRIGGER keep_near_changed AFTER UPDATE ON protection_service FOR EACH ROW
    WHEN ((OLD.state, OLD.organisation_id, OLD.until)
          IS DISTINCT FROM (NEW.state, NEW.organisation_id, NEW.until))
    EXECUTE FUNCTION protection_service_changed();

-- A service ends and is never deleted or turned into another one; why it was asked for without
-- consent is read, and stays. As for the other sealed columns, nrm_keys sees which case a row
-- belongs to and may put another ciphertext in the place of one.
REVOKE DELETE, UPDATE ON protection_service, protection_override FROM nrm_web;
GRANT UPDATE (state, organisation_id, consent_id, overridden, until, reason, referred_at,
              answered_at, started_at, ended_at) ON protection_service TO nrm_web;
GRANT UPDATE (seen_by_id, seen_at) ON protection_override TO nrm_web;
GRANT SELECT (id, case_id, reason), UPDATE (reason) ON protection_override TO nrm_keys;
CREATE POLICY rotated_read ON protection_override FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_override FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_override;
DROP POLICY rotated ON protection_override;
REVOKE ALL ON protection_override FROM nrm_keys;
DROP FUNCTION protection_service_changed() CASCADE;
DROP FUNCTION protection_keep_near(uuid, uuid);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0008_second_factor'),
        ('cases', '0024_covers_end_with_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(help_text='A service of the profile.', max_length=40)),
                ('urgency', models.CharField(help_text='A code of the profile.', max_length=20)),
                ('state', models.CharField(choices=[('needed', 'Needed'), ('referred', 'Referred, not answered'), ('accepted', 'Accepted, not begun'), ('waitlisted', 'On a waiting list'), ('active', 'Running'), ('on_hold', 'On hold'), ('declined', 'Declined'), ('completed', 'Completed'), ('exited', 'Ended')], db_default='needed', default='needed', max_length=20)),
                ('overridden', models.BooleanField(db_default=False, default=False)),
                ('until', models.DateTimeField(help_text='The last moment at which the consent holds.', null=True)),
                ('reason', models.CharField(blank=True, help_text='Why it was declined, held or ended: of the profile.', max_length=40)),
                ('noted_at', models.DateTimeField()),
                ('referred_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('consent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='cases.consent')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-noted_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.BinaryField(help_text="Under the person's key.")),
                ('at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='override', to='protection.service')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='service',
            index=models.Index(fields=['case', '-noted_at', '-id'], name='service_of_case'),
        ),
        migrations.AddIndex(
            model_name='service',
            index=models.Index(condition=models.Q(('state__in', ('referred', 'accepted', 'waitlisted', 'active', 'on_hold'))), fields=['organisation', '-referred_at', '-id'], name='service_of_provider'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'needed')), fields=('case', 'code'), name='one_need_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('referred', 'accepted', 'waitlisted', 'active', 'on_hold'))), fields=('case', 'code', 'organisation'), name='one_service_a_provider'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('referred', 'accepted', 'waitlisted', 'active', 'on_hold')), _negated=True), models.Q(('organisation__isnull', False), ('referred_at__isnull', False)), _connector='OR'), name='service_has_provider'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('referred', 'accepted', 'waitlisted', 'active', 'on_hold')), _negated=True), ('consent__isnull', False), ('overridden', True), _connector='OR'), name='service_rests_on_consent'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('seen_by', None), models.Q(('seen_by', models.F('by')), _negated=True), _connector='OR'), name='override_seen_by_another'),
        ),
        migrations.RunSQL(KEPT, BACK),
    ]
