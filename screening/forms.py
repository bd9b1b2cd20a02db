"""What the workbench asks. Each form saves one thing; the actions decide what may be saved."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Document, Episode
from cases.models.case import AgeStatus
from cases.selectors.documents import title_of as title_of_document
from nrm.forms import ChoiceField, Form, MultiChoiceField, PartialDateField
from nrm.profiles import Profile
from screening.actions import MOST_TEXT, FoundEpisode, Item
from screening.models import EvidenceSource, HeardBy, IndicatorState, Interpreter
from screening.selectors import EvidenceItem, Pair, Row, title_of

NOT_RECORDED = ("", _("Not recorded"))


def key_field() -> forms.UUIDField:
    """The key of one submission: sent twice, it saves once."""
    return forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)


def version_field() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


def _episodes(episodes: Iterable[Episode], profile: Profile) -> list[tuple[str, Any]]:
    return [(str(episode.pk), title_of(episode, profile)) for episode in episodes]


class EvidenceForm(Form):
    """One item of evidence."""

    source = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=[("", _("Select")), *EvidenceSource.choices],
        error_messages={"required": _("Select where this comes from")},
    )
    text = forms.CharField(
        label=_("What was said, seen or received"),
        help_text=_("In the person's own words where you have them. Facts, not conclusions."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MOST_TEXT,
        error_messages={"required": _("Enter what was said, seen or received")},
    )
    dated = PartialDateField(
        label=_("When"),
        help_text=_("The year is enough. For example, 3 2026."),
        subject=_("The date"),
        past=True,
        required=False,
    )
    heard_by = forms.ChoiceField(
        label=_("Who heard or received it"),
        choices=[NOT_RECORDED, *HeardBy.choices],
        required=False,
    )
    interpreter = forms.ChoiceField(
        label=_("Interpreter"), choices=[NOT_RECORDED, *Interpreter.choices], required=False
    )
    episode = forms.ChoiceField(label=_("Which episode"), required=False)
    document = forms.ChoiceField(label=_("Which document it is in"), required=False)
    reliability = forms.CharField(
        label=_("How far it can be relied on (optional)"),
        help_text=_("For example, a copy, a tired interpreter, a companion in the room."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MOST_TEXT,
        required=False,
    )
    key = key_field()
    version = version_field()

    def __init__(
        self,
        *args: Any,
        episodes: Iterable[Episode],
        profile: Profile,
        documents: Iterable[Document],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        choices = [("", _("All episodes, or not known")), *_episodes(episodes, profile)]
        self.fields["episode"].choices = choices  # type: ignore[attr-defined]
        if kept := [(str(one.pk), title_of_document(one)) for one in documents]:
            self.fields["document"].choices = [("", _("In none")), *kept]  # type: ignore[attr-defined]
        else:
            del self.fields["document"]

    @staticmethod
    def values_of(item: EvidenceItem) -> dict[str, Any]:
        """What is saved, as the form shows it."""
        row = item.row
        return {
            "source": row.source,
            "text": item.text,
            "dated": row.dated,
            "heard_by": row.heard_by,
            "interpreter": row.interpreter,
            "episode": str(row.episode_id or ""),
            "document": str(row.document_id or ""),
            "reliability": item.reliability,
            "version": row.version,
        }

    def item(self) -> Item:
        told = self.cleaned_data
        return Item(
            source=told["source"],
            text=told["text"],
            dated=str(told["dated"] or ""),
            heard_by=told["heard_by"],
            interpreter=told["interpreter"],
            reliability=told["reliability"],
            episode=UUID(told["episode"]) if told["episode"] else None,
            document=UUID(told["document"]) if told.get("document") else None,
        )


class FindingForm(Form):
    """What is found of one indicator in one episode, and on which evidence."""

    legend_size = "s"

    state = ChoiceField(
        label=_("What is found"),
        choices=[*IndicatorState.choices, ("", _("Not looked at yet"))],
        required=False,
    )
    evidence = MultiChoiceField(label=_("The evidence for it"), required=False)
    version = version_field()

    def __init__(self, *args: Any, items: Iterable[EvidenceItem], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["evidence"].choices = [  # type: ignore[attr-defined]
            (str(item.id), f"{item.number}. {item.row.get_source_display()}: {_start(item.text)}")
            for item in items
        ]

    @staticmethod
    def values_of(row: Row) -> dict[str, Any]:
        return {
            "state": row.state,
            "evidence": [str(item.id) for item in row.evidence],
            "version": row.version,
        }


def _start(text: str, most: int = 80) -> str:
    """The beginning of a text, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + " …"


PUT_TO_PERSON = [
    ("yes", _("Yes")),
    ("no", _("No, on purpose")),
    ("", _("Not yet")),
]
_PUT = {"yes": True, "no": False, "": None}
_PUT_BACK = {value: key for key, value in _PUT.items()}


