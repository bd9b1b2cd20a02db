"""What happens to a person of whom nothing is left but a key."""

from uuid import UUID

from django.db import connection

from nrm.actions import lock


def destroy_key_of_draft(person_id: UUID) -> bool:
    """Destroys the key of a person of whom neither a case nor a draft is left; whatever was sealed
    for them is unreadable from now on. Returns whether there was one to destroy. The worker may
    call it, though it has no other right on keys."""
    lock(person_id)  # a rotation of keys waits, and finds nobody afterwards
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys.destroy_key_of_expired_draft(%s)", [person_id])
        row = cursor.fetchone()
    return bool(row and row[0])
