"""A case that one authority offers to another: nothing moves before that one accepts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import Organisation, User


class TransferReason(models.TextChoices):
    PLACE = "place", _("The person lives there now")
    RESPONSIBLE = "responsible", _("The other authority is responsible by law")
    CHILD = "child_panel", _("A panel for children there decides")
    CONFLICT = "conflict", _("Somebody here has a conflict of interest")
    SAFETY = "safety", _("The person is safer if it is dealt with elsewhere")


class TransferRefusal(models.TextChoices):
    NOT_RESPONSIBLE = "not_responsible", _("We are not responsible")
    CONFLICT = "conflict", _("Somebody here has a conflict of interest")
    NOT_SAFE = "not_safe", _("It would not be safe for the person")
    NOT_NOW = "not_now", _("Nobody here could work on it now")


class TransferState(models.TextChoices):
    OFFERED = "offered", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Taken back")


class Transfer(OfCase):
    """Who is offered a case sees nothing of it but `content`, so whose key opens that stands here
    as well. `authority` offers, `organisation` is asked."""

    person_id = models.UUIDField()
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=TransferReason)
    # Gone where it was not accepted.
    content = models.BinaryField(
        null=True, help_text="What is told of the case: JSON under the person's key."
    )
    state = models.CharField(max_length=10, choices=TransferState, default=TransferState.OFFERED)
    refusal = models.CharField(max_length=20, choices=TransferRefusal, blank=True)
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-offered_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state="offered"),
                name="one_transfer_offered",
            )
        ]
        indexes = [
            models.Index(fields=["case", "-offered_at", "-id"], name="transfer_of_case"),
            models.Index(fields=["organisation", "-offered_at", "-id"], name="transfer_to"),
            models.Index(fields=["authority", "-offered_at", "-id"], name="transfer_from"),
        ]

    def __str__(self) -> str:
        return f"Transfer {self.id}"
