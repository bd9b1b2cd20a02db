"""Who can see a case and why, who has looked, and the table of roles and rights in words."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.actions.assigning import bring_near, take_away
from cases.forms.access import BringNearForm, LogFilter, WhyForm
from cases.rights import ASSIGN, SEE_ACCESS, rights_in_words
from cases.selectors.looks import MOST, months_since, who_looked
from cases.selectors.near import organisations_to_bring, who_can_see
from cases.selectors.timeline import IDENTITY, LOOKS, REFUSED, access_log
from cases.selectors.why import people_to_ask_about, why
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.models import Organisation
from nrm.accounts.rights import ADMINISTER
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


class AccessView(CaseView):
    """GET tells who can see the case and who has looked; POST brings an organisation near."""

    right = SEE_ACCESS

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        self._may_change()
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        organisation = form.cleaned_data["organisation"]
        try:
            bring_near(self.case, actor=request.user, at=self.at, organisation=organisation)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(
            request,
            _("%(organisation)s can now see the summary of this case.")
            % {"organisation": organisation.name},
        )
        return redirect("case_access", reference=self.case.reference)

    def _may_change(self) -> None:
        if ASSIGN.code not in self.held:
            raise Forbidden(ASSIGN.code)

    def _form(self, data: Any = None) -> BringNearForm:
        return BringNearForm(data, organisations=organisations_to_bring(self.case))

    def _page(self, request: HttpRequest, form: BringNearForm, status: int = 200) -> HttpResponse:
        logs = {
            LOOKS: _("Every look"),
            IDENTITY: _("Identity shown"),
            REFUSED: _("Refused"),
        }
        log = request.GET.get("log", LOOKS)
        log = log if log in logs else LOOKS
        months = LogFilter(request.GET, months=months_since(self.case.opened_at, at=self.at))
        period = months.period()
        lookers, more = who_looked(self.case, period)
        looks, older, newer = access_log(
            self.case,
            show=log,
            period=period,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "access_log.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={
                "events": [look.told.id for look in looks],
                "people": [str(one.person_id) for one in lookers],
            },
        )
        asking = WhyForm(request.GET, people=people_to_ask_about(self.case))
        answer = None
        if asking.is_valid() and asking.cleaned_data["person"]:
            answer = why(self.case, UUID(asking.cleaned_data["person"]), at=self.at)
        month = period.first.strftime("%Y-%m") if period.first else ""

        def address(**more: str) -> str:
            query = {key: value for key, value in {"month": month, **more}.items() if value}
            return f"{request.path}?{urlencode(query)}#log"

        return render(
            request,
            "cases/access.html",
            {
                **case_frame(request, self.case, self.held, current="case_access"),
                "form": form,
                "may_change": ASSIGN.code in self.held,
                "near": who_can_see(self.case),
                "asking": asking,
                "answer": answer,
                "months": months,
                "month": period.first,
                "lookers": lookers,
                "more_lookers": more,
                "most": MOST,
                "looks": looks,
                "views": [
                    {"label": label, "url": address(log=code), "current": code == log}
                    for code, label in logs.items()
                ],
                "previous_url": address(log=log, before=newer) if newer else "",
                "next_url": address(log=log, after=older) if older else "",
            },
            status=status,
        )


class EndAccessView(AccessView):
    """POST ends what an organisation was given. There is no page to GET."""

    http_method_names = ["post"]

    def post(  # type: ignore[override]
        self, request: HttpRequest, reference: str, organisation: UUID
    ) -> HttpResponse:
        self._may_change()
        found = Organisation.objects.filter(pk=organisation).first()
        if found is None:
            raise Hidden(ASSIGN.code)
        take_away(self.case, actor=request.user, at=self.at, organisation=found)
        messages.success(
            request,
            _("%(organisation)s can no longer see this case.") % {"organisation": found.name},
        )
        return redirect("case_access", reference=self.case.reference)


class RightsTableView(View):
    """The table of roles and rights in words, for an administrator. No case is named in it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        ADMINISTER.check(request.user, None)
        return render(request, "cases/rights_table.html", {"roles": rights_in_words()})
