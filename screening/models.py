"""The screening: evidence and what it shows, episode by episode."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Episode
from nrm.accounts.models import User


class ScreeningState(models.TextChoices):
    OPEN = "open", _("In progress")
    COMPLETED = "completed", _("Completed")
    SUPERSEDED = "superseded", _("Superseded")


class Screening(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="screenings")
    profile_version = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=ScreeningState, default=ScreeningState.OPEN)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    completed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True)
    # The weighing when it was completed, as codes.
    weighing = models.JSONField(default=dict)
    # Why the screener's view differs from the weighing, under the person's key.
    differs = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="open"), name="one_open_screening"
            )
        ]

    def __str__(self) -> str:
        return f"Screening {self.id}"

    @property
    def lock_id(self) -> uuid.UUID:
        return self.case_id


class OfScreening(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def case_id(self) -> uuid.UUID:
        return self.screening.case_id

    @property
    def lock_id(self) -> uuid.UUID:
        return self.screening.case_id


class Evidence(OfScreening):
    """One item: what was said, seen or received, by whom it was heard, and when."""

    episode = models.ForeignKey(Episode, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=40)
    dated = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    heard_by = models.CharField(max_length=40, blank=True, help_text="A role code, no name.")
    interpreter = models.CharField(max_length=20, blank=True)
    text = models.BinaryField(help_text="Under the person's key.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"Evidence {self.id}"


class IndicatorState(models.TextChoices):
    SHOWN = "shown", _("Shown")
    NOT_SHOWN = "not_shown", _("Not shown")
    UNKNOWN = "unknown", _("Not known")


class IndicatorFinding(OfScreening):
    """What is found of one indicator in one episode, and the evidence for it."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=IndicatorState)
    evidence = models.ManyToManyField(Evidence, related_name="findings", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["screening", "episode", "code"], name="one_finding_an_indicator"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Contradiction(OfScreening):
    """Two items of evidence that disagree, side by side, with what the screener makes of it."""

    first = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="+")
    explanation = models.BinaryField(null=True, help_text="Under the person's key.")
    put_to_person = models.BooleanField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"Contradiction {self.id}"
