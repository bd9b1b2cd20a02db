"""The roles that a person can hold in an organisation. Codes are code; labels are translated."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    FIRST_RESPONDER = "first_responder", _("First responder")
    RESPONDER_LEAD = "responder_lead", _("Responder lead")
    INTAKE = "intake", _("Intake")
    CASEWORKER = "caseworker", _("Caseworker")
    SUPERVISOR = "supervisor", _("Supervisor")
    PROTECTION_PROVIDER = "protection_provider", _("Protection provider")
    PROSECUTION_LIAISON = "prosecution_liaison", _("Prosecution liaison")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class OrganisationKind(models.TextChoices):
    POLICE = "police", _("Police")
    GOVERNMENT = "government", _("Government body")
    LOCAL_AUTHORITY = "local_authority", _("Local authority")
    NGO = "ngo", _("Charity or NGO")
    HEALTH = "health", _("Health service")
    COMPETENT_AUTHORITY = "competent_authority", _("Competent authority")
    PROVIDER = "provider", _("Protection provider")
    PROSECUTION = "prosecution", _("Prosecution")
    OVERSIGHT = "oversight", _("Oversight")


# Which roles an organisation of a kind can have.
ROLES_OF: dict[str, frozenset[str]] = {
    **{
        kind: frozenset({Role.FIRST_RESPONDER, Role.RESPONDER_LEAD})
        for kind in (
            OrganisationKind.POLICE,
            OrganisationKind.GOVERNMENT,
            OrganisationKind.LOCAL_AUTHORITY,
            OrganisationKind.NGO,
            OrganisationKind.HEALTH,
        )
    },
    OrganisationKind.COMPETENT_AUTHORITY: frozenset(
        {Role.INTAKE, Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR}
    ),
    OrganisationKind.PROVIDER: frozenset(
        {Role.PROTECTION_PROVIDER, Role.FIRST_RESPONDER, Role.RESPONDER_LEAD}
    ),
    OrganisationKind.PROSECUTION: frozenset({Role.PROSECUTION_LIAISON}),
    OrganisationKind.OVERSIGHT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}
