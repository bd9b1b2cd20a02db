"""The forms by which a person is identified for the time being, and by which it is said again that
no authority functions."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.course import CourseForm, text_box
from cases.rules.provisional import grounds_of
from nrm.forms import ChoiceField, MultiChoiceField, Option
from nrm.profiles import Profile


class StillForm(CourseForm):
    situation = ChoiceField(label=_("Why does no authority decide there?"), required=False)

    def choose(self, profile: Profile) -> None:
        self.fields["situation"].choices = [
            (one.code, Option(one.label, hint=one.help)) for one in profile.conflict_mode.situations
        ]


class ProvisionalForm(StillForm):
    grounds = MultiChoiceField(label=_("On what ground?"), required=False)
    why = text_box(
        _("Why do you presume it?"),
        help_text=_(
            "What you saw and heard. Leave names and exact places out: it is read by the authority"
            " that decides, and by nobody else."
        ),
        rows=5,
    )
    explained: Any = forms.BooleanField(
        label=_(
            "The person, or whoever cares for the child, was told that it holds for now and what"
            " it opens"
        ),
        required=False,
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def choose(self, profile: Profile) -> None:
        super().choose(profile)
        self.fields["grounds"].choices = [(one.code, one.label) for one in grounds_of(profile)]
