from django.db import migrations, models

# Jobs follow the days of a matter, and note that a conviction is to be looked at. A decision that is
# made has them look at once: the matters of its case are found by their index.
GRANTS = """
GRANT UPDATE (next_look_at, review) ON cases_matter TO nrm_worker;

CREATE FUNCTION cases_decision_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_matter SET next_look_at = NEW.made_at WHERE case_id = NEW.case_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION cases_decision_made() FROM PUBLIC;
CREATE TRIGGER matters_are_looked_at AFTER UPDATE OF state ON cases_decision
    FOR EACH ROW WHEN (NEW.state = 'made' AND OLD.state IS DISTINCT FROM 'made')
    EXECUTE FUNCTION cases_decision_made();
"""
BACK = """
DROP TRIGGER matters_are_looked_at ON cases_decision;
DROP FUNCTION cases_decision_made();
REVOKE UPDATE (next_look_at, review) ON cases_matter FROM nrm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_notices")]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="next_look_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at", "id"],
                name="matter_to_sweep",
            ),
        ),
        migrations.RunSQL(GRANTS, BACK),
    ]
