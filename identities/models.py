"""Who a person is. Nothing outside this room holds a name, a birth date, a contact or a document
number, and here they are encrypted and shown only to a transaction that has said why."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A person in the system, known everywhere else by a pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, help_text="When their keys were destroyed.")

    def __str__(self) -> str:
        return self.pseudonym


class DataKey(models.Model):
    """A data key, wrapped. Its owner's values name it by its number; the highest seals."""

    number = models.PositiveIntegerField(default=1)
    kek = models.PositiveIntegerField(help_text="Version of the key-encryption key.")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class PersonKey(DataKey):
    """The person's data key, wrapped. Lives in schema `keys`, which is dumped apart; deleting the
    rows makes everything under the keys unreadable for good."""

    OWNER = "person_id"

    pk = models.CompositePrimaryKey("person_id", "number")
    person_id = models.UUIDField()

    class Meta:
        # Quotes are ours on purpose: Django has no notion of schemas.
        db_table = 'keys"."person_key'

    def __str__(self) -> str:
        return f"Key of {self.person_id}"


class UserKey(DataKey):
    """The data key of a user's own kept texts, wrapped. Beside the keys of persons, so that neither
    opens what the other sealed."""

    OWNER = "user_id"

    pk = models.CompositePrimaryKey("user_id", "number")
    user_id = models.UUIDField()

    class Meta:
        # Quotes are ours on purpose: Django has no notion of schemas.
        db_table = 'keys"."user_key'

    def __str__(self) -> str:
        return f"Key of user {self.user_id}"


class Rotation(models.Model):
    """A change of keys, under way or done. Values whose data key is older than `started_at` move to
    a fresh one; one that was broken off goes on where it stopped."""

    started_at = models.DateTimeField()
    wrapped_at = models.DateTimeField(null=True, help_text="Every data key is wrapped anew.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = 'keys"."rotation'

    def __str__(self) -> str:
        return f"Rotation of {self.started_at:%Y-%m-%d}"


class KeptText(models.Model):
    """What somebody had typed when their session ended, sealed under their own key and shown to
    nobody else: the address it was for and the fields, as one JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.UUIDField()
    content = models.BinaryField()
    kept_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-kept_at"], name="kept_of_user"),
            models.Index(fields=["expires_at"], name="kept_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"Kept text of {self.user_id}"


class FactKind(models.TextChoices):
    NAME = "name", _("Name")
    ALIAS = "alias", _("Other name or nickname")
    BIRTH_DATE = "birth_date", _("Date of birth")
    TELEPHONE = "telephone", _("Telephone")
    EMAIL = "email", _("E-mail address")
    ADDRESS = "address", _("Address")
    DOCUMENT = "document", _("Document or reference number")
    NOMINATED_NAME = "nominated_name", _("Nominated person: name")
    NOMINATED_CONTACT = "nominated_contact", _("Nominated person: contact")


class Fact(models.Model):
    """One encrypted fact about who a person is. Corrected by a newer fact; never overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=30, choices=FactKind)
    value = models.BinaryField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "kind"], name="fact_of_person")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.person_id}"


