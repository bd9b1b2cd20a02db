from django.db import migrations

# What 0018 made, but that whoever is kept from a case, or was since the cover was given,
# gets nothing by it: what an exclusion takes from them does not come back with the next sweep.
KEPT = """
CREATE OR REPLACE FUNCTION cases_keep_covers(of_giver uuid, of_case uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
    made integer;
BEGIN
    DELETE FROM cases_caseusergrant g
    WHERE g.reason = 'absence'
        AND (of_case IS NULL OR g.content_object_id = of_case)
        AND (of_giver IS NULL OR g.user_id IN (
            SELECT v.delegate_id FROM cases_cover v WHERE v.giver_id = of_giver))
        AND NOT EXISTS (
            SELECT FROM cases_cover v
            JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
            WHERE c.id = g.content_object_id AND v.delegate_id = g.user_id
                AND v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
                AND v.ends_at = g.ends_at AND v.ends_at > statement_timestamp()
                AND c.confidentiality = 'normal' AND c.closed_at IS NULL
                AND NOT EXISTS (
                    SELECT FROM cases_exclusion x
                    WHERE x.case_id = c.id AND (x.ended_at IS NULL OR x.ended_at >= v.given_at)
                        AND (x.user_id = v.delegate_id OR x.organisation_id IN (
                            SELECT rg.organisation_id FROM accounts_membership m
                            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
                            WHERE m.user_id = v.delegate_id))));
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO cases_caseusergrant AS g
        (content_object_id, user_id, permission_id, reason, granted_at, ends_at)
    SELECT c.id, v.delegate_id, p.id, 'absence', statement_timestamp(), v.ends_at
    FROM cases_cover v
    JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
        AND c.confidentiality = 'normal' AND c.closed_at IS NULL
    JOIN django_content_type t ON t.app_label = 'cases' AND t.model = 'case'
    JOIN auth_permission p ON p.content_type_id = t.id AND p.codename = 'work'
    WHERE v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
        AND v.ends_at > statement_timestamp()
        AND (of_giver IS NULL OR v.giver_id = of_giver) AND (of_case IS NULL OR c.id = of_case)
        AND NOT EXISTS (
            SELECT FROM cases_exclusion x
            WHERE x.case_id = c.id AND (x.ended_at IS NULL OR x.ended_at >= v.given_at)
                AND (x.user_id = v.delegate_id OR x.organisation_id IN (
                    SELECT rg.organisation_id FROM accounts_membership m
                    JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
                    WHERE m.user_id = v.delegate_id)))
        AND NOT EXISTS (
            SELECT FROM cases_caseusergrant o
            WHERE o.content_object_id = c.id AND o.user_id = v.delegate_id
                AND o.permission_id = p.id AND (o.ends_at IS NULL OR o.ends_at >= v.ends_at))
    ON CONFLICT (user_id, permission_id, content_object_id) DO UPDATE
    SET reason = EXCLUDED.reason, granted_at = EXCLUDED.granted_at, ends_at = EXCLUDED.ends_at;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN gone + made;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION cases_keep_covers(of_giver uuid, of_case uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
    made integer;
BEGIN
    DELETE FROM cases_caseusergrant g
    WHERE g.reason = 'absence'
        AND (of_case IS NULL OR g.content_object_id = of_case)
        AND (of_giver IS NULL OR g.user_id IN (
            SELECT v.delegate_id FROM cases_cover v WHERE v.giver_id = of_giver))
        AND NOT EXISTS (
            SELECT FROM cases_cover v
            JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
            WHERE c.id = g.content_object_id AND v.delegate_id = g.user_id
                AND v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
                AND v.ends_at = g.ends_at AND v.ends_at > statement_timestamp()
                AND c.confidentiality = 'normal' AND c.closed_at IS NULL);
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO cases_caseusergrant AS g
        (content_object_id, user_id, permission_id, reason, granted_at, ends_at)
    SELECT c.id, v.delegate_id, p.id, 'absence', statement_timestamp(), v.ends_at
    FROM cases_cover v
    JOIN cases_case c ON c.caseworker_id = v.giver_id AND c.authority_id = v.authority_id
        AND c.confidentiality = 'normal' AND c.closed_at IS NULL
    JOIN django_content_type t ON t.app_label = 'cases' AND t.model = 'case'
    JOIN auth_permission p ON p.content_type_id = t.id AND p.codename = 'work'
    WHERE v.ended_at IS NULL AND v.begins_at <= statement_timestamp()
        AND v.ends_at > statement_timestamp()
        AND (of_giver IS NULL OR v.giver_id = of_giver) AND (of_case IS NULL OR c.id = of_case)
        AND NOT EXISTS (
            SELECT FROM cases_caseusergrant o
            WHERE o.content_object_id = c.id AND o.user_id = v.delegate_id
                AND o.permission_id = p.id AND (o.ends_at IS NULL OR o.ends_at >= v.ends_at))
    ON CONFLICT (user_id, permission_id, content_object_id) DO UPDATE
    SET reason = EXCLUDED.reason, granted_at = EXCLUDED.granted_at, ends_at = EXCLUDED.ends_at;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN gone + made;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0043_nominees")]

    operations = [migrations.RunSQL(KEPT, BEFORE)]
