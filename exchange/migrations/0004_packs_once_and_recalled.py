import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was taken in before has the number of the pack as its own id. To which key of ours it was
# sealed was not kept.
NUMBERS = """
UPDATE exchange_receivedpack r SET number = r.id, sender_id = c.organisation_id
    FROM exchange_correspondent c WHERE c.id = r.correspondent_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
GRANTS = """
GRANT UPDATE (recalled_at, sealed_to) ON exchange_receivedpack TO nrm_web;
REVOKE UPDATE, DELETE ON exchange_recalledpack FROM nrm_web;
REVOKE ALL ON exchange_recalledpack FROM nrm_worker;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_submissions'),
        ('cases', '0049_where_referrals_come_from'),
        ('exchange', '0003_registers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='correspondent',
            name='opened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='receivedpack',
            name='number',
            field=models.UUIDField(help_text='The id of the pack, as its sender knows it.', null=True),
        ),
        migrations.AddField(
            model_name='receivedpack',
            name='sender',
            field=models.ForeignKey(help_text='That of the correspondent, who can have another key by now.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='receivedpack',
            name='sealed_to',
            field=models.CharField(default='', help_text='The digest of our key that the newest file of it was sealed to: of the pack, or of its recall. That key signs the receipt.', max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='receivedpack',
            name='number',
            field=models.UUIDField(help_text='The id of the pack, as its sender knows it.'),
        ),
        migrations.AlterField(
            model_name='receivedpack',
            name='sender',
            field=models.ForeignKey(help_text='That of the correspondent, who can have another key by now.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='receivedpack',
            constraint=models.UniqueConstraint(fields=('sender', 'number'), name='a_pack_is_taken_in_once'),
        ),
        migrations.CreateModel(
            name='RecalledPack',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('sealed_to', models.CharField(max_length=64)),
                ('recalled_at', models.DateTimeField()),
                ('correspondent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.correspondent')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='recalledpack',
            constraint=models.UniqueConstraint(fields=('sender', 'number', 'organisation'), name='a_pack_is_recalled_once'),
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
