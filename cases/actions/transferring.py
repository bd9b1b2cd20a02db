"""Offering a case to another authority, taking the offer back, and answering it. Nothing moves
before it is accepted; then the database moves the case and every grant in one step, because who
accepts sees nothing of the case before."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case, Merging, Transfer
from cases.models.case import Confidentiality
from cases.models.merging import MergingState
from cases.models.transfer import TransferReason, TransferRefusal, TransferState
from cases.rules import transfers as rules
from cases.selectors import transfers as reads
from cases.selectors.decisions import OPEN_STATES
from identities.crypto import seal_json
from nrm.accounts.models import RoleGroup, User
from nrm.accounts.roles import Role
from nrm.actions import Hidden, Objection, action, detail, refuse_if


@action("transfer.offered", right=rights.TRANSFER)
def offer_transfer(
    case: Case,
    *,
    actor: User,
    at: datetime,
    organisation: UUID | None,
    reason: str,
    words: str,
) -> Transfer:
    """Offers the case to another authority, whose supervisors are told and shown the reason, the
    words and where the case stands, and nothing else of it. Raises Refused with every reason
    against it."""
    case.refresh_from_db(fields=["confidentiality", "authority", "stage", "version"])
    asked = reads.authorities_to_ask(case).filter(pk=organisation).first() if organisation else None
    kept_out = (
        asked is not None and case.exclusions.filter(organisation=asked, ended_at=None).exists()
    )
    mergings = Merging.objects.filter(state=MergingState.ASKED)
    refuse_if(
        rules.objections_to_offer(
            rules.Facts(
                known_reason=reason in TransferReason.values,
                known_authority=asked is not None,
                kept_out=kept_out,
                normal=case.confidentiality == Confidentiality.NORMAL,
                offered=case.transfers.filter(state=TransferState.OFFERED).exists(),
                deciding=case.decisions.filter(state__in=OPEN_STATES).exists(),
                merging=(
                    mergings.filter(case=case).exists() or mergings.filter(into=case).exists()
                ),
                words=words,
            )
        )
    )
    assert asked is not None
    row = uuid4()
    told = {"stage": case.stage, "age": case.age_status, "words": words.strip()}
    made = Transfer.objects.create(
        id=row,
        case=case,
        person_id=case.person_id,
        authority_id=case.authority_id,
        organisation=asked,
        reason=reason,
        content=seal_json(case.person_id, told, table=reads.TABLE, column="content", row=row),
        offered_by=actor,
        offered_at=at,
    )
    detail(organisation=str(asked.pk), reason=reason)
    _tell_asked(made, "transfer_offered", at=at)
    return made


@action("transfer.withdrawn", right=rights.TRANSFER, ended=True)
def withdraw_transfer(transfer: Transfer, *, actor: User, at: datetime) -> Transfer:
    """Takes an offer back: to whoever was asked, it is absent from now on. Refused where it was
    answered."""
    transfer.refresh_from_db()
    refuse_if(_answered(transfer))
    _take_back(transfer, actor=actor, at=at)
    return transfer


def _take_back(row: Transfer, *, actor: User, at: datetime) -> None:
    row.state, row.answered_by, row.answered_at = TransferState.WITHDRAWN, actor, at
    row.content = None
    row.save(update_fields=["state", "answered_by", "answered_at", "content"])
    _tell_asked(row, "transfer_withdrawn", at=at)


def _answered(row: Transfer) -> list[Objection]:
    if row.state == TransferState.OFFERED:
        return []
    return [Objection(_("This offer was answered or taken back already."), code="answered")]


def _tell_asked(row: Transfer, kind: str, *, at: datetime) -> None:
    """Tells who answers, but nobody who is kept from the case. The notice names no case."""
    people = reads.people_who_answer(row.organisation).filter(~access.kept_from(row.case))
    tell(people, kind, once=f"{kind}:{row.pk}", at=at)


# The answer ---------------------------------------------------------------------------------------
@action("transfer.answered", right=rights.ANSWER_TRANSFERS)
def answer_transfer(
    transfer: Transfer, *, actor: User, at: datetime, accept: bool, refusal: str = ""
) -> Transfer:
    """Accepts the case for the actor's authority, or does not, for a coded reason. Accepted, it is
    that authority's at once: everybody's of the one before is taken away, intake and supervisors of
    this one are near to it, and whoever referred or protects the person stays. Raises Refused with
    every reason against it, Hidden where there is nothing to answer any more."""
    objections = []
    if transfer.offered_by_id == actor.pk:
        text = _("You offered it: somebody else has to answer.")
        objections.append(Objection(text, code="same_person"))
    if not accept and refusal not in TransferRefusal.values:
        objections.append(Objection(_("Select why it is not accepted"), field="refusal"))
    refuse_if(objections)
    if accept:
        for role in (Role.INTAKE, Role.SUPERVISOR):
            RoleGroup.of(transfer.organisation, role)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cases_answer_transfer(%s, %s, %s, %s)",
            [transfer.pk, accept, "" if accept else refusal, at],
        )
        (said,) = cursor.fetchone()
    if said == "absent":
        raise Hidden(rights.ANSWER_TRANSFERS.code)
    if said == "answered":
        text = _("This offer was answered or taken back already.")
        refuse_if([Objection(text, code="answered")])
    if said == "not_now":
        text = _(
            "A decision on it is being prepared there, so it cannot move now. Ask the authority"
            " that offers it."
        )
        refuse_if([Objection(text, code="not_now")])
    found = reads.concerning(actor).get(pk=transfer.pk)
    detail(accepted=accept, refusal="" if accept else refusal)
    kind = "transfer_accepted" if accept else "transfer_rejected"
    tell(reads.people_who_answer(found.authority), kind, once=f"{kind}:{found.pk}", at=at)
    if accept:
        case = Case.objects.get(pk=found.case_id)
        people = {
            one.pk: one
            for near, role in (("work", Role.INTAKE), ("decide", Role.SUPERVISOR))
            for one in access.people_near(case, near, role)
        }
        people.pop(actor.pk, None)
        tell(people.values(), "transfer_arrived", once=f"arrived:{found.pk}", at=at, case=case)
    return found
