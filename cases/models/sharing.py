"""What was shared of a case with another organisation: a bundle that does not change, with the
consent it rests on, until it is recalled or its time is over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.document import Document
from cases.models.referral import Consent
from nrm.accounts.models import Organisation, User


class RecallReason(models.TextChoices):
    WISH = "person_asked", _("The person asked for it")
    RISK = "risk", _("It could put the person at risk")
    MISTAKE = "mistake", _("It was shared by mistake")
    OVER = "purpose_over", _("What it was shared for is over")
    CONSENT = "consent_withdrawn", _("The person withdrew their consent")
    RESTRICTED = "restricted", _("The case was restricted or sealed")


# What the system says itself, and nobody chooses.
BY_ITSELF = frozenset({RecallReason.CONSENT, RecallReason.RESTRICTED})


class Bundle(OfCase):
    """Parts of a case as they were when they were shared. Who receives it never sees the case, so
    whose key opens it stands here as well."""

    person_id = models.UUIDField()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="bundles", help_text="Who receives it."
    )
    authority = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", help_text="Who shares it."
    )
    purpose = models.CharField(max_length=40, help_text="A code of the profile.")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="bundles")
    parts = models.JSONField(default=list, help_text="Codes of cases.rules.sharing.")
    content = models.BinaryField(help_text="JSON under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recalled_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recalled_because = models.CharField(max_length=20, blank=True, choices=RecallReason)

    class Meta:
        ordering = ["-shared_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-shared_at", "-id"], name="bundle_of_case"),
            models.Index(
                fields=["organisation", "-shared_at", "-id"],
                condition=models.Q(recalled_at=None),
                name="bundle_received",
            ),
        ]

    def __str__(self) -> str:
        return f"Bundle {self.id}"


class BundleDocument(models.Model):
    """A document that went with a bundle. Documents do not change."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="shared")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["bundle", "document"], name="shared_once_a_bundle")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.bundle_id}"