class ExplanationForm(Form):
    """What the screener makes of two items that disagree."""

    legend_size = "s"

    explanation = forms.CharField(
        label=_("What you think happened, and why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MOST_TEXT,
        required=False,
    )
    put_to_person = ChoiceField(
        label=_("Was it put to the person?"), choices=PUT_TO_PERSON, required=False
    )
    version = version_field()

    @staticmethod
    def values_of(pair: Pair) -> dict[str, Any]:
        return {
            "explanation": pair.explanation,
            "put_to_person": _PUT_BACK[pair.row.put_to_person],
            "version": pair.row.version,
        }

    def told(self) -> dict[str, Any]:
        return {
            "explanation": self.cleaned_data["explanation"],
            "put_to_person": _PUT[self.cleaned_data["put_to_person"]],
        }


class ContradictionForm(ExplanationForm):
    """Two items that disagree: the one it began from, and another."""

    first = forms.UUIDField(widget=forms.HiddenInput)
    second = ChoiceField(
        label=_("Which item does it disagree with?"),
        error_messages={"required": _("Select the item that it disagrees with")},
    )

    field_order = ["second", "explanation", "put_to_person"]

    def __init__(
        self, *args: Any, first: EvidenceItem, items: Iterable[EvidenceItem], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        del self.fields["version"]
        self.fields["second"].choices = [  # type: ignore[attr-defined]
            (
                str(item.id),
                f"{item.number}. {item.row.get_source_display()}: {_start(item.text, 160)}",
            )
            for item in items
            if item.id != first.id
        ]

    def told(self) -> dict[str, Any]:
        pair = {name: self.cleaned_data[name] for name in ("first", "second")}
        return {**super().told(), "first": pair["first"], "second": UUID(pair["second"])}


class EpisodeForm(Form):
    """An episode that the referral did not tell of."""

    legend_size = "s"

    types = MultiChoiceField(
        label=_("What kind of exploitation was it?"),
        error_messages={"required": _("Select what kind of exploitation it was")},
    )
    place = ChoiceField(label=_("Where was it?"), required=False)
    countries = forms.CharField(
        label=_("Countries"),
        help_text=_("With commas between them."),
        required=False,
        max_length=300,
    )
    began = PartialDateField(
        label=_("When did it begin?"),
        help_text=_("The year is enough. Leave it empty if it is not known."),
        subject=_("The beginning"),
        past=True,
        required=False,
    )
    ended = PartialDateField(
        label=_("When did it end?"),
        help_text=_("Leave it empty if it has not ended, or if it is not known."),
        subject=_("The end"),
        past=True,
        required=False,
    )
    age_then_status = ChoiceField(
        label=_("How old was the person then?"),
        choices=[("", _("As the case says")), *AgeStatus.choices],
        required=False,
    )
    age_then_years = forms.IntegerField(
        label=_("Age in years then, if told"),
        min_value=0,
        max_value=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )
    key = key_field()

    def __init__(self, *args: Any, profile: Profile, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["types"].choices = profile.choices("exploitation_types")  # type: ignore[attr-defined]
        self.fields["place"].choices = profile.choices("places")  # type: ignore[attr-defined]

    def found(self) -> FoundEpisode:
        told = self.cleaned_data
        countries = (part.strip() for part in told["countries"].split(","))
        return FoundEpisode(
            types=tuple(told["types"]),
            place=told["place"],
            countries=tuple(country for country in countries if country),
            began=str(told["began"] or ""),
            ended=str(told["ended"] or ""),
            age_then_status=told["age_then_status"],
            age_then_years=told["age_then_years"],
        )


class AgeThenForm(Form):
    """Whether the person was a child in this episode."""

    age_then = forms.ChoiceField(
        label=_("How old was the person then?"),
        choices=[("", _("As the case says")), *AgeStatus.choices],
        required=False,
    )
    before = forms.CharField(widget=forms.HiddenInput, required=False)


class CompletionForm(Form):
    """The screener's own view of the result."""

    legend_size = "m"
    reveals = {"view": {"differs": "differs"}}

    view = ChoiceField(
        label=_("Is this how you see it?"),
        choices=[("agrees", _("Yes")), ("differs", _("No, I see it differently"))],
        error_messages={"required": _("Select whether you see it this way")},
    )
    differs = forms.CharField(
        label=_("Why do you see it differently?"),
        help_text=_("The result advises. Your reasons go to the person who decides."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MOST_TEXT,
        required=False,
    )
    version = version_field()

    def told(self) -> dict[str, Any]:
        agrees = self.cleaned_data["view"] == "agrees"
        return {
            "agrees": agrees,
            "differs": "" if agrees else self.cleaned_data["differs"],
            "version": self.cleaned_data["version"],
        }
