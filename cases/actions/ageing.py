"""How old the person is taken to be: in doubt, or decided. In doubt they are a child, everywhere
the rules ask (Case.treated_as_child)."""

from datetime import datetime

from cases import rights
from cases.models import Adulthood, Case, CaseTask
from cases.models.case import AgeStatus
from nrm.accounts.models import User
from nrm.actions import action, detail


@action("case.age_decided", right=rights.CARE_FOR_CHILD)
def set_age(case: Case, *, actor: User, at: datetime, status: str) -> Case:
    """Takes the person to be of this age from now on. Somebody who becomes a child gets the tasks
    of a child's first day; somebody who becomes an adult is on the road to 18 no more. Raises
    ValueError for what is no age status."""
    case.refresh_from_db(fields=["age_status", "version"])
    before, now = case.age_status, AgeStatus(status)
    detail(before=before, age=now.value)
    if before == now:
        return case
    was_child = case.treated_as_child
    case.age_status = now.value
    case.version += 1
    case.save(update_fields=["age_status", "version"])
    road = Adulthood.objects.filter(case=case)
    if not case.treated_as_child:
        road.update(turned_at=at, next_look_at=None)
    else:
        # The sweep looks at once: the day may have come while nobody had decided.
        road.exclude(on=None).update(turned_at=None, next_look_at=at)
        if not was_child:
            _open_tasks(case, at=at)
    return case


def _open_tasks(case: Case, *, at: datetime) -> None:
    codes = [task.code for task in case.profile.day_zero_tasks if task.for_age == "child"]
    there = set(case.casetasks.filter(code__in=codes).values_list("code", flat=True))
    CaseTask.objects.bulk_create(
        CaseTask(case=case, code=code, opened_at=at) for code in codes if code not in there
    )
