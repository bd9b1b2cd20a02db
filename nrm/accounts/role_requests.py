"""Opening accounts and closed organisations, and giving roles: one administrator asks, another one
confirms or declines. Each is an event. Nobody lets anybody see cases alone, whatever the role: who
could make administrators alone could make the second one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.tokens import default_token_generator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from nrm.accounts import notices, rules
from nrm.accounts.actions import administrators, end_sessions_of, open_again
from nrm.accounts.models import Membership, Organisation, RoleGroup, RoleRequest, Session, User
from nrm.accounts.rights import ADMINISTER
from nrm.actions import Forbidden, Objection, action, also, detail, lock, refuse_if

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none is mistaken for another
WAITS_FOR = timedelta(days=14)  # what nobody confirmed in this time is asked for again

# Confirmed one after the other, so that each is judged by what the one before it gave.
_CONFIRMING = UUID("00000000-0000-4000-8000-000000000003")
_WAITING, _CONFIRMED = RoleRequest.State.WAITING, RoleRequest.State.CONFIRMED


class MayConfirm:
    """Held by administrators for what another one asked for, and never for a role of their own."""

    code = "confirm_role"

    def check(self, actor: Any, subject: Any) -> None:
        ADMINISTER.check(actor, None)
        if actor.pk in (subject.asked_by_id, subject.user_id):
            raise Forbidden(self.code)
        if subject.opens_organisation and _works_in(actor, subject.organisation):
            raise Forbidden(self.code)

    def held_by(self, actor: User, subject: RoleRequest) -> bool:
        try:
            self.check(actor, subject)
        except Forbidden:
            return False
        return True


CONFIRM_ROLE = MayConfirm()


def _works_in(user: User, organisation: Organisation) -> bool:
    """Whether they have a role there, closed or open."""
    return user.memberships.filter(group__role_group__organisation=organisation).exists()


# Reading -----------------------------------------------------------------------------------------
def all_requests() -> QuerySet[RoleRequest]:
    """Every request with whom and what it is about."""
    return RoleRequest.objects.select_related("user", "organisation", "asked_by", "decided_by")


def waiting(*, at: datetime) -> QuerySet[RoleRequest]:
    """What can still be confirmed, the newest first."""
    return all_requests().filter(state=_WAITING, asked_at__gt=at - WAITS_FOR)


def welcome_path(row: RoleRequest, *, reader: User) -> str | None:
    """The path by which the owner of the new account chooses a password. Only who confirmed it gets
    it, and so never who asked; None once it has been used: what is repeated later is no way into an
    account that has an owner."""
    user = row.user
    if user is None or not row.opens_account or row.state != _CONFIRMED:
        return None
    if row.decided_by_id != reader.pk or not user.is_active or user.has_usable_password():
        return None
    return path_to_begin(user)


def welcome_code(row: RoleRequest, *, reader: User) -> str | None:
    """What the owner of the new account needs besides the link. Only who asked gets it, and so
    never who has the link: neither of the two can become the person alone. None once it has been
    used."""
    user = row.user
    if user is None or not row.opens_account or row.state != _CONFIRMED:
        return None
    if row.asked_by_id != reader.pk or not user.is_active or user.has_usable_password():
        return None
    return _code(row)


def is_welcome(user: User, code: str) -> bool:
    """Whether this is the code of a new account. One that nobody asked for, of the first
    administrators, has none."""
    row = needs_code(user)
    said = "".join(code.upper().split()).replace("-", "")
    return row is None or constant_time_compare(said, _code(row).replace("-", ""))


def needs_code(user: User) -> RoleRequest | None:
    """The request by which the account was opened."""
    return RoleRequest.objects.filter(user=user, state=_CONFIRMED).exclude(email="").first()


def _code(row: RoleRequest) -> str:
    # Derived, so that it is nowhere kept: eight letters that are not mistaken for each other.
    drawn = salted_hmac("nrm.welcome", row.pk.hex, algorithm="sha256").digest()
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn[:8])
    return f"{letters[:4]}-{letters[4:]}"


def path_to_begin(user: User) -> str:
    """The path of the page on which the owner of an account without a password chooses one."""
    values = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    return reverse("welcome", kwargs=values)


# Asking ------------------------------------------------------------------------------------------
@action("account.asked", right=ADMINISTER)
def ask_for_account(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    email: str,
    display_name: str,
    role: str,
    key: UUID | None = None,
) -> RoleRequest:
    """Asks for an account with its first role; refused as giving it would be. The other
    administrators are told. `key` names the submission: sent twice, it asks once."""
    said = {"email": email.lower(), "display_name": display_name.strip()}
    return _ask(RoleRequest(organisation=organisation, role=role, **said), actor, at=at, key=key)


@action("role.asked", right=ADMINISTER)
def ask_for_role(
    user: User,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    role: str,
    key: UUID | None = None,
) -> RoleRequest:
    """Asks for a role for somebody who has an account; otherwise as ask_for_account()."""
    return _ask(RoleRequest(user=user, organisation=organisation, role=role), actor, at=at, key=key)


@action("organisation.opening_asked", right=ADMINISTER)
def ask_to_open(
    organisation: Organisation, *, actor: User, at: datetime, key: UUID | None = None
) -> RoleRequest:
    """Asks for a closed organisation to be opened, in which every role gives again what it gave.
    Refused where it is open, or the actor has a role in it; otherwise as ask_for_account()."""
    organisation.refresh_from_db()
    return _ask(RoleRequest(organisation=organisation, role=""), actor, at=at, key=key)


def _ask(row: RoleRequest, actor: User, *, at: datetime, key: UUID | None) -> RoleRequest:
    row.id = key or uuid4()
    lock(row.id)
    if earlier := all_requests().filter(pk=row.id, asked_by=actor).first():
        detail(repeated=True)
        return earlier
    objections = list(_objections(row, actor))
    alike = {"user": row.user, "email": row.email, "organisation": row.organisation}
    if waiting(at=at).filter(role=row.role, **alike).exists():
        objections.append(
            Objection(_("This is asked for already. Another administrator confirms it."), "role")
        )
    refuse_if(objections)
    row.asked_by, row.asked_at = actor, at
    row.save(force_insert=True)
    detail(**_codes(row))
    others = [actor.pk, *([row.user.pk] if row.user else [])]
    notices.tell(administrators().exclude(pk__in=others), "role_asked", at=at)
    return row


def _objections(row: RoleRequest, actor: User) -> Iterator[Objection]:
    organisation = row.organisation
    if row.opens_organisation:
        yield from rules.objections_to_opening(
            is_open=organisation.is_active, own=_works_in(actor, organisation)
        )
        return
    yield from rules.objections_to_role(
        role=row.role, kind=organisation.kind, organisation_active=organisation.is_active
    )
    if row.user is None:
        if User.objects.filter(email__iexact=row.email).exists():
            yield Objection(
                _("An account with this e-mail address is already here."), field="email"
            )
        return
    memberships = row.user.memberships.select_related("group__role_group")
    held = [(m.group.role_group.organisation_id, m.role) for m in memberships]
    yield from rules.objections_to_giving(
        own=row.user == actor, role=row.role, held=frozenset(role for _where, role in held)
    )
    if (organisation.pk, row.role) in held:
        yield Objection(_("This account has this role already."), field="role")


def _codes(row: RoleRequest) -> dict[str, str]:
    if row.opens_organisation:
        return {"organisation": str(row.organisation_id)}
    codes = {"role": row.role, "organisation": str(row.organisation_id)}
    return {**codes, "user": str(row.user_id)} if row.user_id else codes


# Deciding ----------------------------------------------------------------------------------------
@action("role_request.confirmed", right=CONFIRM_ROLE)
def confirm_request(row: RoleRequest, *, actor: User, at: datetime) -> RoleRequest:
    """Opens the account or the organisation, or gives the role, that another administrator asked
    for; both who asked and who now holds the role are told. Refused where it has been decided on,
    is too old, or could not be asked for any more. Repeated by who confirmed it, it changes
    nothing."""
    lock(_CONFIRMING)
    row.refresh_from_db()
    row.organisation.refresh_from_db()
    if row.state == _CONFIRMED and row.decided_by_id == actor.pk:
        detail(repeated=True)
        return row
    refuse_if(
        rules.objections_to_deciding(
            decided=row.state != _WAITING,
            expired=row.asked_at <= at - WAITS_FOR,
            asker_left=not ADMINISTER.held_by(row.asked_by),
        )
    )
    refuse_if(_objections(row, actor))
    if row.opens_organisation:
        open_again(row.organisation, by=actor, at=at)
        _decide(row, _CONFIRMED, actor, at=at)
        also("organisation.changed", row.organisation, is_active=True)
        notices.tell([row.asked_by], "role_confirmed", at=at)
        return row
    user = row.user or _opened(row)
    Membership.objects.create(user=user, group=RoleGroup.of(row.organisation, row.role))
    end_sessions_of(user, at=at, ended=Session.Ended.ROLE)
    opened = row.user is None
    row.user = user
    _decide(row, _CONFIRMED, actor, at=at)
    also("account.added" if opened else "role.given", user, **_codes(row))
    if not opened:
        notices.tell([user], "role_given", at=at)
    notices.tell([row.asked_by], "role_confirmed", at=at)
    return row


def _opened(row: RoleRequest) -> User:
    """The account, without a password until its owner chooses one."""
    user = User(email=row.email, display_name=row.display_name)
    user.set_unusable_password()
    user.save()
    return user


@action("role_request.declined", right=ADMINISTER)
def decline_request(row: RoleRequest, *, actor: User, at: datetime) -> RoleRequest:
    """Declines what another administrator asked for, who is told, or takes back what one asked for
    oneself. Repeated, it changes nothing; refused where it has been confirmed."""
    lock(_CONFIRMING)
    row.refresh_from_db()
    if row.state == RoleRequest.State.DECLINED:
        detail(repeated=True)
        return row
    refuse_if(
        rules.objections_to_deciding(decided=row.state != _WAITING, expired=False, asker_left=False)
    )
    _decide(row, RoleRequest.State.DECLINED, actor, at=at)
    if row.asked_by_id != actor.pk:
        notices.tell([row.asked_by], "role_declined", at=at)
    return row


def _decide(row: RoleRequest, state: str, actor: User, *, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, actor, at
    row.save(update_fields=["user", "state", "decided_by", "decided_at"])
    detail(**_codes(row))
