"""The forms of a matter: one for recording it, and one for each part of its page."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Matter
from cases.models.case import AgeStatus
from cases.models.matter import (
    Consequence,
    Custody,
    HearingKind,
    Interpreter,
    MatterKind,
    MatterOutcome,
    MatterStage,
    Representation,
    Review,
)
from cases.rules.matters import LONGEST, NEED, NOT_EXCLUDED, fields_of, words_of
from nrm.forms import ChoiceField, ExactDateField, Form, PartialDate, PartialDateField

_NOT_SAID = [("", _("Not known yet"))]
_CHOICES: dict[str, tuple[Any, Any]] = {
    "kind": (_("What kind of thing is it?"), MatterKind),
    "age_status": (_("How old was the person then?"), AgeStatus),
    "stage": (_("How far has it gone?"), MatterStage),
    "custody": (_("Is the person held because of it?"), Custody),
    "hearing": (_("What is the next hearing?"), HearingKind),
    "interpreter": (_("An interpreter for the hearing"), Interpreter),
    "representation": (_("A lawyer"), Representation),
    "outcome": (_("How did it end?"), MatterOutcome),
    "consequence": (_("What does it mean for their right to stay?"), Consequence),
    "review": (_("Looking at an old conviction again"), Review),
}
_NEEDED = {
    "kind": _("Select what kind of thing it is"),
    "stage": _("Select how far it has gone"),
}
_NOTHING = {
    "outcome": _("It has not ended"),
    "review": _("Nothing was asked for"),
}
_DAYS: dict[str, tuple[Any, Any]] = {
    "stage_on": (_("Since when?"), ""),
    "custody_until": (_("Until when may the person be held?"), _("The last day of the limit.")),
    "hearing_on": (
        _("When is the next hearing?"),
        _("Enter the new day when a hearing is moved; take it out when there is none."),
    ),
    "outcome_on": (_("When did it end?"), ""),
}
_WORDS: dict[str, tuple[Any, Any]] = {
    "offence": (
        _("What is the person accused of?"),
        _("The offence with its law and section. Write the pseudonym, not the name."),
    ),
    "place": (_("Where was it?"), ""),
    "characteristics": (
        _("What about the person matters for it?"),
        _("Age, sex, a physical or mental illness, a disability."),
    ),
    "officer": (_("Who deals with it there?"), ""),
    "their_reference": (
        _("Their reference"),
        _("By this they know the person: a notice to them has no name."),
    ),
    "representative": (_("The lawyer, and how to reach them"), ""),
    "outcome_words": (_("What was said about the outcome"), ""),
}
_ONE_LINE = {"place", "officer", "their_reference"}
PART_TITLES = {
    "act": _("What happened"),
    "law": _("Why they should not be punished"),
    "proceedings": _("How far it has gone"),
    "outcome": _("How it ended, and after"),
}


def questions(case: Case) -> dict[str, str]:
    """Each question of a matter in words, by its name."""
    law = case.profile.non_punishment
    told = {name: str(label) for name, (label, _more) in {**_CHOICES, **_DAYS, **_WORDS}.items()}
    told |= {NEED + code: str(need.label) for code, need in law.needs.items()}
    told["acted_on"] = gettext("When was it?")
    told["age_years"] = gettext("Their age then, in years")
    told["episode"] = gettext("Which episode of exploitation does it belong to?")
    told["exclusion"] = gettext("Is the offence one of those excluded?")
    told["basis"] = gettext("On which ground do you rest the request?")
    told["agency"] = gettext("Who decides about it?")
    return told


# What was answered, where it is read and not asked.
_READ = {
    "kind": _("Kind"),
    "offence": _("Accused of"),
    "place": _("Where"),
    "acted_on": _("When"),
    "age_status": _("Age then"),
    "age_years": _("Age then, in years"),
    "episode": _("Episode of exploitation"),
    "exclusion": _("Excluded offence"),
    "basis": _("Ground in law"),
    "characteristics": _("What matters about the person"),
    "stage": _("Stands at"),
    "stage_on": _("Since"),
    "agency": _("Decided by"),
    "custody": _("Held"),
    "custody_until": _("Time limit of custody"),
    "hearing": _("Next hearing"),
    "hearing_on": _("Day of the hearing"),
    "interpreter": _("Interpreter"),
    "representation": _("Lawyer"),
    "officer": _("Contact there"),
    "their_reference": _("Reference of the agency"),
    "representative": _("The lawyer"),
    "outcome": _("Ended"),
    "outcome_on": _("Ended on"),
    "outcome_words": _("What was said"),
    "consequence": _("Right to stay"),
    "review": _("Review of a conviction"),
}


def headings(case: Case) -> dict[str, str]:
    """Each answer's heading, by the name of its question."""
    return questions(case) | {name: str(label) for name, label in _READ.items()}


