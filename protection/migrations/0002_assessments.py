import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# An assessment is followed by the next one and never changed; only when it is asked again can be
# made sooner. As for the other sealed columns, nrm_keys sees which case a row belongs to and may
# put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE, UPDATE ON protection_assessment FROM nrm_web;
GRANT UPDATE (review_on, review_at, because, because_by_id, because_at, superseded_at)
    ON protection_assessment TO nrm_web;
GRANT SELECT (id, case_id, note), UPDATE (note) ON protection_assessment TO nrm_keys;
CREATE POLICY rotated_read ON protection_assessment FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON protection_assessment FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON protection_assessment;
DROP POLICY rotated ON protection_assessment;
REVOKE ALL ON protection_assessment FROM nrm_keys;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_covers_end_with_people'),
        ('protection', '0001_services'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(help_text='A step of the profile.', max_length=40)),
                ('version', models.CharField(help_text='The version of the profile that asked.', max_length=20)),
                ('answers', models.JSONField(default=dict, help_text='Codes of the profile; no words.')),
                ('note', models.BinaryField(help_text="Under the person's key.", null=True)),
                ('at', models.DateTimeField()),
                ('review_on', models.DateField()),
                ('review_at', models.DateTimeField(help_text='The end of that day where the case is.')),
                ('because', models.CharField(blank=True, help_text='A trigger of the profile.', max_length=40)),
                ('because_at', models.DateTimeField(null=True)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('because_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
            ],
            options={
                'ordering': ['-at', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['case', '-at', '-id'], name='assessment_of_case'), models.Index(condition=models.Q(('superseded_at', None)), fields=['review_at', 'id'], name='assessment_to_review')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('case',), name='one_assessment_counts')],
            },
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
