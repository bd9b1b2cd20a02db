"""Keeping and erasing who a person is: a legal hold, and an erasure by two people.

One supervisor asks, with a reason; another agrees, does not agree, or nobody does and the first
takes it back. Agreed, the person's keys are destroyed with their drafts and files. Under a legal
hold nothing is erased, and the database refuses it too. The case, its codes and its trail stay.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from django.db import connection
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case
from identities import erasing
from identities.crypto import seal
from identities.models import (
    EraseReason,
    Erasure,
    ErasureState,
    HoldReason,
    LegalHold,
    LiftReason,
)
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, detail, refuse_if

LONGEST = 500


def _objections_to_reason(reason: str, reasons: list[str], note: str = "") -> Iterator[Objection]:
    if reason not in reasons:
        yield Objection(_("Select a reason"), field="reason")
    if len(note) > LONGEST:
        text = _("The note must be %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="note")


def _sealed(case: Case, note: str, table: str, row: object) -> bytes | None:
    words = note.strip()
    if not words:
        return None
    return seal(case.person_id, words, table=table, column="note", row=row)  # type: ignore[arg-type]


def _erased(case: Case) -> Iterator[Objection]:
    case.person.refresh_from_db(fields=["erased_at"])
    if case.person.erased_at is not None:
        text = _("Who this person is was erased. There is nothing left to keep or to erase.")
        yield Objection(text, code="erased")


# Holding -----------------------------------------------------------------------------------------
@action("hold.set", right=rights.KEEP_OR_ERASE, ended=True)
def set_hold(case: Case, *, actor: User, at: datetime, reason: str, note: str = "") -> LegalHold:
    """Keeps the person's identity from being erased until the hold is lifted. One that is there
    already stays as it is. Refused without a reason, or where the identity is erased."""
    refuse_if([*_objections_to_reason(reason, HoldReason.values, note), *_erased(case)])
    if hold := LegalHold.objects.filter(case_id=case.pk, lifted_at=None).first():
        detail(repeated=True)
        return hold
    row = uuid4()
    detail(reason=reason)
    return LegalHold.objects.create(
        id=row,
        person_id=case.person_id,
        case_id=case.pk,
        reason=reason,
        note=_sealed(case, note, "identities_legalhold", row),
        set_by=actor.pk,
        set_at=at,
    )


@action("hold.lifted", right=rights.KEEP_OR_ERASE, ended=True)
def lift_hold(case: Case, *, actor: User, at: datetime, reason: str) -> LegalHold:
    """Ends the case's hold, with a reason. Refused where there is none."""
    objections = list(_objections_to_reason(reason, LiftReason.values))
    hold = LegalHold.objects.filter(case_id=case.pk, lifted_at=None).first()
    if hold is None:
        objections.append(Objection(_("There is no legal hold on this case."), code="no_hold"))
    refuse_if(objections)
    assert hold is not None
    hold.lifted_by, hold.lifted_at, hold.lifted_for = actor.pk, at, reason
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_for"])
    detail(reason=reason)
    return hold


# Erasing -----------------------------------------------------------------------------------------
def _held(case: Case) -> Iterator[Objection]:
    if erasing.is_held(case.person_id):
        text = _("There is a legal hold on this person. It has to be lifted first.")
        yield Objection(text, code="held")


def _of_others(case: Case, actor: User) -> Iterator[Objection]:
    """Another case of the same person that the actor may not erase."""
    mine = Case.objects.visible_to(actor, rights.KEEP_OR_ERASE).filter(person_id=case.person_id)
    # The database shows nobody another's case; it says how many there are.
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_about(%s)", [case.person_id])
        theirs = cursor.fetchone()[0]
    if theirs != mine.count():
        text = _("Another authority has a case of the same person: it has to erase them as well.")
        yield Objection(text, code="other_authority")


