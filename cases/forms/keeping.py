"""The forms by which supervisors keep or erase who a person is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.erasing import LONGEST
from identities.models import EraseReason, HoldReason, LiftReason
from nrm.forms import ChoiceField, Form


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        max_length=LONGEST,
        required=False,
    )


class HoldForm(Form):
    legend_size = "s"
    prefix = "hold"

    reason = ChoiceField(
        label=_("Why must it be kept?"),
        choices=HoldReason.choices,
        error_messages={"required": _("Select why it must be kept")},
    )
    note = _note(_("Note (optional)"))


class LiftForm(Form):
    legend_size = "s"
    prefix = "lift"

    reason = ChoiceField(
        label=_("Why is the hold lifted?"),
        choices=LiftReason.choices,
        error_messages={"required": _("Select why the hold is lifted")},
    )


class EraseForm(Form):
    legend_size = "s"
    prefix = "erase"

    reason = ChoiceField(
        label=_("Why is it to be erased?"),
        choices=EraseReason.choices,
        error_messages={"required": _("Select why it is to be erased")},
    )
    note = _note(_("Note for the colleague who decides (optional)"))


class AgreeForm(Form):
    prefix = "agree"

    sure = forms.BooleanField(
        label=_("I have checked the reason, and know that this cannot be undone"),
        error_messages={"required": _("Tick that you have checked the reason")},
    )
