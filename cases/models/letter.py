"""Letters about a case beside those of decisions: what was written, and how it was given."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class Letter(OfCase):
    """A letter as it was when somebody had looked at it. It does not change; when and how it was
    given is added once."""

    code = models.CharField(max_length=40, help_text="A code of the profile.")
    language = models.CharField(max_length=10, help_text="One of the profile's.")
    content = models.BinaryField(help_text="JSON under the person's key.")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    given_on = models.DateField(null=True)
    channel = models.CharField(max_length=20, blank=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["case", "-made_at", "-id"], name="letter_of_case")]

    def __str__(self) -> str:
        return f"Letter {self.id}"
