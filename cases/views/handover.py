"""The summary for whoever takes a case over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.rights import READ_HANDOVER
from cases.selectors.handover import handover_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.audit import writer


class HandoverView(CaseView):
    """One page, which prints."""

    right = READ_HANDOVER

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        user = request.user
        parts = handover_of(self.case, user, self.held, at=self.at)  # type: ignore[arg-type]
        writer.write("handover.viewed", at=self.at, actor_id=user.pk, case_id=self.case.pk)
        frame = case_frame(request, self.case, self.held, current="case_handover")
        return render(request, "cases/handover.html", {**frame, "parts": parts})
