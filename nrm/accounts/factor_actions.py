"""Setting up, using, taking away and resetting second factors. Each is an event.

What is one's own is done to oneself alone: no action here takes the id of somebody else, but the
administrator's reset.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from nrm.accounts import factors, notices
from nrm.accounts.actions import administrators, end_sessions_of
from nrm.accounts.models import SYSTEM_ID, Factor, RecoveryCode, Session, User
from nrm.accounts.rights import ADMINISTER, OWN_ACCOUNT
from nrm.accounts.sealing import box
from nrm.actions import Forbidden, Objection, action, detail, lock, refuse_if

MOST = 10  # factors of one user
BEGUN_FOR = timedelta(hours=1)  # a secret that was shown and not confirmed is then made anew
# After so many wrong codes in a row nothing is looked at for a while, and each time for longer.
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=24)


class Outcome(StrEnum):
    RIGHT = "right"
    HANDED = "handed"  # a code from an administrator, which leads to setting up a factor
    WRONG = "wrong"
    WAIT = "wait"  # too many were wrong: it was not looked at


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try, and until when no further one is looked at."""

    outcome: Outcome
    until: datetime | None = None

    @property
    def is_right(self) -> bool:
        return self.outcome in (Outcome.RIGHT, Outcome.HANDED)


# Reading -----------------------------------------------------------------------------------------
def factors_of(user: User) -> list[Factor]:
    """The factors that the user has set up. One query."""
    return list(Factor.objects.filter(user=user).exclude(confirmed_at=None))


def passkeys_of(user: User) -> list[Factor]:
    """Those of them that are passkeys. One query."""
    found = Factor.objects.filter(user=user, kind=Factor.Kind.PASSKEY)
    return list(found.exclude(confirmed_at=None))


def codes_left(user: User) -> int:
    """How many recovery codes still work. One query."""
    return RecoveryCode.objects.filter(user=user, used_at=None, expires_at=None).count()


def secret_of(factor: Factor) -> bytes | None:
    """The secret of an app; None where it no longer opens, and only a new one helps."""
    sealed = bytes(factor.secret or b"")
    return box().open(factor.user_id, sealed, column="secret", row=factor.pk)


def app_begun(user: User, *, at: datetime) -> tuple[Factor, bytes] | None:
    """The app that is being set up and its secret, while it is fresh."""
    row = Factor.objects.filter(
        user=user, kind=Factor.Kind.APP, confirmed_at=None, made_at__gt=at - BEGUN_FOR
    ).first()
    secret = secret_of(row) if row else None
    return (row, secret) if row and secret else None


# Proving -----------------------------------------------------------------------------------------
@action("factor.code_tried", right=OWN_ACCOUNT)
def try_code(user: User, *, actor: User, at: datetime, code: str) -> Tried:
    """Looks at a code of an app, or a recovery code. A right one is used up; wrong ones are counted
    here and not in the cache, so that nothing that fails lets anybody guess on."""
    return _counted(user, at=at, code=code)


def _counted(user: User, *, at: datetime, code: str, begun: Factor | None = None) -> Tried:
    lock(user.pk)
    user.refresh_from_db(fields=["wrong_codes", "codes_wait_until"])
    if user.codes_wait_until and at < user.codes_wait_until:
        detail(outcome=Outcome.WAIT.value)
        return Tried(Outcome.WAIT, user.codes_wait_until)
    digits = factors.digits_of(code)
    outcome = Outcome.WRONG
    if begun is not None or factors.is_app_code(digits):
        rows = [begun] if begun else [f for f in factors_of(user) if f.kind == Factor.Kind.APP]
        outcome = _by_app(rows, digits, at=at)
    elif digits:
        outcome = _by_recovery_code(user, digits, at=at)
    detail(outcome=outcome.value)
    return _noted(user, outcome, at=at)


def _by_app(rows: list[Factor], digits: str, *, at: datetime) -> Outcome:
    for row in rows:
        secret = secret_of(row)
        if secret is None:
            continue
        step = factors.step_of(secret, digits, at=at, after=row.last_step)
        if step is not None:
            row.last_step, row.used_at = step, at
            row.save(update_fields=["last_step", "used_at"])
            detail(factor=str(row.pk))
            return Outcome.RIGHT
    return Outcome.WRONG


def _by_recovery_code(user: User, digits: str, *, at: datetime) -> Outcome:
    row = RecoveryCode.objects.filter(
        user=user, digest=factors.digest(user.pk, digits), used_at=None
    ).first()
    if row is None or (row.expires_at and row.expires_at <= at):
        return Outcome.WRONG
    row.used_at = at
    row.save(update_fields=["used_at"])
    notices.tell([user], "recovery_code_used", at=at)
    return Outcome.HANDED if row.expires_at else Outcome.RIGHT


