from django.db import migrations, models


class Migration(migrations.Migration):
    """Seals that are there are of form 1: no row is written anew, the trail being append-only."""

    dependencies = [("audit", "0004_cases_that_lists_showed")]
    operations = [
        migrations.AddField(
            model_name="seal",
            name="form",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, help_text="Of its digest."
            ),
        ),
    ]
