"""Things to do on a case, such as the day-0 tasks of a child."""

from django.db import models

from cases.models.case import OfCase
from nrm.accounts.models import User


class CaseTask(OfCase):
    code = models.CharField(max_length=60, help_text="Task code of the profile.")
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["opened_at", "code"]
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="one_task_a_code")]

    def __str__(self) -> str:
        return self.code
