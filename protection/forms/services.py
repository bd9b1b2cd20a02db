"""The forms of services: a need, a referral to a provider, the provider's answer, and the end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.rows import RowChoiceField
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form, Option
from nrm.profiles.shape import Profile
from protection.rules.services import ANSWER_WORDS, ANSWERS, LONGEST_REASON, answers_from
from protection.selectors.services import reasons


def _hinted(item: Any) -> Option:
    return Option(item.label, hint=item.help)


class NeedForm(Form):
    """Nothing is chosen to begin with."""

    small = True
    code = ChoiceField(
        label=_("What does the person need?"),
        error_messages={"required": _("Select what the person needs")},
    )
    urgency = ChoiceField(label=_("How soon?"), error_messages={"required": _("Select how soon")})

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        support = profile.support
        self.fields["code"].choices = [(one.code, _hinted(one)) for one in support.services]
        self.fields["urgency"].choices = [(o.code, str(o.label)) for o in support.urgencies]


class ReferForm(Form):
    """`consented`: on the person's consent; otherwise it asks why there is none."""

    organisation = RowChoiceField(
        label=_("Which provider?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose a provider"),
        error_messages={
            "required": _("Choose a provider"),
            "invalid_choice": _("Choose a provider from the list"),
        },
    )
    reason = forms.CharField(
        label=_("Why can this not wait for the person’s consent?"),
        help_text=_("Supervisors of the case read this. Write the pseudonym, not the name."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": _("Enter why this cannot wait for the person’s consent")},
    )

    def __init__(self, *args: Any, providers: Any, consented: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = providers
        if consented:
            del self.fields["reason"]


class EndForm(Form):
    reason = forms.ChoiceField(
        label=_("Why does it end?"), error_messages={"required": _("Select why it ends")}
    )

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        # Beside another form on the page, which has a reason of its own.
        super().__init__(*args, auto_id="id_end_%s", **kwargs)
        first = ("", _("Select why it ends"))
        self.fields["reason"].choices = [first, *reasons(profile, "exit_codes")]


class AnswerForm(Form):
    """The answers that are possible from where a service stands; some ask why."""

    answer = ChoiceField(
        label=_("Your answer"), error_messages={"required": _("Select your answer")}
    )

    def __init__(self, *args: Any, profile: Profile, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = answers_from(state)
        self.fields["answer"].choices = [(code, str(ANSWER_WORDS[code])) for code in possible]
        shown = {}
        for code in possible:
            if why := ANSWERS[code][2]:
                name = shown[code] = f"why_{code}"
                choices = [("", _("Select why")), *reasons(profile, why)]
                self.fields[name] = forms.ChoiceField(
                    label=_("Why?"), choices=choices, required=False
                )
        self.reveals = {"answer": shown}

    def answered(self) -> dict[str, str]:
        """What is handed to the action."""
        chosen = self.cleaned_data["answer"]
        return {"answer": chosen, "reason": self.cleaned_data.get(f"why_{chosen}", "")}
