from django.db import migrations, models

# Whoever leaves hands nothing on any more and covers for nobody: the cover ends in the statement by
# which they leave, whoever writes it, and with it the grants (0018). Nobody ended it; jobs tell.
ENDED = """
CREATE FUNCTION cases_end_covers_of(who uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_cover v SET ended_at = statement_timestamp()
    WHERE (v.giver_id = who OR v.delegate_id = who)
        AND v.ended_at IS NULL AND v.ends_at > statement_timestamp()
        AND 2 <> (
            SELECT count(DISTINCT u.id)
            FROM accounts_user u
            JOIN accounts_membership m ON m.user_id = u.id
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            WHERE u.is_active AND rg.organisation_id = v.authority_id
                AND (u.id = v.delegate_id AND rg.role = 'caseworker'
                    OR u.id = v.giver_id AND rg.role IN ('caseworker', 'supervisor')));
$$;
REVOKE ALL ON FUNCTION cases_end_covers_of(uuid) FROM PUBLIC;

CREATE FUNCTION cases_role_left() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_end_covers_of(OLD.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER end_covers AFTER DELETE OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION cases_role_left();

CREATE FUNCTION cases_account_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_end_covers_of(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER end_covers AFTER UPDATE ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
    EXECUTE FUNCTION cases_account_closed();
"""
BACK = """
DROP FUNCTION cases_account_closed() CASCADE;
DROP FUNCTION cases_role_left() CASCADE;
DROP FUNCTION cases_end_covers_of(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_consents_end")]
    operations = [
        migrations.AddIndex(
            model_name="cover",
            index=models.Index(fields=["ends_at"], name="cover_by_end"),
        ),
        migrations.RunSQL(ENDED, BACK),
    ]
