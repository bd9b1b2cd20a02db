"""The auditor's pages of what is unusual in the trail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.selectors.keyset import Rows, page_of
from nrm.accounts.rights import SEE_AUDIT
from nrm.actions import Changed, Hidden, Refused
from nrm.audit import writer
from nrm.audit.codes import PERSON, Codes
from nrm.forms import Form
from nrm.web import add_objections
from reporting.models import Anomaly, Watched
from reporting.trail import TrailView
from reporting.watch import FARTHEST, LONGEST, look_into, note_of, why

OPEN, ALL = "open", "all"


@dataclass(frozen=True, slots=True)
class Unusual:
    """A row with its sentence, in the codes of who reads it."""

    row: Anomaly
    person: str
    title: str
    why: str
    month: str


def told(row: Anomaly, codes: Codes) -> Unusual:
    """The row as this auditor reads it. No query."""
    return Unusual(
        row,
        codes.of(PERSON, row.actor_id),
        str(row.get_kind_display()),
        why(row),
        f"{row.day:%Y-%m}",
    )


def anomalies(
    codes: Codes, *, show: str = OPEN, after: str = "", before: str = "", size: int = 25
) -> tuple[list[Unusual], Rows]:
    """One page of what is unusual, the newest first: what nobody looked into, or all. One query."""
    rows = Anomaly.objects.all()
    if show == OPEN:
        rows = rows.filter(count__gt=F("looked_count"))
    page = page_of(rows, "last_at", newest_first=True, after=after, before=before, size=size)
    return [told(row, codes) for row in page.rows], page


def find_anomaly(pk: UUID) -> Anomaly:
    """The anomaly of this id. Hidden (404) where there is none."""
    if row := Anomaly.objects.filter(pk=pk).first():
        return row
    raise Hidden(SEE_AUDIT.code)


def read_of(actor: Any, rows: list[Unusual], *, at: Any) -> None:
    """Writes that these were read."""
    writer.write(
        "anomalies.viewed",
        at=at,
        actor_id=actor.pk,
        data={"anomalies": [str(one.row.pk) for one in rows]},
    )


class LookForm(Form):
    """What was found; `count` is how many there were on the page."""

    note = forms.CharField(
        label=_lazy("What did you find?"),
        help_text=_lazy("Name nobody. Other auditors read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _lazy("Write what you found")},
    )
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class AnomaliesView(TrailView):
    """What stands out in the trail, and explains itself in a sentence."""

    def get(self, request: HttpRequest) -> HttpResponse:
        show = ALL if request.GET.get("show") == ALL else OPEN
        lines, page = anomalies(
            self.codes,
            show=show,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        read_of(self.user, lines, at=self.at)
        here = request.path
        return render(
            request,
            "reporting/anomalies.html",
            {
                "lines": lines,
                "watched": Watched.objects.first(),
                "days": FARTHEST.days,
                "show": show,
                "views": [
                    {"label": _("To look into"), "url": here, "current": show == OPEN},
                    {"label": _("All"), "url": f"{here}?show=all", "current": show == ALL},
                ],
                **page.links(here, {"show": show}),
            },
        )


class AnomalyView(TrailView):
    """One of them: GET tells it, POST says what was found."""

    def get(self, request: HttpRequest, anomaly: UUID) -> HttpResponse:
        row = find_anomaly(anomaly)
        read_of(self.user, [told(row, self.codes)], at=self.at)
        return self._page(request, row, LookForm(initial={"count": row.count}))

    def post(self, request: HttpRequest, anomaly: UUID) -> HttpResponse:
        row = find_anomaly(anomaly)
        form = LookForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, form, 422)
        try:
            look_into(row, actor=self.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            if isinstance(refusal, Changed):
                form.data = form.data.copy()  # type: ignore[attr-defined]
                form.data["count"] = row.count
            return self._page(request, row, form, 409 if isinstance(refusal, Changed) else 422)
        messages.success(request, _("Recorded. It stays under “All”."))
        return redirect("anomalies")

    def _page(
        self, request: HttpRequest, row: Anomaly, form: LookForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "reporting/anomaly.html",
            {
                "one": told(row, self.codes),
                "note": note_of(row),
                "by": self.codes.of(PERSON, row.looked_by),
                "form": form,
            },
            status=status,
        )
