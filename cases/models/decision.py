"""Decisions: a draft by one person, read by a second, then a record that never changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.finding import FindingSet
from nrm.accounts.models import User


class DecisionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("With a second person")
    RETURNED = "returned", _("Returned with reasons")
    ESCALATED = "escalated", _("Escalated")
    MADE = "made", _("Made")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Decision(OfCase):
    code = models.CharField(max_length=40, help_text="Decision code of the profile.")
    outcome = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=DecisionState, default=DecisionState.DRAFT)
    findings = models.ForeignKey(
        FindingSet, null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    grounds = models.JSONField(default=list, help_text="Ground codes of the profile.")
    conflicts_declared = models.BooleanField(default=False)
    # Reasons for and against, credibility, inconsistencies, missing information, country evidence:
    # JSON by part, under the person's key.
    reasons = models.BinaryField(null=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions_drafted")
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    second_person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions_read"
    )
    made_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    served_on = models.DateField(null=True, blank=True)
    served_channel = models.CharField(max_length=20, blank=True)
    served_language = models.CharField(max_length=20, blank=True)
    # The whole record of domain practice as codes and hashes, fixed when the decision is made.
    record = models.JSONField(default=dict)
    record_hash = models.CharField(max_length=64, blank=True)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    submission_key = models.UUIDField(null=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"],
                condition=models.Q(state__in=["draft", "in_review", "returned", "escalated"]),
                name="one_open_draft_a_decision",
            )
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="decision_by_state")]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class DecisionReview(OfCase):
    """What the second person found, in their own words, before agreeing or returning."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20)  # agree, return, escalate
    own_grounds = models.BinaryField(help_text="Under the person's key.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.verdict
