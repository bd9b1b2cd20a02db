from django.db import migrations, models

import cases.models.document


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_reasons_of_emergencies_change_their_key")]
    operations = [
        migrations.AddField(
            model_name="document",
            name="scan",
            field=models.CharField(
                choices=cases.models.document.DocumentScan.choices, default="none", max_length=5
            ),
        ),
    ]
