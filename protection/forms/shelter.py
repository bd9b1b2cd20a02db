"""The forms of shelter: a place, a bed, what a person needs of one, a move, and whom they must be
kept from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form
from nrm.profiles.shape import Profile
from protection.models.shelter import AgesOf, AvoidKind, OutReason, SexOf
from protection.rules.shelter import LONGEST_ADDRESS
from protection.selectors.services import reasons

_NARROW = {"inputmode": "numeric", "class": "govuk-input--width-3", "autocomplete": "off"}


class PlaceForm(Form):
    organisation = RowChoiceField(
        label=_("Of which organisation?"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("Choose an organisation from the list")},
    )
    region = forms.ChoiceField(label=_("Region"), error_messages={"required": _("Select a region")})
    address = forms.CharField(
        label=_("Address"),
        help_text=_("It is sealed. Only your organisation can read it, each time on record."),
        max_length=LONGEST_ADDRESS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("Enter the address")},
    )

    def __init__(self, *args: Any, organisations: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        regions = [(one.code, str(one.label)) for one in profile.regions]
        self.fields["region"].choices = [("", _("Select a region")), *regions]


class BedForm(Form):
    small = True
    unit = forms.IntegerField(
        label=_("Unit"), min_value=1, max_value=999, widget=forms.TextInput(attrs=_NARROW)
    )
    number = forms.IntegerField(
        label=_("Bed"), min_value=1, max_value=999, widget=forms.TextInput(attrs=_NARROW)
    )
    sex = ChoiceField(
        label=_("For whom is it?"),
        choices=SexOf.choices,
        error_messages={"required": _("Select for whom it is")},
    )
    ages = ChoiceField(
        label=_("For which age?"),
        choices=AgesOf.choices,
        error_messages={"required": _("Select for which age it is")},
    )
    family = forms.BooleanField(label=_("A family can stay together"), required=False)
    step_free = forms.BooleanField(label=_("Without steps"), required=False)


class UseForm(Form):
    """Empty: it is used again."""

    small = True
    out_because = forms.ChoiceField(
        label=_("Out of use"),
        choices=[("", _("It is in use")), *OutReason.choices],
        required=False,
    )


class WantedForm(Form):
    """What the person needs; their age is known."""

    small = True
    sex = ChoiceField(
        label=_("For whom is the bed?"),
        choices=[("", _("It does not matter")), *[c for c in SexOf.choices if c[0] != "any"]],
        required=False,
    )
    family = forms.BooleanField(label=_("A family has to stay together"), required=False)
    step_free = forms.BooleanField(label=_("There must be no steps"), required=False)


class HoldForm(WantedForm):
    bed = forms.UUIDField(
        error_messages={
            "required": _("Choose a bed from the list"),
            "invalid": _("Choose a bed from the list"),
        }
    )


class MoveForm(Form):
    """Moving in, or leaving with a reason."""

    small = True
    reveals = {"what": {"leave": "reason"}}
    what = ChoiceField(
        label=_("What happened?"), error_messages={"required": _("Select what happened")}
    )
    reason = forms.ChoiceField(label=_("Why does it end?"), required=False)

    def __init__(self, *args: Any, profile: Profile, held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave = _("The bed is not needed any more") if held else _("The person has left")
        self.fields["what"].choices = [
            *([("move_in", _("The person has moved in"))] if held else []),
            ("leave", leave),
        ]
        first = ("", _("Select why it ends"))
        self.fields["reason"].choices = [first, *reasons(profile, "exit_codes")]


class EmptiedForm(Form):
    """Somebody has left a bed who was not referred any more."""

    small = True
    reason = forms.ChoiceField(
        label=_("Why did they leave?"), error_messages={"required": _("Select why it ends")}
    )

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = ("", _("Select why it ends"))
        self.fields["reason"].choices = [first, *reasons(profile, "exit_codes")]


class AvoidanceForm(Form):
    small = True
    reveals = {"kind": {"region": "region", "exploiter": "exploiter"}}
    kind = ChoiceField(
        label=_("What must the person be kept from?"),
        choices=AvoidKind.choices,
        error_messages={"required": _("Select what the person must be kept from")},
    )
    region = forms.ChoiceField(label=_("Region"), required=False)
    exploiter = forms.CharField(
        label=_("Who exploited them: a name, number or word by which others know them too"),
        help_text=_("It is sealed. Another person of the same exploiter is kept apart from them."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [(one.code, str(one.label)) for one in profile.regions]
        self.fields["region"].choices = [("", _("Select a region")), *regions]
