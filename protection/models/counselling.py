"""Counselling: when the counsellor of a provider meets a person, and what came of it. What only the
provider reads, the notes and where they meet, lies apart, where nobody else’s policy admits it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.referral import InterpreterSex
from nrm.accounts.models import User
from protection.models.service import Service


class Modality(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    TELEPHONE = "telephone", _("By telephone")
    VIDEO = "video", _("By video")


class VenueKind(models.TextChoices):
    PROVIDER = "provider", _("Where the provider works")
    HOME = "home", _("Where the person stays")
    CLINIC = "clinic", _("A clinic or a surgery")
    PUBLIC = "public", _("A building that many people use for many things")
    OUTSIDE = "outside", _("Outside, on a walk")


class InterpreterNeed(models.TextChoices):
    NONE = "none", _("Not needed")
    NEEDED = "needed", _("Needed, not booked yet")
    BOOKED = "booked", _("Booked")


class SessionState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    ATTENDED = "attended", _("Attended")
    MISSED = "missed", _("The person did not come")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Ended early: the interpreter was not right")


class CancelledBy(models.TextChoices):
    PERSON = "person", _("The person")
    PROVIDER = "provider", _("The provider")
    INTERPRETER = "interpreter", _("The interpreter")
    ENDED = "ended", _("The service ended before")


class Fit(models.TextChoices):
    GOOD = "good", _("Yes")
    BAD = "bad", _("No")


class Session(OfCase):
    """One meeting. It was held where the person attended it, with an interpreter who was right
    where one was needed: constraints see to that, whoever writes."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    modality = models.CharField(max_length=20, choices=Modality)
    venue = models.CharField(max_length=20, blank=True, choices=VenueKind)
    interpreter = models.CharField(max_length=10, choices=InterpreterNeed)
    language = models.CharField(max_length=10, blank=True, help_text="ISO 639, of an interpreter.")
    interpreter_sex = models.CharField(max_length=10, blank=True, choices=InterpreterSex)
    # Nobody of the family, and nobody who came along, interprets or is in the room.
    no_companions = models.BooleanField(default=True, db_default=True)
    state = models.CharField(
        max_length=10, choices=SessionState, default=SessionState.PLANNED, db_default="planned"
    )
    cancelled_by = models.CharField(max_length=20, blank=True, choices=CancelledBy)
    fit = models.CharField(
        max_length=10, blank=True, choices=Fit, help_text="Whether the interpreter was right."
    )
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["service", "-starts_at", "-id"], name="session_of_service"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "starts_at"],
                condition=models.Q(state="planned"),
                name="one_session_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(state="stopped", fit="bad")
                | (~models.Q(state="stopped") & ~models.Q(fit="bad")),
                name="bad_fit_ends_session",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="attended")
                | models.Q(interpreter="none", fit="")
                | models.Q(interpreter="booked", fit="good"),
                name="session_held_with_interpreter",
            ),
            models.CheckConstraint(
                condition=models.Q(state="cancelled") & ~models.Q(cancelled_by="")
                | ~models.Q(state="cancelled") & models.Q(cancelled_by=""),
                name="session_cancelled_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(modality="in_person") & ~models.Q(venue="")
                | ~models.Q(modality="in_person") & models.Q(venue=""),
                name="session_in_person_has_venue",
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.id}"


class SessionPrivate(OfCase):
    """What of a session its provider alone reads, beside the notes: where it is, the dialect."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="private")
    address = models.BinaryField(null=True, help_text="Under the person's key.")
    dialect = models.BinaryField(null=True, help_text="Under the person's key.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Of session {self.session_id}"


class ClinicalNote(OfCase):
    """What a counsellor writes of a session: added, never changed, and read by the provider that
    gives the service alone, for as long as it gives it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="notes")
    text = models.BinaryField(help_text="Under the person's key.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["written_at", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["session", "written_at", "id"], name="note_of_session")]

    def __str__(self) -> str:
        return f"Clinical note {self.id}"
