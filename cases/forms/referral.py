"""Forms of the referral, made from its description: one form a page. A form only translates between
what a browser sends and `answers`; the rules say what may be kept."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from cases.rules.countries import COUNTRIES
from cases.rules.languages import LANGUAGES
from cases.rules.lists import Names
from cases.rules.referral_form import Page, Question, shape
from cases.rules.referral_form.reasons import WHY
from nrm.accounts.models import Organisation, User
from nrm.forms import (
    NOT_ANSWERED,
    ChoiceField,
    ExactDateField,
    Form,
    MultiChoiceField,
    Option,
    PartialDateField,
)

_WORDS_FOR_NO_ANSWER = dict(NOT_ANSWERED)
_OFF = {"autocomplete": "off"}


class NamedField(forms.CharField):
    """A country or language by its name, with the list beside it. Cleans to its code."""

    def __init__(self, *, names: Names, listed_as: str, unknown: Any, **more: Any) -> None:
        self.names, self.unknown = names, unknown
        attrs = {**_OFF, "list": listed_as, "class": "govuk-!-width-two-thirds"}
        super().__init__(max_length=100, widget=forms.TextInput(attrs=attrs), **more)

    def prepare_value(self, value: Any) -> Any:
        return self.names.name_of(value) if value in self.names.labels else value

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        code = self.names.code_of(typed) if typed else ""
        if typed and not code:
            raise ValidationError(self.unknown, code="unknown", params={"typed": typed[:60]})
        return code


class NamesField(forms.CharField):
    """Several countries, one on each line. Cleans to their codes."""

    def __init__(self, *, names: Names, unknown: Any, **more: Any) -> None:
        self.names, self.unknown = names, unknown
        widget = forms.Textarea(attrs={**_OFF, "rows": 3, "class": "govuk-!-width-two-thirds"})
        super().__init__(widget=widget, **more)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(self.names.name_of(code) for code in value)
        return value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        codes = [(line, self.names.code_of(line)) for line in lines]
        unknown = [
            ValidationError(self.unknown, code="unknown", params={"typed": line[:60]})
            for line, code in codes
            if not code
        ]
        if unknown:
            raise ValidationError(unknown)
        return list(dict.fromkeys(code for _line, code in codes))


UNKNOWN_COUNTRY = gettext_lazy(
    "“%(typed)s” is not in the list of countries. Choose one from the list, or leave it out"
)
UNKNOWN_LANGUAGE = gettext_lazy(
    "“%(typed)s” is not in the list of languages. Choose one from the list, or leave it out"
)


class LanguageField(NamedField):
    """A language by its name. Cleans to its code."""

    def __init__(self, **more: Any) -> None:
        super().__init__(names=LANGUAGES, listed_as="languages", unknown=UNKNOWN_LANGUAGE, **more)


# From a question to a field ----------------------------------------------------------------------
def _choices(question: Question) -> list[tuple[str, Any]]:
    exclusive = question.kind == shape.CHOICES
    own = [(o.code, Option(o.label, hint=str(o.help) or "")) for o in question.options]
    none = [
        (code, Option(_WORDS_FOR_NO_ANSWER[code], exclusive=exclusive))
        for code in question.no_answer
    ]
    return own + none


def _field(question: Question, *, required: bool) -> forms.Field:
    more: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        "required": required and bool(question.needed_on),
    }
    if question.missing:
        more["error_messages"] = {"required": question.missing}
    kind = question.kind
    if kind in (shape.CHOICE, shape.YES_NO):
        return ChoiceField(choices=lambda: _choices(question), **more)
    if kind == shape.CHOICES:
        return MultiChoiceField(choices=lambda: _choices(question), **more)
    if kind == shape.COUNTRY:
        return NamedField(names=COUNTRIES, listed_as="countries", unknown=UNKNOWN_COUNTRY, **more)
    if kind == shape.LANGUAGE:
        return LanguageField(**more)
    if kind == shape.COUNTRIES:
        return NamesField(names=COUNTRIES, unknown=UNKNOWN_COUNTRY, **more)
    if kind == shape.PARTIAL_DATE:
        return PartialDateField(
            subject=gettext_lazy("This date"), past=question.past, not_known=True, **more
        )
    if kind == shape.DATE:
        return ExactDateField(subject=gettext_lazy("This date"), past=question.past, **more)
    if kind == shape.NUMBER:
        attrs = {"class": "govuk-input--width-3", "inputmode": "numeric", **_OFF}
        return forms.IntegerField(
            min_value=0, max_value=question.at_most, widget=forms.TextInput(attrs=attrs), **more
        )
    if kind == shape.EMAIL:
        widget: forms.Widget = forms.EmailInput(attrs={**_OFF, "spellcheck": "false"})
        return forms.EmailField(max_length=question.limit, widget=widget, **more)
    if kind == shape.TELEPHONE:
        widget = forms.TextInput(attrs={"type": "tel", "class": "govuk-input--width-20", **_OFF})
    elif kind == shape.LONG_TEXT:
        widget = forms.Textarea(attrs={"rows": 4, **_OFF})
    else:
        widget = forms.TextInput(attrs=_OFF)
    return forms.CharField(max_length=question.limit, widget=widget, **more)


class PageForm(Form):
    """The answers to one page, and the version of the draft at which they were read."""

    legend_size = "s"
    page: Page
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, page: Page, data: Any = None, *, answers: Mapping[str, Any], **more: Any
    ) -> None:
        """`more` are version and submission_key; with `needed` false, a page may lack what sending
        needs."""
        self.page = page
        self.asked = {q.code: q for q in page.questions if not q.fixed}
        needed = bool(more.pop("needed", True))
        self.reveals = {q.code: dict([q.reveal]) for q in self.asked.values() if q.reveal}
        super().__init__(data, initial={**answers, **more})
        hidden = {name: self.fields.pop(name) for name in ("version", "submission_key")}
        for code, question in self.asked.items():
            self.fields[code] = _field(question, required=needed)
            self.fields[code].why = WHY.get(code, "")  # type: ignore[attr-defined]
        if page.left_empty:
            self.fields[page.left_empty] = ChoiceField(
                label=gettext_lazy("If you left something empty, why?"),
                choices=NOT_ANSWERED,
                required=False,
            )
        self.fields.update(hidden)

    def answers(self) -> dict[str, Any]:
        """What was answered, as the rules and the draft have it."""
        return {
            code: _answer(self.cleaned_data[code])
            for code in [*self.asked, *filter(None, [self.page.left_empty])]
            if self.cleaned_data.get(code) not in (None, "", [])
        }


def _answer(value: Any) -> Any:
    return value if isinstance(value, str | int | list) else str(value)


def new_item() -> str:
    """The id of one more of a repeated part."""
    return uuid4().hex


@cache
def listed(language: str, which: str) -> list[str]:
    """The names of a list (countries or languages) in the reader's language, in its order."""
    names = COUNTRIES if which == "countries" else LANGUAGES
    return [name for _code, name in names.in_order()]


