"""The work list: whose case is the most urgent, and why."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.forms.worklist import WorklistFilter
from cases.rights import SEE_WORKLIST
from cases.selectors import cases as selectors
from cases.selectors.cases import CLOSED, MINE, OVERDUE, TEAM, UNASSIGNED, URGENCIES, Wanted
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.audit import writer
from nrm.profiles import Profile, load_profile


def _profiles(user: User) -> list[Profile]:
    codes = {o.profile for o in user.organisations(Role.CASEWORKER, Role.SUPERVISOR)}
    return [load_profile(code) for code in sorted(codes)]


class WorklistView(View):
    """A caseworker begins with their own cases, a supervisor with the team's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_WORKLIST.check(user, None)
        at = timezone.now()
        leads = Role.SUPERVISOR in user.roles
        views = {MINE: _("My open cases")}
        if leads:
            views = {
                TEAM: _("Open cases of the team"),
                UNASSIGNED: _("Not assigned"),
                MINE: _("Given to me"),
            }
        views[CLOSED] = _("Closed")
        view = request.GET.get("view", "")
        view = view if view in views else next(iter(views))
        counts = selectors.counts(user, view, at=at)
        form = WorklistFilter(request.GET, profiles=_profiles(user), counts=counts)
        form.is_valid()
        wanted = Wanted(
            view=view,
            urgency=frozenset(form.answer("urgency")),
            stages=frozenset(form.answer("stage")),
            child=bool(form.answer("child")),
            text=form.answer("q"),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        lines, page = selectors.worklist(user, wanted, at=at)
        writer.write(
            "cases.listed",
            at=at,
            actor_id=user.pk,
            data={"list": "worklist", "cases": [str(line.case.pk) for line in lines]},
        )
        narrowed = bool(wanted.urgency or wanted.stages or wanted.child or wanted.text)
        query: dict[str, Any] = {
            "view": view,
            "q": wanted.text,
            "urgency": sorted(wanted.urgency),
            "stage": sorted(wanted.stages),
            "child": ["1"] if wanted.child else [],
        }
        query = {name: value for name, value in query.items() if value}
        return render(
            request,
            "cases/worklist.html",
            {
                "title": _("Cases of the team") if leads else _("My cases"),
                "form": form,
                "view": view,
                "views": self._views(views, view, counts, narrowed, wanted),
                "groups": self._groups(lines, counts, narrowed),
                "shown": len(lines),
                "narrowed": narrowed,
                "clear_url": f"{request.path}?view={view}",
                "total": counts.words(counts.total),
                "show_caseworker": view != MINE,
                "together": leads and view != CLOSED,
                "columns": 4 + (view != MINE) + (leads and view != CLOSED),
                **page.links(request.path, query),
            },
        )

    @staticmethod
    def _groups(
        lines: list[selectors.Line], counts: selectors.Counts, narrowed: bool
    ) -> list[dict[str, Any]]:
        return [
            {
                "label": URGENCIES[code],
                "count": None if narrowed else counts.words(counts.urgency[code]),
                "lines": list(group),
            }
            for code, group in groupby(lines, key=lambda line: line.urgency)
        ]

    @staticmethod
    def _views(
        views: dict[str, str],
        view: str,
        counts: selectors.Counts,
        narrowed: bool,
        wanted: Wanted,
    ) -> list[dict[str, Any]]:
        here = reverse("worklist")
        items: list[dict[str, Any]] = []
        for code, label in views.items():
            current = code == view
            items.append(
                {
                    "label": label,
                    "url": f"{here}?view={code}",
                    "count": counts.words(counts.total) if current else None,
                    "current": current and not narrowed,
                }
            )
            if current and code != CLOSED:
                items += [
                    {
                        "label": URGENCIES[OVERDUE],
                        "url": f"{here}?view={code}&urgency={OVERDUE}",
                        "count": counts.words(counts.urgency[OVERDUE]),
                        "current": wanted.urgency == {OVERDUE},
                    },
                    {
                        "label": _("Treated as a child"),
                        "url": f"{here}?view={code}&child=1",
                        "count": counts.words(counts.children),
                        "current": wanted.child and not wanted.urgency,
                    },
                ]
        return items
