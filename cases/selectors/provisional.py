"""Reads about a provisional identification: of a case, and by whom."""

from datetime import date

from cases.models import Case, Provisional, Referral
from cases.models.deadline import DeadlineState
from cases.rules import provisional as rules
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role

TABLE = "cases_provisional"


def provisionals_of(case: Case) -> list[Provisional]:
    """Those of the case, the newest first. One query, or none where its profile knows no such
    thing."""
    if rules.mode_of(case.profile) is None:
        return []
    found = Provisional.objects.filter(case=case)
    return list(found.select_related("organisation", "by", "looked_by", "functions_by"))


def asked_again_on(case: Case) -> date | None:
    """The day on which the organisation is asked again whether an authority functions. One
    query."""
    terms = [term.code for term in case.profile.terms_started_by(rules.LOOKED_AT)]
    running = case.deadlines.filter(term__in=terms, state=DeadlineState.OPEN)
    return running.values_list("due_on", flat=True).first()


def identifies_for(actor: User, case: Case) -> Organisation | None:
    """The organisation that referred the person and for which the actor leads. Two queries."""
    led = [one.pk for one in actor.organisations(Role.RESPONDER_LEAD)]
    sent = Referral.objects.filter(case=case, organisation__in=led).select_related("organisation")
    row = sent.only("id", "case_id", "organisation").first()
    return row.organisation if row else None
