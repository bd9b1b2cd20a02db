"""The forms by which a case is offered to another authority, and by which that one answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from cases.models.transfer import TransferReason, TransferRefusal
from cases.rules.transfers import LONGEST
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form


class OfferForm(Form):
    small = True
    organisation = RowChoiceField(
        label=_("Which authority?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an authority"),
        error_messages={
            "required": _("Choose another authority from the list"),
            "invalid_choice": _("Choose another authority from the list"),
        },
    )
    reason = ChoiceField(
        label=_("Why should it deal with the case?"),
        choices=TransferReason.choices,
        error_messages={"required": _("Select why it is offered")},
    )
    words = forms.CharField(
        label=_("What does it have to know to answer?"),
        help_text=_("It sees this and where the case stands, and nothing else. Write no name."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": _("Write what the other authority has to know to answer")},
    )

    def __init__(self, *args: Any, authorities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = authorities


class TransferAnswerForm(Form):
    small = True
    answer = ChoiceField(
        label=_("Does your authority take the case?"),
        choices=[("accept", _("Yes, from now on")), ("reject", _("No"))],
        error_messages={"required": _("Select whether your authority takes the case")},
    )
    refusal = ChoiceField(
        label=_("Why not?"),
        help_text=_("Only where it does not."),
        choices=[("", _("It does")), *TransferRefusal.choices],
        required=False,
    )
