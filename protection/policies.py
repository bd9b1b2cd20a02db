"""What the database itself lets through of what protects a person: to whoever plans their support;
of a service to its provider too, while the person is with them, and of what a counsellor writes to
nobody else."""

from cases import rights
from cases.policies import listed, near_within, not_excluded, of_case, of_parent, pairs
from nrm.accounts.roles import Role
from nrm.policies import ACTOR, Table, array, declare, holds, of_team
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

-- Where access that was given for another reason is taken away, a service that runs keeps its own.
CREATE OR REPLACE FUNCTION protection_grant_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM protection_keep_near(OLD.content_object_id, s.organisation_id)
    FROM protection_service s
    JOIN accounts_rolegroup rg ON rg.organisation_id = s.organisation_id
        AND rg.group_id = OLD.group_id
    WHERE s.case_id = OLD.content_object_id AND s.state = ANY ({_OPEN})
    LIMIT 1;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER keep_served AFTER DELETE ON cases_casegroupgrant
    FOR EACH ROW WHEN (OLD.reason <> 'service') EXECUTE FUNCTION protection_grant_gone();
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


# Whether somebody is at a place who is linked to the same exploiter as the person of a case, to
# whoever plans the support of that case: yes or no, and never who. And that holds which have run
# out hold nothing, of whomever they were.
_PLANS = near_within(rights.SUPPORT)
FUNCTIONS += f"""
-- The stays at a place of people whom the person of these cases must not meet: who is linked to the
-- same exploiter, or with whom they must never be under one roof (cases.models.link). Of whichever
-- case of one person it was recorded, and in whichever they live somewhere. Asked by no one but the
-- functions below.
CREATE OR REPLACE FUNCTION protection_not_to_meet(ours uuid[], at_place uuid, tokens bytea[])
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    tokens := tokens || ARRAY(
        SELECT a.token FROM protection_avoidance a
        WHERE a.case_id = ANY (ours) AND a.kind = 'exploiter' AND a.lifted_at IS NULL);
    RETURN QUERY
        SELECT s.id FROM protection_stay s
        JOIN protection_bed b ON b.id = s.bed_id AND b.place_id = at_place
        CROSS JOIN LATERAL (SELECT s.case_id || cases_joined_with(s.case_id) AS cases) theirs
        WHERE s.case_id <> ALL (ours)
            AND (s.state = 'occupied'
                 OR (s.state = 'held' AND s.hold_until > statement_timestamp()))
            AND (EXISTS (
                    SELECT FROM protection_avoidance a
                    WHERE a.case_id = ANY (theirs.cases) AND a.kind = 'exploiter'
                        AND a.lifted_at IS NULL AND a.token = ANY (tokens))
                 OR EXISTS (
                    SELECT FROM cases_caselink l
                    WHERE l.ended_at IS NULL AND l.rule = 'apart'
                        AND (l.case_id = ANY (ours) AND l.other_id = ANY (theirs.cases)
                             OR l.other_id = ANY (ours) AND l.case_id = ANY (theirs.cases))));
END $$;
REVOKE ALL ON FUNCTION protection_not_to_meet(uuid[], uuid, bytea[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION protection_must_not_meet(of_case uuid, at_place uuid, tokens bytea[])
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    joined uuid[];
BEGIN
    IF NOT ({_PLANS}) THEN
        RAISE EXCEPTION 'It is asked by who plans the support of the case.' USING ERRCODE = '42501';
    END IF;
    joined := cases_joined_with(of_case);
    RETURN EXISTS (
        SELECT FROM protection_not_to_meet(of_case || joined, at_place, tokens)
    ) OR EXISTS (
        -- The regions of the case itself are said in words (protection.rules.shelter).
        SELECT FROM protection_avoidance a
        JOIN protection_place p ON p.id = at_place AND p.region = a.region
        WHERE a.case_id = ANY (joined) AND a.kind = 'region' AND a.lifted_at IS NULL
    );
END $$;
REVOKE ALL ON FUNCTION protection_must_not_meet(uuid, uuid, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_must_not_meet(uuid, uuid, bytea[]) TO nrm_web;

-- Tells the supervisors of each case whose person is in a place, or is to be, where they are not
-- safe any more since something was recorded or merged (`because`, its id): of those of this
-- person, and of those whom they must not meet. Nobody is told of another case than their own.
-- Asked by who recorded it; returns the stays of this person.
CREATE OR REPLACE FUNCTION protection_tell_unsafe(of_case uuid, because uuid, moment timestamptz)
RETURNS TABLE (about_case uuid, about_stay uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ours uuid[];
    stay record;
    met uuid[];
    one record;
BEGIN
    IF NOT ({near_within(rights.SUPPORT, rights.DECIDE_MERGING)}) THEN
        RAISE EXCEPTION 'It is told by who changes what keeps the person safe.'
            USING ERRCODE = '42501';
    END IF;
    ours := of_case || cases_joined_with(of_case);
    FOR stay IN
        SELECT s.id, s.case_id, b.place_id, p.region
        FROM protection_stay s
        JOIN protection_bed b ON b.id = s.bed_id JOIN protection_place p ON p.id = b.place_id
        WHERE s.case_id = ANY (ours)
            AND (s.state = 'occupied'
                 OR (s.state = 'held' AND s.hold_until > statement_timestamp()))
    LOOP
        met := ARRAY(SELECT protection_not_to_meet(ours, stay.place_id, '{{}}'::bytea[]));
        CONTINUE WHEN met = '{{}}' AND NOT EXISTS (
            SELECT FROM protection_avoidance a
            WHERE a.case_id = ANY (ours) AND a.kind = 'region' AND a.lifted_at IS NULL
                AND a.region = stay.region);
        FOR one IN
            SELECT s.id, s.case_id FROM protection_stay s WHERE s.id = stay.id OR s.id = ANY (met)
        LOOP
            PERFORM cases_tell(
                ARRAY(SELECT p FROM unnest(cases_supervisors_of(one.case_id)) AS p
                      WHERE one.case_id <> ALL (cases_read_exclusions(p))),
                'stay_unsafe', one.case_id, NULL, '',
                'unsafe:' || one.id || ':' || because, '{{}}', moment, true);
        END LOOP;
        about_case := stay.case_id;
        about_stay := stay.id;
        RETURN NEXT;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION protection_tell_unsafe(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_tell_unsafe(uuid, uuid, timestamptz) TO nrm_web;

-- Whether two people live in one place, or are to, to whoever plans the support of the first; in
-- whichever case of theirs.
CREATE OR REPLACE FUNCTION protection_under_one_roof(of_case uuid, and_case uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN {_PLANS} AND EXISTS (
        SELECT FROM protection_stay s JOIN protection_bed b ON b.id = s.bed_id
        JOIN protection_bed c ON c.place_id = b.place_id
        JOIN protection_stay t ON t.bed_id = c.id AND t.id <> s.id
        WHERE s.case_id = ANY (of_case || cases_joined_with(of_case))
            AND t.case_id = ANY (and_case || cases_joined_with(and_case))
            AND (s.state = 'occupied'
                 OR (s.state = 'held' AND s.hold_until > statement_timestamp()))
            AND (t.state = 'occupied'
                 OR (t.state = 'held' AND t.hold_until > statement_timestamp()))
    );
END $$;
REVOKE ALL ON FUNCTION protection_under_one_roof(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_under_one_roof(uuid, uuid) TO nrm_web;

CREATE OR REPLACE FUNCTION protection_lapse(of_bed uuid, of_case uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF {_PLANS} THEN
        UPDATE protection_stay s SET state = 'lapsed', ended_at = s.hold_until
        WHERE (s.bed_id = of_bed OR s.case_id = of_case) AND s.state = 'held'
            AND s.hold_until <= statement_timestamp();
    END IF;
END $$;
REVOKE ALL ON FUNCTION protection_lapse(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_lapse(uuid, uuid) TO nrm_web;
"""
# What of the support of a person goes on, in numbers, to whoever takes the case anywhere: they may
# see nothing of it. And that somebody has left a bed who is not with its provider any more, which
# sees nothing of the person, and knows best that the bed is empty.
FUNCTIONS += f"""
CREATE OR REPLACE FUNCTION protection_goes_on(of_case uuid)
RETURNS TABLE (services bigint, stays bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT ({near_within(rights.CHANGE_COURSE, rights.SUPPORT)}) THEN
        RETURN QUERY SELECT 0::bigint, 0::bigint;
        RETURN;
    END IF;
    RETURN QUERY SELECT
        (SELECT count(*) FROM protection_service s
         WHERE s.case_id = of_case AND s.state = ANY ({_OPEN})),
        (SELECT count(*) FROM protection_stay t WHERE t.case_id = of_case
         AND (t.state = 'occupied'
              OR (t.state = 'held' AND t.hold_until > statement_timestamp())));
END $$;
REVOKE ALL ON FUNCTION protection_goes_on(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_goes_on(uuid) TO nrm_web;

CREATE OR REPLACE FUNCTION protection_bed_left(
    asked uuid, because text, moment timestamptz, OUT stay uuid, OUT of_case uuid, OUT worker uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE protection_stay t SET state = 'ended', ended_at = moment, reason = because
    FROM protection_bed b
    WHERE b.id = asked AND t.bed_id = b.id AND t.state = 'occupied'
        AND t.organisation_id = ANY (nrm_teams({array([Role.PROTECTION_PROVIDER])}))
        AND NOT ({near_within(rights.PROVIDE, case="t.case_id")})
    RETURNING t.id, t.case_id INTO stay, of_case;
    SELECT c.caseworker_id INTO worker FROM cases_case c WHERE c.id = of_case;
END $$;
REVOKE ALL ON FUNCTION protection_bed_left(uuid, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_bed_left(uuid, text, timestamptz) TO nrm_web;
"""


