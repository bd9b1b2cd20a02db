"""What happened in a hearing, and when the next one is. The next hearing stands in the matter,
where the sweep watches its day; one that is over, or was moved, becomes a row of its own."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import stages
from cases.models import Hearing, Matter
from cases.models.matter import HearingKind
from cases.rules import hearings as rules
from cases.rules.matters import LONGEST
from cases.selectors.decisions import today_of
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Changed, Objection, action, detail, refuse_if

TABLE = "cases_hearing"


@action("hearing.recorded", right=rights.KEEP_MATTERS)
def record_hearing(
    matter: Matter,
    *,
    actor: User,
    at: datetime,
    result: str,
    words: str = "",
    next_kind: str = "",
    next_on: date | None = None,
    version: int | None = None,
) -> Hearing:
    """Says what happened in the hearing that the matter names, and which is the next one, where
    there is one. Raises Changed where the matter is no longer the `version` that the actor saw,
    Refused with every reason against it."""
    matter.refresh_from_db()
    case = matter.case
    if version is not None and version != matter.version:
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    today = today_of(case, at)
    unknown = next_kind and next_kind not in HearingKind.values
    refuse_if(
        [
            *rules.objections_to_result(on_day=matter.hearing_on, today=today, result=result),
            *rules.objections_to_next(next_kind=next_kind, next_on=next_on, today=today),
            *([Objection(_("Select one of the answers shown"), "next_kind")] if unknown else []),
            *stages.too_long(words, "words", LONGEST),
        ]
    )
    row = keep_hearing(matter, actor=actor, at=at, result=result, words=words)
    matter.hearing, matter.hearing_on, matter.interpreter = next_kind, next_on, ""
    matter.version += 1
    matter.changed_at = matter.next_look_at = at
    matter.save(
        update_fields=[
            *("hearing", "hearing_on", "interpreter", "version", "changed_at", "next_look_at")
        ]
    )
    detail(result=result, matter=str(matter.pk), next=next_on is not None)
    return row


def keep_hearing(
    matter: Matter, *, actor: User, at: datetime, result: str, words: str = ""
) -> Hearing:
    """Keeps the hearing that the matter names as one that is over, within an action that goes on to
    change it."""
    assert matter.hearing_on is not None
    pk = uuid4()
    return Hearing.objects.create(
        id=pk,
        case_id=matter.case_id,
        matter=matter,
        kind=matter.hearing,
        on_day=matter.hearing_on,
        interpreter=matter.interpreter,
        result=result,
        told=_sealed(matter.case.person_id, words, pk),
        by=actor,
        at=at,
    )


def _sealed(person: UUID, words: str, pk: UUID) -> bytes | None:
    kept = words.strip()
    return seal(person, kept, table=TABLE, column="told", row=pk) if kept else None


@action("hearing.said", right=rights.KEEP_MATTERS)
def say_what_happened(
    hearing: Hearing, *, actor: User, at: datetime, result: str, words: str = ""
) -> Hearing:
    """Says what happened in a hearing of which nobody has said it. Raises Refused with every reason
    against it."""
    hearing.refresh_from_db()
    found = list(
        rules.objections_to_result(
            on_day=hearing.on_day, today=today_of(hearing.case, at), result=result
        )
    )
    if hearing.result:
        text = _("What happened in this hearing was said already.")
        found.append(Objection(text, code="said"))
    refuse_if([*found, *stages.too_long(words, "words", LONGEST)])
    hearing.result, hearing.by, hearing.at = result, actor, at
    hearing.told = _sealed(hearing.case.person_id, words, hearing.pk)
    hearing.save(update_fields=["result", "told", "by", "at"])
    detail(result=result, matter=str(hearing.matter_id))
    return hearing
