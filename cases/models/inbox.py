"""What people are told: in the application's inbox exactly once, by e-mail at least once."""

import uuid

from django.db import models

from cases.models.case import Case
from cases.models.deadline import Deadline
from nrm.accounts.models import User


class InboxItem(models.Model):
    """Ids follow the time, so that an index grows at its end. There is no index of the case or the
    deadline alone, because no statement asks for these."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="inbox", db_index=False)
    kind = models.CharField(max_length=40, help_text="A code; the words are made when it is shown.")
    case = models.ForeignKey(
        Case, null=True, on_delete=models.CASCADE, related_name="inbox_items", db_index=False
    )
    deadline = models.ForeignKey(
        Deadline, null=True, on_delete=models.CASCADE, related_name="reminders", db_index=False
    )
    rung = models.CharField(max_length=30, blank=True)
    # What makes a second ring silent: one item a key and user.
    once = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "once"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="inbox_of_user"),
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(read_at=None),
                name="inbox_unread",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class OutgoingMail(models.Model):
    """An e-mail that is to go out: "You have a task", a link, nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.OneToOneField(InboxItem, on_delete=models.CASCADE, related_name="mail")
    message_id = models.CharField(max_length=120)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # After a failure, when it is tried again.
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message_id"], name="one_mail_a_message_id")]
        indexes = [
            models.Index(
                fields=["queued_at"], condition=models.Q(sent_at=None), name="mail_to_send"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
