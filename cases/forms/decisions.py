"""The forms of a decision: the draft, the second person's own grounds and verdict, serving."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.deciding import Content
from cases.models import Case, Decision
from cases.ports import Item
from cases.rules import decisions as rules
from cases.rules.languages import LANGUAGES
from cases.selectors.contact import Contact
from nrm.accounts.models import User
from nrm.forms import ChoiceField, ExactDateField, Form, MultiChoiceField, Option, PartialDate
from nrm.profiles.shape import Decision as Law

YES_NO = (("yes", _("Yes")), ("no", _("No")))


def _box(label: Any, help_text: Any, limit: int, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
    )


class StartForm(forms.Form):
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class VersionForm(forms.Form):
    """For a button that must not act on a version that nobody saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DraftForm(Form):
    """Nothing is required to save; what is missing is told when it is submitted."""

    reveals = {"outcome": {"positive": "grounds_positive", "negative": "grounds_negative"}}
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, law: Law, items: list[Item], limit: int = 15_000, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.law, self.items = law, items
        fields: dict[str, forms.Field] = {
            "outcome": ChoiceField(
                label=_("Outcome"),
                choices=[(o.code, str(o.label)) for o in law.outcomes],
                required=False,
            )
        }
        for outcome in law.outcomes:
            fields[f"grounds_{outcome.code}"] = MultiChoiceField(
                label=_("Grounds"),
                choices=[(g.code, str(g.label)) for g in outcome.grounds],
                required=False,
            )
        for part in rules.REASON_PARTS:
            fields[f"reason_{part.code}"] = _box(part.label, part.help, limit)
        for place, item in enumerate(items):
            fields[f"weight_{place}"] = forms.ChoiceField(
                label=self._item_label(item), choices=rules.WEIGHTS, required=False
            )
        fields["age_basis"] = ChoiceField(
            label=_("How is the person's age known?"), choices=rules.AGE_BASES, required=False
        )
        if "no_delay_request" in law.needs:
            fields["delay_requested"] = ChoiceField(
                label=_("Has the person asked for more time before this decision?"),
                choices=YES_NO,
                required=False,
            )
        if "quorum" in law.needs:
            fields["panel_met_on"] = ExactDateField(
                label=_("When did the panel meet?"), subject=_("The day"), past=True, required=False
            )
            fields["panel_present"] = forms.IntegerField(
                label=_("How many members were present?"),
                min_value=1,
                max_value=99,
                required=False,
                widget=forms.TextInput(
                    attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}
                ),
            )
            fields["quorum"] = ChoiceField(
                label=_("Was that the quorum?"), choices=YES_NO, required=False
            )
        fields["no_conflict"] = forms.BooleanField(
            label=_("I have no conflict of interest in this case"),
            help_text=_(
                "You know neither the person nor anybody accused, and gain nothing from the answer."
            ),
            required=False,
        )
        self.fields |= fields

    @staticmethod
    def _item_label(item: Item) -> str:
        dated = f", {item.dated}" if item.dated else ""
        return f"{item.label}{dated}"

    @staticmethod
    def initial_of(
        decision: Decision, reasons: dict[str, str], items: list[Item]
    ) -> dict[str, Any]:
        """What the form begins with: what the draft says."""
        answers = decision.answers
        weights = answers.get("weights") or {}
        met_on = answers.get("panel_met_on")
        return {
            "version": decision.version,
            "outcome": decision.outcome,
            f"grounds_{decision.outcome}": decision.grounds,
            **{f"reason_{code}": text for code, text in reasons.items()},
            **{f"weight_{n}": weights.get(item.id, "read") for n, item in enumerate(items)},
            "age_basis": answers.get("age_basis", ""),
            "delay_requested": answers.get("delay_requested", ""),
            "panel_met_on": PartialDate.parse(met_on) if met_on else None,
            "panel_present": answers.get("panel_present"),
            "quorum": answers.get("quorum", ""),
            "no_conflict": decision.conflicts_declared,
        }

    def content(self) -> Content:
        """What the author wrote, for the action."""
        said = self.cleaned_data
        answers: dict[str, Any] = {
            name: said[name]
            for name in ("age_basis", "delay_requested", "panel_present", "quorum")
            if said.get(name)
        }
        if said.get("panel_met_on"):
            answers["panel_met_on"] = said["panel_met_on"].isoformat()
        if self.items:
            answers["weights"] = {
                item.id: said.get(f"weight_{place}") or "read"
                for place, item in enumerate(self.items)
            }
        outcome = said.get("outcome", "")
        return Content(
            outcome=outcome,
            grounds=tuple(said.get(f"grounds_{outcome}") or ()),
            reasons={part.code: said.get(f"reason_{part.code}", "") for part in rules.REASON_PARTS},
            answers=answers,
            no_conflict=bool(said.get("no_conflict")),
        )

    # Groups, for the page.
    def _group(self, *prefixes: str) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(prefixes)]

    @property
    def reasons(self) -> list[Any]:
        return self._group("reason_")

    @property
    def weights(self) -> list[Any]:
        return self._group("weight_")

    @property
    def on_file(self) -> list[Any]:
        return self._group("age_basis", "delay_requested", "panel_", "quorum")


