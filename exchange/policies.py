"""What the database lets through of the exchange with other systems, and what it does by itself:
with each event of the trail that somebody is told of, it writes what is to be sent."""

from cases.policies import OPENED, RUNNING, granted_to_group, listed, pairs
from cases.rights import REFER, SEE_CASE, SEE_REFERRAL, SEE_STATUS, SEE_SUMMARY, SHARE
from exchange.webhooks.events import EVENTS, WebhookEvent
from nrm.accounts.roles import Role
from nrm.policies import ACTOR, BY_SYSTEM, Table, array, declare, holds, of_team


def _row(event: WebhookEvent) -> str:
    near = array(f"{near}:{role}" for near, role in event.pairs)
    verbs = "ARRAY[" + ", ".join(f"'{verb}'" for verb in event.verbs) + "]"
    return f"('{event.code}', {verbs}, {near}, {str(event.own).lower()})"


_VERBS = ", ".join(sorted({f"'{verb}'" for event in EVENTS for verb in event.verbs}))

FUNCTIONS = f"""
-- Whether people of an organisation stand near to a case now by one of these ways, each
-- 'nearness:role': by a running grant to their role. Grants to one person do not count, nor does
-- any on a case that is restricted or sealed, nor where somebody of the organisation, or all of it,
-- is kept from the case: what their system is told may reach them.
CREATE OR REPLACE FUNCTION exchange_stands_near(house uuid, of_case uuid, ways text[])
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM cases_casegroupgrant g
        JOIN accounts_rolegroup r ON r.group_id = g.group_id AND r.organisation_id = house
        JOIN accounts_organisation o ON o.id = r.organisation_id AND o.is_active
        JOIN auth_permission p ON p.id = g.permission_id
        JOIN cases_case c ON c.id = g.content_object_id AND c.confidentiality = 'normal'
        WHERE g.content_object_id = of_case AND p.codename || ':' || r.role = ANY (ways)
          AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
          AND EXISTS (
              SELECT FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
              WHERE m.group_id = g.group_id AND u.is_active
          )
    ) AND NOT EXISTS (
        SELECT FROM cases_exclusion x
        WHERE x.case_id = of_case AND x.ended_at IS NULL
          AND (x.organisation_id = house OR x.user_id IN (
              SELECT m.user_id FROM accounts_membership m
              JOIN accounts_rolegroup r ON r.group_id = m.group_id
              WHERE r.organisation_id = house))
    )
$$;
REVOKE ALL ON FUNCTION exchange_stands_near(uuid, uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange_stands_near(uuid, uuid, text[]) TO nrm_worker;

-- With an event, in its transaction, what each subscription is to be told of it.
CREATE OR REPLACE FUNCTION exchange_note_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    its_handle uuid;
BEGIN
    FOR one IN
        SELECT s.id, s.organisation_id, known.code
        FROM exchange_subscription s
        JOIN (VALUES {", ".join(map(_row, EVENTS))}) AS known (code, verbs, ways, own)
          ON NEW.verb = ANY (known.verbs) AND jsonb_exists(s.events, known.code)
        WHERE s.state IN ('active', 'paused')
          AND (NOT known.own OR NEW.data ->> 'organisation' = s.organisation_id::text)
          AND exchange_stands_near(s.organisation_id, NEW.case_id, known.ways)
    LOOP
        INSERT INTO exchange_handle (id, subscription_id, organisation_id, case_id)
        VALUES (gen_random_uuid(), one.id, one.organisation_id, NEW.case_id)
        ON CONFLICT (subscription_id, case_id) DO NOTHING;
        SELECT h.id INTO STRICT its_handle FROM exchange_handle h
        WHERE h.subscription_id = one.id AND h.case_id = NEW.case_id;
        INSERT INTO exchange_delivery
            (id, subscription_id, handle_id, event, at, tries, next_try_at, fault)
        VALUES (gen_random_uuid(), one.id, its_handle, one.code, NEW.at, 0, NEW.at, '');
    END LOOP;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tell_subscribed AFTER INSERT ON audit_event FOR EACH ROW
    WHEN (NEW.case_id IS NOT NULL AND NOT NEW.refused AND NEW.verb IN ({_VERBS}))
    EXECUTE FUNCTION exchange_note_event();
"""


