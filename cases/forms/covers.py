"""The form by which somebody hands their cases to a colleague for a time."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from nrm.accounts.models import User
from nrm.forms import ExactDateField, Form


class ColleagueChoice(RowChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class CoverForm(Form):
    delegate = ColleagueChoice(
        label=_("Who looks after your cases?"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose a colleague"),
            "invalid_choice": _("Choose a colleague from the list"),
        },
    )
    begins_on = ExactDateField(label=_("First day"))
    ends_on = ExactDateField(label=_("Last day"))

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = colleagues
