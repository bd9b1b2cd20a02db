"""What the database itself lets through of a case: row-level security on every table of the room.

The row of a case is admitted by django-guardian's grants, looked up for each row by the unique
index (case, group, permission) or (case, user, permission). What belongs to a case is looked up in
`cases_listedcase`, where the database keeps the same grants as one row a case and holder (cases.
models.listing): one index lookup, where going through the policy of the case costs three. Which
nearness and role admits is read from the table of rights, so that a right that changes changes the
policies with it.
"""

from collections.abc import Iterable, Mapping

from cases import rights
from nrm.accounts.roles import Role
from nrm.policies import (
    ACTOR,
    BY_SYSTEM,
    Table,
    array,
    declare,
    holds,
    of_team,
)

Pairs = frozenset[tuple[str, str]]

FUNCTIONS = """
-- Where the actor stands by their roles, for some pairs of nearness and role. What is found is kept
-- for the transaction, as memberships are (nrm.policies). Grants to a group: the permission and the
-- group in one number.
CREATE OR REPLACE FUNCTION cases_groups(pairs text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    actor text := coalesce(current_setting('nrm.actor', true), '');
    name text := 'nrm.groups_' || md5(pairs::text);
    kept text := coalesce(current_setting(name, true), '');
BEGIN
    IF actor = '' THEN
        RETURN '{}';
    END IF;
    IF left(kept, 37) <> actor || '|' THEN
        kept := actor || '|' || coalesce((
            SELECT string_agg(((p.id::bigint << 32) + split_part(s, ':', 2)::bigint)::text, ',')
            FROM unnest(public.nrm_standing()) AS s
            JOIN unnest(pairs) AS pair ON split_part(pair, ':', 2) = split_part(s, ':', 1)
            JOIN public.auth_permission p ON p.codename = split_part(pair, ':', 1)
            JOIN public.django_content_type t ON t.id = p.content_type_id
                AND t.app_label = 'cases' AND t.model = 'case'
        ), '');
        PERFORM set_config(name, kept, true);
    END IF;
    RETURN string_to_array(substr(kept, 38), ',')::bigint[];
END $$;

-- Grants to a person: the permission, and the authority in which it counts.
CREATE OR REPLACE FUNCTION cases_by_name(pairs text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    actor text := coalesce(current_setting('nrm.actor', true), '');
    name text := 'nrm.by_name_' || md5(pairs::text);
    kept text := coalesce(current_setting(name, true), '');
BEGIN
    IF actor = '' THEN
        RETURN '{}';
    END IF;
    IF left(kept, 37) <> actor || '|' THEN
        kept := actor || '|' || coalesce((
            SELECT string_agg(p.id || ':' || split_part(s, ':', 3), ',')
            FROM unnest(public.nrm_standing()) AS s
            JOIN unnest(pairs) AS pair ON split_part(pair, ':', 2) = split_part(s, ':', 1)
            JOIN public.auth_permission p ON p.codename = split_part(pair, ':', 1)
            JOIN public.django_content_type t ON t.id = p.content_type_id
                AND t.app_label = 'cases' AND t.model = 'case'
        ), '');
        PERFORM set_config(name, kept, true);
    END IF;
    RETURN string_to_array(substr(kept, 38), ',')::text[];
END $$;

-- The shelves of cases.models.listing on which the cases of both kinds of grants stand.
CREATE OR REPLACE FUNCTION cases_shelves(pairs text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    actor text := coalesce(current_setting('nrm.actor', true), '');
    name text := 'nrm.shelves_' || md5(pairs::text);
    kept text := coalesce(current_setting(name, true), '');
BEGIN
    IF actor = '' THEN
        RETURN '{}';
    END IF;
    IF left(kept, 37) <> actor || '|' THEN
        kept := actor || '|' || coalesce((
            SELECT string_agg(public.cases_shelf(place.words)::text, ',')
            FROM unnest(public.nrm_standing()) AS s
            JOIN unnest(pairs) AS pair ON split_part(pair, ':', 2) = split_part(s, ':', 1)
            CROSS JOIN LATERAL (VALUES
                ('group:' || split_part(s, ':', 2) || ':' || split_part(pair, ':', 1)),
                ('own:' || actor || ':' || split_part(pair, ':', 1)
                    || ':' || split_part(s, ':', 3)),
                ('other:' || actor || ':' || split_part(pair, ':', 1)
                    || ':' || split_part(s, ':', 3))
            ) AS place (words)
        ), '');
        PERFORM set_config(name, kept, true);
    END IF;
    RETURN string_to_array(substr(kept, 38), ',')::bigint[];
END $$;

-- The cases from which somebody is kept, by name or with an organisation of theirs, an open one or
-- a closed one. It goes before every reason, so it reads past the policies.
CREATE OR REPLACE FUNCTION cases_read_exclusions(person uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT x.case_id FROM cases_exclusion x WHERE x.user_id = person AND x.ended_at IS NULL
        UNION ALL
        SELECT x.case_id FROM cases_exclusion x
        WHERE x.ended_at IS NULL AND x.organisation_id = ANY (ARRAY(
            SELECT rg.organisation_id FROM accounts_membership m
            JOIN accounts_rolegroup rg ON rg.group_id = m.group_id WHERE m.user_id = person))
    );
END $$;
REVOKE ALL ON FUNCTION cases_read_exclusions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_read_exclusions(uuid) TO nrm_web, nrm_worker, nrm_backup;

-- They are read once in a context, and again after each change within it.
CREATE OR REPLACE FUNCTION cases_excluded(person uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept text := coalesce(current_setting('nrm.excluded', true), '');
BEGIN
    IF person IS NULL THEN
        RETURN '{}';
    END IF;
    IF left(kept, 37) <> person || '|' THEN
        kept := person || '|'
            || coalesce(array_to_string(public.cases_read_exclusions(person), ','), '');
        PERFORM set_config('nrm.excluded', kept, true);
    END IF;
    RETURN string_to_array(substr(kept, 38), ',')::uuid[];
END $$;
CREATE OR REPLACE FUNCTION cases_forget_excluded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('nrm.excluded', '', true);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER forget_excluded AFTER INSERT OR UPDATE OR DELETE ON cases_exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION cases_forget_excluded();

-- Whoever opens cases writes what belongs to them in the same transaction, before anybody is near:
-- to those of the last statement that opened any, and to no more than a batch has.
CREATE OR REPLACE FUNCTION cases_note_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('nrm.opened', coalesce((
        SELECT string_agg(id::text, ',') FROM (SELECT id FROM made LIMIT 500) AS few
    ), ''), true);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER note_opened AFTER INSERT ON cases_case
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION cases_note_opened();

-- It is read by the owner's triggers alone.
ALTER VIEW cases_to_list SET (security_invoker = true);

-- Puts an item into the inbox of each person and queues an e-mail for each that is new; the same
-- occasion tells nobody twice. Returns how many were told. Whoever tells may not read what others
-- were told, nor write into their inbox by any other way.
CREATE OR REPLACE FUNCTION cases_tell(
    people uuid[], kind text, of_case uuid, of_deadline uuid, rung text, once text, data jsonb,
    at timestamptz, by_mail boolean
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    told integer;
BEGIN
    -- Of their own signing in, people are told before they have signed in.
    IF of_case IS NOT NULL AND nrm_actor() IS NULL THEN
        RAISE EXCEPTION 'Nobody is acting, so nobody is told of a case.' USING ERRCODE = '42501';
    END IF;
    WITH told AS (
        INSERT INTO cases_inboxitem
            (id, user_id, kind, case_id, deadline_id, rung, once, data, created_at)
        SELECT uuidv7(), person, cases_tell.kind, of_case, of_deadline, cases_tell.rung,
               cases_tell.once, cases_tell.data, cases_tell.at
        FROM unnest(people) AS person
        ON CONFLICT (user_id, once) DO NOTHING
        RETURNING id
    ), mails AS (
        INSERT INTO cases_outgoingmail (id, item_id, message_id, queued_at, attempts)
        SELECT uuidv7(), id, '<' || uuidv7() || '@referral-mechanism>',
               cases_tell.at, 0
        FROM told WHERE by_mail
    )
    SELECT count(*)::integer INTO STRICT told FROM told;
    RETURN told;
END $$;
REVOKE ALL ON FUNCTION cases_tell(
    uuid[], text, uuid, uuid, text, text, jsonb, timestamptz, boolean
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_tell(
    uuid[], text, uuid, uuid, text, text, jsonb, timestamptz, boolean
) TO nrm_web, nrm_worker;

-- How many cases there are about a person, whoever may see them.
CREATE OR REPLACE FUNCTION cases_about(person uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_case WHERE person_id = person
$$;
REVOKE ALL ON FUNCTION cases_about(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_about(uuid) TO nrm_web;

-- Whether a document is of this case. Asked by a policy that the policy of documents asks itself.
CREATE OR REPLACE FUNCTION cases_has_document(of_case uuid, document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_document d WHERE d.id = document AND d.case_id = of_case)
$$;
REVOKE ALL ON FUNCTION cases_has_document(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_has_document(uuid, uuid) TO nrm_web;
"""

