"""The forms by which records of the Human Trafficking Case Data Standard are imported, and a case
is exported as one."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.sharing import Wanted
from cases.forms.sharing import ShareForm
from cases.rules.referral_form import form_for
from cases.rules.sharing import IDENTITY
from exchange.htcds.exports import FILE_KINDS, FURTHER, wanted_of
from exchange.htcds.standard.reading import MOST_BYTES, Reading, kind_of, read, read_plain
from exchange.htcds.standard.record import EVERYTHING, Record, as_plain
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form, MultiChoiceField, Option
from nrm.profiles import Profile

# Of what a page carries to its answer; so much is kept too where a session ends meanwhile.
MOST_CHARACTERS = 200_000


class _OfOrganisation(Form):
    organisation = ChoiceField(
        label=_("For which organisation do you refer?"),
        error_messages={"required": _("Select for which organisation you refer")},
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["organisation"]
        field.choices = [(str(one.pk), one.name) for one in organisations]
        self._by_id = {str(one.pk): one for one in organisations}
        if len(organisations) == 1:
            field.required = False
            field.widget = forms.HiddenInput()
            field.initial = str(organisations[0].pk)

    @property
    def chosen(self) -> Organisation:
        """The organisation; where there is one only, that."""
        return self._by_id.get(self.cleaned_data["organisation"]) or next(
            iter(self._by_id.values())
        )


class FileForm(_OfOrganisation):
    """Which file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON, CSV or XLSX, at most 100 records. Nothing is sent before you confirm."),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."), code="too_large")
        return file

    def reading(self) -> Reading:
        content = self.cleaned_data["file"].read()
        return read(content, kind=kind_of(content))


class ConfirmForm(_OfOrganisation):
    """What was read of a file, and what has to be said for records that do not. Nothing of the file
    is kept on our side until the referrals are made, so the page carries it."""

    records = forms.CharField(widget=forms.HiddenInput, max_length=MOST_CHARACTERS, strip=False)

    def __init__(
        self,
        *args: Any,
        organisations: Sequence[Organisation],
        profile: Profile,
        lacking: dict[str, int],
        **more: Any,
    ) -> None:
        super().__init__(*args, organisations=organisations, **more)
        self.fields["organisation"].widget = forms.HiddenInput()
        for code, count in lacking.items():
            question = form_for(profile).question(code)
            self.fields[code] = ChoiceField(
                label=question.label,
                help_text=_("For the records that do not say it: %(count)s.") % {"count": count},
                choices=[(one.code, one.label) for one in question.options],
                required=False,  # what is missing is said by the rules, as of every record
            )


def carried(records: Iterable[Record]) -> str:
    """Records as the page carries them."""
    made = list(records)
    return json.dumps(
        {
            "rows": [record.row for record in made],
            "records": [as_plain(record, including=EVERYTHING) for record in made],
        }
    )


def read_carried(text: str) -> Reading:
    """The records again. Whoever changes them on the way sends what they could have uploaded."""
    try:
        found = json.loads(text)
        rows = list(found["rows"])
    except (ValueError, RecursionError, LookupError, TypeError):
        found, rows = None, []
    reading = read_plain(found)
    if len(rows) != len(reading.records) or not all(type(row) is int for row in rows):
        return reading
    made = zip(reading.records, rows, strict=True)
    return Reading(
        tuple(dataclasses.replace(record, row=row) for record, row in made), reading.faults
    )


class ExportForm(ShareForm):
    """To whom, for what, on which consent, and what beside codes. Nothing further is chosen to
    begin with."""

    parts = MultiChoiceField(
        label=_("What leaves beside codes and counts?"),
        help_text=_("Without these, nothing in it says who the person is."),
        choices=[
            (
                code,
                Option(label, hint=_("You are shown it too, which is recorded."))
                if code == IDENTITY
                else label,
            )
            for code, label in FURTHER.items()
        ],
        required=False,
    )
    kind = ChoiceField(
        label=_("Which kind of file?"),
        choices=[(kind, kind.upper()) for kind in FILE_KINDS],
        initial=FILE_KINDS[0],
        error_messages={"required": _("Select which kind of file")},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, documents=[], **more)

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        return wanted_of(
            told["organisation"].pk, told["purpose"], UUID(told["consent"]), told["parts"]
        )
