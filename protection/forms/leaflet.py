"""The form by which it is recorded that a person was told of their rights."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.referral import LanguageField
from cases.rules.languages import language_name
from cases.selectors.sharing import interpreters
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField, Option
from nrm.profiles.shape import Profile


class LeafletForm(Form):
    small = True
    how = MultiChoiceField(
        label=_("How did you give it?"),
        choices=[
            ("read_aloud", _("Read aloud, and talked over")),
            (
                "on_paper",
                Option(
                    _("On paper, to keep"),
                    hint=_("Only where it is safe: somebody else may find it."),
                ),
            ),
        ],
        error_messages={"required": _("Select how you gave it: read aloud, on paper, or both")},
    )
    language = LanguageField(
        label=_("In which language did you tell them?"),
        error_messages={"required": _("Enter the language in which you told them")},
    )
    text_language = ChoiceField(
        label=_("Language of the leaflet"),
        error_messages={"required": _("Select the language of the leaflet")},
    )
    interpreter = ChoiceField(
        label=_("Was there an interpreter?"),
        error_messages={"required": _("Select whether there was an interpreter")},
    )
    given_on = ExactDateField(label=_("On which day?"), subject=_("The day"), past=True)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = [(code, language_name(code)) for code in profile.languages]
        self.fields["text_language"].choices = texts
        self.fields["interpreter"].choices = list(interpreters(profile).items())

    def given(self) -> dict[str, Any]:
        """What is handed to the action."""
        told = dict(self.cleaned_data)
        how = told.pop("how")
        return {**told, "read_aloud": "read_aloud" in how, "on_paper": "on_paper" in how}
