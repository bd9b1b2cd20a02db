"""The forms by which a bundle for a court is prepared, approved or returned, and recalled."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.actions.court import Wanted
from cases.models.court import RECALL_REASONS, ReturnReason
from cases.models.redaction import Ground, Removed
from cases.rules.court import IN, LONGEST_WORDS, MOST_WORDS, BlackOut
from nrm.forms import BoundField, ChoiceField, Form

_GROUND = "ground:"
_ROWS = 4  # to black out: at least so many, and as many more as are filled in


class CourtForm(Form):
    """Of each part and document it is said whether it goes into the bundle; nothing is chosen to
    begin with."""

    recipient = ChoiceField(
        label=_("Who is it for?"), error_messages={"required": _("Select who it is for")}
    )
    rests_on = ChoiceField(
        label=_("On what does it rest?"),
        error_messages={"required": _("Select the consent or the lawful ground that it rests on")},
    )

    def __init__(
        self, data: Any = None, *, recipients: Any, consents: Any, grounds: Any, items: Any
    ) -> None:
        super().__init__(data)
        self.fields["recipient"].choices = recipients
        lawful = [(f"{_GROUND}{code}", label) for code, label in grounds]
        self.fields["rests_on"].choices = [*consents, *lawful]
        self._items = list(items)
        decisions = [("", _("Select")), (IN, _("It goes into the bundle"))]
        decisions += [(code, _left_out(label)) for code, label in Ground.choices]
        unsaid = gettext("“%(part)s”: select whether it goes into the bundle, or why not")
        for code, label in items:
            self.fields[f"item_{code}"] = forms.ChoiceField(
                label=label,
                choices=decisions,
                # The part is named: at the top of the page these stand below one another.
                error_messages={"required": unsaid % {"part": label}},
            )
        self._rows = range(1, _rows_of(data) + 1)
        kinds = [("", _("Select")), *Removed.choices]
        reasons = [("", _("Select")), *Ground.choices]
        for row in self._rows:
            self.fields[f"words_{row}"] = forms.CharField(
                label=_("Words"),
                max_length=LONGEST_WORDS,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self.fields[f"removed_{row}"] = forms.ChoiceField(
                label=_("What they say"), choices=kinds, required=False
            )
            self.fields[f"ground_{row}"] = forms.ChoiceField(
                label=_("Why"), choices=reasons, required=False
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for row in self._rows:
            if not told.get(f"words_{row}"):
                continue
            if not told.get(f"removed_{row}"):
                self.add_error(f"removed_{row}", gettext("Select what is blacked out"))
            if not told.get(f"ground_{row}"):
                self.add_error(f"ground_{row}", gettext("Select why something is blacked out"))
        return told

    def head(self) -> list[BoundField]:
        """Who it is for, and what it rests on."""
        return [self["recipient"], self["rests_on"]]

    def choices(self) -> list[BoundField]:
        """What goes into it, and what not."""
        return [self[f"item_{code}"] for code, _label in self._items]

    def black(self) -> list[list[BoundField]]:
        """The rows of what is blacked out."""
        return [
            [self[f"{name}_{row}"] for name in ("words", "removed", "ground")] for row in self._rows
        ]

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        lawful = told["rests_on"].startswith(_GROUND)
        return Wanted(
            recipient=told["recipient"],
            consent=None if lawful else UUID(told["rests_on"]),
            ground=told["rests_on"].removeprefix(_GROUND) if lawful else "",
            choices={code: told[f"item_{code}"] for code, _label in self._items},
            black=tuple(
                BlackOut(told[f"words_{row}"], told[f"removed_{row}"], told[f"ground_{row}"])
                for row in self._rows
                if told[f"words_{row}"]
            ),
        )


def _left_out(label: Any) -> str:
    return gettext("Left out: %(why)s") % {"why": str(label)[:1].lower() + str(label)[1:]}


def _rows_of(data: Any) -> int:
    filled = [row for row in range(1, MOST_WORDS + 1) if data and data.get(f"words_{row}")]
    return min(MOST_WORDS, max([_ROWS, *(row + 2 for row in filled)]))


class ReturnForm(Form):
    """Stands beside the form of a recall, on one page."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_return_%s")

    because = ChoiceField(
        label=_("Why is it returned?"),
        choices=ReturnReason.choices,
        error_messages={"required": _("Select why it is returned")},
    )


class RecallCourtForm(Form):
    because = ChoiceField(
        label=_("Why is it recalled?"),
        choices=[(one.value, one.label) for one in RECALL_REASONS],
        error_messages={"required": _("Select why it is recalled")},
    )
