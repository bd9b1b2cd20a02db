"""The monitoring report: what treaty bodies ask, answered from what is published. For whoever reads
releases; a national rapporteur does, and sees no case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language_bidi

from nrm.accounts.models import User
from nrm.accounts.presence import fresh_factor
from nrm.audit import writer
from nrm.opendocument import ODS
from reporting.models import Release
from reporting.monitoring.selectors import answered, course
from reporting.monitoring.sheets import as_spreadsheet
from reporting.statistics.views import StatisticsView


def wrote_down(verb: str, release: Release, *, actor: User, at: Any) -> None:
    """Notes that somebody read the report of a release, or took it away."""
    writer.write(
        verb,
        at=at,
        actor_id=actor.pk,
        object_type="reporting.release",
        object_id=release.pk,
        data={"period": release.period},
    )


class MonitoringView(StatisticsView):
    """Which periods can be reported, and how the totals went."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = course(self.profile)
        by_period = [{one.period: one.shown for one in drawn.columns} for drawn in found.trends]
        periods = sorted({period for counts in by_period for period in counts})
        context = {
            "course": found,
            "head": [one.what for one in found.trends],
            "numbers": [
                (period, [counts.get(period, "–") for counts in by_period]) for period in periods
            ],
            "profile": self.profile,
        }
        return render(request, "reporting/monitoring.html", context)


class MonitoringReportView(StatisticsView):
    """The reports of one period, to read and to print."""

    def get(self, request: HttpRequest, period: str) -> HttpResponse:
        found = answered(self.profile, period)
        wrote_down("monitoring.seen", found.release, actor=self.user, at=self.at)
        context = {
            "found": found,
            "profile": self.profile,
            "reports": [
                {
                    "filled": one,
                    "held": one.count("held"),
                    "partly": one.count("partly"),
                    "not_held": one.count("not_held"),
                }
                for one in found.filled
            ],
        }
        return render(request, "reporting/monitoring_report.html", context)


@method_decorator(fresh_factor("GET", "HEAD"), name="dispatch")
class MonitoringDownloadView(StatisticsView):
    """The same as a spreadsheet, for which one proves to be there."""

    def get(self, request: HttpRequest, period: str) -> HttpResponse:
        found = answered(self.profile, period)
        wrote_down("monitoring.downloaded", found.release, actor=self.user, at=self.at)
        content = as_spreadsheet(
            found.filled,
            found.document,
            country=str(self.profile.label),
            right_to_left=get_language_bidi(),
        )
        response = HttpResponse(content, content_type=ODS)
        name = f"monitoring-{self.profile.code}-{found.release.period}.ods"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
