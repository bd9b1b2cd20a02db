"""A referral that has not been sent. It belongs to the team, not to one person's e-mail address."""

import uuid
from uuid import UUID

from django.db import models

from identities.models import Person
from nrm.accounts.models import Organisation, User


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="draft")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="drafts")
    profile_code = models.CharField(max_length=30)
    profile_version = models.CharField(max_length=20)
    answers = models.BinaryField(help_text="All answers as JSON, under the person's key.")
    sections_done = models.JSONField(default=list, help_text="Codes of the sections completed.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts_started")
    started_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts_saved")
    saved_at = models.DateTimeField()
    # Who has it open now, so that a colleague is told.
    editor = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="drafts_open"
    )
    editor_since = models.DateTimeField(null=True)
    warn_on = models.DateField()
    delete_on = models.DateField()
    warned_at = models.DateTimeField(null=True)
    # The key of the form that sends it: ten clicks, one referral.
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-saved_at"]
        indexes = [models.Index(fields=["organisation", "-saved_at"], name="draft_of_team")]

    def __str__(self) -> str:
        return f"Draft {self.id}"

    @property
    def lock_id(self) -> UUID:
        return self.id
