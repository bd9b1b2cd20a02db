"""Something done with several cases at once, and what came of each."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from nrm.accounts.models import User


class Batch(models.Model):
    class What(models.TextChoices):
        ASSIGN = "assign", _("Give to a caseworker")
        REMIND = "remind", _("Remind the caseworker")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    what = models.CharField(max_length=10, choices=What)
    caseworker = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The same submission twice gives the same batch.
    submission_key = models.UUIDField(unique=True)
    # In the order in which the cases were sent: {"reference", "done", "why": [sentence, …]}.
    results = models.JSONField(default=list)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.what}: {len(self.results)}"
