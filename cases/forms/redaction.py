"""The form by which a document is added anew with something blacked out."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.documents import FilesField, SeveralFiles
from cases.models.redaction import Ground, Removed
from nrm.forms import ChoiceField, Form, MultiChoiceField


class RedactionForm(Form):
    files = FilesField(
        label=_("A picture of each page, in their order"),
        help_text=_("JPG or PNG. A photograph or scan of the page on which you blacked it out."),
        widget=SeveralFiles(attrs={"multiple": True}),
        error_messages={"required": _("Choose a picture of each page")},
    )
    removed = MultiChoiceField(
        label=_("What is blacked out?"),
        help_text=_("The kind of thing alone. What it said is kept nowhere but in the original."),
        choices=Removed.choices,
        error_messages={"required": _("Select what is blacked out")},
    )
    ground = ChoiceField(
        label=_("Why?"),
        choices=Ground.choices,
        error_messages={"required": _("Select why something is blacked out")},
    )
    looked = forms.BooleanField(
        label=_("I looked at each picture: nothing can be read under what is black."),
        error_messages={
            "required": _(
                "Look at each picture, and confirm that nothing can be read under what is black"
            )
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
