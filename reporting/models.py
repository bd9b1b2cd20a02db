"""Releases of statistics, asked for, built, approved by two people and never changed; what is
unusual in the trail; and what an auditor keeps."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class FrozenTable(models.Model):
    """One fixed table over one closed quarter, as it was when it was first built: before there were
    releases. None is made any more; what there is stays as it was, and is shown as what it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    profile_code = models.CharField(max_length=30)
    quarter = models.CharField(max_length=7, help_text="Such as 2026-Q1.")
    # Cells after the rule: [{"code", "count"}]; a hidden count is null. True counts: nowhere.
    cells = models.JSONField()
    total = models.PositiveIntegerField(null=True)
    rule = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-quarter", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "profile_code", "quarter"], name="one_freeze_a_quarter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.quarter}"


class CodeSecret(models.Model):
    """From what an auditor's codes are made. Sealed under their own key; it never changes, or they
    would lose sight of what they were looking at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"Of {self.user_id}"


class AnomalyKind(models.TextChoices):
    NIGHT = "night", _("Looks at night")
    VOLUME = "volume", _("Many cases in a day")
    UNASSIGNED = "unassigned", _("Cases that nobody gave them")
    REFUSALS = "refusals", _("Several refusals")


class Anomaly(models.Model):
    """Something unusual in the trail: one person, one day, and how many there were. The job that
    reads the trail writes it, and writes the number higher while the day lasts; an auditor looks
    into so many of them as there were then, and if there are more, it is open again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=AnomalyKind)
    actor_id = models.UUIDField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    figure = models.PositiveIntegerField(help_text="From how many the profile has it shown.")
    hours = models.CharField(max_length=11, blank=True, help_text="Those of the night.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    looked_count = models.PositiveIntegerField(default=0, db_default=0)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.UUIDField(null=True)
    note = models.BinaryField(null=True)  # under the key of who looked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "kind", "day"], name="one_anomaly_a_day")
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="anomaly_by_time"),
            models.Index(
                fields=["-last_at", "-id"],
                condition=models.Q(count__gt=models.F("looked_count")),
                name="anomaly_open_by_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"

    @property
    def lock_id(self) -> uuid.UUID:
        return self.pk

    @property
    def is_open(self) -> bool:
        return self.count > self.looked_count


class Watched(models.Model):
    """The one row that says up to when the trail was read for what is unusual."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.until)


# Releases ----------------------------------------------------------------------------------------
class ReleaseState(models.TextChoices):
    ASKED = "asked", _("Being built")
    BUILT = "built", _("Waits for two people")
    BLOCKED = "blocked", _("Did not withstand the attacks")
    PUBLISHED = "published", _("Published")
    WITHHELD = "withheld", _("Withheld")
    # Put back after a restore: it was built once, and its files may be published.
    LOST = "lost", _("Lost with a restore")


class ReleaseStep(models.TextChoices):
    WAITING = "waiting", _("Waits for its turn")
    FREEZING = "freezing", _("One row a person is written down")
    COUNTING = "counting", _("The rows are counted, and noise is added")
    ATTACKING = "attacking", _("It is attacked, together with every earlier release")
    DONE = "done", _("Done")


class WithholdReason(models.TextChoices):
    WRONG = "wrong", _("What was recorded of the period is wrong")
    RISK = "risk", _("It could put somebody at risk")
    LAW = "law", _("The law does not allow it now")


class Release(models.Model):
    """What is released of one closed period, from when it was asked for: one a period, for good.
    The trigger of the database lets it go forward only, and never be published by one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile_code = models.CharField(max_length=30)
    period = models.CharField(max_length=7, help_text="Such as 2026-Q1, or 2026.")
    state = models.CharField(max_length=12, choices=ReleaseState, default=ReleaseState.ASKED)
    step = models.CharField(max_length=12, choices=ReleaseStep, default=ReleaseStep.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, help_text="When building broke off last.")
    built_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file as JSON.")
    # What was tried and what came of it, in codes; nothing that an attack proved of a count.
    attacks = models.JSONField(null=True)
    published_at = models.DateTimeField(null=True)
    withheld_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withheld_at = models.DateTimeField(null=True)
    withheld_because = models.CharField(max_length=12, choices=WithholdReason, blank=True)

    class Meta:
        ordering = ["-period"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["profile_code", "period"], name="one_release_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.profile_code} {self.period}"

    @property
    def lock_id(self) -> uuid.UUID:
        return self.pk


class Spend(models.Model):
    """Epsilon that a release has taken of what its year may spend. It is never given back. The
    database refuses a row that would go past `cap`, however many come at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile_code = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    epsilon = models.DecimalField(max_digits=20, decimal_places=12)
    cap = models.DecimalField(max_digits=20, decimal_places=12)
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="spend")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-year", "at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(epsilon__gt=0), name="spend_is_something")
        ]
        indexes = [models.Index(fields=["profile_code", "year"], name="spend_of_year")]

    def __str__(self) -> str:
        return f"{self.profile_code} {self.year}: {self.epsilon}"


class Approval(models.Model):
    """One of the two people without whom nothing is published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["release", "by"], name="one_approval_a_person")
        ]

    def __str__(self) -> str:
        return f"Approval {self.id}"


class ReleaseFile(models.Model):
    """A file of a release, as it was made when it was built: its bytes never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, help_text="Such as json, csv, ods-fr or html-en.")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["release", "kind"], name="one_file_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.release_id}"


class Snapshot(models.Model):
    """That a period was frozen for a release. The salt stays here: with it, the rows can be proved
    later to be those whose hash was published."""

    release = models.OneToOneField(
        Release, primary_key=True, on_delete=models.PROTECT, related_name="snapshot"
    )
    salt = models.BinaryField()
    frozen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Snapshot of {self.release_id}"


class SnapshotRow(models.Model):
    """One person in the period, in coarse codes alone: nothing here leads to a case. Rows stand in
    the order of their codes, so that their numbers say nothing of who came first. A code is empty
    where no count of this person needs it; of a sealed case all are. Written by the freeze step of
    the database and read by nrm_reporting, and by nobody else."""

    pk = models.CompositePrimaryKey("snapshot_id", "number")
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField()
    sealed = models.BooleanField()

    # What the person is counted among.
    referrals = models.BooleanField()
    notifications = models.BooleanField()
    first_decisions = models.BooleanField()
    final_decisions = models.BooleanField()
    reconsiderations = models.BooleanField()
    recovery_and_support = models.BooleanField()
    services = models.BooleanField()
    matters = models.BooleanField()

    age = models.CharField(max_length=40)
    sex = models.CharField(max_length=40)
    nationality = models.CharField(max_length=40)
    exploitation = models.CharField(max_length=40)
    place = models.CharField(max_length=40)
    responder = models.CharField(max_length=40)
    # Null in what was frozen before it was a column: the salted hash of such rows is without it.
    authority = models.CharField(max_length=40, null=True)  # noqa: DJ001
    circumstance = models.CharField(max_length=40)
    driver = models.CharField(max_length=40)
    first_outcome = models.CharField(max_length=40)
    first_time = models.CharField(max_length=40)
    final_outcome = models.CharField(max_length=40)
    final_time = models.CharField(max_length=40)
    reconsideration = models.CharField(max_length=40)
    recovery = models.CharField(max_length=40)
    matter_outcome = models.CharField(max_length=40)
    service = ArrayField(models.CharField(max_length=40))

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Row {self.number}"
