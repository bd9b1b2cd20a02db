"""Whether and how the person co-operates with police and courts, as they decide it: recorded, and
never a condition of anything."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class CooperationAnswer(models.TextChoices):
    AGREED = "agreed", _("They co-operate")
    TIME = "time", _("They want time to think")
    DECLINED = "declined", _("They do not want to")


class Cooperation(OfCase):
    """One answer; the newest counts. Never changed, but taken back."""

    answer = models.CharField(max_length=10, choices=CooperationAnswer)
    ways = models.JSONField(default=list, help_text="How they co-operate: codes of the profile.")
    said_on = models.DateField()
    explained_by = models.CharField(max_length=40, help_text="As a referral asks it; no name.")
    language = models.CharField(max_length=10, help_text="ISO 639: what was spoken.")
    interpreter = models.CharField(max_length=20, help_text="As a referral asks it.")
    told_free = models.BooleanField(help_text="They were told that help does not depend on it.")
    words = models.BinaryField(null=True, help_text="What they want, under the person's key.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-recorded_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-recorded_at", "-id"], name="cooperation_of_case"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(told_free=True), name="asked_when_told_that_help_is_free"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(answer="agreed"),
                name="taken_back_where_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"Cooperation {self.id}"
