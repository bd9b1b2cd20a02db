"""Freezing a period: one row a person in coarse codes, written by the database from the casework.

The function runs with the rights of the owner and is called by jobs alone, for a release that was
asked for and has taken its epsilon; what it writes only nrm_reporting reads. It is one statement
over whole tables. What it counts is described in docs/statistics.md; `tests/reporting/persons.py`
counts the same in Python.

A person is who the cases are of; cases that were merged are of one person. Whoever has a sealed
case has no code: also one of another profile, or opened after the period. What is known of the
others is that of their newest case (sex, nationality and responder: the newest answer; authority:
which one the office is that has the case when it is frozen). Codes are gathered as bits, in the
order of the list of their dimension: the lowest bit is the first code.
"""

import json
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from nrm.profiles import Profile
from reporting.models import Release
from reporting.releases.periods import Period
from reporting.releases.tables import Dimension, Plan

# What the freeze step knows to fill in. A plan with another dimension is refused by `refusals`.
DIMENSIONS = (
    "age",
    "sex",
    "nationality",
    "exploitation",
    "place",
    "responder",
    "authority",
    "circumstance",
    "driver",
    "first_outcome",
    "first_time",
    "final_outcome",
    "final_time",
    "reconsideration",
    "recovery",
    "matter_outcome",
    "service",
)
# The column of each kind of count, and the bit by which it is gathered.
KINDS = {
    "referrals": "referrals",
    "notifications": "notifications",
    "first_decisions": "first_decisions",
    "final_decisions": "final_decisions",
    "reconsiderations": "reconsiderations",
    "recovery": "recovery_and_support",
    "services": "services",
    "matters": "matters",
}
_BIT = {kind: 1 << place for place, kind in enumerate(KINDS)}
_OF_REFERRAL = _BIT["referrals"]
_OF_ANY = _BIT["referrals"] | _BIT["first_decisions"] | _BIT["final_decisions"]
COLUMNS = ("sealed", *KINDS.values(), *DIMENSIONS)


def _bit(dimension: str, value: str) -> str:
    """The bit of a value of the casework."""
    return f"(1::bigint << coalesce((r_{dimension}->>({value}))::int, o_{dimension}))"


def _code(dimension: str, mask: str) -> str:
    """The one code of the bits that were gathered."""
    return (
        f"CASE WHEN coalesce({mask}, 0) = 0 THEN u_{dimension}"
        f" WHEN s_{dimension} <> '' AND bit_count(({mask})::bit(64)) > 1 THEN s_{dimension}"
        f" ELSE n_{dimension}[1 + round(ln((({mask}) & -({mask}))::float8) / ln(2::float8))::int]"
        " END"
    )


def _where(bits: int, what: str) -> str:
    """The code where the person is counted among these and is not sealed; else nothing."""
    return f"CASE WHEN NOT p.sealed AND p.among & {bits} <> 0 THEN {what} ELSE '' END"


def _told(question: str) -> str:
    """Whether a referral has an answer to this, and not that nobody knows or was asked."""
    return (
        f"coalesce(r.answers->>'{question}', '') NOT IN ('', 'not_known', 'declined', 'not_asked')"
    )


_DECLARE = "\n".join(
    f"    n_{code} text[] := ARRAY(SELECT jsonb_array_elements_text(plan->'{code}'->'codes'));\n"
    f"    r_{code} jsonb := plan->'{code}'->'ranks';\n"
    f"    o_{code} int := plan->'{code}'->>'other';\n"
    f"    u_{code} text := plan->'{code}'->>'unknown';\n"
    f"    s_{code} text := plan->'{code}'->>'several';"
    for code in DIMENSIONS
)
_ALL = ", ".join(COLUMNS)

