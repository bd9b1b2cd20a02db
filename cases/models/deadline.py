"""Deadlines: dates worked out from a term of the profile, stored with their basis."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, OfCase
from nrm.accounts.models import User


class DeadlineState(models.TextChoices):
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    VOID = "void", _("No longer runs")


class Deadline(OfCase):
    # Found by `deadline_of_case`.
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="deadlines", db_index=False
    )
    term = models.CharField(max_length=40, help_text="Term code of the profile.")
    started_at = models.DateTimeField()
    calendar = models.CharField(max_length=40)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    original_due_on = models.DateField()
    # Rule, start, pauses and extensions as they were when the date was worked out.
    basis = models.JSONField(default=dict)
    # `due` is a date to meet; `earliest` a date before which something may not be done.
    kind = models.CharField(max_length=10, default="due")
    state = models.CharField(max_length=10, choices=DeadlineState, default=DeadlineState.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    # The next moment at which the sweep has something to say about it; null where it has not.
    next_reminder_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["next_reminder_at"],
                condition=models.Q(next_reminder_at__isnull=False),
                name="deadline_to_sweep",
            ),
            models.Index(fields=["case", "due_at"], name="deadline_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.term} due {self.due_on}"


class DeadlinePause(OfCase):
    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="pauses")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True, help_text="Last day of the pause.")
    reason = models.CharField(max_length=40)
    review_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["from_date"]


class DeadlineExtension(OfCase):
    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="extensions")
    length = models.PositiveSmallIntegerField(help_text="In the unit of the term.")
    reason = models.CharField(max_length=40)
    explanation = models.BinaryField(null=True, help_text="Under the person's key.")
    submission_key = models.UUIDField(null=True, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
