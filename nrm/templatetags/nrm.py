"""What the templates ask of the design system."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import formats

from nrm.forms import NOT_ANSWERED, NOT_KNOWN, PartialDate, error_links

register = template.Library()


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
def role_label(user: Any) -> str:
    """The first of a person's roles, in words, for the top of the page."""
    memberships = getattr(user, "active_memberships", [])
    return str(memberships[0].get_role_display()) if memberships else ""


@register.filter
def any_href(rows: Any) -> bool:
    """Whether a summary list needs its column of links."""
    return any(
        row.get("href") if isinstance(row, dict) else getattr(row, "href", "") for row in rows
    )
