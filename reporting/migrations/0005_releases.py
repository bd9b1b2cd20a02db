import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What the database sees to, whoever writes: a year is not overspent, however many spend at once; a
# release goes forward only, and is never published by one person; files, spends and approvals stay.
RULES = """
CREATE FUNCTION reporting_within_cap() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    spent numeric;
    most numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('epsilon ' || NEW.profile_code || ' ' || NEW.year, 0));
    -- A statement of its own, so that it sees what was committed while this one waited.
    SELECT coalesce(sum(s.epsilon), 0), least(NEW.cap, min(s.cap)) INTO spent, most
    FROM reporting_spend s WHERE s.profile_code = NEW.profile_code AND s.year = NEW.year;
    IF spent + NEW.epsilon > most THEN
        RAISE EXCEPTION 'The year has not as much epsilon left.'
            USING ERRCODE = '23514', CONSTRAINT = 'within_the_cap_of_the_year';
    END IF;
    IF NOT EXISTS (SELECT FROM reporting_release r WHERE r.id = NEW.release_id
                   AND r.profile_code = NEW.profile_code AND left(r.period, 4) = NEW.year::text) THEN
        RAISE EXCEPTION 'The release is of another year.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER within_cap BEFORE INSERT ON reporting_spend
    FOR EACH ROW EXECUTE FUNCTION reporting_within_cap();

CREATE FUNCTION reporting_goes_forward() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.sha256 <> '' OR NEW.built_at IS NOT NULL THEN
            RAISE EXCEPTION 'A release begins with being asked for.';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state NOT IN ('asked', 'built') THEN
        RAISE EXCEPTION 'This release does not change any more.';
    END IF;
    IF (OLD.id, OLD.profile_code, OLD.period, OLD.asked_by_id, OLD.asked_at)
       IS DISTINCT FROM (NEW.id, NEW.profile_code, NEW.period, NEW.asked_by_id, NEW.asked_at) THEN
        RAISE EXCEPTION 'What was asked for does not change.';
    END IF;
    IF OLD.state = 'built' AND (OLD.sha256, OLD.built_at, OLD.attacks, OLD.step)
       IS DISTINCT FROM (NEW.sha256, NEW.built_at, NEW.attacks, NEW.step) THEN
        RAISE EXCEPTION 'What was built does not change.';
    END IF;
    IF OLD.state = 'asked' AND NEW.state NOT IN ('asked', 'built', 'blocked')
       OR OLD.state = 'built' AND NEW.state NOT IN ('built', 'published', 'withheld') THEN
        RAISE EXCEPTION 'A release goes forward only.';
    END IF;
    IF OLD.state = 'asked' AND NEW.state <> 'asked' THEN
        IF NEW.sha256 = '' OR NEW.built_at IS NULL OR NEW.attacks IS NULL
           OR NOT EXISTS (SELECT FROM reporting_snapshot s WHERE s.release_id = NEW.id)
           OR NEW.state = 'built' AND NOT EXISTS (
                SELECT FROM reporting_releasefile f
                WHERE f.release_id = NEW.id AND f.kind = 'json') THEN
            RAISE EXCEPTION 'This release was not built.';
        END IF;
    END IF;
    IF NEW.state = 'published' AND (
        NEW.published_at IS NULL
        OR (SELECT count(DISTINCT a.by_id) FROM reporting_approval a
            WHERE a.release_id = NEW.id) < 2
    ) THEN
        RAISE EXCEPTION 'Two people approve before anything is published.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_forward BEFORE INSERT OR UPDATE ON reporting_release
    FOR EACH ROW EXECUTE FUNCTION reporting_goes_forward();

CREATE FUNCTION reporting_in_its_time() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM reporting_release r WHERE r.id = NEW.release_id AND r.state = TG_ARGV[0];
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The release is not there, or is past that.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_its_time AFTER INSERT ON reporting_approval
    FOR EACH ROW EXECUTE FUNCTION reporting_in_its_time('built');
CREATE TRIGGER in_its_time AFTER INSERT ON reporting_releasefile
    FOR EACH ROW EXECUTE FUNCTION reporting_in_its_time('asked');

CREATE TRIGGER for_good BEFORE DELETE ON reporting_release
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
CREATE TRIGGER for_good BEFORE UPDATE OR DELETE ON reporting_spend
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
CREATE TRIGGER for_good BEFORE UPDATE OR DELETE ON reporting_approval
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
CREATE TRIGGER for_good BEFORE UPDATE OR DELETE ON reporting_releasefile
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
CREATE TRIGGER for_good BEFORE UPDATE OR DELETE ON reporting_snapshot
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
CREATE TRIGGER for_good BEFORE UPDATE OR DELETE ON reporting_snapshotrow
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse();
"""
# The freeze step writes them as the owner; the policies are here, since nobody who signs in for
# people or jobs has a right on them at all.
GRANTS = """
ALTER TABLE reporting_snapshot ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporting_snapshot FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON reporting_snapshot TO nrm_owner USING (true) WITH CHECK (true);
CREATE POLICY read_statistics ON reporting_snapshot FOR SELECT TO nrm_reporting USING (true);
ALTER TABLE reporting_snapshotrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporting_snapshotrow FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON reporting_snapshotrow TO nrm_owner USING (true) WITH CHECK (true);
CREATE POLICY read_statistics ON reporting_snapshotrow FOR SELECT TO nrm_reporting USING (true);
REVOKE ALL ON reporting_snapshot, reporting_snapshotrow FROM nrm_web, nrm_worker;
GRANT SELECT ON reporting_snapshot, reporting_snapshotrow TO nrm_reporting;
REVOKE SELECT ON reporting_frozentable FROM nrm_reporting;
REVOKE UPDATE, DELETE ON reporting_release, reporting_spend, reporting_approval,
    reporting_releasefile FROM nrm_web;
REVOKE INSERT ON reporting_releasefile FROM nrm_web;
REVOKE ALL ON reporting_approval FROM nrm_worker;
GRANT UPDATE (state, published_at, withheld_by_id, withheld_at, withheld_because)
    ON reporting_release TO nrm_web;
GRANT UPDATE (state, step, failed_at, built_at, sha256, attacks) ON reporting_release TO nrm_worker;
GRANT INSERT ON reporting_releasefile TO nrm_worker;
"""

