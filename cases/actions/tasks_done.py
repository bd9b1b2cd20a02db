"""Tasks of a case: done, and not done after all."""

from datetime import datetime

from cases import rights
from cases.actions import clocks
from cases.models import CaseTask
from nrm.accounts.models import User
from nrm.actions import action, detail


@action("task.done", right=rights.DO_TASK)
def finish_task(task: CaseTask, *, actor: User, at: datetime) -> CaseTask:
    """Marks the task as done by the actor, and the clocks that it meets as met. Done already, it
    stays as it was."""
    done = _set(task, actor=actor, at=at)
    for known in task.case.profile.day_zero_tasks:
        if known.code == task.code and known.meets:
            clocks.settle_terms(task.case, known.meets, at=at)
    return done


@action("task.reopened", right=rights.DO_TASK)
def reopen_task(task: CaseTask, *, actor: User, at: datetime) -> CaseTask:
    """Says that the task is not done after all. The trail keeps who had said that it was."""
    return _set(task, actor=None, at=None)


def _set(task: CaseTask, *, actor: User | None, at: datetime | None) -> CaseTask:
    task.refresh_from_db(fields=["done_at", "done_by"])
    detail(task=task.code)
    if (task.done_at is None) == (at is None):
        detail(repeated=True)
        return task
    task.done_at, task.done_by = at, actor
    task.save(update_fields=["done_at", "done_by"])
    return task
