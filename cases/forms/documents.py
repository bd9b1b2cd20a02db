"""The forms with which documents are added, downloaded for a reason, and withdrawn."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.documents import About
from cases.forms.identity import ShowIdentityForm
from cases.models.document import DocumentKind, DocumentSource, SeenBy, WithdrawalReason
from cases.rules.documents import LONGEST_NOTE
from nrm.forms import ChoiceField, Form, PartialDateField


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class FilesField(forms.Field):
    """Several files at once. Nothing is refused here: the action says of each file whether it is
    kept."""

    widget = SeveralFiles

    def clean(self, value: Sequence[Any]) -> list[Any]:
        return list(super().clean(value))


class DocumentsForm(Form):
    legend_size = "s"

    files = FilesField(
        label=_("Files"),
        widget=SeveralFiles(attrs={"multiple": True}),
        error_messages={"required": _("Choose at least one file")},
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[("", _("Select")), *DocumentKind.choices],
        error_messages={"required": _("Select what kind of document it is")},
    )
    source = forms.ChoiceField(
        label=_("Who gave it to you"),
        choices=[("", _("Select")), *DocumentSource.choices],
        error_messages={"required": _("Select who gave it to you")},
    )
    dated = PartialDateField(
        label=_("Date on it, if there is one"),
        help_text=_("The year is enough. For example, 3 2026."),
        subject=_("The date"),
        past=True,
        required=False,
    )
    seen_by = forms.ChoiceField(
        label=_("Who may see it"),
        help_text=_("You always do."),
        choices=SeenBy.choices,
        initial=SeenBy.CASE,
        required=False,
    )
    note = forms.CharField(
        label=_("How far it can be relied on (optional)"),
        help_text=_("For example, a copy, a page missing, a photograph of a screen."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        max_length=LONGEST_NOTE,
        required=False,
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def about(self) -> About:
        told = self.cleaned_data
        dated, seen_by = str(told["dated"] or ""), told["seen_by"] or SeenBy.CASE
        return About(told["kind"], told["source"], dated, told["note"], seen_by)


class WhyForm(ShowIdentityForm):
    """Why a document is needed that says who the person is. Sent twice, it gives the file twice,
    and says so twice."""

    key = None


class WithdrawalForm(Form):
    legend_size = "m"

    reason = ChoiceField(
        label=_("Why is it withdrawn?"),
        choices=WithdrawalReason.choices,
        error_messages={"required": _("Select why it is withdrawn")},
    )


class SeenByForm(Form):
    legend_size = "m"

    seen_by = ChoiceField(
        label=_("Who may see it?"),
        help_text=_("Whoever added it always does."),
        choices=SeenBy.choices,
        error_messages={"required": _("Select who sees it")},
    )
