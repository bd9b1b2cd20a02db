"""The forms of a child's records, made of the parts of their kind, and of the road to 18."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.referral import LanguageField
from cases.models.adulthood import StayAnswer
from cases.rules.adulthood import VALUES
from cases.selectors.sharing import interpreters
from nrm.forms import ChoiceField, ExactDateField, Form
from nrm.profiles.shape import Profile
from protection.rules.children import LONGEST, LONGEST_LINE, WORDS, Part, parts_of


def _field(part: Part) -> Any:
    told: dict[str, Any] = {"label": part.label, "help_text": part.help, "required": part.needed}
    if part.choices is not None:
        empty = [] if part.needed else [("", _("Not answered yet"))]
        return ChoiceField(choices=[*empty, *part.choices.choices], **told)
    if part.column != WORDS:
        return ExactDateField(past=part.past, **told)
    attrs = {"autocomplete": "off"}
    if part.long:
        area = forms.Textarea(attrs={"rows": 4, **attrs})
        return forms.CharField(max_length=LONGEST, widget=area, **told)
    return forms.CharField(max_length=LONGEST_LINE, widget=forms.TextInput(attrs=attrs), **told)


class RecordForm(Form):
    """One record of a kind."""

    small = True
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts_of(kind)
        kept = {name: self.fields.pop(name) for name in ("submission_key", "version")}
        for part in self.parts:
            self.fields[part.name] = _field(part)
        self.fields.update(kept)

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {part.name: self.cleaned_data[part.name] for part in self.parts}


class AdulthoodForm(Form):
    """When they turn 18, and what they said to staying."""

    small = True
    on = ExactDateField(
        label=_("On which day do they turn 18?"),
        help_text=_("Nobody but those who work on the case and decide it is shown this day."),
        required=False,
    )
    answer = ChoiceField(
        label=_("Do they agree to stay in the mechanism as an adult?"),
        help_text=_("Explain first what changes, alone with them. A no now costs them nothing."),
        choices=[("", _("Not asked yet, or no answer yet")), *StayAnswer.choices],
        required=False,
    )
    answered_on = ExactDateField(label=_("When did they say it?"), required=False, past=True)
    method = ChoiceField(label=_("How did they say it?"), required=False)
    language = LanguageField(
        label=_("In which language did you explain it?"),
        required=False,
    )
    interpreter = ChoiceField(label=_("Was there an interpreter?"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, profile: Profile, turned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [
            ("", _("Not answered yet")),
            *((one.code, str(one.label)) for one in profile.consent.methods),
        ]
        self.fields["interpreter"].choices = [
            ("", _("Not answered yet")),
            *interpreters(profile).items(),
        ]
        if turned:
            self.fields["on"].disabled = True

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {name: self.cleaned_data[name] for name in VALUES}
