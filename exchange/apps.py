from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exchange import policies, words
        from nrm.accounts.navigation import register
        from nrm.accounts.rights import ADMINISTER

        register("webhooks", _("Webhooks"), *ADMINISTER.roles, order=85)
        words.register_all()
        policies.register()
