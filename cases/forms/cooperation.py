"""The form in which it is kept whether the person co-operates with police and courts."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.course import text_box
from cases.forms.referral import LanguageField
from cases.models.cooperation import CooperationAnswer
from cases.rules.cooperation import LONGEST
from cases.selectors.cooperation import explainers
from cases.selectors.sharing import interpreters
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField
from nrm.profiles.shape import Profile


class CooperationForm(Form):
    """Nothing is chosen to begin with: what was said before is asked again."""

    small = True
    told_free = forms.BooleanField(
        label=_("The person was told that help does not depend on it"), required=False
    )
    answer = ChoiceField(
        label=_("What did the person say?"),
        choices=CooperationAnswer.choices,
        error_messages={"required": _("Select what the person said")},
    )
    ways = MultiChoiceField(
        label=_("In which ways do they co-operate?"),
        help_text=_("Only what they chose themselves."),
        required=False,
    )
    words = text_box(
        _("What matters to them in this? (optional)"),
        help_text=_("In their words where you have them. They need no reason."),
        most=LONGEST,
    )
    said_on = ExactDateField(label=_("When did they say it?"), past=True)
    explained_by = ChoiceField(
        label=_("Who explained it?"),
        error_messages={"required": _("Select who explained it")},
    )
    language = LanguageField(
        label=_("In which language?"),
        error_messages={"required": _("Enter the language in which you explained it")},
    )
    interpreter = ChoiceField(
        label=_("Was there an interpreter?"),
        error_messages={"required": _("Select whether there was an interpreter")},
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = profile.cooperation.ways
        self.fields["ways"].choices = [(one.code, str(one.label)) for one in ways]
        self.fields["explained_by"].choices = list(explainers(profile).items())
        self.fields["interpreter"].choices = list(interpreters(profile).items())

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {k: v for k, v in self.cleaned_data.items() if k != "submission_key"}
