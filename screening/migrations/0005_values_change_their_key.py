from importlib import import_module

from django.db import migrations

shared = import_module("cases.migrations.0010_values_change_their_key")

# As for the tables of cases.
COLUMNS = {
    "screening_screening": ("id, case_id", "differs"),
    "screening_evidence": ("id, screening_id", "text, reliability"),
    "screening_earlierevidence": ("id, evidence_id", "text, reliability"),
    "screening_contradiction": ("id, screening_id", "explanation"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0004_evidence_names_a_document"),
        ("cases", "0010_values_change_their_key"),
    ]
    operations = [migrations.RunSQL(shared.grants(COLUMNS), shared.taken_back(COLUMNS))]
