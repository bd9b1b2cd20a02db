"""The forms with which a register is brought in and its columns are given a meaning."""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.rules.referral_form import form_for
from exchange.models import RegisterImport
from exchange.registers import mapping as rules
from exchange.registers.actions import Told, profile_of, token_of
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form
from nrm.spreadsheets import column_letters


class UploadForm(Form):
    legend_size = "s"

    file = forms.FileField(
        label=_("File of the register"),
        help_text=_(
            "CSV (saved as “CSV UTF-8”) or XLSX, at most 25 MB. The first row says what the columns"
            " hold. A workbook: its first sheet."
        ),
        error_messages={
            "required": _("Choose a file"),
            "empty": _("The file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    organisation = forms.ChoiceField(label=_("Organisation whose register it is"))
    what = ChoiceField(
        label=_("What are these people waiting for?"),
        choices=[
            (
                "ended",
                _("Nothing: an old register. Each becomes a case that has ended, without dates"),
            ),
            ("open", _("A decision: each becomes a referral of today, and its dates begin")),
        ],
        initial="ended",
        error_messages={"required": _("Select what these people wait for")},
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), one.name) for one in organisations]
        field = cast(forms.ChoiceField, self.fields["organisation"])
        field.choices = choices
        if len(choices) == 1:
            field.initial = choices[0][0]
            field.widget = forms.HiddenInput()


class MappingForm(Form):
    """A question for each column; for a column whose meaning is kept, how its dates are written or
    what its words mean; and the answers that hold for every row."""

    def __init__(self, *args: Any, register: RegisterImport, told: Told, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register, self.told = register, told
        profile = profile_of(register)
        self._targets = rules.targets(profile)
        self._columns: Mapping[str, Any] = register.mapping.get("columns", {})
        self._always: Mapping[str, str] = register.mapping.get("always", {})
        choices = list(self._choices())
        for number in range(1, register.columns + 1):
            self._add_column(number, choices)
        form = form_for(profile)
        for code in rules.ALWAYS:
            question = form.question(code)
            if code == "jurisdiction" and len(profile.jurisdictions) == 1:
                continue
            self.fields[f"always_{code}"] = forms.ChoiceField(
                label=question.label,
                choices=[
                    ("", gettext("Each row says it")),
                    *((o.code, o.label) for o in question.options if o.code != "not_asked"),
                ],
                initial=self._always.get(code, ""),
                required=False,
            )

    def _choices(self) -> Iterator[tuple[Any, Any]]:
        yield "", gettext("Leave it out")
        groups: dict[str, list[tuple[str, Any]]] = {}
        for target in self._targets.values():
            groups.setdefault(str(target.group), []).append((target.code, target.label))
        yield from groups.items()

    def _add_column(self, number: int, choices: list[tuple[Any, Any]]) -> None:
        heads = self.told.heads
        head = heads[number - 1] if number <= len(heads) else ""
        column = self._columns.get(str(number), {})
        called = {"letter": column_letters(number), "head": head}
        self.fields[f"to_{number}"] = forms.ChoiceField(
            label=gettext("Column %(letter)s: %(head)s") % called
            if head
            else gettext("Column %(letter)s") % called,
            choices=choices,
            initial=column.get("to", ""),
            required=False,
        )
        target = self._targets.get(column.get("to", ""))
        if target is not None and target.dated:
            self.fields[f"dates_{number}"] = forms.ChoiceField(
                label=gettext("How the dates of column %(letter)s are written") % called,
                choices=list(rules.ORDERS.items()),
                initial=column.get("dates", rules.DAY_FIRST),
                required=False,
            )
        if target is not None and target.coded and target.question is not None:
            question = target.question
            options = [
                ("", gettext("Nothing: leave it empty")),
                *((one.code, one.label) for one in question.options),
            ]
            words = column.get("words", {})
            for place, word in enumerate((self.told.words or {}).get(number, ())):
                known = words.get(token_of(rules.plainly(word)))
                means = known if known is not None else rules.meaning_of(question, word)
                self.fields[f"word_{number}_{place}"] = forms.ChoiceField(
                    label=gettext("“%(word)s” in column %(letter)s means")
                    % (called | {"word": word}),
                    choices=options
                    if means is not None
                    else [("?", gettext("Choose what it means")), *options],
                    initial="?" if means is None else means,
                    required=False,
                )

    def columns(self) -> dict[str, dict[str, Any]]:
        """What each column means, as it is kept."""
        told = self.cleaned_data
        found: dict[str, dict[str, Any]] = {}
        for number in range(1, self.register.columns + 1):
            if not (code := told.get(f"to_{number}")):
                continue
            column: dict[str, Any] = {"to": code}
            same = self._columns.get(str(number), {}).get("to") == code
            if same and told.get(f"dates_{number}"):
                column["dates"] = told[f"dates_{number}"]
            if same and (words := self._words(number)):
                column["words"] = words
            found[str(number)] = column
        return found

    def _words(self, number: int) -> dict[str, str]:
        means: dict[str, str] = {}
        for place, word in enumerate((self.told.words or {}).get(number, ())):
            said = self.cleaned_data.get(f"word_{number}_{place}")
            if said is not None and said != "?":
                means[token_of(rules.plainly(word))] = said
        return means

    def always(self) -> dict[str, str]:
        """The answers that hold for every row."""
        return {
            code: said for code in rules.ALWAYS if (said := self.cleaned_data.get(f"always_{code}"))
        }

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each column together, for the page."""
        return [
            {
                "field": self[f"to_{number}"],
                "more": [
                    self[name]
                    for name in self.fields
                    if name == f"dates_{number}" or name.startswith(f"word_{number}_")
                ],
            }
            for number in range(1, self.register.columns + 1)
        ]

    def for_all(self) -> list[Any]:
        """The fields of what holds for every row."""
        return [self[name] for name in self.fields if name.startswith("always_")]
