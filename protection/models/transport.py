"""How a person gets to the place where a bed is held for them, or where they live."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User
from protection.models.shelter import Stay


class ArrangedBy(models.TextChoices):
    """Who brings them. The police only where somebody says so: nothing proposes them."""

    SHELTER = "shelter", _("The shelter")
    PROVIDER = "provider", _("Another provider")
    OTHER = "other", _("Somebody else")
    POLICE = "police", _("The police, where the person wants that")


class Transport(OfCase):
    """One of a stay. The provider of the place reads it, without the words."""

    stay = models.OneToOneField(Stay, on_delete=models.CASCADE, related_name="transport")
    arranged_by = models.CharField(max_length=10, choices=ArrangedBy)
    leaves_at = models.DateTimeField()
    apart = models.BooleanField(help_text="Nobody else may be in the car, or not these.")
    told = models.BinaryField(null=True, help_text="Words, under the person's key.")
    done_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Transport {self.id}"
