"""That a person loses the protection of the law: proposed by one, told to the person, who may
answer, and decided by another; with its own road back, on which others answer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.reconsideration import AskedBy, LookState
from nrm.accounts.models import User


class DisqualificationState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed: nothing is decided")
    TAKEN_BACK = "taken_back", _("Taken back before it was decided")
    NOT_MADE = "not_made", _("Not disqualified: protection goes on")
    MADE = "made", _("Disqualified")
    LIFTED = "lifted", _("Lifted: protection goes on")


class Answered(models.TextChoices):
    SAID = "said", _("The person, or somebody for them, answered")
    NOTHING = "nothing", _("The person wants to say nothing to it")


class Disqualification(OfCase):
    """`told` is JSON under the person's key: why it is proposed (`why`). `answer`, what the person
    said to it; `reasons`, why it was decided so. On the road back, `look_told` is JSON (`why`, and
    what is `exceptional` where its days were over), `look_answer` why it was answered so."""

    grounds = models.JSONField(default=list, help_text="Grounds of the profile.")
    told = models.BinaryField(help_text="JSON under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(
        max_length=12, choices=DisqualificationState, default=DisqualificationState.PROPOSED
    )

    # That the person was told, and what they said.
    person_told_on = models.DateField(null=True)
    person_told_channel = models.CharField(max_length=20, blank=True)
    person_told_language = models.CharField(max_length=20, blank=True)
    answered = models.CharField(max_length=10, choices=Answered, blank=True)
    answered_on = models.DateField(null=True)
    answer = models.BinaryField(null=True, help_text="Under the person's key.")

    # The decision of another person.
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reasons = models.BinaryField(null=True, help_text="Under the person's key.")
    served_on = models.DateField(null=True)
    served_channel = models.CharField(max_length=20, blank=True)
    served_language = models.CharField(max_length=20, blank=True)

    # The road back.
    look_state = models.CharField(max_length=12, choices=LookState, blank=True)
    look_by = models.CharField(max_length=20, choices=AskedBy, blank=True)
    look_on = models.DateField(null=True)
    look_grounds = models.JSONField(default=list, help_text="Grounds of the profile.")
    look_late = models.BooleanField(default=False)
    look_told = models.BinaryField(null=True, help_text="JSON under the person's key.")
    look_recorded_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    look_answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    look_answered_at = models.DateTimeField(null=True)
    look_answer = models.BinaryField(null=True, help_text="Under the person's key.")

    class Meta:
        ordering = ["-at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["proposed", "made"]),
                name="one_disqualification",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")),
                name="disqualified_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["made", "not_made", "lifted"]) | ~Q(decided_by=None),
                name="disqualified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(look_answered_by=None)
                | (
                    ~Q(look_answered_by=F("by"))
                    & ~Q(look_answered_by=F("decided_by"))
                    & ~Q(look_answered_by=F("look_recorded_by"))
                ),
                name="road_back_by_others",
            ),
        ]

    def __str__(self) -> str:
        return self.state
