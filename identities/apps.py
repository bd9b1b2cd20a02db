from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "identities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from identities.own import FactorBox
        from nrm.accounts import sealing

        sealing.provide(FactorBox())
