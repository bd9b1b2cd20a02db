"""Draws the indicators of the workbench. Written here and not as a template: there are more than a
hundred on a page, and each is the same few pieces."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nrm.deadline_words import day_words
from screening.models import IndicatorState
from screening.selectors import Row

register = template.Library()
_CODE = "CODE"  # stands for the code of an indicator in an address


def _buttons(chosen: str, states: list[tuple[str, str]]) -> SafeString:
    """The buttons, and for paper, where nothing can be pressed, what was chosen."""
    buttons = format_html_join(
        "",
        '<button type="submit" name="state" value="{}" class="nrm-choice__button'
        ' nrm-choice__button--{}" aria-pressed="{}">{}</button>',
        ((value, value, "true" if value == chosen else "false", label) for value, label in states),
    )
    if not chosen:
        return buttons
    return buttons + format_html('<strong class="nrm-only-print">{}</strong>', dict(states)[chosen])


class Drawing:
    """What the rows of one page share, worked out once."""

    def __init__(self, context: Context) -> None:
        case, episode = context["case"], context["episode"]
        self.address = reverse("finding", args=[case.reference, episode.pk, _CODE])
        self.query = "?show=recorded" if context.get("only_recorded") else ""
        self.token = context.get("csrf_token", "")
        states = [(str(value), str(label)) for value, label in IndicatorState.choices]
        self.buttons = {state: _buttons(state, states) for state in ("", *IndicatorState.values)}
        self.item, self.evidence = _("Item"), _("evidence:")
        self.none, self.change = _("no evidence linked"), _("Change")
        self.suggested = _("Suggested by the referral")

    def row(self, row: Row, *, mixed: bool) -> SafeString:
        """One indicator: what it is, three buttons, and what is recorded of it. `mixed`: it says to
        which element it belongs, because its neighbours belong to others."""
        code, state = row.code, row.state
        address = self.address.replace(_CODE, code)
        return format_html(
            '<li class="nrm-indicator{}" id="i-{}" tabindex="-1">\n'
            '<p class="nrm-indicator__label" id="l-{}">{}</p>\n'
            '<p class="nrm-indicator__help">{}</p>\n'
            '<form method="post" action="{}{}" class="nrm-choice" data-nrm-part'
            ' aria-labelledby="l-{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<input type="hidden" name="version" value="{}">\n{}</form>\n{}</li>\n',
            f" nrm-indicator--{state}" if state else "",
            code,
            code,
            row.indicator.label,
            row.indicator.help,
            address,
            self.query,
            code,
            self.token,
            row.version,
            self.buttons[state],
            self._facts(row, address, mixed=mixed),
        )

    def _facts(self, row: Row, address: str, *, mixed: bool) -> SafeString | str:
        facts: list[Any] = [row.element] if mixed else []
        if row.finding:
            when = day_words(row.finding.recorded_at)
            facts.append(f"{row.finding.recorded_by.display_name}, {when}")
            facts.append(self._links(row))
            facts.append(
                format_html(
                    '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> {}'
                    "</span></a>",
                    address,
                    self.change,
                    row.indicator.label,
                )
            )
        elif row.suggested:
            facts.append(format_html("<strong>{}</strong>", self.suggested))
        if not facts:
            return ""
        joined = format_html_join(" · ", "{}", ((fact,) for fact in facts))
        return format_html('<p class="nrm-indicator__facts">{}</p>\n', joined)

    def _links(self, row: Row) -> SafeString | str:
        if not row.evidence:
            return self.none
        links = format_html_join(
            ", ",
            '<a class="govuk-link" href="#e-{}">'
            '<span class="govuk-visually-hidden">{} </span>{}</a>',
            ((item.id, self.item, item.number) for item in row.evidence),
        )
        return format_html("{} {}", self.evidence, links)


@register.simple_tag(takes_context=True)
def indicators(context: Context, rows: Iterable[Row], mixed: bool) -> SafeString:
    """The rows of a group, ready to answer."""
    drawing = context.render_context.get("drawing")
    if drawing is None:
        drawing = context.render_context["drawing"] = Drawing(context)
    return format_html_join("", "{}", ((drawing.row(row, mixed=mixed),) for row in rows))
