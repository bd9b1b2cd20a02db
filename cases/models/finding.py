"""Findings: what has been found on act, means and purpose. Facts on the case, from a screening, a
court or another state; decisions read them and know nothing of where they come from."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class FindingSet(OfCase):
    source = models.CharField(max_length=20, default="screening")
    source_id = models.UUIDField(null=True)
    act = models.CharField(max_length=12)
    means = models.CharField(max_length=12)
    purpose = models.CharField(max_length=12)
    result = models.CharField(max_length=30)
    limb = models.CharField(max_length=40)
    pathway = models.CharField(max_length=20)
    # Per episode: {"episode": id, "position": n, "act", "means", "purpose", "result", "limb"}.
    episodes = models.JSONField(default=list)
    prompts = models.JSONField(default=list)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(superseded_at=None),
                name="one_current_finding_set",
            )
        ]

    def __str__(self) -> str:
        return self.result
