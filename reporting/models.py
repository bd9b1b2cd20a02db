"""Statistics as they were frozen: never recomputed, never changed; and what an auditor keeps."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class AnomalyKind(models.TextChoices):
    NIGHT = "night", _("Looks at night")
    VOLUME = "volume", _("Many cases in a day")
    UNASSIGNED = "unassigned", _("Cases that nobody gave them")
    REFUSALS = "refusals", _("Several refusals")


class Anomaly(models.Model):
    """Something unusual in the trail: one person, one day, and how many there were. The job that
    reads the trail writes it, and writes the number higher while the day lasts; an auditor looks
    into so many of them as there were then, and if there are more, it is open again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=AnomalyKind)
    actor_id = models.UUIDField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    figure = models.PositiveIntegerField(help_text="From how many the profile has it shown.")
    hours = models.CharField(max_length=11, blank=True, help_text="Those of the night.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    looked_count = models.PositiveIntegerField(default=0, db_default=0)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.UUIDField(null=True)
    note = models.BinaryField(null=True)  # under the key of who looked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "kind", "day"], name="one_anomaly_a_day")
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="anomaly_by_time"),
            models.Index(
                fields=["-last_at", "-id"],
                condition=models.Q(count__gt=models.F("looked_count")),
                name="anomaly_open_by_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"

    @property
    def lock_id(self) -> uuid.UUID:
        return self.pk

    @property
    def is_open(self) -> bool:
        return self.count > self.looked_count


class Watched(models.Model):
    """The one row that says up to when the trail was read for what is unusual."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.until)
