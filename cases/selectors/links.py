"""The cases that are linked with a case, for who sees both ends of a link; and the group that they
make, as far as the reader sees it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from cases.models import Case, CaseLink
from cases.references import clean_reference
from cases.rights import LINK
from cases.rules.links import QUIET
from identities.crypto import Unreadable, unseal
from nrm.accounts.models import User
from nrm.actions import Hidden

TABLE = "cases_caselink"
MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One link, as its page tells it; `words`, where it is read alone. `quiet`: neither of the two
    is told of the other."""

    row: CaseLink
    other: Case
    words: str
    quiet: bool


def other_case(actor: User, text: str) -> Case | None:
    """The case of this reference, where the actor may link it; alike where there is none. One
    query, or none."""
    reference = clean_reference(text)
    if not reference:
        return None
    found = Case.objects.visible_to(actor, LINK).select_related("person")
    return found.filter(reference=reference).first()


def links_between(actor: User, case: Case) -> QuerySet[CaseLink]:
    """The links of a case whose other end the actor may link too."""
    mine = Case.objects.visible_to(actor, LINK)
    return CaseLink.objects.filter(
        Q(case=case, other__in=mine) | Q(other=case, case__in=mine)
    ).select_related("case__person", "other__person", "by", "ended_by")


def links_of(actor: User, case: Case) -> list[Line]:
    """Those that hold and those that ended, the newest first, without their words, each of which is
    under the key of somebody else. One query."""
    rows = links_between(actor, case).order_by("-at", "-id")[:MOST]
    return [_line(case, row, "") for row in rows]


def find_link(actor: User, case: Case, pk: UUID) -> CaseLink:
    """One of the case. Hidden (404) where there is none, or its other end is hidden."""
    if row := links_between(actor, case).filter(pk=pk).first():
        return row
    raise Hidden(LINK.code)


def line_of(case: Case, row: CaseLink) -> Line:
    """One of them, with its words."""
    return _line(case, row, _words(row))


def _line(case: Case, row: CaseLink, words: str) -> Line:
    other = row.other if row.case_id == case.pk else row.case
    return Line(row, other, words, row.rule in QUIET)


def _words(row: CaseLink) -> str:
    if row.told is None:
        return ""
    try:
        return unseal(row.case.person_id, row.told, table=TABLE, column="told", row=row.pk)
    except Unreadable:
        return ""


# Along links that hold, whose both ends the reader sees: the policy of the table leaves out every
# other, so the group ends where their sight does.
_GROUP = """
WITH RECURSIVE reached (id) AS (
    SELECT %(case)s::uuid
    UNION
    SELECT CASE WHEN l.case_id = r.id THEN l.other_id ELSE l.case_id END
    FROM reached r
    JOIN cases_caselink l ON l.ended_at IS NULL AND l.kind = ANY (%(kinds)s)
        AND (l.case_id = r.id OR l.other_id = r.id)
)
SELECT id FROM reached WHERE id <> %(case)s::uuid LIMIT %(most)s
"""


def family_of(actor: User, case: Case) -> list[Case]:
    """The other cases of the family or household of a case, also where they are linked through a
    third one, as far as the actor may link each. Two queries, or one."""
    with connection.cursor() as cursor:
        kinds = ["family", "household"]
        cursor.execute(_GROUP, {"case": case.pk, "kinds": kinds, "most": MOST})
        found = [pk for (pk,) in cursor.fetchall()]
    if not found:
        return []
    mine = Case.objects.visible_to(actor, LINK).filter(pk__in=found)
    return list(mine.select_related("person").order_by("opened_at", "id"))