FUNCTION = f"""
CREATE OR REPLACE FUNCTION reporting_freeze(
    asked uuid, plan jsonb, first_decision text, final_decision text, zone text,
    first_day date, last_day date, period_begins timestamptz, period_ends timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    profile text;
    most_services int := plan->'service'->>'at_most';
{_DECLARE}
BEGIN
    SELECT r.profile_code INTO profile FROM reporting_release r
    JOIN reporting_spend s ON s.release_id = r.id
    WHERE r.id = asked AND r.state = 'asked';
    IF profile IS NULL OR period_ends > now() THEN
        RAISE EXCEPTION 'Only a closed period is frozen, for a release that was asked for.'
            USING ERRCODE = '42501';
    END IF;
    INSERT INTO reporting_snapshot (release_id, salt, frozen_at)
    VALUES (asked, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
                          'hex'), now());

    INSERT INTO reporting_snapshotrow (snapshot_id, number, {_ALL})
    WITH RECURSIVE pair AS (
        SELECT c.person_id AS a, i.person_id AS b FROM cases_merging g
        JOIN cases_case c ON c.id = g.case_id JOIN cases_case i ON i.id = g.into_id
        WHERE g.state = 'agreed' AND NOT g.undo AND g.undone_at IS NULL
          AND c.person_id <> i.person_id
    ), edge AS (
        SELECT a, b FROM pair UNION SELECT b, a FROM pair
    ), reach (a, b) AS (
        SELECT a, b FROM edge UNION SELECT r.a, e.b FROM reach r JOIN edge e ON e.a = r.b
    ), one AS (
        SELECT a AS person, least(a::text, min(b::text))::uuid AS same FROM reach GROUP BY a
    ), mine AS MATERIALIZED (
        SELECT c.id, coalesce(one.same, c.person_id) AS person, c.kind, c.opened_at, c.age_status,
               c.authority_id AS office, g.id IS NOT NULL AS gone_on
        FROM cases_case c LEFT JOIN one ON one.person = c.person_id
        LEFT JOIN cases_merging g ON g.case_id = c.id AND g.state = 'agreed' AND NOT g.undo
            AND g.undone_at IS NULL
        WHERE c.profile_code = profile AND c.opened_at < period_ends
    ), hidden AS (
        SELECT DISTINCT coalesce(one.same, c.person_id) AS person
        FROM cases_case c LEFT JOIN one ON one.person = c.person_id
        WHERE c.confidentiality = 'sealed'
    ), first_made AS (
        SELECT DISTINCT ON (m.person) m.person, d.outcome,
               d.made_on - (m.opened_at AT TIME ZONE zone)::date AS days
        FROM cases_decision d JOIN mine m ON m.id = d.case_id
        WHERE d.code = first_decision AND d.state = 'made'
          AND d.made_on BETWEEN first_day AND last_day
        ORDER BY m.person, d.made_at DESC, d.id
    ), final_made AS (
        SELECT DISTINCT ON (m.person) m.person, d.outcome,
               d.made_on - (m.opened_at AT TIME ZONE zone)::date AS days
        FROM cases_decision d JOIN mine m ON m.id = d.case_id
        WHERE d.code = final_decision AND d.state = 'made'
          AND d.made_on BETWEEN first_day AND last_day
        ORDER BY m.person, d.made_at DESC, d.id
    ), over AS MATERIALIZED (
        SELECT m.person, c.at, m.id,
               (c.at AT TIME ZONE zone)::date - (m.opened_at AT TIME ZONE zone)::date AS days,
               (SELECT d.outcome FROM cases_decision d
                WHERE d.case_id = m.id AND d.code = first_decision AND d.state = 'made'
                  AND d.made_on <= last_day
                ORDER BY d.made_at DESC, d.id LIMIT 1) AS first_outcome,
               EXISTS (SELECT FROM cases_decision d
                WHERE d.case_id = m.id AND d.code = final_decision AND d.state = 'made'
                  AND d.made_on <= last_day) AS decided
        FROM cases_closure c JOIN mine m ON m.id = c.case_id
        WHERE c.at >= period_begins AND c.at < period_ends AND m.kind = 'referral'
          AND (c.reopened_at IS NULL OR c.reopened_at >= period_ends)
    ), firsts AS (
        SELECT person, outcome, days FROM first_made
        UNION ALL
        (SELECT DISTINCT ON (o.person) o.person, 'ended', o.days FROM over o
         WHERE o.first_outcome IS NULL AND NOT o.decided
           AND NOT EXISTS (SELECT FROM first_made f WHERE f.person = o.person)
         ORDER BY o.person, o.at DESC, o.id)
    ), finals AS (
        SELECT person, outcome, days FROM final_made
        UNION ALL
        (SELECT DISTINCT ON (o.person) o.person, 'ended', o.days FROM over o
         WHERE o.first_outcome = 'positive' AND NOT o.decided
           AND NOT EXISTS (SELECT FROM final_made f WHERE f.person = o.person)
         ORDER BY o.person, o.at DESC, o.id)
    ), looked AS (
        SELECT m.person, bit_or({
    _bit("reconsideration", "CASE WHEN r.answered_at < period_ends THEN r.state ELSE 'asked' END")
}) AS bits
        FROM cases_reconsideration r JOIN mine m ON m.id = r.case_id
        WHERE r.asked_on BETWEEN first_day AND last_day
        GROUP BY m.person
    ), supported AS (
        SELECT m.person, bit_or({_bit("recovery", "t.what")}) AS bits
        FROM (
            SELECT d.case_id, 'begun' AS what FROM cases_deadline d
            WHERE d.term = 'recovery_period' AND d.started_at >= period_begins
              AND d.started_at < period_ends
            UNION ALL
            SELECT d.case_id, 'extended' FROM cases_deadlineextension e
            JOIN cases_deadline d ON d.id = e.deadline_id
            WHERE d.term = 'recovery_period' AND e.at >= period_begins AND e.at < period_ends
            UNION ALL
            SELECT i.case_id, CASE s.code WHEN 'grant' THEN 'extended' ELSE 'ended' END
            FROM protection_planstep s JOIN protection_planitem i ON i.id = s.item_id
            WHERE (i.kind, s.code) IN (('recovery', 'grant'), ('leaving', 'leave'))
              AND s.at >= period_begins AND s.at < period_ends
            UNION ALL
            SELECT c.case_id, 'declined' FROM cases_closure c
            WHERE c.code = 'declined' AND c.at >= period_begins AND c.at < period_ends
        ) t JOIN mine m ON m.id = t.case_id
        GROUP BY m.person
    ), served AS (
        SELECT m.person, bit_or({_bit("service", "s.code")}) AS bits
        FROM protection_service s JOIN mine m ON m.id = s.case_id
        WHERE s.started_at < period_ends AND (s.ended_at IS NULL OR s.ended_at >= period_begins)
        GROUP BY m.person
    ), accused AS (
        SELECT m.person, bit_or({
    _bit(
        "matter_outcome",
        "CASE WHEN x.outcome <> '' AND coalesce(x.outcome_on, last_day) <= last_day"
        " THEN x.outcome ELSE 'open' END",
    )
}) AS bits
        FROM cases_matter x JOIN mine m ON m.id = x.case_id
        WHERE x.stage <> 'possible' AND x.raised_at < period_ends
          AND (x.raised_at >= period_begins OR x.outcome_on BETWEEN first_day AND last_day)
        GROUP BY m.person
    ), member AS (
        SELECT person, bit_or(bit) AS among FROM (
            SELECT person, CASE kind WHEN 'referral' THEN {_BIT["referrals"]}
                           ELSE {_BIT["notifications"]} END AS bit
            FROM mine WHERE opened_at >= period_begins
            UNION ALL SELECT person, {_BIT["first_decisions"]} FROM firsts
            UNION ALL SELECT person, {_BIT["final_decisions"]} FROM finals
            UNION ALL SELECT person, {_BIT["reconsiderations"]} FROM looked
            UNION ALL SELECT person, {_BIT["recovery"]} FROM supported
            UNION ALL SELECT person, {_BIT["services"]} FROM served
            UNION ALL SELECT person, {_BIT["matters"]} FROM accused
        ) t GROUP BY person
    ), known AS (
        SELECT DISTINCT ON (m.person) m.person, m.id, m.age_status, m.office, w.among,
               h.person IS NOT NULL AS sealed
        FROM mine m JOIN member w ON w.person = m.person
        LEFT JOIN hidden h ON h.person = m.person
        ORDER BY m.person, m.gone_on, m.opened_at DESC, m.id
    ), answered AS (
        SELECT m.person,
            (array_agg(r.answers->>'sex' ORDER BY r.sent_at DESC, r.id)
                FILTER (WHERE {_told("sex")}))[1] AS sex,
            (array_agg(r.answers->>'nationality' ORDER BY r.sent_at DESC, r.id)
                FILTER (WHERE {_told("nationality")}))[1] AS nationality,
            (array_agg(r.answers->>'responder_kind' ORDER BY r.sent_at DESC, r.id)
                FILTER (WHERE {_told("responder_kind")}))[1] AS responder
        FROM cases_referral r JOIN mine m ON m.id = r.case_id
        JOIN member w ON w.person = m.person AND w.among & {_OF_ANY} <> 0
        GROUP BY m.person
    ), happened AS (
        SELECT k.person,
            bit_or({
    _bit(
        "age",
        "coalesce(nullif(e.age_then_status, ''), CASE WHEN e.age_then_years < 18 THEN 'child'"
        " WHEN e.age_then_years >= 18 THEN 'adult' END, k.age_status)",
    )
}) AS age,
            bit_or((SELECT bit_or({_bit("exploitation", "v")})
                    FROM jsonb_array_elements_text(e.types) v WHERE v <> '')) AS exploitation,
            bit_or((SELECT bit_or({_bit("driver", "v")})
                    FROM jsonb_array_elements_text(e.drivers) v WHERE v <> '')) AS driver,
            bit_or(CASE WHEN e.place <> '' THEN {_bit("place", "e.place")} END) AS place,
            bool_or(e.online = 'yes' OR e.place = 'online') AS online,
            bool_or(e.armed_group = 'yes' OR e.types ? 'armed_group') AS conflict,
            CASE WHEN bool_and(jsonb_array_length(e.countries) = 1)
                  AND min(e.countries->>0) = max(e.countries->>0)
                 THEN min(e.countries->>0) END AS country
        FROM known k JOIN cases_episode e ON e.case_id = k.id
        WHERE k.among & {_OF_ANY} <> 0
        GROUP BY k.person
    ), person AS (
        SELECT k.sealed, k.among,
            CASE WHEN h.person IS NULL THEN {_bit("age", "k.age_status")} ELSE h.age END AS age,
            CASE WHEN a.sex IS NOT NULL THEN {_bit("sex", "a.sex")} END AS sex,
            CASE WHEN a.nationality IS NOT NULL THEN {_bit("nationality", "a.nationality")} END
                AS nationality,
            CASE WHEN a.responder IS NOT NULL THEN {
    _bit("responder", "a.responder")
} END AS responder,
            CASE WHEN g.authority_kind <> '' THEN {
    _bit("authority", "g.authority_kind")
} END AS authority,
            h.exploitation, h.driver, h.place,
            CASE WHEN h.online THEN {_bit("circumstance", "'online'")} ELSE 0 END
            | CASE WHEN h.conflict THEN {_bit("circumstance", "'conflict'")} ELSE 0 END
            | CASE WHEN h.country = a.nationality THEN {_bit("circumstance", "'internal'")}
              ELSE 0 END AS circumstance,
            {_bit("first_outcome", "f.outcome")} AS first_outcome,
            {
    _bit(
        "first_time",
        "CASE WHEN f.days <= 7 THEN 'week' WHEN f.days <= 30 THEN 'month'"
        " WHEN f.days <= 90 THEN 'quarter' WHEN f.days <= 365 THEN 'year' ELSE 'over_1_year' END",
    )
} AS first_time,
            {_bit("final_outcome", "l.outcome")} AS final_outcome,
            {
    _bit(
        "final_time",
        "CASE WHEN l.days <= 90 THEN 'quarter' WHEN l.days <= 365 THEN 'year'"
        " WHEN l.days <= 730 THEN '2_years' ELSE 'over_2_years' END",
    )
} AS final_time,
            q.bits AS reconsideration, u.bits AS recovery, x.bits AS matter_outcome,
            v.bits AS service
        FROM known k JOIN accounts_organisation g ON g.id = k.office
        LEFT JOIN answered a USING (person) LEFT JOIN happened h USING (person)
        LEFT JOIN firsts f USING (person) LEFT JOIN finals l USING (person)
        LEFT JOIN looked q USING (person) LEFT JOIN supported u USING (person)
        LEFT JOIN accused x USING (person) LEFT JOIN served v USING (person)
    ), told AS (
        SELECT p.sealed,
            {", ".join(f"p.among & {_BIT[kind]} <> 0 AS {col}" for kind, col in KINDS.items())},
            {_where(_OF_ANY, _code("age", "p.age"))} AS age,
            {_where(_OF_REFERRAL, _code("sex", "p.sex"))} AS sex,
            {_where(_OF_REFERRAL, _code("nationality", "p.nationality"))} AS nationality,
            {_where(_OF_REFERRAL, _code("exploitation", "p.exploitation"))} AS exploitation,
            {_where(_OF_REFERRAL, _code("place", "p.place"))} AS place,
            {_where(_OF_REFERRAL, _code("responder", "p.responder"))} AS responder,
            {_where(_OF_REFERRAL, _code("authority", "p.authority"))} AS authority,
            {_where(_OF_REFERRAL, _code("circumstance", "p.circumstance"))} AS circumstance,
            {_where(_OF_REFERRAL, _code("driver", "p.driver"))} AS driver,
            {
    ", ".join(
        f"{_where(_BIT[kind], _code(code, f'p.{code}'))} AS {code}"
        for kind, code in (
            ("first_decisions", "first_outcome"),
            ("first_decisions", "first_time"),
            ("final_decisions", "final_outcome"),
            ("final_decisions", "final_time"),
            ("reconsiderations", "reconsideration"),
            ("recovery", "recovery"),
            ("matters", "matter_outcome"),
        )
    )
},
            CASE WHEN NOT p.sealed AND p.service <> 0 THEN ARRAY(
                SELECT n_service[1 + i] FROM generate_series(0, 62) i
                WHERE (p.service >> i) & 1 = 1 ORDER BY i LIMIT most_services
            ) ELSE '{{}}' END AS service
        FROM person p
    )
    SELECT asked, row_number() OVER (ORDER BY {_ALL}), {_ALL} FROM told;
END $$;
REVOKE ALL ON FUNCTION reporting_freeze(
    uuid, jsonb, text, text, text, date, date, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporting_freeze(
    uuid, jsonb, text, text, text, date, date, timestamptz, timestamptz) TO nrm_worker;
"""


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From which moment the period is, and from which it is over, where the law applies."""
    after = period.last_day + timedelta(days=1)
    return (
        datetime.combine(period.first_day, time.min, zone),
        datetime.combine(after, time.min, zone),
    )


def refusals(plan: Plan) -> list[str]:
    """Why this plan cannot be frozen: what it counts or divides by that nobody fills in."""
    used = {code for table in plan.tables for code in table.dimensions}
    counted = {table.of for table in plan.tables}
    return [
        *(f"dimension {code!r} is not known to the freeze step" for code in used - {*DIMENSIONS}),
        *(f"kind of count {of!r} is not known to the freeze step" for of in counted - {*KINDS}),
    ]


def freeze(release: Release, plan: Plan, profile: Profile) -> None:
    """Writes the snapshot of the release's period. Raises ValueError for a plan that the database
    cannot fill, and whatever the database refuses: an open period, a release not asked for, a
    period that was frozen before. One statement, in the open transaction, by a job."""
    if faults := refusals(plan):
        raise ValueError("; ".join(faults))
    period = Period.parse(release.period)
    if period is None:
        raise ValueError("not a period")
    zone = profile.calendar_for().zone
    codes = [decision.code for decision in profile.decisions]
    asked = [release.pk, json.dumps(as_table(plan)), codes[0], codes[-1], str(zone)]
    days = [period.first_day, period.last_day, *bounds(period, zone)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reporting_freeze(%s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s)", [*asked, *days]
        )


def as_table(plan: Plan) -> dict[str, dict[str, Any]]:
    """How the database makes coarse codes: of each dimension its codes in order, and the place of
    the code of each value. A dimension that the plan has not is left empty."""
    known = {one.code: one for one in plan.dimensions}
    return {code: _as_row(known.get(code)) for code in DIMENSIONS}


def _as_row(dimension: Dimension | None) -> dict[str, Any]:
    if dimension is None:
        return {"codes": [""], "ranks": {}, "other": 0, "unknown": "", "several": "", "at_most": 1}
    places = {name: place for place, name in enumerate(dimension.names)}
    return {
        "codes": list(dimension.names),
        "ranks": {
            value: places[code.code]
            for code in dimension.codes
            for value in code.holds or (code.code,)
        },
        "other": places[dimension.other],
        "unknown": dimension.unknown,
        "several": dimension.several,
        "at_most": dimension.at_most,
    }
