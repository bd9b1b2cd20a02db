"""To whom packs go and from whom they come, what was sent, and what was taken in."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Bundle
from cases.models.case import OfCase
from nrm.accounts.models import Organisation, User


class Correspondent(models.Model):
    """The public key of another installation, as that of an organisation. One administrator enters
    it, and another one confirms it with the fingerprint that they were told by voice. A key never
    changes: for another one there is another row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be confirmed")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    # A sender knows this installation, and none of its organisations: who of them takes in what
    # this key signs is said here. None: every one that refers.
    opened_by = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="active"), name="one_correspondent_a_key"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="active"), name="one_key_a_correspondent"
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
                name="a_key_is_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Correspondent {self.id}"


class SentPack(OfCase):
    """A case, or parts of it, sealed to a correspondent. What was shared, on which consent, and
    until when stands in its bundle, which is recalled as any other."""

    bundle = models.OneToOneField(Bundle, on_delete=models.CASCADE, related_name="pack")
    correspondent = models.ForeignKey(Correspondent, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField(help_text="What was said, as JSON, under the person's key.")
    digest = models.CharField(max_length=64, help_text="Of what is signed; a receipt names it.")
    sealed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    # What the other side has said in a receipt.
    taken_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True, help_text="When they took in the recall.")

    class Meta:
        ordering = ["-sealed_at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Pack {self.id}"


class ReceivedPack(OfCase):
    """What came in a pack beside the referral that it became: findings, decisions and clocks of
    the other authority. Theirs, to be read; never taken as ours. A pack of a sender is taken in
    once; another sender who knows its number is in nobody's way."""

    correspondent = models.ForeignKey(Correspondent, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="That of the correspondent, who can have another key by now.",
    )
    number = models.UUIDField(help_text="The id of the pack, as its sender knows it.")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField(help_text="What was said, as JSON, under the person's key.")
    digest = models.CharField(max_length=64)
    sealed_to = models.CharField(
        max_length=64,
        help_text="The digest of our key that the newest file of it was sealed to: of the pack, or"
        " of its recall. That key signs the receipt.",
    )
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    recalled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-taken_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sender", "number"], name="a_pack_is_taken_in_once")
        ]

    def __str__(self) -> str:
        return f"Received pack {self.id}"


class RecalledPack(models.Model):
    """The recall of a pack that nobody here has taken in: it is not taken in any more. Says nothing
    of what was in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    correspondent = models.ForeignKey(Correspondent, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.UUIDField()
    digest = models.CharField(max_length=64)
    sealed_to = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recalled_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "number", "organisation"], name="a_pack_is_recalled_once"
            )
        ]

    def __str__(self) -> str:
        return f"Recalled pack {self.id}"
