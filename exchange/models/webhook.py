"""Who is told of events by webhook, under which id they know a case, and what is sent to them."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from exchange.webhooks.events import label_of
from nrm.accounts.models import Organisation, User


class Subscription(models.Model):
    """A system of an organisation that is told of events. One administrator asks for it and another
    one confirms it. Its address and events never change: for others there is another subscription.

    The secret with which a delivery is signed is sealed under a key of web and worker. After a
    change the one before signs too until `before_until`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be confirmed")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text="Codes of exchange.webhooks.events.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    secret = models.BinaryField()
    secret_before = models.BinaryField(null=True)
    before_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "declined", "ended"))
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
                name="a_subscription_is_confirmed_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"Subscription {self.id}"

    @property
    def event_labels(self) -> list[str]:
        """What it is told of, in words."""
        return [label_of(code) for code in self.events]


class Handle(models.Model):
    """The id by which one subscription knows one case. Another subscription has another one, so
    that two systems cannot find out from what they hold that they know of the same person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="handles")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subscription", "case"], name="one_handle_a_case")
        ]

    def __str__(self) -> str:
        return f"Handle {self.id}"


class Delivery(models.Model):
    """One event that is to reach one subscription, written by the database in the transaction of
    the event. Tried until it arrives, is given up, or may not be told any more."""

    class Fault(models.TextChoices):
        ADDRESS = "address", _("The address leads into a network")
        NAME = "name", _("The name was not found")
        CONNECTION = "connection", _("No connection")
        TLS = "tls", _("The certificate does not hold")
        TIMEOUT = "timeout", _("No answer in time")
        REDIRECT = "redirect", _("It points to another address")
        ANSWER = "answer", _("It answered that it failed")
        KEY = "key", _("The secret does not open here")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    handle = models.ForeignKey(Handle, null=True, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=40)
    at = models.DateTimeField(help_text="When the event happened.")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="What was answered last.")
    fault = models.CharField(max_length=12, choices=Fault, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["subscription", "-at", "-id"], name="delivery_of_subscription"),
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(next_try_at__isnull=False),
                name="delivery_to_send",
            ),
            models.Index(fields=["at"], name="delivery_by_time"),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.id}"

    @property
    def label(self) -> str:
        return label_of(self.event)

    @property
    def outcome(self) -> str:
        """What became of it, in words."""
        if self.sent_at:
            return str(_("Arrived"))
        if self.given_up_at:
            return str(_("Given up"))
        if self.withheld_at:
            return str(
                _("Not sent: the webhook ended, or the organisation does not see the case any more")
            )
        return str(_("Tried again") if self.tries else _("Waits"))

    @property
    def can_repeat(self) -> bool:
        return bool(self.sent_at or self.given_up_at)

    @property
    def last_at(self) -> datetime | None:
        """When it came to an end."""
        return self.sent_at or self.given_up_at or self.withheld_at
