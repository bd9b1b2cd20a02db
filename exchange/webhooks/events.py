"""The events that a system can subscribe to: a fixed list. Each names the events of the audit trail
that it is told of, and the rights of which the organisation's people need one on the case."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases import rights
from cases.rights import CaseRight


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """`own`: told of only where the event names the subscribed organisation itself."""

    code: str
    label: Any
    verbs: tuple[str, ...]
    needs: tuple[CaseRight, ...]
    own: bool = False

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every (nearness, role) by which somebody may know of it."""
        return frozenset().union(*(right.holders for right in self.needs))


_STATUS = ("decision.made", "case.suspended", "case.resumed", "case.closed", "case.reopened")
_CLOCKS = tuple(f"deadline.{what}" for what in ("extended", "paused", "resumed", "missed", "ended"))
_WHOLE = (rights.SEE_CASE,)
PING = "ping"  # what an administrator sends to try an address; about no case

EVENTS: tuple[WebhookEvent, ...] = (
    WebhookEvent("case.received", _("A referral came in"), ("referral.sent",), _WHOLE),
    WebhookEvent(
        "case.assigned", _("A case was given to a caseworker"), ("case.assigned",), _WHOLE
    ),
    WebhookEvent(
        "case.status_changed",
        _("The status of a case changed"),
        _STATUS,
        (rights.SEE_CASE, rights.SEE_STATUS, rights.SEE_SUMMARY),
    ),
    WebhookEvent("decision.made", _("A decision was made"), ("decision.made",), _WHOLE),
    WebhookEvent("decision.served", _("A decision was served"), ("decision.served",), _WHOLE),
    WebhookEvent("deadline.changed", _("A deadline changed or was missed"), _CLOCKS, _WHOLE),
    WebhookEvent(
        "screening.completed",
        _("A screening was completed"),
        ("screening.completed",),
        (rights.SCREEN,),
    ),
    WebhookEvent(
        "service.answered",
        _("A provider answered, or a service ended"),
        ("service.answered", "service.ended"),
        (rights.SUPPORT,),
    ),
    WebhookEvent(
        "service.referred",
        _("A person was referred to the organisation"),
        ("service.referred", "service.referred_without_consent"),
        (rights.PROVIDE,),
        own=True,
    ),
    WebhookEvent(
        "case.access_given",
        _("The organisation was given access to a case"),
        ("case.brought_near",),
        (rights.SEE_SUMMARY,),
        own=True,
    ),
)
BY_CODE = {event.code: event for event in EVENTS}


def label_of(code: str) -> str:
    """An event in words."""
    return str(_("A trial") if code == PING else BY_CODE[code].label)
