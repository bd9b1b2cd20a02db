from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import words
        from identities.models import UserKey
        from identities.sealed import SealedColumn
        from identities.sealed import register as register_sealed
        from nrm.accounts.navigation import register
        from nrm.accounts.roles import Role
        from reporting import policies
        from reporting.statistics import checks  # noqa: F401  registers itself

        register("statistics", _("Statistics"), Role.AUDITOR, order=10)
        register("monitoring", _("Monitoring"), Role.AUDITOR, order=15)
        words.register("monitoring.seen", _("Monitoring report read"), look=True)
        words.register("monitoring.downloaded", _("Monitoring report taken away"), look=True)
        register("audit_trail", _("Audit trail"), Role.AUDITOR, order=20)
        policies.register()
        register_sealed(
            SealedColumn(
                "reporting_codesecret",
                "secret",
                owner="t.user_id",
                lock="t.user_id",
                keys=UserKey,
            ),
            SealedColumn(
                "reporting_anomaly", "note", owner="t.looked_by", lock="t.id", keys=UserKey
            ),
        )
        words.register("counts.viewed", _("Counts of the team opened"), look=True)
        words.register("audit.viewed", _("Audit trail of this case read"), look=True)
        register("unusual_staff", _("Unusual access"), Role.SUPERVISOR, order=26)
        words.register("staff_unusual.viewed", _("List of unusual access read"), look=True)
        register("anomalies", _("Unusual access"), Role.AUDITOR, order=25)
        words.register("anomalies.viewed", _("List of unusual access read"), look=True)
        words.register("anomaly.looked_into", _("Unusual access looked into"))
        words.register("audit.staff_found", _("Code of a member of staff found"))
