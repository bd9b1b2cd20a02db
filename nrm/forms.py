"""Form fields, widgets and the renderer that every page shares.

`FORM_RENDERER = "nrm.forms.Renderer"` makes `{{ form }}` and `{{ form.field.as_field_group }}`
come out in the design system, for these fields and for Django's own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from nrm.context import showing_again
from nrm.text import is_seen, seen

NOT_KNOWN = "not_known"
DECLINED = "declined"
NOT_ASKED = "not_asked"

_FIELD_REQUIRED = forms.Field.default_error_messages["required"]


@dataclass(frozen=True)
class Option:
    """A label of a choice with a hint under it.

    `exclusive` is for checkboxes: choosing it unticks the others ("Not known yet").
    """

    label: Any
    hint: Any = ""
    exclusive: bool = False

    def __str__(self) -> str:
        return str(self.label)


NOT_ANSWERED = (
    (NOT_KNOWN, _("Not known yet")),
    (DECLINED, _("Does not want to say")),
    (NOT_ASKED, _("I did not ask")),
)


@dataclass(frozen=True)
class PartialDate:
    """A date of which the day, or the day and the month, may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        datetime.date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Reads what `str()` wrote: 2026, 2026-03 or 2026-03-04. Raises ValueError."""
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def of(cls, date: datetime.date) -> PartialDate:
        return cls(date.year, date.month, date.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def earliest(self) -> datetime.date:
        """The first day that this date can mean."""
        return datetime.date(self.year, self.month or 1, self.day or 1)


# Widgets ----------------------------------------------------------------------------------------


class _WithReveals:
    """Lets one field appear under the choice that calls for it (filled by BoundField)."""

    reveals: Mapping[str, forms.BoundField]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        label = option["label"]
        option["hint"] = getattr(label, "hint", "")
        option["exclusive"] = getattr(label, "exclusive", False)
        option["reveal"] = getattr(self, "reveals", {}).get(str(value))
        return option


class Radios(_WithReveals, forms.RadioSelect):
    """Radio buttons; a choice may reveal one field."""


class Checkboxes(_WithReveals, forms.CheckboxSelectMultiple):
    """Checkboxes; a choice may reveal one field or be exclusive."""


class DateBoxes(forms.MultiWidget):
    """Three boxes for day, month and year, and if asked a checkbox "Not known yet".

    No calendar: people type a date they know, and a calendar widget alone shuts out keyboards
    and screen readers.
    """

    template_name = "forms/widgets/date.html"

    def __init__(self, *, not_known: bool = False, attrs: dict[str, Any] | None = None) -> None:
        self.not_known = not_known
        boxes: dict[str, forms.Widget] = {
            "day": forms.TextInput(attrs={"inputmode": "numeric"}),
            "month": forms.TextInput(attrs={"inputmode": "numeric"}),
            "year": forms.TextInput(attrs={"inputmode": "numeric"}),
        }
        if not_known:
            boxes["not_known"] = forms.CheckboxInput()
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Turns a PartialDate, a date, an ISO string, "not_known" or nothing into the boxes."""
        if value == NOT_KNOWN:
            return [None, None, None, True]
        if isinstance(value, str) and value:
            value = PartialDate.parse(value)
        if isinstance(value, datetime.datetime):
            value = value.date()
        if isinstance(value, datetime.date):
            value = PartialDate.of(value)
        if isinstance(value, PartialDate):
            return [value.day, value.month, value.year, False]
        return [None, None, None, False]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = [_("Day"), _("Month"), _("Year"), _("Not known yet")]
        for box, label in zip(context["widget"]["subwidgets"], labels, strict=False):
            box["label"] = label
        return context


# Fields -----------------------------------------------------------------------------------------


class ChoiceField(forms.ChoiceField):
    """One answer, as radio buttons."""

    widget = Radios
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "required": _("Select one answer"),
        "invalid_choice": _("Select one of the answers shown"),
    }


