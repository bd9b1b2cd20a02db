"""Forms of the intake queue: who takes the case, and which tasks are done."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.forms.rows import RowChoiceField
from cases.models import CaseTask
from nrm.accounts.models import User
from nrm.forms import Form, MultiChoiceField, Option
from nrm.profiles import Profile


class CaseworkerChoice(RowChoiceField):
    def label_from_instance(self, obj: User) -> str:
        open_cases = getattr(obj, "open_cases", 0)
        words = ngettext("%(count)d open case", "%(count)d open cases", open_cases)
        return f"{obj.display_name} ({words % {'count': open_cases}})"


class AssignForm(Form):
    caseworker = CaseworkerChoice(
        label=_("Caseworker"),
        queryset=User.objects.none(),
        empty_label=_("Choose a caseworker"),
        error_messages={
            "required": _("Choose a caseworker"),
            "invalid_choice": _("Choose a caseworker from the list"),
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, caseworkers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["caseworker"].queryset = caseworkers


class BatchForm(Form):
    """What is done with several cases: the cases and what to do stand in hidden fields."""

    caseworker = CaseworkerChoice(
        label=_("Caseworker"),
        queryset=User.objects.none(),
        empty_label=_("Choose a caseworker"),
        required=False,
        error_messages={"invalid_choice": _("Choose a caseworker from the list")},
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, caseworkers: Any, assigns: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if assigns:
            self.fields["caseworker"].queryset = caseworkers
        else:
            del self.fields["caseworker"]


class TasksForm(Form):
    """The tasks of a case, ticked where they are done."""

    small = True
    label_size = "s"
    done = MultiChoiceField(label=_("Tasks"), required=False)

    def __init__(self, *args: Any, tasks: list[CaseTask], profile: Profile, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done": [t.code for t in tasks if t.done_at]})
        super().__init__(*args, **kwargs)
        known = {task.code: task for task in profile.tasks}
        order = list(known)
        tasks = sorted(tasks, key=lambda t: order.index(t.code) if t.code in known else len(order))
        self.fields["done"].choices = [
            (task.code, Option(known[task.code].label, hint=known[task.code].help))
            if task.code in known
            else (task.code, task.code)
            for task in tasks
        ]
        self.fields["done"].error_messages["invalid_choice"] = _("Tick tasks of this case only")
