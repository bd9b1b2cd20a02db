"""Notices: what an agency was told of one matter, on what ground, and what it answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.matter import Matter
from cases.models.referral import Consent
from cases.models.sharing import RecallReason
from nrm.accounts.models import Organisation, User


class Answer(models.TextChoices):
    RECEIVED = "received", _("Received")
    CONSIDERING = "considering", _("It is being considered")
    NOT_PROSECUTED = "not_prosecuted", _("Will not be prosecuted")
    DISCONTINUED = "discontinued", _("Discontinued")
    CONTINUES = "continues", _("Goes on")


# By these it is not decided yet: an answer is still due.
UNDECIDED = frozenset({"", Answer.RECEIVED, Answer.CONSIDERING})
# By these it is over, as far as they are concerned.
LET_GO = frozenset({Answer.NOT_PROSECUTED, Answer.DISCONTINUED})


class Notice(OfCase):
    """What was told of a matter, as it was then. Who receives it never sees the case, so whose key
    opens it stands here as well. Without an organisation it was given to the agency outside."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="notices")
    person_id = models.UUIDField()
    agency = models.CharField(max_length=40, help_text="A code of the profile.")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(
        Consent, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    ground = models.CharField(max_length=40, blank=True, help_text="Lawful, of the profile.")
    content = models.BinaryField(help_text="JSON under the person's key.")
    # The last decision in codes, which may change after it was sent: {code, outcome, on}.
    decision = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    renewed_at = models.DateTimeField(null=True, help_text="A new decision was told.")
    due_on = models.DateField()
    due_at = models.DateTimeField()
    # The next moment at which the sweep has something to say; null where it has not.
    next_look_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, blank=True, choices=Answer)
    because = models.CharField(max_length=40, blank=True, help_text="A code of the profile.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recalled_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recalled_because = models.CharField(max_length=20, blank=True, choices=RecallReason)

    class Meta:
        ordering = ["-sent_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["matter", "-sent_at", "-id"], name="notice_of_matter"),
            models.Index(
                fields=["organisation", "-sent_at", "-id"],
                condition=models.Q(recalled_at=None),
                name="notice_received",
            ),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="notice_to_sweep",
            ),
        ]

    def __str__(self) -> str:
        return f"Notice {self.id}"

    @property
    def let_go(self) -> bool:
        """Whether the agency has answered that the person is not punished for it."""
        return self.recalled_at is None and self.answer in LET_GO

    @property
    def waits(self) -> bool:
        """Whether an answer is still due."""
        return self.recalled_at is None and self.answer in UNDECIDED
