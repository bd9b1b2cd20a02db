"""The hearings of a matter that are over, or were moved. The next one stands in the matter
itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.matter import HearingKind, Interpreter, Matter
from nrm.accounts.models import User


class HearingResult(models.TextChoices):
    NOT_SAID = "", _("Nobody has said what happened")
    HELD = "held", _("It took place")
    MOVED = "moved", _("It was moved to another day")
    CANCELLED = "cancelled", _("It was called off")
    ABSENT = "absent", _("The person was not there")


class Hearing(OfCase):
    """`told` is what happened, in words, under the person's key."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="hearings")
    kind = models.CharField(max_length=20, choices=HearingKind, blank=True)
    on_day = models.DateField()
    interpreter = models.CharField(max_length=20, choices=Interpreter, blank=True)
    result = models.CharField(max_length=10, choices=HearingResult, blank=True)
    told = models.BinaryField(null=True, help_text="Under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-on_day", "-at", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["matter", "-on_day", "-at"], name="hearing_of_matter")]

    def __str__(self) -> str:
        return f"Hearing {self.id}"