# Who is offered a case sees nothing of it. What they answer is done here: the case, everybody's
# grants by name and those of the authority before in one step. Returns what became of it.
FUNCTIONS += """
CREATE OR REPLACE FUNCTION cases_answer_transfer(
    asked uuid, accepted boolean, refused_because text, at timestamptz
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t cases_transfer;
    c cases_case;
    who uuid := nrm_actor();
BEGIN
    SELECT * INTO t FROM cases_transfer WHERE id = asked FOR UPDATE;
    IF NOT FOUND OR who IS NULL OR t.organisation_id <> ALL (nrm_teams('{supervisor}'::text[]))
        OR t.case_id = ANY (cases_excluded(who))
    THEN
        RETURN 'absent';
    END IF;
    IF t.state <> 'offered' OR t.offered_by_id = who THEN
        RETURN 'answered';
    END IF;
    IF NOT accepted THEN
        UPDATE cases_transfer SET state = 'rejected', refusal = refused_because, content = NULL,
            answered_by_id = who, answered_at = at WHERE id = t.id;
        RETURN 'rejected';
    END IF;
    SELECT * INTO c FROM cases_case WHERE id = t.case_id FOR UPDATE;
    IF c.authority_id <> t.authority_id OR c.closed_at IS NOT NULL OR c.confidentiality <> 'normal'
    THEN
        RETURN 'absent';
    END IF;
    IF EXISTS (SELECT FROM cases_decision d WHERE d.case_id = c.id
               AND d.state IN ('draft', 'in_review', 'returned', 'escalated'))
    THEN
        RETURN 'not_now';
    END IF;
    UPDATE cases_transfer SET state = 'accepted', answered_by_id = who, answered_at = at
        WHERE id = t.id;
    IF c.caseworker_id IS NOT NULL THEN
        PERFORM cases_tell(ARRAY[c.caseworker_id], 'transfer_left', NULL, NULL, '',
            'transfer_left:' || t.id, '{}'::jsonb, at, true);
    END IF;
    UPDATE cases_case SET authority_id = t.organisation_id, caseworker_id = NULL,
        version = version + 1 WHERE id = c.id;
    UPDATE cases_emergencyaccess SET ended_at = at, ended_by_id = who
        WHERE case_id = c.id AND ended_at IS NULL AND ends_at > at;
    DELETE FROM cases_caseusergrant WHERE content_object_id = c.id;
    DELETE FROM cases_casegroupgrant g USING accounts_rolegroup rg, auth_permission p
    WHERE g.content_object_id = c.id AND rg.group_id = g.group_id AND p.id = g.permission_id
        AND rg.organisation_id = t.authority_id AND p.codename IN ('work', 'decide');
    INSERT INTO cases_casegroupgrant
        (content_object_id, group_id, permission_id, reason, granted_at)
    SELECT c.id, rg.group_id, p.id, 'transferred', at
    FROM accounts_rolegroup rg
    JOIN (VALUES ('intake', 'work'), ('supervisor', 'decide')) AS near (role, codename)
        ON near.role = rg.role
    JOIN django_content_type ct ON ct.app_label = 'cases' AND ct.model = 'case'
    JOIN auth_permission p ON p.content_type_id = ct.id AND p.codename = near.codename
    WHERE rg.organisation_id = t.organisation_id
    ON CONFLICT DO NOTHING;
    RETURN 'accepted';
END $$;
REVOKE ALL ON FUNCTION cases_answer_transfer(uuid, boolean, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_answer_transfer(uuid, boolean, text, timestamptz) TO nrm_web;
"""

