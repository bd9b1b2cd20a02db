"""A few thousand cases in a second, by SQL, as the actions would leave them as far as a list can
tell: for measuring how lists are read. Names, keys and events are not made."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connections, transaction

from nrm.accounts.models import RoleGroup
from tests.world import World

FEW = 20
_LISTED_BY = ("cases_casegroupgrant", "cases_caseusergrant", "cases_deadline", "cases_decision")

# What each of the cases is like follows from its number.
_CASES = """
INSERT INTO identities_person (id, pseudonym, created_at)
SELECT md5('person' || n)::uuid,
       (ARRAY['Grey', 'Amber', 'Quiet', 'Tall', 'Early'])[1 + n %% 5] || ' '
       || (ARRAY['Heron', 'Birch', 'River', 'Stone', 'Lark', 'Fern', 'Moss'])[1 + n %% 7],
       %(at)s::timestamptz
FROM generate_series(1, %(many)s::int) n;

INSERT INTO cases_case (id, reference, person_id, kind, profile_code, profile_version, calendar,
    jurisdiction, stage, stage_since, age_status, language, confidentiality, authority_id,
    caseworker_id, opened_at, closed_at, next_due_at, version)
SELECT md5('case' || n)::uuid, 'many' || n, md5('person' || n)::uuid,
       CASE WHEN n %% 20 = 0 THEN 'duty_to_notify' ELSE 'referral' END,
       'uk', %(version)s::text, 'england_and_wales', 'england',
       CASE WHEN n %% 4 = 0 THEN 'closed'
            ELSE (%(stages)s::text[])[1 + n %% cardinality(%(stages)s::text[])] END,
       %(at)s::timestamptz - n %% 211 * interval '1 day',
       CASE WHEN n %% 3 = 0 THEN 'child' ELSE 'adult' END, 'sq', 'normal',
       CASE WHEN n %% 10 = 9 THEN %(elsewhere)s::uuid ELSE %(here)s::uuid END,
       CASE WHEN n %% 10 = 9 OR n %% 10 = 1 THEN NULL
            WHEN n <= %(few)s::int * 2 THEN %(with_few)s::uuid
            ELSE %(with_most)s::uuid END,
       %(at)s::timestamptz - n %% 701 * interval '1 day' - n * interval '1 second',
       CASE WHEN n %% 4 = 0 THEN %(at)s::timestamptz END,
       CASE WHEN n %% 4 = 0 OR n %% 8 = 1 THEN NULL
            ELSE %(at)s::timestamptz + (n %% 97 - 12) * interval '11 hours' END,
       1
FROM generate_series(1, %(many)s::int) n;

INSERT INTO cases_deadline (id, case_id, term, started_at, calendar, due_on, due_at,
    original_due_on, basis, kind, state, next_reminder_at)
SELECT md5('deadline' || c.reference)::uuid, c.id, 'reasonable_grounds', c.opened_at, c.calendar,
       coalesce(c.next_due_at, c.opened_at)::date, coalesce(c.next_due_at, c.opened_at),
       c.opened_at::date, '{}', 'due',
       CASE WHEN c.next_due_at IS NULL THEN 'paused' ELSE 'open' END, NULL
FROM cases_case c WHERE c.reference LIKE 'many%%' AND c.closed_at IS NULL;

INSERT INTO cases_deadlinepause (id, case_id, deadline_id, from_date, reason, by_id, at)
SELECT gen_random_uuid(), d.case_id, d.id, d.due_on, 'lost_contact', %(responder)s::uuid,
       d.started_at
FROM cases_deadline d JOIN cases_case c ON c.id = d.case_id
WHERE c.reference LIKE 'many%%' AND d.state = 'paused';

INSERT INTO cases_findingset (id, case_id, source, act, means, purpose, result, limb, pathway,
    episodes, prompts, recorded_by_id, recorded_at)
SELECT gen_random_uuid(), c.id, 'screening', 'met', 'met', 'met', 'met', '', '', '[]', '[]',
       %(responder)s::uuid, c.opened_at
FROM cases_case c WHERE c.reference LIKE 'many%%';

INSERT INTO cases_casetask (id, case_id, code, opened_at)
SELECT gen_random_uuid(), c.id, 'safety', c.opened_at
FROM cases_case c WHERE c.reference LIKE 'many%%';

INSERT INTO cases_safecontact (id, case_id, "call", text, voicemail, email, post, recorded_by_id,
    recorded_at)
SELECT gen_random_uuid(), c.id, 'safe', 'safe', 'unsafe', 'unsafe', 'unknown',
       %(responder)s::uuid, c.opened_at
FROM cases_case c WHERE c.reference LIKE 'many%%';

INSERT INTO cases_referral (id, case_id, receipt, organisation_id, sent_by_id, sent_at, source,
    submission_key, answers, unknown_keys)
SELECT md5('referral' || c.reference)::uuid, c.id, 'R' || substr(c.reference, 5),
       %(police)s::uuid, %(responder)s::uuid, c.opened_at, 'form', gen_random_uuid(), '{}', '[]'
FROM cases_case c WHERE c.reference LIKE 'many%%';

