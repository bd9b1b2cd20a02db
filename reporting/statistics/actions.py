"""What auditors do with a release: ask for it, approve it, withhold it. One is built by a job
(`building`); whatever was asked for, approved or withheld is not taken back."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from nrm.accounts.models import User
from nrm.accounts.rights import RELEASE_STATISTICS, SEE_STATISTICS
from nrm.actions import Objection, Refused, action, detail, lock, refuse_if
from nrm.audit import writer
from nrm.profiles import Profile
from reporting.models import Approval, Release, ReleaseState, Spend, WithholdReason
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Plan
from reporting.statistics.outside import is_beside_a_lost_one
from reporting.statistics.selectors import (
    cap_of,
    closed_periods,
    epsilon_of,
    plan_of,
    release_of,
)

_PERIODS = UUID("3f0a41c5-9c53-4f0e-8f57-1c7be3f2f5a1")  # only to name locks
_CAP = "within_the_cap_of_the_year"


def ask_for_release(*, actor: User, at: datetime, profile: Profile, period: Period) -> Release:
    """Asks for the release of a closed period, and takes its epsilon from the account of its year,
    for good. Whoever asks again, also at the same moment, gets the release of the first. Refused
    with every reason: the period has not ended, there are no tables, no release of them could pass,
    the year has nothing left."""
    # Loaded by who asks: the solver and numpy are a tenth of a web process.
    from reporting.attacks.suite import faults_of_way

    RELEASE_STATISTICS.check(actor, None)
    if earlier := release_of(profile, period):
        return earlier
    plan = plan_of(profile)
    # Some seconds, once a process and set of tables: before the transaction, which nobody waits in.
    rule = Rule(profile.statistics.threshold, profile.statistics.rounding)
    faults = faults_of_way(plan, period.kind, rule) if plan else []
    return _ask(actor=actor, at=at, profile=profile, period=period, plan=plan, unsafe=bool(faults))


@action("release.asked", right=RELEASE_STATISTICS)
def _ask(
    *,
    actor: User,
    at: datetime,
    profile: Profile,
    period: Period,
    plan: Plan | None,
    unsafe: bool,
) -> Release:
    lock(uuid5(_PERIODS, f"{profile.code} {period}"))
    if earlier := release_of(profile, period):
        detail(again=True)
        return earlier
    objections = []
    if plan is None:
        text = _("There are no tables for this profile, so nothing can be released.")
        objections.append(Objection(text, code="no_tables"))
    if unsafe:
        text = _(
            "People could be found in any release of these tables: tried on invented people, they"
            " tell too much. Nothing was taken of the account. The statistician has to change the"
            " tables or their noise."
        )
        objections.append(Objection(text, code="unsafe_tables"))
    if period not in closed_periods(profile, at=at):
        text = _("This period has not ended, or ended long ago. Only closed periods are released.")
        objections.append(Objection(text, code="not_closed"))
    if is_beside_a_lost_one(profile.code, period):
        text = _(
            "A year is attacked together with its quarters, and a release of this one was lost with"
            " a restore, though its files may be published. So this release is not made."
        )
        objections.append(Objection(text, code="lost_with_a_restore"))
    refuse_if(objections)
    assert plan is not None
    release = Release.objects.create(
        profile_code=profile.code, period=str(period), asked_by=actor, asked_at=at
    )
    try:
        with transaction.atomic():
            spend = Spend.objects.create(
                profile_code=profile.code,
                year=period.year,
                epsilon=epsilon_of(plan),
                cap=cap_of(plan),
                release=release,
                by=actor,
                at=at,
            )
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != _CAP:
            raise
        text = _(
            "The year %(year)d has no epsilon left for another release. That is final: the noise"
            " of the earlier ones would promise less than they say."
        )
        raise Refused([Objection(text % {"year": period.year}, code="no_epsilon")]) from None
    detail(profile=profile.code, period=str(period), epsilon=str(spend.epsilon))
    return release


@action("release.approved", right=RELEASE_STATISTICS)
def approve_release(release: Release, *, actor: User, at: datetime) -> Release:
    """Approves what was built. With the second person it is published; whoever asked for it may be
    one of the two. An approval counts for as long as whoever gave it may give one. Refused for who
    approved already, and where it does not wait for anybody."""
    release.refresh_from_db()
    refuse_if(_not_waiting(release))
    earlier = [one.by for one in release.approvals.select_related("by")]
    if actor in earlier:
        text = _("You approved it already. Somebody else has to be the second person.")
        raise Refused([Objection(text, code="same_person")])
    Approval.objects.create(release=release, by=actor, at=at)
    # Whoever has left since does not count: two people who answer for it now.
    standing = [one for one in earlier if RELEASE_STATISTICS.held_by(one)]
    detail(period=release.period, person=len(standing) + 1)
    if standing:
        release.state, release.published_at = ReleaseState.PUBLISHED, at
        release.save(update_fields=["state", "published_at"])
        writer.write(
            "release.published",
            at=at,
            actor_id=actor.pk,
            object_type="reporting.release",
            object_id=release.pk,
            data={"period": release.period, "sha256": release.sha256},
        )
    return release


@action("release.withheld", right=RELEASE_STATISTICS)
def withhold_release(release: Release, *, actor: User, at: datetime, because: str) -> Release:
    """Says that what was built is not to be published. One person is enough, and it is final: its
    epsilon stays spent. Refused where it does not wait for anybody."""
    release.refresh_from_db()
    objections = list(_not_waiting(release))
    if because not in WithholdReason.values:
        objections.append(Objection(_("Select why"), field="because"))
    refuse_if(objections)
    release.state, release.withheld_by = ReleaseState.WITHHELD, actor
    release.withheld_at, release.withheld_because = at, because
    release.save(update_fields=["state", "withheld_by", "withheld_at", "withheld_because"])
    detail(period=release.period, because=because)
    return release


@action("release.downloaded", right=SEE_STATISTICS, look=True)
def take_file(release: Release, *, actor: User, at: datetime, kind: str, held: bool) -> None:
    """Notes that somebody took a file away; `held`: they had it already, and it had not changed."""
    detail(period=release.period, kind=kind, held=held)


@action("release.seen", right=SEE_STATISTICS, look=True)
def see_release(release: Release, *, actor: User, at: datetime) -> None:
    """Notes that somebody looked at the counts of a release."""
    detail(period=release.period)


def _not_waiting(release: Release) -> list[Objection]:
    if release.state == ReleaseState.BUILT:
        return []
    return [Objection(_("This release does not wait for anybody. Open the page again."))]
