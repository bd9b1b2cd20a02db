import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# A key never changes, nor what was sealed or taken in: only what became of it. Both contents are
# sealed under the key of the case's person, and move with it.
GRANTS = """
REVOKE UPDATE, DELETE ON exchange_correspondent, exchange_sentpack, exchange_receivedpack
    FROM nrm_web;
GRANT UPDATE (state, decided_by_id, decided_at) ON exchange_correspondent TO nrm_web;
GRANT UPDATE (taken_at, stopped_at) ON exchange_sentpack TO nrm_web;
GRANT UPDATE (recalled_at) ON exchange_receivedpack TO nrm_web;
REVOKE ALL ON exchange_correspondent, exchange_sentpack, exchange_receivedpack FROM nrm_worker;
GRANT SELECT (id, case_id, content), UPDATE (content) ON exchange_sentpack, exchange_receivedpack
    TO nrm_keys;
CREATE POLICY rotated_read ON exchange_sentpack FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON exchange_sentpack FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
CREATE POLICY rotated_read ON exchange_receivedpack FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON exchange_receivedpack FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_submissions'),
        ('cases', '0049_where_referrals_come_from'),
        ('exchange', '0001_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correspondent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('waiting', 'Waits to be confirmed'), ('active', 'Active'), ('declined', 'Declined'), ('ended', 'Ended')], default='waiting', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ReceivedPack',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('content', models.BinaryField(help_text="What was said, as JSON, under the person's key.")),
                ('digest', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField()),
                ('recalled_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('correspondent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.correspondent')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-taken_at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SentPack',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('content', models.BinaryField(help_text="What was said, as JSON, under the person's key.")),
                ('digest', models.CharField(help_text='Of what is signed; a receipt names it.', max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(help_text='When they took in the recall.', null=True)),
                ('bundle', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pack', to='cases.bundle')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('correspondent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.correspondent')),
                ('sealed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sealed_at', 'id'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('key',), name='one_correspondent_a_key'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('organisation',), name='one_key_a_correspondent'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='a_key_is_confirmed_by_another'),
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
