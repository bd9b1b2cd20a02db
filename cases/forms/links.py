"""The forms by which two cases are linked, and by which a link ends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.link import LinkKind, LinkRule, UnlinkReason
from cases.rules.links import LONGEST
from nrm.forms import ChoiceField, Form


class LinkForm(Form):
    small = True
    other = forms.CharField(
        label=_("Reference of the other case"),
        help_text=_("One that you work on too."),
        max_length=20,
        error_messages={"required": _("Enter the reference of another case")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = ChoiceField(
        label=_("What links them?"),
        choices=LinkKind.choices,
        error_messages={"required": _("Select what links them")},
    )
    rule = ChoiceField(
        label=_("What holds between the two people?"),
        help_text=_("One of them may be close to an exploiter: ask each alone."),
        choices=LinkRule.choices,
        error_messages={"required": _("Select what holds between them")},
    )
    words = forms.CharField(
        label=_("How is it known?"),
        help_text=_("Write the pseudonyms, not the names."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class UnlinkForm(Form):
    small = True
    because = ChoiceField(
        label=_("Why does the link end?"),
        choices=UnlinkReason.choices,
        error_messages={"required": _("Select why the link ends")},
    )
