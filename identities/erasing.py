"""Erasing who a person is: their keys are destroyed, and nothing that was sealed for them opens
again. The ids of those who were erased are noted in a file beside the audit heads, so that a
restore cannot bring anybody back (`manage.py after_restore`)."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from identities.models import Erasure, ErasureState, LegalHold, Person
from nrm.actions import lock
from nrm.audit import chain, writer
from nrm.context import acting_as

FILE = "erased.jsonl"


def is_held(person_id: UUID) -> bool:
    """Whether a legal hold on any case of the person is not lifted."""
    return LegalHold.objects.filter(person_id=person_id, lifted_at=None).exists()


def erase(person_id: UUID, *, at: datetime) -> int:
    """Destroys every key of the person, their search tokens, their drafts and the parts of their
    files, in the open transaction. Returns how many parts went. The database refuses under a legal
    hold, and where no two people have agreed."""
    lock(person_id)  # a rotation of keys waits, and finds nobody afterwards
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys.destroy_keys_of_erased(%s)", [person_id])
    Person.objects.filter(pk=person_id).update(erased_at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT identities_forget_tokens(%s)", [person_id])
        cursor.execute("SELECT cases_forget_files(%s)", [person_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


# The file outside --------------------------------------------------------------------------------
def erased_file() -> Path | None:
    """The file that names who was erased; None where no file of audit heads is named."""
    return Path(settings.AUDIT_HEADS).with_name(FILE) if settings.AUDIT_HEADS else None


def noted() -> dict[UUID, str]:
    """Who was erased, as the file outside says, and when."""
    return {UUID(line["person"]): line["at"] for line in chain.kept_outside(erased_file())}


def note_erasures(actor: object, *, at: datetime) -> int:
    """Notes outside who was erased since the last time. The file first, then the database: cut off
    between, it notes them twice and forgets nobody. The actor is the system, as the worker."""
    path = erased_file()
    if path is None:
        return 0
    with acting_as(actor):  # type: ignore[arg-type]
        lock(UUID(int=0))  # one at a time
        waiting = list(Erasure.objects.filter(state=ErasureState.ERASED, noted_at=None))
        for row in waiting:
            chain.keep_outside(str(path), person=str(row.person_id), at=f"{row.decided_at:%FT%TZ}")
        Erasure.objects.filter(pk__in=[row.pk for row in waiting]).update(noted_at=at)
        for row in waiting:
            writer.write(
                "erasure.noted",
                at=at,
                actor_id=actor.id,  # type: ignore[attr-defined]
                object_type="identities.erasure",
                object_id=row.pk,
                case_id=row.case_id,
            )
    return len(waiting)
