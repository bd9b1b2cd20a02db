"""That the person left the mechanism, by their own choice."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class Withdrawal(OfCase):
    """What is told of it is under the person's key, as JSON: `heard_by`, who heard it; `wish`, what
    the person wants now."""

    method = models.CharField(max_length=20, help_text="Method of the profile's withdrawal.")
    told_on = models.DateField(help_text="The day on which the person said or wrote it.")
    explained = models.BooleanField(help_text="What ends and what stays open was explained.")
    told = models.BinaryField(help_text="JSON under the person's key.")
    stage_before = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.method
