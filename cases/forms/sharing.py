"""The forms by which parts of a case are shared and recalled, and consent to it is recorded."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.sharing import Wanted, choose
from cases.forms.access import OrganisationChoice
from cases.forms.referral import LanguageField
from cases.models.referral import ConsentAnswer
from cases.models.sharing import BY_ITSELF, RecallReason
from cases.rules.sharing import PARTS, PERSONAL
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField, Option

_ON_CONSENT = _("Only where the person agreed to exactly this purpose and kind of organisation.")


class ShareForm(Form):
    """Nothing is chosen to begin with."""

    organisation = OrganisationChoice(
        label=_("Who receives it?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={
            "required": _("Choose an organisation"),
            "invalid_choice": _("Choose an organisation from the list"),
        },
    )
    purpose = ChoiceField(
        label=_("What is it for?"), error_messages={"required": _("Select what it is for")}
    )
    consent = ChoiceField(
        label=_("On which consent does it rest?"),
        error_messages={"required": _("Select a consent that stands")},
    )
    parts = MultiChoiceField(
        label=_("What is shared?"),
        choices=[
            (code, Option(label, hint=_ON_CONSENT if code in PERSONAL else ""))
            for code, label in PARTS.items()
        ],
        required=False,
    )
    documents = MultiChoiceField(label=_("Which documents?"), help_text=_ON_CONSENT, required=False)

    def __init__(
        self,
        *args: Any,
        organisations: Any,
        purposes: Any,
        consents: Any,
        documents: Any,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["organisation"].queryset = organisations
        self.fields["purpose"].choices = purposes
        self.fields["consent"].choices = consents
        self.fields["documents"].choices = documents
        if not documents:
            del self.fields["documents"]

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        return Wanted(
            organisation=told["organisation"].pk,
            purpose=told["purpose"],
            consent=UUID(told["consent"]),
            parts=choose(told["parts"]),
            documents=tuple(UUID(pk) for pk in told.get("documents", ())),
        )


class RecallForm(Form):
    because = ChoiceField(
        label=_("Why is it recalled?"),
        choices=[one for one in RecallReason.choices if one[0] not in BY_ITSELF],
        error_messages={"required": _("Select why it is recalled")},
    )


class ConsentForm(Form):
    purpose = ChoiceField(
        label=_("What was the person asked about?"),
        error_messages={"required": _("Select what the person was asked about")},
    )
    recipient_kind = ChoiceField(
        label=_("Shared with which kind of organisation?"),
        error_messages={"required": _("Select which kind of organisation")},
    )
    answer = ChoiceField(
        label=_("What did the person say?"),
        choices=[
            (str(code), code.label) for code in (ConsentAnswer.AGREED, ConsentAnswer.DECLINED)
        ],
        error_messages={"required": _("Select what the person said")},
    )
    given_on = ExactDateField(label=_("When did you ask?"))
    method = ChoiceField(
        label=_("How did you explain it?"),
        error_messages={"required": _("Select how it was explained")},
    )

    language = LanguageField(
        label=_("In which language?"),
        error_messages={"required": _("Enter the language in which you explained it")},
    )
    interpreter = ChoiceField(
        label=_("Was there an interpreter?"),
        error_messages={"required": _("Select whether there was an interpreter")},
    )
    ends_on = ExactDateField(
        label=_("Until when does it hold?"),
        help_text=_(
            "The last day, where the person said one. What was shared on it cannot be opened after."
        ),
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(
        self, *args: Any, purposes: Any, kinds: Any, methods: Any, interpreters: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["purpose"].choices = purposes
        self.fields["recipient_kind"].choices = kinds
        self.fields["method"].choices = methods
        self.fields["interpreter"].choices = interpreters
