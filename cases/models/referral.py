"""What a first responder told: the referral and the structured parts of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import AgeStatus, OfCase
from cases.references import new_reference
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind


class Source(models.TextChoices):
    FORM = "form", _("Referral form")
    API = "api", _("REST")
    HOME_OFFICE = "home_office", _("Home Office form")
    HTCDS = "htcds", _("Human Trafficking Case Data Standard")
    REGISTER = "register", _("Earlier register of an office")


class Referral(OfCase):
    """One referral as it was sent. Immutable; a later one is linked to the same case or person."""

    receipt = models.CharField(max_length=20, unique=True, default=new_reference)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="referrals"
    )
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="referrals")
    sent_at = models.DateTimeField()
    source = models.CharField(max_length=20, choices=Source, default=Source.FORM)
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4)
    external_id = models.CharField(max_length=64, unique=True, null=True, blank=True)
    # Coded answers by question code; nothing here can say who the person is.
    answers = models.JSONField(default=dict)
    # Free text by question code, as JSON under the person's key.
    narrative = models.BinaryField(null=True)
    # Keys of an imported payload that the form does not know: names in the clear, values sealed.
    unknown_keys = models.JSONField(default=list)
    unknown_values = models.BinaryField(null=True)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followed_by"
    )

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["organisation", "-sent_at"], name="referral_of_team")]

    def __str__(self) -> str:
        return self.receipt


class Episode(OfCase):
    """One stretch of exploitation: what kind, where, when, by whom, and why it could happen."""

    position = models.PositiveSmallIntegerField(default=1)
    types = models.JSONField(default=list, help_text="Exploitation type codes of the profile.")
    place = models.CharField(max_length=30, blank=True, help_text="Place code of the profile.")
    countries = models.JSONField(default=list, help_text="ISO 3166 codes, or names as sent.")
    # Partial dates: YYYY, YYYY-MM or YYYY-MM-DD; empty is not known.
    began = models.CharField(max_length=10, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    online = models.CharField(max_length=20, blank=True)
    armed_group = models.CharField(max_length=20, blank=True)
    drivers = models.JSONField(default=list, help_text="Structural driver codes of the profile.")
    age_then_status = models.CharField(max_length=20, choices=AgeStatus, blank=True)
    age_then_years = models.PositiveSmallIntegerField(null=True)
    narrative = models.BinaryField(null=True, help_text="Free text as JSON, under the key.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="one_episode_a_position")
        ]

    def __str__(self) -> str:
        return f"Episode {self.position}"


class ConsentAnswer(models.TextChoices):
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Did not agree")
    NOT_ASKED = "not_asked", _("Could not ask yet")
    NOT_REQUIRED = "not_required", _("Not needed: treated as a child")


class Consent(OfCase):
    """What the person said to a use of their data, how it was explained, and whether it holds."""

    purpose = models.CharField(max_length=40, default="referral")
    # Of sharing with others: with which kind of organisation. Empty for the referral itself.
    recipient_kind = models.CharField(max_length=30, blank=True, choices=OrganisationKind)
    answer = models.CharField(max_length=20, choices=ConsentAnswer)
    explanation_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=20, blank=True)
    explained_by = models.CharField(max_length=40, blank=True, help_text="A role code, no name.")
    given_on = models.CharField(max_length=10, blank=True)
    ends_on = models.DateField(null=True, help_text="The last day on which it holds, where said.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.answer}"


class Safety(models.TextChoices):
    SAFE = "safe", _("Safe")
    UNSAFE = "unsafe", _("Not safe")
    UNKNOWN = "unknown", _("Not known: do not use")


class InterpreterSex(models.TextChoices):
    ANY = "any", _("Any")
    FEMALE = "female", _("A woman")
    MALE = "male", _("A man")


class SafeContact(OfCase):
    """How the person may be reached, and whom they want as an interpreter. UNKNOWN is refused like
    UNSAFE. The newest card counts."""

    call = models.CharField(max_length=10, choices=Safety, default=Safety.UNKNOWN)
    text = models.CharField(max_length=10, choices=Safety, default=Safety.UNKNOWN)
    voicemail = models.CharField(max_length=10, choices=Safety, default=Safety.UNKNOWN)
    email = models.CharField(max_length=10, choices=Safety, default=Safety.UNKNOWN)
    post = models.CharField(max_length=10, choices=Safety, default=Safety.UNKNOWN)
    # Times, code word, who may answer, dialect: free text as JSON under the person's key.
    details = models.BinaryField(null=True)
    interpreter_sex = models.CharField(
        max_length=10, blank=True, db_default="", choices=InterpreterSex
    )
    # Nobody of the family, and nobody who came along, interprets or is in the room.
    no_companions = models.BooleanField(default=True, db_default=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return "Safe-contact card"


class Allegation(OfCase):
    """An offence that the person is accused of, and its next hearing."""

    offence = models.BinaryField(help_text="What is alleged, under the person's key.")
    stage = models.CharField(max_length=30, blank=True)
    hearing_on = models.DateField(null=True)
    hearing = models.CharField(max_length=30, blank=True)
    detained = models.BooleanField(null=True)
    episode = models.ForeignKey(
        Episode, null=True, blank=True, on_delete=models.SET_NULL, related_name="allegations"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["hearing_on"]

    def __str__(self) -> str:
        return f"Allegation {self.id}"
