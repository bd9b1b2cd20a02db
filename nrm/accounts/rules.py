"""What may be done with organisations, accounts and roles. Pure: facts in, objections out."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from nrm.accounts import scopes as known
from nrm.accounts.roles import ROLES_OF, OrganisationKind, Role
from nrm.actions import Objection


def objections_to_authority(
    *, code: str, kind: str, of_law: Collection[str]
) -> Iterator[Objection]:
    """Whether an organisation of this kind can be this one of the authorities of its law."""
    if kind != OrganisationKind.COMPETENT_AUTHORITY:
        text = _("Only a competent authority is one of these. Select “None of these”.")
        yield Objection(text, field="authority_kind", code="authority_of_kind")
    elif code not in of_law:
        text = _("The law that it works under has no such authority. Select one that it has.")
        yield Objection(text, field="authority_kind", code="authority_of_law")


def objections_to_role(*, role: str, kind: str, organisation_active: bool) -> Iterator[Objection]:
    """Whether the role can be held in an organisation of this kind."""
    if role not in ROLES_OF.get(kind, frozenset()):
        text = _("%(role)s is not a role of an organisation of this kind.")
        yield Objection(text % {"role": Role(role).label}, field="role", code="role_of_kind")
    if not organisation_active:
        yield Objection(
            _("This organisation is closed. Open it again before giving roles in it."),
            field="organisation",
            code="organisation_closed",
        )


def kind_of(role: str) -> str:
    """Administrators, auditors, and whoever works on cases: an account holds roles of one kind."""
    return role if role in (Role.ADMINISTRATOR, Role.AUDITOR) else "cases"


def objections_to_giving(*, own: bool, role: str, held: frozenset[str]) -> Iterator[Objection]:
    """Whether the role can be given to this account. Administrators and auditors see no case, and
    auditors read of administrators in codes, so one account never holds two of these together: to
    an auditor who also worked on cases the codes of the trail would say which cases they are. The
    database refuses it too."""
    if own:
        yield Objection(_("You cannot give yourself a role. Ask another administrator."))
    kinds = {kind_of(role), *(kind_of(one) for one in held)}
    if kinds == {Role.ADMINISTRATOR, "cases"}:
        text = _("An administrator sees no case: these two roles need two accounts.")
        yield Objection(text, field="role", code="administrator_and_cases")
    elif len(kinds) > 1:
        text = _(
            "An auditor reads in codes what others did: this role and that of an auditor need two"
            " accounts."
        )
        yield Objection(text, field="role", code="auditor_apart")


def objections_to_opening(*, is_open: bool, own: bool) -> Iterator[Objection]:
    """Whether a closed organisation can be opened."""
    if is_open:
        yield Objection(_("This organisation is open already."), code="open")
    if own:
        text = _("You have a role in this organisation. Another administrator asks for it.")
        yield Objection(text, code="own")


def objections_to_deciding(
    *, decided: bool, expired: bool, asker_left: bool
) -> Iterator[Objection]:
    """Whether what an administrator asked for can still be confirmed."""
    if decided:
        yield Objection(_("A colleague has decided on this already."), code="decided")
    elif expired:
        yield Objection(_("This was asked too long ago. Ask for it again."), code="expired")
    elif asker_left:
        text = _("Who asked for this is no administrator any more. Decline it.")
        yield Objection(text, code="asker_left")


def objections_to_closing_account(*, own: bool, last_administrator: bool) -> Iterator[Objection]:
    """Whether an account can be closed."""
    if own:
        yield Objection(_("You cannot close your own account. Ask another administrator."))
    if last_administrator:
        yield Objection(_("This is the last administrator. Add another one first."))


def objections_to_ending_role(*, own: bool, last_administrator: bool) -> Iterator[Objection]:
    """Whether somebody's role can be taken away."""
    if own:
        yield Objection(_("You cannot end your own role. Ask another administrator."))
    if last_administrator:
        yield Objection(_("This is the last administrator. Add another one first."))


def objections_to_token(*, scopes: Collection[str], days: int) -> Iterator[Objection]:
    """Whether a token may be made for these scopes and this time."""
    if not scopes:
        yield Objection(_("Select at least one thing that the program does."), field="scopes")
    if not set(scopes) <= set(known.ALL):
        yield Objection(_("There is no such scope."), field="scopes")
    if days not in known.LIFETIMES:
        yield Objection(_("Choose 7, 30 or 90 days."), field="days")
