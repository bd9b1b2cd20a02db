"""That a person was identified for the time being, by an organisation, where no authority
functions: it holds until an authority decides."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.decision import Decision
from nrm.accounts.models import Organisation, User


class ProvisionalState(models.TextChoices):
    STANDS = "stands", _("Holds until an authority decides")
    CONFIRMED = "confirmed", _("Confirmed by a decision")
    LAPSED = "lapsed", _("Lapsed: the decision did not confirm it")


class Provisional(OfCase):
    """`looked_at`: when it was last said that no authority functions; `functions_at`: when somebody
    of the authority said that one does again, and that it decides."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    situation = models.CharField(max_length=40, help_text="Situation of the profile.")
    grounds = models.JSONField(default=list, help_text="Grounds of the decision that it precedes.")
    told = models.BinaryField(help_text="Why: JSON under the person's key.")
    state = models.CharField(
        max_length=10, choices=ProvisionalState, default=ProvisionalState.STANDS
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()
    functions_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    functions_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="stands"), name="identified_once_for_now"
            )
        ]

    def __str__(self) -> str:
        return self.state
