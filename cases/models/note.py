"""Notes: append-only, under the person's key."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class Note(OfCase):
    text = models.BinaryField(help_text="Under the person's key.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"Note {self.id}"
