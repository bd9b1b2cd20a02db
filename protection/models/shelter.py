"""Shelter: places by region and code, their beds, who is in one, and whom or what a person must be
kept from. Where a place is, is apart and sealed."""

import uuid
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import Organisation, User


class Place(models.Model):
    """A place of a provider, known by a code that says nothing of where it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="places")
    code = models.CharField(max_length=10, unique=True, help_text="Drawn by lot.")
    region = models.CharField(max_length=40, help_text="A region of the profile, and no nearer.")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.code

    @property
    def lock_id(self) -> UUID:
        return self.id


class Address(models.Model):
    """Where a place is, under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="address")
    value = models.BinaryField(help_text="Under the key of the place.")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Address of {self.place_id}"


class AddressReading(models.Model):
    """Somebody reads or writes where a place is. Without such a row of the same transaction the
    database shows no address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="readings")
    actor_id = models.UUIDField()
    xact = models.BigIntegerField(editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["place", "xact"], name="reading_of_address")]

    def __str__(self) -> str:
        return f"Reading {self.id}"


class SexOf(models.TextChoices):
    ANY = "any", _("Anybody")
    FEMALE = "female", _("Women and girls")
    MALE = "male", _("Men and boys")


class AgesOf(models.TextChoices):
    ANY = "any", _("Any age")
    ADULTS = "adults", _("Adults")
    CHILDREN = "children", _("Children, and who is treated as one")


class Taken(models.TextChoices):
    FREE = "", _("Free")
    HELD = "held", _("Held")
    OCCUPIED = "occupied", _("Occupied")


class OutReason(models.TextChoices):
    REPAIR = "repair", _("Repair or cleaning")
    SAFETY = "safety", _("The place is not safe now")
    STAFF = "staff", _("Not enough staff")
    OTHER = "other", _("Another reason")


class Bed(models.Model):
    """A bed in a unit of a place, and for whom it is. Whether it is taken the database keeps, by
    the stays, whoever writes one: of whom, it does not say here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="beds")
    unit = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=10, choices=SexOf, default=SexOf.ANY)
    ages = models.CharField(max_length=10, choices=AgesOf, default=AgesOf.ANY)
    family = models.BooleanField(default=False)
    step_free = models.BooleanField(default=False)
    out_because = models.CharField(max_length=20, blank=True, choices=OutReason)
    out_since = models.DateTimeField(null=True)
    taken = models.CharField(max_length=10, blank=True, choices=Taken, db_default="")
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place", "unit", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["place", "unit", "number"], name="one_bed_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.unit}/{self.number}"

    @property
    def lock_id(self) -> UUID:
        return self.id

    @property
    def organisation_id(self) -> UUID:
        """Whose it is, as a right of the team asks."""
        return self.place.organisation_id


class StayState(models.TextChoices):
    HELD = "held", _("Held")
    OCCUPIED = "occupied", _("Lives there")
    LAPSED = "lapsed", _("The hold ran out")
    ENDED = "ended", _("Ended")


class Stay(OfCase):
    """A bed is held for a person, they live there, they leave. In a bed there is one at a time, and
    a person is in one bed at a time: two constraints see to it, whoever writes."""

    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="stays")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StayState, default=StayState.HELD)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    hold_until = models.DateTimeField()
    moved_in_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, help_text="An exit code of the profile.")
    # When the sweep has something to say of a hold; none of one that was used or given up.
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-held_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-held_at", "-id"], name="stay_of_case"),
            models.Index(
                fields=["next_look_at", "id"],
                condition=models.Q(next_look_at__isnull=False),
                name="stay_to_sweep",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bed"], condition=models.Q(ended_at=None), name="one_person_a_bed"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_bed_a_person"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("held", "occupied"), ended_at=None)
                | models.Q(state__in=("lapsed", "ended"), ended_at__isnull=False),
                name="stay_ends_with_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"Stay {self.id}"


class AvoidKind(models.TextChoices):
    REGION = "region", _("A region")
    EXPLOITER = "exploiter", _("Whoever is linked to the same exploiter")


class Avoidance(OfCase):
    """Where or with whom a person must not be placed. Of an exploiter a token is kept, by which two
    people of the same one are kept apart without either being named to the other's workers."""

    kind = models.CharField(max_length=10, choices=AvoidKind)
    region = models.CharField(max_length=40, blank=True)
    token = models.BinaryField(null=True)
    said = models.BinaryField(null=True, help_text="Under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Avoidance {self.id}"
