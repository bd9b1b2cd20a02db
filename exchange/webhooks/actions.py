"""Subscribing a system of an organisation to events: one administrator asks, another one confirms.
Either pauses, goes on, changes the secret or ends it, each with an event of its own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from exchange.models import Delivery, Subscription
from exchange.webhooks import secrets
from exchange.webhooks.events import BY_CODE, PING
from exchange.webhooks.rules import objections_to_address
from nrm.accounts import notices
from nrm.accounts.actions import administrators
from nrm.accounts.models import Organisation, User
from nrm.accounts.rights import ADMINISTER
from nrm.actions import Forbidden, Objection, action, detail, lock, refuse_if

State = Subscription.State
RUNNING = (State.ACTIVE, State.PAUSED)
BOTH_SIGN = timedelta(hours=24)  # how long the secret before a new one signs too
MOST_OF_ONE = 20  # subscriptions of one organisation that run or wait


class MayConfirm:
    """Held by administrators for what another one asked for."""

    code = "confirm_webhook"

    def check(self, actor: Any, subject: Any) -> None:
        ADMINISTER.check(actor, None)
        if actor.pk == subject.asked_by_id:
            raise Forbidden(self.code)

    def held_by(self, actor: Any, subject: Subscription) -> bool:
        return ADMINISTER.held_by(actor) and actor.pk != subject.asked_by_id


CONFIRM_WEBHOOK = MayConfirm()


@action("webhook.asked", right=ADMINISTER)
def ask_for_webhook(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    url: str,
    events: list[str],
    key: UUID | None = None,
) -> Subscription:
    """Asks for events to be sent to an address; the other administrators are told, and nothing is
    sent before one of them has confirmed it. The secret is read once with `secret_to_show`. `key`
    names the submission: sent twice, it asks once, and the secret is not shown again."""
    row_id = key or uuid4()
    lock(row_id)
    if earlier := Subscription.objects.filter(pk=row_id, asked_by=actor).first():
        detail(repeated=True)
        return earlier
    refuse_if([*_objections(organisation, url, events)])
    secret, sealed = secrets.new_secret(row_id)
    row = Subscription.objects.create(
        id=row_id,
        organisation=organisation,
        url=url,
        events=[code for code in BY_CODE if code in events],
        secret=sealed,
        asked_by=actor,
        asked_at=at,
    )
    row.secret_to_show = secret  # type: ignore[attr-defined]
    detail(organisation=str(organisation.pk), events=row.events)
    notices.tell(administrators().exclude(pk=actor.pk), "webhook_asked", at=at)
    return row


def _objections(organisation: Organisation, url: str, events: list[str]) -> list[Objection]:
    found = list(objections_to_address(url, inside=settings.WEBHOOKS_INSIDE))
    if not events or not set(events) <= set(BY_CODE):
        found.append(Objection(_("Select the events to be told of"), "events"))
    if not organisation.is_active:
        found.append(Objection(_("This organisation is closed."), "organisation"))
    if not secrets.are_set():
        text = _("Webhooks are not set up here: whoever runs this service sets NRM_WEBHOOK_KEYS.")
        found.append(Objection(text))
    theirs = Subscription.objects.filter(organisation=organisation).exclude(
        state__in=(State.DECLINED, State.ENDED)
    )
    if theirs.filter(url=url).exists():
        text = _("This organisation is told at this address already, or it waits to be confirmed.")
        found.append(Objection(text, "url"))
    elif theirs.count() >= MOST_OF_ONE:
        found.append(Objection(_("This organisation has as many webhooks as it may have.")))
    return found


def _move(row: Subscription, *allowed: str) -> None:
    """Reads the row again, under its lock, and refuses where it is not in one of these states."""
    lock(row.pk)
    row.refresh_from_db()
    if row.state not in allowed:
        text = _("A colleague has changed this meanwhile: it is now “%(state)s”.")
        refuse_if([Objection(text % {"state": row.get_state_display()}, code="state")])


def _to(row: Subscription, state: str) -> Subscription:
    row.state = state
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


@action("webhook.confirmed", right=CONFIRM_WEBHOOK)
def confirm_webhook(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """From now on events are sent. Refused where it does not wait, or what it needs is gone."""
    _move(row, State.WAITING)
    refuse_if(objections_to_address(row.url, inside=settings.WEBHOOKS_INSIDE))
    if not ADMINISTER.held_by(row.asked_by):
        refuse_if([Objection(_("Who asked for this is no administrator any more."))])
    row.decided_by, row.decided_at = actor, at
    detail(organisation=str(row.organisation_id), events=row.events)
    notices.tell([row.asked_by], "webhook_confirmed", at=at)
    return _to(row, State.ACTIVE)


@action("webhook.declined", right=ADMINISTER)
def decline_webhook(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """Declines what a colleague asked for, or takes back what one asked for oneself."""
    _move(row, State.WAITING)
    row.decided_by, row.decided_at = actor, at
    return _to(row, State.DECLINED)


@action("webhook.paused", right=ADMINISTER)
def pause_webhook(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """Nothing more is taken to be sent until it goes on; what happens meanwhile waits, for 30 days
    at most."""
    _move(row, State.ACTIVE)
    return _to(row, State.PAUSED)


@action("webhook.resumed", right=ADMINISTER)
def resume_webhook(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """What waited is sent, and what happens from now on."""
    _move(row, State.PAUSED)
    return _to(row, State.ACTIVE)


@action("webhook.ended", right=ADMINISTER)
def end_webhook(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """Ends it for good: nothing more is taken to be sent, what waited neither. What is on its way
    at this moment arrives."""
    _move(row, *RUNNING)
    Delivery.objects.filter(subscription=row).exclude(next_try_at=None).update(
        next_try_at=None, withheld_at=at
    )
    return _to(row, State.ENDED)


@action("webhook.secret_changed", right=ADMINISTER)
def change_secret(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """Makes a new secret, read once with `secret_to_show`. The one before signs too for a day, so
    that the receiver has time to change."""
    _move(row, *RUNNING)
    secret, sealed = secrets.new_secret(row.pk)
    row.secret_before, row.before_until = row.secret, at + BOTH_SIGN
    row.secret = sealed
    row.save(update_fields=["secret", "secret_before", "before_until"])
    row.secret_to_show = secret  # type: ignore[attr-defined]
    return row


@action("webhook.tried", right=ADMINISTER)
def send_trial(row: Subscription, *, actor: User, at: datetime) -> Subscription:
    """Queues an event that is about no case, to see that the address answers."""
    _move(row, State.ACTIVE)
    Delivery.objects.create(subscription=row, event=PING, at=at, next_try_at=at)
    return row


@action("webhook.repeated", right=ADMINISTER)
def repeat_delivery(
    row: Subscription, *, actor: User, at: datetime, delivery: UUID
) -> Subscription:
    """Sends one delivery again, under its own id, as if it had not been tried. Refused where it
    waits already, or was held back because the organisation does not see the case."""
    _move(row, *RUNNING)
    found = Delivery.objects.filter(subscription=row, pk=delivery).first()
    if found is None or not found.can_repeat:
        refuse_if([Objection(_("This delivery waits already, or is not sent any more."))])
        raise AssertionError
    found.tries, found.next_try_at = 0, at
    found.sent_at = found.given_up_at = None
    found.save(update_fields=["tries", "next_try_at", "sent_at", "given_up_at"])
    detail(delivery=str(found.pk))
    return row
