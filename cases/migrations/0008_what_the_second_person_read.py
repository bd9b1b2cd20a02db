from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_saved_views_and_reviews_in_order")]
    operations = [
        migrations.AddField(
            model_name="decisionreview",
            name="read_outcome",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="decisionreview",
            name="read_grounds",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="decisionreview",
            name="read_reasons",
            field=models.BinaryField(null=True),
        ),
    ]