# The trail of a case, beyond what its readers may see by themselves.
FUNCTIONS += """
-- Writes that the actor was refused something, and of which case, where the address named one.
CREATE OR REPLACE FUNCTION cases_write_refusal(
    asked text, at timestamptz, request uuid, told jsonb
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_event (xact, recorded_at, at, actor_id, verb, object_type, case_id,
                             request_id, refused, data)
    VALUES (0, at, at, nrm_actor(), 'access.refused', '',
            (SELECT c.id FROM cases_case c WHERE c.reference = asked), request, true, told)
$$;
REVOKE ALL ON FUNCTION cases_write_refusal(text, timestamptz, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_write_refusal(text, timestamptz, uuid, jsonb) TO nrm_web;
"""

# What identities' own migration made, for a database in which policies hold: it runs as the owner,
# who passes by the policies `owner`, and refuses where one is missing rather than take a case that
# it cannot see for one that is not there.
FUNCTIONS += """
CREATE OR REPLACE FUNCTION keys.destroy_key_of_expired_draft(person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM pg_policy
        WHERE polname = 'owner' AND polrelid IN (
            'public.cases_case'::regclass, 'public.cases_draft'::regclass
        )) <> 2
    THEN
        RAISE EXCEPTION 'The owner may not see every case and draft.';
    END IF;
    IF EXISTS (SELECT 1 FROM public.cases_case c WHERE c.person_id = person)
       OR EXISTS (SELECT 1 FROM public.cases_draft d WHERE d.person_id = person) THEN
        RETURN false;
    END IF;
    DELETE FROM keys.person_key k WHERE k.person_id = person;
    RETURN FOUND;
END $$;
ALTER FUNCTION keys.destroy_key_of_expired_draft(uuid) RESET row_security;
"""

RUNNING = "(g.ends_at IS NULL OR g.ends_at > statement_timestamp())"
OPENED = "((SELECT string_to_array(current_setting('nrm.opened', true), ','))::uuid[])"
_REFERRERS = (Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)


def pairs(*some: "rights.CaseRight") -> Pairs:
    """Every (nearness, role) that holds one of the rights."""
    found: set[tuple[str, str]] = set()
    for right in some:
        found |= right.holders
    return frozenset((str(near), str(role)) for near, role in found)


def _codes(of: Iterable[tuple[str, str]]) -> str:
    return array(f"{near}:{role}" for near, role in of)


def not_excluded(case: str) -> str:
    """Nothing keeps the actor from the case."""
    actor = "nullif(current_setting('nrm.actor', true), '')::uuid"
    return f"{case} <> ALL ((SELECT cases_excluded({actor}))::uuid[])"


def granted_to_group(case: str, of: Pairs) -> str:
    """A running grant of a case to a group of the actor's, on django-guardian's own table. OFFSET 0
    keeps PostgreSQL at one lookup a row (cases.access); the group by itself is compared too, which
    the index serves and the policy of the grants may not stand in the way of."""
    return (
        "EXISTS (SELECT FROM cases_casegroupgrant g"
        f" WHERE g.content_object_id = {case}"
        " AND g.group_id = ANY ((SELECT nrm_groups())::integer[])"
        f" AND {RUNNING} AND (g.permission_id::bigint << 32) + g.group_id"
        f" = ANY ((SELECT cases_groups({_codes(of)}))::bigint[]) OFFSET 0)"
        f" AND {not_excluded(case)}"
    )


def granted_by_name(case: str, authority: str, of: Pairs) -> str:
    """A running grant of a case to the actor by name, counting in its authority alone."""
    return (
        "EXISTS (SELECT FROM cases_caseusergrant g"
        f" WHERE g.content_object_id = {case} AND g.user_id = {ACTOR} AND {RUNNING}"
        f" AND g.permission_id || ':' || {authority}"
        f" = ANY ((SELECT cases_by_name({_codes(of)}))::text[]) OFFSET 0)"
        f" AND {not_excluded(case)}"
    )


def listed(case: str, of: Pairs) -> str:
    """The case stands on a shelf of the actor's. Its policy sees to the end of the grant."""
    return (
        f"EXISTS (SELECT FROM cases_listedcase l WHERE l.case_id = {case}"
        f" AND l.shelf = ANY ((SELECT cases_shelves({_codes(of)}))::bigint[]) OFFSET 0)"
    )


def near_within(*some: "rights.CaseRight", case: str = "of_case") -> str:
    """The actor stands near the case by one of these rights, within a function that reads past the
    policies."""
    return f"""EXISTS (
        SELECT FROM cases_listedcase l
        WHERE l.case_id = {case} AND l.shelf = ANY (cases_shelves({_codes(pairs(*some))}))
          AND (l.ends_at IS NULL OR l.ends_at > statement_timestamp())
    ) AND NOT {case} = ANY (cases_excluded(nrm_actor()))"""


