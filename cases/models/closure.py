"""The end of a case, and that it was opened again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class ReopenReason(models.TextChoices):
    RETURNED = "returned", _("The person came back")
    EXCEPTIONAL = "exceptional", _("Another look is asked for in exceptional circumstances")
    COURT = "court", _("A court asks for it")
    MISTAKE = "mistake", _("It was closed by mistake")


class Closure(OfCase):
    """`kept`: the clocks that it stopped, each with its state and next reminder, which run again
    when the case is opened again; `stage_before`: where it goes on then."""

    code = models.CharField(max_length=40, help_text="Closure code of the profile.")
    note = models.BinaryField(null=True, help_text="Under the person's key.")
    stage_before = models.CharField(max_length=40)
    kept = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reopened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_because = models.CharField(max_length=20, blank=True, choices=ReopenReason)

    class Meta:
        ordering = ["-at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(reopened_at=None), name="closed_once"
            )
        ]

    def __str__(self) -> str:
        return self.code
