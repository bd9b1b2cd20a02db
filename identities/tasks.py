"""Work of this room in the background."""

from celery import shared_task
from django.db import connection


@shared_task  # type: ignore[untyped-decorator]
def forget_kept_texts(**_: object) -> None:
    """Forgets what was kept for longer than a day. The worker may not read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identities_forget_kept_texts()")
