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
    outcome = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20, choices=DecisionState, default=DecisionState.DRAFT)
    findings = models.ForeignKey(
        FindingSet, null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    grounds = models.JSONField(default=list, help_text="Ground codes of the profile.")
    # Coded answers to what the profile wants on file: how the age is known, whether a delay was
    # asked for, when the panel met, the weight of each item considered.
    answers = models.JSONField(default=dict)
    conflicts_declared = models.BooleanField(
        default=False, help_text="The author declared that they have no conflict of interest."
    )
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
            ),
            models.CheckConstraint(
                condition=~models.Q(second_person=models.F("author")),
                name="second_person_is_not_the_author",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="made")
                | (
                    models.Q(made_on__isnull=False, made_at__isnull=False)
                    & ~models.Q(record_hash="")
                ),
                name="made_with_its_record",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="decision_by_state")]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class DecisionReview(OfCase):
    """What the second person found, in their own words, before agreeing or returning. The row is
    made with their own grounds; the verdict comes after, once."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The version of the decision that was read.
    of_version = models.PositiveIntegerField(default=1)
    own_outcome = models.CharField(
        max_length=20, blank=True, help_text="What they would decide themselves."
    )
    own_grounds = models.BinaryField(help_text="Under the person's key.")
    # What they read: outcome, grounds and reasons of that version. The reasons are those of the
    # decision, as they were sealed for it.
    read_outcome = models.CharField(max_length=20, blank=True)
    read_grounds = models.JSONField(default=list)
    read_reasons = models.BinaryField(null=True)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=20, blank=True)  # agree, return, escalate
    reasons = models.BinaryField(null=True, help_text="Under the person's key.")
    escalated_to = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "reviewer", "of_version"],
                condition=models.Q(verdict=""),
                name="one_open_review_a_reader",
            )
        ]

    def __str__(self) -> str:
        return self.verdict or "open"