FUNCTIONS += f"""
-- The last number of a case's documents, and how many it has that are not withdrawn: with those
-- that the actor does not see, to whoever may add one.
CREATE OR REPLACE FUNCTION cases_documents_in(of_case uuid)
RETURNS TABLE (last_number integer, kept bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(max(d.number), 0), count(*) FILTER (WHERE d.withdrawn_at IS NULL)
    FROM cases_document d WHERE d.case_id = of_case AND {near_within(rights.ADD_DOCUMENT)}
$$;
REVOKE ALL ON FUNCTION cases_documents_in(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_documents_in(uuid) TO nrm_web;

-- Which documents of a case are kept from the actor, who sees the case: no more than their ids, so
-- that what is told of them can be left out.
CREATE OR REPLACE FUNCTION cases_documents_kept(of_case uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id FROM cases_document d
    WHERE d.case_id = of_case AND d.seen_by <> 'case' AND d.added_by_id IS DISTINCT FROM nrm_actor()
      AND {near_within(rights.SEE_CASE)} AND NOT ({near_within(rights.READ_KEPT_DOCUMENT)})
$$;
REVOKE ALL ON FUNCTION cases_documents_kept(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_documents_kept(uuid) TO nrm_web;
"""


def of_case(
    name: str,
    read: Pairs,
    write: Pairs = frozenset(),
    *,
    case: str = "",
    opener: bool = False,
    system: str = "",
    deletes: bool = False,
    also: Mapping[str, str] | None = None,
) -> Table:
    """Something that belongs to a case: read and written by whoever stands near enough to it.
    `opener`: written in the transaction that opens the case. `system`: which commands the system
    has. `also`: further reasons to read it."""
    where = case or f"{name}.case_id"
    table = Table(name)
    table.read["near"] = listed(where, read)
    if write:
        table.insert["near"] = table.update["near"] = listed(where, write)
        if deletes:
            table.delete["near"] = listed(where, write)
    if opener:
        table.read["opened"] = table.insert["opened"] = f"{where} = ANY {OPENED}"
    table.read |= also or {}
    if "read" in system:
        table.read["system"] = BY_SYSTEM
    if "insert" in system:
        table.insert["system"] = BY_SYSTEM
    if "update" in system:
        table.update["system"] = BY_SYSTEM
    return table


def of_parent(
    name: str, parent: str, *, write: str = "", changes: bool = True, deletes: bool = False
) -> Table:
    """A part of something that belongs to a case, admitted wherever the policy of that admits its
    parent, which the select finds; `write` is a further condition on the parent."""
    wanted = f"{parent} AND {write}" if write else parent
    reason = {"parent": f"EXISTS ({wanted} OFFSET 0)"}
    return Table(
        name,
        read={"parent": f"EXISTS ({parent} OFFSET 0)"},
        insert=reason,
        update=reason if changes else {},
        delete=reason if deletes else {},
    )


ANY_NEARNESS = pairs(*rights.RIGHTS)
LISTED = frozenset(pair for pair in ANY_NEARNESS if pair[0] != "refer")
SEE = pairs(rights.SEE_CASE, rights.SEE_REFERRAL)
WORK = pairs(rights.CHANGE_DEADLINE)
# Clocks stop and start with what intake, caseworkers and supervisors do; so does the case itself.
KEEP = pairs(rights.SEE_CASE, rights.ASSIGN)
DECIDE = pairs(rights.DRAFT_DECISION, rights.REVIEW_DECISION, rights.SERVE_DECISION)
ACCESS = pairs(rights.SEE_ACCESS)
_LIAISON = frozenset({("prosecute", str(Role.PROSECUTION_LIAISON))})


def _case() -> Table:
    by_name = granted_by_name("cases_case.id", "cases_case.authority_id", ANY_NEARNESS)
    keep_by_name = granted_by_name("cases_case.id", "cases_case.authority_id", KEEP)
    opened = f"cases_case.id = ANY {OPENED}"
    return Table(
        "cases_case",
        read={
            "group": granted_to_group("cases_case.id", ANY_NEARNESS),
            "by_name": by_name,
            "opened": opened,
            "system": BY_SYSTEM,
        },
        insert={"referrer": holds(*_REFERRERS)},
        update={
            "group": granted_to_group("cases_case.id", KEEP),
            "by_name": keep_by_name,
            "opened": opened,
            "system": BY_SYSTEM,
        },
    )


def _grants() -> list[Table]:
    """Grants are admitted by what is listed, never by themselves: a case's policy asks them."""
    assign = pairs(rights.ASSIGN)
    made = []
    for name, own in (
        (
            "cases_casegroupgrant",
            "(cases_casegroupgrant.permission_id::bigint << 32) + cases_casegroupgrant.group_id"
            f" = ANY ((SELECT cases_groups({_codes(ANY_NEARNESS)}))::bigint[])",
        ),
        ("cases_caseusergrant", f"cases_caseusergrant.user_id = {ACTOR}"),
    ):
        made.append(
            of_case(
                name,
                SEE | ACCESS,
                assign,
                case=f"{name}.content_object_id",
                opener=True,
                system="read",
                deletes=True,
                also={"mine": f"{own} AND {not_excluded(f'{name}.content_object_id')}"},
            )
        )
    # What was granted to oneself one may give up: for a conflict of interest, after an emergency.
    made[-1].delete["mine"] = f"cases_caseusergrant.user_id = {ACTOR}"
    return made


def _exclusion() -> Table:
    """Who is kept from a case, to whoever works near it: they must not give it to them. Whoever is
    kept from it sees nothing of it, not even that."""
    name = "cases_exclusion"
    excludes = listed(f"{name}.case_id", pairs(rights.EXCLUDE))
    by_me = f"{name}.by_id = {ACTOR}"
    return Table(
        name,
        read={"near": listed(f"{name}.case_id", ANY_NEARNESS), "system": BY_SYSTEM},
        insert={
            "supervisor": f"{excludes} AND {by_me}",
            # Whoever declares a conflict has given their own grant up by then.
            "own": f"{by_me} AND {name}.user_id = {ACTOR}"
            f" AND {name}.reason = 'conflict_of_interest'",
        },
        update={"supervisor": excludes},
    )


