"""The forms of the page about who can see a case, and who has looked."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from cases.selectors.looks import month_of
from cases.selectors.timeline import Narrowed
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


class LogFilter(Form):
    """Of which month the log is asked."""

    small = True
    log = forms.CharField(required=False, widget=forms.HiddenInput)
    month = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, *args: Any, months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [
            ("", _("Since the case was opened")),
            *((f"{day:%Y-%m}", date_format(day, "F Y")) for day in months),
        ]

    def period(self) -> Narrowed:
        """The days of the month; every day where none, or none that is there, was chosen."""
        month = self.cleaned_data.get("month") if self.is_valid() else ""
        return month_of(date.fromisoformat(f"{month}-01")) if month else Narrowed()


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