@action("erasure.asked", right=rights.KEEP_OR_ERASE, ended=True)
def ask_for_erasure(
    case: Case, *, actor: User, at: datetime, reason: str, note: str = ""
) -> Erasure:
    """Asks for the person's identity to be erased. The other supervisors of the case are told.
    Refused without a reason, under a legal hold, or where somebody has asked already."""
    objections = [*_objections_to_reason(reason, EraseReason.values, note), *_erased(case)]
    objections += [*_held(case), *_of_others(case, actor)]
    if Erasure.objects.filter(person_id=case.person_id, state=ErasureState.ASKED).exists():
        objections.append(Objection(_("Somebody has asked for it already."), code="asked"))
    refuse_if(objections)
    row = uuid4()
    erasure = Erasure.objects.create(
        id=row,
        person_id=case.person_id,
        case_id=case.pk,
        reason=reason,
        note=_sealed(case, note, "identities_erasure", row),
        asked_by=actor.pk,
        asked_at=at,
    )
    detail(reason=reason, person=str(case.person_id))
    others = access.people_near(case, "decide", Role.SUPERVISOR).exclude(pk=actor.pk)
    tell(others, "erasure_asked", once=f"erasure:{row}", at=at, case=case)
    return erasure


def _open(case: Case) -> Erasure:
    row = (
        Erasure.objects.select_for_update()
        .filter(case_id=case.pk, state=ErasureState.ASKED)
        .first()
    )
    if row is None:
        text = _("Nobody asks for this identity to be erased any more. Open the page again.")
        refuse_if([Objection(text, code="not_asked")])
    assert row is not None
    return row


def _decide(case: Case, actor: User, at: datetime, state: str) -> Erasure:
    row = _open(case)
    if row.asked_by == actor.pk:
        text = _("You asked for it: somebody else has to decide.")
        refuse_if([Objection(text, code="same_person")])
    row.state, row.decided_by, row.decided_at = state, actor.pk, at
    return row


@action("erasure.agreed", right=rights.KEEP_OR_ERASE, ended=True)
def agree_to_erasure(case: Case, *, actor: User, at: datetime) -> Erasure:
    """Erases the person's identity, for good, as a colleague asked. Refused for who asked, and
    under a legal hold that was set since."""
    row = _decide(case, actor, at, ErasureState.ERASED)
    refuse_if([*_erased(case), *_held(case), *_of_others(case, actor)])
    row.save(update_fields=["state", "decided_by", "decided_at"])
    parts = erasing.erase(case.person_id, at=at)
    detail(person=str(case.person_id), asked_by=str(row.asked_by), parts=parts)
    _tell_who_asked(case, row, "erasure_done", at)
    return row


@action("erasure.not_agreed", right=rights.KEEP_OR_ERASE, ended=True)
def refuse_erasure(case: Case, *, actor: User, at: datetime) -> Erasure:
    """Leaves the identity as it is. Refused for who asked."""
    row = _decide(case, actor, at, ErasureState.REFUSED)
    row.save(update_fields=["state", "decided_by", "decided_at"])
    _tell_who_asked(case, row, "erasure_not_agreed", at)
    return row


@action("erasure.withdrawn", right=rights.KEEP_OR_ERASE, ended=True)
def withdraw_erasure(case: Case, *, actor: User, at: datetime) -> Erasure:
    """Takes back what the actor asked for. Refused for anybody else."""
    row = _open(case)
    if row.asked_by != actor.pk:
        text = _("Only who asked for it can take it back.")
        refuse_if([Objection(text, code="other_person")])
    row.state, row.decided_at = ErasureState.WITHDRAWN, at
    row.save(update_fields=["state", "decided_at"])
    return row


def _tell_who_asked(case: Case, row: Erasure, kind: str, at: datetime) -> None:
    asked = User.objects.filter(pk=row.asked_by, is_active=True)
    tell(asked, kind, once=f"erasure:{row.pk}:{row.state}", at=at, case=case)
