"""Asking about needs and risk, and making the next time due at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from cases import rights
from cases.models import Case
from cases.selectors.sharing import today_of
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if
from protection.models import Assessment
from protection.rules import assessments as rules
from protection.selectors import assessments as reads


@action("assessment.made", right=rights.SUPPORT)
def assess(
    case: Case, *, actor: User, at: datetime, step: str, answers: Mapping[str, str], note: str = ""
) -> Assessment:
    """Keeps what was answered, question code to answer; what is missing was not asked. It takes the
    place of the assessment before, and says when it is asked again. Raises Refused with every
    reason against it."""
    law = case.profile.assessment
    found = reads.find_step(law, step)
    asked = [question.code for question in reads.questions_at(law, step)]
    words = note.strip()
    refuse_if(
        rules.objections_to_assessment(
            answers,
            known_step=found is not None,
            step_is_open=found is not None and reads.is_open(case, found),
            questions=asked,
            note=words,
        )
    )
    whole = {code: answers.get(code, rules.NOT_ASKED) for code in asked}
    day, row = reads.review_day(case, whole, at), uuid4()
    case.assessments.filter(superseded_at=None).update(superseded_at=at)
    sealed = seal(case.person_id, words, table="protection_assessment", column="note", row=row)
    made = Assessment.objects.create(
        id=row,
        case=case,
        step=step,
        version=case.profile_version,
        answers=whole,
        note=sealed if words else None,
        by=actor,
        at=at,
        review_on=day,
        review_at=reads.end_of_day(case, day),
    )
    detail(step=step, review_on=day.isoformat())
    return made


@action("assessment.brought_forward", right=rights.SUPPORT)
def bring_forward(case: Case, *, actor: User, at: datetime, trigger: str) -> Assessment:
    """Something happened after which risk has to be looked at again: the review is due from now on.
    Raises Refused with every reason against it."""
    law, row = case.profile.assessment, reads.newest(case)
    refuse_if(
        rules.objections_to_trigger(
            known_trigger=trigger in {one.code for one in law.triggers},
            assessed=row is not None,
            due_already=row is not None and row.review_at < at,
        )
    )
    assert row is not None
    row.because, row.because_by, row.because_at = trigger, actor, at
    row.review_on = today_of(case, at)
    # Overdue from this moment, not from the end of the day.
    row.review_at = at - timedelta(microseconds=1)
    row.save(update_fields=["because", "because_by", "because_at", "review_on", "review_at"])
    detail(trigger=trigger)
    return row
