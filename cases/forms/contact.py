"""The form in which a new safe-contact card is written."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.referral import Safety
from cases.rules.contact import LONGEST
from nrm.forms import ChoiceField, Form

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
    """Nothing is chosen to begin with: what was safe before is asked again."""

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
