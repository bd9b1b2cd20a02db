import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever writes a factor can become anybody, and a code's digest is nobody's business.
KEEP_OUT = """
REVOKE ALL ON accounts_factor, accounts_recoverycode FROM nrm_worker;
GRANT SELECT (id, user_id, secret), UPDATE (secret) ON accounts_factor TO nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        ('accounts', '0007_organisation_changed_by'),
    ]
    operations = [
        migrations.AddField(
            model_name='user',
            name='codes_wait_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='wrong_codes',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='session',
            name='ended',
            field=models.CharField(blank=True, choices=[('hidden', 'Screen hidden'), ('by_owner', 'Ended from another session'), ('by_administrator', 'Account closed'), ('password', 'Password changed'), ('factor', 'Second factor changed'), ('role', 'Role changed')], max_length=20),
        ),
        migrations.CreateModel(
            name='Factor',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('app', 'Authenticator app'), ('passkey', 'Passkey')], max_length=10)),
                ('label', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('secret', models.BinaryField(null=True)),
                ('last_step', models.BigIntegerField(default=0)),
                ('credential_id', models.CharField(max_length=1400, null=True, unique=True)),
                ('public_key', models.TextField(blank=True)),
                ('uses', models.BigIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='factors', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='one_recovery_code')],
            },
        ),
        migrations.RunSQL(KEEP_OUT, migrations.RunSQL.noop),
    ]