class MatterForm(Form):
    """The questions of the parts that are named, with what stands there already."""

    def __init__(
        self,
        *args: Any,
        case: Case,
        parts: tuple[str, ...],
        row: Matter | None = None,
        told: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        law = case.profile.non_punishment
        self.names = tuple(name for part in parts for name in fields_of(part, law))
        words = words_of(law)
        asked = questions(case)
        for name in self.names:
            made = self._words(name, case) if name in words else self._coded(name, case)
            if made is None:
                continue
            made.label = asked[name]
            self.fields[name] = made
            if row is not None:
                self.initial.setdefault(name, _initial(row, told or {}, name))
        if row is not None:
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=row.version
            )

    def _words(self, name: str, case: Case) -> forms.Field:
        needs = case.profile.non_punishment.needs
        help_text = _WORDS[name][1] if name in _WORDS else str(needs[name.removeprefix(NEED)].help)
        off = {"autocomplete": "off"}
        widget: forms.Widget = (
            forms.TextInput(attrs=off)
            if name in _ONE_LINE
            else forms.Textarea(attrs={**off, "rows": 4})
        )
        more: dict[str, Any] = {}
        if name == "offence":
            more["error_messages"] = {"required": _("Enter what the person is accused of")}
        return forms.CharField(
            max_length=200 if name in _ONE_LINE else LONGEST,
            widget=widget,
            help_text=help_text,
            required=name == "offence",
            **more,
        )

    def _coded(self, name: str, case: Case) -> forms.Field | None:
        if name in _CHOICES:
            choices = list(_CHOICES[name][1].choices)
            if name in _NEEDED:
                return ChoiceField(choices=choices, error_messages={"required": _NEEDED[name]})
            none = [("", _NOTHING[name])] if name in _NOTHING else _NOT_SAID
            return ChoiceField(choices=[*none, *choices], required=False)
        if name in _DAYS:
            past = name in ("stage_on", "outcome_on")
            return ExactDateField(help_text=_DAYS[name][1], required=False, past=past)
        if name == "acted_on":
            return PartialDateField(subject=_("This date"), past=True, required=False)
        if name == "age_years":
            return forms.IntegerField(
                min_value=0,
                max_value=120,
                required=False,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}
                ),
            )
        return self._of_the_case(name, case)

    def _of_the_case(self, name: str, case: Case) -> forms.Field | None:
        law = case.profile.non_punishment
        if name == "episode":
            known = [
                (str(one.pk), gettext("Episode %(number)d") % {"number": one.position})
                for one in case.episodes.all()
            ]
            if not known:
                return None
            return ChoiceField(choices=[*_NOT_SAID, *known], required=False)
        if name == "exclusion":
            if not law.exclusions:
                return None
            none = [("", _("Nobody has looked yet")), (NOT_EXCLUDED, _("No, none of these"))]
            excluded = [(one.code, str(one.label)) for one in law.exclusions]
            return ChoiceField(choices=[*none, *excluded], required=False)
        if name == "basis":
            bases = [(one.code, str(one.label)) for one in law.bases]
            return ChoiceField(choices=[("", _("None is chosen yet")), *bases], required=False)
        agencies = [(one.code, str(one.label)) for one in law.notify]
        return ChoiceField(choices=[*_NOT_SAID, *agencies], required=False)

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        told = {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}
        if "acted_on" in told:
            told["acted_on"] = str(told["acted_on"]) if told["acted_on"] else ""
        if "episode" in told:
            told["episode"] = UUID(told["episode"]) if told["episode"] else None
        return told


def _initial(row: Matter, told: dict[str, str], name: str) -> Any:
    if name == "episode":
        return str(row.episode_id or "")
    if name == "acted_on":
        return PartialDate.parse(row.acted_on) if row.acted_on else None
    return told.get(name, "") if not hasattr(row, name) else getattr(row, name)


class RaiseForm(MatterForm):
    """What is needed to begin with; the rest is added later."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, parts=("act",), **kwargs)
        for name in ("stage", "hearing", "hearing_on"):
            made = self._coded(name, case)
            assert made is not None
            made.label = questions(case)[name]
            self.fields[name] = made
        self.names = (*self.names, "stage", "hearing", "hearing_on")
        for name in ("place", "episode", "age_years"):
            self.fields.pop(name, None)
        self.fields["submission_key"] = forms.UUIDField(widget=forms.HiddenInput)
