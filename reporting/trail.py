"""The auditor's page of the audit trail."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from cases import words
from nrm.accounts.rights import SEE_AUDIT
from nrm.audit import writer
from nrm.audit.codes import CASE, PERSON, id_of
from nrm.forms import ExactDateField, Form
from reporting.selectors_trail import LOOKS, REVEAL, Asked, last_verification, trail


class TrailFilter(Form):
    """What an auditor asks of the trail."""

    small = True
    case = forms.CharField(label=_("Code of a case"), max_length=40, required=False)
    person = forms.CharField(label=_("Code of a person"), max_length=40, required=False)
    action = forms.ChoiceField(label=_("What was done"), required=False)
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

    def clean_case(self) -> Any:
        return self._id(CASE, "case", _("There is no such code of a case"))

    def clean_person(self) -> Any:
        return self._id(PERSON, "person", _("There is no such code of a person"))

    def _id(self, kind: str, name: str, fault: Any) -> Any:
        text = self.cleaned_data[name].strip()
        if not text:
            return None
        found = id_of(kind, text)
        if found is None:
            raise forms.ValidationError(fault)
        return found


def _title(pair: tuple[str, str]) -> str:
    return pair[1]


def looked(actor: Any, asked: Asked, lines: list[Any], *, at: Any) -> None:
    """Writes that somebody read the trail: of which case, where they asked for one, and which
    stretch of it."""
    writer.write(
        "audit.viewed",
        at=at,
        actor_id=actor.pk,
        case_id=asked.case,
        data={
            "first": lines[-1].id if lines else None,
            "last": lines[0].id if lines else None,
            "person": str(asked.person) if asked.person else None,
        },
    )


class AuditView(View):
    """Who did and saw what, the newest first; whether the chain holds. Reading is an event too."""

    def get(self, request: HttpRequest) -> HttpResponse:
        SEE_AUDIT.check(request.user, None)
        at = timezone.now()
        form = TrailFilter(request.GET)
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
        lines, older, newer = trail(asked) if valid else ([], "", "")
        looked(request.user, asked, lines, at=at)
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
