"""The forms of the plan of support, made of the parts of a kind or of a step."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.referral import UNKNOWN_COUNTRY, NamedField
from cases.rules.countries import COUNTRIES
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField
from protection.rules.plan.shape import LONGEST, LONGEST_LINE, Part
from protection.selectors.plan import Lists


def _field(part: Part, lists: Lists) -> Any:
    told: dict[str, Any] = {"label": part.label, "help_text": part.help, "required": part.needed}
    missing: dict[str, Any] = {"error_messages": {"required": _("Enter an answer")}}
    match part.answer:
        case "one":
            empty = [] if part.needed else [("", _("Not answered yet"))]
            return ChoiceField(choices=[*empty, *lists[part.name].items()], **told)
        case "many":
            return MultiChoiceField(choices=list(lists[part.name].items()), **told)
        case "day":
            return ExactDateField(past=part.past, **told)
        case "country":
            listed: dict[str, Any] = {
                "names": COUNTRIES,
                "listed_as": "countries",
                "unknown": UNKNOWN_COUNTRY,
            }
            return NamedField(**listed, **told, **missing)
        case "line":
            line = forms.TextInput(attrs={"autocomplete": "off"})
            return forms.CharField(max_length=LONGEST_LINE, widget=line, **told, **missing)
    area = forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})
    return forms.CharField(max_length=LONGEST, widget=area, **told, **missing)


class PartsForm(Form):
    """What is asked of these parts. Of a list with nothing to choose from nothing is asked."""

    small = True
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(self, *args: Any, parts: tuple[Part, ...], lists: Lists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.fields.pop("submission_key")
        self.asked = [
            part
            for part in parts
            if part.asked and (part.answer != "many" or part.needed or lists[part.name])
        ]
        for part in self.asked:
            self.fields[part.name] = _field(part, lists)
        self.fields["submission_key"] = key

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {part.name: self.cleaned_data[part.name] for part in self.asked}
