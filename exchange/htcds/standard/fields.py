"""The fields of the standard and of our extension: names, kinds, codes, and what each gives away.
Data beside this file; no database."""

import datetime
import json
import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cases.rules.countries import country_code
from exchange.htcds.standard import languages
from exchange.htcds.standard.tokens import are_codes

_FOLDER = Path(__file__).parent

# What a field gives away -------------------------------------------------------------------------
OPEN: Final = "open"  # codes and counts
IDENTITY: Final = "identity"  # who the person is, or how to reach them
DETAIL: Final = "detail"  # days, places and organisations, by which a person can be found
WORKER: Final = "worker"  # names of people who work with the person
WORDS: Final = "words"  # free text, which may say anything
PROTECTIONS: Final = (OPEN, IDENTITY, DETAIL, WORKER, WORDS)

_IDENTITY = {
    "prs_Salutation", "prs_FirstName", "prs_MiddleName", "prs_SecondName", "prs_Birthdate",
    "prs_IdentityNumber", "prs_Title", "prs_Email", "prs_HomePhone", "prs_MobilePhone",
}  # fmt: skip
_WORKERS = {"cas_CaseOwner", "cas_ReferringPrimaryCaseWorker", "cas_ReferredPrimaryCaseWorker"}
_PLACES = re.compile(r"hte_(Longitude|Latitude|City|State|Street|PostalCode)|org_(?!Type)\w+")

# What a person may have several of, under the name that it has in JSON.
PARTS: Final = {
    "Organizations": "org_",
    "Perpetrators": "per_",
    "OutgoingReferrals": "cas_(Referred|ReasonForOutgoing|Outgoing)",
    "CaseComments": "cco_",
    "HistoricTraffickingEvents": "hte_",
    "SupportPlans": "spl_",
}
_COORDINATE = re.compile(r"(Latitude|Longitude)$")
_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

# One value of a record: a text, code or date; a number; yes or no; several codes.
Value = str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `kind` is text, long_text, lookup, date, month (or year), number, checkbox, choice,
    choices, country, countries, language, token or tokens. `part` is the part that it belongs to,
    where a person may have several."""

    name: str
    label: str
    kind: str
    protection: str
    part: str = ""
    core: bool = False
    deprecated: bool = False
    codes: tuple[tuple[str, str], ...] = ()
    standard: bool = True

    @property
    def several(self) -> bool:
        """Whether its value is a tuple."""
        return self.kind in ("choices", "countries", "tokens")


@dataclass(frozen=True, slots=True)
class Standard:
    """All fields by name, in their order; other names that files have for them; whose it is."""

    fields: dict[str, Field]
    by_bare_name: dict[str, str]
    codes: dict[str, dict[str, str]]
    attribution: dict[str, str]
    extension_version: str

    def find(self, name: str) -> Field | None:
        """The field that a column or key names: as the table of the standard does, as its form
        does, or as a Salesforce export does."""
        exact = self.fields.get(name)
        if exact is not None:
            return exact
        bare = _bare(name.strip().removesuffix("__c").rpartition("/")[2])
        return self.fields.get(self.by_bare_name.get(bare, ""))

    def code_of(self, field: Field, text: str) -> str:
        """The code that a text is or names; else empty."""
        if field.kind in ("country", "countries"):
            return self.codes["countries"].get(_bare(text)) or country_code(text)
        if field.kind == "language":
            return languages.known(text)
        return self.codes.get(field.name, {}).get(_bare(text), "")


def _bare(text: str) -> str:
    """What is left without capitals, accents, spaces and marks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())


@cache
def standard() -> Standard:
    """The standard with our extension."""
    data = json.loads((_FOLDER / "standard.json").read_text(encoding="utf-8"))
    extension = tomllib.loads((_FOLDER / "extension.toml").read_text(encoding="utf-8"))
    fields: dict[str, Field] = {}
    names: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    for entry in data["fields"]:
        field = _field(entry)
        fields[field.name] = field
        form = entry.get("form", {})
        names.update({_bare(field.name): field.name, _bare(form.get("name", "")): field.name})
        known = _known(field.codes)
        if field.kind == "countries":
            codes["countries"] = _known(form["codes"])
        else:
            # A code of the form that differs only by a space: the name without it is the code.
            known |= {_bare(code): known[_bare(code)] for code, _label in form.get("codes", ())}
        codes[field.name] = known
    for entry in extension["fields"]:
        field = _field(entry, standard=False)
        fields[field.name] = field
        names[_bare(field.name)] = field.name
        codes[field.name] = _known(field.codes)
    # What the programs that fill in the form call one answer.
    names.update({"uuid": "nrm_RecordId", "instanceid": "nrm_RecordId"})
    names.pop("", None)
    return Standard(fields, names, codes, data["attribution"], extension["version"])


def _known(pairs: Any) -> dict[str, str]:
    by_label = {_bare(label): code for code, label in pairs}
    return by_label | {_bare(code): code for code, _label in pairs}