class MultiChoiceField(forms.MultipleChoiceField):
    """Several answers, as checkboxes. An exclusive option is refused beside others."""

    widget = Checkboxes
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "required": _("Select all that apply"),
        "invalid_choice": _("Select from the answers shown"),
        "exclusive": _("Select what applies, or “%(label)s”, not both"),
    }

    def validate(self, value: Sequence[str]) -> None:
        super().validate(value)
        if len(value) < 2:
            return
        for code, label in self.choices:
            if getattr(label, "exclusive", False) and str(code) in value:
                raise ValidationError(
                    self.error_messages["exclusive"],
                    code="exclusive",
                    params={"label": label},
                )


def _with_not_answered(
    choices: Iterable[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]],
    leave_out: Sequence[str],
    *,
    exclusive: bool,
) -> Callable[[], list[tuple[Any, Any]]]:
    def all_choices() -> list[tuple[Any, Any]]:
        asked = list(choices() if callable(choices) else choices)
        extra = [
            (code, Option(label, exclusive=True) if exclusive else label)
            for code, label in NOT_ANSWERED
            if code not in leave_out
        ]
        return asked + extra

    return all_choices


class NotAskedChoiceField(ChoiceField):
    """One answer, or "Not known yet", "Does not want to say", "I did not ask".

    `leave_out` names codes of those three that make no sense for the question.
    """

    def __init__(
        self,
        *,
        choices: Iterable[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]] = (),
        leave_out: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(choices=_with_not_answered(choices, leave_out, exclusive=False), **kwargs)


class NotAskedMultiChoiceField(MultiChoiceField):
    """Several answers, or exactly one of the three ways of not having one."""

    def __init__(
        self,
        *,
        choices: Iterable[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]] = (),
        leave_out: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(choices=_with_not_answered(choices, leave_out, exclusive=True), **kwargs)


def _month(text: str) -> int:
    """Reads a month as a number or by its name in English or in the language of the page."""
    if text.isdigit():
        return int(text)
    wanted = text.casefold().rstrip(".")
    names = [MONTHS, MONTHS_3, MONTHS_ALT]

    def known() -> Iterator[tuple[str, int]]:
        for table in names:
            for number, name in table.items():
                yield str(name).casefold().rstrip("."), number

    found = dict(known())
    with override("en"):
        found = dict(known()) | found
    if wanted not in found:
        raise ValueError(text)
    return found[wanted]


class _DateBoxesField(forms.Field):
    """What both date fields share: reading the boxes, and saying which part is missing."""

    widget = DateBoxes
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "no_year": _("%(subject)s must include a year"),
        "no_month": _("%(subject)s must include a month"),
        "no_day": _("%(subject)s must include a day"),
        "short_year": _("The year must have 4 numbers"),
        "impossible": _("%(subject)s must be a real date"),
        "future": _("%(subject)s must be today or earlier"),
        "both": _("Enter a date, or select “Not known yet”, not both"),
    }

    def __init__(self, *, subject: Any = None, past: bool = False, **kwargs: Any) -> None:
        self.subject = subject or _("The date")
        self.past = past
        super().__init__(**kwargs)

    def refusal(self, code: str) -> ValidationError:
        return ValidationError(
            self.error_messages[code], code=code, params={"subject": self.subject}
        )

    def read(self, value: Any) -> tuple[PartialDate | None, bool]:
        """Gives the date in the boxes, or None, and whether "Not known yet" is ticked."""
        boxes = value if isinstance(value, list | tuple) else DateBoxes().decompress(value)
        day, month, year = (str(box if box is not None else "").strip() for box in boxes[:3])
        ticked = len(boxes) > 3 and bool(boxes[3])
        if not (day or month or year):
            return None, ticked
        if not year:
            raise self.refusal("no_year")
        if not month and day:
            raise self.refusal("no_month")
        if not year.isdigit():
            raise self.refusal("impossible")
        if len(year) != 4:
            raise self.refusal("short_year")
        try:
            date = PartialDate(
                int(year), _month(month) if month else None, int(day) if day else None
            )
        except ValueError:
            raise self.refusal("impossible") from None
        if self.past and date.earliest > timezone.localdate():
            raise self.refusal("future")
        return date, ticked

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = DateBoxes().decompress(initial)
        return [str(box or "") for box in before[:3]] != [
            str(box or "").strip() for box in (data or before)[:3]
        ]


