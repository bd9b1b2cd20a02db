"""The screening: evidence and what it shows, episode by episode."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Document, Episode
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
    # Whether the screener agrees with the weighing and, where not, why: under the person's key.
    agrees = models.BooleanField(null=True)
    differs = models.BinaryField(null=True)
    # The completed screening that this one began from.
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="followed_by"
    )
    # Counts every change of anything in the screening. A finding carries the count at which it was
    # last saved, so that a number is never used twice, also where a finding is taken back.
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


class EvidenceSource(models.TextChoices):
    PERSON = "person", _("The person, in their own words")
    RESPONDER = "responder", _("What the first responder saw or heard")
    WITNESS = "witness", _("Somebody else who saw or heard it")
    DOCUMENT = "document", _("A document")
    MEDIA = "media", _("Photographs, recordings, messages")
    ONLINE = "online", _("A page or an account online")
    HEALTH = "health", _("A health or social care record")
    POLICE = "police", _("A police, border or court record")
    EXPERT = "expert", _("An expert report")
    COUNTRY = "country", _("Information about a country or a trade")
    OTHER = "other", _("Something else")


class HeardBy(models.TextChoices):
    """A role, never a name."""

    FIRST_RESPONDER = "first_responder", _("First responder")
    CASEWORKER = "caseworker", _("Caseworker")
    POLICE = "police", _("Police")
    BORDER = "border", _("Border or immigration officer")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    HEALTH_WORKER = "health_worker", _("Health worker")
    PROVIDER = "provider", _("Support or shelter worker")
    LAWYER = "lawyer", _("Lawyer")
    GUARDIAN = "guardian", _("Guardian of a child")
    INSPECTOR = "inspector", _("Labour inspector")
    OTHER = "other", _("Somebody else")


class Interpreter(models.TextChoices):
    NOT_NEEDED = "not_needed", _("Not needed")
    PRESENT = "present", _("Professional interpreter, present")
    REMOTE = "remote", _("Professional interpreter, by telephone or video")
    KNOWN_TO_PERSON = "known", _("Family, friend or companion")
    NONE = "none", _("Needed, and there was none")


class EvidenceContent(models.Model):
    """What an item of evidence says. Texts are under the person's key."""

    source = models.CharField(max_length=40, choices=EvidenceSource)
    dated = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    heard_by = models.CharField(max_length=40, blank=True, choices=HeardBy)
    interpreter = models.CharField(max_length=20, blank=True, choices=Interpreter)
    # The document of the case that this is in, where it is in one.
    document = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.BinaryField(help_text="Under the person's key.")
    reliability = models.BinaryField(null=True, help_text="Under the person's key.")

    class Meta:
        abstract = True


class Evidence(EvidenceContent, OfScreening):
    """One item: what was said, seen or received, by whom it was heard, and when."""

    number = models.PositiveSmallIntegerField(default=1, help_text="Its place, for good.")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return f"Evidence {self.id}"


class EarlierEvidence(EvidenceContent):
    """An item of evidence as it was before a correction. A correction never wipes it out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="earlier")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"Earlier evidence {self.id}"


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
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"Contradiction {self.id}"
