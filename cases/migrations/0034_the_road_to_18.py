import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Never deleted. Jobs follow its days: they open tasks, note that the person is an adult, and suspend
# a case whose person has not agreed to stay.
GRANTS = """
REVOKE DELETE ON cases_adulthood FROM nrm_web;
GRANT UPDATE (next_look_at, turned_at) ON cases_adulthood TO nrm_worker;
GRANT INSERT ON cases_casetask, cases_suspension, cases_deadlinepause TO nrm_worker;
"""
BACK = """
REVOKE INSERT ON cases_casetask, cases_suspension, cases_deadlinepause FROM nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0033_bundles_end_earlier"),
    ]

    operations = [
        migrations.CreateModel(
            name="Adulthood",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("on", models.DateField(help_text="The eighteenth birthday.", null=True)),
                ("answer", models.CharField(blank=True, choices=[("agreed", "They agree to stay"), ("declined", "They do not agree")], max_length=10)),
                ("answered_on", models.DateField(null=True)),
                ("method", models.CharField(blank=True, help_text="How it was said: a code.", max_length=20)),
                ("language", models.CharField(blank=True, help_text="ISO 639 code.", max_length=20)),
                ("interpreter", models.CharField(blank=True, max_length=20)),
                ("turned_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("next_look_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")),
                ("changed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddConstraint(
            model_name="adulthood",
            constraint=models.UniqueConstraint(fields=("case",), name="one_adulthood_a_case"),
        ),
        migrations.AddIndex(
            model_name="adulthood",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at", "id"],
                name="adulthood_to_sweep",
            ),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
