from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_submissions")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="authority_kind",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Which of the authorities of its profile it is; none of them, or not recorded.",
                max_length=40,
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("authority_kind", ""), ("kind", "competent_authority"), _connector="OR"),
                name="only_an_authority_is_one_of_its_law",
            ),
        ),
    ]
