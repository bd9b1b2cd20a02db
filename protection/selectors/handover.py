"""What this room adds to the summary for whoever takes a case over."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.ports import HandoverPart
from nrm.deadline_words import day_words
from protection.models.service import ServiceState
from protection.selectors.assessments import found_in, newest
from protection.selectors.services import services_of
from protection.selectors.shelter import left_behind, stay_now

_OVER = {ServiceState.COMPLETED, ServiceState.EXITED, ServiceState.DECLINED}
Row = tuple[str, str]


def handover(case: Case, *, at: datetime) -> list[HandoverPart]:
    """The services that are not over, where the person is by the code of the place, and the risk.
    Six queries at most."""
    return [
        HandoverPart(50, _("Services"), list(_services(case, at))),
        HandoverPart(80, _("Needs and risk"), list(_risk(case, at))),
    ]


def _services(case: Case, at: datetime) -> Iterator[Row]:
    for line in services_of(case, at=at):
        if line.row.state in _OVER:
            continue
        house = line.row.organisation.name if line.row.organisation else ""
        told = [line.state_words, house, line.waiting]
        yield line.label, ", ".join(one for one in told if one)
    stay = stay_now(case, at=at)
    if stay is None:
        return
    yield _("Shelter"), stay.bed.place.code
    if behind := left_behind(case, stay, at=at):
        words = {"date": day_words(behind.due_on)}
        yield _("Where they live is to be settled"), _("by %(date)s") % words


def _risk(case: Case, at: datetime) -> Iterator[Row]:
    row = newest(case)
    if row is None:
        yield _("Risk"), _("Nobody has asked yet")
        return
    (found,) = found_in(case, [row], at=at)
    yield _("Dangers"), " ".join(found.dangers) or _("None that was told")
    if found.not_known:
        count = len(found.not_known)
        words = ngettext("%(count)s question", "%(count)s questions", count)
        yield _("Not known yet"), words % {"count": count}
    yield _("Needs"), " ".join(found.needs) or _("None that was told")
    review = day_words(timezone.localtime(row.review_at).date())
    late = _("%(date)s, overdue") if found.overdue else "%(date)s"
    yield _("Asked again"), late % {"date": review}
