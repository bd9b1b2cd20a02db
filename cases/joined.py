"""What reaches every case of one person that was merged with another, whoever does it on one of
them: the database does it, since whoever protects the person on the one case may not see the other.

Each function does what its own case gives the actor the right to, on the cases that go with it and
nowhere else, and returns what it did, of which `cases.actions.joined` writes the events.
"""

from collections.abc import Iterable

from cases import rights
from cases.policies import LISTED, Pairs, pairs
from nrm.accounts.roles import Role
from nrm.policies import array, declare


def _codes(of: Iterable[tuple[str, str]]) -> str:
    return array(f"{near}:{role}" for near, role in of)


def _near(case: str, of: Pairs) -> str:
    """Whoever acts stands so near to the case, and nothing keeps them from it."""
    return (
        "(EXISTS (SELECT FROM cases_listedcase l"
        f" WHERE l.case_id = {case} AND l.shelf = ANY (cases_shelves({_codes(of)}))"
        " AND (l.ends_at IS NULL OR l.ends_at > statement_timestamp()))"
        f" AND {case} <> ALL (cases_excluded(nrm_actor())))"
    )


def _close(*signatures: str, to_web: bool = False) -> str:
    """Nobody calls them but the functions of the owner, and where it is said, the web."""
    made = [f"REVOKE ALL ON FUNCTION {one} FROM PUBLIC;" for one in signatures]
    if to_web:
        made += [f"GRANT EXECUTE ON FUNCTION {one} TO nrm_web;" for one in signatures]
    return "\n".join(made)


_DEFINER = "SECURITY DEFINER SET search_path = public, pg_temp AS $$"
# What was done: a code of it, of which case, the row that it is about, and codes for its event.
_DONE = "TABLE (what text, about_case uuid, about_row uuid, codes jsonb)"

_WHICH = f"""
-- The cases that go with this one: what it goes on in, and what goes on in the same.
CREATE OR REPLACE FUNCTION cases_joined_with(of_case uuid) RETURNS uuid[]
LANGUAGE sql STABLE {_DEFINER}
    WITH held AS NOT MATERIALIZED (
        SELECT m.case_id, m.into_id FROM cases_merging m
        WHERE m.state = 'agreed' AND NOT m.undo AND m.undone_at IS NULL
    ), main AS (
        SELECT coalesce((SELECT h.into_id FROM held h WHERE h.case_id = of_case), of_case) AS id
    ), every AS (
        SELECT id FROM main
        UNION SELECT h.case_id FROM held h WHERE h.into_id = (SELECT id FROM main)
    )
    SELECT coalesce(array_agg(id), '{{}}') FROM every WHERE id <> of_case
$$;
{_close("cases_joined_with(uuid)")}

-- The same for whoever sees the case, to lock them before anything is done.
CREATE OR REPLACE FUNCTION cases_joined(of_case uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE {_DEFINER}
BEGIN
    RETURN CASE WHEN {_near("of_case", LISTED)} THEN cases_joined_with(of_case) ELSE '{{}}' END;
END $$;
{_close("cases_joined(uuid)", to_web=True)}
"""