def _noted(user: User, outcome: Outcome, *, at: datetime) -> Tried:
    if outcome != Outcome.WRONG:
        user.wrong_codes, user.codes_wait_until = 0, None
        user.save(update_fields=["wrong_codes", "codes_wait_until"])
        return Tried(outcome)
    user.wrong_codes = min(user.wrong_codes + 1, 30_000)
    if user.wrong_codes % TRIES == 0:
        times = min(user.wrong_codes // TRIES - 1, 10)
        user.codes_wait_until = at + min(FIRST_WAIT * 2**times, LONGEST_WAIT)
        # Whoever guesses codes knows the password: its owner should hear of it.
        notices.tell([user], "codes_guessed", at=at)
    user.save(update_fields=["wrong_codes", "codes_wait_until"])
    return Tried(outcome, user.codes_wait_until)


@action("factor.passkey_tried", right=OWN_ACCOUNT)
def try_passkey(
    user: User, *, actor: User, at: datetime, host: str, origin: str, state: Any, answer: str
) -> Tried:
    """Looks at what a passkey answered. One that counts backwards is a copy, and proves nothing."""
    rows = passkeys_of(user)
    keys = [row.public_key for row in rows]
    try:
        used, counter = factors.finish_asking(host, origin, state=state, answer=answer, keys=keys)
    except factors.NotAPasskey:
        detail(outcome=Outcome.WRONG.value)
        return Tried(Outcome.WRONG)
    row = next(each for each in rows if each.credential_id == used)
    fresh = Factor.objects.filter(pk=row.pk)
    if counter or row.uses:
        fresh = fresh.filter(uses__lt=counter)
    moved = fresh.update(uses=counter, used_at=at)
    outcome = Outcome.RIGHT if moved else Outcome.WRONG
    detail(outcome=outcome.value, factor=str(row.pk))
    return Tried(outcome)


@action("account.password_tried", right=OWN_ACCOUNT)
def try_password(user: User, *, actor: User, at: datetime, password: str) -> Tried:
    """Looks at the password again, for a demonstration's person who has no factor. Counted as codes
    are."""
    lock(user.pk)
    user.refresh_from_db(fields=["password", "wrong_codes", "codes_wait_until"])
    if user.codes_wait_until and at < user.codes_wait_until:
        detail(outcome=Outcome.WAIT.value)
        return Tried(Outcome.WAIT, user.codes_wait_until)
    outcome = Outcome.RIGHT if user.check_password(password) else Outcome.WRONG
    detail(outcome=outcome.value)
    return _noted(user, outcome, at=at)


# Setting up --------------------------------------------------------------------------------------
def _objections_to_another(user: User) -> list[Objection]:
    if Factor.objects.filter(user=user).exclude(confirmed_at=None).count() < MOST:
        return []
    return [Objection(_("You have as many as there can be. Remove one first."))]


@action("factor.begun", right=OWN_ACCOUNT)
def begin_app(user: User, *, actor: User, at: datetime) -> Factor:
    """Makes the secret of a new app. It counts for nothing until a code of it was typed."""
    refuse_if(_objections_to_another(user))
    Factor.objects.filter(user=user, kind=Factor.Kind.APP, confirmed_at=None).delete()
    row = uuid4()
    secret = box().seal(user.pk, factors.new_secret(), column="secret", row=row)
    return Factor.objects.create(id=row, user=user, kind=Factor.Kind.APP, secret=secret, made_at=at)


@action("factor.app_tried", right=OWN_ACCOUNT)
def confirm_app(
    user: User, *, actor: User, at: datetime, code: str, session: UUID
) -> tuple[Tried, list[str]]:
    """Whether the code is of the app that is being set up. Where it is, the app counts from now on,
    the user's other sessions end, and, with a first factor, there are recovery codes: they are
    returned, to be shown once."""
    begun = app_begun(user, at=at)
    if begun is None:
        refuse_if([Objection(_("This took too long. Begin again."), code="begin_again")])
        raise AssertionError
    tried = _counted(user, at=at, code=code, begun=begun[0])
    if not tried.is_right:
        return tried, []
    row = begun[0]
    row.confirmed_at, row.label = at, _free_label(user, row)
    row.save(update_fields=["confirmed_at", "label"])
    return tried, _added(user, row, at=at, session=session)


def _free_label(user: User, row: Factor) -> str:
    """ "Passkey", then "Passkey 2", in the language of the one who sets it up."""
    taken = set(Factor.objects.filter(user=user).values_list("label", flat=True))
    kind = str(row.get_kind_display())
    names = (kind if number == 1 else f"{kind} {number}" for number in range(1, MOST + 2))
    return next(name for name in names if name not in taken)


def _added(user: User, row: Factor, *, at: datetime, session: UUID) -> list[str]:
    detail(factor=str(row.pk), kind=row.kind)
    first = Factor.objects.filter(user=user).exclude(confirmed_at=None).count() == 1
    # What an administrator handed over has done what it was for.
    RecoveryCode.objects.filter(user=user).exclude(expires_at=None).delete()
    _changed(user, "factor_added", at=at, session=session)
    return _new_codes(user, at=at) if first else []


def _changed(user: User, kind: str, *, at: datetime, session: UUID) -> None:
    """What follows from any change of factors: the other sessions end, and their owner is told."""
    ended = end_sessions_of(user, at=at, ended=Session.Ended.FACTOR, but=session)
    detail(sessions_ended=ended)
    notices.tell([user], kind, at=at)


def _new_codes(user: User, *, at: datetime) -> list[str]:
    codes = [factors.new_code() for _number in range(factors.HOW_MANY)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(_kept(user, code, at=at) for code in codes)
    return codes


def _kept(
    user: User, code: str, *, at: datetime, expires_at: datetime | None = None
) -> RecoveryCode:
    digest = factors.digest(user.pk, factors.digits_of(code))
    return RecoveryCode(user=user, digest=digest, made_at=at, expires_at=expires_at)


@action("factor.added", right=OWN_ACCOUNT)
def add_passkey(
    user: User,
    *,
    actor: User,
    at: datetime,
    host: str,
    origin: str,
    state: Any,
    answer: str,
    session: UUID,
) -> list[str]:
    """Adds the passkey that answered what was asked. Returns recovery codes where it is the first
    factor; refused where the answer proves nothing, or the passkey is there already."""
    lock(user.pk)
    refuse_if(_objections_to_another(user))
    refusal = Objection(_("The passkey was not added. Try again."), code="passkey")
    try:
        found = factors.finish_adding(host, origin, state=state, answer=answer)
    except factors.NotAPasskey:
        refuse_if([refusal])
        raise AssertionError from None
    credential_id, public_key, uses = found
    if len(credential_id) > 1400 or Factor.objects.filter(credential_id=credential_id).exists():
        refuse_if([refusal])
    row = Factor(
        user=user,
        kind=Factor.Kind.PASSKEY,
        credential_id=credential_id,
        public_key=public_key,
        uses=uses,
        made_at=at,
        confirmed_at=at,
    )
    row.label = _free_label(user, row)
    row.save(force_insert=True)
    return _added(user, row, at=at, session=session)


@action("recovery_codes.made", right=OWN_ACCOUNT)
def make_codes(user: User, *, actor: User, at: datetime, session: UUID) -> list[str]:
    """New recovery codes, shown once; those from before no longer work."""
    lock(user.pk)
    if not factors_of(user):
        refuse_if([Objection(_("Set up an app or a passkey first."))])
    codes = _new_codes(user, at=at)
    _changed(user, "recovery_codes_made", at=at, session=session)
    return codes


@action("factor.removed", right=OWN_ACCOUNT)
def remove_factor(user: User, *, actor: User, at: datetime, factor: Factor, session: UUID) -> User:
    """Takes one of the user's own factors away; refused for the last one."""
    lock(user.pk)
    if factor.user_id != user.pk:
        raise Forbidden("own_account")
    if len(factors_of(user)) < 2:
        refuse_if([Objection(_("This is your last one. Add another one first."), code="last")])
    detail(factor=str(factor.pk), kind=factor.kind)
    factor.delete()
    _changed(user, "factor_removed", at=at, session=session)
    return user


# Passwords ---------------------------------------------------------------------------------------
@action("account.password_changed", right=OWN_ACCOUNT)
def change_password(user: User, *, actor: User, at: datetime, password: str, session: UUID) -> User:
    """Takes a new password, which a form has judged; the user's other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    detail(sessions_ended=end_sessions_of(user, at=at, ended="password", but=session))
    notices.tell([user], "password_changed", at=at)
    return user


# Somebody who has lost theirs --------------------------------------------------------------------
class MayReset:
    """Held by administrators, never for themselves, and by the system: an operator at the machine,
    for when no administrator can sign in."""

    code = "reset_factor"

    def check(self, actor: Any, subject: Any) -> None:
        if actor.pk == SYSTEM_ID:
            return
        ADMINISTER.check(actor, None)
        if subject.pk == actor.pk:
            raise Forbidden(self.code)


RESET_FACTOR = MayReset()


@action("factor.reset", right=RESET_FACTOR)
def reset_factors(user: User, *, actor: User, at: datetime) -> str:
    """Takes all factors of somebody away who lost theirs, ends their sessions, and returns a code
    to hand to them: with it and their password, within a day, they set up a new one. Whoever has
    only the password, or only the code, gets nowhere. The person and every other administrator are
    told."""
    lock(user.pk)
    Factor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    code = factors.new_code()
    _kept(user, code, at=at, expires_at=at + factors.HANDED_FOR).save(force_insert=True)
    user.wrong_codes, user.codes_wait_until = 0, None
    user.save(update_fields=["wrong_codes", "codes_wait_until"])
    detail(sessions_ended=end_sessions_of(user, at=at, ended=Session.Ended.FACTOR))
    notices.tell([user], "factor_reset", at=at)
    others = administrators().exclude(pk__in=[user.pk, actor.pk])
    notices.tell(others, "somebodys_factor_reset", at=at)
    return code
