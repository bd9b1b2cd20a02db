"""The auditor's pages about releases: what was released of which period and what it waits for, one
release with its tables, what attacked it, its files, and the account of epsilon."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from nrm.accounts.models import User
from nrm.accounts.presence import fresh_factor
from nrm.accounts.rights import RELEASE_STATISTICS, SEE_STATISTICS
from nrm.actions import Hidden, Refused
from nrm.heartbeat import states
from nrm.profiles import Profile
from reporting.models import Release, ReleaseState, ReleaseStep, WithholdReason
from reporting.releases.periods import Period
from reporting.statistics import reasons
from reporting.statistics.actions import (
    approve_release,
    ask_for_release,
    see_release,
    take_file,
    withhold_release,
)
from reporting.statistics.files import KINDS, LANGUAGES, name_of, type_of
from reporting.statistics.released import head_of, notes_of, shown, tables_of
from reporting.statistics.selectors import (
    READINGS,
    STEPS,
    account_of,
    age_band,
    auditors_profile,
    cap_of,
    document_of,
    earlier_tables,
    epsilon_of,
    file_of,
    offered,
    period_of,
    plan_of,
    readings_of,
    release_of,
    steps_of,
)

COLOURS = {
    ReleaseState.ASKED: "blue",
    ReleaseState.BUILT: "yellow",
    ReleaseState.BLOCKED: "red",
    ReleaseState.PUBLISHED: "green",
    ReleaseState.WITHHELD: "grey",
    ReleaseState.LOST: "grey",
}

# Of these the page shows what was counted. What was withheld is read by nobody any more.
SHOWN = (ReleaseState.BUILT, ReleaseState.PUBLISHED)


class StatisticsView(View):
    """A page for auditors, about their own country: under the law of their own organisation."""

    user: User
    profile: Profile

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        SEE_STATISTICS.check(request.user, None)
        self.user = request.user  # type: ignore[assignment]
        self.profile = auditors_profile(self.user)
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def period(self, text: str) -> Period:
        return period_of(text, self.profile, at=self.at)

    def release(self, text: str) -> Release:
        """The release of the period; 404 where none was asked for."""
        found = release_of(self.profile, self.period(text))
        if found is None:
            raise Hidden("see_statistics")
        return found


class ReleasesView(StatisticsView):
    """The closed periods, what is released of each, and what was counted before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        plan = plan_of(self.profile)
        rows = offered(self.profile, at=self.at) if plan else []
        context = {
            "profile": self.profile,
            "plan": plan,
            "rows": [
                {
                    "period": str(one.period),
                    "release": one.release,
                    "colour": COLOURS.get(one.release.state, "") if one.release else "",
                }
                for one in rows
            ],
            "earlier": [
                {
                    "quarter": row.quarter,
                    "total": shown(row.total),
                    "cells": [
                        (age_band(cell["code"], self.profile), shown(cell["count"]))
                        for cell in row.cells
                    ],
                }
                for row in earlier_tables(self.profile)
            ],
        }
        return render(request, "reporting/releases.html", context)


@method_decorator(fresh_factor("POST"), name="dispatch")
class ReleaseView(StatisticsView):
    """One period: GET shows its release, POST asks for it, which spends for good."""

    def get(self, request: HttpRequest, period: str) -> HttpResponse:
        return self._page(request, self.period(period))

    def post(self, request: HttpRequest, period: str) -> HttpResponse:
        chosen = self.period(period)
        try:
            ask_for_release(actor=self.user, at=self.at, profile=self.profile, period=chosen)
        except Refused as refusal:
            return self._page(request, chosen, refusal, 422)
        return redirect("statistics_release", period=str(chosen))

    def _page(
        self,
        request: HttpRequest,
        period: Period,
        refusal: Refused | None = None,
        status: int = 200,
    ) -> HttpResponse:
        release = release_of(self.profile, period)
        plan = plan_of(self.profile)
        context: dict[str, Any] = {
            "period": str(period),
            "release": release,
            "profile": self.profile,
            "plan": plan,
            "errors": [("", one.text) for one in refusal.objections] if refusal else [],
        }
        if plan:
            context |= {"epsilon": epsilon_of(plan), "cap": cap_of(plan)}
        if release is not None:
            context |= self._about(release)
        return render(request, "reporting/release.html", context, status=status)

    def _about(self, release: Release) -> dict[str, Any]:
        approvals = list(release.approvals.select_related("by"))
        context: dict[str, Any] = {
            "colour": COLOURS.get(release.state, ""),  # type: ignore[call-overload]
            "approvals": approvals,
            "mine": any(one.by_id == self.user.pk for one in approvals),
            **_log(release),
            "withhold_reasons": WithholdReason.choices,
        }
        if release.state == ReleaseState.ASKED:
            order = [step for step in ReleaseStep.values if step != ReleaseStep.DONE]
            at = order.index(release.step)
            context["steps"] = [
                {"label": ReleaseStep(step).label, "state": (place > at) - (place < at)}
                for place, step in enumerate(order)
            ]
            context["worker_silent"] = "degraded" in states().values()
        found = document_of(release) if release.state in SHOWN else None
        if found is not None:
            see_release(release, actor=self.user, at=self.at)
            language = get_language() or "en"
            tables = tables_of(found, language)
            context |= {
                "totals": [table for table in tables if table.is_total],
                "tables": [table for table in tables if not table.is_total],
                "notes": list(notes_of(found, language)),
                "head": list(head_of(found)),
                "kinds": _kinds() if release.state == ReleaseState.PUBLISHED else [],
            }
        return context


