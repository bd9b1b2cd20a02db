"""The review queue of supervisors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from cases.rights import SEE_REVIEWS
from cases.selectors.reviews import review_queue
from nrm.audit import writer


class ReviewsView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        SEE_REVIEWS.check(request.user, None)
        at = timezone.now()
        waiting, page = review_queue(
            request.user,  # type: ignore[arg-type]
            at=at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "reviews.viewed",
            at=at,
            actor_id=request.user.pk,
            data={
                "decisions": [str(line.decision.pk) for line in waiting],
                "cases": [str(line.decision.case_id) for line in waiting],
            },
        )
        context = {"waiting": waiting, **page.links(request.path, {})}
        return render(request, "decisions/reviews.html", context)
