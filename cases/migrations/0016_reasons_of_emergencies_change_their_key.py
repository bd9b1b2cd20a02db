from django.db import migrations

# As for the other sealed columns: nrm_keys sees which case a row belongs to, and may put another
# ciphertext in the place of one.
GRANT = """
GRANT SELECT (id, case_id, reason), UPDATE (reason) ON cases_emergencyaccess TO nrm_keys;
CREATE POLICY rotated_read ON cases_emergencyaccess FOR SELECT TO nrm_keys USING (true);
CREATE POLICY rotated ON cases_emergencyaccess FOR UPDATE TO nrm_keys
    USING (true) WITH CHECK (true);
"""
BACK = """
DROP POLICY rotated_read ON cases_emergencyaccess;
DROP POLICY rotated ON cases_emergencyaccess;
REVOKE ALL ON cases_emergencyaccess FROM nrm_keys;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_emergency_access")]
    operations = [migrations.RunSQL(GRANT, BACK)]
