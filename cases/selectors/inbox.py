"""The reader's inbox."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from cases import words
from cases.models import Case, InboxItem
from cases.rights import SEE_CASE, SEE_STATUS, SEE_SUMMARY
from cases.selectors.keyset import Rows, page_of
from cases.selectors.referrals import sent_by_team
from nrm.accounts.models import User

COUNTED_TO = 99


@dataclass(frozen=True, slots=True)
class Item:
    """An item in words. The case is named and linked only while the reader may still see it; to
    whoever referred it, `reference` is the receipt that they hold."""

    row: InboxItem
    text: str
    pseudonym: str
    reference: str
    url: str


def unread(user: User) -> int:
    """How many items wait, counted to 99. One query, on every page: written out, because putting it
    together costs more than running it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM cases_inboxitem"
            f" WHERE user_id = %s AND read_at IS NULL LIMIT {COUNTED_TO}) AS counted",
            [user.pk],
        )
        return int(cursor.fetchone()[0])


def inbox(
    user: User, *, unread_only: bool = False, after: str = "", before: str = "", size: int = 25
) -> tuple[list[Item], Rows]:
    """One page of a user's inbox, the newest first. Four queries, and one more for receipts."""
    rows = InboxItem.objects.filter(user=user)
    if unread_only:
        rows = rows.filter(read_at=None)
    page = page_of(
        rows.select_related("case__person", "deadline"),
        "created_at",
        newest_first=True,
        after=after,
        before=before,
        size=size,
    )
    cases = {item.case_id for item in page.rows if item.case_id}
    seen = _ids(user, SEE_CASE, cases)
    near = _ids(user, SEE_SUMMARY, cases)
    referred = _ids(user, SEE_STATUS, cases) - seen - near
    receipts = _receipts(user, referred) if referred else {}
    return [_item(row, seen, near, receipts) for row in page.rows], page


def _ids(user: User, right: object, cases: set[UUID]) -> set[UUID]:
    visible = Case.objects.visible_to(user, right)  # type: ignore[arg-type]
    return set(visible.filter(pk__in=cases).values_list("pk", flat=True))


def _receipts(user: User, cases: set[UUID]) -> dict[UUID, str]:
    rows = sent_by_team(user).filter(case__in=cases).order_by("sent_at")
    return dict(rows.values_list("case_id", "receipt"))


def _item(row: InboxItem, seen: set[UUID], near: set[UUID], receipts: dict[UUID, str]) -> Item:
    text = words.notice_text(row)
    case = row.case
    if row.case_id is None:
        return Item(row, text, "", "", words.notice_url(row))
    if case is None:  # the database does not show it to this reader any more
        return Item(row, text, "", "", "")
    if case.pk in seen:
        url = words.notice_url(row, case.reference)
        return Item(row, text, case.pseudonym, case.reference, url)
    if case.pk in near:
        url = reverse("case_summary", args=[case.reference])
        return Item(row, text, case.pseudonym, case.reference, url)
    if receipt := receipts.get(case.pk):
        return Item(row, text, case.pseudonym, receipt, reverse("referral", args=[receipt]))
    return Item(row, text, "", "", "")
