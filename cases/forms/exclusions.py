"""The forms by which somebody is kept from a case, and by which that is lifted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.access import OrganisationChoice
from cases.models.exclusion import ExclusionReason, LiftingReason
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form


class ExclusionForm(Form):
    """Whom, and why. That it is one of both is the action's to say."""

    person = forms.ChoiceField(label=_("A person"), required=False)
    organisation = OrganisationChoice(
        label=_("Or everybody of an organisation"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        required=False,
        error_messages={"invalid_choice": _("Choose an organisation from the list")},
    )
    reason = ChoiceField(
        label=_("Why may they not see the case?"),
        choices=ExclusionReason.choices,
        error_messages={"required": _("Select why they may not see the case")},
    )

    def __init__(self, *args: Any, people: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.fields["person"].choices = [
            ("", _("Choose a person")),
            *((pk, one.display_name) for pk, one in self.people.items()),
        ]
        self.fields["organisation"].queryset = organisations


class LiftingForm(Form):
    because = ChoiceField(
        label=_("Why is it lifted?"),
        choices=LiftingReason.choices,
        error_messages={"required": _("Select why it is lifted")},
    )
