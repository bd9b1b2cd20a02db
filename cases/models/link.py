"""Two cases that belong together: of one household or family, of one exploiter, of one event. Seen
by who sees both of them, and by nobody else."""

from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, OfCase
from nrm.accounts.models import User


class LinkKind(models.TextChoices):
    FAMILY = "family", _("One family")
    HOUSEHOLD = "household", _("One household")
    EXPLOITER = "exploiter", _("The same exploiter or group")
    EVENT = "event", _("The same event, place or journey")


class LinkRule(models.TextChoices):
    NONE = "none", _("No rule: they know of each other")
    TOGETHER = "together", _("They want to stay together")
    NOT_TOLD = "not_told", _("Neither is told of the other")
    APART = "apart", _("Neither is told of the other, and never under one roof")


class UnlinkReason(models.TextChoices):
    MISTAKE = "mistake", _("They were linked by mistake")
    OVER = "over", _("It is so no more")
    RULE = "rule", _("Another rule holds between them: they are linked anew")


class CaseLink(OfCase):
    """One between two cases while it holds. Why, in words, stands in `told` under the key of the
    person of `case`."""

    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_to")
    kind = models.CharField(max_length=20, choices=LinkKind)
    rule = models.CharField(max_length=20, choices=LinkRule)
    told = models.BinaryField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, choices=UnlinkReason, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-at", "-id"], name="link_of_case"),
            models.Index(fields=["other", "-at", "-id"], name="link_to_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                Least("case", "other"),
                Greatest("case", "other"),
                condition=models.Q(ended_at=None),
                name="one_link_a_pair",
            ),
            models.CheckConstraint(
                condition=~models.Q(case=models.F("other")), name="link_of_two_cases"
            ),
        ]

    def __str__(self) -> str:
        return f"Link {self.id}"