class PartialDateField(_DateBoxesField):
    """Day, month and year, of which only the year must be known.

    `subject` starts the sentences of its errors ("The date the person arrived"). `past` refuses
    a date after today. Cleans to a PartialDate, to None when left empty, or, with
    `not_known=True`, to "not_known" when that box is ticked.
    """

    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "required": _("Enter a month and year"),
        "required_or_not_known": _("Enter a month and year, or “Not known yet”"),
    }

    def __init__(self, *, not_known: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DateBoxes(not_known=not_known))
        self.not_known = not_known
        super().__init__(**kwargs)

    def clean(self, value: Any) -> PartialDate | str | None:
        date, ticked = self.read(value)
        if date and ticked:
            raise self.refusal("both")
        if self.not_known and ticked:
            return NOT_KNOWN
        if date is None and self.required:
            raise self.refusal("required_or_not_known" if self.not_known else "required")
        return date


class ExactDateField(_DateBoxesField):
    """A whole date in three boxes. Cleans to a datetime.date, or None when left empty."""

    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "required": _("Enter a day, month and year")
    }

    def clean(self, value: Any) -> datetime.date | None:
        date, _ticked = self.read(value)
        if date is None:
            if self.required:
                raise self.refusal("required")
            return None
        if date.month is None:
            raise self.refusal("no_month")
        if date.day is None:
            raise self.refusal("no_day")
        return date.earliest


# Rendering --------------------------------------------------------------------------------------


class BoundField(forms.BoundField):
    """Tells the templates what they cannot work out: kind, sizes, targets, counts."""

    _KINDS: ClassVar[tuple[tuple[type[forms.Widget], str], ...]] = (
        (DateBoxes, "date"),
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Textarea, "textarea"),
        (forms.Select, "select"),
        (forms.FileInput, "file"),
        (forms.PasswordInput, "password"),
        (forms.MultiWidget, "group"),
    )

    @property
    def kind(self) -> str:
        """The part of templates/forms/field.html that draws this field."""
        for widget, kind in self._KINDS:
            if isinstance(self.field.widget, widget):
                return kind
        return "input"

    @property
    def counted(self) -> int | None:
        """The number of characters that the page counts down, if it does."""
        return getattr(self.field, "max_length", None) if self.kind == "textarea" else None

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if self.counted and self.auto_id and not self.field.widget.attrs.get("aria-describedby"):
            described = f"{described or ''} {self.auto_id}-info".strip()
        return described

    @property
    def target_id(self) -> str:
        """The id of the first real control: what a link in the error summary must reach."""
        if self.kind in ("radios", "checkboxes", "date", "group"):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id

    @property
    def is_page_heading(self) -> bool:
        return getattr(self.form, "page_heading", None) == self.name

    @property
    def label_size(self) -> str:
        return "l" if self.is_page_heading else getattr(self.form, "label_size", "s")

    @property
    def legend_size(self) -> str:
        if self.is_page_heading:
            return "l"
        return getattr(self.form, "legend_size", "s" if self.is_small else "m")

    @property
    def is_small(self) -> bool:
        return bool(getattr(self.form, "small", False))

    @property
    def is_revealed(self) -> bool:
        """Whether another field's choice shows this one, so that the form leaves it out."""
        reveals = getattr(self.form, "reveals", {})
        return any(self.name in fields.values() for fields in reveals.values())

    def get_context(self) -> dict[str, Any]:
        """What templates/forms/field.html reads, each asked for once."""
        kind = self.kind
        return {
            "field": self,
            "kind": kind,
            "in_fieldset": kind in ("radios", "checkboxes", "date", "group"),
            "errors": self.errors,
            "help_text": self.help_text,
            "why": getattr(self.field, "why", ""),
            "label": self.label,
            "label_size": self.label_size,
            "legend_size": self.legend_size,
            "is_page_heading": self.is_page_heading,
            "is_small": self.is_small,
            "counted": self.counted,
            "described_by": self.aria_describedby,
            "id": self.id_for_label,
            "auto_id": self.auto_id,
        }

    @property
    def count_attributes(self) -> SafeString:
        """The words of the character count in the language of the page, for its script."""
        words = {
            "maxlength": self.counted,
            "i18n.characters-under-limit.one": gettext("You have 1 character remaining"),
            "i18n.characters-under-limit.other": gettext(
                "You have {count} characters remaining"
            ).replace("{count}", "%{count}"),
            "i18n.characters-at-limit": gettext("You have 0 characters remaining"),
            "i18n.characters-over-limit.one": gettext("You have 1 character too many"),
            "i18n.characters-over-limit.other": gettext(
                "You have {count} characters too many"
            ).replace("{count}", "%{count}"),
        }
        return format_html_join("", ' data-{}="{}"', words.items())

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        if self.is_small and self.kind in ("radios", "checkboxes"):
            built["class"] = f"govuk-{self.kind}--small"
        return built

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> Any:
        own = widget or self.field.widget
        if isinstance(own, _WithReveals):
            named = getattr(self.form, "reveals", {}).get(self.name, {})
            own.reveals = {value: self.form[name] for value, name in named.items()}
        return super().as_widget(widget, attrs, only_initial)


