"""The forms of an assessment: the questions of a step, and what makes the next one due."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.forms import ChoiceField, Form
from nrm.profiles.shape import Assessment as Law
from protection.rules.assessments import ANSWERS, LONGEST_NOTE, NOT_ASKED
from protection.selectors.assessments import questions_at


class AssessmentForm(Form):
    """Nothing is answered to begin with, also where there was an assessment before: what was so
    then is asked again. What is left empty was not asked."""

    small = True

    def __init__(self, *args: Any, law: Law, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.law, self.asked = law, questions_at(law, step)
        for question in self.asked:
            self.fields[question.code] = ChoiceField(
                label=str(question.label),
                help_text=str(question.help),
                choices=list(ANSWERS.items()),
                required=False,
            )
        self.fields["note"] = forms.CharField(
            label=_("What else there is to know"),
            help_text=_("Write the pseudonym, not the name."),
            max_length=LONGEST_NOTE,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        )

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The questions by area, for the page."""
        return [
            (str(area.label), fields)
            for area in self.law.areas
            if (fields := [self[q.code] for q in self.asked if q.area == area.code])
        ]

    def answered(self) -> dict[str, Any]:
        """What is handed to the action."""
        told = self.cleaned_data
        answers = {question.code: told[question.code] or NOT_ASKED for question in self.asked}
        return {"answers": answers, "note": told["note"]}


class TriggerForm(Form):
    trigger = ChoiceField(
        label=_("What happened?"), error_messages={"required": _("Select what happened")}
    )
    small = True

    def __init__(self, *args: Any, law: Law, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trigger"].choices = [(one.code, str(one.label)) for one in law.triggers]
