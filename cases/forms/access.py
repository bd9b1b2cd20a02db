"""The form by which a supervisor lets another organisation see the summary of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from nrm.accounts.models import Organisation
from nrm.forms import Form


class OrganisationChoice(RowChoiceField):
    def label_from_instance(self, obj: Organisation) -> str:
        return f"{obj.name} ({obj.get_kind_display()})"


class WhyForm(Form):
    """Whose access is asked about."""

    small = True
    person = forms.ChoiceField(label=_("Why can this person see the case, or not?"), required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [
            ("", _("Choose a person")),
            *((str(one.pk), one.display_name) for one in people),
        ]


class BringNearForm(Form):
    organisation = OrganisationChoice(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={
            "required": _("Choose an organisation"),
            "invalid_choice": _("Choose an organisation from the list"),
        },
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
