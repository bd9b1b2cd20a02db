import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever writes a request could have a role confirmed that nobody asked for.
KEEP_OUT = "REVOKE ALL ON accounts_rolerequest FROM nrm_worker;"


class Migration(migrations.Migration):
    dependencies = [
        ('accounts', '0008_second_factor'),
    ]
    operations = [
        migrations.CreateModel(
            name='RoleRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(blank=True, help_text='Of a new account alone.', max_length=254, verbose_name='e-mail address')),
                ('display_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('role', models.CharField(choices=[('first_responder', 'First responder'), ('responder_lead', 'Responder lead'), ('intake', 'Intake'), ('caseworker', 'Caseworker'), ('supervisor', 'Supervisor'), ('protection_provider', 'Protection provider'), ('prosecution_liaison', 'Prosecution liaison'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], max_length=30, verbose_name='role')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be confirmed'), ('confirmed', 'Confirmed'), ('declined', 'Declined')], default='waiting', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('decided_by__isnull', False), ('user__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='a_role_is_confirmed_by_another')],
            },
        ),
        migrations.RunSQL(KEEP_OUT, migrations.RunSQL.noop),
    ]
