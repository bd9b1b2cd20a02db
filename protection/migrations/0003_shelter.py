import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TAKEN = """
-- Who has a bed now stands with the bed, so that whoever looks for one sees what is free and never
-- who is there: kept by the stays, whoever writes one.
CREATE FUNCTION protection_bed_taken() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE protection_bed b SET
        taken = coalesce(s.state, ''), held_until = CASE WHEN s.state = 'held' THEN s.hold_until END
    FROM (SELECT NEW.bed_id AS id) AS this
    LEFT JOIN protection_stay s ON s.bed_id = this.id AND s.ended_at IS NULL
    WHERE b.id = this.id;
    RETURN NULL;
END $$;
CREATE TRIGGER bed_taken AFTER INSERT OR UPDATE ON protection_stay
    FOR EACH ROW EXECUTE FUNCTION protection_bed_taken();

-- Who reads an address, in which transaction and when, is the database's own word, and stays.
CREATE FUNCTION protection_stamp_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.at := transaction_timestamp();
    NEW.actor_id := nullif(current_setting('nrm.actor', true), '')::uuid;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON protection_addressreading
    FOR EACH ROW EXECUTE FUNCTION protection_stamp_reading();

REVOKE DELETE, UPDATE ON protection_place, protection_bed, protection_address,
    protection_addressreading, protection_stay, protection_avoidance FROM nrm_web;
GRANT UPDATE (out_because, out_since) ON protection_bed TO nrm_web;
GRANT UPDATE (state, moved_in_at, ended_at, reason) ON protection_stay TO nrm_web;
GRANT UPDATE (lifted_at) ON protection_avoidance TO nrm_web;
REVOKE ALL ON protection_address, protection_addressreading FROM nrm_worker;
GRANT SELECT (id, place_id, value), UPDATE (value) ON protection_address TO nrm_keys;
CREATE POLICY rotated_read ON protection_address FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_address FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
GRANT SELECT (id, case_id, said), UPDATE (said) ON protection_avoidance TO nrm_keys;
CREATE POLICY rotated_read ON protection_avoidance FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_avoidance FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_address;
DROP POLICY rotated ON protection_address;
DROP POLICY rotated_read ON protection_avoidance;
DROP POLICY rotated ON protection_avoidance;
REVOKE ALL ON protection_address, protection_avoidance FROM nrm_keys;
DROP FUNCTION protection_bed_taken() CASCADE;
DROP FUNCTION protection_stamp_reading() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_second_factor'),
        ('cases', '0026_matters'),
        ('protection', '0002_assessments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Avoidance',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('region', 'A region'), ('exploiter', 'Whoever is linked to the same exploiter')], max_length=10)),
                ('region', models.CharField(blank=True, max_length=40)),
                ('token', models.BinaryField(null=True)),
                ('said', models.BinaryField(help_text="Under the person's key.", null=True)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
            ],
            options={
                'ordering': ['at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(help_text='Drawn by lot.', max_length=10, unique=True)),
                ('region', models.CharField(help_text='A region of the profile, and no nearer.', max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.organisation')),
            ],
            options={
                'ordering': ['code'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Bed',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('unit', models.PositiveSmallIntegerField()),
                ('number', models.PositiveSmallIntegerField()),
                ('sex', models.CharField(choices=[('any', 'Anybody'), ('female', 'Women and girls'), ('male', 'Men and boys')], default='any', max_length=10)),
                ('ages', models.CharField(choices=[('any', 'Any age'), ('adults', 'Adults'), ('children', 'Children, and who is treated as one')], default='any', max_length=10)),
                ('family', models.BooleanField(default=False)),
                ('step_free', models.BooleanField(default=False)),
                ('out_because', models.CharField(blank=True, choices=[('repair', 'Repair or cleaning'), ('safety', 'The place is not safe now'), ('staff', 'Not enough staff'), ('other', 'Another reason')], max_length=20)),
                ('out_since', models.DateTimeField(null=True)),
                ('taken', models.CharField(blank=True, choices=[('', 'Free'), ('held', 'Held'), ('occupied', 'Occupied')], db_default='', max_length=10)),
                ('held_until', models.DateTimeField(null=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='beds', to='protection.place')),
            ],
            options={
                'ordering': ['place', 'unit', 'number'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AddressReading',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('actor_id', models.UUIDField()),
                ('xact', models.BigIntegerField(editable=False)),
                ('at', models.DateTimeField(editable=False)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='protection.place')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('value', models.BinaryField(help_text='Under the key of the place.')),
                ('written_at', models.DateTimeField()),
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='address', to='protection.place')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('held', 'Held'), ('occupied', 'Lives there'), ('lapsed', 'The hold ran out'), ('ended', 'Ended')], default='held', max_length=10)),
                ('held_at', models.DateTimeField()),
                ('hold_until', models.DateTimeField()),
                ('moved_in_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, help_text='An exit code of the profile.', max_length=40)),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='protection.bed')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('held_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-held_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.UniqueConstraint(fields=('place', 'unit', 'number'), name='one_bed_a_number'),
        ),
        migrations.AddIndex(
            model_name='addressreading',
            index=models.Index(fields=['place', 'xact'], name='reading_of_address'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['case', '-held_at', '-id'], name='stay_of_case'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('bed',), name='one_person_a_bed'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case',), name='one_bed_a_person'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('held', 'occupied'))), models.Q(('ended_at__isnull', False), ('state__in', ('lapsed', 'ended'))), _connector='OR'), name='stay_ends_with_its_state'),
        ),
        migrations.RunSQL(TAKEN, BACK),
    ]
