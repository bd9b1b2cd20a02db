"""The forms in which a new safe-contact card is written, and somebody whom the person named."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.forms.referral import LanguageField
from cases.models.nominee import ToldOf
from cases.models.referral import InterpreterSex, Safety
from cases.rules.contact import LONGEST, LONGEST_DIALECT, LONGEST_NAME, SPOKEN, WAYS
from cases.selectors.contact import CHANNELS
from cases.selectors.sharing import interpreters
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField
from nrm.profiles.shape import Profile

_MARKS = [
    (str(Safety.SAFE), _("Safe")),
    (str(Safety.UNSAFE), _("Not safe")),
    (str(Safety.UNKNOWN), _("Not known: do not use")),
]


def _way(label: Any) -> ChoiceField:
    return ChoiceField(
        label=label,
        choices=_MARKS,
        error_messages={"required": _("Select whether this way is safe")},
    )


def _words(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=LONGEST)


class ContactForm(Form):
    """Nothing is chosen to begin with of the ways: what was safe before is asked again."""

    call = _way(_("Call"))
    text = _way(_("Send a text message"))
    voicemail = _way(_("Leave a voice message"))
    email = _way(_("Send an e-mail"))
    post = _way(_("Send a letter"))
    contact_times = _words(_("When is it safe?"), _("Days and hours."))
    contact_code_word = _words(_("Code word"), _("A word that shows who is calling."))
    contact_who_may_answer = _words(
        _("Who else may answer?"),
        _("Only whom the person named. No number or address."),
    )
    # What is known of these stands there already: it does not grow old by itself.
    language = LanguageField(
        label=_("Which language do they speak best?"),
        required=False,
    )
    dialect = forms.CharField(
        label=_("Dialect"),
        help_text=_("It is sealed: it may say where the person comes from."),
        max_length=LONGEST_DIALECT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-!-width-two-thirds"}),
    )
    interpreter_needed = ChoiceField(
        label=_("Do they need an interpreter?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        required=False,
    )
    interpreter_sex = ChoiceField(
        label=_("Whom does the person want as an interpreter?"),
        choices=InterpreterSex.choices,
        required=False,
    )
    no_companions = forms.BooleanField(
        label=_("Nobody of the family, and nobody who came along, interprets or is in the room"),
        required=False,
        initial=True,
    )

    def speaking(self) -> dict[str, Any]:
        """How the person is spoken with, as the action takes it."""
        told = self.cleaned_data
        needed = {"yes": True, "no": False}.get(told["interpreter_needed"])
        return {**{name: told[name] for name in SPOKEN}, "interpreter_needed": needed}


class NomineeForm(Form):
    """Nothing is chosen to begin with."""

    small = True
    who = forms.CharField(
        label=_("Whom did the person name?"),
        help_text=_("A name, and who they are to the person."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter who it is")},
    )
    reach = forms.CharField(
        label=_("How are they reached?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("Enter how they are reached")},
    )
    ways = MultiChoiceField(
        label=_("By which ways may they be told?"),
        choices=[(way, capfirst(CHANNELS[way])) for way in WAYS],
    )
    about = MultiChoiceField(label=_("Of what may they be told?"), choices=ToldOf.choices)
    given_on = ExactDateField(label=_("When did the person say so?"), past=True)
    method = ChoiceField(
        label=_("How did they say it?"),
        error_messages={"required": _("Select how the person said it")},
    )
    language = LanguageField(
        label=_("In which language did you ask?"),
        error_messages={"required": _("Enter the language in which you asked")},
    )
    interpreter = ChoiceField(
        label=_("Was there an interpreter?"),
        error_messages={"required": _("Select whether there was an interpreter")},
    )
    ends_on = ExactDateField(
        label=_("Until when does it hold?"),
        help_text=_("The last day, where the person said one."),
        required=False,
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [
            (one.code, str(one.label)) for one in profile.consent.methods
        ]
        self.fields["interpreter"].choices = list(interpreters(profile).items())

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {k: v for k, v in self.cleaned_data.items() if k != "submission_key"}
