"""Detention, removal directions and returns: what may take the person away from the protection they
have, and whether somebody has looked at what would wait for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class RemovalKind(models.TextChoices):
    DETENTION = "detention", _("Immigration detention")
    DIRECTIONS = "directions", _("Removal or deportation directions")
    RETURN = "return", _("Return or transfer to another country")


class Risk(models.TextChoices):
    SAFE = "safe", _("Assessed: no danger is known")
    UNCLEAR = "unclear", _("Assessed: it is not clear")
    UNSAFE = "unsafe", _("Assessed: it is not safe")


class RemovalEnd(models.TextChoices):
    RELEASED = "released", _("The person was released")
    CANCELLED = "cancelled", _("Cancelled or put off")
    CARRIED_OUT = "carried_out", _("The person was taken away")


class Removal(OfCase):
    """One of them. Where, and what is known of it, stand in `told` under the person's key."""

    kind = models.CharField(max_length=20, choices=RemovalKind)
    on = models.DateField(null=True, help_text="The day it began or is set for.")
    risk = models.CharField(max_length=20, choices=Risk, blank=True)
    risk_on = models.DateField(null=True, help_text="When that was assessed.")
    ended = models.CharField(max_length=20, choices=RemovalEnd, blank=True)
    ended_on = models.DateField(null=True)
    told = models.BinaryField(help_text="What was said in words, under the person's key.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    submission_key = models.UUIDField(null=True, unique=True)
    # The next moment at which the sweep has something to say; null where it has not.
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-recorded_at", "-id"], name="removal_of_case"),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="removal_to_sweep",
            ),
        ]

    def __str__(self) -> str:
        return f"Removal {self.id}"
