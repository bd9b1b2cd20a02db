"""Notes: added, never changed."""

from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case, Note
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if
from nrm.text import is_seen

LONGEST = 2000


@action("note.written", right=rights.WRITE_NOTE)
def write_note(
    case: Case, *, actor: User, at: datetime, text: str, submission_key: UUID | None = None
) -> Note:
    """Keeps a note under the person's key. A second call with the same key gives the first note
    back. Refused where the note is empty or too long."""
    if submission_key and (first := Note.objects.filter(submission_key=submission_key).first()):
        if first.case_id != case.pk or first.author_id != actor.pk:
            refuse_if([Objection(_("This note was not saved. Open the page again and retry."))])
        detail(repeated=True)
        return first
    words = text.strip() if is_seen(text) else ""
    objections = []
    if not words:
        objections.append(Objection(_("Enter a note"), field="text"))
    if len(words) > LONGEST:
        text_ = _("The note must be %(limit)d characters or less") % {"limit": LONGEST}
        objections.append(Objection(text_, field="text"))
    refuse_if(objections)
    row = uuid4()
    return Note.objects.create(
        id=row,
        case=case,
        text=seal(case.person_id, words, table="cases_note", column="text", row=row),
        author=actor,
        written_at=at,
        submission_key=submission_key,
    )