def _field(entry: dict[str, Any], *, standard: bool = True) -> Field:
    name = entry["name"]
    pairs = entry.get("codes") or (
        entry["form"]["codes"] if entry["kind"] == "countries" and "form" in entry else ()
    )
    parts = (part for part, pattern in PARTS.items() if re.match(pattern, name))
    return Field(
        name=name,
        label=entry["label"],
        kind=entry["kind"],
        protection=entry.get("protection") or _protection(name, entry["kind"]),
        part=next(parts, ""),
        core=entry.get("core", False),
        deprecated=entry.get("status") == "DEPRECATED",
        codes=tuple((code, label) for code, label in pairs),
        standard=standard,
    )


def _protection(name: str, kind: str) -> str:
    if name in _IDENTITY or name.startswith("prs_Mailing"):
        return IDENTITY
    if name in _WORKERS:
        return WORKER
    if kind == "long_text":
        return WORDS
    if kind in ("date", "lookup") or _PLACES.fullmatch(name):
        return DETAIL
    return OPEN


# One value ---------------------------------------------------------------------------------------
class Unfit(Exception):
    """A value that the field does not take; the code says why. Of several codes, those that the
    field takes are `taken`, and the others `left`."""

    def __init__(self, code: str, taken: tuple[str, ...] = (), left: str = "") -> None:
        self.code = code
        self.taken = taken
        self.left = left
        super().__init__(code)


_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MOST = 32_767  # characters: no cell of a workbook holds more
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def value_of(field: Field, raw: Any) -> Value | None:
    """What a cell or a JSON value says, as the value of a field; None where it says nothing.
    Raises Unfit."""
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
        if _NO_TEXT.search(raw):
            raise Unfit("not_text")
        if len(raw) > _MOST:
            raise Unfit("too_long")
    if raw is None or raw == "":
        return None
    if field.several:
        return _several(field, raw) or None
    if isinstance(raw, list | dict):
        raise Unfit("shape")
    if field.kind == "checkbox":
        return _yes_or_no(raw)
    if field.kind == "number":
        return _number(field, raw)
    text = raw if isinstance(raw, str) else _text_of(raw)
    if field.kind == "date":
        return _date(text)
    if field.kind in ("choice", "country", "language"):
        return _code(field, text)
    if field.kind == "month" and not _MONTH.fullmatch(text):
        raise Unfit("month")
    if field.kind == "token" and not _TOKEN.fullmatch(text):
        raise Unfit("token")
    return text


def _text_of(raw: Any) -> str:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    return str(raw)


def _yes_or_no(raw: Any) -> bool:
    found = raw if isinstance(raw, bool) else _YES_NO.get(str(raw).casefold())
    if found is None:
        raise Unfit("yes_or_no")
    return found


def _number(field: Field, raw: Any) -> int | float:
    text = str(raw)
    if isinstance(raw, bool) or not _NUMBER.fullmatch(text):
        raise Unfit("number")
    number = float(text)
    coordinate = _COORDINATE.search(field.name)
    if coordinate and abs(number) > (90 if coordinate[1] == "Latitude" else 180):
        raise Unfit("coordinate")
    return int(number) if number == int(number) else number


def _date(text: str) -> str:
    day = text[:10]
    if not _DATE.fullmatch(day) or (len(text) > 10 and text[10] not in "T "):
        raise Unfit("date")
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        raise Unfit("date") from None
    return day


def _code(field: Field, text: str) -> str:
    code = standard().code_of(field, text)
    if not code:
        raise Unfit("code")
    return code


def _several(field: Field, raw: Any) -> tuple[str, ...]:
    pieces = raw if isinstance(raw, list) else _pieces(field, _text_of(raw))
    if not all(isinstance(piece, str) for piece in pieces):
        raise Unfit("shape")
    found: dict[str, None] = {}
    left: list[str] = []
    for piece in filter(None, (piece.strip() for piece in pieces)):
        code = piece if field.kind == "tokens" else standard().code_of(field, piece)
        if code and (field.kind != "tokens" or _TOKEN.fullmatch(code)):
            found[code] = None
        else:
            left.append(piece)
    if left:
        raise Unfit("token" if field.kind == "tokens" else "code", tuple(found), ";".join(left))
    return tuple(found)


def _pieces(field: Field, text: str) -> list[str]:
    """The codes in a cell: one, or several with semicolons between (Salesforce), on lines of their
    own, with spaces between (the form), or with commas."""
    if field.kind != "tokens" and standard().code_of(field, text):
        return [text]  # a label may hold a semicolon or a comma itself
    for mark in (";", "\n", "|"):
        if mark in text:
            return [piece.strip() for piece in text.split(mark) if piece.strip()]
    if field.kind == "tokens":
        return text.split()
    words = text.split()
    if all(standard().code_of(field, word) for word in words):
        return words
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def shown_of(field: Field, value: Value, shown: Collection[str]) -> Value | None:
    """What of a value gives away no more than `shown` says. The standard takes any text for the
    country of an event; only the name or code of a country is as open as one. Of tokens those that
    are codes here are open, and the others are free text."""
    codes = are_codes(field.name)
    if codes is not None and WORDS not in shown:
        several = value if isinstance(value, tuple) else (str(value),)
        known = tuple(one for one in several if one in codes)
        value = known if isinstance(value, tuple) else "".join(known)
        if not value:
            return None
    protection = field.protection
    if field.name == "hte_Country" and not standard().code_of(_A_COUNTRY, str(value)):
        protection = DETAIL
    return value if protection in shown else None


_A_COUNTRY = Field("", "", "country", OPEN)
