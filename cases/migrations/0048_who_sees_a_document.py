from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0047_how_the_person_is_spoken_with")]
    operations = [
        migrations.AddField(
            model_name="document",
            name="seen_by",
            field=models.CharField(
                choices=[
                    ("case", "Everybody who works on the case"),
                    ("deciders", "Those who decide the case"),
                ],
                db_default="case",
                default="case",
                max_length=10,
            ),
        ),
    ]
