from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import ports, rights
        from exchange import policies, sealed, words
        from exchange.registers import policies as register_policies
        from exchange.registers.rights import BRING_REGISTER
        from nrm.accounts.navigation import register, register_own
        from nrm.accounts.rights import ADMINISTER

        register("registers", _("Registers"), *BRING_REGISTER.roles, order=6)
        register("webhooks", _("Webhooks"), *ADMINISTER.roles, order=85)
        register("correspondents", _("Packs"), *ADMINISTER.roles, order=86)
        # Whoever refers finds it with their referrals; the case's own pages beside its sharing.
        record, right = ports.TabGroup.RECORD, rights.SHARE
        ports.register_tab(ports.Tab(_("Packs"), "case_packs", right, 57, record))
        register_own("take_in_pack", _("Open a pack"), *rights.REFER.roles)
        sealed.register_all()
        words.register_all()
        register_policies.register()
        policies.register()