INSERT INTO cases_decision (id, case_id, code, outcome, state, grounds, answers,
    conflicts_declared, author_id, drafted_at, submitted_at, served_channel, served_language,
    record, record_hash, version)
SELECT md5('decision' || c.reference)::uuid, c.id, 'reasonable_grounds', 'positive',
       CASE WHEN hashtext(c.reference) %% 20 = 0 THEN 'in_review' ELSE 'draft' END, '[]', '{}',
       true, c.caseworker_id, %(at)s, %(at)s, '', '', '{}', '', 1
FROM cases_case c
WHERE c.reference LIKE 'many%%' AND c.closed_at IS NULL AND c.caseworker_id IS NOT NULL;

INSERT INTO identities_person (id, pseudonym, created_at)
SELECT md5('writing' || n)::uuid, 'Grey Heron', %(at)s::timestamptz
FROM generate_series(1, %(many)s::int / 20) n;

INSERT INTO cases_draft (id, person_id, organisation_id, profile_code, profile_version, answers,
    sections_done, started_by_id, started_at, saved_by_id, saved_at, warn_on, delete_on,
    submission_key, version)
SELECT md5('draft' || n)::uuid, md5('writing' || n)::uuid, %(police)s::uuid, 'uk',
       %(version)s::text, '', '[]', %(responder)s::uuid, %(at)s::timestamptz,
       %(responder)s::uuid, %(at)s::timestamptz, %(at)s::timestamptz + interval '20 days',
       %(at)s::timestamptz + interval '30 days', gen_random_uuid(), 1
FROM generate_series(1, %(many)s::int / 20) n;

INSERT INTO cases_casegroupgrant (content_object_id, group_id, permission_id, reason, granted_at)
SELECT c.id, g.group_id, g.permission_id, 'received', c.opened_at
FROM cases_case c
JOIN unnest(%(groups)s::int[], %(nearnesses)s::int[], %(authorities)s::uuid[])
     AS g (group_id, permission_id, authority_id)
  ON g.authority_id IS NULL OR g.authority_id = c.authority_id
WHERE c.reference LIKE 'many%%';

INSERT INTO cases_caseusergrant (content_object_id, user_id, permission_id, reason, granted_at)
SELECT c.id, c.caseworker_id, %(work)s::int, 'assigned', c.opened_at
FROM cases_case c WHERE c.reference LIKE 'many%%' AND c.caseworker_id IS NOT NULL;

INSERT INTO cases_exclusion (id, case_id, user_id, reason, by_id, began_at, ended_because)
SELECT gen_random_uuid(), c.id, %(kept_out)s::uuid, 'named', %(responder)s::uuid, c.opened_at, ''
FROM cases_case c WHERE c.reference LIKE 'many%%' AND hashtext(c.reference) %% 10 = 0;

INSERT INTO cases_inboxitem (id, user_id, kind, case_id, rung, once, data, created_at, read_at)
SELECT md5('item' || c.reference)::uuid, %(with_most)s::uuid, 'case_assigned', c.id, '',
       c.reference, '{}', c.opened_at, CASE WHEN hashtext(c.reference) %% 40 <> 0 THEN %(at)s END
FROM cases_case c WHERE c.reference LIKE 'many%%'
"""


def many_cases(world: World, many: int, *, at: datetime) -> None:
    """Fills the world with so many cases, nine in ten at its authority: `caseworker` is given about
    twenty, `caseworker2` most of them, `supervisor` sees all and `provider` half of them."""
    near = dict(
        Permission.objects.filter(content_type__app_label="cases").values_list("codename", "pk")
    )
    groups = [
        ("refer", world.police, "first_responder", None),
        ("refer", world.police, "responder_lead", None),
        ("work", world.authority, "intake", world.authority.pk),
        ("decide", world.authority, "supervisor", world.authority.pk),
        ("decide", world.other_authority, "supervisor", world.other_authority.pk),
        ("protect", world.provider_house, "protection_provider", world.authority.pk),
    ]
    values: dict[str, Any] = {
        "at": at,
        "many": many,
        "few": FEW,
        "version": world.profile.version,
        "stages": [stage.code for stage in world.profile.stages if stage.open],
        "here": world.authority.pk,
        "elsewhere": world.other_authority.pk,
        "with_few": world.caseworker.pk,
        "with_most": world.caseworker2.pk,
        "police": world.police.pk,
        "responder": world.responder.pk,
        "kept_out": world.other_caseworker.pk,
        "groups": [RoleGroup.of(organisation, role).pk for _, organisation, role, _ in groups],
        "nearnesses": [near[nearness] for nearness, *_ in groups],
        "authorities": [authority for *_, authority in groups],
        "work": near["work"],
    }
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        # Listed all at once at the end: listing case by case, planned while tables are still small,
        # can take a hundred times as long.
        for table in _LISTED_BY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER keep_lists_insert")
        for statement in _CASES.split(";\n"):
            used = {name: value for name, value in values.items() if f"%({name})s" in statement}
            cursor.execute(statement, used)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _LISTED_BY:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER keep_lists_insert")
        cursor.execute("SELECT cases_rebuild_lists()")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
