import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# The address and the events of a subscription never change, and whom a case is known to is written
# by the database alone. A job says what became of a delivery, and forgets old ones.
GRANTS = """
REVOKE UPDATE, DELETE ON exchange_subscription FROM nrm_web;
GRANT UPDATE (state, secret, secret_before, before_until, decided_by_id, decided_at)
    ON exchange_subscription TO nrm_web;
REVOKE INSERT, UPDATE, DELETE ON exchange_handle FROM nrm_web;
REVOKE UPDATE, DELETE ON exchange_delivery FROM nrm_web;
GRANT UPDATE (tries, next_try_at, sent_at, given_up_at, withheld_at) ON exchange_delivery TO nrm_web;
GRANT DELETE,
    UPDATE (tries, next_try_at, sent_at, given_up_at, withheld_at, status, fault)
    ON exchange_delivery TO nrm_worker;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0011_submissions'),
        ('cases', '0049_where_referrals_come_from'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500)),
                ('events', models.JSONField(default=list, help_text='Codes of exchange.webhooks.events.')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be confirmed'), ('active', 'Active'), ('paused', 'Paused'), ('declined', 'Declined'), ('ended', 'Ended')], default='waiting', max_length=10)),
                ('secret', models.BinaryField()),
                ('secret_before', models.BinaryField(null=True)),
                ('before_until', models.DateTimeField(null=True)),
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
            name='Handle',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handles', to='exchange.subscription')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(max_length=40)),
                ('at', models.DateTimeField(help_text='When the event happened.')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
                ('withheld_at', models.DateTimeField(null=True)),
                ('status', models.PositiveSmallIntegerField(help_text='What was answered last.', null=True)),
                ('fault', models.CharField(blank=True, choices=[('address', 'The address leads into a network'), ('name', 'The name was not found'), ('connection', 'No connection'), ('tls', 'The certificate does not hold'), ('timeout', 'No answer in time'), ('redirect', 'It points to another address'), ('answer', 'It answered that it failed'), ('key', 'The secret does not open here')], max_length=12)),
                ('handle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exchange.handle')),
                ('subscription', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='exchange.subscription')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'declined', 'ended')), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='a_subscription_is_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='handle',
            constraint=models.UniqueConstraint(fields=('subscription', 'case'), name='one_handle_a_case'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['subscription', '-at', '-id'], name='delivery_of_subscription'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('next_try_at__isnull', False)), fields=['next_try_at', 'id'], name='delivery_to_send'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['at'], name='delivery_by_time'),
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
