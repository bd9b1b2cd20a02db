"""The forms by which a letter is written, and recorded as given."""

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from cases.rules import letters as rules
from cases.rules.decisions import BY_CARD, NOMINATED
from cases.selectors.contact import Contact
from nrm.forms import ChoiceField, ExactDateField, Form, Option
from nrm.profiles.shape import LetterTemplate, Profile


class LetterForm(Form):
    language = ChoiceField(
        label=_("In which language?"),
        error_messages={"required": _("Select the language of the letter")},
    )
    details = forms.CharField(
        help_text=_(
            "In the language of the letter. No names, and nothing that puts anyone at risk if "
            "somebody else reads it."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        max_length=rules.LONGEST,
        error_messages={"required": _("Write what belongs in the letter")},
    )

    def __init__(
        self, data: Any = None, *, profile: Profile, template: LetterTemplate, spoken: str
    ) -> None:
        first = {"language": spoken if spoken in profile.languages else profile.languages[0]}
        super().__init__(data, initial=first)
        self.fields["language"].choices = [
            (code, str(get_language_info(code)["name_local"]).capitalize())
            for code in profile.languages
        ]
        if template.details:
            self.fields["details"].label = template.details
            self.fields["details"].required = template.details_needed
        else:
            del self.fields["details"]

    def told(self) -> dict[str, str]:
        """As the actions take it."""
        return {"details": "", **self.cleaned_data}


class GivenForm(Form):
    given_on = ExactDateField(label=_("When was it given?"), required=False)
    channel = ChoiceField(label=_("How?"), required=False)

    def __init__(self, data: Any = None, *, template: LetterTemplate, contact: Contact) -> None:
        super().__init__(data)
        self.fields["channel"].choices = [
            (code, Option(label, hint=_hint(code, template, contact)))
            for code, label in rules.channels(template)
        ]


def _hint(code: str, template: LetterTemplate, contact: Contact) -> Any:
    if code == NOMINATED:
        return _("Only while their permission to this is on file, under people and consent")
    if template.to != "person" or code not in BY_CARD:
        return ""
    if contact.is_safe(code):
        return _("Marked as safe on the safe-contact card")
    return _("Not marked as safe on the safe-contact card: it cannot be used")
