"""That a person was told of their rights, by the leaflet of their profile."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class LeafletGiven(OfCase):
    """Once: in which words, which language was spoken, with whose help. Never changed."""

    version = models.CharField(max_length=20, help_text="The version of the profile whose it is.")
    age = models.CharField(max_length=10, help_text="Whom it was written for: adult or child.")
    language = models.CharField(max_length=10, help_text="ISO 639: what was spoken, or read.")
    text_language = models.CharField(max_length=10, help_text="Of the leaflet itself.")
    read_aloud = models.BooleanField()
    on_paper = models.BooleanField(help_text="The person kept it.")
    interpreter = models.CharField(max_length=40, help_text="As a referral asks it.")
    given_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["case", "-at", "-id"], name="leaflet_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read_aloud=True) | models.Q(on_paper=True),
                name="leaflet_given_somehow",
            )
        ]

    def __str__(self) -> str:
        return f"Leaflet {self.id}"
