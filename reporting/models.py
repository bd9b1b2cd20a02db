"""Statistics as they were frozen: never recomputed, never changed; and what an auditor keeps."""

import uuid

from django.conf import settings
from django.db import models


class FrozenTable(models.Model):
    """One fixed table over one closed quarter, as it was when it was first built."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    profile_code = models.CharField(max_length=30)
    quarter = models.CharField(max_length=7, help_text="Such as 2026-Q1.")
    # Cells after the rule: [{"code", "count"}]; a hidden count is null. True counts: nowhere.
    cells = models.JSONField()
    total = models.PositiveIntegerField(null=True)
    rule = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-quarter", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "profile_code", "quarter"], name="one_freeze_a_quarter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.quarter}"


class CodeSecret(models.Model):
    """From what an auditor's codes are made. Sealed under their own key; it never changes, or they
    would lose sight of what they were looking at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"Of {self.user_id}"
