from django.db import migrations

# A newer consent may end earlier than what was shared on the one before: then that ends with it. It
# is never made to last longer.
FORWARD = """
GRANT UPDATE (ends_at) ON cases_bundle TO nrm_web;
CREATE FUNCTION cases_ends_no_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ends_at > OLD.ends_at THEN
        RAISE EXCEPTION 'What was shared never lasts longer.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_no_later BEFORE UPDATE OF ends_at ON cases_bundle
    FOR EACH ROW EXECUTE FUNCTION cases_ends_no_later();
"""
BACK = """
DROP TRIGGER ends_no_later ON cases_bundle;
DROP FUNCTION cases_ends_no_later();
REVOKE UPDATE (ends_at) ON cases_bundle FROM nrm_web;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_removals")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
