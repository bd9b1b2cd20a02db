"""Sending the e-mails that are queued: "You have a task", the address of the inbox, nothing else.

At least once. Each e-mail is claimed, sent and marked in one transaction. A crash after sending and
before the mark repeats it, with the same Message-ID, so that the reader's mailbox can tell.
"""

import smtplib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import OutgoingMail
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import action, detail
from nrm.context import acting_as

log = structlog.stdlib.get_logger(__name__)
MOST_AT_ONCE = 500
LONGEST_WAIT = timedelta(hours=1)


def send_waiting(
    *, at: datetime, actor: User | None = None, most: int = MOST_AT_ONCE
) -> Counter[str]:
    """Sends what is queued and due. Returns counts: `sent` and `failed`. A failure is tried again
    after 1, 2, 4 … minutes, at most an hour apart, for as long as it takes."""
    system = actor or User.objects.system()
    counts: Counter[str] = Counter(sent=0, failed=0)
    post = get_connection()
    try:
        while counts.total() < most:
            with acting_as(system):
                mail = _claim(at)
                if mail is None:
                    break
                try:
                    deliver(mail, actor=system, at=at, post=post)
                except Exception as error:  # one bad address must not hold up the others
                    _note_failure(mail, at)
                    log.warning("mail.failed", mail=str(mail.pk), error=type(error).__name__)
                    counts["failed"] += 1
                    _close(post)
                else:
                    counts["sent"] += 1
    finally:
        _close(post)
    return counts


def _claim(at: datetime) -> OutgoingMail | None:
    """The next e-mail that nobody else is sending. People who left get none."""
    return (
        OutgoingMail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(sent_at=None, item__user__is_active=True)
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=at))
        .select_related("item__user")
        .order_by("queued_at", "id")
        .first()
    )


@action("mail.sent", right=BY_THE_SYSTEM)
def deliver(mail: OutgoingMail, *, actor: User, at: datetime, post: Any) -> OutgoingMail:
    """Sends one e-mail and marks it as sent. Raises what the mail server's answer raises."""
    reader = mail.item.user
    with translation.override(reader.language):
        message = EmailMessage(
            subject=_("You have a task"),
            body=_("You have a task.") + f"\n\n{settings.SERVICE_URL.rstrip('/')}/inbox/\n",
            to=[reader.email],
            headers={"Message-ID": mail.message_id},
            connection=post,
        )
        message.send()
    mail.sent_at = at
    mail.attempts += 1
    mail.save(update_fields=["sent_at", "attempts"])
    detail(attempts=mail.attempts)
    return mail


def _note_failure(mail: OutgoingMail, at: datetime) -> None:
    mail.refresh_from_db(fields=["attempts", "sent_at"])
    mail.attempts = min(mail.attempts + 1, 30_000)
    wait = timedelta(minutes=2 ** min(mail.attempts - 1, 6))
    mail.next_try_at = at + min(wait, LONGEST_WAIT)
    mail.save(update_fields=["attempts", "next_try_at"])


def _close(post: Any) -> None:
    """Ends the conversation with the mail server; the next e-mail opens a new one."""
    try:
        post.close()
    except (OSError, smtplib.SMTPException):
        post.connection = None
