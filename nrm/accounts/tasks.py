"""Work of this room in the background."""

from celery import shared_task
from django.db import connection


@shared_task
def forget_sessions(**_: object) -> None:
    """Forgets the sessions whose last moment has passed. The worker may not read them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_forget_sessions()")