def _leaflet() -> Table:
    """That it was given is never changed."""
    plans = pairs(rights.SUPPORT)
    table = of_case("protection_leafletgiven", plans, plans)
    table.update.clear()
    return table


def _shelter() -> list[Table]:
    """Places and beds say nothing of anybody: they are read by workers, who look for a bed, and by
    whose they are, who alone write them. Where one is, the database shows to them where its reading
    is on record in the same transaction. A stay is its case's, and the provider's to whom the
    person is referred."""
    theirs = of_team("protection_place.organisation_id", Role.PROTECTION_PROVIDER)
    own = of_team("p.organisation_id", Role.PROTECTION_PROVIDER)
    bed = "SELECT FROM protection_place p WHERE p.id = protection_bed.place_id"
    of_reading = "SELECT FROM protection_place p WHERE p.id = protection_addressreading.place_id"
    read = (
        "EXISTS (SELECT FROM protection_addressreading r"
        " WHERE r.place_id = protection_address.place_id"
        " AND r.xact = (SELECT pg_current_xact_id_if_assigned()::text::bigint)"
        " AND r.at = (SELECT transaction_timestamp())"
        f" AND r.actor_id = {ACTOR} OFFSET 0)"
    )
    mine = f"protection_addressreading.actor_id = {ACTOR}"
    plans = pairs(rights.SUPPORT)
    stay = of_case("protection_stay", plans, plans, system="read update")  # when a hold ends
    stay.read["provider"] = stay.update["provider"] = (
        of_team("protection_stay.organisation_id", Role.PROTECTION_PROVIDER)
        + f" AND {listed('protection_stay.case_id', pairs(rights.PROVIDE))}"
    )
    return [
        Table(
            "protection_place",
            read={"worker": holds(Role.CASEWORKER, Role.SUPERVISOR), "provider": theirs},
            insert={"provider": theirs},
        ),
        of_parent("protection_bed", bed, write=own),
        Table("protection_address", read={"reading": read}, insert={"reading": read}),
        Table(
            "protection_addressreading",
            read={"own": mine},
            insert={"own": f"{mine} AND EXISTS ({of_reading} AND {own} OFFSET 0)"},
        ),
        stay,
        of_case("protection_avoidance", plans, plans),
    ]


