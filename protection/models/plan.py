"""The plan of support: goals in the person's own words, a return that they want, and what else is
agreed with them, as each stands now; and what happened to each, which is never changed."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class PlanItem(OfCase):
    """One thing of the plan. What is asked of each kind, and how it can stand, stands in
    protection.rules.plan."""

    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    answers = models.JSONField(
        default=dict, help_text="Codes, days and ids by name, as they stand now; no words."
    )
    told = models.BinaryField(help_text="Words by name, as JSON under the person's key.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    # Where two people are needed, the second.
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # By when somebody has to see to it next, and the end of that day where the case is.
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    # Its days: [day, code]; and the next moment at which the sweep has something to say.
    ahead = models.JSONField(default=list)
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-recorded_at", "-id"], name="plan_item_of_case"),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(due_at__isnull=False),
                name="plan_item_to_see_to",
            ),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="plan_item_to_sweep",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("recorded_by")),
                name="plan_item_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(kind="return", ended_at=None),
                name="one_return_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class PlanStep(OfCase):
    """What happened to one of them: it was looked at again, reached, given up."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField(max_length=20)
    answers = models.JSONField(default=dict, help_text="Codes, days and ids by name; no words.")
    told = models.BinaryField(help_text="Words by name, as JSON under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["item", "-at", "-id"], name="plan_step_of_item")]

    def __str__(self) -> str:
        return f"{self.code} of {self.item_id}"
