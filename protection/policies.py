"""What the database itself lets through of what protects a person: to whoever plans their support;
of a service to its provider too, while the person is with them."""

from cases import rights
from cases.policies import listed, not_excluded, of_case, pairs
from nrm.accounts.roles import Role
from nrm.policies import ACTOR, Table, array, declare, of_team
from protection.models.service import WITH_PROVIDER

_OPEN = array(WITH_PROVIDER)

# The answer of a provider: of a service that is theirs and open, one that leads where an answer
# may. They change nothing else of the row, and after the last answer do not see it.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION protection_answer(
    asked uuid, wanted text, because text, moment timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE protection_service s SET
        state = wanted, reason = because,
        answered_at = coalesce(s.answered_at, moment),
        started_at = CASE WHEN wanted = 'active' THEN coalesce(s.started_at, moment)
                          ELSE s.started_at END,
        ended_at = CASE WHEN wanted IN ('declined', 'completed', 'exited') THEN moment END
    WHERE s.id = asked AND s.state = ANY ({_OPEN}) AND wanted NOT IN ('needed', 'referred')
        AND (s.until IS NULL OR s.until > statement_timestamp())
        AND s.organisation_id = ANY (nrm_teams({array([Role.PROTECTION_PROVIDER])}))
        AND {listed("s.case_id", pairs(rights.PROVIDE))}
        AND {not_excluded("s.case_id")};
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION protection_answer(uuid, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_answer(uuid, text, text, timestamptz) TO nrm_web;
"""


def _service() -> Table:
    name, plans = "protection_service", pairs(rights.SUPPORT)
    return of_case(
        name,
        plans,
        plans,
        also={
            "provider": of_team(f"{name}.organisation_id", Role.PROTECTION_PROVIDER)
            + f" AND {name}.state = ANY ({_OPEN})"
            f" AND ({name}.until IS NULL OR {name}.until > statement_timestamp())"
            f" AND {listed(f'{name}.case_id', pairs(rights.PROVIDE))}"
        },
    )


def _override() -> Table:
    """Why, to whoever plans the support; written in one's own name by who may, read by another."""
    name = "protection_override"
    table = of_case(name, pairs(rights.SUPPORT))
    overrides = listed(f"{name}.case_id", pairs(rights.REFER_WITHOUT_CONSENT))
    table.insert["own"] = f"{overrides} AND {name}.by_id = {ACTOR}"
    table.update["supervisor"] = listed(f"{name}.case_id", pairs(rights.READ_OVERRIDE))
    return table


def register() -> None:
    """Declares every table of the room."""
    plans = pairs(rights.SUPPORT)
    declare(
        _service(),
        _override(),
        of_case("protection_assessment", plans, plans),
        functions=FUNCTIONS,
    )
