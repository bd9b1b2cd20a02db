from django.db import migrations, models

# What was asked of each session is asked of the person once, and stands on the newest card. Of a
# card that was written before, nobody knows whom the person wants.


class Migration(migrations.Migration):
    dependencies = [("cases", "0046_cooperation")]
    operations = [
        migrations.AddField(
            model_name="safecontact",
            name="interpreter_sex",
            field=models.CharField(
                blank=True,
                choices=[("any", "Any"), ("female", "A woman"), ("male", "A man")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="safecontact",
            name="no_companions",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
