"""The files of a release, made once: JSON, CSV, OpenDocument and a page that needs nothing else.

The page has charts as SVG and no script, so that it can be put anywhere as it is. All of them say
what the JSON says; each language is a file of its own.
"""

from collections.abc import Mapping
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.rules.countries import country_name
from nrm.opendocument import ODS, Sheet, Value, as_ods
from reporting.releases.document import HIDDEN, Release
from reporting.statistics.released import Told, head_of, notes_of, shown, tables_of

LANGUAGES = ("en", "fr", "ar")
TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ods": ODS,
    "html": "text/html; charset=utf-8",
}
KINDS = ("json", "csv", *(f"{kind}-{own}" for kind in ("ods", "html") for own in LANGUAGES))


def type_of(kind: str) -> str:
    """The media type of a kind of file."""
    return TYPES[kind.partition("-")[0]]


def name_of(profile: str, period: str, kind: str) -> str:
    """What the file is called: of which profile and period, and nothing else."""
    plain, _dash, language = kind.partition("-")
    return f"statistics-{profile}-{period}{f'-{language}' if language else ''}.{plain}"


def files_of(release: Release) -> Mapping[str, bytes]:
    """Every file of the release, by kind."""
    found = {"json": release.as_bytes(), "csv": _rows(release).encode()}
    for language in LANGUAGES:
        with override(language):
            found[f"ods-{language}"] = _spreadsheet(release, language)
            found[f"html-{language}"] = _page(release, language).encode()
    return found


def _rows(release: Release) -> str:
    """As CSV, in English, with what a reader has to know of it before the rows."""
    with override("en"):
        about = [_("Statistics for %(period)s") % {"period": release.period}]
        about += [f"{key}: {value}" for key, value in head_of(release)]
        about += [
            f"{HIDDEN}: hidden, because it is small; it can be zero",
            *notes_of(release, "en"),
        ]
        return release.as_csv(about=about, named=country_name)


def _spreadsheet(release: Release, language: str) -> bytes:
    about: list[list[Value]] = [[_("Statistics"), str(release.period)]]
    about += [[key, value] for key, value in head_of(release)]
    about += [["", note] for note in notes_of(release, language)]
    sheets = [Sheet(_("About"), about)]
    for table in tables_of(release, language):
        rows: list[list[Value]] = [[table.title], [*table.head]]
        rows += [[line.label, *map(shown, line.counts)] for line in table.lines]
        sheets.append(Sheet(table.code, rows, heads=2, figures_from=1))
    return as_ods(sheets, right_to_left=language == "ar")


_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}
caption{font-weight:700;text-align:start;padding:.5rem 0}
th,td{border-bottom:1px solid #b1b4b6;padding:.35rem .5rem;text-align:end;vertical-align:top}
th:first-child{text-align:start}
section{margin:2.5rem 0;overflow-x:auto}
svg{display:block;max-width:20rem;width:100%}
code{overflow-wrap:anywhere}
"""


def _page(release: Release, language: str) -> str:
    title = _("Statistics for %(period)s") % {"period": release.period}
    direction = "rtl" if language == "ar" else "ltr"
    head = "".join(
        f"<p>{escape(key)}: <code>{escape(value)}</code></p>" for key, value in head_of(release)
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in notes_of(release, language))
    tables = "".join(_as_section(table) for table in tables_of(release, language))
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><ul>{notes}</ul>{tables}{head}</body></html>\n"
    )


def _as_section(table: Told) -> str:
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in table.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(line.label)}{_bar(line.width)}</th>'
        + "".join(f"<td>{escape(str(shown(count)))}</td>" for count in line.counts)
        + "</tr>"
        for line in table.lines
    )
    return (
        f"<section><table><caption>{escape(table.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _bar(width: int) -> str:
    if not width:
        return ""
    return (
        '<svg viewBox="0 0 100 4" height="10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="4" fill="#f3f2f1"/>'
        f'<rect width="{width}" height="4" fill="#1d70b8"/></svg>'
    )
