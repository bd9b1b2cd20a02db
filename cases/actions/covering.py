"""Handing one's cases to a colleague for the time of an absence, and ending that."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.telling import tell
from cases.models import Cover
from cases.models.case import Confidentiality
from cases.rules.covers import Facts, objections_to_cover
from cases.selectors import covers as reads
from cases.selectors.covers import authorities_of, calendar_of, may_end, own_cases
from nrm.accounts.models import RoleGroup, User
from nrm.accounts.roles import Role
from nrm.actions import Hidden, Objection, action, also, detail, lock, refuse_if
from nrm.audit import writer
from nrm.context import acting
from nrm.profiles import load_profile


@action("cover.given", right=rights.HAND_ON)
def hand_on(
    giver: User, *, actor: User, at: datetime, delegate: UUID, begins_on: date, ends_on: date
) -> Cover:
    """Hands the actor's own cases to a caseworker of the same authority from the first moment of
    one day to the last of another, both included, by the authority's calendar; those too that
    they are given meanwhile, and none that is restricted or sealed. Both are told. Raises Refused
    with every reason against it."""
    lock(actor.pk)
    ours = authorities_of(actor)
    colleague = User.objects.filter(pk=delegate, is_active=True).exclude(pk=actor.pk).first()
    theirs = {one.pk for one in colleague.organisations(Role.CASEWORKER)} if colleague else set()
    shared = [one for one in ours if one.pk in theirs]
    (authority, *_more) = shared or ours
    rule = load_profile(authority.profile).cover
    zone = calendar_of(authority).zone
    today = at.astimezone(zone).date()
    # What is further away is refused; no clock need know it.
    last = today + timedelta(days=rule.days_ahead + rule.days)
    begins_at = datetime.combine(min(max(begins_on, today), last), time.min, zone)
    ends_at = datetime.combine(min(max(ends_on, today), last), time.min, zone) + timedelta(days=1)
    running = Cover.objects.filter(giver=actor, authority=authority, ended_at=None)
    refuse_if(
        objections_to_cover(
            Facts(
                today=today,
                begins_on=begins_on,
                ends_on=ends_on,
                colleague=bool(shared),
                overlaps=running.filter(begins_at__lt=ends_at, ends_at__gt=begins_at).exists(),
            ),
            rule,
        )
    )
    assert colleague is not None
    row = Cover.objects.create(
        giver=actor,
        delegate=colleague,
        authority=authority,
        begins_at=begins_at,
        ends_at=ends_at,
        given_at=at,
    )
    days = {"begins_on": begins_on.isoformat(), "ends_on": ends_on.isoformat()}
    detail(to=str(colleague.pk), **days)
    for case in own_cases(actor).filter(
        authority=authority, confidentiality=Confidentiality.NORMAL
    ):
        also("case.handed_on", case, to=str(colleague.pk), cover=str(row.pk), **days)
    tell([colleague], "cover_taken", once=f"cover:{row.pk}", at=at)
    tell([actor], "cover_given", once=f"cover:{row.pk}", at=at)
    return row


@action("cover.ended", right=rights.HAND_ON)
def end_cover(row: Cover, *, actor: User, at: datetime) -> Cover:
    """Ends it at once: by whoever gave it or has it, or a supervisor of the authority. Both are
    told. Hidden to everybody else; Refused where it has ended."""
    lock(row.giver_id)
    now = Cover.objects.filter(pk=row.pk).select_related("giver", "delegate").first()
    if now is None or not may_end(now, actor):
        raise Hidden(rights.HAND_ON.code)
    row = now
    if row.ended_at is not None or row.ends_at <= at:
        refuse_if([Objection(_("It has ended already."))])
    row.ended_at, row.ended_by = at, actor
    row.save(update_fields=["ended_at", "ended_by"])
    detail(giver=str(row.giver_id), to=str(row.delegate_id))
    tell([row.giver, row.delegate], "cover_ended", once=f"cover:{row.pk}:ended", at=at)
    return row


def tell_of_covers(*, actor: User, at: datetime) -> int:
    """Tells who gave and who has a cover, some days before it ends and when it has; and of one that
    ended because one of them left the supervisors of the authority as well. Returns how many
    people were told. The actor is the system; it may run twice, late or beside another."""
    told = 0
    with acting(actor), transaction.atomic():
        for row, what in reads.untold(at=at):
            people = {one.pk: one for one in (row.giver, row.delegate) if one.is_active}
            if what == "ended":
                group = RoleGroup.of(row.authority, Role.SUPERVISOR)
                people |= {
                    one.pk: one
                    for one in User.objects.filter(is_active=True, memberships__group=group)
                }
            now = tell(people.values(), f"cover_{what}", once=f"cover:{row.pk}:{what}", at=at)
            if now and what == "ended":
                # Nobody did it: the database ended it when somebody left.
                ids = {"giver": str(row.giver_id), "to": str(row.delegate_id)}
                writer.write("cover.ended", at=at, actor_id=actor.pk, data={**ids, "left": True})
            told += now
        if told:
            writer.write("covers.told", at=at, actor_id=actor.pk, data={"told": told})
    return told


def begin_covers(*, actor: User, at: datetime) -> int:
    """Lets what begins now begin, and puts right what a case that was given to somebody at the
    same moment missed. Returns how many grants came or went. The actor is the system; it may run
    twice, late or beside another."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT cases_keep_covers(NULL, NULL)")
        changed = int(cursor.fetchone()[0])
        if changed:
            writer.write("covers.begun", at=at, actor_id=actor.pk, data={"grants": changed})
    return changed
