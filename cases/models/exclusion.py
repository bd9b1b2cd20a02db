"""Exclusions: who may not see a case, whatever role they hold and whatever was granted to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import Organisation, User


class ExclusionReason(models.TextChoices):
    CONFLICT = "conflict_of_interest", _("Conflict of interest")
    ARMED_GROUP = "armed_group_link", _("Link to an armed group")
    NAMED = "named", _("Named in what was told")


class LiftingReason(models.TextChoices):
    MISTAKE = "mistake", _("It was recorded by mistake")
    ENDED = "ended", _("The reason for it has ended")
    DISPROVED = "disproved", _("It was looked into and is not so")


class Exclusion(OfCase):
    """One person, or everybody of one organisation, kept from one case until `ended_at`. The
    database also keeps them from being told of it (migration 0013)."""

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="exclusions")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="exclusions"
    )
    reason = models.CharField(max_length=30, choices=ExclusionReason)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_because = models.CharField(max_length=30, blank=True, choices=LiftingReason)

    class Meta:
        ordering = ["-began_at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) ^ Q(organisation=None), name="a_person_or_an_organisation"
            ),
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(ended_at=None), name="excluded_person"
            ),
            models.UniqueConstraint(
                fields=["case", "organisation"],
                condition=Q(ended_at=None),
                name="excluded_organisation",
            ),
        ]
        indexes = [
            # Both ways: who is kept from a case, and from which cases somebody is kept.
            models.Index(
                fields=["case"], condition=Q(ended_at=None), name="exclusion_runs_by_case"
            ),
            models.Index(
                fields=["user"], condition=Q(ended_at=None), name="exclusion_runs_by_user"
            ),
            models.Index(
                fields=["organisation"], condition=Q(ended_at=None), name="exclusion_runs_by_org"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
