"""Two cases of one person: that one goes on in the other, and that this is undone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, OfCase
from nrm.accounts.models import User


class MergeReason(models.TextChoices):
    DOCUMENT = "same_document", _("The same document was seen")
    PERSON = "person_says", _("The person says so")
    REFERRER = "referrer_says", _("Whoever referred them says so")
    COMPARED = "compared", _("The two records were compared")


class UndoReason(models.TextChoices):
    TWO_PEOPLE = "two_people", _("They are two people")
    MISTAKE = "mistake", _("It was done by mistake")


class MergingState(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Not agreed")
    WITHDRAWN = "withdrawn", _("Taken back")


class Merging(OfCase):
    """That `case` goes on in `into`, or with `undo` that it does so no more: asked for by one
    person, decided by another. Nothing is moved: both cases stay as they are. `kept` is what has to
    be put back when it is undone, of which `undone_at` is the moment."""

    into = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="merged")
    undo = models.BooleanField(default=False)
    reason = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=MergingState, default=MergingState.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list)

    class Meta:
        ordering = ["-asked_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="asked"), name="one_merging_waits"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="agreed", undo=False, undone_at=None),
                name="merged_once",
            ),
            models.CheckConstraint(condition=~Q(case=models.F("into")), name="merged_with_another"),
            models.CheckConstraint(
                condition=~Q(decided_by=models.F("asked_by")) | Q(state="withdrawn"),
                name="merging_of_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.state

    def get_reason_display(self) -> str:
        """Why it was asked for, in words."""
        return str((UndoReason if self.undo else MergeReason)(self.reason).label)

    @classmethod
    def that_hold(cls) -> "models.QuerySet[Merging]":
        """Those by which a case goes on in another one now."""
        return cls.objects.filter(state=MergingState.AGREED, undo=False, undone_at=None)

    @property
    def holds(self) -> bool:
        """Whether the case goes on in the other one now."""
        return self.state == MergingState.AGREED and not self.undo and self.undone_at is None
