"""The auditor's pages of the audit trail: the trail, and what one member of staff looked at."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from cases import words
from cases.selectors.looks import month_of, months_since
from nrm.accounts.models import User
from nrm.accounts.rights import SEE_AUDIT
from nrm.audit import writer
from nrm.audit.codes import CASE, PERSON, Codes
from nrm.forms import ExactDateField, Form
from reporting.trail.codes import codes_of
from reporting.trail.rules import objections_to_asking
from reporting.trail.selectors import (
    LOOKS,
    MOST,
    OPEN_TO_ALL,
    REVEAL,
    Asked,
    Line,
    find_staff,
    last_verification,
    staff,
    trail,
)

MONTHS = timedelta(days=366 * 2)  # how far back the months go that can be chosen


class CodeField(forms.CharField):
    """A code of the auditor's own, which becomes the id behind it."""

    faults = {
        CASE: _("There is no such code of a case"),
        PERSON: _("There is no such code of a person"),
    }

    def __init__(self, kind: str, **more: Any) -> None:
        super().__init__(max_length=40, required=False, **more)
        self.kind = kind
        self.codes: Codes | None = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text or self.codes is None:
            return None
        found = self.codes.id(self.kind, text)
        if found is None:
            raise forms.ValidationError(self.faults[self.kind])
        return found


class CodesForm(Form):
    """A form with codes in it: `codes` are those of who fills it in."""

    small = True

    def __init__(self, *args: Any, codes: Codes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, CodeField):
                field.codes = codes


class TrailFilter(CodesForm):
    """What an auditor asks of the trail."""

    case = CodeField(CASE, label=_("Code of a case"))
    person = CodeField(PERSON, label=_("Code of a person"))
    action = forms.ChoiceField(
        label=_("What was done"),
        required=False,
        help_text=_("Apart from looks, only for a code of a person or a case."),
    )
    first = ExactDateField(label=_("From"), subject=_("The first day"), required=False)
    last = ExactDateField(label=_("To"), subject=_("The last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = sorted(((verb, str(title)) for verb, title in words.known().items()), key=_title)
        self.fields["action"].choices = [
            ("", _("Everything")),
            (LOOKS, _("Every look")),
            (REVEAL, _("Identity shown")),
            *(pair for pair in told if pair[0] != REVEAL),
        ]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"case", "person"} & set(self.errors):
            about_one = bool(said.get("case") or said.get("person"))
            for objection in objections_to_asking(
                action=said.get("action", ""), open_to_all=OPEN_TO_ALL, about_one=about_one
            ):
                self.add_error(objection.field, objection.text)
        return said


def _title(pair: tuple[str, str]) -> str:
    return pair[1]


class StaffFilter(CodesForm):
    """About whom, and which month, an auditor asks."""

    person = CodeField(PERSON, label=_("Code of a person"))
    month = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, *args: Any, at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [
            ("", _("At any time")),
            *(
                (f"{day:%Y-%m}", date_format(day, "F Y"))
                for day in months_since(at - MONTHS, at=at)
            ),
        ]


class AddressForm(Form):
    """Whose code is wanted."""

    small = True
    email = forms.EmailField(
        label=_("Work e-mail address"),
        max_length=254,
        error_messages={
            "required": _("Enter a work e-mail address"),
            "invalid": _("Enter a work e-mail address, such as name@example.org"),
        },
    )


def looked(actor: Any, asked: Asked, lines: list[Line], codes: Codes, *, at: Any) -> None:
    """Writes that somebody read the trail: of which case, where they asked for one, and which
    stretch of it."""
    writer.write(
        "audit.viewed",
        at=at,
        actor_id=actor.pk,
        case_id=asked.case,
        data={
            "first": codes.event(lines[-1].id) if lines else None,
            "last": codes.event(lines[0].id) if lines else None,
            "person": str(asked.person) if asked.person else None,
        },
    )


def code_found(actor: Any, codes: Codes, found: User, *, at: Any) -> str:
    """The code of a member of staff for this auditor. That it was asked for is an event."""
    writer.write(
        "audit.staff_found",
        at=at,
        actor_id=actor.pk,
        object_type="accounts.user",
        object_id=found.pk,
    )
    return codes.of(PERSON, found.pk)


class TrailView(View):
    """A page for auditors, in codes of their own."""

    user: User
    codes: Codes

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        SEE_AUDIT.check(request.user, None)
        self.user = request.user  # type: ignore[assignment]
        self.codes = codes_of(self.user)
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)


class AuditView(TrailView):
    """Who did and saw what, the newest first; whether the chain holds. Reading is an event too."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TrailFilter(request.GET, codes=self.codes)
        valid = form.is_valid()
        said = form.cleaned_data if valid else {}
        asked = Asked(
            case=said.get("case"),
            person=said.get("person"),
            action=said.get("action", ""),
            first=said.get("first"),
            last=said.get("last"),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        lines, older, newer = trail(asked, self.codes) if valid else ([], "", "")
        looked(self.user, asked, lines, self.codes, at=self.at)
        kept = [
            (name, value)
            for name, value in request.GET.items()
            if value and name not in ("after", "before") and name.partition("_")[0] in form.fields
        ]

        def page(place: str, value: str) -> str:
            return f"{request.path}?{urlencode([*kept, (place, value)])}" if value else ""

        return render(
            request,
            "reporting/audit.html",
            {
                "form": form,
                "lines": lines,
                "narrowed": bool(kept),
                "valid": valid,
                "verified": last_verification(),
                "here": request.path,
                "previous_url": page("before", newer),
                "next_url": page("after", older),
            },
            status=200 if valid else 422,
        )


class StaffView(TrailView):
    """What one member of staff looked at. GET answers for a code and a month; POST finds the code
    of whoever has an e-mail address, which stands in no address of a page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        found = find_staff(form.cleaned_data["email"]) if form.is_valid() else None
        if found is None:
            if not form.errors:
                form.add_error("email", _("Nobody here has this address. Check how it is written."))
            return self._page(request, form, status=422)
        code = code_found(self.user, self.codes, found, at=self.at)
        return redirect(f"{reverse('audit_staff')}?{urlencode({'person': code})}")

    def _page(self, request: HttpRequest, address: AddressForm, status: int = 200) -> HttpResponse:
        form = StaffFilter(request.GET, codes=self.codes, at=self.at)
        valid = form.is_valid()
        said = form.cleaned_data if valid else {}
        wrong = address if address.errors else form
        context: dict[str, Any] = {"form": wrong, "asking": form, "address": address}
        if said.get("person"):
            context |= self._answer(request, said["person"], said["month"])
        return render(
            request,
            "reporting/staff.html",
            context,
            status=status if valid else 422,
        )

    def _answer(self, request: HttpRequest, person: Any, month: str) -> dict[str, Any]:
        days = month_of(date.fromisoformat(f"{month}-01")) if month else None
        asked = Asked(
            person=person,
            action=LOOKS,
            first=days.first if days else None,
            last=days.last if days else None,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        lines, older, newer = trail(asked, self.codes)
        looked(self.user, asked, lines, self.codes, at=self.at)
        code = self.codes.of(PERSON, person)

        def page(place: str, value: str) -> str:
            query = {"person": code, "month": month, place: value}
            return f"{request.path}?{urlencode(query)}" if value else ""

        return {
            "code": code,
            "month": days.first if days else None,
            "numbers": staff(asked),
            "most": MOST,
            "lines": lines,
            "previous_url": page("before", newer),
            "next_url": page("after", older),
        }
