"""Signing in with an e-mail address and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class SignIn(ModelBackend):
    """Authenticates, and grants nothing: rights come from memberships and grants alone."""

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False
