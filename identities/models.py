"""Who a person is. Nothing outside this room holds a name, a birth date, a contact or a document
number, and here they are encrypted and shown only to a transaction that has said why."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A person in the system, known everywhere else by a pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=60)
    created_at = models.DateTimeField()

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