def _merging() -> Table:
    """Read by who is near either case; written by who may merge both."""
    name = "cases_merging"

    def near_both(right: "rights.CaseRight") -> str:
        of = pairs(right)
        return f"{listed(f'{name}.case_id', of)} AND {listed(f'{name}.into_id', of)}"

    return Table(
        name,
        read={"near": listed(f"{name}.case_id", SEE), "into": listed(f"{name}.into_id", SEE)},
        insert={
            "both": f"{near_both(rights.PROPOSE_MERGING)} AND {name}.asked_by_id = {ACTOR}"
            f" AND {name}.state = 'asked'"
        },
        update={"both": near_both(rights.PROPOSE_MERGING)},
    )


def _link() -> Table:
    """Between two cases, to who may link both: to everybody else there is none."""
    name, links = "cases_caselink", pairs(rights.LINK)
    both = f"{listed(f'{name}.case_id', links)} AND {listed(f'{name}.other_id', links)}"
    return Table(
        name,
        read={"both": both},
        insert={"both": f"{both} AND {name}.by_id = {ACTOR} AND {name}.ended_at IS NULL"},
        update={"both": both},
    )


def _transfer() -> Table:
    """To who may offer the case, and to the supervisors of the authority that offered it or was
    asked; taken back by the former, answered by the latter in the database (cases_answer_transfer).
    What was taken back is absent to who was asked."""
    name, offers = "cases_transfer", pairs(rights.TRANSFER)
    near = listed(f"{name}.case_id", offers)
    out = not_excluded(f"{name}.case_id")
    return Table(
        name,
        read={
            "near": near,
            "offered": of_team(f"{name}.authority_id", Role.SUPERVISOR) + f" AND {out}",
            "asked": of_team(f"{name}.organisation_id", Role.SUPERVISOR)
            + f" AND {name}.state <> 'withdrawn' AND {out}",
        },
        insert={
            "near": f"{near} AND {name}.offered_by_id = {ACTOR} AND {name}.state = 'offered'"
            f" AND EXISTS (SELECT FROM cases_case c WHERE c.id = {name}.case_id"
            f" AND c.person_id = {name}.person_id"
            f" AND c.authority_id = {name}.authority_id OFFSET 0)"
        },
        update={"near": f"{near} AND {name}.state IN ('offered', 'withdrawn')"},
    )


def _course() -> list[Table]:
    """What was done with a case as a whole: written in the name of who did it. That the person
    withdrew is never changed."""
    changes = pairs(rights.CHANGE_COURSE)
    made = []
    for name in ("cases_suspension", "cases_withdrawal", "cases_closure"):
        # Whether a case was closed, the system asks for whoever asks from outside.
        table = of_case(name, SEE, changes, system="read" if name == "cases_closure" else "")
        table.insert["near"] += f" AND {name}.by_id = {ACTOR}"
        made.append(table)
    # On their eighteenth birthday a person who has not agreed to stay is suspended by the sweep.
    made[0].read["system"] = made[0].insert["system"] = BY_SYSTEM
    made[1].update.clear()
    questions = of_case("cases_question", SEE, changes)
    questions.insert["near"] += f" AND cases_question.asked_by_id = {ACTOR}"
    return [*made, _reconsideration(), questions]


def _provisional() -> Table:
    """Written by who leads an organisation that referred the person, in their own name; read by
    them and by the authority, which says that it functions again and decides."""
    name, identifies = "cases_provisional", pairs(rights.IDENTIFY_PROVISIONALLY)
    leads = granted_to_group(f"{name}.case_id", identifies)
    theirs = of_team(f"{name}.organisation_id", Role.RESPONDER_LEAD)
    referred = granted_to_group(f"{name}.case_id", pairs(rights.SEE_STATUS))
    table = of_case(name, SEE, DECIDE, system="read", also={"referred": referred})
    table.insert = {
        "leads": f"{leads} AND {theirs} AND {name}.by_id = {ACTOR} AND {name}.state = 'stands'"
    }
    table.update["leads"] = f"{leads} AND {theirs} AND {name}.state = 'stands'"
    return table


def _disqualification() -> Table:
    """To who works on the case and decides it: proposed in one's own name, and decided by another,
    to which a constraint holds whoever writes."""
    name, keeps = "cases_disqualification", pairs(rights.KEEP_DISQUALIFICATION)
    table = of_case(name, keeps, keeps)
    table.insert["near"] += f" AND {name}.by_id = {ACTOR} AND {name}.state = 'proposed'"
    return table


def _task() -> Table:
    """The sweep opens those of the road to 18."""
    return of_case("cases_casetask", SEE, pairs(rights.DO_TASK), opener=True, system="read insert")


def _reconsideration() -> Table:
    """Asked for by whoever stands near it, also from outside, in their own name; read by the
    authority. The system looks for one that waits when somebody from outside asks."""
    name, asks = "cases_reconsideration", pairs(rights.ASK_RECONSIDERATION)
    table = of_case(name, SEE, pairs(rights.ANSWER_RECONSIDERATION), system="read")
    mine = f"{name}.recorded_by_id = {ACTOR} AND {name}.state = 'asked'"
    outside = frozenset(pair for pair in asks if pair[0] == "refer")
    table.insert = {
        "near": f"{mine} AND {listed(f'{name}.case_id', asks - outside)}",
        "as_referrer": f"{mine} AND {granted_to_group(f'{name}.case_id', outside)}",
    }
    return table