# Who recalls is told by a team that refers, which sees nobody else who stands near to the case.
FUNCTIONS += f"""
CREATE OR REPLACE FUNCTION exchange_tell_recalled(pack uuid, at timestamptz) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT cases_tell(
        ARRAY(
            SELECT m.user_id FROM cases_casegroupgrant g
            JOIN accounts_rolegroup rg ON rg.group_id = g.group_id
            JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
            JOIN accounts_membership m ON m.group_id = g.group_id
            JOIN accounts_user u ON u.id = m.user_id AND u.is_active
            WHERE g.content_object_id = r.case_id AND {RUNNING}
              AND rg.role IN ('{Role.SUPERVISOR.value}', '{Role.INTAKE.value}')
            UNION
            SELECT g.user_id FROM cases_caseusergrant g
            JOIN accounts_user u ON u.id = g.user_id AND u.is_active
            WHERE g.content_object_id = r.case_id AND {RUNNING}
        ),
        'pack_recalled', r.case_id, NULL, '', 'pack_recalled:' || r.id, '{{}}'::jsonb,
        exchange_tell_recalled.at, true
    )
    FROM exchange_receivedpack r
    WHERE r.id = pack AND r.recalled_at IS NOT NULL
      AND r.organisation_id = ANY (nrm_teams({array(REFER.roles)}))
$$;
REVOKE ALL ON FUNCTION exchange_tell_recalled(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange_tell_recalled(uuid, timestamptz) TO nrm_web;
"""


# Whoever refers sees no pack of another organisation; only that this one was taken in by one.
FUNCTIONS += f"""
CREATE OR REPLACE FUNCTION exchange_pack_is_taken(of_sender uuid, its_number uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT nrm_holds({array(REFER.roles)}) AND EXISTS (
        SELECT FROM exchange_receivedpack r
        WHERE r.sender_id = of_sender AND r.number = its_number
    )
$$;
REVOKE ALL ON FUNCTION exchange_pack_is_taken(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange_pack_is_taken(uuid, uuid) TO nrm_web;
"""


def _packs() -> list[Table]:
    """Keys of others are read by everybody who is signed in and entered by administrators. A pack
    is sealed by whoever shares; one that came in is read by whoever reads the referral, and taken
    in, and recalled, by the team that refers. The recall of one that has not come stops it for
    everybody who refers."""
    everybody = {"signed_in": f"{ACTOR} IS NOT NULL"}
    administrator = {"administrator": holds(Role.ADMINISTRATOR)}
    sent = {"near": listed("exchange_sentpack.case_id", pairs(SHARE))}
    of = "exchange_receivedpack.case_id"
    referrer = {"as_referrer": granted_to_group(of, pairs(SEE_STATUS))}
    opened = {"opened": f"{of} = ANY {OPENED}"}
    near = {"near": listed(of, pairs(SEE_REFERRAL))}
    return [
        Table(
            "exchange_correspondent",
            read=everybody,
            insert=administrator,
            update=administrator,
        ),
        Table("exchange_sentpack", read=sent, insert=sent, update=sent),
        Table(
            "exchange_receivedpack",
            read={**near, **referrer, **opened},
            insert=opened,
            update=referrer,
        ),
        Table(
            "exchange_recalledpack",
            read={"refers": holds(*REFER.roles)},
            insert={"of_team": of_team("exchange_recalledpack.organisation_id", *REFER.roles)},
        ),
    ]


def register() -> None:
    """Declares what the room asks of the database."""
    administrator = {"administrator": holds(Role.ADMINISTRATOR)}
    by_system = {"system": BY_SYSTEM}
    # A delivery is written by the trigger, but for a trial, which is about no case.
    trial = f"exchange_delivery.handle_id IS NULL AND {administrator['administrator']}"
    of = "exchange_handle.case_id"
    seen = {
        "near": listed(of, pairs(SEE_CASE, SEE_SUMMARY)),
        "as_referrer": granted_to_group(of, pairs(SEE_STATUS)),
    }
    declare(
        Table(
            "exchange_subscription",
            read={**administrator, **by_system},
            insert=administrator,
            update=administrator,
        ),
        Table("exchange_handle", read={**seen, **by_system}),
        Table(
            "exchange_delivery",
            read={**administrator, **by_system},
            insert={"trial": trial},
            update={**administrator, **by_system},
            delete=by_system,
        ),
        *_packs(),
        functions=FUNCTIONS,
    )
