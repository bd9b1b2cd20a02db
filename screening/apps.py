from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreeningConfig(AppConfig):
    name = "screening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import ports, rights
        from screening import policies, sealed
        from screening.decision_items import items_behind
        from screening.selectors import panel
        from screening.words import register_all

        deciding = ports.TabGroup.DECIDING
        ports.register_tab(ports.Tab(_("Assessment"), "workbench", rights.SCREEN, 20, deciding))
        ports.register_document_use(
            ports.DocumentUse(_("Use as evidence"), "workbench", rights.SCREEN)
        )
        ports.register_items("screening", items_behind)
        ports.register_panel(
            ports.Panel(
                name="evidence",
                order=20,
                side=True,
                right=rights.SCREEN,
                template="screening/panel.html",
                build=panel,
            )
        )
        register_all()
        sealed.register_all()
        policies.register()
