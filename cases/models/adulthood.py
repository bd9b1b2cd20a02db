"""The road to 18: the day on which a child turns 18, and whether they agree to stay in the
mechanism from then on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class StayAnswer(models.TextChoices):
    AGREED = "agreed", _("They agree to stay")
    DECLINED = "declined", _("They do not agree")


class Adulthood(OfCase):
    """One a case. The day stands in the clear, since jobs, which have no keys, follow it; it is
    read by whoever works on the case and decides it, and by nobody else near it."""

    on = models.DateField(null=True, help_text="The eighteenth birthday.")
    answer = models.CharField(max_length=10, choices=StayAnswer, blank=True)
    answered_on = models.DateField(null=True)
    method = models.CharField(max_length=20, blank=True, help_text="How it was said: a code.")
    language = models.CharField(max_length=20, blank=True, help_text="ISO 639 code.")
    interpreter = models.CharField(max_length=20, blank=True)
    # Since when the person is treated as an adult: they turned 18, or their age was decided.
    turned_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    # The next moment at which the sweep has something to say; null where it has not.
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["case"], name="one_adulthood_a_case")]
        indexes = [
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="adulthood_to_sweep",
            )
        ]

    def __str__(self) -> str:
        return f"Adulthood {self.id}"
