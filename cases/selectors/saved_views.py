"""Views of the work list that somebody keeps, and what a view asks for, in words."""

from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import SavedView
from cases.selectors.lists import (
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


def saved_views(user: User) -> list[SavedView]:
    """The user's own, the oldest first. One query."""
    return list(user.saved_views.all())


def find_view(user: User, pk: UUID) -> SavedView:
    """One of the user's own. Hidden (404) where it is nobody's or another's."""
    if view := user.saved_views.filter(pk=pk).first():
        return view
    raise Hidden(OWN_ACCOUNT.code)


def team_caseworkers(user: User) -> list[User]:
    """Active caseworkers of the authorities that the user supervises, by name. One query."""
    teams = user.organisations(Role.SUPERVISOR)
    if not teams:
        return []
    found = User.objects.filter(
        is_active=True,
        memberships__group__role_group__role=Role.CASEWORKER,
        memberships__group__role_group__organisation__in=teams,
    )
    return list(found.only("display_name").distinct().order_by("display_name", "pk"))


def in_words(wanted: Wanted, user: User, profiles: list[Profile], workers: list[User]) -> str:
    """What a view asks for: "Open cases of the team; overdue; the newest received first"."""
    labels = {stage.code: str(stage.label) for p in profiles for stage in p.stages}
    parts = [views_of(user).get(wanted.view, _("Open cases"))]
    parts += [str(URGENCIES[code]) for code in URGENCIES if code in wanted.urgency]
    parts += [labels.get(code, code) for code in sorted(wanted.stages)]
    if wanted.child:
        parts.append(_("Treated as a child"))
    parts += [worker.display_name for worker in workers if worker.pk == wanted.caseworker]
    if wanted.order == RECEIVED:
        parts.append(_("the newest received first"))
    if wanted.order == STAGE:
        parts.append(_("the longest in their stage first"))
    return "; ".join(parts)
