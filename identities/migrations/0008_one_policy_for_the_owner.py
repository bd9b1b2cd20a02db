from django.db import migrations

# The owner passes by the policy `owner`, as on every table whose policies are declared.
ONCE = """
DROP POLICY asked_of_owner ON identities_legalhold;
DROP POLICY asked_of_owner ON identities_erasure;
DROP POLICY erased ON identities_likeness;
"""
BACK = """
CREATE POLICY asked_of_owner ON identities_legalhold FOR SELECT TO nrm_owner USING (true);
CREATE POLICY asked_of_owner ON identities_erasure FOR SELECT TO nrm_owner USING (true);
CREATE POLICY erased ON identities_likeness TO nrm_owner USING (true);
"""


class Migration(migrations.Migration):
    dependencies = [("identities", "0007_two_people_destroy_a_key")]

    operations = [migrations.RunSQL(ONCE, BACK)]
