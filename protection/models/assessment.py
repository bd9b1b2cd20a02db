"""What was asked about needs and risk, and when it is asked again."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class Assessment(OfCase):
    """One assessment: never changed, but followed by the next. The newest counts."""

    step = models.CharField(max_length=40, help_text="A step of the profile.")
    version = models.CharField(max_length=20, help_text="The version of the profile that asked.")
    answers = models.JSONField(default=dict, help_text="Codes of the profile; no words.")
    note = models.BinaryField(null=True, help_text="Under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # When it is asked again, and what made that sooner.
    review_on = models.DateField()
    review_at = models.DateTimeField(help_text="The end of that day where the case is.")
    because = models.CharField(max_length=40, blank=True, help_text="A trigger of the profile.")
    because_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    because_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-at", "-id"], name="assessment_of_case"),
            models.Index(
                fields=["review_at", "id"],
                condition=models.Q(superseded_at=None),
                name="assessment_to_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(superseded_at=None),
                name="one_assessment_counts",
            )
        ]

    def __str__(self) -> str:
        return f"Assessment {self.id}"
