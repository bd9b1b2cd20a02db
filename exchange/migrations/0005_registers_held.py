from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_packs_once_and_recalled"),
    ]

    operations = [
        migrations.RenameField("registerimport", "why_unreadable", "why"),
        migrations.AlterField(
            "registerimport",
            "why",
            models.CharField(
                blank=True,
                help_text="Why it is unreadable, or is held by itself.",
                max_length=400,
            ),
        ),
        migrations.AddField(
            "registerimport",
            "failed",
            models.PositiveSmallIntegerField(
                default=0, help_text="Steps in a row that failed: after some it is held."
            ),
        ),
    ]