@method_decorator(fresh_factor("POST"), name="dispatch")
class ApprovalView(StatisticsView):
    """POST approves what was built; with the second person it is published."""

    def post(self, request: HttpRequest, period: str) -> HttpResponse:
        RELEASE_STATISTICS.check(self.user, None)
        try:
            release = approve_release(self.release(period), actor=self.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            if release.state == ReleaseState.PUBLISHED:
                messages.success(request, _("Published. It does not change any more."))
            else:
                messages.success(request, _("Approved. A second person has to approve it too."))
        return redirect("statistics_release", period=period)


@method_decorator(fresh_factor("POST"), name="dispatch")
class WithholdingView(StatisticsView):
    """POST says that what was built is not published."""

    def post(self, request: HttpRequest, period: str) -> HttpResponse:
        RELEASE_STATISTICS.check(self.user, None)
        because = request.POST.get("because", "")
        try:
            withhold_release(self.release(period), actor=self.user, at=self.at, because=because)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("Withheld. Its epsilon stays spent."))
        return redirect("statistics_release", period=period)


class AttacksView(StatisticsView):
    """What a release was attacked with, and what came of it."""

    def get(self, request: HttpRequest, period: str) -> HttpResponse:
        release = self.release(period)
        if release.attacks is None:
            raise Hidden("see_statistics")
        report = release.attacks
        context = {
            "release": release,
            "period": release.period,
            "report": report,
            "tried": reasons.tried(report),
            "controls": reasons.controls(report),
            "reasons": reasons.in_words(report, self.profile),
        }
        return render(request, "reporting/attacks.html", context)


class EpsilonView(StatisticsView):
    """The account of each year: what it may spend, and what was taken of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        plan = plan_of(self.profile)
        years = account_of(self.profile, plan) if plan else []
        context = {"profile": self.profile, "plan": plan, "years": years}
        return render(request, "reporting/epsilon.html", context)


@method_decorator(fresh_factor("GET", "HEAD"), name="dispatch")
class FileView(StatisticsView):
    """A published file, to take away: for which one proves to be there."""

    def get(self, request: HttpRequest, period: str, kind: str) -> HttpResponse:
        return give_file(request, self.release(period), kind, actor=self.user, at=self.at)


def give_file(request: Any, release: Release, kind: str, *, actor: User, at: Any) -> HttpResponse:
    """The file of a published release with its ETag, or 304 to who has it. Hidden (404) where it
    is not published, or there is no such file."""
    published = release.state == ReleaseState.PUBLISHED
    found = file_of(release, kind) if published and kind in KINDS else None
    if found is None:
        raise Hidden("see_statistics")
    etag = f'"{found.sha256}"'
    # Compared weakly: what was sent compressed comes back as W/"…".
    early = get_conditional_response(request, etag=etag)
    take_file(release, actor=actor, at=at, kind=kind, held=early is not None)
    if early is not None:
        early.headers["ETag"] = etag
        return early
    name = name_of(release.profile_code, release.period, kind)
    headers = {"ETag": etag, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.content), content_type=type_of(kind), headers=headers)


def _kinds() -> list[dict[str, str]]:
    words = {
        "json": _("JSON: everything, and what others check it by"),
        "csv": _("CSV"),
        "ods": _("Spreadsheet (OpenDocument)"),
        "html": _("Page with charts, to be put anywhere"),
    }
    named = {"en": "English", "fr": "Français", "ar": "العربية"}
    assert set(named) == set(LANGUAGES)
    found = []
    for kind in KINDS:
        plain, _dash, language = kind.partition("-")
        text = f"{words[plain]}, {named[language]}" if language else words[plain]
        found.append({"kind": kind, "text": text})
    return found


def _log(release: Release) -> dict[str, Any]:
    steps, readings = steps_of(release), readings_of(release)
    people = User.objects.in_bulk({one.actor_id for one in (*steps, *readings) if one.actor_id})

    def name(actor: Any) -> str:
        return people[actor].display_name if actor in people else ""

    return {
        "log": [
            {"what": str(STEPS[step.verb]), "at": step.at, "who": name(step.actor_id)}
            for step in steps
        ],
        "readings": [
            {
                "what": str(READINGS[one.verb]),
                "kind": one.kind,
                "who": name(one.actor_id),
                "times": one.times,
                "at": one.last,
            }
            for one in readings
        ],
    }