class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0004_what_is_unusual_in_the_trail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('profile_code', models.CharField(max_length=30)),
                ('period', models.CharField(help_text='Such as 2026-Q1, or 2026.', max_length=7)),
                ('state', models.CharField(choices=[('asked', 'Being built'), ('built', 'Waits for two people'), ('blocked', 'Did not withstand the attacks'), ('published', 'Published'), ('withheld', 'Withheld')], default='asked', max_length=12)),
                ('step', models.CharField(choices=[('waiting', 'Waits for its turn'), ('freezing', 'One row a person is written down'), ('counting', 'The rows are counted, and noise is added'), ('attacking', 'It is attacked, together with every earlier release'), ('done', 'Done')], default='waiting', max_length=12)),
                ('asked_at', models.DateTimeField()),
                ('failed_at', models.DateTimeField(help_text='When building broke off last.', null=True)),
                ('built_at', models.DateTimeField(null=True)),
                ('sha256', models.CharField(blank=True, help_text='Of the file as JSON.', max_length=64)),
                ('attacks', models.JSONField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('withheld_at', models.DateTimeField(null=True)),
                ('withheld_because', models.CharField(blank=True, choices=[('wrong', 'What was recorded of the period is wrong'), ('risk', 'It could put somebody at risk'), ('law', 'The law does not allow it now')], max_length=12)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withheld_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-period'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='snapshot', serialize=False, to='reporting.release')),
                ('salt', models.BinaryField()),
                ('frozen_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='reporting.release')),
            ],
            options={
                'ordering': ['at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ReleaseFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(help_text='Such as json, csv, ods-fr or html-en.', max_length=10)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reporting.release')),
            ],
            options={
                'ordering': ['kind'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Spend',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('profile_code', models.CharField(max_length=30)),
                ('year', models.PositiveSmallIntegerField()),
                ('epsilon', models.DecimalField(decimal_places=12, max_digits=20)),
                ('cap', models.DecimalField(decimal_places=12, max_digits=20)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='spend', to='reporting.release')),
            ],
            options={
                'ordering': ['-year', 'at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SnapshotRow',
            fields=[
                ('pk', models.CompositePrimaryKey('snapshot_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('sealed', models.BooleanField()),
                ('referrals', models.BooleanField()),
                ('notifications', models.BooleanField()),
                ('first_decisions', models.BooleanField()),
                ('final_decisions', models.BooleanField()),
                ('reconsiderations', models.BooleanField()),
                ('recovery_and_support', models.BooleanField()),
                ('services', models.BooleanField()),
                ('matters', models.BooleanField()),
                ('age', models.CharField(max_length=40)),
                ('sex', models.CharField(max_length=40)),
                ('nationality', models.CharField(max_length=40)),
                ('exploitation', models.CharField(max_length=40)),
                ('place', models.CharField(max_length=40)),
                ('responder', models.CharField(max_length=40)),
                ('circumstance', models.CharField(max_length=40)),
                ('driver', models.CharField(max_length=40)),
                ('first_outcome', models.CharField(max_length=40)),
                ('first_time', models.CharField(max_length=40)),
                ('final_outcome', models.CharField(max_length=40)),
                ('final_time', models.CharField(max_length=40)),
                ('reconsideration', models.CharField(max_length=40)),
                ('recovery', models.CharField(max_length=40)),
                ('matter_outcome', models.CharField(max_length=40)),
                ('service', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('snapshot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='reporting.snapshot')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('profile_code', 'period'), name='one_release_a_period'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('release', 'by'), name='one_approval_a_person'),
        ),
        migrations.AddConstraint(
            model_name='releasefile',
            constraint=models.UniqueConstraint(fields=('release', 'kind'), name='one_file_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='spend',
            index=models.Index(fields=['profile_code', 'year'], name='spend_of_year'),
        ),
        migrations.AddConstraint(
            model_name='spend',
            constraint=models.CheckConstraint(condition=models.Q(('epsilon__gt', 0)), name='spend_is_something'),
        ),
        migrations.RunSQL([RULES, GRANTS]),
    ]
