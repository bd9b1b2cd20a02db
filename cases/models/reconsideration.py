"""That a negative decision is looked at again: asked for by the person or somebody for them, and
answered by people who took no part in it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.decision import Decision
from nrm.accounts.models import User


class AskedBy(models.TextChoices):
    PERSON = "person", _("The person")
    RESPONDER = "responder", _("Whoever referred them")
    PROVIDER = "provider", _("A support provider")
    REPRESENTATIVE = "representative", _("A lawyer, or somebody else they chose to speak for them")


class LookState(models.TextChoices):
    ASKED = "asked", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted: the decision is made again")
    REJECTED = "rejected", _("Not accepted: the decision stays")


class Reconsideration(OfCase):
    """`told` is JSON under the person's key: `why`, and what is `exceptional` where it was asked
    for after the days of the profile (`late`)."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="reconsiderations"
    )
    asked_by = models.CharField(max_length=20, choices=AskedBy)
    asked_on = models.DateField(help_text="The day on which it was asked for.")
    grounds = models.JSONField(default=list, help_text="Reconsideration grounds of the profile.")
    late = models.BooleanField(default=False)
    told = models.BinaryField(help_text="JSON under the person's key.")
    state = models.CharField(max_length=12, choices=LookState, default=LookState.ASKED)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.BinaryField(null=True, help_text="Under the person's key.")

    class Meta:
        ordering = ["-recorded_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="asked"), name="one_look_waits"
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("recorded_by")) | Q(answered_by=None),
                name="look_of_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.state
