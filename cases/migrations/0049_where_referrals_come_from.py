from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0048_who_sees_a_document")]
    operations = [
        migrations.AlterField(
            model_name="referral",
            name="source",
            field=models.CharField(
                choices=[
                    ("form", "Referral form"),
                    ("api", "REST"),
                    ("home_office", "Home Office form"),
                    ("htcds", "Human Trafficking Case Data Standard"),
                    ("register", "Earlier register of an office"),
                ],
                default="form",
                max_length=20,
            ),
        ),
    ]
