"""What is unusual in the trail: found by a job that reads the last days of it, told to auditors in
a sentence, and marked by them as looked into."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cases import words
from identities.crypto import Opener, Unreadable, seal
from identities.models import UserKey
from identities.own import need_key
from nrm.accounts.models import Organisation, User
from nrm.accounts.rights import SEE_AUDIT
from nrm.actions import Changed, Objection, action, detail, refuse_if
from nrm.context import SYSTEM, acting_as
from nrm.profiles import load_profile
from reporting.models import Anomaly, AnomalyKind, Watched

# However long no job has run, no more of the trail is read than this.
FARTHEST = timedelta(days=14)
# A day, and the night before it, are counted whole, and counted again while they last.
AGAIN = timedelta(hours=48)
LONGEST = 1000  # characters of a note
_TABLE = "reporting_anomaly"

# One statement: the events of the window, by their time, with the rule of their actor's house. What
# belongs to a night counts for the day on which the night began.
_FIND = """
WITH rule (profile, zone, night_from, night_to, night_looks, cases, unassigned, refusals) AS (
    SELECT * FROM unnest(%(profiles)s::text[], %(zones)s::text[], %(night_from)s::int[],
        %(night_to)s::int[], %(night_looks)s::int[], %(cases)s::int[], %(unassigned)s::int[],
        %(refusals)s::int[])
), staff AS MATERIALIZED (
    SELECT DISTINCT ON (m.user_id) m.user_id, r.*,
        bool_or(g.role IN ('intake', 'caseworker', 'supervisor'))
            OVER (PARTITION BY m.user_id) AS casework
    FROM accounts_membership m
    JOIN accounts_rolegroup g ON g.group_id = m.group_id
    JOIN accounts_organisation o ON o.id = g.organisation_id
    JOIN rule r ON r.profile = o.profile
    ORDER BY m.user_id, m.id
), seen AS MATERIALIZED (
    SELECT e.at, e.case_id, e.refused, s.*, e.at AT TIME ZONE s.zone AS local,
        e.verb = ANY (%(looks)s) OR e.verb LIKE '%%.viewed' AS look
    FROM audit_event e JOIN staff s ON s.user_id = e.actor_id
    WHERE e.at >= %(since)s AND e.at < %(until)s AND (e.case_id IS NOT NULL OR e.refused)
), found (kind, person, day, number, figure, hours, first_at, last_at) AS (
    SELECT 'night', user_id, (local - make_interval(hours => night_to))::date, count(*),
        night_looks, night_from || ':00–' || night_to || ':00', min(at), max(at)
    FROM seen
    WHERE look AND NOT refused AND (extract(hour FROM local)::int - night_from + 24) %% 24
        < (night_to - night_from + 24) %% 24
    GROUP BY 2, 3, night_looks, night_from, night_to HAVING count(*) >= night_looks
    UNION ALL
    SELECT 'volume', user_id, local::date, count(DISTINCT case_id), cases, '', min(at), max(at)
    FROM seen WHERE look AND NOT refused
    GROUP BY 2, 3, cases HAVING count(DISTINCT case_id) >= cases
    UNION ALL
    SELECT 'unassigned', user_id, day, count(*), unassigned, '', min(first_at), max(last_at)
    FROM (
        SELECT user_id, unassigned, local::date AS day, case_id, min(at) AS first_at,
            max(at) AS last_at
        FROM seen WHERE casework AND NOT refused
        GROUP BY 1, 2, 3, 4 HAVING bool_and(look)
    ) AS only_read
    WHERE NOT EXISTS (
        SELECT FROM cases_caseusergrant g WHERE g.content_object_id = only_read.case_id
        AND g.user_id = only_read.user_id AND g.reason <> 'emergency')
    GROUP BY 2, 3, unassigned HAVING count(*) >= unassigned
    UNION ALL
    SELECT 'refusals', user_id, local::date, count(*), refusals, '', min(at), max(at)
    FROM seen WHERE refused GROUP BY 2, 3, refusals HAVING count(*) >= refusals
)
INSERT INTO reporting_anomaly AS a
    (id, kind, actor_id, day, count, figure, hours, first_at, last_at)
