import django.db.models.deletion
from django.db import migrations, models


def _document() -> models.ForeignKey:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="cases.document",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0003_evidence_is_numbered"),
        ("cases", "0006_documents"),
    ]

    operations = [
        migrations.AddField("evidence", "document", _document()),
        migrations.AddField("earlierevidence", "document", _document()),
    ]
