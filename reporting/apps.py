from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from identities.models import UserKey
        from identities.sealed import SealedColumn
        from identities.sealed import register as register_sealed
        from nrm import restored
        from nrm.accounts.navigation import register
        from nrm.accounts.roles import Role
        from reporting import policies
        from reporting.statistics import checks, outside  # noqa: F401  checks register themselves
        from reporting.trail import words

        register("statistics", _("Statistics"), Role.AUDITOR, order=10)
        register("monitoring", _("Monitoring"), Role.AUDITOR, order=15)
        register("audit_trail", _("Audit trail"), Role.AUDITOR, order=20)
        policies.register()
        restored.register(restored.Kept("releases", outside.are_lost, outside.put_back))
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
        words.register_all()
        register("unusual_staff", _("Unusual access"), Role.SUPERVISOR, order=26)
        register("anomalies", _("Unusual access"), Role.AUDITOR, order=25)