SELECT gen_random_uuid(), kind, person, day, number, figure, hours, first_at, last_at FROM found
ON CONFLICT (actor_id, kind, day) DO UPDATE
SET count = EXCLUDED.count, last_at = EXCLUDED.last_at
WHERE EXCLUDED.count > a.count
"""


def watch(*, at: datetime) -> int:
    """Reads the last days of the trail and writes down what is unusual. Run twice, it finds nothing
    twice. Returns how many it wrote or raised. Two queries and one statement of the window."""
    with acting_as(SYSTEM):
        before = Watched.objects.filter(pk=1).first()
        since = max((before.until if before else at) - AGAIN, at - FARTHEST)
        if before is None:
            since = at - FARTHEST
        with connection.cursor() as cursor:
            cursor.execute(_FIND, {**_rules(), "looks": words.looks(), "since": since, "until": at})
            found = int(cursor.rowcount)
        Watched.objects.update_or_create(pk=1, defaults={"until": at})
    return found


def _rules() -> dict[str, list[Any]]:
    codes = sorted(set(Organisation.objects.values_list("profile", flat=True)))
    profiles = [load_profile(code) for code in codes]
    rules = [profile.watch for profile in profiles]
    return {
        "profiles": codes,
        "zones": [str(profile.calendar_for().zone) for profile in profiles],
        "night_from": [rule.night_from for rule in rules],
        "night_to": [rule.night_to for rule in rules],
        "night_looks": [rule.night_looks for rule in rules],
        "cases": [rule.cases_a_day for rule in rules],
        "unassigned": [rule.unassigned_a_day for rule in rules],
        "refusals": [rule.refusals_a_day for rule in rules],
    }


def why(row: Anomaly) -> str:
    """In a sentence why it is shown."""
    sentence = {
        AnomalyKind.NIGHT: _("Looked at cases %(count)d times at night (%(hours)s)."),
        AnomalyKind.VOLUME: _("Looked at %(count)d different cases."),
        AnomalyKind.UNASSIGNED: _(
            "Read %(count)d cases that nobody had given them, and did nothing in them."
        ),
        AnomalyKind.REFUSALS: _("Was refused %(count)d times."),
    }[AnomalyKind(row.kind)]
    told = sentence % {"count": row.count, "hours": row.hours}
    return told + " " + _("From %(figure)d on a day it is shown here.") % {"figure": row.figure}


@action("anomaly.looked_into", right=SEE_AUDIT)
def look_into(row: Anomaly, *, actor: User, at: datetime, note: str, count: int) -> Anomaly:
    """An auditor has looked into it, so many as there were, and says what they found. Raises
    Changed where there are more by now, or another auditor was quicker."""
    row.refresh_from_db()
    said = note.strip()
    if row.count != count or not row.is_open:
        text = _("This has changed since you read it. Read it again.")
        raise Changed([Objection(text, code="changed")])
    objections = []
    if not said:
        objections.append(Objection(_("Write what you found"), field="note"))
    if len(said) > LONGEST:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
        objections.append(Objection(text, field="note"))
    refuse_if(objections)
    need_key(actor.pk)
    row.note = seal(actor.pk, said, table=_TABLE, column="note", row=row.pk, keys=UserKey)
    row.looked_count, row.looked_at, row.looked_by = count, at, actor.pk
    row.save(update_fields=["note", "looked_count", "looked_at", "looked_by"])
    detail(kind=row.kind, day=str(row.day), person=str(row.actor_id), count=count)
    return row


def note_of(row: Anomaly) -> str:
    """What was found, or nothing where nobody looked or it cannot be opened any more."""
    if row.note is None or row.looked_by is None:
        return ""
    try:
        opener = Opener(row.looked_by, UserKey)
        return opener.text(row.note, table=_TABLE, column="note", row=row.pk)
    except Unreadable:
        return ""
