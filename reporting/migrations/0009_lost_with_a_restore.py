from django.db import migrations, models

# A release that a restore has lost is put back by the owner of the tables, and by nobody who signs
# in for people or jobs: as the first that is known of it, or in place of one that waits to be
# built. It has no numbers, and does not change any more. Every other row is as strict as before.
LOST = """
CREATE FUNCTION reporting_lost_with_a_restore() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'nrm_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'Only after a restore is a release lost.';
    END IF;
    IF NEW.sha256 <> '' OR NEW.built_at IS NOT NULL OR NEW.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'A lost release has no numbers.';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        OLD.state <> 'asked'
        OR (OLD.id, OLD.profile_code, OLD.period, OLD.asked_by_id, OLD.asked_at)
        IS DISTINCT FROM (NEW.id, NEW.profile_code, NEW.period, NEW.asked_by_id, NEW.asked_at)
    ) THEN
        RAISE EXCEPTION 'This release does not change any more.';
    END IF;
    RETURN NEW;
END $$;
-- What was taken of a year was taken, also where the year has not as much left by now.
CREATE OR REPLACE FUNCTION reporting_within_cap() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    spent numeric;
    most numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('epsilon ' || NEW.profile_code || ' ' || NEW.year, 0));
    -- A statement of its own, so that it sees what was committed while this one waited.
    SELECT coalesce(sum(s.epsilon), 0), least(NEW.cap, min(s.cap)) INTO spent, most
    FROM reporting_spend s WHERE s.profile_code = NEW.profile_code AND s.year = NEW.year;
    IF spent + NEW.epsilon > most AND NOT (
        pg_has_role(session_user, 'nrm_owner', 'MEMBER') AND EXISTS (
            SELECT FROM reporting_release r WHERE r.id = NEW.release_id AND r.state = 'lost')
    ) THEN
        RAISE EXCEPTION 'The year has not as much epsilon left.'
            USING ERRCODE = '23514', CONSTRAINT = 'within_the_cap_of_the_year';
    END IF;
    IF NOT EXISTS (SELECT FROM reporting_release r WHERE r.id = NEW.release_id
                   AND r.profile_code = NEW.profile_code AND left(r.period, 4) = NEW.year::text) THEN
        RAISE EXCEPTION 'The release is of another year.';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER goes_forward ON reporting_release;
CREATE TRIGGER goes_forward BEFORE INSERT OR UPDATE ON reporting_release
    FOR EACH ROW WHEN (NEW.state <> 'lost') EXECUTE FUNCTION reporting_goes_forward();
CREATE TRIGGER lost_with_a_restore BEFORE INSERT OR UPDATE ON reporting_release
    FOR EACH ROW WHEN (NEW.state = 'lost') EXECUTE FUNCTION reporting_lost_with_a_restore();
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0008_not_emptied_by_the_owner")]
    operations = [
        migrations.AlterField(
            model_name="release",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "Being built"),
                    ("built", "Waits for two people"),
                    ("blocked", "Did not withstand the attacks"),
                    ("published", "Published"),
                    ("withheld", "Withheld"),
                    ("lost", "Lost with a restore"),
                ],
                default="asked",
                max_length=12,
            ),
        ),
        migrations.RunSQL(LOST, migrations.RunSQL.noop),
    ]
