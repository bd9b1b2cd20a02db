"""The auditor's pages of what is unusual in the trail."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.selectors.keyset import Place, Rows, page_of
from nrm.accounts.rights import SEE_AUDIT
from nrm.actions import Changed, Hidden, Refused
from nrm.audit import writer
from nrm.audit.codes import ANOMALY, PERSON, Codes
from nrm.forms import Form
from nrm.web import add_objections
from reporting.models import Anomaly, Watched
from reporting.trail.selectors import hour_of
from reporting.trail.views import TrailView
from reporting.trail.watch import FARTHEST, LONGEST, look_into, note_of, why

OPEN, ALL = "open", "all"


@dataclass(frozen=True, slots=True)
class Unusual:
    """A row with its sentence, in the codes of who reads it."""

    row: Anomaly
    person: str
    title: str
    why: str
    month: str
    first: datetime
    last: datetime


def told(row: Anomaly, codes: Codes) -> Unusual:
    """The row as this auditor reads it. No query."""
    return Unusual(
        row,
        codes.of(PERSON, row.actor_id),
        str(row.get_kind_display()),
        why(row),
        f"{row.day:%Y-%m}",
        hour_of(row.first_at),
        hour_of(row.last_at),
    )


def anomalies(
    codes: Codes, *, show: str = OPEN, after: str = "", before: str = "", size: int = 25
) -> tuple[list[Unusual], Rows]:
    """One page of what is unusual, the newest first: what nobody looked into, or all. One query,
    and one more where the page is not the first."""
    rows = Anomaly.objects.all()
    if show == OPEN:
        rows = rows.filter(count__gt=F("looked_count"))
    page = page_of(
        rows,
        "last_at",
        newest_first=True,
        after=_place(after, codes),
        before=_place(before, codes),
        size=size,
    )
    page = replace(page, after=_code(page.after, codes), before=_code(page.before, codes))
    return [told(row, codes) for row in page.rows], page


def _code(place: str, codes: Codes) -> str:
    """A place in the list without the moment that stands in it, which is of one look."""
    found = Place.parse(place)
    return codes.of(ANOMALY, found.id) if found else ""


def _place(code: str, codes: Codes) -> str:
    """The place in the list behind its code; empty, the first page, for anything else."""
    pk = codes.id(ANOMALY, code)
    row = Anomaly.objects.filter(pk=pk).first() if pk else None
    return str(Place(row.last_at, row.pk)) if row else ""


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