# `of_purpose` and `of_kind`: what the person said no to. Of the referral, which has no kind of
# organisation, it is what rests on that.
_RECALL = f"""
-- Recalls what is open of a case: all of it, what one organisation has, or what the person said no
-- to. Those who received it are told, without a word of whom.
CREATE OR REPLACE FUNCTION cases_recall_in(
    of_case uuid, house uuid, of_purpose text, of_kind text, reason_ text, moment timestamptz
) RETURNS {_DONE}
LANGUAGE plpgsql {_DEFINER}
#variable_conflict use_column
DECLARE
    gone record;
BEGIN
    FOR gone IN
        UPDATE cases_bundle b SET
            recalled_at = moment, recalled_by_id = nrm_actor(), recalled_because = reason_
        FROM cases_consent s, accounts_organisation o
        WHERE b.case_id = of_case AND b.recalled_at IS NULL
            AND s.id = b.consent_id AND o.id = b.organisation_id
            AND (house IS NULL OR b.organisation_id = house)
            AND (of_purpose IS NULL OR CASE WHEN of_kind = ''
                 THEN s.purpose = of_purpose AND s.recipient_kind = ''
                 ELSE b.purpose = of_purpose AND o.kind = of_kind END)
        RETURNING b.id, b.organisation_id, b.ends_at > moment AS was_open
    LOOP
        what := 'bundle.recalled';
        about_case := of_case;
        about_row := gone.id;
        codes := jsonb_build_object('because', reason_);
        IF gone.was_open THEN
            PERFORM cases_tell_team(gone.organisation_id, {array(rights.RECEIVE.roles)},
                                    'bundle_recalled', gone.id, moment);
        END IF;
        RETURN NEXT;
    END LOOP;
    FOR gone IN
        UPDATE cases_notice n SET
            recalled_at = moment, recalled_by_id = nrm_actor(), recalled_because = reason_,
            next_look_at = NULL
        WHERE n.case_id = of_case AND n.recalled_at IS NULL
            -- All of it: what can be opened here. What was told outside cannot be called back.
            AND (of_purpose IS NOT NULL OR n.organisation_id IS NOT NULL)
            AND (house IS NULL OR n.organisation_id = house)
            AND (of_purpose IS NULL OR EXISTS (
                SELECT FROM cases_consent s WHERE s.id = n.consent_id
                    AND (s.purpose, s.recipient_kind) = (of_purpose, of_kind)))
        RETURNING n.id, n.organisation_id, n.agency
    LOOP
        what := 'notice.recalled';
        about_case := of_case;
        about_row := gone.id;
        codes := jsonb_build_object('because', reason_, 'agency', gone.agency);
        PERFORM cases_tell_team(gone.organisation_id, {array(rights.ANSWER_NOTICES.roles)},
                                'notice_recalled', gone.id, moment);
        RETURN NEXT;
    END LOOP;
END $$;
{_close("cases_recall_in(uuid, uuid, text, text, text, timestamptz)")}

-- Tells whoever holds a role in an organisation that something which they had is gone.
CREATE OR REPLACE FUNCTION cases_tell_team(
    house uuid, roles text[], kind text, about uuid, moment timestamptz
) RETURNS void
LANGUAGE sql {_DEFINER}
    SELECT cases_tell(
        ARRAY(
            SELECT DISTINCT u.id FROM accounts_user u
            JOIN accounts_membership m ON m.user_id = u.id
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            WHERE u.is_active AND rg.organisation_id = house AND rg.role = ANY (roles)
        ),
        kind, NULL, NULL, '', kind || ':' || about, '{{}}', moment, true
    )
$$;
{_close("cases_tell_team(uuid, text[], text, uuid, timestamptz)")}
"""

