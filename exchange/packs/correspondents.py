"""Whose keys are known here: one administrator enters a key, another one confirms it with the
fingerprint that the other side has told them by voice."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from exchange.models import Correspondent
from exchange.packs.keys import PublicKey, read_public
from nrm.accounts import notices
from nrm.accounts.actions import administrators
from nrm.accounts.models import Organisation, User
from nrm.accounts.rights import ADMINISTER
from nrm.accounts.roles import OrganisationKind
from nrm.actions import Forbidden, Objection, action, detail, lock, refuse_if

State = Correspondent.State


class MayConfirm:
    """Held by administrators for what another one entered."""

    code = "confirm_correspondent"

    def check(self, actor: Any, subject: Any) -> None:
        ADMINISTER.check(actor, None)
        if actor.pk == subject.asked_by_id:
            raise Forbidden(self.code)

    def held_by(self, actor: Any, subject: Correspondent) -> bool:
        return ADMINISTER.held_by(actor) and actor.pk != subject.asked_by_id


CONFIRM_CORRESPONDENT = MayConfirm()


def all_correspondents() -> QuerySet[Correspondent]:
    """Every key that was entered, the newest first."""
    return Correspondent.objects.select_related("organisation", "asked_by", "decided_by")


def key_of(row: Correspondent) -> PublicKey:
    """Its key."""
    return read_public(row.key)


def active_of(organisation: UUID | None) -> Correspondent | None:
    """The one whose key is used for an organisation."""
    known = Correspondent.objects.select_related("organisation")
    return known.filter(organisation=organisation, state=State.ACTIVE).first()


def sender_of(key: PublicKey) -> Correspondent | None:
    """Who signs with this key, where they are known and confirmed."""
    known = Correspondent.objects.select_related("organisation")
    return known.filter(key=key.text, state=State.ACTIVE).first()


@action("correspondent.asked", right=ADMINISTER)
def enter_key(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    key: str,
    submission: UUID | None = None,
) -> Correspondent:
    """Enters the key of an organisation; it is used once another administrator has confirmed it.
    `submission` names it: sent twice, it is entered once."""
    row_id = submission or uuid4()
    lock(row_id)
    if earlier := Correspondent.objects.filter(pk=row_id, asked_by=actor).first():
        detail(repeated=True)
        return earlier
    found = []
    try:
        clean = read_public(key).text
    except ValueError:
        clean = ""
        text = _("This is not a key. It begins with nrm-pack-1 and is one line.")
        found.append(Objection(text, "key"))
    if (
        clean
        and Correspondent.objects.filter(
            key=clean, state__in=(State.WAITING, State.ACTIVE)
        ).exists()
    ):
        found.append(Objection(_("This key was entered already."), "key"))
    if organisation.kind == OrganisationKind.COMPETENT_AUTHORITY:
        # New cases of its law would be opened for it, and nobody is there.
        text = _(
            "Cases of this installation go to its competent authorities. Add the other side as a"
            " government body, and enter its key there."
        )
        found.append(Objection(text, "organisation"))
    if not organisation.is_active:
        found.append(Objection(_("This organisation is closed."), "organisation"))
    refuse_if(found)
    row = Correspondent.objects.create(
        id=row_id, organisation=organisation, key=clean, asked_by=actor, asked_at=at
    )
    detail(organisation=str(organisation.pk))
    notices.tell(administrators().exclude(pk=actor.pk), "correspondent_asked", at=at)
    return row


@action("correspondent.confirmed", right=CONFIRM_CORRESPONDENT)
def confirm_key(
    row: Correspondent, *, actor: User, at: datetime, fingerprint: str
) -> Correspondent:
    """From now on packs are sealed to this key, and what it signs is taken in. Refused unless the
    fingerprint is the key's, so that somebody has asked for it. The key that the organisation had
    before is used no more."""
    _still(row, State.WAITING)
    typed = "".join(c for c in fingerprint if c.isdigit())
    if typed != key_of(row).fingerprint.replace(" ", ""):
        text = _("This is not the fingerprint of the key. Ask them to read it to you again.")
        refuse_if([Objection(text, "fingerprint")])
    Correspondent.objects.filter(organisation=row.organisation, state=State.ACTIVE).update(
        state=State.ENDED
    )
    detail(organisation=str(row.organisation_id))
    notices.tell([row.asked_by], "correspondent_confirmed", at=at)
    return _decide(row, State.ACTIVE, actor, at)


@action("correspondent.declined", right=ADMINISTER)
def decline_key(row: Correspondent, *, actor: User, at: datetime) -> Correspondent:
    """Declines what a colleague entered, or takes back one's own."""
    _still(row, State.WAITING)
    return _decide(row, State.DECLINED, actor, at)


@action("correspondent.ended", right=ADMINISTER)
def end_key(row: Correspondent, *, actor: User, at: datetime) -> Correspondent:
    """Nothing is sealed to the key any more, and what it signs is not taken in: it was lost, or
    the other side does not use it."""
    _still(row, State.ACTIVE)
    row.state = State.ENDED
    row.save(update_fields=["state"])
    return row


def _still(row: Correspondent, state: str) -> None:
    lock(row.organisation_id)
    row.refresh_from_db()
    if row.state != state:
        text = _("A colleague has changed this meanwhile: it is now “%(state)s”.")
        refuse_if([Objection(text % {"state": row.get_state_display()}, code="state")])


def _decide(row: Correspondent, state: str, actor: User, at: datetime) -> Correspondent:
    row.state, row.decided_by, row.decided_at = state, actor, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
