"""Changing organisations, accounts, roles and tokens. Each is an event."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from nrm.accounts import rules, tokens
from nrm.accounts.models import Membership, Organisation, RoleGroup, Session, Token, User
from nrm.accounts.rights import ADMINISTER, OWN_ACCOUNT
from nrm.accounts.roles import Role
from nrm.actions import Changed, Objection, action, detail, lock, refuse_if


@action("organisation.added", right=ADMINISTER)
def add_organisation(
    *,
    actor: User,
    at: datetime,
    name: str,
    kind: str,
    profile: str,
    region: str = "",
    key: UUID | None = None,
) -> Organisation:
    """Adds an organisation; refused where one of the same name and kind is there. `key` names the
    submission: sent twice, it makes one."""
    row_id = key or uuid4()
    lock(row_id)
    if earlier := Organisation.objects.filter(pk=row_id).first():
        detail(repeated=True)
        return earlier
    if Organisation.objects.filter(name__iexact=name.strip(), kind=kind).exists():
        refuse_if([Objection(_("An organisation of this name is already here."), field="name")])
    return Organisation.objects.create(
        id=row_id, name=name.strip(), kind=kind, profile=profile, region=region
    )


@action("organisation.changed", right=ADMINISTER)
def change_organisation(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    name: str,
    is_active: bool,
    before: tuple[str, bool] | None = None,
) -> Organisation:
    """Renames an organisation, or closes or opens it. In a closed one no role gives anything.

    `before` is the name, and whether it was open, as the administrator read them; Changed where
    somebody has changed them since to something else than is wanted now."""
    lock(organisation.pk)
    organisation.refresh_from_db()
    stands = (organisation.name, organisation.is_active)
    if before is not None and stands not in (before, (name.strip(), is_active)):
        raise Changed([_changed_meanwhile(organisation)])
    organisation.name = name.strip()
    organisation.is_active = is_active
    organisation.changed_by = actor
    organisation.save(update_fields=["name", "is_active", "changed_by"])
    detail(is_active=is_active)
    if stands[1] != is_active:
        theirs = Session.objects.filter(
            user__memberships__group__role_group__organisation=organisation, ended_at=None
        )
        theirs.exclude(user=actor).update(ended_at=at, ended=Session.Ended.ROLE, data={})
    return organisation


def _changed_meanwhile(organisation: Organisation) -> Objection:
    text = _(
        "%(who)s changed this organisation while you were writing: it is now “%(name)s”, "
        "%(state)s. Yours is below. Save again if it should take the place of theirs."
    )
    told = {
        "who": organisation.changed_by or _("Somebody"),
        "name": organisation.name,
        "state": _("open") if organisation.is_active else _("closed"),
    }
    return Objection(text % told, code="changed")


@action("account.added", right=ADMINISTER)
def add_account(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    email: str,
    display_name: str,
    role: str,
    key: UUID | None = None,
) -> User:
    """Opens an account with its first role. It has no password until its owner chooses one. `key`
    names the submission: sent twice, it opens one."""
    row_id = key or uuid4()
    lock(row_id)
    if earlier := User.objects.filter(pk=row_id).first():
        detail(repeated=True)
        return earlier
    objections = list(
        rules.objections_to_role(
            role=role, kind=organisation.kind, organisation_active=organisation.is_active
        )
    )
    if User.objects.filter(email__iexact=email).exists():
        objections.append(
            Objection(_("An account with this e-mail address is already here."), field="email")
        )
    refuse_if(objections)
    user = User(id=row_id, email=email.lower(), display_name=display_name.strip())
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, group=RoleGroup.of(organisation, role))
    detail(role=role, organisation=str(organisation.pk))
    return user


@action("role.given", right=ADMINISTER)
def give_role(
    user: User, *, actor: User, at: datetime, organisation: Organisation, role: str
) -> Membership:
    """Gives a role in an organisation. Giving it twice changes nothing."""
    held = frozenset(membership.role for membership in user.memberships.all())
    refuse_if(
        [
            *rules.objections_to_giving(own=user == actor, role=role, held=held),
            *rules.objections_to_role(
                role=role, kind=organisation.kind, organisation_active=organisation.is_active
            ),
        ]
    )
    row, made = Membership.objects.get_or_create(user=user, group=RoleGroup.of(organisation, role))
    detail(user=str(user.pk), role=role, organisation=str(organisation.pk))
    if made:
        end_sessions_of(user, at=at, ended=Session.Ended.ROLE)
    return row


# Two administrators who close each other at once must not both succeed.
_ADMINISTRATORS = UUID("00000000-0000-4000-8000-000000000002")


def _is_last_administrator(user: User) -> bool:
    lock(_ADMINISTRATORS)
    if Role.ADMINISTRATOR not in user.roles:
        return False
    others = Membership.objects.filter(
        group__role_group__role=Role.ADMINISTRATOR,
        group__role_group__organisation__is_active=True,
        user__is_active=True,
    ).exclude(user=user)
    return not others.exists()


@action("role.ended", right=ADMINISTER)
def end_role(membership: Membership, *, actor: User, at: datetime) -> None:
    """Takes a role away. It gives nothing from the next request on."""
    user = membership.user
    administers = membership.role == Role.ADMINISTRATOR
    refuse_if(
        rules.objections_to_ending_role(
            own=user == actor and administers,
            last_administrator=administers and _is_last_administrator(user),
        )
    )
    detail(user=str(user.pk), role=membership.role, organisation=str(membership.organisation.pk))
    membership.delete()
    end_sessions_of(user, at=at, ended=Session.Ended.ROLE)


@action("account.closed", right=ADMINISTER)
def close_account(user: User, *, actor: User, at: datetime) -> User:
    """Closes an account: its sessions and tokens end at once."""
    refuse_if(
        rules.objections_to_closing_account(
            own=user == actor, last_administrator=_is_last_administrator(user)
        )
    )
    user.is_active = False
    user.save(update_fields=["is_active"])
    Token.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    end_sessions_of(user, at=at, ended=Session.Ended.BY_ADMINISTRATOR)
    return user


def end_sessions_of(user: User, *, at: datetime, ended: str, but: UUID | None = None) -> int:
    """Ends every live session of a user from the next request on, except one. For the actions
    that close an account, change a password or end sessions by name. Returns how many."""
    live = Session.objects.filter(user=user, ended_at=None)
    if but is not None:
        live = live.exclude(pk=but)
    return live.update(ended_at=at, ended=ended, data={})


@action("account.opened", right=ADMINISTER)
def reopen_account(user: User, *, actor: User, at: datetime) -> User:
    """Opens a closed account again. Its old tokens stay revoked."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