def _emergency() -> Table:
    """Somebody's own is theirs to read; they write it while they have the case open, which the
    database alone gives them (cases_open_in_emergency)."""
    name = "cases_emergencyaccess"
    own = f"{name}.person_id = {ACTOR}"
    reviews = listed(f"{name}.case_id", pairs(rights.REVIEW_EMERGENCY))
    ends = listed(f"{name}.case_id", pairs(rights.IN_EMERGENCY))
    return Table(
        name,
        read={"own": own, "near": reviews},
        insert={"own": f"{own} AND {ends}"},
        update={"own": f"{own} AND {ends}", "near": reviews},
    )


def _cover() -> Table:
    """To whom it concerns: who gave it, who has it, the supervisors of the authority, who also end
    it. What the colleague may see by it, the grants say that the database makes
    (cases_keep_covers). The system tells both when it ends."""
    name = "cases_cover"
    own = f"{name}.giver_id = {ACTOR}"
    taken = f"{name}.delegate_id = {ACTOR}"
    supervised = of_team(f"{name}.authority_id", Role.SUPERVISOR)
    gives = of_team(f"{name}.authority_id", Role.CASEWORKER, Role.SUPERVISOR)
    return Table(
        name,
        read={"given": own, "taken": taken, "supervisor": supervised, "system": BY_SYSTEM},
        insert={"given": f"{own} AND {gives}"},
        update={"given": own, "taken": taken, "supervisor": supervised},
    )


def _bundle() -> list[Table]:
    """What was shared: to whoever may share of the case, and to the organisation that received it,
    until it is recalled or over. Whoever is kept from the case sees nothing of it there either.
    Nobody shares in another's name, about another person, or a document of another case."""
    name, shares = "cases_bundle", pairs(rights.SHARE)
    table = of_case(name, shares, shares)
    table.insert["near"] += (
        f" AND {name}.by_id = {ACTOR}"
        f" AND EXISTS (SELECT FROM cases_case c WHERE c.id = {name}.case_id"
        f" AND c.person_id = {name}.person_id OFFSET 0)"
    )
    table.read["received"] = (
        of_team(f"{name}.organisation_id", *rights.RECEIVE.roles)
        + f" AND {name}.recalled_at IS NULL AND {name}.ends_at > statement_timestamp()"
        f" AND {not_excluded(f'{name}.case_id')}"
    )
    documents = of_parent(
        "cases_bundledocument",
        "SELECT FROM cases_bundle b WHERE b.id = cases_bundledocument.bundle_id",
        write=f"b.by_id = {ACTOR} AND {listed('b.case_id', shares)}"
        " AND cases_has_document(b.case_id, cases_bundledocument.document_id)",
        changes=False,
    )
    return [table, documents]


def _letter() -> Table:
    """Letters: to whoever writes them, in their own name, and as not given yet."""
    name, writes = "cases_letter", pairs(rights.WRITE_LETTER)
    table = of_case(name, writes, writes)
    table.insert["near"] += f" AND {name}.made_by_id = {ACTOR} AND {name}.given_by_id IS NULL"
    return table


def _court() -> Table:
    """What is disclosed for a court: to whoever may share of the case, in their own name, and not
    as approved already. That another person answers, a constraint sees to."""
    name, shares = "cases_courtbundle", pairs(rights.SHARE)
    table = of_case(name, shares, shares)
    table.insert["near"] += (
        f" AND {name}.prepared_by_id = {ACTOR} AND {name}.state = 'prepared'"
        f" AND {name}.answered_by_id IS NULL"
    )
    return table


def _notice() -> Table:
    """What an agency was told of a matter: to whoever keeps the matters of the case, and to the
    liaison of the organisation that received it, who answers it, until it is recalled. Nobody who
    is kept from the case. The system follows its days."""
    name, keeps = "cases_notice", pairs(rights.KEEP_MATTERS)
    table = of_case(name, keeps, keeps, system="read update")
    table.insert["near"] += (
        f" AND {name}.by_id = {ACTOR}"
        f" AND EXISTS (SELECT FROM cases_case c WHERE c.id = {name}.case_id"
        f" AND c.person_id = {name}.person_id OFFSET 0)"
        f" AND EXISTS (SELECT FROM cases_matter m WHERE m.id = {name}.matter_id"
        f" AND m.case_id = {name}.case_id OFFSET 0)"
    )
    received = (
        of_team(f"{name}.organisation_id", *rights.ANSWER_NOTICES.roles)
        + f" AND {name}.recalled_at IS NULL AND {not_excluded(f'{name}.case_id')}"
    )
    table.read["received"] = table.update["received"] = received
    return table


def _hearing() -> Table:
    """The earlier hearings of a matter of the same case."""
    name, keeps = "cases_hearing", pairs(rights.KEEP_MATTERS)
    table = of_case(name, keeps, keeps)
    of_the_case = (
        f" AND EXISTS (SELECT FROM cases_matter m WHERE m.id = {name}.matter_id"
        f" AND m.case_id = {name}.case_id OFFSET 0)"
    )
    table.insert["near"] += f" AND {name}.by_id = {ACTOR}{of_the_case}"
    return table


# The documents that were shared with the actor's organisation: what they may read of these rows.
_SHARED_DOCUMENT = (
    "EXISTS (SELECT FROM cases_bundledocument s"
    " WHERE s.document_id = cases_document.id OFFSET 0) AND cases_document.withdrawn_at IS NULL"
)


def _document() -> Table:
    """One that is kept to a smaller circle is read by who decides, and by who added it; nobody else
    changes it, and it leaves with no bundle."""
    table = of_case(
        "cases_document",
        pairs(rights.READ_DOCUMENT),
        pairs(rights.ADD_DOCUMENT),
        also={"shared": f"{_SHARED_DOCUMENT} AND cases_document.seen_by = 'case'"},
    )
    seen = f"(cases_document.seen_by = 'case' OR cases_document.added_by_id = {ACTOR})"
    table.read["near"] += f" AND {seen}"
    table.update["near"] += f" AND {seen}"
    kept = listed("cases_document.case_id", pairs(rights.READ_KEPT_DOCUMENT))
    table.read["kept"] = table.update["kept"] = kept
    return table