class OwnGroundsForm(Form):
    """The first step of reading a decision: what the reader would decide themselves."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    own_outcome = ChoiceField(label=_("What would you decide?"), required=False)
    own_grounds = _box(
        _("Your own grounds"),
        _("In your own words, before you see what else you can do. Your text is kept."),
        5_000,
    )
    no_conflict = forms.BooleanField(
        label=_("I have no conflict of interest in this case"), required=False
    )

    def __init__(self, *args: Any, law: Law, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_outcome"].choices = [(o.code, str(o.label)) for o in law.outcomes]


class VerdictForm(Form):
    """The second step: agree, return or pass on, each by a button of its own."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        choices=[
            (rules.AGREE, _("I agree: make the decision")),
            (rules.RETURN, _("Return it to its author")),
            (rules.ESCALATE, _("Pass it on to another supervisor")),
        ],
        widget=forms.HiddenInput,
        error_messages={"required": _("Select whether you agree, return it or pass it on")},
    )
    to = forms.ChoiceField(label=_("Which supervisor?"), required=False)
    reasons = _box(
        _("Reasons"), _("Needed where you return it or pass it on. The author reads this."), 5_000
    )

    def __init__(self, *args: Any, readers: Callable[[], list[User]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._readers = readers
        self.fields["to"].choices = self._choices

    @cached_property
    def readers(self) -> dict[str, User]:
        """To whom it could be passed on, by id. Asked for where somebody is to be chosen only."""
        return {str(user.pk): user for user in self._readers()}

    def _choices(self) -> list[tuple[str, Any]]:
        return [
            ("", _("Choose")),
            *((pk, user.display_name) for pk, user in self.readers.items()),
        ]


class ServingForm(Form):
    served_on = ExactDateField(
        label=_("When did the person receive it?"),
        help_text=_("The day it reached them, not the day it was sent."),
        subject=_("The day"),
        past=True,
        required=False,
    )
    channel = ChoiceField(label=_("How did it reach them?"), required=False)
    language = forms.ChoiceField(label=_("In which language?"), required=False)

    def __init__(self, *args: Any, case: Case, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [
            (code, Option(label, hint=self._hint(code, contact)))
            for code, label in rules.SERVING_CHANNELS
        ]
        self.fields["language"].choices = [
            ("", _("Choose")),
            *sorted(
                ((code, str(label)) for code, label in LANGUAGES.labels.items()),
                key=lambda pair: pair[1],
            ),
        ]
        self.initial.setdefault("language", case.language)

    @staticmethod
    def _hint(code: str, contact: Contact) -> Any:
        if code == rules.NOMINATED:
            return _("Only while their permission to this is on file, under people and consent")
        if code not in rules.BY_CARD:
            return ""
        if contact.is_safe(code):
            return _("Marked as safe on the safe-contact card")
        return _("Not marked as safe on the safe-contact card: it cannot be used")
