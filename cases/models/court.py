"""What is disclosed for a court: prepared by one person, approved by another, and given as one file
to whoever hands it over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.referral import Consent
from cases.models.sharing import RecallReason
from nrm.accounts.models import User


class CourtState(models.TextChoices):
    PREPARED = "prepared", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")


class ReturnReason(models.TextChoices):
    TOO_MUCH = "too_much", _("More has to be left out or blacked out")
    TOO_LITTLE = "too_little", _("Something that belongs in it is left out")
    BASIS = "basis", _("It does not rest on what is named")
    RECIPIENT = "recipient", _("It would go to the wrong recipient")


# Why somebody recalls one; the others the system says itself, of what was shared.
RECALL_REASONS = (RecallReason.WISH, RecallReason.RISK, RecallReason.MISTAKE, RecallReason.OVER)


class CourtBundle(OfCase):
    """What goes to a court or to somebody before one, as it was when it was prepared: the texts
    with what is blacked out in them, the documents with their hashes, and what was left out."""

    number = models.PositiveIntegerField(help_text="Its place in the case, for good.")
    recipient = models.CharField(max_length=40, help_text="A code of cases.rules.court.")
    consent = models.ForeignKey(
        Consent, null=True, on_delete=models.PROTECT, related_name="court_bundles"
    )
    ground = models.CharField(max_length=40, blank=True, help_text="Lawful, of the profile.")
    content = models.BinaryField(help_text="JSON under the person's key.")
    state = models.CharField(max_length=10, choices=CourtState, default=CourtState.PREPARED)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    returned_because = models.CharField(max_length=20, blank=True, choices=ReturnReason)
    recalled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recalled_at = models.DateTimeField(null=True)
    recalled_because = models.CharField(max_length=20, blank=True, choices=RecallReason)

    class Meta:
        ordering = ["-prepared_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-prepared_at", "-id"], name="court_bundle_of_case")
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_court_bundle_a_number"),
            models.CheckConstraint(
                condition=models.Q(answered_by=None)
                | ~models.Q(answered_by=models.F("prepared_by")),
                name="court_bundle_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(consent__isnull=False, ground="")
                | (models.Q(consent=None) & ~models.Q(ground="")),
                name="court_bundle_rests_on_one",
            ),
        ]

    def __str__(self) -> str:
        return f"Court bundle {self.id}"
