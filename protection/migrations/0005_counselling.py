import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APART = """
-- With the end of a service end the sessions that were planned: whoever ends it, the provider may
-- not read them any more.
CREATE FUNCTION protection_sessions_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE protection_session t SET state = 'cancelled', cancelled_by = 'ended'
    WHERE t.service_id = NEW.id AND t.state = 'planned' AND t.starts_at > NEW.ended_at;
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_end AFTER UPDATE ON protection_service FOR EACH ROW
    WHEN (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL)
    EXECUTE FUNCTION protection_sessions_end();

-- What came of a session is recorded, and nothing else of it changes; notes and what a person was
-- told stay as they are. Jobs have nothing to do with what only the provider reads.
REVOKE DELETE, UPDATE ON protection_session, protection_sessionprivate, protection_clinicalnote,
    protection_leafletgiven FROM nrm_web;
GRANT UPDATE (state, cancelled_by, fit, interpreter, recorded_by_id, recorded_at)
    ON protection_session TO nrm_web;
REVOKE ALL ON protection_sessionprivate, protection_clinicalnote FROM nrm_worker;
GRANT SELECT (id, case_id, text), UPDATE (text) ON protection_clinicalnote TO nrm_keys;
CREATE POLICY rotated_read ON protection_clinicalnote FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_clinicalnote FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
GRANT SELECT (id, case_id, address, dialect), UPDATE (address, dialect)
    ON protection_sessionprivate TO nrm_keys;
CREATE POLICY rotated_read ON protection_sessionprivate FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_sessionprivate FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_clinicalnote;
DROP POLICY rotated ON protection_clinicalnote;
DROP POLICY rotated_read ON protection_sessionprivate;
DROP POLICY rotated ON protection_sessionprivate;
REVOKE ALL ON protection_clinicalnote, protection_sessionprivate FROM nrm_keys;
DROP FUNCTION protection_sessions_end() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0033_bundles_end_earlier'),
        ('protection', '0004_children'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('modality', models.CharField(choices=[('in_person', 'In person'), ('telephone', 'By telephone'), ('video', 'By video')], max_length=20)),
                ('venue', models.CharField(blank=True, choices=[('provider', 'Where the provider works'), ('home', 'Where the person stays'), ('clinic', 'A clinic or a surgery'), ('public', 'A building that many people use for many things'), ('outside', 'Outside, on a walk')], max_length=20)),
                ('interpreter', models.CharField(choices=[('none', 'Not needed'), ('needed', 'Needed, not booked yet'), ('booked', 'Booked')], max_length=10)),
                ('language', models.CharField(blank=True, help_text='ISO 639, of an interpreter.', max_length=10)),
                ('interpreter_sex', models.CharField(blank=True, choices=[('any', 'Any'), ('female', 'A woman'), ('male', 'A man')], max_length=10)),
                ('no_companions', models.BooleanField(db_default=True, default=True)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('attended', 'Attended'), ('missed', 'The person did not come'), ('cancelled', 'Cancelled'), ('stopped', 'Ended early: the interpreter was not right')], db_default='planned', default='planned', max_length=10)),
                ('cancelled_by', models.CharField(blank=True, choices=[('person', 'The person'), ('provider', 'The provider'), ('interpreter', 'The interpreter'), ('ended', 'The service ended before')], max_length=20)),
                ('fit', models.CharField(blank=True, choices=[('good', 'Yes'), ('bad', 'No')], help_text='Whether the interpreter was right.', max_length=10)),
                ('planned_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='protection.service')),
            ],
            options={
                'ordering': ['-starts_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ClinicalNote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', models.BinaryField(help_text="Under the person's key.")),
                ('written_at', models.DateTimeField()),
                ('submission_key', models.UUIDField(null=True, unique=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='protection.session')),
            ],
            options={
                'ordering': ['written_at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SessionPrivate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('address', models.BinaryField(help_text="Under the person's key.", null=True)),
                ('dialect', models.BinaryField(help_text="Under the person's key.", null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='private', to='protection.session')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LeafletGiven',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.CharField(help_text='The version of the profile whose it is.', max_length=20)),
                ('age', models.CharField(help_text='Whom it was written for: adult or child.', max_length=10)),
                ('language', models.CharField(help_text='ISO 639: what was spoken, or read.', max_length=10)),
                ('text_language', models.CharField(help_text='Of the leaflet itself.', max_length=10)),
                ('read_aloud', models.BooleanField()),
                ('on_paper', models.BooleanField(help_text='The person kept it.')),
                ('interpreter', models.CharField(help_text='As a referral asks it.', max_length=40)),
                ('given_on', models.DateField()),
                ('at', models.DateTimeField()),
                ('submission_key', models.UUIDField(null=True, unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
            ],
            options={
                'ordering': ['-at', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['case', '-at', '-id'], name='leaflet_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('read_aloud', True), ('on_paper', True), _connector='OR'), name='leaflet_given_somehow')],
            },
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['service', '-starts_at', '-id'], name='session_of_service'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('service', 'starts_at'), name='one_session_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fit', 'bad'), ('state', 'stopped')), models.Q(models.Q(('state', 'stopped'), _negated=True), models.Q(('fit', 'bad'), _negated=True)), _connector='OR'), name='bad_fit_ends_session'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'attended'), _negated=True), models.Q(('fit', ''), ('interpreter', 'none')), models.Q(('fit', 'good'), ('interpreter', 'booked')), _connector='OR'), name='session_held_with_interpreter'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancelled_by', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_by', '')), _connector='OR'), name='session_cancelled_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('modality', 'in_person'), models.Q(('venue', ''), _negated=True)), models.Q(models.Q(('modality', 'in_person'), _negated=True), ('venue', '')), _connector='OR'), name='session_in_person_has_venue'),
        ),
        migrations.AddIndex(
            model_name='clinicalnote',
            index=models.Index(fields=['session', 'written_at', 'id'], name='note_of_session'),
        ),
        migrations.RunSQL(APART, BACK),
    ]
