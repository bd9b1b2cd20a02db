"""A filled report as a spreadsheet: one sheet that says what it is, and one a report."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from nrm.opendocument import Sheet, Value, as_ods
from reporting.monitoring.values import Entry, Filled
from reporting.releases.document import HIDDEN, Release


def as_spreadsheet(
    filled: Iterable[Filled], release: Release, *, country: str, right_to_left: bool = False
) -> bytes:
    """The reports of a period as ODS, in the language of the moment."""
    given = list(filled)
    sheets = [_about(given, release, country), *(_sheet(one) for one in given)]
    return as_ods(sheets, right_to_left=right_to_left)


def _about(filled: list[Filled], release: Release, country: str) -> Sheet:
    rows: list[list[Value]] = [
        [_("Monitoring report"), country],
        [_("Period"), str(release.period)],
        [_("From"), release.period.first_day.isoformat()],
        [_("To"), release.period.last_day.isoformat()],
        [_("Release that every number is from (SHA-256)"), release.sha256],
        [HIDDEN, _("A count that is hidden because it is small. It can be zero.")],
        [],
        [_("Report"), _("Held"), _("Held in part"), _("Not held"), _("Source")],
    ]
    for one in filled:
        counts: list[Value] = [one.count("held"), one.count("partly"), one.count("not_held")]
        rows.append([str(one.report.title), *counts, one.report.source])
    rows += [[], [_("What a reader has to know")]]
    rows += [[str(text)] for text in release.caveats.values()]
    return Sheet(_("About"), rows, heads=1)


def _sheet(one: Filled) -> Sheet:
    head: list[Value] = [
        _("Code"),
        _("Indicator"),
        _("Definition"),
        _("Of whom"),
        _("Value"),
        _("State"),
        _("Remark"),
        _("Recorded in"),
        _("Table of the release"),
        _("Source"),
        _("Source read"),
    ]
    rows: list[list[Value]] = [head]
    for entry in one.entries:
        rows += _rows(entry)
    return Sheet(str(one.report.title), rows)


def _rows(entry: Entry) -> list[list[Value]]:
    indicator, value = entry.indicator, entry.value
    before: list[Value] = [indicator.code, str(indicator.title), str(indicator.definition)]
    after: list[Value] = [
        value.words,
        value.because,
        entry.record,
        indicator.table,
        indicator.source,
        _("Yes") if indicator.verified else _("No"),
    ]
    if not value.figures:
        return [[*before, "", "", *after]]
    return [
        [*before, one.label, HIDDEN if one.count is None else one.count, *after]
        for one in value.figures
    ]
