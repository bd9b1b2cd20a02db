"""A view of the work list that somebody keeps for themselves."""

import uuid

from django.db import models

from nrm.accounts.models import User


class SavedView(models.Model):
    """The filters and the order are codes; the label is the owner's own words, and is in no
    address, event or log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    label = models.CharField(max_length=60)
    asked = models.JSONField(default=dict, help_text="What stands in the address of the list.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "label"], name="one_view_a_label"),
        ]

    def __str__(self) -> str:
        return f"Saved view {self.id}"
