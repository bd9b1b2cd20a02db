"""Ways of the profile that no page takes yet, so that the demonstration has cases in each stage."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import clocks
from cases.models import Case
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if


@action("case.stage_changed", right=rights.DO_TASK)
def take_the_way(case: Case, *, actor: User, at: datetime, event: str, to_stage: str = "") -> Case:
    """Takes the case along the profile's way of this event; `to_stage` says which where there are
    several. Starts the clocks that the event starts. Raises Refused where no such way leads
    on."""
    ways = [t for t in case.profile.transitions_from(case.stage) if t.event == event]
    way = next((t for t in ways if to_stage in ("", t.to_stage)), None)
    if way is None:
        refuse_if([Objection(_("The case is not at the stage of this decision."))])
        return case
    detail(event=event, before=case.stage, stage=way.to_stage)
    case.stage, case.stage_since = way.to_stage, at
    case.version += 1
    case.save(update_fields=["stage", "stage_since", "version"])
    clocks.start_terms(case, event, at=at)
    return case
