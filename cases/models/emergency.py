"""Emergency access: one person opened one case for some minutes, and another person reads why."""

from django.db import models
from django.db.models import F, Q

from cases.models.case import OfCase
from nrm.accounts.models import User


class EmergencyAccess(OfCase):
    """Somebody without a grant opened the case. The grant is theirs by name and ends by itself."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergency_accesses")
    reason = models.BinaryField(help_text="Under the person's key.")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Where somebody ended it before.")
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    review_due_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    justified = models.BooleanField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        default_permissions = ()
        constraints = [
            # Whoever's access nobody has read yet opens no other case.
            models.UniqueConstraint(
                fields=["person"], condition=Q(reviewed_at=None), name="one_emergency_unreviewed"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("person")),
                name="emergency_read_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="emergency_by_person"),
            models.Index(
                fields=["review_due_on", "id"],
                condition=Q(reviewed_at=None),
                name="emergency_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"Emergency access {self.id}"
