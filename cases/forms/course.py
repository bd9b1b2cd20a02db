"""The forms by which something is done with a case as a whole."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.withdrawing import LONGEST_NAME
from cases.models.closure import ReopenReason
from cases.models.reconsideration import AskedBy
from cases.rules.course import LONGEST
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField, Option
from nrm.profiles import Profile


def text_box(label: Any, *, help_text: Any = "", rows: int = 3, most: int = LONGEST) -> Any:
    """A text that is kept under the person's key."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
    )


def options(rules: Any) -> list[tuple[str, Option]]:
    """The coded reasons of a profile as answers to choose from."""
    return [(rule.code, Option(rule.label, hint=rule.help)) for rule in rules]


class CourseForm(Form):
    """A form that reads its choices in the profile."""

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(profile)

    def choose(self, profile: Profile) -> None:
        """Fills in what there is to choose from."""


class SuspensionForm(CourseForm):
    reason = ChoiceField(label=_("Why is it suspended?"), required=False)
    review_on = ExactDateField(
        label=_("When is it looked at again?"),
        subject=_("The day"),
        help_text=_("The caseworker and the supervisors are reminded."),
        required=False,
    )
    note = text_box(_("What happened? (optional)"))

    def choose(self, profile: Profile) -> None:
        self.fields["reason"].choices = options(profile.suspension_reasons)


class KeepSuspendedForm(CourseForm):
    review_on = ExactDateField(
        label=_("When is it looked at again?"),
        subject=_("The day"),
        help_text=_("The caseworker and the supervisors are reminded."),
        required=False,
    )


class WithdrawalForm(CourseForm):
    method = ChoiceField(label=_("How did the person say it?"), required=False)
    told_on = ExactDateField(
        label=_("When did they say or write it?"), subject=_("The day"), required=False
    )
    heard_by = forms.CharField(
        label=_("Who heard it, or received it?"),
        help_text=_("Name, and the organisation they work for."),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    wish = text_box(
        _("What does the person want now? (optional)"),
        help_text=_("In their words where you have them. Not why: they need no reason."),
    )
    explained = forms.BooleanField(
        label=_("It was explained to them what ends, what stays open, and that they can come back"),
        required=False,
    )

    def choose(self, profile: Profile) -> None:
        self.fields["method"].choices = options(profile.withdrawal.methods)


class ClosureForm(CourseForm):
    code = ChoiceField(label=_("Why is it closed?"), required=False)
    note = text_box(_("What should a colleague know later? (optional)"))

    def choose(self, profile: Profile) -> None:
        self.fields["code"].choices = options(profile.closure_codes)


class ReopeningForm(CourseForm):
    reason = ChoiceField(
        label=_("Why is it opened again?"), choices=ReopenReason.choices, required=False
    )


class AskForm(CourseForm):
    """Another look at a decision. `outside`: by whoever referred or protects the person, who asks
    today."""

    asked_by = ChoiceField(label=_("Who asks for it?"), choices=AskedBy.choices, required=False)
    grounds = MultiChoiceField(label=_("On what ground?"), required=False)
    why = text_box(_("What is new, or what is wrong with the decision?"), rows=5)
    asked_on = ExactDateField(
        label=_("When was it asked for?"),
        subject=_("The day"),
        help_text=_("The day on which the request came, not the one on which you record it."),
        required=False,
    )
    exceptional = text_box(
        _("If its days are over: what was exceptional?"),
        help_text=_("Leave this empty where it comes in time."),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, outside: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if outside:
            del self.fields["asked_on"]

    def choose(self, profile: Profile) -> None:
        self.fields["grounds"].choices = options(profile.reconsideration_grounds)


class AnswerForm(Form):
    accept = ChoiceField(
        label=_("Is the decision looked at again?"),
        choices=[
            ("yes", _("Yes: a fresh decision is made by others")),
            ("no", _("No: the decision stays")),
        ],
        error_messages={"required": _("Select whether it is looked at again")},
    )
    reasons = text_box(_("Why?"), rows=5)