@action("account.screen_hidden", right=OWN_ACCOUNT)
def hide_session(user: User, *, actor: User, at: datetime, session: Session) -> User:
    """Locks one of the user's own sessions: it gives nothing until somebody signs in anew."""
    _end(user, session, at=at, ended=Session.Ended.HIDDEN)
    return user


@action("account.session_ended", right=OWN_ACCOUNT)
def end_session(user: User, *, actor: User, at: datetime, session: Session) -> User:
    """Ends another session of the user's own at once."""
    _end(user, session, at=at, ended=Session.Ended.BY_OWNER)
    return user


def _end(user: User, session: Session, *, at: datetime, ended: str) -> None:
    Session.objects.filter(pk=session.pk, user=user, ended_at=None).update(
        ended_at=at, ended=ended, data={}
    )
    detail(session=str(session.pk))


@action("account.other_sessions_ended", right=OWN_ACCOUNT)
def end_other_sessions(user: User, *, actor: User, at: datetime, but: Session) -> User:
    """Ends every session of the user's own except this one, at once."""
    detail(ended=end_sessions_of(user, at=at, ended=Session.Ended.BY_OWNER, but=but.pk))
    return user


@action("account.language_chosen", right=OWN_ACCOUNT)
def choose_language(user: User, *, actor: User, at: datetime, language: str) -> User:
    user.language = language
    user.save(update_fields=["language"])
    detail(language=language)
    return user


@action("account.shortcuts_chosen", right=OWN_ACCOUNT)
def choose_shortcuts(user: User, *, actor: User, at: datetime, on: bool) -> User:
    """Turns the shortcuts of single keys on or off."""
    user.shortcuts = on
    user.save(update_fields=["shortcuts"])
    detail(on=on)
    return user


@action("token.made", right=OWN_ACCOUNT)
def make_token(
    user: User, *, actor: User, at: datetime, label: str, scopes: Collection[str], days: int
) -> tuple[Token, str]:
    """A token for a program of this user's and its secret, shown once. Refused where it names no
    scope, an unknown one, or another time than those offered."""
    refuse_if(rules.objections_to_token(scopes=scopes, days=days))
    row, secret = tokens.new_token(user, label=label, scopes=scopes, at=at, days=days)
    detail(token=str(row.pk), scopes=row.scopes, days=days)
    return row, secret


@action("token.revoked", right=OWN_ACCOUNT)
def revoke_token(user: User, *, actor: User, at: datetime, token: Token) -> Token:
    """Ends a token at once."""
    if token.user_id != user.pk:
        refuse_if([Objection(_("This is not your token."))])
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    return token
