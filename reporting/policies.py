"""What the database lets through for statistics: numbers of referrals, and only while an auditor
freezes a table. Auditors see no case. The secret of an auditor's codes is theirs alone.
What is unusual is read by auditors and, of the staff of an authority, by its supervisors."""

from nrm.accounts.roles import Role
from nrm.policies import ACTOR, BY_SYSTEM, Table, array, declare, holds, of_team

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION reporting_received(profile text, first timestamptz, ended timestamptz)
RETURNS TABLE (age_years smallint, age_status varchar, sealed boolean, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT nrm_holds({array([Role.AUDITOR])}) THEN
        RAISE EXCEPTION 'Statistics are counted for auditors.' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT c.age_years, c.age_status, c.confidentiality = 'sealed', count(*)
        FROM cases_case c
        WHERE c.profile_code = profile AND c.kind = 'referral'
          AND c.opened_at >= first AND c.opened_at < ended
        GROUP BY 1, 2, 3;
END $$;
REVOKE ALL ON FUNCTION reporting_received(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporting_received(text, timestamptz, timestamptz) TO nrm_web;
"""


def register() -> None:
    """Declares what the room asks of the database."""
    their_staff = (
        "EXISTS (SELECT FROM accounts_membership m JOIN accounts_rolegroup g"
        " ON g.group_id = m.group_id WHERE m.user_id = reporting_anomaly.actor_id"
        f" AND {of_team('g.organisation_id', Role.SUPERVISOR)} OFFSET 0)"
    )
    own = f"reporting_codesecret.user_id = {ACTOR}"
    declare(
        Table(
            "reporting_codesecret",
            read={"own": own},
            insert={"own": f"{own} AND {holds(Role.AUDITOR)}"},
        ),
        Table(
            "reporting_anomaly",
            read={
                "auditor": holds(Role.AUDITOR),
                "supervisor": their_staff,
                "system": BY_SYSTEM,
            },
            insert={"system": BY_SYSTEM},
            update={"auditor": holds(Role.AUDITOR), "system": BY_SYSTEM},
        ),
        functions=FUNCTIONS,
    )
