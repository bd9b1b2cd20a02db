"""The forms by which an agency is told of a matter, answers, and is told no more."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.notices import Wanted
from cases.forms.access import OrganisationChoice
from cases.models.notice import Answer
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form

# What a notice can rest on stands in one list: the consents by their ids, the grounds by this.
_GROUND = "ground:"


class NoticeForm(Form):
    agency = ChoiceField(
        label=_("Who is told?"), error_messages={"required": _("Select who is told")}
    )
    organisation = OrganisationChoice(
        label=_("Which organisation receives it in the system?"),
        help_text=_("Leave it out for those who are told outside: by letter or in person."),
        queryset=Organisation.objects.none(),
        empty_label=_("None: they are told outside"),
        required=False,
        error_messages={"invalid_choice": _("Choose an organisation from the list")},
    )
    rests_on = ChoiceField(
        label=_("On what does it rest?"),
        error_messages={"required": _("Select the consent or the lawful ground that it rests on")},
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, agencies: Any, organisations: Any, consents: Any, grounds: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["agency"].choices = agencies
        self.fields["organisation"].queryset = organisations
        lawful = [(f"{_GROUND}{code}", label) for code, label in grounds]
        self.fields["rests_on"].choices = [*consents, *lawful]

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        rests_on = told["rests_on"]
        lawful = rests_on.startswith(_GROUND)
        return Wanted(
            agency=told["agency"],
            organisation=told["organisation"].pk if told["organisation"] else None,
            consent=None if lawful else UUID(rests_on),
            ground=rests_on.removeprefix(_GROUND) if lawful else "",
        )


class AnswerForm(Form):
    answer = ChoiceField(
        label=_("Your answer"),
        choices=Answer.choices,
        error_messages={"required": _("Select your answer")},
    )
    because = ChoiceField(
        label=_("Why does it go on?"),
        help_text=_("Only where your answer is that it goes on."),
        required=False,
    )

    def __init__(self, *args: Any, reasons: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["because"].choices = [("", _("No reason")), *reasons]
