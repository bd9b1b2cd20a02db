"""The register of an office on its way in: its file, which is there for a while only, what each
column means, and what became of each row."""

import uuid
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Referral
from nrm.accounts.models import Organisation, User


class State(models.TextChoices):
    READING = "reading", _("The file is being read")
    UNREADABLE = "unreadable", _("The file cannot be read")
    MAPPING = "mapping", _("Say what each column means")
    CHECKING = "checking", _("The rows are being checked")
    CHECKED = "checked", _("Checked: nothing is brought in yet")
    RUNNING = "running", _("The rows are being brought in")
    PAUSED = "paused", _("Paused")
    DECIDING = "deciding", _("Rows wait for you to decide")
    DONE = "done", _("Done: the file is deleted")
    STOPPED = "stopped", _("Stopped: the file is deleted")
    ABANDONED = "abandoned", _("Left for too long: the file is deleted")


# What the worker goes on with by itself; what is over, and has no file any more.
WORKING = (State.READING, State.CHECKING, State.RUNNING)
ENDED = (State.UNREADABLE, State.DONE, State.STOPPED, State.ABANDONED)


class RegisterImport(models.Model):
    """One register that somebody brings in for their organisation. `told` is under their own key
    and goes with the file: what the file was called, its heads, and the words of its columns.
    `mapping` says what each column means, by its number, in codes; words of the file stand in it as
    tokens alone. `remembered` is the same by the token of each head, for the next register."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="registers"
    )
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="registers")
    started_at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True)
    profile_code = models.CharField(max_length=30)
    profile_version = models.CharField(max_length=20)
    kind = models.CharField(max_length=4, help_text="csv or xlsx, told by the content.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    told = models.BinaryField(null=True, help_text="JSON under the key of who brings it in.")
    mapping = models.JSONField(default=dict)
    remembered = models.JSONField(default=dict)
    # Each row is a referral that waits for a decision from today, with its clocks.
    open_now = models.BooleanField(default=False)
    why = models.CharField(
        max_length=400, blank=True, help_text="Why it is unreadable, or is held by itself."
    )
    failed = models.PositiveSmallIntegerField(
        default=0, help_text="Steps in a row that failed: after some it is held."
    )
    rows = models.PositiveIntegerField(default=0)
    columns = models.PositiveSmallIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0, help_text="Parts of rows.")
    # How many parts of rows, and rows, are checked or brought in; it commits with what it counts.
    cursor = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    alike = models.PositiveIntegerField(default=0, help_text="Proposed, and not decided.")
    left_out = models.PositiveIntegerField(default=0)
    brought_in = models.PositiveIntegerField(default=0)
    progressed_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, help_text="When the first row was brought in.")
    ended_at = models.DateTimeField(null=True)
    delete_on = models.DateField(help_text="When the file goes if nobody goes on with it.")

    class Meta:
        ordering = ["-started_at"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["started_by", "-started_at", "-id"], name="register_of_user"),
            models.Index(
                fields=["progressed_at"],
                condition=models.Q(state__in=["reading", "checking", "running"]),
                name="register_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"Register {self.id}"

    @property
    def lock_id(self) -> UUID:
        return self.id

    @property
    def working(self) -> bool:
        return self.state in WORKING

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class RegisterPart(models.Model):
    """A part of the file as it came, or from number ROWS on, some of its rows as they were read."""

    ROWS = 100_000

    # Made of the register and the number, so that a part in the place of another does not open.
    id = models.UUIDField(primary_key=True, editable=False)
    register = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    data = models.BinaryField(help_text="Under the key of who brings it in.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="one_register_part")
        ]

    def __str__(self) -> str:
        return f"Part {self.number} of {self.register_id}"


class RowState(models.TextChoices):
    WRONG = "wrong", _("Something is wrong")
    ALIKE = "alike", _("May be there already")
    LEFT_OUT = "left_out", _("Left out")
    IN = "in", _("Brought in")


class Decision(models.TextChoices):
    IMPORT = "import", _("Bring it in all the same")
    LEAVE = "leave", _("Leave it out")


class RegisterRow(models.Model):
    """What became of one row, once: a row of which nothing is said here waits. `faults`: column (0:
    the row as a whole) and reason, without what stands in it. `like`: rows of the same file and
    receipts of the organisation's own referrals that may be about the same person, and why."""

    register = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(help_text="As a spreadsheet shows it.")
    state = models.CharField(max_length=8, choices=RowState)
    faults = models.JSONField(default=list)
    like = models.JSONField(default=dict)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    referral = models.ForeignKey(
        Referral, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="one_register_row")
        ]
        indexes = [
            models.Index(fields=["register", "state", "number"], name="register_row_by_state")
        ]

    def __str__(self) -> str:
        return f"Row {self.number} of {self.register_id}"


class RegisterToken(models.Model):
    """A search token of who stands in a row, to find the same person in another one. It goes with
    the file."""

    register = models.ForeignKey(
        RegisterImport, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    token = models.BinaryField()
    number = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["register", "token"], name="register_token")]

    def __str__(self) -> str:
        return f"Token of row {self.number}"