class Renderer(TemplatesSetting):
    """Draws forms with the project's templates."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = BoundField


def _required(label: Any) -> Any:
    return lazy(lambda: gettext("Fill in “%(label)s”") % {"label": label}, str)()


def _too_long(label: Any, limit: int) -> Any:
    def sentence() -> str:
        # The validator fills the sentence in once more, so a per cent sign is doubled.
        return gettext("“%(label)s” must be %(limit)s characters or less") % {
            "label": str(label).replace("%", "%%"),
            "limit": number_format(limit, force_grouping=True),
        }

    return lazy(sentence, str)()


def _seen(data: Any) -> Any:
    """What was sent, with every text of which nothing can be seen made empty. The same object where
    there is none."""
    sent = data.lists() if hasattr(data, "lists") else [(name, [data[name]]) for name in data]
    unseen = {
        name: [seen(one) for one in values]
        for name, values in sent
        if any(isinstance(one, str) and one and not is_seen(one) for one in values)
    }
    if not unseen:
        return data
    made = data.copy()
    for name, values in unseen.items():
        if hasattr(made, "setlist"):
            made.setlist(name, values)
        else:
            made[name] = values[0]
    return made


class DesignedForm:
    """Sizes, revealed fields and plain error messages. Mix into Form or ModelForm."""

    label_size = "s"
    page_heading: str | None = None
    small = False
    reveals: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # Nothing is checked before a person presses the button.
    use_required_attribute = False
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # type: ignore[attr-defined]
            self.data = _seen(self.data)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            label = field.label or name.replace("_", " ").capitalize()
            if field.error_messages.get("required") == _FIELD_REQUIRED:
                field.error_messages["required"] = _required(label)
            if limit := getattr(field, "max_length", None):
                field.error_messages.setdefault("max_length", _too_long(label, limit))

    def is_valid(self) -> bool:
        """Never valid while a kept text is only being shown again: nothing is done with it."""
        valid: bool = super().is_valid()  # type: ignore[misc]
        return valid and not showing_again()


class Form(DesignedForm, forms.Form):
    """A form of this project."""


class ModelForm(DesignedForm, forms.ModelForm):  # type: ignore[type-arg]
    """A model form of this project."""


def error_links(forms_shown: Iterable[Any]) -> list[tuple[str, str]]:
    """Gives (id of the control, message) for each error, in the order of the page.

    The id is empty for an error that belongs to no field. Takes forms and formsets.
    """
    links: list[tuple[str, str]] = []
    for form in forms_shown:
        if hasattr(form, "forms"):
            links += [("", str(error)) for error in form.non_form_errors()]
            links += error_links(form.forms)
            continue
        links += [("", str(error)) for error in form.non_field_errors()]
        for field in form:
            target = "" if field.is_hidden else getattr(field, "target_id", field.auto_id)
            links += [(target, str(error)) for error in field.errors]
    return links
