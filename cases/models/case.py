"""The case: what is known of a referral's life, without saying whose it is."""

import uuid
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.references import new_reference
from identities.models import Person
from nrm.accounts.models import Organisation, User
from nrm.profiles import Profile, load_profile

if TYPE_CHECKING:
    from cases.models.finding import FindingSet
    from cases.rights import CaseRight


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: User, right: "CaseRight") -> "CaseQuerySet":
        """The cases on which the actor has the right: the only door for pages, REST, export,
        search and tasks. An inactive actor has none; a superuser has what grants give, no more."""
        from cases.access import visible

        return visible(self, actor, right)


class AgeStatus(models.TextChoices):
    CHILD = "child", _("Under 18")
    ADULT = "adult", _("18 or over")
    DISPUTED = "disputed", _("Age disputed: treated as a child")
    NOT_SURE = "not_sure", _("May be under 18: treated as a child")


class CaseKind(models.TextChoices):
    REFERRAL = "referral", _("Referral")
    DUTY_TO_NOTIFY = "duty_to_notify", _("Duty to notify")


class Confidentiality(models.TextChoices):
    NORMAL = "normal", _("Normal")
    RESTRICTED = "restricted", _("Restricted: named people")
    SEALED = "sealed", _("Sealed: named people, shown nowhere else")


class ConfidentialityReason(models.TextChoices):
    INSIDER = "insider_risk", _("Somebody inside could put the person at risk")
    ARMED_GROUP = "armed_group", _("An armed group or a security force is involved")
    ATTENTION = "public_attention", _("The press or the public follows the case")
    WISH = "wish_of_the_person", _("The person asked for it")
    PEOPLE = "other_people", _("Other people work on it now")
    ENDED = "ended", _("The reason for it has ended")


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True, default=new_reference)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=20, choices=CaseKind, default=CaseKind.REFERRAL)

    # The law that the case started under, for good.
    profile_code = models.CharField(max_length=30)
    profile_version = models.CharField(max_length=20)
    calendar = models.CharField(max_length=40)
    jurisdiction = models.CharField(max_length=40)

    stage = models.CharField(max_length=40)
    stage_since = models.DateTimeField()
    age_status = models.CharField(max_length=20, choices=AgeStatus)
    age_years = models.PositiveSmallIntegerField(null=True, help_text="As told; may be wrong.")
    language = models.CharField(max_length=20, blank=True, help_text="ISO 639 code, or empty.")
    interpreter_needed = models.BooleanField(null=True)
    confidentiality = models.CharField(
        max_length=20, choices=Confidentiality, default=Confidentiality.NORMAL
    )

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    caseworker = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_cases"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Since when it is held for a while; until when the profile keeps it after its end.
    suspended_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)

    # The earliest open deadline, kept by the deadline actions so that lists can be ordered by it.
    next_due_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["next_due_at", "id"]
        default_permissions = ()
        # How near somebody stands to a case. What each nearness may do is declared in cases.rights.
        permissions = [
            ("refer", "Referred the case"),
            ("work", "Works on the case"),
            ("decide", "Decides the case"),
            ("protect", "Protects the person"),
            ("prosecute", "Answers for the prosecution"),
            ("emergency", "Opened the case in an emergency"),
        ]
        indexes = [
            models.Index(fields=["next_due_at", "id"], name="case_by_next_due"),
            models.Index(fields=["stage", "next_due_at", "id"], name="case_by_stage"),
            models.Index(fields=["-opened_at", "id"], name="case_by_opened"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.reference])

    @property
    def pseudonym(self) -> str:
        return self.person.pseudonym

    @property
    def lock_id(self) -> UUID:
        return self.id

    @property
    def case_id(self) -> UUID:
        return self.id

    @cached_property
    def profile(self) -> Profile:
        return load_profile(self.profile_code, self.profile_version)

    @cached_property
    def findings_now(self) -> "FindingSet | None":
        """The findings that hold, read once for all parts of a page. Actions read them anew."""
        return self.findingsets.filter(superseded_at=None).first()

    @property
    def treated_as_child(self) -> bool:
        return self.age_status != AgeStatus.ADULT


class OfCase(models.Model):
    """Something that belongs to a case and is locked with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def lock_id(self) -> UUID:
        return self.case_id
