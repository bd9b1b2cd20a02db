"""The audit trail: every change and every look, append-only, sealed each minute.

Actor and object ids are stored without foreign keys: the trail outlives the case and the account.
"""

from django.db import models


class Event(models.Model):
    """One thing that somebody did, saw or was refused. Codes and ids only, never free text."""

    # Set by trigger: the transaction that wrote the row and the moment it did.
    xact = models.BigIntegerField(editable=False)
    recorded_at = models.DateTimeField(editable=False)

    at = models.DateTimeField(help_text="When it happened, as the action was told (UTC).")
    actor_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    request_id = models.UUIDField()
    refused = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "-id"], name="event_by_case"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["verb", "-id"], name="event_by_verb"),
            models.Index(fields=["xact", "id"], name="event_by_xact"),
            models.Index(fields=["at", "id"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class Seal(models.Model):
    """A signed link of the chain, over the events of all transactions in [low, high)."""

    number = models.PositiveBigIntegerField(primary_key=True)
    form = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="Of its digest.")
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    count = models.PositiveIntegerField()
    digest = models.BinaryField()
    previous = models.BinaryField()
    signature = models.BinaryField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Seal {self.number}"


class Cluster(models.Model):
    """The one row that says what is added to the number of a transaction, so that the numbers of
    events go on in a database that was restored into a new cluster, which counts anew."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    shift = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Shifted by {self.shift}"


class Verification(models.Model):
    """What a job found when it read the whole chain: `fault` is empty where it holds."""

    at = models.DateTimeField()
    seals = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.fault or f"{self.events} events under {self.seals} seals"
