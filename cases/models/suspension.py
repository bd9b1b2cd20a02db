"""A case that is held for a while, for a coded reason that is looked at again on a set day."""

from django.db import models
from django.db.models import Q

from cases.models.case import OfCase
from nrm.accounts.models import User


class Suspension(OfCase):
    """`stage_before` is where the case goes on. `pauses` are the ids of the pauses of clocks that
    it began and that end with it."""

    reason = models.CharField(max_length=40, help_text="Suspension reason of the profile.")
    note = models.BinaryField(null=True, help_text="Under the person's key.")
    review_on = models.DateField()
    stage_before = models.CharField(max_length=40)
    pauses = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="suspended_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason
