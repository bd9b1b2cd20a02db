import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What was shared is recalled, never deleted or changed into something else; of a consent it is told
# that it was withdrawn. As for the other sealed columns, nrm_keys sees which case a row belongs to
# and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON cases_bundle, cases_bundledocument FROM nrm_web;
GRANT UPDATE (recalled_at, recalled_by_id, recalled_because) ON cases_bundle TO nrm_web;
REVOKE DELETE, UPDATE ON cases_consent FROM nrm_web;
GRANT UPDATE (withdrawn_at, withdrawn_by_id) ON cases_consent TO nrm_web;
GRANT SELECT (id, case_id, content), UPDATE (content) ON cases_bundle TO nrm_keys;
CREATE POLICY rotated_read ON cases_bundle FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_bundle FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_bundle;
DROP POLICY rotated ON cases_bundle;
REVOKE ALL ON cases_bundle FROM nrm_keys;
GRANT UPDATE, DELETE ON cases_consent TO nrm_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_second_factor'),
        ('cases', '0019_one_policy_for_the_owner'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='recipient_kind',
            field=models.CharField(blank=True, choices=[('police', 'Police'), ('government', 'Government body'), ('local_authority', 'Local authority'), ('ngo', 'Charity or NGO'), ('health', 'Health service'), ('competent_authority', 'Competent authority'), ('provider', 'Protection provider'), ('prosecution', 'Prosecution'), ('oversight', 'Oversight')], max_length=30),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Bundle',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('purpose', models.CharField(help_text='A code of the profile.', max_length=40)),
                ('parts', models.JSONField(default=list, help_text='Codes of cases.rules.sharing.')),
                ('content', models.BinaryField(help_text="JSON under the person's key.")),
                ('shared_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('recalled_at', models.DateTimeField(null=True)),
                ('recalled_because', models.CharField(blank=True, choices=[('person_asked', 'The person asked for it'), ('risk', 'It could put the person at risk'), ('mistake', 'It was shared by mistake'), ('purpose_over', 'What it was shared for is over'), ('consent_withdrawn', 'The person withdrew their consent'), ('restricted', 'The case was restricted or sealed')], max_length=20)),
                ('authority', models.ForeignKey(help_text='Who shares it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='cases.consent')),
                ('organisation', models.ForeignKey(help_text='Who receives it.', on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='accounts.organisation')),
                ('recalled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-shared_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BundleDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='cases.bundle')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shared', to='cases.document')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='bundle',
            index=models.Index(fields=['case', '-shared_at', '-id'], name='bundle_of_case'),
        ),
        migrations.AddIndex(
            model_name='bundle',
            index=models.Index(condition=models.Q(('recalled_at', None)), fields=['organisation', '-shared_at', '-id'], name='bundle_received'),
        ),
        migrations.AddConstraint(
            model_name='bundledocument',
            constraint=models.UniqueConstraint(fields=('bundle', 'document'), name='shared_once_a_bundle'),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
