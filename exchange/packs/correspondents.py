"""Whose keys are known here: one administrator enters a key, another one confirms it with the
fingerprint that the other side has told them by voice."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.rights import REFER
from cases.selectors import keyset
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
    """Every key that was entered."""
    return Correspondent.objects.select_related(
        "organisation", "opened_by", "asked_by", "decided_by"
    )


def listed(*, after: str = "", before: str = "") -> keyset.Rows:
    """A page of every key that was entered, the newest first. One query."""
    rows = all_correspondents()
    return keyset.page_of(rows, "asked_at", newest_first=True, after=after, before=before)


def who_can_open() -> QuerySet[Organisation]:
    """The organisations of this installation that refer: somebody of theirs can open a pack."""
    return Organisation.objects.filter(
        is_active=True,
        role_groups__role__in=REFER.roles,
        role_groups__group__memberships__user__is_active=True,
    ).distinct()


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
    opened_by: Organisation | None,
    submission: UUID | None = None,
) -> Correspondent:
    """Enters the key of an organisation; it is used once another administrator has confirmed it.
    `opened_by` takes in what the key signs; None: every organisation that refers. `submission`
    names it: sent twice, it is entered once."""
    row_id = submission or uuid4()
    lock(row_id)
    if earlier := Correspondent.objects.filter(pk=row_id).first():
        if earlier.asked_by_id != actor.pk:
            text = _("This page has served already. Open it again.")
            refuse_if([Objection(text, code="served")])
        detail(repeated=True)
        return earlier
    found = []
    try:
        clean = read_public(key).text
    except ValueError:
        clean = ""
        text = _("This is not a key. It begins with nrm-pack-1 and is one line.")
        found.append(Objection(text, "key"))
    if clean:
        _lock_key(clean)
        same = Correspondent.objects.filter(key=clean, state__in=(State.WAITING, State.ACTIVE))
        if same.exists():
            found.append(Objection(_("This key was entered already."), "key"))
    if opened_by and not who_can_open().filter(pk=opened_by.pk).exists():
        text = _("Nobody of this organisation refers people here.")
        found.append(Objection(text, "opened_by"))
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
        id=row_id,
        organisation=organisation,
        opened_by=opened_by,
        key=clean,
        asked_by=actor,
        asked_at=at,
    )
    detail(organisation=str(organisation.pk), opened_by=str(opened_by.pk) if opened_by else "every")
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
    _lock_key(row.key)
    others = Correspondent.objects.filter(key=row.key, state=State.ACTIVE)
    if others.exclude(organisation=row.organisation).exists():
        text = _("This key is confirmed as that of another organisation. Decline it here.")
        refuse_if([Objection(text, code="other")])
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


def _lock_key(key: str) -> None:
    """Waits for whoever else enters or confirms this key; taken after every other lock."""
    lock(uuid5(NAMESPACE_OID, key))


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
