"""What the person said reaches the services of every case that was merged with the one on which
they said it: the database does it, since whoever records it may not see the other case."""

from nrm.accounts.roles import Role
from nrm.policies import array, declare
from protection.models.service import WITH_PROVIDER

# Raises where the person has not said so, or the actor may not share of that case
# (cases.joined). The provider is told that something ended, without a word of whom. Of a bed it is
# as where the person said it (protection.actions.services): one that is held is free again, and of
# one where they live, whoever has the case is told to settle it.
_HEED = f"""
CREATE OR REPLACE FUNCTION protection_heed_in_joined(
    said uuid, among uuid[], services text[], shelter text, until_ timestamptz, reason_ text,
    moment timestamptz
) RETURNS TABLE (what text, about_case uuid, about_row uuid, codes jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    cases uuid[] := cases_joined_with(cases_was_said(said, until_));
    gone record;
    stay record;
BEGIN
    IF until_ IS NOT NULL THEN
        UPDATE protection_service s SET until = until_
        WHERE s.case_id = ANY (cases) AND s.case_id = ANY (among) AND s.code = ANY (services)
            AND s.state = ANY ({array(WITH_PROVIDER)}) AND NOT s.overridden
            AND (s.until IS NULL OR s.until > until_);
        RETURN;
    END IF;
    FOR gone IN
        UPDATE protection_service s SET state = 'exited', reason = reason_, ended_at = moment
        WHERE s.case_id = ANY (cases) AND s.case_id = ANY (among) AND s.code = ANY (services)
            AND s.state = ANY ({array(WITH_PROVIDER)}) AND NOT s.overridden
        RETURNING s.case_id, s.id, s.code, s.organisation_id
    LOOP
        what := 'service.ended';
        about_case := gone.case_id;
        about_row := gone.id;
        codes := jsonb_build_object('service', gone.code, 'reason', reason_);
        RETURN NEXT;
        PERFORM cases_tell_team(
            gone.organisation_id, {array([Role.PROTECTION_PROVIDER])}, 'service_ended', gone.id,
            moment);
        CONTINUE WHEN gone.code <> shelter;
        FOR stay IN
            UPDATE protection_stay t SET
                state = CASE t.state WHEN 'held' THEN 'ended' ELSE t.state END,
                ended_at = CASE t.state WHEN 'held' THEN moment END,
                reason = CASE t.state WHEN 'held' THEN reason_ ELSE t.reason END
            WHERE t.case_id = gone.case_id AND t.organisation_id = gone.organisation_id
                AND t.ended_at IS NULL
            RETURNING t.id, t.bed_id, CASE WHEN t.ended_at IS NULL THEN 'stay_left_behind'
                                           ELSE 'hold_given_up' END AS kind
        LOOP
            IF stay.kind = 'hold_given_up' THEN
                what := 'shelter.left';
                about_row := stay.id;
                codes := jsonb_build_object('bed', stay.bed_id, 'reason', reason_);
                RETURN NEXT;
            END IF;
            PERFORM cases_tell(
                ARRAY(SELECT c.caseworker_id FROM cases_case c
                      WHERE c.id = gone.case_id AND c.caseworker_id IS NOT NULL),
                stay.kind, gone.case_id, NULL, '', stay.kind || ':' || stay.id, '{{}}', moment,
                true);
        END LOOP;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION
    protection_heed_in_joined(uuid, uuid[], text[], text, timestamptz, text, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    protection_heed_in_joined(uuid, uuid[], text[], text, timestamptz, text, timestamptz)
    TO nrm_web;
"""


def register() -> None:
    """Declares the function."""
    declare(functions=_HEED)
