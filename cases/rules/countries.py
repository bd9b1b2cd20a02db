"""Countries by their ISO 3166-1 code."""

from cases.rules.lists import Names, read_names

# What people write, where it is not the name in the list.
_OTHER_NAMES = {
    "UK": "GB",
    "Great Britain": "GB",
    "Britain": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "USA": "US",
    "United States of America": "US",
    "America": "US",
    "Burma": "MM",
    "Myanmar": "MM",
    "Czech Republic": "CZ",
    "DR Congo": "CD",
    "DRC": "CD",
    "Democratic Republic of the Congo": "CD",
    "Republic of the Congo": "CG",
    "Congo": "CG",
    "Ivory Coast": "CI",
    "Hong Kong": "HK",
    "Palestine": "PS",
    "Turkey": "TR",
    "The Gambia": "GM",
    "Swaziland": "SZ",
    "Macedonia": "MK",
    "East Timor": "TL",
    "UAE": "AE",
    "Cape Verde": "CV",
    "Viet Nam": "VN",
    "Syrian Arab Republic": "SY",
    "Iran, Islamic Republic of": "IR",
    "Russian Federation": "RU",
}

COUNTRIES: Names = read_names("countries.toml", _OTHER_NAMES)


def country_code(name: str) -> str:
    """The code of a country named in English, French or Arabic, or of its own code; else empty."""
    return COUNTRIES.code_of(name)


def country_name(code: str) -> str:
    """The country's name in the reader's language; what is no code comes back as it is."""
    return COUNTRIES.name_of(code)
