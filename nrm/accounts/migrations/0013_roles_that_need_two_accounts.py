from django.db import migrations

# Administrators see no case; auditors read the trail in codes, which say nothing only to who sees no
# case. So the roles are of three kinds, and one account holds roles of one kind: the rule is in
# nrm/accounts/rules.py, and here it holds whoever writes.
APART = """
CREATE FUNCTION accounts_kind_of_role(role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN role IN ('administrator', 'auditor') THEN role ELSE 'cases' END
$$;

DO $$
DECLARE
    mixed text;
BEGIN
    SELECT string_agg(user_id::text, ', ' ORDER BY user_id) INTO mixed FROM (
        SELECT m.user_id FROM accounts_membership m JOIN accounts_rolegroup g USING (group_id)
        GROUP BY m.user_id HAVING count(DISTINCT accounts_kind_of_role(g.role)) > 1
    ) t;
    IF mixed IS NOT NULL THEN
        RAISE EXCEPTION 'These accounts hold roles that one account must not hold together'
            ' (administrator, auditor, roles on cases): %. With the release that runs now, take one'
            ' of the roles away on the page of each account, and migrate again.', mixed;
    END IF;
END $$;

CREATE FUNCTION accounts_roles_apart() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whose uuid;
BEGIN
    FOR whose IN SELECT m.user_id FROM accounts_membership m
                 WHERE m.group_id = NEW.group_id
                   AND (TG_TABLE_NAME = 'accounts_rolegroup'
                        OR m.user_id = (to_jsonb(NEW)->>'user_id')::uuid)
                 ORDER BY m.user_id LOOP
        -- One role of a person after the other, so that the second sees the first.
        PERFORM pg_advisory_xact_lock(hashtextextended('roles of ' || whose, 0));
        IF (SELECT count(DISTINCT accounts_kind_of_role(g.role)) FROM accounts_membership m
            JOIN accounts_rolegroup g USING (group_id) WHERE m.user_id = whose) > 1 THEN
            RAISE EXCEPTION 'These roles need two accounts.'
                USING ERRCODE = '23514', CONSTRAINT = 'roles_apart';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER roles_apart AFTER INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION accounts_roles_apart();
CREATE TRIGGER roles_apart AFTER INSERT OR UPDATE ON accounts_rolegroup
    FOR EACH ROW EXECUTE FUNCTION accounts_roles_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_which_authority")]
    operations = [migrations.RunSQL(APART, migrations.RunSQL.noop)]
