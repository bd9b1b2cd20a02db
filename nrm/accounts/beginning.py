"""The first two administrators of a new installation. Everybody after them is let in by two
administrators (role_requests.py), so that whoever runs the machine begins, and then stops."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from nrm.accounts.actions import administrators
from nrm.accounts.models import Membership, Organisation, RoleGroup, User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.accounts.roles import OrganisationKind, Role
from nrm.actions import Objection, action, detail, lock, refuse_if
from nrm.profiles import profiles

ENOUGH = 2  # administrators, who can let in anybody else
_BEGINNING = UUID("00000000-0000-4000-8000-000000000004")


@action("account.added", right=BY_THE_SYSTEM)
def begin_with(
    *, actor: User, at: datetime, email: str, display_name: str, organisation: str, profile: str
) -> User:
    """Opens the account of a first administrator, without a password until its owner chooses one,
    in an organisation of oversight of this name, which is added where it is not there. Refused with
    every reason, and where two administrators are there already."""
    lock(_BEGINNING)
    refuse_if(_objections(email.lower(), display_name.strip(), organisation.strip(), profile))
    kind = OrganisationKind.OVERSIGHT
    found, _added = Organisation.objects.get_or_create(
        name=organisation.strip(), kind=kind, defaults={"profile": profile}
    )
    user = User(email=email.lower(), display_name=display_name.strip())
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, group=RoleGroup.of(found, Role.ADMINISTRATOR))
    detail(user=str(user.pk), role=Role.ADMINISTRATOR, organisation=str(found.pk))
    return user


def _objections(
    email: str, display_name: str, organisation: str, profile: str
) -> Iterator[Objection]:
    if administrators().count() >= ENOUGH:
        yield Objection(_("Two administrators are there already: they let in everybody else."))
    try:
        validate_email(email)
    except ValidationError:
        yield Objection(_("This is not an e-mail address."), field="email")
    if User.objects.filter(email__iexact=email).exists():
        yield Objection(_("An account with this e-mail address is already here."), field="email")
    if not display_name:
        yield Objection(_("Enter the name of the person who will sign in"), field="display_name")
    if not organisation:
        yield Objection(_("Enter the name of the organisation"), field="organisation")
    if profile not in (known := [one.code for one in profiles()]):
        text = _("There is no such profile. There are: %(known)s")
        yield Objection(text % {"known": ", ".join(known)}, field="profile")
