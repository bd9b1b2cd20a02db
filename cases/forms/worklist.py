"""What the work list can be narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.selectors.cases import URGENCIES, Counts
from nrm.forms import Form, MultiChoiceField
from nrm.profiles import Profile


class WorklistFilter(Form):
    small = True
    view = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Reference or pseudonym"), max_length=60, required=False)
    urgency = MultiChoiceField(
        label=_("Next deadline"), choices=list(URGENCIES.items()), required=False
    )
    stage = MultiChoiceField(label=_("Stage"), required=False)
    child = MultiChoiceField(
        label=_("Age"), choices=[("1", _("Treated as a child"))], required=False
    )

    def __init__(self, *args: Any, profiles: list[Profile], counts: Counts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {stage.code: stage.label for profile in profiles for stage in profile.stages}
        chosen = set(self.data.getlist("stage")) if self.is_bound else set()
        # Only the stages at which there is a case: seventeen boxes help nobody.
        self.fields["stage"].choices = [
            (code, f"{label} ({counts.words(counts.stages[code])})")
            for code, label in labels.items()
            if counts.stages[code] or code in chosen
        ]
        if not self.fields["stage"].choices:
            del self.fields["stage"]

    def answer(self, name: str) -> Any:
        """What was asked, where it makes sense; nothing where it does not."""
        return self.cleaned_data.get(name) or ""
