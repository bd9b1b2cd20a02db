"""A service for a person, from the need to its end, and where it was asked for without consent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Consent
from cases.models.case import OfCase
from nrm.accounts.models import Organisation, User


class ServiceState(models.TextChoices):
    NEEDED = "needed", _("Needed")
    REFERRED = "referred", _("Referred, not answered")
    ACCEPTED = "accepted", _("Accepted, not begun")
    WAITLISTED = "waitlisted", _("On a waiting list")
    ACTIVE = "active", _("Running")
    ON_HOLD = "on_hold", _("On hold")
    DECLINED = "declined", _("Declined")
    COMPLETED = "completed", _("Completed")
    EXITED = "exited", _("Ended")


# With a provider, who sees the person for as long: the only list of it in the program. The policies
# and triggers of the database are built from it.
WITH_PROVIDER = (
    ServiceState.REFERRED,
    ServiceState.ACCEPTED,
    ServiceState.WAITLISTED,
    ServiceState.ACTIVE,
    ServiceState.ON_HOLD,
)
OVER = (ServiceState.DECLINED, ServiceState.COMPLETED, ServiceState.EXITED)


class Service(OfCase):
    """One service of the profile's catalogue, with at most one provider. Whoever is asked after a
    provider has declined gets a row of their own, and sees nothing of the one before."""

    code = models.CharField(max_length=40, help_text="A service of the profile.")
    urgency = models.CharField(max_length=20, help_text="A code of the profile.")
    state = models.CharField(
        max_length=20, choices=ServiceState, default=ServiceState.NEEDED, db_default="needed"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="services"
    )
    # On what the person said to it rests; none where it was asked for without (Override).
    consent = models.ForeignKey(
        Consent, null=True, on_delete=models.PROTECT, related_name="services"
    )
    overridden = models.BooleanField(default=False, db_default=False)
    until = models.DateTimeField(null=True, help_text="The last moment at which the consent holds.")
    reason = models.CharField(
        max_length=40, blank=True, help_text="Why it was declined, held or ended: of the profile."
    )
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    referred_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-noted_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["case", "-noted_at", "-id"], name="service_of_case"),
            models.Index(
                fields=["organisation", "-referred_at", "-id"],
                condition=models.Q(state__in=WITH_PROVIDER),
                name="service_of_provider",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"],
                condition=models.Q(state="needed"),
                name="one_need_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["case", "code", "organisation"],
                condition=models.Q(state__in=WITH_PROVIDER),
                name="one_service_a_provider",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=WITH_PROVIDER)
                | models.Q(organisation__isnull=False, referred_at__isnull=False),
                name="service_has_provider",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=WITH_PROVIDER)
                | models.Q(consent__isnull=False)
                | models.Q(overridden=True),
                name="service_rests_on_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class Override(OfCase):
    """Why somebody was referred to a service without consent to it, for supervisors to read."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="override")
    reason = models.BinaryField(help_text="Under the person's key.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_by=None) | ~models.Q(seen_by=models.F("by")),
                name="override_seen_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"Override of {self.service_id}"
