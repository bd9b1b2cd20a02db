from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProtectionConfig(AppConfig):
    name = "protection"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import ports, rights
        from nrm.accounts.navigation import register
        from protection import joined, policies, sealed
        from protection.actions.children import look_at_child_record
        from protection.actions.plan import follow_return_consent, look_at_item
        from protection.actions.services import follow_consent, follow_end
        from protection.actions.shelter import look_at_stay, see_who_meets
        from protection.models import ChildRecord, PlanItem, Stay
        from protection.selectors.handover import handover
        from protection.selectors.plan import left_open
        from protection.selectors.services import objections_to_closing
        from protection.selectors.shelter import under_one_roof
        from protection.words import register_all

        register("risk_reviews", _("Risk"), *rights.SEE_RISK_REVIEWS.roles, order=17)
        register("shelters", _("Shelters"), *rights.SEE_SHELTERS.roles, order=30)
        register("referred", _("People referred to us"), *rights.SEE_REFERRED.roles, order=7)
        for order, label, url_name in (
            (33, _("Needs and risk"), "case_risk"),
            (35, _("Support"), "case_support"),
            (36, _("Plan"), "case_plan"),
            (37, _("Shelter"), "case_shelter"),
        ):
            ports.register_tab(
                ports.Tab(label, url_name, rights.SUPPORT, order, ports.TabGroup.PROTECTING)
            )
        ports.register_tab(
            ports.Tab(
                _("Child"),
                "case_child",
                rights.CARE_FOR_CHILD,
                32,
                ports.TabGroup.PROTECTING,
                only=lambda case: case.treated_as_child,
            )
        )
        ports.register_handover(handover)
        ports.register_under_one_roof(under_one_roof)
        ports.register_watched(ChildRecord, look_at_child_record)
        ports.register_watched(PlanItem, look_at_item)
        ports.register_watched(Stay, look_at_stay)
        ports.register_consent_heard(follow_consent)
        ports.register_consent_heard(follow_return_consent)
        ports.register_case_ended(follow_end)
        ports.register_cases_merged(see_who_meets)
        ports.register_objections_to_closing(objections_to_closing)
        ports.register_left_open(left_open)
        register_all()
        sealed.register_all()
        policies.register()
        joined.register()