_KEEP_OUT = f"""
-- Who decides a case now, by a grant to their role or to their name.
CREATE OR REPLACE FUNCTION cases_supervisors_of(of_case uuid) RETURNS uuid[]
LANGUAGE sql STABLE {_DEFINER}
    SELECT ARRAY(
        SELECT m.user_id
        FROM cases_case c
        JOIN (
            SELECT g.permission_id, g.group_id, NULL::uuid AS user_id, g.ends_at
            FROM cases_casegroupgrant g WHERE g.content_object_id = of_case
            UNION ALL
            SELECT g.permission_id, NULL, g.user_id, g.ends_at
            FROM cases_caseusergrant g WHERE g.content_object_id = of_case
        ) g ON g.ends_at IS NULL OR g.ends_at > statement_timestamp()
        JOIN auth_permission p ON p.id = g.permission_id AND p.codename = 'decide'
        JOIN accounts_rolegroup rg ON rg.role = '{Role.SUPERVISOR}'
            AND (rg.group_id = g.group_id
                 OR g.group_id IS NULL AND rg.organisation_id = c.authority_id)
        JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
        JOIN accounts_membership m ON m.group_id = rg.group_id
            AND (g.user_id IS NULL OR m.user_id = g.user_id)
        JOIN accounts_user u ON u.id = m.user_id AND u.is_active
        WHERE c.id = of_case
    )
$$;
{_close("cases_supervisors_of(uuid)")}

-- Takes from who was excluded what they hold of the case themselves, for good: grants to their name
-- with the cover or the emergency behind them, the case itself, and what was shared with them. It
-- does not come back where the exclusion is lifted. So in every case that goes with this one.
CREATE OR REPLACE FUNCTION cases_keep_out(said uuid, moment timestamptz) RETURNS {_DONE}
LANGUAGE plpgsql {_DEFINER}
#variable_conflict use_column
DECLARE
    x cases_exclusion;
    c cases_case;
    people uuid[];
BEGIN
    SELECT * INTO x FROM cases_exclusion WHERE id = said AND ended_at IS NULL;
    IF x.id IS NULL
        OR NOT (x.by_id = nrm_actor() OR {_near("x.case_id", pairs(rights.EXCLUDE))})
    THEN
        RAISE EXCEPTION 'Nobody was kept from a case by who acts.' USING ERRCODE = '42501';
    END IF;
    people := CASE WHEN x.user_id IS NOT NULL THEN ARRAY[x.user_id] ELSE ARRAY(
        SELECT m.user_id FROM accounts_membership m
        JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
        WHERE rg.organisation_id = x.organisation_id
    ) END;
    FOR c IN SELECT * FROM cases_case WHERE id = ANY (x.case_id || cases_joined_with(x.case_id))
    LOOP
        about_case := c.id;
        IF c.id <> x.case_id THEN
            -- The authority that works on a case stays.
            CONTINUE WHEN c.authority_id = x.organisation_id;
            INSERT INTO cases_exclusion
                (id, case_id, user_id, organisation_id, reason, by_id, began_at, ended_because)
            VALUES (gen_random_uuid(), c.id, x.user_id, x.organisation_id, x.reason, nrm_actor(),
                    moment, '')
            ON CONFLICT DO NOTHING
            RETURNING id INTO about_row;
            CONTINUE WHEN about_row IS NULL;
            what := 'case.excluded';
            codes := jsonb_build_object('exclusion', about_row, 'person', x.user_id,
                                        'organisation', x.organisation_id, 'reason', x.reason);
            RETURN NEXT;
        END IF;
        IF c.caseworker_id = ANY (people) THEN
            UPDATE cases_case SET caseworker_id = NULL, version = version + 1 WHERE id = c.id;
            IF c.closed_at IS NULL THEN
                PERFORM cases_tell(
                    array_remove(cases_supervisors_of(c.id), nrm_actor()), 'case_left_alone', c.id,
                    NULL, '', 'alone:' || c.id || ':' || c.version + 1, '{{}}', moment, true);
            END IF;
        END IF;
        what := 'emergency.ended';
        FOR about_row, codes IN
            UPDATE cases_emergencyaccess SET ended_at = moment, ended_by_id = nrm_actor()
            WHERE case_id = c.id AND person_id = ANY (people)
                AND ended_at IS NULL AND ends_at > moment
            RETURNING id, jsonb_build_object('person', person_id)
        LOOP
            RETURN NEXT;
        END LOOP;
        DELETE FROM cases_caseusergrant
        WHERE content_object_id = c.id AND user_id = ANY (people);
        IF x.organisation_id IS NOT NULL THEN
            RETURN QUERY SELECT * FROM cases_recall_in(
                c.id, x.organisation_id, NULL, NULL, 'risk', moment);
        END IF;
    END LOOP;
END $$;
{_close("cases_keep_out(uuid, timestamptz)", to_web=True)}
"""

