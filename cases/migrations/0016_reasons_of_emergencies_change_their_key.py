from django.db import migrations

# As for the other sealed columns: nrm_keys sees which case a row belongs to, and may put another
# ciphertext in the place of one. Its policies are declared with the table's.
GRANT = """
GRANT SELECT (id, case_id, reason), UPDATE (reason) ON cases_emergencyaccess TO nrm_keys;
"""
BACK = "REVOKE ALL ON cases_emergencyaccess FROM nrm_keys;"


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_emergency_access")]
    operations = [migrations.RunSQL(GRANT, BACK)]
