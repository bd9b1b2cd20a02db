"""The JSON Schema of a document of records. The standard has none of its own: this one is made from
its tables, and stands in docs/htcds-2.0.schema.json."""

from typing import Any

from exchange.htcds.standard.fields import PARTS, Field, standard
from exchange.htcds.standard.record import UNMAPPED
from exchange.htcds.standard.writing import SCHEMA

_TOKEN = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"}
_BY_KIND: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "month": {"type": "string", "pattern": r"^\d{4}(-(0[1-9]|1[0-2]))?$"},
    "number": {"type": "number"},
    "checkbox": {"type": "boolean"},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "countries": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "language": {"type": "string", "pattern": "^[a-z]{2,3}$"},
    "token": _TOKEN,
    "tokens": _TOKEN,
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 32_767}


def schema() -> dict[str, Any]:
    """The schema as plain data (JSON Schema, draft 2020-12)."""
    known = standard()
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Records of the Human Trafficking Case Data Standard 2.0",
        "description": "Made from the tables of the standard, which is of the International"
        " Organization for Migration (IOM), under CC BY 4.0. IOM endorses neither this schema nor"
        " anybody who uses it. Fields that begin with nrm_ are not of the standard.",
        "type": "object",
        "required": ["schema", "attribution", "records"],
        "properties": {
            "schema": {"const": SCHEMA},
            "attribution": {"type": "object", "additionalProperties": text},
            "extension": {"type": "object", "additionalProperties": text},
            "records": {"type": "array", "items": {"$ref": "#/$defs/record"}},
        },
        "additionalProperties": False,
        "$defs": {
            "record": _object(
                [found for found in known.fields.values() if not found.part],
                {part: {"type": "array", "items": {"$ref": f"#/$defs/{part}"}} for part in PARTS}
                | {UNMAPPED: {"type": "array", "items": {"$ref": f"#/$defs/{UNMAPPED}"}}},
            ),
            **{
                part: _object([found for found in known.fields.values() if found.part == part], {})
                for part in PARTS
            },
            UNMAPPED: {
                "description": "A value that has no place in its field, as it was sent, and why.",
                "type": "object",
                "required": ["column", "reason", "value"],
                "properties": {"column": text, "reason": text, "value": True},
                "additionalProperties": False,
            },
        },
    }


def _object(fields: list[Field], more: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {found.name: _property(found) for found in fields} | more,
        "additionalProperties": False,
    }


def _property(found: Field) -> dict[str, Any]:
    one = dict(_BY_KIND.get(found.kind, _TEXT))
    if found.kind in ("choice", "choices"):
        one = {"enum": [code for code, _label in found.codes]}
    if found.several:
        one = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    one["title"] = found.label
    if found.core:
        one["$comment"] = "Core"
    if found.deprecated:
        one["deprecated"] = True
    return one