class Disclosure(models.Model):
    """Somebody was shown, or recorded, who a person is: who, whom, for which case, and why.

    The database admits a fact to a transaction only if the transaction has written one of these,
    so a reveal cannot go unrecorded. `xact`, `at` and `actor_id` are set by trigger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="disclosures")
    case_id = models.UUIDField(null=True)
    actor_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    reason = models.BinaryField(null=True, help_text="Free text, under the person's key.")
    xact = models.BigIntegerField(editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "xact"], name="disclosure_of_person"),
            models.Index(fields=["case_id", "-at"], name="disclosure_by_case"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.person_id}"


# Erasing -----------------------------------------------------------------------------------------
class HoldReason(models.TextChoices):
    PROCEEDINGS = "proceedings", _("Criminal proceedings")
    CLAIM = "claim", _("A claim for compensation, or another claim")
    REVIEW = "review", _("A decision is reviewed or appealed")
    INQUIRY = "inquiry", _("An inquiry or inspection")
    ORDERED = "ordered", _("A court or an authority ordered it")


class LiftReason(models.TextChoices):
    ENDED = "ended", _("What it was for has ended")
    ORDERED = "ordered", _("A court or an authority ordered it")
    MISTAKE = "mistake", _("It was set by mistake")


class EraseReason(models.TextChoices):
    ASKED = "asked", _("The person asked for it")
    TERM = "term", _("The time for which it may be kept is over")
    NO_GROUND = "no_ground", _("There was no legal ground to keep it")
    ORDERED = "ordered", _("A court or an authority ordered it")
    MISTAKE = "mistake", _("It was recorded by mistake")


class LegalHold(models.Model):
    """While it is not lifted, the person's keys cannot be destroyed; the database sees to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    case_id = models.UUIDField()
    reason = models.CharField(max_length=20, choices=HoldReason)
    note = models.BinaryField(null=True, help_text="Under the person's key.")
    set_by = models.UUIDField()
    set_at = models.DateTimeField()
    lifted_for = models.CharField(max_length=20, choices=LiftReason, blank=True)
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id"],
                condition=models.Q(lifted_at=None),
                name="one_hold_a_case",
            )
        ]
        indexes = [models.Index(fields=["person_id"], name="hold_of_person")]

    def __str__(self) -> str:
        return f"{self.reason} of {self.person_id}"


class ErasureState(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    ERASED = "erased", _("Erased")
    REFUSED = "refused", _("Not agreed")
    WITHDRAWN = "withdrawn", _("Taken back")


class Erasure(models.Model):
    """One person asked for an identity to be erased, and another decided. It stays when the
    identity is gone, with the note that nobody can open any more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    case_id = models.UUIDField()
    reason = models.CharField(max_length=20, choices=EraseReason)
    note = models.BinaryField(null=True, help_text="Under the person's key.")
    state = models.CharField(max_length=20, choices=ErasureState, default=ErasureState.ASKED)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(
        null=True, help_text="When the person's id was noted outside the database."
    )

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(state="asked"),
                name="one_open_erasure_a_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["erased", "refused"])
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("asked_by"))),
                name="erased_by_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["person_id", "-asked_at"], name="erasure_of_person"),
            models.Index(
                fields=["decided_at"],
                condition=models.Q(state="erased", noted_at=None),
                name="erasure_not_noted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.person_id}"


# Finding -----------------------------------------------------------------------------------------
class Token(models.Model):
    """One HMAC token of a person's facts (identities.tokens). The database shows a token only to a
    transaction that has written a search for this very one."""

    person_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    key = models.PositiveSmallIntegerField(help_text="Number of the search key.")
    token = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["token"], name="token_by_itself"),
            models.Index(fields=["person_id"], name="token_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class Search(models.Model):
    """Somebody searched for a person, or a new referral for others of the same person: by which
    kinds of tokens and by which, never by which words. Stamped by trigger, as a disclosure is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_id = models.UUIDField()
    purpose = models.CharField(max_length=20)  # find, or duplicates
    kinds = models.JSONField(default=list)
    tokens = ArrayField(models.BinaryField())
    xact = models.BigIntegerField(editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["xact"], name="search_by_xact"),
            models.Index(fields=["actor_id", "-at"], name="search_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.actor_id}"


class Likeness(models.Model):
    """Two people who may be one, as their tokens say: found when the later was recorded."""

    person_id = models.UUIDField()
    other_id = models.UUIDField()
    kinds = models.JSONField(default=list, help_text="Which kinds of tokens they share.")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "other_id"], name="one_likeness_a_pair")
        ]
        indexes = [models.Index(fields=["other_id"], name="likeness_of_other")]

    def __str__(self) -> str:
        return f"{self.person_id} may be {self.other_id}"
