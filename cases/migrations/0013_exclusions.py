import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# Whoever is kept from a case is told nothing of it: an item about it never reaches their inbox, and
# what lay there goes when they are excluded, with the e-mail that waits to be sent.
TOLD_NOTHING = """
CREATE FUNCTION cases_told_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_exclusion x
        WHERE x.case_id = NEW.case_id AND x.ended_at IS NULL AND (
            x.user_id = NEW.user_id OR x.organisation_id IN (
                SELECT rg.organisation_id FROM accounts_membership m
                JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
                WHERE m.user_id = NEW.user_id))
    ) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER told_nothing BEFORE INSERT ON cases_inboxitem
    FOR EACH ROW WHEN (NEW.case_id IS NOT NULL) EXECUTE FUNCTION cases_told_nothing();

CREATE FUNCTION cases_forget_notices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM cases_outgoingmail o USING cases_inboxitem i
    WHERE o.item_id = i.id AND i.case_id = NEW.case_id AND (
        i.user_id = NEW.user_id OR i.user_id IN (
            SELECT m.user_id FROM accounts_membership m
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            WHERE rg.organisation_id = NEW.organisation_id));
    DELETE FROM cases_inboxitem i
    WHERE i.case_id = NEW.case_id AND (
        i.user_id = NEW.user_id OR i.user_id IN (
            SELECT m.user_id FROM accounts_membership m
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            WHERE rg.organisation_id = NEW.organisation_id));
    RETURN NULL;
END $$;
CREATE TRIGGER forget_notices AFTER INSERT ON cases_exclusion
    FOR EACH ROW EXECUTE FUNCTION cases_forget_notices();
-- An exclusion is ended, never deleted or turned into another.
REVOKE DELETE, UPDATE ON cases_exclusion FROM nrm_web;
GRANT UPDATE (ended_at, ended_by_id, ended_because) ON cases_exclusion TO nrm_web;
"""
UNDO = """
DROP FUNCTION cases_told_nothing() CASCADE;
DROP FUNCTION cases_forget_notices() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_organisation_changed_by'),
        ('cases', '0012_known_elsewhere'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Exclusion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('conflict_of_interest', 'Conflict of interest'), ('armed_group_link', 'Link to an armed group'), ('named', 'Named in what was told')], max_length=30)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_because', models.CharField(blank=True, choices=[('mistake', 'It was recorded by mistake'), ('ended', 'The reason for it has ended'), ('disproved', 'It was looked into and is not so')], max_length=30)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='accounts.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-began_at', 'id'],
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['case'], name='exclusion_runs_by_case'), models.Index(condition=models.Q(('ended_at', None)), fields=['user'], name='exclusion_runs_by_user'), models.Index(condition=models.Q(('ended_at', None)), fields=['organisation'], name='exclusion_runs_by_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('user', None), ('organisation', None), _connector='XOR'), name='a_person_or_an_organisation'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'user'), name='excluded_person'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'organisation'), name='excluded_organisation')],
            },
        ),
        migrations.RunSQL(TOLD_NOTHING, UNDO),
    ]
