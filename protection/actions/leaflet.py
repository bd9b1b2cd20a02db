"""Telling a person of their rights."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case
from cases.rules.languages import LANGUAGES
from cases.selectors.sharing import interpreters, today_of
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if
from protection.models import LeafletGiven
from protection.rules import leaflet as rules
from protection.selectors import leaflet as reads


@action("leaflet.given", right=rights.SUPPORT)
def give_leaflet(
    case: Case,
    *,
    actor: User,
    at: datetime,
    language: str,
    text_language: str,
    interpreter: str,
    read_aloud: bool,
    on_paper: bool,
    given_on: date | None,
    submission_key: UUID | None = None,
) -> LeafletGiven:
    """Records that the leaflet of the profile was given: `language` (ISO 639) is what was spoken or
    read, `text_language` that of the leaflet, `interpreter` one of those of a referral. A second
    call with the same key gives the first record back. Raises Refused with every reason against
    it."""
    if submission_key and (
        first := LeafletGiven.objects.filter(submission_key=submission_key).first()
    ):
        if first.case_id != case.pk or first.by_id != actor.pk:
            refuse_if([Objection(_("This was not saved. Open the page again and retry."))])
        detail(repeated=True)
        return first
    zone = case.profile.calendar_for(case.calendar).zone
    refuse_if(
        rules.objections_to_giving(
            known_language=language in LANGUAGES.labels,
            known_text=text_language in case.profile.languages,
            known_interpreter=interpreter in interpreters(case.profile),
            read_aloud=read_aloud,
            on_paper=on_paper,
            given_on=given_on,
            opened_on=timezone.localtime(case.opened_at, zone).date(),
            today=today_of(case, at),
        )
    )
    assert given_on is not None
    detail(language=language, given_on=given_on.isoformat())
    return LeafletGiven.objects.create(
        case=case,
        version=case.profile_version,
        age=reads.age_of(case),
        language=language,
        text_language=text_language,
        interpreter=interpreter,
        read_aloud=read_aloud,
        on_paper=on_paper,
        given_on=given_on,
        by=actor,
        at=at,
        submission_key=submission_key,
    )