def lists_for(page: Page, language: str) -> dict[str, list[str]]:
    """The lists of names that the fields of the page offer while one types."""
    kinds = {q.kind for q in page.questions if not q.fixed}
    wanted = {"countries": shape.COUNTRY, "languages": shape.LANGUAGE}
    return {which: listed(language, which) for which, kind in wanted.items() if kind in kinds}


# Other forms -------------------------------------------------------------------------------------
class StartForm(Form):
    """For which organisation, where somebody refers for several."""

    organisation = ChoiceField(
        label=gettext_lazy("For which organisation?"),
        error_messages={
            "required": gettext_lazy("Select the organisation for which you make the referral")
        },
    )

    def __init__(self, data: Any = None, *, organisations: list[Organisation]) -> None:
        super().__init__(data)
        self.teams = {str(team.pk): team for team in organisations}
        field = self.fields["organisation"]
        field.choices = [(key, team.name) for key, team in self.teams.items()]  # type: ignore[attr-defined]
        if len(self.teams) == 1:
            del self.fields["organisation"]

    @property
    def team(self) -> Organisation:
        if len(self.teams) == 1:
            return next(iter(self.teams.values()))
        return self.teams[self.cleaned_data["organisation"]]


class HandOverForm(Form):
    """Who goes on with the draft."""

    page_heading = "to"
    to = ChoiceField(
        label=gettext_lazy("Who will go on with this referral?"),
        help_text=gettext_lazy("They are told in their inbox. You can still open it yourself."),
        error_messages={"required": gettext_lazy("Select who will go on with it")},
    )

    def __init__(self, data: Any = None, *, colleagues: list[User]) -> None:
        super().__init__(data)
        self.colleagues = {str(user.pk): user for user in colleagues}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (key, user.display_name) for key, user in self.colleagues.items()
        ]

    @property
    def chosen(self) -> User:
        return self.colleagues[self.cleaned_data["to"]]
