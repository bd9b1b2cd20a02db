from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import get_language

# What the application's roles may do with a table unless its migration takes it away again.
# Jobs read; what they may write, a migration names table by table. Nothing is said of
# nrm_reporting and nrm_keys: they get what a migration names.
_DEFAULTS = """
GRANT USAGE ON SCHEMA public TO nrm_web, nrm_worker, nrm_reporting, nrm_keys, nrm_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nrm_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO nrm_worker;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO nrm_web, nrm_worker;
"""


def grant_before_tables_are_made(using: str, **_: Any) -> None:
    """Before the first table is made, says who may use the tables to come."""
    with connections[using].cursor() as cursor:
        cursor.execute(_DEFAULTS)


class GroundConfig(AppConfig):
    name = "nrm"
    label = "ground"
    verbose_name = "Ground"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from nrm import (
            moments,  # noqa: F401  teaches each connection
            policies,
            startup,  # noqa: F401  registers the check of a deployment
        )
        from nrm.profiles import checks, labels  # noqa: F401  checks registers itself

        labels.speak(get_language)  # profiles know no Django: tell them the reader's language

        # Django sends the signals for each app that has models; once is enough.
        accounts, last = apps.get_app_config("accounts"), apps.get_app_config("auth")
        pre_migrate.connect(grant_before_tables_are_made, sender=accounts)
        post_migrate.connect(policies.install_after_migrating, sender=last)