_HEED = f"""
-- What the person has said to sharing in the cases that go with this one: what is asked before
-- something that they say now counts there too.
CREATE OR REPLACE FUNCTION cases_said_in_joined(of_case uuid)
RETURNS TABLE (id uuid, case_id uuid, purpose varchar, recipient_kind varchar, answer varchar,
               given_on varchar, ends_on date, recorded_at timestamptz, withdrawn_at timestamptz)
LANGUAGE plpgsql STABLE {_DEFINER}
#variable_conflict use_column
BEGIN
    IF {_near("of_case", pairs(rights.SHARE))} THEN
        RETURN QUERY
            SELECT s.id, s.case_id, s.purpose, s.recipient_kind, s.answer, s.given_on, s.ends_on,
                   s.recorded_at, s.withdrawn_at
            FROM cases_consent s WHERE s.case_id = ANY (cases_joined_with(of_case));
    END IF;
END $$;
{_close("cases_said_in_joined(uuid)", to_web=True)}

-- Whether what somebody says that the person said is on record, by who may share of its case: a no,
-- or with `until` a yes that ends then.
CREATE OR REPLACE FUNCTION cases_was_said(said uuid, until timestamptz) RETURNS uuid
LANGUAGE plpgsql STABLE {_DEFINER}
DECLARE
    found uuid;
BEGIN
    SELECT s.case_id INTO found FROM cases_consent s
    WHERE s.id = said AND {_near("s.case_id", pairs(rights.SHARE))}
        AND (CASE WHEN until IS NULL THEN s.answer = 'declined' OR s.withdrawn_at IS NOT NULL
                  ELSE s.answer = 'agreed' AND s.ends_on IS NOT NULL END);
    IF found IS NULL THEN
        RAISE EXCEPTION 'The person has not said so.' USING ERRCODE = '42501';
    END IF;
    RETURN found;
END $$;
{_close("cases_was_said(uuid, timestamptz)")}

-- Brings those of the cases that go with this one in line with what the person said on it: a no
-- stands on each from then on, by the day it was said, and recalls what is open; a yes that ends
-- earlier ends it earlier. Of the referral itself a no recalls, and is recorded nowhere else: each
-- case rests on a referral of its own.
CREATE OR REPLACE FUNCTION cases_heed_in_joined(
    said uuid, of_day text, until timestamptz, among uuid[], moment timestamptz
) RETURNS {_DONE}
LANGUAGE plpgsql {_DEFINER}
#variable_conflict use_column
DECLARE
    s cases_consent;
    one uuid;
BEGIN
    PERFORM cases_was_said(said, until);
    SELECT * INTO STRICT s FROM cases_consent WHERE id = said;
    FOREACH one IN ARRAY cases_joined_with(s.case_id) LOOP
        CONTINUE WHEN one <> ALL (among);
        about_case := one;
        IF until IS NOT NULL THEN
            what := 'bundle.shortened';
            FOR about_row IN
                UPDATE cases_bundle b SET ends_at = until FROM accounts_organisation o
                WHERE b.case_id = one AND b.recalled_at IS NULL AND b.ends_at > until
                    AND o.id = b.organisation_id
                    AND b.purpose = s.purpose AND o.kind = s.recipient_kind
                RETURNING b.id
            LOOP
                codes := jsonb_build_object('consent', said);
                RETURN NEXT;
            END LOOP;
            CONTINUE;
        END IF;
        IF s.recipient_kind <> '' THEN
            INSERT INTO cases_consent
                (id, case_id, purpose, recipient_kind, answer, explanation_version, language,
                 interpreter, method, explained_by, given_on, recorded_by_id, recorded_at)
            VALUES (gen_random_uuid(), one, s.purpose, s.recipient_kind, 'declined',
                    s.explanation_version, s.language, s.interpreter, s.method, s.explained_by,
                    of_day, nrm_actor(), moment)
            RETURNING id INTO about_row;
            what := 'consent.recorded';
            codes := jsonb_build_object('purpose', s.purpose, 'kind', s.recipient_kind,
                                        'answer', 'declined');
            RETURN NEXT;
        END IF;
        RETURN QUERY SELECT * FROM cases_recall_in(
            one, NULL, s.purpose, s.recipient_kind, 'consent_withdrawn', moment);
    END LOOP;
END $$;
{_close("cases_heed_in_joined(uuid, text, timestamptz, uuid[], timestamptz)", to_web=True)}
"""

