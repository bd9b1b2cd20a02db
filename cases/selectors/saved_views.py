"""Views of the work list that somebody keeps, and what a view asks for, in words."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from cases.models import SavedView
from cases.selectors.lists import (
    BAND_WORDS,
    CLOSED,
    MINE,
    RECEIVED,
    STAGE,
    TEAM,
    UNASSIGNED,
    URGENCIES,
    Wanted,
)
from nrm.accounts.models import User
from nrm.accounts.rights import OWN_ACCOUNT
from nrm.accounts.roles import Role
from nrm.actions import Hidden
from nrm.profiles import Profile


def views_of(user: User) -> dict[str, str]:
    """The views of the work list that stand ready for this user, the first one first: a caseworker
    begins with their own cases, a supervisor with the team's."""
    if Role.SUPERVISOR in user.roles:
        return {
            TEAM: _("Open cases of the team"),
            UNASSIGNED: _("Not assigned"),
            MINE: _("Given to me"),
            CLOSED: _("Closed"),
        }
    return {MINE: _("My open cases"), CLOSED: _("Closed")}


# Written out: every work list asks it, and putting it together cost four times what it asks.
_THEIRS = """
SELECT id, user_id, label, asked, created_at FROM cases_savedview WHERE user_id = %s
ORDER BY created_at, id
"""


def saved_views(user: User) -> list[SavedView]:
    """The user's own, the oldest first. One query."""
    return list(SavedView.objects.raw(_THEIRS, [user.pk]))


def find_view(user: User, pk: UUID) -> SavedView:
    """One of the user's own. Hidden (404) where it is nobody's or another's."""
    if view := user.saved_views.filter(pk=pk).first():
        return view
    raise Hidden(OWN_ACCOUNT.code)


# The most caseworkers whose names are offered. A longer list helps nobody, and would be most of the
# page of somebody who supervises four hundred.
OFFERED = 60


_TEAM = """
SELECT DISTINCT id, display_name FROM (
    SELECT u.id, u.display_name FROM accounts_rolegroup rg
    JOIN accounts_membership m USING (group_id)
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    WHERE rg.organisation_id = ANY(%(teams)s) AND rg.role = %(role)s
        AND (%(only)s::uuid[] IS NULL OR m.user_id = ANY(%(only)s))
    LIMIT %(most)s
) AS caseworker LIMIT %(offered)s
"""


def team_caseworkers(
    user: User, *, chosen: Iterable[Any] = ()
) -> tuple[list[tuple[UUID, str]], bool]:
    """Id and name of the active caseworkers of the authorities that the user supervises, by name,
    and whether that is all of them. Where there are more than `OFFERED`, only those whose ids are
    chosen. One query, two where there are so many."""
    teams = [team.pk for team in user.organisations(Role.SUPERVISOR)]
    if not teams:
        return [], True
    asked = {
        "teams": teams,
        "role": Role.CASEWORKER,
        "only": None,
        "most": OFFERED * len(teams) + 1,
        "offered": OFFERED + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TEAM, asked)
        found = cursor.fetchall()
        whole = len(found) <= OFFERED
        if not whole:
            found = []
            if only := [pk for pk in map(_as_id, chosen) if pk]:
                cursor.execute(_TEAM, asked | {"only": only})
                found = cursor.fetchall()
    return sorted(found, key=lambda person: (person[1], person[0])), whole


def _as_id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def in_words(
    wanted: Wanted, user: User, profiles: list[Profile], workers: Mapping[UUID, str]
) -> str:
    """What a view asks for: "Open cases of the team; overdue; the newest received first"."""
    labels = {stage.code: str(stage.label) for p in profiles for stage in p.stages}
    parts = [views_of(user).get(wanted.view, _("Open cases"))]
    parts += [str(URGENCIES[code]) for code in URGENCIES if code in wanted.urgency]
    parts += [labels.get(code, code) for code in sorted(wanted.stages)]
    if wanted.child:
        parts.append(_("Treated as a child"))
    if wanted.caseworker in workers:
        parts.append(workers[wanted.caseworker])
    if wanted.waited:
        parts.append(_("at this stage: %(days)s") % {"days": BAND_WORDS[wanted.waited]})
    if wanted.received:
        parts.append(_("since received: %(days)s") % {"days": BAND_WORDS[wanted.received]})
    if wanted.order == RECEIVED:
        parts.append(_("the newest received first"))
    if wanted.order == STAGE:
        parts.append(_("the longest in their stage first"))
    return "; ".join(parts)