def _transport() -> Table:
    """Read by whoever reads the stay, which its own policy says, and written by whoever plans the
    support alone. Jobs, which follow when a hold ends, read nothing of it."""
    name = "protection_transport"
    stay = f"protection_stay s WHERE s.id = {name}.stay_id AND s.case_id = {name}.case_id"
    near = listed("s.case_id", pairs(rights.SUPPORT))
    planned = {"near": f"EXISTS (SELECT FROM {stay} AND {near} OFFSET 0)"}
    return Table(
        name,
        read={"of_stay": f"EXISTS (SELECT FROM {stay} OFFSET 0)"},
        insert=planned,
        update=planned,
    )


def _counselling() -> list[Table]:
    """That a session took place is read by whoever plans the support, and by the provider whose it
    is; what was said there, and where it was, by that provider alone, of whoever may see the rest
    of the case nobody. With the end of the service all of it is shut to them."""
    session, private, note = (
        f"protection_{name}" for name in ("session", "sessionprivate", "clinicalnote")
    )

    def with_us(row: str, joined: str) -> str:
        return (
            f"EXISTS (SELECT FROM {joined} AND s.case_id = {row}.case_id"
            f" AND {of_team('s.organisation_id', Role.PROTECTION_PROVIDER)}"
            f" AND s.state = ANY ({_OPEN})"
            " AND (s.until IS NULL OR s.until > statement_timestamp()) OFFSET 0)"
            f" AND {listed(f'{row}.case_id', pairs(rights.PROVIDE))}"
        )

    def of_session(row: str) -> str:
        return with_us(
            row,
            "protection_session t JOIN protection_service s ON s.id = t.service_id"
            f" WHERE t.id = {row}.session_id",
        )

    ours = with_us(session, f"protection_service s WHERE s.id = {session}.service_id")
    held = of_case(session, pairs(rights.SUPPORT), also={"provider": ours})
    held.insert["provider"] = held.update["provider"] = ours
    return [
        held,
        Table(
            private,
            read={"provider": of_session(private)},
            insert={"provider": of_session(private)},
        ),
        Table(
            note,
            read={"provider": of_session(note)},
            insert={"own": f"{of_session(note)} AND {note}.author_id = {ACTOR}"},
        ),
    ]


def _plan() -> list[Table]:
    """The plan of support, to whoever plans it; what happened is written in one's own name, and
    never changed. Jobs follow its days and read no words."""
    plans, step = pairs(rights.SUPPORT), "protection_planstep"
    steps = of_case(step, plans)
    steps.insert["own"] = f"{listed(f'{step}.case_id', plans)} AND {step}.by_id = {ACTOR}"
    return [of_case("protection_planitem", plans, plans, system="read update"), steps]


def register() -> None:
    """Declares every table of the room."""
    plans = pairs(rights.SUPPORT)
    declare(
        _service(),
        _override(),
        of_case("protection_assessment", plans, plans),
        of_case(
            "protection_childrecord",
            pairs(rights.CARE_FOR_CHILD),
            pairs(rights.CARE_FOR_CHILD),
            system="read update",  # its days
        ),
        _leaflet(),
        *_plan(),
        *_shelter(),
        _transport(),
        *_counselling(),
        functions=FUNCTIONS,
    )
