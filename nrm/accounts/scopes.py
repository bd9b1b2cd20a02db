"""Scopes: what a token may be used for. A program gets the fewest that its work needs; what it may
do is always both a scope of its token and a right of its user.

Codes are code; labels say on the account page what the scope lets a program do.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    REFERRALS_READ = "referrals:read", _("Follow the referrals and drafts of your organisation")
    REFERRALS_WRITE = "referrals:write", _("Write drafts and send referrals")
    CASES_READ = "cases:read", _("Read cases: what happened, deadlines, notes, screenings")
    CASES_WRITE = "cases:write", _("Work on cases: assign, screen, deadlines, notes, tasks, access")
    DECISIONS_WRITE = "decisions:write", _("Draft, review and serve decisions")
    IDENTITIES_READ = (
        "identities:read",
        _("Be shown who a person is, each time with a purpose and on record"),
    )
    STATISTICS_READ = "statistics:read", _("Read statistics")
    AUDIT_READ = "audit:read", _("Read the audit trail")
    ADMINISTRATION = "administration", _("Manage organisations, accounts and roles")
    ACCOUNT = "account", _("Your own account: language, list of tokens, inbox")


ALL: tuple[str, ...] = tuple(Scope.values)
LIFETIMES = (7, 30, 90)  # days: what its owner chooses from
MOST_DAYS = 366  # the table refuses more


def ordered(codes: Iterable[str]) -> list[str]:
    """The codes once each, in the order of this module."""
    wanted = set(codes)
    return [code for code in ALL if code in wanted]
