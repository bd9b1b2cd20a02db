"""Changing organisations, accounts, roles and tokens. Each is an event. An account or a closed
organisation is opened, and a role given, by two administrators: role_requests.py."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nrm.accounts import rules, tokens
from nrm.accounts.models import Membership, Organisation, Session, Token, User
from nrm.accounts.rights import ADMINISTER, OWN_ACCOUNT
from nrm.accounts.roles import Role
from nrm.actions import Changed, Objection, action, detail, lock, refuse_if
from nrm.profiles import load_profile


@action("organisation.added", right=ADMINISTER)
def add_organisation(
    *,
    actor: User,
    at: datetime,
    name: str,
    kind: str,
    profile: str,
    region: str = "",
    authority_kind: str = "",
    key: UUID | None = None,
) -> Organisation:
    """Adds an organisation; refused where one of the same name and kind is there, or where it is
    said to be an authority that its law does not have. `key` names the submission: sent twice, it
    makes one."""
    row_id = key or uuid4()
    lock(row_id)
    if earlier := Organisation.objects.filter(pk=row_id).first():
        detail(repeated=True)
        return earlier
    if Organisation.objects.filter(name__iexact=name.strip(), kind=kind).exists():
        refuse_if([Objection(_("An organisation of this name is already here."), field="name")])
    _refuse_authority(authority_kind, kind=kind, profile=profile)
    if authority_kind:
        detail(authority_kind=authority_kind)
    return Organisation.objects.create(
        id=row_id,
        name=name.strip(),
        kind=kind,
        profile=profile,
        region=region,
        authority_kind=authority_kind,
    )


def _refuse_authority(code: str, *, kind: str, profile: str) -> None:
    if code:
        of_law = {choice.code for choice in load_profile(profile).authorities}
        refuse_if(rules.objections_to_authority(code=code, kind=kind, of_law=of_law))


@action("organisation.changed", right=ADMINISTER)
def change_organisation(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    name: str,
    is_active: bool,
    authority_kind: str | None = None,
    before: tuple[str, bool, str] | None = None,
) -> Organisation:
    """Renames an organisation, closes it, or says which of the authorities of its law it is (None:
    as it stands). In a closed one no role gives anything. Refused where a closed one is to be
    opened: two administrators do that (role_requests.ask_to_open).

    `before` is the name, whether it was open, and which authority it was, as the administrator read
    them; Changed where somebody has changed them since to something else than is wanted now."""
    lock(organisation.pk)
    organisation.refresh_from_db()
    stands = (organisation.name, organisation.is_active, organisation.authority_kind)
    if authority_kind is None:
        authority_kind = organisation.authority_kind
    if before is not None and stands not in (before, (name.strip(), is_active, authority_kind)):
        raise Changed([_changed_meanwhile(organisation)])
    if authority_kind != organisation.authority_kind:
        _refuse_authority(authority_kind, kind=organisation.kind, profile=organisation.profile)
        detail(authority_kind=authority_kind)
    if is_active and not organisation.is_active:
        text = _("A closed organisation is opened by two administrators: ask for it.")
        refuse_if([Objection(text, field="is_active", code="two")])
    organisation.name = name.strip()
    organisation.is_active = is_active
    organisation.authority_kind = authority_kind
    organisation.changed_by = actor
    organisation.save(update_fields=["name", "is_active", "authority_kind", "changed_by"])
    detail(is_active=is_active)
    if stands[1] != is_active:
        _end_sessions_in(organisation, but=actor, at=at)
    return organisation


def open_again(organisation: Organisation, *, by: User, at: datetime) -> None:
    """Opens a closed organisation, within the action by which a second administrator confirms
    it."""
    organisation.is_active, organisation.changed_by = True, by
    organisation.save(update_fields=["is_active", "changed_by"])
    _end_sessions_in(organisation, but=by, at=at)


def _end_sessions_in(organisation: Organisation, *, but: User, at: datetime) -> None:
    theirs = Session.objects.filter(
        user__memberships__group__role_group__organisation=organisation, ended_at=None
    )
    theirs.exclude(user=but).update(ended_at=at, ended=Session.Ended.ROLE, data={})


def _changed_meanwhile(organisation: Organisation) -> Objection:
    text = _(
        "%(who)s changed this organisation while you were writing: it is now “%(name)s”, "
        "%(state)s. Yours is below. Save again if it should take the place of theirs."
    )
    if organisation.authorities:
        text = _(
            "%(who)s changed this organisation while you were writing: it is now “%(name)s”, "
            "%(state)s, and as an authority: %(authority)s. Yours is below. Save again if it "
            "should take the place of theirs."
        )
    told = {
        "who": organisation.changed_by or _("Somebody"),
        "name": organisation.name,
        "state": _("open") if organisation.is_active else _("closed"),
        "authority": organisation.authority_label or _("None of these"),
    }
    return Objection(text % told, code="changed")


# Two administrators who close each other at once must not both succeed.
_ADMINISTRATORS = UUID("00000000-0000-4000-8000-000000000002")


def _is_last_administrator(user: User) -> bool:
    lock(_ADMINISTRATORS)
    if Role.ADMINISTRATOR not in user.roles:
        return False
    return not administrators().exclude(pk=user.pk).exists()


def administrators() -> QuerySet[User]:
    """Everybody who administers now."""
    return User.objects.filter(
        memberships__group__role_group__role=Role.ADMINISTRATOR,
        memberships__group__role_group__organisation__is_active=True,
        is_active=True,
    ).distinct()


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
    """Opens a closed account again, with nothing: its old tokens stay revoked, and its roles have
    to be asked for and confirmed anew."""
    if not user.is_active:
        ended, _by_model = user.memberships.all().delete()
        detail(roles_ended=ended)
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
