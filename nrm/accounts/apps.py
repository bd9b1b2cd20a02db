from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "nrm.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from nrm.accounts.navigation import register
        from nrm.accounts.roles import Role

        register("administration", _("Organisations"), Role.ADMINISTRATOR, order=10)
        register("role_requests", _("To confirm"), Role.ADMINISTRATOR, order=12)
