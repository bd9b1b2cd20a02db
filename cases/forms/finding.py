"""The form by which a person is looked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.finding import LONGEST, Sought
from nrm.forms import Form, PartialDateField

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _words(label: object, help_text: object = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
    )


class FindPersonForm(Form):
    document = _words(
        _("Document or reference number"), _("For example, of a passport or an identity card.")
    )
    telephone = _words(_("Telephone number"), _("With or without the code of the country."))
    name = _words(
        _("Name"), _("In any alphabet, together with the date of birth. A name alone finds nobody.")
    )
    birth_date = PartialDateField(
        label=_("Date of birth"),
        help_text=_(
            "The year is enough, if the name has two parts or more. For example, 27 3 1998."
        ),
        subject=_("The date of birth"),
        past=True,
        required=False,
    )

    def sought(self) -> Sought:
        told = self.cleaned_data
        return Sought(
            document=told["document"],
            telephone=told["telephone"],
            name=told["name"],
            birth_date=str(told["birth_date"] or ""),
        )