def _redaction() -> Table:
    """The log of what was blacked out: of documents of the case, in the name of who did it. It does
    not change."""
    name = "cases_redaction"
    table = of_case(name, pairs(rights.READ_DOCUMENT), pairs(rights.ADD_DOCUMENT))
    table.insert["near"] += (
        f" AND {name}.by_id = {ACTOR}"
        f" AND cases_has_document({name}.case_id, {name}.document_id)"
        f" AND cases_has_document({name}.case_id, {name}.version_id)"
    )
    del table.update["near"]
    return table


def _safe_contact() -> Table:
    """A card does not change: a newer one takes its place."""
    near = SEE | pairs(rights.SEE_SUMMARY)
    table = of_case("cases_safecontact", near, pairs(rights.RECORD_CONTACT), opener=True)
    del table.update["near"]
    return table


def _referral() -> Table:
    """Whoever refers for the organisation that sent it reads it, while they may see the case."""
    own = of_team("cases_referral.organisation_id", *_REFERRERS)
    visible = "EXISTS (SELECT FROM cases_case c WHERE c.id = cases_referral.case_id OFFSET 0)"
    table = of_case("cases_referral", SEE, opener=True, also={"team": f"{own} AND {visible}"})
    table.insert["opened"] += f" AND {own}"
    del table.read["opened"]  # they read it as their team does
    return table


def _draft() -> Table:
    own = of_team("cases_draft.organisation_id", *_REFERRERS)
    both = {"team": own, "system": BY_SYSTEM}
    return Table("cases_draft", read=both, insert={"team": own}, update=both, delete=both)


def _told() -> list[Table]:
    """What is told to somebody is theirs to read; telling is the database's (cases_tell)."""
    own = f"cases_inboxitem.user_id = {ACTOR}"
    system = {"system": BY_SYSTEM}
    return [
        Table("cases_inboxitem", read={"own": own, **system}, update={"own": own}),
        Table("cases_outgoingmail", read=system, update=system),
    ]


def _own() -> list[Table]:
    view, batch = f"cases_savedview.user_id = {ACTOR}", f"cases_batch.actor_id = {ACTOR}"
    own = {"own": view}
    return [
        Table("cases_savedview", read=own, insert=own, update=own, delete=own),
        Table("cases_batch", read={"own": batch}, insert={"own": batch}, update={"own": batch}),
    ]


def _listed() -> Table:
    """Only the database writes here, as its owner."""
    return Table(
        "cases_listedcase",
        read={
            "shelf": "cases_listedcase.shelf"
            f" = ANY ((SELECT cases_shelves({_codes(LISTED)}))::bigint[])"
            " AND (cases_listedcase.ends_at IS NULL"
            " OR cases_listedcase.ends_at > statement_timestamp())"
            f" AND {not_excluded('cases_listedcase.case_id')}"
        },
    )


def _person() -> Table:
    """Somebody known by a pseudonym, to whoever sees a case or a draft of theirs."""
    return Table(
        "identities_person",
        read={
            "case": "EXISTS (SELECT FROM cases_case c"
            " WHERE c.person_id = identities_person.id OFFSET 0)",
            "draft": "EXISTS (SELECT FROM cases_draft d"
            " WHERE d.person_id = identities_person.id OFFSET 0)",
        },
        insert={"referrer": holds(*_REFERRERS)},
        # That who they are was erased.
        update={
            "erasing": "EXISTS (SELECT FROM cases_case c"
            " WHERE c.person_id = identities_person.id"
            f" AND {listed('c.id', pairs(rights.KEEP_OR_ERASE))} OFFSET 0)"
        },
        for_jobs=("case", "draft"),
    )


def _kept_and_erased() -> list[Table]:
    """Holds and erasures are read by whoever sees a case or a draft of the person: a hold that
    another authority has set counts as well. A supervisor of the case writes them, in their own
    name; the system notes outside who was erased."""
    made = []
    for name, by, ends in (
        ("identities_legalhold", "set_by", "lifted_by"),
        ("identities_erasure", "asked_by", "decided_by"),
    ):
        person = f"EXISTS (SELECT FROM identities_person p WHERE p.id = {name}.person_id OFFSET 0)"
        of_the_case = (
            f"EXISTS (SELECT FROM cases_case c WHERE c.id = {name}.case_id"
            f" AND c.person_id = {name}.person_id OFFSET 0)"
        )
        keeps = f"{of_the_case} AND {listed(f'{name}.case_id', pairs(rights.KEEP_OR_ERASE))}"
        begins = f"{name}.{by} = {ACTOR} AND {name}.{ends} IS NULL AND {keeps}"
        ended = f"({name}.{ends} IS NULL OR {name}.{ends} = {ACTOR}) AND {keeps}"
        made.append(
            Table(
                name,
                read={"person": person},
                insert={"supervisor": begins},
                update={"supervisor": ended},
            )
        )
    made[-1].read["system"] = made[-1].update["system"] = BY_SYSTEM
    return made


def _likeness() -> Table:
    """That two people may be one, to whoever sees a case or a draft of either; written by whoever
    records the facts of the first, in the same transaction."""
    name = "identities_likeness"
    return Table(
        name,
        read={
            "person": "EXISTS (SELECT FROM identities_person p"
            f" WHERE p.id = ANY (ARRAY[{name}.person_id, {name}.other_id]) OFFSET 0)"
        },
        insert={
            "recording": "EXISTS (SELECT FROM identities_disclosure d"
            f" WHERE d.person_id = {name}.person_id AND d.purpose = 'recording'"
            " AND d.xact = (SELECT pg_current_xact_id_if_assigned()::text::bigint)"
            " AND d.at = (SELECT transaction_timestamp())"
            f" AND d.actor_id = {ACTOR} OFFSET 0)"
        },
    )


