"""Matters: each thing that a person is accused of and may have been made to do, from the arrest to
the outcome and what comes after."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import AgeStatus, OfCase
from cases.models.referral import Allegation, Episode
from nrm.accounts.models import User


class MatterKind(models.TextChoices):
    CRIMINAL = "criminal", _("Criminal offence")
    IMMIGRATION = "immigration", _("Breach of immigration law")
    ADMINISTRATIVE = "administrative", _("Administrative offence")
    STATUS = "status", _("Status offence: only because of who they are, such as a runaway child")
    DEBT = "debt", _("Civil debt")


class MatterStage(models.TextChoices):
    POSSIBLE = "possible", _("Nothing is alleged yet")
    STOPPED = "stopped", _("Stopped or questioned")
    ARRESTED = "arrested", _("Arrested")
    INVESTIGATED = "investigated", _("Released while it is investigated")
    BAIL = "bail", _("Released on bail")
    CHARGED = "charged", _("Charged")
    TRIAL = "trial", _("Before the court")
    CONVICTED = "convicted", _("Convicted")
    SENTENCED = "sentenced", _("Sentenced")


class Custody(models.TextChoices):
    FREE = "free", _("Not held")
    POLICE = "police", _("Held by the police")
    REMAND = "remand", _("Held in prison before the trial")
    PRISON = "prison", _("Serves a prison sentence")
    IMMIGRATION = "immigration", _("In immigration detention")
    OTHER = "other", _("Held elsewhere")


class HearingKind(models.TextChoices):
    FIRST = "first", _("First hearing")
    PLEA = "plea", _("Plea")
    TRIAL = "trial", _("Trial")
    SENTENCE = "sentence", _("Sentence")
    APPEAL = "appeal", _("Appeal")
    OTHER = "other", _("Another hearing")


class Representation(models.TextChoices):
    YES = "yes", _("Has a lawyer")
    ASKED = "asked", _("A lawyer was asked for")
    NO = "no", _("Has no lawyer")


class Interpreter(models.TextChoices):
    BOOKED = "booked", _("Booked")
    NO = "no", _("Needed and not booked")
    NOT_NEEDED = "not_needed", _("Not needed")


class MatterOutcome(models.TextChoices):
    NO_ACTION = "no_action", _("No further action")
    NOT_CHARGED = "not_charged", _("Not charged")
    DISCONTINUED = "discontinued", _("Discontinued")
    ACQUITTED = "acquitted", _("Acquitted")
    CONVICTED = "convicted", _("Convicted, and it stands")
    QUASHED = "quashed", _("Conviction quashed")
    EXPUNGED = "expunged", _("Record expunged")
    CANCELLED = "cancelled", _("Fine or penalty cancelled")


class Consequence(models.TextChoices):
    NONE = "none", _("None is known")
    DETENTION = "detention", _("Immigration detention")
    REMOVAL = "removal", _("Removal or deportation is at risk")
    PERMISSION = "permission", _("Permission to stay refused or ended")
    DISQUALIFICATION = "disqualification", _("Protection as a victim may be refused")


class Review(models.TextChoices):
    DUE = "due", _("To be looked at")
    ADVISED = "advised", _("A lawyer advises on it")
    APPEALED = "appealed", _("An appeal or a review was asked for")
    CHANGED = "changed", _("The conviction was set aside or changed")
    UPHELD = "upheld", _("The conviction stands")
    NOT_WANTED = "not_wanted", _("The person does not want it")


class Origin(models.TextChoices):
    HAND = "hand", _("Recorded by hand")
    REFERRAL = "referral", _("Told in the referral")
    SCREENING = "screening", _("Proposed by the screening")


# The questions of a matter that are answered from a list, and their lists.
CHOICES: dict[str, type[models.TextChoices]] = {
    "kind": MatterKind,
    "stage": MatterStage,
    "age_status": AgeStatus,
    "custody": Custody,
    "hearing": HearingKind,
    "interpreter": Interpreter,
    "representation": Representation,
    "outcome": MatterOutcome,
    "consequence": Consequence,
    "review": Review,
}


class Matter(OfCase):
    """Something that the person is accused of, or may be. What is alleged, and why they did it,
    stand in `told` under the person's key; the rest are codes and dates."""

    kind = models.CharField(max_length=20, choices=MatterKind)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.HAND)
    proposal = models.CharField(max_length=40, blank=True, help_text="A code of the profile.")
    allegation = models.OneToOneField(
        Allegation, null=True, on_delete=models.SET_NULL, related_name="matter"
    )
    told = models.BinaryField(help_text="What was said in words, as JSON under the person's key.")

    # The act.
    acted_on = models.CharField(max_length=10, blank=True, help_text="A partial date.")
    age_status = models.CharField(max_length=20, choices=AgeStatus, blank=True)
    age_years = models.PositiveSmallIntegerField(null=True)
    episode = models.ForeignKey(
        Episode, null=True, on_delete=models.SET_NULL, related_name="matters"
    )
    exclusion = models.CharField(max_length=40, blank=True, help_text="Of the profile, or none.")
    basis = models.CharField(max_length=40, blank=True, help_text="A code of the profile.")

    # The proceedings.
    stage = models.CharField(max_length=20, choices=MatterStage, default=MatterStage.POSSIBLE)
    stage_on = models.DateField(null=True, help_text="Since when it stands so.")
    agency = models.CharField(max_length=40, blank=True, help_text="A code of the profile.")
    custody = models.CharField(max_length=20, choices=Custody, blank=True)
    custody_until = models.DateField(null=True, help_text="The last day of the time limit.")
    hearing = models.CharField(max_length=20, choices=HearingKind, blank=True)
    hearing_on = models.DateField(null=True, help_text="The next one.")
    interpreter = models.CharField(max_length=20, choices=Interpreter, blank=True)
    representation = models.CharField(max_length=20, choices=Representation, blank=True)

    # How it ended, and after.
    outcome = models.CharField(max_length=20, choices=MatterOutcome, blank=True)
    outcome_on = models.DateField(null=True)
    consequence = models.CharField(max_length=20, choices=Consequence, blank=True)
    review = models.CharField(max_length=20, choices=Review, blank=True)

    # The next moment at which the sweep has something to say; null where it has not.
    next_look_at = models.DateTimeField(null=True)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    submission_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["raised_at", "id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "raised_at", "id"], name="matter_of_case"),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="matter_to_sweep",
            ),
        ]

    def __str__(self) -> str:
        return f"Matter {self.id}"

    @property
    def open(self) -> bool:
        """Whether somebody may still be punished for it."""
        return not self.outcome
