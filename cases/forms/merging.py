"""The forms by which two cases are said to be of one person, and by which that is undone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.merging import MergeReason, UndoReason
from nrm.forms import Form, Radios


class MergingForm(Form):
    other = forms.CharField(
        label=_("Reference of the other case"),
        max_length=20,
        error_messages={"required": _("Enter the reference of another case")},
    )
    reason = forms.ChoiceField(
        label=_("How do you know that it is one person?"),
        choices=MergeReason.choices,
        widget=Radios,
        error_messages={"required": _("Select how you know")},
    )
    goes_on = forms.ChoiceField(
        label=_("Which case is worked on from then on?"),
        choices=[("this", _("This case")), ("other", _("The other case"))],
        widget=Radios,
        error_messages={"required": _("Select which case is worked on")},
    )


class UndoingForm(Form):
    reason = forms.ChoiceField(
        label=_("Why should it be undone?"),
        choices=UndoReason.choices,
        widget=Radios,
        error_messages={"required": _("Select why")},
    )


class MergingDecisionForm(Form):
    """The button that was pressed."""

    answer = forms.ChoiceField(
        choices=[("agree", ""), ("decline", ""), ("withdraw", "")], required=True
    )
