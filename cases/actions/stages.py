"""Taking a case from stage to stage. Called by actions, inside their lock and transaction."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import access
from cases.actions.telling import tell
from cases.models import Case
from cases.rules.notices import kinds_never_told
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, detail

# What is read again of a case before it is taken anywhere.
READ = ("stage", "closed_at", "suspended_at", "keep_until", "next_due_at", "version")
_SAVED = ("stage", "stage_since", *READ[1:])


def roles_near(actor: User, case: Case) -> frozenset[str]:
    """The roles in which the actor stands near the case. One query."""
    return frozenset(role for _nearness, role in access.near_now(actor, case.pk).as_what)


def take(case: Case, to_stage: str, *, at: datetime) -> None:
    """Puts the case at the stage and saves what changed of it."""
    detail(before=case.stage, stage=to_stage)
    case.stage, case.stage_since = to_stage, at
    case.version += 1
    case.save(update_fields=_SAVED)


def sealed(case: Case, text: str, *, table: str, column: str) -> tuple[UUID, bytes | None]:
    """A new id for a row, and the text sealed for it; None where nothing was written."""
    row = uuid4()
    words = text.strip()
    kept = seal(case.person_id, words, table=table, column=column, row=row) if words else None
    return row, kept


def referrers_to_tell(case: Case) -> QuerySet[User]:
    """Whoever refers for the organisation that referred the person, but nobody of the security
    forces where the profile says that they are never told."""
    never = kinds_never_told(case.profile.never_notify)
    both = (Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)
    return access.people_near(case, "refer", *both, but_of_kinds=never)


def tell_outside(case: Case, event: str, kind: str, *, once: str, at: datetime) -> None:
    """Tells those beyond the authority whom the profile names for this event: whoever referred the
    person, whoever protects them."""
    told = {
        choice.code
        for notification in case.profile.notifications
        if notification.event == event
        for choice in notification.told
    }
    if "first_responder" in told:
        tell(referrers_to_tell(case), kind, once=once, at=at, case=case)
    if "provider" in told:
        near = access.people_near(case, "protect", Role.PROTECTION_PROVIDER)
        tell(near, kind, once=once, at=at, case=case)


def tell_inside(case: Case, kind: str, *, once: str, at: datetime, but: User) -> None:
    """Tells the caseworker and the supervisors of the case, except who did it."""
    near = access.people_near(case, "decide", Role.SUPERVISOR)
    people = {user.pk: user for user in near}
    if case.caseworker_id:
        worker = access.people_near(case, "work", Role.CASEWORKER)
        people |= {user.pk: user for user in worker.filter(pk=case.caseworker_id)}
    people.pop(but.pk, None)
    tell(people.values(), kind, once=once, at=at, case=case)


def too_long(text: str, field: str, most: int) -> list[Objection]:
    """The objection to a text that is longer than that."""
    if len(text.strip()) <= most:
        return []
    said = _("This must be %(limit)d characters or less") % {"limit": most}
    return [Objection(said, field=field, code="too_long")]
