"""The rows of the work list. Written here, since a page has 25 of them with twenty words each: as a
template they would cost as much as reading the list."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

# Filled in twice: with the words that are the same in every row, then with each row's own.
_CHOICE = (
    '<td class="govuk-table__cell nrm-choose" data-label=""><label class="nrm-choose__label">'
    '<input type="checkbox" name="case" value="{{reference}}" form="batch"'
    ' class="nrm-choose__box">'
    '<span class="govuk-visually-hidden">{choose} {{name}}</span></label></td>'
)
_CELLS = (
    '<td class="govuk-table__cell" data-label="{case}">'
    '<a class="govuk-link nrm-table__name" href="{url}{{reference}}/"><bdi>{{name}}</bdi></a>'
    ' <bdi class="nrm-table__sub">{{reference}}</bdi>{{tags}}</td>'
    '<td class="govuk-table__cell" data-label="">{{clock}}</td>'
    '<td class="govuk-table__cell" data-label="{stage}">{{stage}}'
    ' <span class="nrm-muted">{{in_stage}}</span></td>'
    '<td class="govuk-table__cell" data-label="{received}">{{received}}</td>'
    '<td class="govuk-table__cell" data-label="{waiting}">{{waits}}</td>'
)
_CASEWORKER = '<td class="govuk-table__cell" data-label="{assigned}">{{caseworker}}</td>'
_TAG = ' <strong class="govuk-tag govuk-tag--{}">{}</strong>'
_CLOCK = (
    '<div class="nrm-deadline nrm-deadline--{look}"><strong class="nrm-deadline__label">{clock}'
    '</strong>{dated} <span class="nrm-deadline__words"><span class="nrm-deadline__shape"'
    ' aria-hidden="true">{shape}</span> {words}</span></div>'
)
_DATE = ' <span class="nrm-deadline__date">{date}</span>'


def _pattern(url: str, *, choose: bool, caseworker: bool) -> str:
    cells = _CHOICE * choose + _CELLS + _CASEWORKER * caseworker
    words = {
        "url": url,
        "choose": _("Choose"),
        "case": _("Case"),
        "stage": _("Stage"),
        "received": _("Received"),
        "waiting": _("Waiting on"),
        "assigned": _("Assigned to"),
    }
    literal = {k: escape(v).replace("{", "{{").replace("}", "}}") for k, v in words.items()}
    return f'<tr class="govuk-table__row">{cells.format(**literal)}</tr>'


@register.simple_tag
def worklist_rows(
    rows: list[Mapping[str, Any]], case_url: str, *, choose: bool, caseworker: bool
) -> SafeString:
    """The cells of each row (as the view's `_row` gives them), for a table with or without boxes to
    choose cases by, and with or without the caseworker."""
    pattern = _pattern(case_url, choose=choose, caseworker=caseworker)
    child = format_html(_TAG, "purple", _("Child"))
    notify = format_html(_TAG, "grey", _("Duty to notify"))
    no_date = format_html('<span class="nrm-muted">{}</span>', _("No date runs"))
    nobody = escape(_("Nobody yet"))
    made = []
    for row in rows:
        # Every word is escaped here, once; what is put around them below is ours.
        safe = {name: escape(str(words)) for name, words in row.items()}
        dated = _DATE.format(date=safe["date"]) if row["date"] else ""
        safe["clock"] = _CLOCK.format(dated=dated, **safe) if row["clock"] else no_date
        safe["tags"] = (child if row["child"] else "") + (notify if row["notify"] else "")
        safe["caseworker"] = safe["caseworker"] or nobody
        made.append(pattern.format(**safe))
    return SafeString("\n".join(made))
