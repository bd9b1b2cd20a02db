"""The work list: whose case is the most urgent, and why; finding a case; views that are kept."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from cases.actions.saved_views import remove_view, rename_view, save_view
from cases.forms.worklist import ORDERS, FindForm, SavedViewForm, WorklistFilter
from cases.models import SavedView
from cases.models.case import CaseKind
from cases.rights import BREAK_GLASS, FIND_CASES, SEE_CASE, SEE_WORKLIST
from cases.selectors import cases as selectors
from cases.selectors import saved_views as views
from cases.selectors.lists import (
    CLOSED,
    DUE,
    MINE,
    OVERDUE,
    RECEIVED,
    STAGE,
    URGENCIES,
    WINDOW,
    Count,
    Found,
    Wanted,
    numbers,
)
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Refused
from nrm.audit import writer
from nrm.profiles import Profile, load_profile
from nrm.web import add_objections

# A dozen numbers stand on this page, and twenty more where somebody keeps twenty views.
COUNTED_TO = 100


def _profiles(user: User) -> list[Profile]:
    codes = {o.profile for o in user.organisations(Role.CASEWORKER, Role.SUPERVISOR)}
    return [load_profile(code) for code in sorted(codes)]


def _url(query: dict[str, Any]) -> str:
    here = reverse("worklist")
    return f"{here}?{urlencode(query, doseq=True)}" if query else here


def _listed(user: Any, at: Any, which: str, cases: list[Any]) -> None:
    writer.write(
        "cases.listed",
        at=at,
        actor_id=user.pk,
        data={"list": which, "cases": [str(case.pk) for case in cases]},
    )


def _row(line: selectors.Line) -> dict[str, Any]:
    """The words of a line, each at hand: the template looks up every one 25 times a page."""
    case, clock = line.case, line.deadline
    row = {
        "name": case.person.pseudonym,
        "reference": case.reference,
        "child": case.treated_as_child,
        "notify": case.kind == CaseKind.DUTY_TO_NOTIFY,
        "stage": line.stage,
        "in_stage": line.in_stage,
        "received": line.received,
        "waits": line.waits,
        "caseworker": case.caseworker.display_name if case.caseworker else "",
        "clock": "",
        "date": "",
    }
    if clock is not None:
        row |= {
            "clock": clock.label,
            "look": clock.state,
            "date": clock.date_words,
            "shape": clock.shape,
            "words": clock.words,
        }
    return row


class WorklistView(View):
    """A caseworker begins with their own cases, a supervisor with the team's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_WORKLIST.check(user, None)
        self.at = timezone.now()
        self.views = views.views_of(user)
        view = request.GET.get("view", "")
        self.view = view if view in self.views else next(iter(self.views))
        team, whole = views.team_caseworkers(user, chosen=request.GET.getlist("caseworker"))
        form = WorklistFilter(
            request.GET,
            view=self.view,
            profiles=_profiles(user),
            caseworkers=team,
            whole=whole,
        )
        form.is_valid()
        wanted = form.wanted
        kept = {f"kept:{row.pk}": row for row in views.saved_views(user)}
        lines, page = selectors.worklist(
            user,
            wanted,
            at=self.at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        _listed(user, self.at, "worklist", [line.case for line in lines])
        counts, stages = self._counts(user, wanted, kept, form, {line.urgency for line in lines})
        if not whole:
            form.offer_caseworkers(
                line.case.caseworker for line in lines if line.case.caseworker is not None
            )
        form.offer_stages(stages)
        query = wanted.query()
        leads = Role.SUPERVISOR in user.roles
        together = leads and self.view != CLOSED
        show_caseworker = self.view != MINE
        return render(
            request,
            "cases/worklist.html",
            {
                "title": _("Cases of the team") if leads else _("My cases"),
                "form": form,
                "find": FindForm(),
                "view": self.view,
                "views": self._views(wanted, counts),
                "own_views": self._kept(wanted, kept, counts),
                "groups": self._groups(lines, counts, wanted),
                "heads": self._heads(wanted, show_caseworker),
                "together": together,
                "columns": 5 + show_caseworker + together,
                "narrowed": wanted.narrowed,
                "told": self._told(wanted, len(lines), counts["here"], page),
                "clear_url": _url({"view": self.view}),
                "save_url": f"{reverse('saved_views')}?{urlencode(query, doseq=True)}",
                "show_caseworker": show_caseworker,
                "case_url": reverse("worklist"),
                "looks_on": page.more,
                **page.links(request.path, query),
            },
        )

    def _counts(
        self,
        user: User,
        wanted: Wanted,
        kept: dict[str, SavedView],
        form: WorklistFilter,
        shown: set[str],
    ) -> tuple[dict[str, Count], set[str]]:
        asked = {view: Wanted(view=view) for view in self.views}
        if wanted != asked[self.view]:
            asked["here"] = wanted
        if self.view != CLOSED:
            heads = set() if wanted.narrowed else shown
            for code in (code for code in URGENCIES if code == OVERDUE or code in heads):
                asked[f"urgency:{code}"] = Wanted(view=self.view, urgency=frozenset({code}))
            asked["child"] = Wanted(view=self.view, child=True)
        asked |= {name: Wanted.of_query(row.asked) for name, row in kept.items()}
        found, stages = numbers(
            user,
            SEE_CASE,
            asked,
            at=self.at,
            to=COUNTED_TO,
            stages=form.stages if self.view != CLOSED else (),
            of_view=self.view,
        )
        return {"here": found[self.view], **found}, stages

    def _views(self, wanted: Wanted, counts: dict[str, Count]) -> list[dict[str, Any]]:
        items = []
        for code, label in self.views.items():
            current = code == self.view
            items.append(
                {
                    "label": label,
                    "url": _url({"view": code}),
                    "count": counts[code],
                    "current": current and not wanted.narrowed,
                }
            )
            if current and code != CLOSED:
                for name, text, only in (
                    (f"urgency:{OVERDUE}", URGENCIES[OVERDUE], {"urgency": OVERDUE}),
                    ("child", _("Treated as a child"), {"child": "1"}),
                ):
                    asked = Wanted(
                        view=code,
                        urgency=frozenset(only.get("urgency", "").split()),
                        child="child" in only,
                    )
                    items.append(
                        {
                            "label": text,
                            "url": _url({"view": code, **only}),
                            "count": counts[name],
                            "current": wanted == asked,
                        }
                    )
        return items

    @staticmethod
    def _kept(
        wanted: Wanted, kept: dict[str, SavedView], counts: dict[str, Count]
    ) -> list[dict[str, Any]]:
        return [
            {
                "label": row.label,
                "url": _url(Wanted.of_query(row.asked).query()),
                "count": counts[name],
                "current": Wanted.of_query(row.asked) == wanted,
            }
            for name, row in kept.items()
        ]

    def _groups(
        self, lines: list[selectors.Line], counts: dict[str, Count], wanted: Wanted
    ) -> list[dict[str, Any]]:
        """In the order of deadlines by urgency; in another order, one group without a head."""
        if wanted.sorted_by != DUE:
            return [{"label": "", "rows": [_row(line) for line in lines]}] if lines else []
        return [
            {
                "label": URGENCIES[code],
                "count": None if wanted.narrowed else counts[f"urgency:{code}"],
                "rows": [_row(line) for line in group],
            }
            for code, group in groupby(lines, key=lambda line: line.urgency)
        ]

    def _heads(self, wanted: Wanted, show_caseworker: bool) -> list[dict[str, Any]]:
        def head(label: str, order: str = "") -> dict[str, Any]:
            if not order or self.view == CLOSED:
                return {"label": label}
            now = wanted.sorted_by == order
            way = "descending" if order == RECEIVED else "ascending"
            query = {**wanted.query(), "sort": order}
            if order == DUE:
                del query["sort"]
            return {
                "label": label,
                "url": "" if now else _url(query),
                "sorted": way if now else "",
                "hint": ORDERS[order],
            }

        heads = [
            head(_("Case")),
            head(_("Next deadline"), DUE),
            head(_("Stage"), STAGE),
            head(_("Received"), RECEIVED),
            head(_("Waiting on")),
        ]
        return [*heads, head(_("Assigned to"))] if show_caseworker else heads

    @staticmethod
    def _told(wanted: Wanted, shown: int, here: Count, page: Found) -> str:
        order = {
            DUE: _("the most urgent first"),
            RECEIVED: _("the newest received first"),
            STAGE: _("the longest in their stage first"),
        }[wanted.sorted_by]
        if page.looked_at and (page.more or page.looked_at >= WINDOW):
            text = ngettext(
                "%(shown)d case on this page, looked for in the next %(window)d cases of the order,"
                " %(order)s.",
                "%(shown)d cases on this page, looked for in the next %(window)d cases of the"
                " order, %(order)s.",
                shown,
            )
            return text % {"shown": shown, "window": page.looked_at, "order": order}
        return _("Showing %(shown)d of %(total)s, %(order)s.") % {
            "shown": shown,
            "total": here,
            "order": order,
        }


class FindView(View):
    """Finding a case by its reference or the beginning of its pseudonym. What is typed is sent, so
    that a name typed by mistake stands in no address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        FIND_CASES.check(request.user, None)
        return self._page(request, FindForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        FIND_CASES.check(user, None)
        form = FindForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        at = timezone.now()
        case, cases, more = selectors.find(user, form.cleaned_data["q"])
        if case is not None:
            return redirect(case)
        lines = selectors.lines(cases, user, at=at)
        _listed(user, at, "find", cases)
        return self._page(request, form, lines=lines, more=more, looked=True)

    @staticmethod
    def _page(request: HttpRequest, form: FindForm, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "form": form,
            "case_url": reverse("worklist"),
            "may_ask_emergency": BREAK_GLASS.held_by(request.user),
            **more,
        }
        return render(request, "cases/find.html", context, status=status)


class SavedViewsView(View):
    """The reader's own views. GET with the filters of the list offers to keep them."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, SavedViewForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_WORKLIST.check(user, None)
        form = SavedViewForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        wanted = self._wanted(request)
        try:
            save_view(
                user,
                actor=user,
                at=self.at,
                label=form.cleaned_data["label"],
                asked=wanted.query(),
                not_a_name=bool(form.cleaned_data.get("not_a_name")),
            )
        except Refused as refusal:
            return self._page(request, _refused(SavedViewForm, request, refusal), status=422)
        messages.success(request, _("The view was saved."))
        return redirect(_url(wanted.query()))

    def _wanted(self, request: HttpRequest) -> Wanted:
        user: Any = request.user
        known = views.views_of(user)
        view = request.GET.get("view", "")
        team, whole = views.team_caseworkers(user, chosen=request.GET.getlist("caseworker"))
        form = WorklistFilter(
            request.GET,
            view=view if view in known else next(iter(known)),
            profiles=_profiles(user),
            caseworkers=team,
            whole=whole,
        )
        form.is_valid()
        return form.wanted

    def _page(self, request: HttpRequest, form: SavedViewForm, status: int = 200) -> HttpResponse:
        user: Any = request.user
        SEE_WORKLIST.check(user, None)
        wanted, kept = self._wanted(request), views.saved_views(user)
        asked = [Wanted.of_query(row.asked) for row in kept]
        profiles = _profiles(user)
        chosen = [one.caseworker for one in (wanted, *asked)]
        names = dict(views.team_caseworkers(user, chosen=chosen)[0])
        rows = [
            {
                "row": row,
                "url": _url(one.query()),
                "words": views.in_words(one, user, profiles, names),
            }
            for row, one in zip(kept, asked, strict=True)
        ]
        context = {
            "form": form,
            "rows": rows,
            "to_save": views.in_words(wanted, user, profiles, names),
            "save_url": f"{request.path}?{urlencode(wanted.query(), doseq=True)}",
            "back_url": _url(wanted.query()),
        }
        return render(request, "cases/saved_views.html", context, status=status)


def _refused(form_class: type[SavedViewForm], request: HttpRequest, refusal: Refused) -> Any:
    """The form with every objection, and with the box that answers the one about a name."""
    asks = any(objection.code == "may_be_a_name" for objection in refusal.objections)
    form = form_class(request.POST, asks=asks)
    form.is_valid()
    add_objections(form, refusal)
    return form


class SavedViewView(View):
    """One of the reader's own views: its name."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        view = self._find(request, pk)
        return self._page(request, view, SavedViewForm(initial={"label": view.label}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        user: Any = request.user
        view = self._find(request, pk)
        form = SavedViewForm(request.POST)
        if not form.is_valid():
            return self._page(request, view, form, status=422)
        try:
            rename_view(
                user,
                actor=user,
                at=timezone.now(),
                view=view,
                label=form.cleaned_data["label"],
                not_a_name=bool(form.cleaned_data.get("not_a_name")),
            )
        except Refused as refusal:
            form = _refused(SavedViewForm, request, refusal)
            return self._page(request, view, form, status=422)
        messages.success(request, _("The view has its new name."))
        return redirect("saved_views")

    @staticmethod
    def _find(request: HttpRequest, pk: UUID) -> SavedView:
        SEE_WORKLIST.check(request.user, None)
        return views.find_view(request.user, pk)  # type: ignore[arg-type]

    @staticmethod
    def _page(
        request: HttpRequest, view: SavedView, form: SavedViewForm, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "saved": view}
        return render(request, "cases/saved_view.html", context, status=status)


class SavedViewRemovalView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        user: Any = request.user
        SEE_WORKLIST.check(user, None)
        remove_view(user, actor=user, at=timezone.now(), view=views.find_view(user, pk))
        messages.success(request, _("The view was removed."))
        return redirect("saved_views")
