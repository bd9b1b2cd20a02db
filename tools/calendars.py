"""Writes nrm/profiles/data/calendars.toml from the `holidays` library.

For developers: `python tools/calendars.py > nrm/profiles/data/calendars.toml`, then read the
difference line by line against what the governments have published. At run time only the TOML file
is read.
"""

import sys
from datetime import date

import holidays

FROM_YEAR, TO_YEAR = 2023, 2032

# Days proclaimed once. They stand here as well as in the library, so that a library without them
# takes nothing away.
PROCLAIMED = {
    "england_and_wales": {date(2023, 5, 8): "Coronation of Charles III"},
    "scotland": {
        date(2023, 5, 8): "Coronation of Charles III",
        date(2026, 6, 15): "Scotland at the FIFA World Cup",
    },
    "northern_ireland": {date(2023, 5, 8): "Coronation of Charles III"},
    "cameroon": {},
}

CALENDARS = [
    ("england_and_wales", "England and Wales", "Angleterre et pays de Galles", "GB", "ENG"),
    ("scotland", "Scotland", "Écosse", "GB", "SCT"),
    ("northern_ireland", "Northern Ireland", "Irlande du Nord", "GB", "NIR"),
    ("cameroon", "Cameroon", "Cameroun", "CM", None),
]
# The names under which gov.uk publishes them.
PUBLISHED_NAMES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Summer Bank Holiday": "Summer bank holiday",
    "New Year Holiday": "2nd January",
    "Saint Andrew's Day": "St Andrew's Day",
    "Saint Patrick's Day": "St Patrick's Day",
}
ZONES = {"GB": "Europe/London", "CM": "Africa/Douala"}
SOURCES = {
    "GB": "Banking and Financial Dealings Act 1971 and proclamations, as published on "
    "gov.uk/bank-holidays; years not yet published are worked out by the same rules",
    "CM": "Law 73/5 of 7 December 1973 on public holidays, as the holidays library has it; "
    "Muslim feasts are estimated from the lunar calendar",
}

HEAD = f"""\
# Working-day calendars, {FROM_YEAR} to {TO_YEAR}. Written by tools/calendars.py; a day proclaimed
# later is added there and here. `estimated`: the day depends on the moon and may move.

[weekdays]
label = {{ en = "Monday to Friday, no holidays", fr = "Du lundi au vendredi, sans fériés" }}
time_zone = "UTC"
weekend = [6, 7]
from_year = 1900
to_year = 2200
source = "No holidays: for a country whose calendar is not set up yet"
verified = true
"""


def name_of(text: str) -> tuple[str, bool]:
    """The name and whether the date is estimated: "Eid al-Adha (observed, estimated)"."""
    estimated = "estimated" in text
    name, _, note = text.partition(" (")
    name = PUBLISHED_NAMES.get(name, name)
    return (f"{name} (substitute day)" if "observed" in note else name), estimated


def days(code: str, country: str, part: str | None) -> dict[date, tuple[str, bool]]:
    known = holidays.country_holidays(country, subdiv=part, years=range(FROM_YEAR, TO_YEAR + 1))
    found = {day: name_of(name.split("; ")[0]) for day, name in known.items()}
    found |= {day: (name, False) for day, name in PROCLAIMED[code].items()}
    return dict(sorted(found.items()))


def main() -> None:
    out = [HEAD]
    for code, english, french, country, part in CALENDARS:
        out.append(
            f'[{code}]\nlabel = {{ en = "{english}", fr = "{french}" }}\n'
            f'time_zone = "{ZONES[country]}"\nweekend = [6, 7]\n'
            f"from_year = {FROM_YEAR}\nto_year = {TO_YEAR}\n"
            f'source = "{SOURCES[country]}"\nverified = {str(country == "GB").lower()}\n'
            "holidays = ["
        )
        for day, (name, estimated) in days(code, country, part).items():
            mark = ", estimated = true" if estimated else ""
            out.append(f'  {{ date = {day}, name = "{name}"{mark} }},')
        out.append("]\n")
    sys.stdout.write("\n".join(out))


if __name__ == "__main__":
    main()
