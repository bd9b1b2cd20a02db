"""Languages by their ISO 639 code."""

from cases.rules.lists import Names, read_names

_OTHER_NAMES = {
    "Farsi": "fa",
    "Mandarin": "zh",
    "Cantonese": "yue",
    "Twi": "ak",
    "Sorani": "ckb",
    "Tagalog": "tl",
    "Panjabi": "pa",
    "Flemish": "nl",
    "Moldovan": "ro",
    "Kurmanji": "ku",
    "Tigrinya": "ti",
    "Bengali": "bn",
    "Sylheti": "bn",
    "Oromo": "om",
    "Fula": "ff",
    "Fulani": "ff",
}

LANGUAGES: Names = read_names("languages.toml", _OTHER_NAMES)


def language_code(name: str) -> str:
    """The code of a language named in English, French or Arabic, or of its own code; else empty."""
    return LANGUAGES.code_of(name)


def language_name(code: str) -> str:
    """The language's name in the reader's language; what is no code comes back as it is."""
    return LANGUAGES.name_of(code)
