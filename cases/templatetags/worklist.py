"""The rows of the work list. Written here, since a page has 25 of them with twenty words each: as a
template they would cost as much as reading the list."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

_CELL = '<td class="govuk-table__cell" data-label="{}">{}</td>'
_CHOICE = (
    '<td class="govuk-table__cell nrm-choose" data-label=""><label class="nrm-choose__label">'
    '<input type="checkbox" name="case" value="{}" form="batch" class="nrm-choose__box">'
    '<span class="govuk-visually-hidden">{} {}</span></label></td>'
)
_NAME = (
    '<a class="govuk-link nrm-table__name" href="{}{}/"><bdi>{}</bdi></a>'
    ' <bdi class="nrm-table__sub">{}</bdi>{}'
)
_TAG = ' <strong class="govuk-tag govuk-tag--{}">{}</strong>'
_CLOCK = (
    '<div class="nrm-deadline nrm-deadline--{}"><strong class="nrm-deadline__label">{}</strong>{}'
    ' <span class="nrm-deadline__words"><span class="nrm-deadline__shape" aria-hidden="true">{}'
    "</span> {}</span></div>"
)
_STAGE = '{} <span class="nrm-muted">{}</span>'


@register.simple_tag
def worklist_rows(
    rows: list[Mapping[str, Any]], case_url: str, *, choose: bool, caseworker: bool
) -> SafeString:
    """The cells of each row (as the view's `_row` gives them), for a table with or without boxes to
    choose cases by, and with or without the caseworker."""
    case, stage, received = _("Case"), _("Stage"), _("Received")
    waiting, assigned, nobody = _("Waiting on"), _("Assigned to"), _("Nobody yet")
    no_date = format_html('<span class="nrm-muted">{}</span>', _("No date runs"))
    child = format_html(_TAG, "purple", _("Child"))
    notify = format_html(_TAG, "grey", _("Duty to notify"))
    made = []
    for row in rows:
        reference, name = row["reference"], row["name"]
        tags = format_html("{}{}", child if row["child"] else "", notify if row["notify"] else "")
        clock = no_date
        if row["clock"]:
            date = row["date"]
            clock = format_html(
                _CLOCK,
                row["look"],
                row["clock"],
                format_html(' <span class="nrm-deadline__date">{}</span>', date) if date else "",
                row["shape"],
                row["words"],
            )
        cells = [
            format_html(_CHOICE, reference, _("Choose"), name) if choose else "",
            format_html(
                _CELL, case, format_html(_NAME, case_url, reference, name, reference, tags)
            ),
            format_html(_CELL, "", clock),
            format_html(_CELL, stage, format_html(_STAGE, row["stage"], row["in_stage"])),
            format_html(_CELL, received, row["received"]),
            format_html(_CELL, waiting, row["waits"]),
            format_html(_CELL, assigned, row["caseworker"] or nobody) if caseworker else "",
        ]
        made.append(format_html('<tr class="govuk-table__row">{}</tr>', SafeString("".join(cells))))
    return SafeString("\n".join(made))
