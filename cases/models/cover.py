"""Covers: a caseworker's own cases are a colleague's too, for the time of an absence."""

import uuid

from django.db import models
from django.db.models import F, Q

from nrm.accounts.models import Organisation, User


class Cover(models.Model):
    """The giver's cases in one authority, handed to a colleague from one moment to another. What
    lets the colleague see a case is a grant by name with the same end, which the database makes,
    and takes away, by this row (migration 0018)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers_given")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers_taken")
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="covers")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="The first moment at which it holds no more.")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Where somebody ended it before.")
    # Empty too where it was ended because one of them left.
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["begins_at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("delegate")), name="covered_by_another"),
            models.CheckConstraint(condition=Q(begins_at__lt=F("ends_at")), name="cover_has_time"),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="cover_by_end"),
            models.Index(
                fields=["authority", "begins_at", "id"],
                condition=Q(ended_at=None),
                name="cover_by_authority",
            ),
        ]

    def __str__(self) -> str:
        return f"Cover {self.id}"
