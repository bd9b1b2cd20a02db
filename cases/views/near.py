"""What a protection provider and a prosecution liaison see of the cases they were brought near
to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from cases.rights import ASK_RECONSIDERATION, SEE_NEAR_CASES, SEE_SUMMARY
from cases.rules.reconsidering import may_be_asked
from cases.selectors import near as selectors
from cases.selectors.cases import age_words
from cases.selectors.contact import contact_marks, contact_of
from cases.views.base import CaseView
from nrm.accounts.roles import Role
from nrm.audit import writer


class NearCasesView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_NEAR_CASES.check(user, None)
        at = timezone.now()
        cases, page = selectors.near_cases(
            user,
            at=at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "cases.listed",
            at=at,
            actor_id=user.pk,
            data={"list": "near", "cases": [str(line.case.pk) for line in cases]},
        )
        return render(
            request,
            "cases/near.html",
            {
                "cases": cases,
                "liaison": Role.PROSECUTION_LIAISON in user.roles,
                **page.links(request.path, {}),
            },
        )


class SummaryView(CaseView):
    """The summary of one case: its reference, how the person may be reached, its hearings."""

    right = SEE_SUMMARY

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        case = self.case
        contact = contact_of(case, at=self.at)
        liaison = selectors.answers_for_prosecution(request.user, case)  # type: ignore[arg-type]
        hearings = selectors.hearings(case) if liaison else None
        writer.write(
            "case.summary_viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=case.pk,
            data={"hearings": [str(h.id) for h in hearings or []]},
        )
        return render(
            request,
            "cases/summary.html",
            {
                "case": case,
                "stage": case.profile.stage(case.stage),
                "may_ask": ASK_RECONSIDERATION.code in self.held
                and may_be_asked(case.profile, case.stage),
                "age": age_words(case),
                "contact": contact,
                "marks": contact_marks(contact),
                "hearings": hearings,
            },
        )
