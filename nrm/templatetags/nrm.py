"""What the templates ask of the design system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils import formats
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from nrm.forms import NOT_ANSWERED, NOT_KNOWN, PartialDate, error_links
from nrm.profiles import Label, Profile, load_profile

register = template.Library()

# What the browser must not check before a person presses the button, and what templates place.
_NOT_WRITTEN = {"class", "required", "maxlength", "cols"}


@register.filter
def attributes(widget: dict[str, Any], group: str = "") -> SafeString:
    """The attributes of a widget or an option as HTML, each after a space. With `group`, of one
    control among several: that something is wrong is then said once, of the whole."""
    skipped = _NOT_WRITTEN | {"aria-invalid"} if group else _NOT_WRITTEN
    parts = [
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False and name not in skipped
    ]
    return mark_safe("".join(parts))  # noqa: S308  (each value is escaped above)


@register.filter
def select_options(widget: dict[str, Any]) -> SafeString:
    """The options of a select. Written here: a list of languages has two hundred of them."""
    parts = []
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        parts += [
            f'<option value="{conditional_escape(str(option["value"]))}"{attributes(option)}>'
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        ]
        if group:
            parts.append("</optgroup>")
    return mark_safe("\n".join(parts))  # noqa: S308  (each part is escaped above)


@register.filter
def control(option: dict[str, Any], block: str) -> SafeString:
    """One radio button or check box with its label and hint, in the classes of its block. Written
    here: a filter of a list has two dozen of them."""
    pk = conditional_escape(option["attrs"].get("id", ""))
    hint = option.get("hint")
    parts = [
        f'<input class="govuk-{block}__input" type="{option["type"]}"',
        f' name="{conditional_escape(option["name"])}"',
        f' value="{conditional_escape(str(option["value"]))}"',
        ' data-behaviour="exclusive"' if option.get("exclusive") else "",
        f' data-nrm-reveal="{pk}_reveal"' if option.get("reveal") else "",
        f' aria-describedby="{pk}_hint"' if hint else "",
        f"{attributes(option, 'group')}>",
        f' <label class="govuk-label govuk-{block}__label" for="{pk}">',
        f"{conditional_escape(option['label'])}</label>",
    ]
    if hint:
        words = conditional_escape(hint)
        parts.append(f'<div class="govuk-hint govuk-{block}__hint" id="{pk}_hint">{words}</div>')
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped above)


@register.filter
def has_errors(value: Any) -> bool:
    """True for a bound form or formset, or a list of them, that holds an error."""
    return bool(errors_of(value))


@register.filter
def errors_of(value: Any) -> list[tuple[str, str]]:
    """The (id, message) pairs of a form, a formset or a list of them; for the error summary."""
    if not value:
        return []
    shown = value if isinstance(value, list | tuple) else [value]
    return error_links([form for form in shown if getattr(form, "is_bound", False)])


@register.filter
def partial_date(value: Any) -> str:
    """Writes a PartialDate, or its text, as people do: "4 March 2026", "March 2026", "2026"."""
    if not value:
        return ""
    if value == NOT_KNOWN:
        return str(dict(NOT_ANSWERED)[NOT_KNOWN])
    date = PartialDate.parse(value) if isinstance(value, str) else value
    if date.day:
        return formats.date_format(date.earliest, "j F Y", use_l10n=False)
    if date.month:
        return formats.date_format(date.earliest, "F Y", use_l10n=False)
    return str(date.year)


@register.filter
def not_answered(value: Any) -> str:
    """The words for "not_known", "declined" and "not_asked"; anything else comes back as it is."""
    return str(dict(NOT_ANSWERED).get(value, value))


@register.filter
def at(values: Any, index: int) -> Any:
    """The value at a place in a list, or nothing where the list is shorter."""
    return values[index] if 0 <= index < len(values) else ""


@register.filter
def alert_kind(level: str) -> str:
    """The kind of alert for a level of Django's messages."""
    return level if level in ("success", "warning", "error") else "information"


@register.filter
def law(code: str) -> Label:
    """What the profile with this code is called."""
    return load_profile(code).label


@register.simple_tag
def wording_note(profile: Profile, label: Label) -> str:
    """How far the legal wording of this text can be relied on, in a sentence; nothing where
    somebody who knows the law and the language has read it."""
    language = label.language()
    wording = profile.wording_in(language)
    if wording is not None and wording.reviewed:
        return ""
    if language != (get_language() or "en").split("-")[0]:
        return _("This text has no translation yet.")
    if wording is not None and wording.translated:
        return _("This text is a translation. No lawyer has checked it yet.")
    return _("No lawyer has checked this text yet.")


@register.simple_tag
def in_other_languages(texts: Sequence[Label]) -> list[dict[str, Any]]:
    """A text of several paragraphs in each language that all of them have, but the one shown."""
    shown = texts[0].language() if texts else ""
    codes = [code for code, _text in texts[0].texts if code != shown] if texts else []
    return [
        {**get_language_info(code), "texts": [label.text(code) for label in texts]}
        for code in codes
        if all(code in dict(label.texts) for label in texts)
    ]


@register.filter
def role_label(user: Any) -> str:
    """The first of a person's roles, in words, for the top of the page."""
    held = getattr(user, "role_groups", [])
    return str(held[0].get_role_display()) if held else ""


@register.filter
def any_href(rows: Any) -> bool:
    """Whether a summary list needs its column of links."""
    return any(
        row.get("href") if isinstance(row, dict) else getattr(row, "href", "") for row in rows
    )


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds for a key; an empty tuple where it holds nothing."""
    return mapping.get(key, ())