_SEAL = f"""
-- Makes the cases that go with a restricted or sealed one as strict, and seen by the same people,
-- as far as their roles in its authority let them be named. Where nobody among them decides there,
-- whoever decided before is named too. A case that is as strict already and is worked on itself
-- keeps its people, and so its caseworker, whom no other case takes away.
CREATE OR REPLACE FUNCTION cases_seal_joined(of_case uuid, moment timestamptz) RETURNS {_DONE}
LANGUAGE plpgsql {_DEFINER}
#variable_conflict use_column
DECLARE
    levels text[] := '{{normal,restricted,sealed}}';
    wanted text;
    c cases_case;
    deciding uuid[];
    people uuid[];
BEGIN
    IF NOT {_near("of_case", pairs(rights.SET_CONFIDENTIALITY))} THEN
        RAISE EXCEPTION 'A supervisor of the case says who may see it.' USING ERRCODE = '42501';
    END IF;
    SELECT confidentiality INTO STRICT wanted FROM cases_case WHERE id = of_case;
    FOR c IN
        SELECT * FROM cases_case
        WHERE wanted <> 'normal' AND id = ANY (cases_joined_with(of_case))
            AND array_position(levels, confidentiality::text) <= array_position(levels, wanted)
            AND NOT (confidentiality = wanted AND closed_at IS NULL)
    LOOP
        about_case := c.id;
        deciding := cases_supervisors_of(c.id);
        people := ARRAY(
            SELECT user_id FROM cases_caseusergrant
            WHERE content_object_id = of_case AND ends_at IS NULL
        );
        IF c.closed_at IS NULL AND c.caseworker_id IS NOT NULL THEN
            people := people || c.caseworker_id;
        END IF;
        IF NOT EXISTS (
            SELECT FROM accounts_membership m
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            JOIN accounts_user u ON u.id = m.user_id AND u.is_active
            WHERE m.user_id = ANY (people) AND rg.organisation_id = c.authority_id
                AND rg.role = '{Role.SUPERVISOR}' AND c.id <> ALL (cases_read_exclusions(u.id))
        ) THEN
            people := people || deciding;
        END IF;
        UPDATE cases_case SET confidentiality = wanted, version = version + 1 WHERE id = c.id;
        DELETE FROM cases_caseusergrant
        WHERE content_object_id = c.id AND (ends_at IS NOT NULL OR user_id <> ALL (people));
        INSERT INTO cases_caseusergrant
            (content_object_id, user_id, permission_id, reason, granted_at)
        SELECT c.id, m.user_id, p.id, 'named', moment
        FROM accounts_membership m
        JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
            AND rg.organisation_id = c.authority_id
            AND rg.role IN ('{Role.SUPERVISOR}', '{Role.CASEWORKER}')
        JOIN django_content_type t ON t.app_label = 'cases' AND t.model = 'case'
        JOIN auth_permission p ON p.content_type_id = t.id AND p.codename =
            CASE WHEN rg.role = '{Role.SUPERVISOR}' THEN 'decide' ELSE 'work' END
        WHERE m.user_id = ANY (people)
        ON CONFLICT DO NOTHING;
        UPDATE cases_casegroupgrant
        SET held_since = moment, held_end = ends_at, ends_at = moment
        WHERE content_object_id = c.id AND held_since IS NULL
            AND (ends_at IS NULL OR ends_at > moment);
        UPDATE cases_emergencyaccess SET ended_at = moment, ended_by_id = nrm_actor()
        WHERE case_id = c.id AND ended_at IS NULL AND ends_at > moment;
        what := 'case.confidentiality_changed';
        about_row := c.id;
        codes := jsonb_build_object('before', c.confidentiality, 'level', wanted,
                                    'named', to_jsonb(people));
        RETURN NEXT;
        RETURN QUERY SELECT * FROM cases_recall_in(
            c.id, NULL, NULL, NULL, 'restricted', moment);
    END LOOP;
END $$;
{_close("cases_seal_joined(uuid, timestamptz)", to_web=True)}
"""


def register() -> None:
    """Declares the functions, beside the policies of the room."""
    declare(functions=_WHICH + _RECALL + _KEEP_OUT + _HEED + _SEAL)
