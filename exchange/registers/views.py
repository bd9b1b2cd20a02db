"""Pages on which somebody brings in a register: the file, what its columns mean, how far it is,
and its rows. They work without JavaScript: while the worker is at it, a page asks anew itself."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from exchange.models import Decision, RegisterImport, RowState, State
from exchange.registers import actions, tasks
from exchange.registers.forms import MappingForm, UploadForm
from exchange.registers.rights import BRING_REGISTER
from exchange.registers.selectors import (
    find_register,
    own_registers,
    page_of_rows,
    rows_in,
)
from identities import finding
from nrm.accounts.models import User
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused, waiting_at_most
from nrm.audit import writer
from nrm.spreadsheets import as_csv, column_letters
from nrm.web import add_objections, travels_plainly

REFRESH = 5  # seconds
LONGEST_WAIT = 3_000  # milliseconds
STILL = timedelta(minutes=2)  # then somebody is told that nothing happens
MOST_FAULTS = 200_000  # lines of one download


def at_once() -> AbstractContextManager[None]:
    """Somebody at a page waits for the step that the worker is at, but not for a long one."""
    text = _("It is being worked on at this moment. Wait a little, and try again.")
    return waiting_at_most(LONGEST_WAIT, else_say=text)


class RegisterPage(View):
    """403 for everybody who brings in no register; somebody else's is 404."""

    register: RegisterImport

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        BRING_REGISTER.check(request.user, None)
        if "register" in kwargs:
            self.register = find_register(self.actor, kwargs["register"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def actor(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def viewed(self, **more: Any) -> None:
        """Notes that a page of the register was looked at."""
        writer.write(
            "register.viewed",
            at=self.at,
            actor_id=self.actor.pk,
            object_type="exchange.registerimport",
            object_id=self.register.pk,
            data=more,
        )


@method_decorator(fresh_factor("POST"), name="dispatch")
class RegistersView(RegisterPage):
    """GET lists what the actor brought in, and has the form; POST takes a file."""

    takes_files = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        (organisation,) = [
            one for one in self._organisations() if str(one.pk) == told["organisation"]
        ]
        try:
            row = actions.bring(
                organisation,
                actor=self.actor,
                at=self.at,
                file=told["file"],
                open_now=told["what"] == "open",
                submission_key=told["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        tasks.ring_on_commit(row.pk)
        return redirect("register", row.pk)

    def _organisations(self) -> list[Any]:
        found = self.actor.organisations(*BRING_REGISTER.roles)
        return list(dict.fromkeys(found))

    def _form(self, *given: Any) -> UploadForm:
        return UploadForm(*given, organisations=self._organisations())

    def _page(self, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        page = own_registers(
            self.actor,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "registers.viewed",
            at=self.at,
            actor_id=self.actor.pk,
            data={"registers": [str(row.pk) for row in page.rows]},
        )
        context = {"form": form, "registers": page.rows, **page.links(request.path, {})}
        return render(request, "registers/registers.html", context, status=status)


_DO = {
    "check": actions.start_check,
    "run": actions.start_run,
    "pause": actions.pause,
    "stop": actions.stop,
}


@method_decorator(fresh_factor("POST"), name="dispatch")
class RegisterView(RegisterPage):
    """GET shows how far it is, and what can be done; POST does it (`do`)."""

    def get(self, request: HttpRequest, register: UUID) -> HttpResponse:
        return self._page(request, [])

    def post(self, request: HttpRequest, register: UUID) -> HttpResponse:
        act = _DO.get(request.POST.get("do", ""))
        if act is None:
            return self._page(request, [_("Select one of the answers shown")], status=422)
        try:
            with at_once():
                act(self.register, actor=self.actor, at=self.at)
        except Refused as refusal:
            return self._page(request, [one.text for one in refusal.objections], status=422)
        tasks.ring_on_commit(self.register.pk)
        return redirect("register", self.register.pk)

    def _page(self, request: HttpRequest, objections: list[str], status: int = 200) -> HttpResponse:
        travels_plainly(request)  # what the file was called may be who somebody is
        row = self.register
        self.viewed(state=row.state)
        rows = reverse("register_rows", args=[row.pk])
        lists = [
            (state, count, f"{rows}?state={state.value}")
            for state, count in (
                (RowState.WRONG, row.wrong),
                (RowState.ALIKE, row.alike),
                (RowState.LEFT_OUT, row.left_out),
                (RowState.IN, row.brought_in),
            )
        ]
        context = {
            "register": row,
            "told": actions.told_of(row),
            "states": State,
            "objections": objections,
            "error_list": [("", text) for text in objections],
            "lists": [
                {"label": state.label, "count": count, "url": url} for state, count, url in lists
            ],
            "percent": row.passed * 100 // row.rows if row.rows else 0,
            "waits": row.rows - row.wrong - row.alike - row.left_out - row.brought_in,
            "still": row.working and self.at - row.progressed_at > STILL,
            "refresh": REFRESH if row.working and not objections else 0,
        }
        return render(request, "registers/register.html", context, status=status)


class RegisterMappingView(RegisterPage):
    """GET asks what each column means; POST keeps it, whole or not, and comes back where dates and
    words are to be said."""

    def get(self, request: HttpRequest, register: UUID) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, register: UUID) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            with at_once():
                self.register = actions.keep_mapping(
                    self.register,
                    actor=self.actor,
                    at=self.at,
                    columns=form.columns(),
                    always=form.always(),
                )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("What the columns mean is kept."))
        if "check" in request.POST:
            return redirect("register", self.register.pk)
        return redirect("register_mapping", self.register.pk)

    def _form(self, data: Any = None) -> MappingForm:
        return MappingForm(data, register=self.register, told=actions.told_of(self.register))

    def _page(self, request: HttpRequest, form: MappingForm, status: int = 200) -> HttpResponse:
        travels_plainly(request)
        self.viewed(state=self.register.state)
        may = self.register.state in (State.MAPPING, State.CHECKED)
        context = {"register": self.register, "form": form, "may": may}
        return render(request, "registers/mapping.html", context, status=status)


class RegisterRowsView(RegisterPage):
    """GET lists the rows of one state, or gives what is wrong with them as CSV; POST says what is
    done with rows that may be there already."""

    def get(self, request: HttpRequest, register: UUID) -> HttpResponse:
        if request.GET.get("as") == "csv":
            return self._csv()
        return self._page(request, [])

    def post(self, request: HttpRequest, register: UUID) -> HttpResponse:
        said = {
            int(name.removeprefix("row_")): str(value)
            for name, value in request.POST.items()
            if name.startswith("row_")
            and name[4:].isascii()
            and name[4:].isdigit()
            and value
            and len(name) < 14
        }
        all_others = request.POST.get("all", "")
        try:
            with at_once():
                actions.decide(
                    self.register,
                    actor=self.actor,
                    at=self.at,
                    decisions=said,
                    all_others=all_others,
                )
        except Refused as refusal:
            return self._page(request, [one.text for one in refusal.objections], status=422)
        messages.success(request, _("Your decisions are kept."))
        if all_others:
            return redirect("register", self.register.pk)
        return redirect(f"{request.path}?state={RowState.ALIKE.value}")

    def _state(self, request: HttpRequest) -> str:
        asked = request.GET.get("state", RowState.WRONG.value)
        return asked if asked in RowState.values else RowState.WRONG.value

    def _page(self, request: HttpRequest, objections: list[str], status: int = 200) -> HttpResponse:
        state = self._state(request) if not objections else RowState.ALIKE.value
        after = request.GET.get("after", "")
        page = page_of_rows(
            self.register,
            state,
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0,
        )
        self.viewed(list=state, rows=len(page.rows))
        query = f"{request.path}?state={state}"
        context = {
            "register": self.register,
            "state": RowState(state),
            "states": RowState,
            "decisions": Decision,
            "lines": [
                {
                    "row": row,
                    "faults": [
                        (column_letters(column) if column else "", why)
                        for column, why in row.faults
                    ],
                    "why": finding.kind_labels(row.like.get("kinds", ())),
                }
                for row in page.rows
            ],
            "may_decide": state == RowState.ALIKE
            and self.register.state in (State.CHECKED, State.PAUSED, State.DECIDING),
            "error_list": [("", text) for text in objections],
            "previous_url": "" if page.before is None else f"{query}&after={page.before}",
            "next_url": "" if page.next_after is None else f"{query}&after={page.next_after}",
        }
        return render(request, "registers/rows.html", context, status=status)

    def _csv(self) -> HttpResponse:
        """Row, column and reason of all that is wrong, and nothing that stands in the file."""
        self.viewed(list="wrong", csv=True)
        lines: list[list[str | int | float | None]] = [[_("Row"), _("Column"), _("Reason")]]
        wrong = rows_in(self.register, RowState.WRONG).values_list("number", "faults")
        for number, faults in wrong.iterator(chunk_size=2_000):
            for column, why in faults:
                lines.append([number, column_letters(column) if column else "", why])
            if len(lines) > MOST_FAULTS:
                break
        response = HttpResponse(as_csv(lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="register-errors.csv"'
        return response
