import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A matter is never deleted. As for the other sealed columns, nrm_keys sees which case a row belongs
# to and may put another ciphertext in the place of one.
GRANTS = """
REVOKE DELETE ON cases_matter FROM nrm_web;
GRANT SELECT (id, case_id, told), UPDATE (told) ON cases_matter TO nrm_keys;
CREATE POLICY rotated_read ON cases_matter FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_matter FOR UPDATE TO nrm_keys USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_matter;
DROP POLICY rotated ON cases_matter;
REVOKE ALL ON cases_matter FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0025_fewer_pages_a_reminder"),
    ]

    operations = [
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('criminal', 'Criminal offence'), ('immigration', 'Breach of immigration law'), ('administrative', 'Administrative offence'), ('status', 'Status offence: only because of who they are, such as a runaway child'), ('debt', 'Civil debt')], max_length=20)),
                ('origin', models.CharField(choices=[('hand', 'Recorded by hand'), ('referral', 'Told in the referral'), ('screening', 'Proposed by the screening')], default='hand', max_length=20)),
                ("proposal", models.CharField(blank=True, help_text="A code of the profile.", max_length=40)),
                ("told", models.BinaryField(help_text="What was said in words, as JSON under the person's key.")),
                ("acted_on", models.CharField(blank=True, help_text="A partial date.", max_length=10)),
                ('age_status', models.CharField(blank=True, choices=[('child', 'Under 18'), ('adult', '18 or over'), ('disputed', 'Age disputed: treated as a child'), ('not_sure', 'May be under 18: treated as a child')], max_length=20)),
                ("age_years", models.PositiveSmallIntegerField(null=True)),
                ("exclusion", models.CharField(blank=True, help_text="Of the profile, or none.", max_length=40)),
                ("basis", models.CharField(blank=True, help_text="A code of the profile.", max_length=40)),
                ('stage', models.CharField(choices=[('possible', 'Nothing is alleged yet'), ('stopped', 'Stopped or questioned'), ('arrested', 'Arrested'), ('investigated', 'Released while it is investigated'), ('bail', 'Released on bail'), ('charged', 'Charged'), ('trial', 'Before the court'), ('convicted', 'Convicted'), ('sentenced', 'Sentenced')], default='possible', max_length=20)),
                ("stage_on", models.DateField(help_text="Since when it stands so.", null=True)),
                ("agency", models.CharField(blank=True, help_text="A code of the profile.", max_length=40)),
                ('custody', models.CharField(blank=True, choices=[('free', 'Not held'), ('police', 'Held by the police'), ('remand', 'Held in prison before the trial'), ('prison', 'Serves a prison sentence'), ('immigration', 'In immigration detention'), ('other', 'Held elsewhere')], max_length=20)),
                ("custody_until", models.DateField(help_text="The last day of the time limit.", null=True)),
                ('hearing', models.CharField(blank=True, choices=[('first', 'First hearing'), ('plea', 'Plea'), ('trial', 'Trial'), ('sentence', 'Sentence'), ('appeal', 'Appeal'), ('other', 'Another hearing')], max_length=20)),
                ("hearing_on", models.DateField(help_text="The next one.", null=True)),
                ('interpreter', models.CharField(blank=True, choices=[('booked', 'Booked'), ('no', 'Needed and not booked'), ('not_needed', 'Not needed')], max_length=20)),
                ('representation', models.CharField(blank=True, choices=[('yes', 'Has a lawyer'), ('asked', 'A lawyer was asked for'), ('no', 'Has no lawyer')], max_length=20)),
                ('outcome', models.CharField(blank=True, choices=[('no_action', 'No further action'), ('not_charged', 'Not charged'), ('discontinued', 'Discontinued'), ('acquitted', 'Acquitted'), ('convicted', 'Convicted, and it stands'), ('quashed', 'Conviction quashed'), ('expunged', 'Record expunged'), ('cancelled', 'Fine or penalty cancelled')], max_length=20)),
                ("outcome_on", models.DateField(null=True)),
                ('consequence', models.CharField(blank=True, choices=[('none', 'None is known'), ('detention', 'Immigration detention'), ('removal', 'Removal or deportation is at risk'), ('permission', 'Permission to stay refused or ended'), ('disqualification', 'Protection as a victim may be refused')], max_length=20)),
                ('review', models.CharField(blank=True, choices=[('due', 'To be looked at'), ('advised', 'A lawyer advises on it'), ('appealed', 'An appeal or a review was asked for'), ('changed', 'The conviction was set aside or changed'), ('upheld', 'The conviction stands'), ('not_wanted', 'The person does not want it')], max_length=20)),
                ("raised_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("submission_key", models.UUIDField(null=True, unique=True)),
                ("allegation", models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="matter", to="cases.allegation")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("episode", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="matters", to="cases.episode")),
                ("raised_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["raised_at", "id"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["case", "raised_at", "id"], name="matter_of_case"),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
