from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import words
        from nrm.accounts.navigation import register
        from nrm.accounts.roles import Role
        from reporting import policies

        register("statistics", _("Statistics"), Role.AUDITOR, order=10)
        register("audit_trail", _("Audit trail"), Role.AUDITOR, order=20)
        policies.register()
        words.register("audit.viewed", _("Audit trail of this case read"), look=True)
