"""What the pages of webhooks, and whoever was told of a case by one, read."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cases import rights
from cases.models import Case, Referral
from cases.rights import CaseRight
from cases.selectors import keyset
from exchange.models import Delivery, Handle, Subscription
from nrm.accounts.models import User
from nrm.actions import Hidden


def all_subscriptions() -> QuerySet[Subscription]:
    """Every subscription with its organisation and who asked and decided."""
    return Subscription.objects.select_related("organisation", "asked_by", "decided_by")


def listed(*, waiting: bool, after: str = "", before: str = "") -> keyset.Rows:
    """A page of what waits to be confirmed, or of everything else, the newest first. One query."""
    waits = Q(state=Subscription.State.WAITING)
    rows = all_subscriptions().filter(waits if waiting else ~waits)
    return keyset.page_of(rows, "asked_at", newest_first=True, after=after, before=before)


def deliveries_of(row: Subscription, *, after: str = "", before: str = "") -> keyset.Rows:
    """A page of what was sent to it and is to be, the newest first. One query."""
    rows = Delivery.objects.filter(subscription=row)
    return keyset.page_of(rows, "at", newest_first=True, after=after, before=before)


def case_told_of(actor: User, handle: UUID) -> tuple[Case, dict[str, Any]]:
    """The case that a system of the actor's organisation was told of, and by what they know it:
    its reference, or the receipt of their referral. Hidden where the id is another organisation's,
    or the actor does not see the case."""
    theirs = {held.organisation.pk for held in actor.role_groups}
    found = Handle.objects.filter(pk=handle, organisation__in=theirs).first()
    if found is not None:
        for right in (rights.SEE_CASE, rights.SEE_SUMMARY):
            if case := _seen(actor, found, right):
                return case, {"reference": case.reference, "receipt": ""}
        if case := _seen(actor, found, rights.SEE_STATUS):
            sent = Referral.objects.filter(case=case, organisation__in=theirs).first()
            return case, {"reference": "", "receipt": sent.receipt if sent else ""}
    raise Hidden("see_case")


def _seen(actor: User, handle: Handle, right: CaseRight) -> Case | None:
    return Case.objects.visible_to(actor, right).filter(pk=handle.case_id).first()
