"""Work of this room in the background."""

from celery import shared_task
from django.db import connection
from django.utils import timezone

from identities import erasing
from nrm.accounts.models import User


@shared_task  # type: ignore[untyped-decorator]
def forget_kept_texts(**_: object) -> None:
    """Forgets what was kept for longer than a day. The worker may not read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identities_forget_kept_texts()")


@shared_task  # type: ignore[untyped-decorator]
def note_erasures(**_: object) -> None:
    """Notes outside the database who was erased. Ringing twice notes nobody twice."""
    erasing.note_erasures(User.objects.system(), at=timezone.now())
