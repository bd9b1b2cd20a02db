"""Somebody else whom the person named, to be told in their place or beside them: who it is, by
which ways, of what, and the permission that the person gave for exactly this."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class ToldOf(models.TextChoices):
    DECISIONS = "decisions", _("Decisions about the person")
    LETTERS = "letters", _("Other letters to the person")
    APPOINTMENTS = "appointments", _("Days and places of appointments")
    WELFARE = "welfare", _("That the person is well, or has to be reached")


class Nominee(OfCase):
    """One permission; the newest that has not ended counts. Never changed, but ended: withdrawn by
    the person, or followed by another."""

    told = models.BinaryField(
        help_text="Who it is and how they are reached, as JSON under the person's key."
    )
    ways = models.JSONField(default=list, help_text="Of the safe-contact card: call, post, ...")
    about = models.JSONField(default=list, help_text="Of what they are told.")
    given_on = models.DateField()
    method = models.CharField(max_length=20, help_text="How the person said it: of the profile.")
    language = models.CharField(max_length=10, help_text="ISO 639: what was spoken.")
    interpreter = models.CharField(max_length=20, help_text="As a referral asks it.")
    ends_on = models.DateField(null=True, help_text="The last day on which it holds, where said.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-recorded_at", "-id"], name="nominee_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_nominee_counts"
            )
        ]

    def __str__(self) -> str:
        return f"Nominee {self.id}"
