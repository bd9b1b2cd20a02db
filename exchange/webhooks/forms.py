"""The form by which an administrator asks for a webhook."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.webhooks.events import EVENTS
from exchange.webhooks.rules import LONGEST_ADDRESS
from nrm.accounts.models import Organisation
from nrm.forms import Form, MultiChoiceField


class WebhookForm(Form):
    """Which organisation, where, and of what it is told."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        help_text=_("Its system is told of cases that its people see, and of no others."),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={
            "required": _("Select an organisation"),
            "invalid_choice": _("Select an organisation"),
        },
    )
    url = forms.CharField(
        label=_("Address"),
        help_text=_("Of their system, beginning with https://"),
        max_length=LONGEST_ADDRESS,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        error_messages={"required": _("Enter an address that begins with https://")},
    )
    events = MultiChoiceField(
        label=_("What it is told of"),
        choices=[(event.code, event.label) for event in EVENTS],
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(is_active=True).order_by("name", "id")
