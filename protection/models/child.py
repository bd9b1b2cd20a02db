"""What protects a child, besides what protects everybody: a guardian, a determination of their best
interests, where they live, when they were missing, the search for their family, and how old they
are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class RecordKind(models.TextChoices):
    GUARDIAN = "guardian", _("Guardian")
    BEST_INTERESTS = "best_interests", _("Best interests")
    CARE = "care", _("Care arrangement")
    MISSING = "missing", _("Missing episode")
    TRACING = "tracing", _("Family tracing")
    AGE = "age", _("Age assessment")


class AppointedBy(models.TextChoices):
    COURT = "court", _("A court")
    CHILD_PROTECTION = "child_protection", _("Child protection or a local authority")
    SERVICE = "guardianship_service", _("A guardianship service")
    LAW = "law", _("By law: a parent or carer")
    OTHER = "other", _("Somebody else")


class BestInterests(models.TextChoices):
    STAY = "stay", _("Stays where they are")
    FAMILY = "family", _("Goes to their family in this country")
    CARE = "care", _("Goes into other care in this country")
    RETURN = "return", _("Returns to their country")
    THIRD = "third_country", _("Goes to a third country")
    INTERIM = "interim", _("For now only: to be determined again")


class Care(models.TextChoices):
    PARENTS = "parents", _("With parents")
    KIN = "kin", _("With relatives")
    FOSTER = "foster", _("Foster family")
    RESIDENTIAL = "residential", _("Residential care")
    INDEPENDENT = "supported_independent", _("Supported independent living")
    SHELTER = "shelter", _("A shelter for children")
    INFORMAL = "informal", _("With somebody whom nobody has checked")
    ALONE = "alone", _("Alone, or on the street")
    DETAINED = "detained", _("In detention")


class Reported(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("Not yet")
    NOT_SAFE = "not_safe", _("No: it would put the child at risk")


class Interview(models.TextChoices):
    HELD = "held", _("Held")
    DECLINED = "declined", _("Offered; the child did not want it")


class RiskCheck(models.TextChoices):
    SAFE = "safe", _("Checked: a search puts nobody at risk")
    UNCLEAR = "unclear", _("Checked: it is not clear")
    UNSAFE = "unsafe", _("Checked: it would put somebody at risk")


class Tracing(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    UNDER_WAY = "under_way", _("Under way")
    FOUND = "found", _("Family found")
    CONTACT = "contact", _("In contact")
    REUNITED = "reunited", _("Reunited")
    NOT_FOUND = "not_found", _("Not found")
    NOT_WANTED = "not_wanted", _("The child does not want it")
    STOPPED = "stopped", _("Stopped")


class AgeMethod(models.TextChoices):
    DOCUMENTS = "documents", _("Documents")
    INTERVIEW = "interview", _("Interviews by social workers")
    COMBINED = "combined", _("Several together: documents, interviews, carers")
    MEDICAL = "medical", _("Medical examination")
    COURT = "court", _("A court decided")


class AgeOutcome(models.TextChoices):
    CHILD = "child", _("Under 18")
    ADULT = "adult", _("18 or over")


class ChildRecord(OfCase):
    """One of them. What each column means for a kind, protection.rules.children says. Whatever may
    name a person or a place stands in `told` under the key of the child."""

    kind = models.CharField(max_length=20, choices=RecordKind)
    code = models.CharField(max_length=30, blank=True)
    second_code = models.CharField(max_length=30, blank=True)
    on = models.DateField()
    until = models.DateField(null=True)
    told = models.BinaryField(help_text="Words by name, as JSON under the child's key.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    submission_key = models.UUIDField(null=True, unique=True)
    # The next moment at which the sweep has something to say; null where it has not.
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-on", "-id"], name="child_record_of_case"),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="child_record_to_sweep",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(until=None, kind__in=["care", "missing", "age"]),
                name="one_open_child_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