def _trail() -> Table:
    """Everybody who acts writes events, as themselves; whoever sees the case reads what was done
    with it, the auditors everything, in codes, and the system, which seals it."""
    return Table(
        "audit_event",
        read={
            "near": listed("audit_event.case_id", SEE | ACCESS),
            "auditor": holds(Role.AUDITOR),
            "system": BY_SYSTEM,
        },
        insert={
            # Before somebody has signed in, and of a refusal to nobody, there is no actor.
            "own": f"audit_event.actor_id IS NOT DISTINCT FROM {ACTOR} OR {ACTOR} IS NULL",
        },
        for_jobs=("system", "own"),
        by_keys=True,
    )


def _disclosure() -> Table:
    """A disclosure is its writer's to read, and the supervisor's of the case. It is written, and so
    opens an identity, only by who may show the person of that case, or who has just referred
    them."""
    own = f"identities_disclosure.actor_id = {ACTOR}"
    of_the_case = (
        "EXISTS (SELECT FROM cases_case c WHERE c.id = identities_disclosure.case_id"
        " AND c.person_id = identities_disclosure.person_id OFFSET 0)"
    )
    shows = listed("identities_disclosure.case_id", pairs(rights.SHOW_IDENTITY))
    opened = f"identities_disclosure.case_id = ANY {OPENED}"
    recording = "identities_disclosure.purpose = 'recording'"
    return Table(
        "identities_disclosure",
        read={"own": own, "access": listed("identities_disclosure.case_id", ACCESS)},
        insert={
            "showing": f"{own} AND {of_the_case} AND {shows}",
            "opened": f"{own} AND {of_the_case} AND {opened} AND {recording}",
        },
    )


# Lists and searches that showed a case are events about no case. To whom, and how often, its
# supervisor is told; of the events nothing else.
LISTED_TO = f"""
CREATE OR REPLACE FUNCTION cases_listed_to(asked uuid, first timestamptz, ended timestamptz)
RETURNS TABLE (person uuid, verb varchar, times bigint, oldest timestamptz, newest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM cases_listedcase l
        WHERE l.case_id = asked AND l.shelf = ANY (cases_shelves({_codes(ACCESS)}))
          AND (l.ends_at IS NULL OR l.ends_at > statement_timestamp())
    ) OR asked = ANY (cases_excluded(nrm_actor())) THEN
        RAISE EXCEPTION 'Its supervisors are told who was shown a case.' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT e.actor_id, e.verb, count(*), min(e.at), max(e.at)
        FROM audit_event e
        WHERE e.data ? 'cases' AND e.data -> 'cases' @> jsonb_build_array(asked)
          AND e.case_id IS DISTINCT FROM asked
          AND (first IS NULL OR e.at >= first) AND (ended IS NULL OR e.at < ended)
        GROUP BY 1, 2;
END $$;
REVOKE ALL ON FUNCTION cases_listed_to(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_listed_to(uuid, timestamptz, timestamptz) TO nrm_web;
"""


def register() -> None:
    """Declares every table of the room, and those that are about a case in the rooms below."""
    declare(
        _case(),
        *_grants(),
        _exclusion(),
        _emergency(),
        _merging(),
        _cover(),
        *_bundle(),
        _listed(),
        _referral(),
        _draft(),
        *_told(),
        *_own(),
        of_case(
            "cases_deadline",
            SEE,
            KEEP,
            opener=True,
            system="read insert update",
            # Whoever referred sees the next date.
            also={
                "as_referrer": granted_to_group("cases_deadline.case_id", pairs(rights.SEE_STATUS))
            },
        ),
        of_case("cases_deadlinepause", SEE, KEEP, system="read insert"),
        of_case("cases_deadlineextension", SEE, WORK, system="read"),
        *_course(),
        _provisional(),
        _disqualification(),
        _transfer(),
        _link(),
        _task(),
        of_case(
            "cases_adulthood",
            pairs(rights.CARE_FOR_CHILD),
            pairs(rights.CARE_FOR_CHILD),
            opener=True,
            system="read update",  # its days
        ),
        of_case("cases_cooperation", SEE, pairs(rights.SHARE)),
        of_case("cases_nominee", pairs(rights.RECORD_CONTACT), pairs(rights.RECORD_CONTACT)),
        of_case("cases_note", SEE, pairs(rights.WRITE_NOTE)),
        of_case("cases_findingset", SEE, pairs(rights.SCREEN)),
        of_case(
            "cases_decision",
            SEE,
            DECIDE,
            system="read",
            # Whoever referred sees that a decision was made.
            also={
                "as_referrer": "cases_decision.state = 'made' AND "
                + granted_to_group("cases_decision.case_id", pairs(rights.SEE_STATUS))
            },
        ),
        of_case("cases_decisionreview", SEE, DECIDE),
        of_case("cases_episode", SEE, pairs(rights.SCREEN), opener=True),
        of_case("cases_consent", SEE, pairs(rights.SHARE), opener=True),
        _safe_contact(),
        of_case("cases_allegation", SEE | _LIAISON, opener=True),
        of_case(
            "cases_matter",
            pairs(rights.KEEP_MATTERS),
            pairs(rights.KEEP_MATTERS),
            system="read update",  # its days
        ),
        _hearing(),
        _notice(),
        of_case(
            "cases_removal",
            pairs(rights.KEEP_MATTERS),
            pairs(rights.KEEP_MATTERS),
            system="read update",  # its days
        ),
        _document(),
        # Through the policy of the document, which every part has.
        of_parent(
            "cases_documentpart",
            "SELECT FROM cases_document d WHERE d.id = cases_documentpart.document_id",
            write=listed("d.case_id", pairs(rights.ADD_DOCUMENT)),
            changes=False,
        ),
        _redaction(),
        _court(),
        _letter(),
        _person(),
        _disclosure(),
        *_kept_and_erased(),
        _likeness(),
        _trail(),
        functions=FUNCTIONS + LISTED_TO,
    )
