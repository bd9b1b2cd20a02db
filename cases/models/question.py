"""What somebody outside was asked about a case, and by when an answer is due."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.deadline import Deadline
from nrm.accounts.models import User


class QuestionState(models.TextChoices):
    ASKED = "asked", _("Waits for an answer")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Taken back")


class Question(OfCase):
    """`told` is JSON under the person's key: the `recipient` in words, and what is `asked`. The
    clock is its own, where the profile has one for it."""

    told = models.BinaryField(help_text="JSON under the person's key.")
    due_on = models.DateField(help_text="As it was asked; the clock may be extended since.")
    deadline = models.ForeignKey(
        Deadline, null=True, on_delete=models.PROTECT, related_name="questions"
    )
    state = models.CharField(max_length=12, choices=QuestionState, default=QuestionState.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)
    answer = models.BinaryField(null=True, help_text="Under the person's key.")
    answered_on = models.DateField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["case", "-asked_at", "id"], name="question_of_case")]

    def __str__(self) -> str:
        return self.state
