from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProtectionConfig(AppConfig):
    name = "protection"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import ports, rights
        from nrm.accounts.navigation import register
        from protection import joined, policies, sealed
        from protection.actions.services import follow_consent
        from protection.words import register_all

        register("risk_reviews", _("Risk"), *rights.SEE_RISK_REVIEWS.roles, order=17)
        register("shelters", _("Shelters"), *rights.SEE_SHELTERS.roles, order=30)
        register("referred", _("People referred to us"), *rights.SEE_REFERRED.roles, order=7)
        ports.register_tab(ports.Tab(_("Needs and risk"), "case_risk", rights.SUPPORT, order=33))
        ports.register_tab(ports.Tab(_("Support"), "case_support", rights.SUPPORT, order=35))
        ports.register_tab(ports.Tab(_("Shelter"), "case_shelter", rights.SUPPORT, order=37))
        ports.register_consent_heard(follow_consent)
        register_all()
        sealed.register_all()
        policies.register()
        joined.register()
