from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_lists_with_less_work")]
    operations = [
        migrations.AddField(
            model_name="consent",
            name="ends_on",
            field=models.DateField(
                help_text="The last day on which it holds, where said.", null=True
            ),
        ),
    ]
