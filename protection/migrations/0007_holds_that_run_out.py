from django.db import migrations, models

# Jobs set when a hold is looked at next, and nothing else of a stay. What runs now is told of when
# it ends.
LOOK = """
GRANT UPDATE (next_look_at) ON protection_stay TO nrm_web, nrm_worker;
UPDATE protection_stay SET next_look_at = hold_until
WHERE state = 'held' AND hold_until > statement_timestamp();
"""


class Migration(migrations.Migration):
    dependencies = [("protection", "0006_plan")]

    operations = [
        migrations.AddField("stay", "next_look_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "stay",
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="stay_to_sweep",
            ),
        ),
        migrations.RunSQL(LOOK, migrations.RunSQL.noop),
    ]
