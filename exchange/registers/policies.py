"""What the database itself lets through of registers on their way in."""

from exchange.registers.rights import BRING_REGISTER
from nrm.policies import ACTOR, BY_SYSTEM, Table, declare, of_team

FUNCTIONS = """
-- Deletes the files of registers with which nobody went on in time. Nothing of them is read, and
-- what somebody is at now is left to the next time.
CREATE OR REPLACE FUNCTION exchange_forget_registers() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    late uuid[];
BEGIN
    SELECT coalesce(array_agg(id), '{}') INTO late FROM (
        SELECT id FROM exchange_registerimport
        WHERE delete_on < current_date AND told IS NOT NULL OFFSET 0
    ) AS lying WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 0));
    -- Asked again under the locks: somebody may have gone on just before.
    SELECT coalesce(array_agg(id), '{}') INTO late FROM exchange_registerimport
    WHERE id = ANY (late) AND delete_on < current_date AND told IS NOT NULL;
    DELETE FROM exchange_registerpart WHERE register_id = ANY (late);
    DELETE FROM exchange_registertoken WHERE register_id = ANY (late);
    UPDATE exchange_registerimport SET told = NULL, state = 'abandoned', ended_at = now()
    WHERE id = ANY (late);
END $$;
REVOKE ALL ON FUNCTION exchange_forget_registers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange_forget_registers() TO nrm_web;
"""


def _register() -> Table:
    """What columns meant in earlier registers helps whoever brings in the next for the team; each
    is gone on with by who began it. The system finds those that stand still."""
    name = "exchange_registerimport"
    team = of_team(f"{name}.organisation_id", *BRING_REGISTER.roles)
    own = {"own": f"{team} AND {name}.started_by_id = {ACTOR}"}
    return Table(
        name,
        read={"team": team, "system": BY_SYSTEM},
        insert=own,
        update=own,
        for_jobs=(),
    )


def _of_register(name: str, *, changes: bool = False) -> Table:
    """What belongs to a register, to who brings it in."""
    team = of_team("r.organisation_id", *BRING_REGISTER.roles)
    own = {
        "own": "EXISTS (SELECT FROM exchange_registerimport r"
        f" WHERE r.id = {name}.register_id AND r.started_by_id = {ACTOR} AND {team} OFFSET 0)"
    }
    changed = own if changes else {}
    return Table(name, read=own, insert=own, update=changed, delete=own, for_jobs=())


def register() -> None:
    """Declares the tables of a register."""
    declare(
        _register(),
        _of_register("exchange_registerpart"),
        _of_register("exchange_registerrow", changes=True),
        _of_register("exchange_registertoken"),
        functions=FUNCTIONS,
    )
