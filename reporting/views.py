"""The auditor's pages: fixed tables over closed quarters, as they were frozen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from nrm.accounts.models import User
from nrm.accounts.presence import fresh_factor
from nrm.accounts.rights import SEE_STATISTICS
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.profiles import Profile
from nrm.spreadsheets import as_csv
from reporting.actions import freeze_referrals_by_age
from reporting.models import FrozenTable
from reporting.rules import Quarter
from reporting.selectors import (
    QUARTERS,
    age_band,
    auditors_profile,
    frozen_quarters,
    frozen_table,
    quarter_of,
)

HIDDEN = "[c]"


class StatisticsView(View):
    """A page for auditors, under the law of their own organisation."""

    user: User
    profile: Profile

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        SEE_STATISTICS.check(request.user, None)
        self.user = request.user  # type: ignore[assignment]
        self.profile = auditors_profile(self.user)
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def quarter(self, text: str) -> Quarter:
        return quarter_of(text, self.profile, at=self.at)

    def frozen(self, quarter: Quarter) -> FrozenTable | None:
        return frozen_table(self.profile, quarter)

    def saw(self, verb: str, table: FrozenTable) -> None:
        writer.write(
            verb,
            at=self.at,
            actor_id=self.user.pk,
            object_type="reporting.frozentable",
            object_id=table.pk,
            data={"quarter": table.quarter},
        )


class QuartersView(StatisticsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        quarters = frozen_quarters(self.profile, at=self.at, count=QUARTERS)
        context = {"quarters": quarters, "profile": self.profile}
        return render(request, "reporting/quarters.html", context)


class TableView(StatisticsView):
    """One table of one quarter. POST freezes it; what is frozen never changes."""

    def get(self, request: HttpRequest, quarter: str) -> HttpResponse:
        chosen = self.quarter(quarter)
        table = self.frozen(chosen)
        context: dict[str, Any] = {"quarter": str(chosen), "table": table, "profile": self.profile}
        if table:
            self.saw("statistics.seen", table)
            context["bars"] = _bars(table, self.profile)
            context["title"] = _title(table, self.profile)
            context["total"] = HIDDEN if table.total is None else table.total
        return render(request, "reporting/table.html", context)

    def post(self, request: HttpRequest, quarter: str) -> HttpResponse:
        chosen = self.quarter(quarter)
        freeze_referrals_by_age(actor=self.user, at=self.at, profile=self.profile, quarter=chosen)
        return redirect("statistics_table", quarter=str(chosen))


@method_decorator(fresh_factor("GET", "HEAD"), name="dispatch")
class DownloadView(StatisticsView):
    """The table as a file, to take away: for which one proves to be there."""

    def get(self, request: HttpRequest, quarter: str) -> HttpResponse:
        table = self.frozen(self.quarter(quarter))
        if table is None:
            raise Hidden("see_statistics")
        self.saw("statistics.downloaded", table)
        place = (table.code, table.quarter)
        rows = [
            ("table", "quarter", "age_band", "referrals"),
            *((*place, cell["code"], _shown(cell["count"])) for cell in table.cells),
            (*place, "total", _shown(table.total)),
        ]
        response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
        name = f"referrals-by-age-{table.quarter}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _shown(count: int | None) -> str:
    return HIDDEN if count is None else str(count)


def _bars(table: FrozenTable, profile: Profile) -> list[dict[str, Any]]:
    most = max((cell["count"] or 0 for cell in table.cells), default=0) or 1
    return [
        {
            "label": age_band(cell["code"], profile),
            "value": cell["count"] or 0,
            "value_text": _shown(cell["count"]),
            "width": round(100 * (cell["count"] or 0) / most),
        }
        for cell in table.cells
    ]


def _title(table: FrozenTable, profile: Profile) -> str:
    """A title that states what the table shows."""
    known = [cell for cell in table.cells if cell["count"] is not None]
    if not known:
        return _("Every count of this quarter is below the threshold")
    top = max(known, key=lambda cell: cell["count"])
    if sum(cell["count"] == top["count"] for cell in known) > 1:
        return _("No age band has the most referrals alone")
    band = age_band(top["code"], profile)
    return _("Most referrals were in the age band “%(band)s”") % {"band": band}
