"""What the person said reaches the services of every case that was merged with the one on which
they said it: the database does it, since whoever records it may not see the other case."""

from nrm.accounts.roles import Role
from nrm.policies import array, declare
from protection.models.service import WITH_PROVIDER

# Raises where the person has not said so, or the actor may not share of that case
# (cases.joined). The provider is told that something ended, without a word of whom.
_HEED = f"""
CREATE OR REPLACE FUNCTION protection_heed_in_joined(
    said uuid, among uuid[], services text[], until_ timestamptz, reason_ text, moment timestamptz
) RETURNS TABLE (about_case uuid, about_row uuid, service text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    cases uuid[] := cases_joined_with(cases_was_said(said, until_));
    house uuid;
BEGIN
    IF until_ IS NOT NULL THEN
        UPDATE protection_service s SET until = until_
        WHERE s.case_id = ANY (cases) AND s.case_id = ANY (among) AND s.code = ANY (services)
            AND s.state = ANY ({array(WITH_PROVIDER)}) AND NOT s.overridden
            AND (s.until IS NULL OR s.until > until_);
        RETURN;
    END IF;
    FOR about_case, about_row, service, house IN
        UPDATE protection_service s SET state = 'exited', reason = reason_, ended_at = moment
        WHERE s.case_id = ANY (cases) AND s.case_id = ANY (among) AND s.code = ANY (services)
            AND s.state = ANY ({array(WITH_PROVIDER)}) AND NOT s.overridden
        RETURNING s.case_id, s.id, s.code, s.organisation_id
    LOOP
        PERFORM cases_tell_team(
            house, {array([Role.PROTECTION_PROVIDER])}, 'service_ended', about_row, moment);
        RETURN NEXT;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION
    protection_heed_in_joined(uuid, uuid[], text[], timestamptz, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    protection_heed_in_joined(uuid, uuid[], text[], timestamptz, text, timestamptz) TO nrm_web;
"""


def register() -> None:
    """Declares the function."""
    declare(functions=_HEED)
