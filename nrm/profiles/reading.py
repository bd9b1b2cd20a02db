"""From the tables of a TOML file to dataclasses, with every fault told: a missing key, an unknown
key and a value of the wrong kind, each with its place in the file."""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from nrm.profiles.labels import Label

T = TypeVar("T")

_BAD: Any = object()
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", date: "a date"}


def read(shape: type[T], table: object, where: str, faults: list[str]) -> T | None:
    """One `shape` from a TOML table. Faults are added to `faults` as "where.key: reason"; with any
    fault the answer is None."""
    if not isinstance(table, Mapping):
        faults.append(f"{where}: must be a table")
        return None
    kinds = _kinds(shape)  # type: ignore[arg-type]
    for key in table:
        if key not in kinds:
            faults.append(f"{_at(where, key)}: unknown key")
    values: dict[str, Any] = {}
    for field in fields(shape):  # type: ignore[arg-type]
        if not field.init:
            continue
        if field.name not in table:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(f"{_at(where, field.name)}: missing")
                values[field.name] = _BAD
            continue
        place = _at(where, field.name)
        values[field.name] = _value(kinds[field.name], table[field.name], place, faults)
    if any(value is _BAD for value in values.values()):
        return None
    return shape(**values)


@cache
def _kinds(shape: Hashable) -> dict[str, Any]:
    hints = get_type_hints(shape)
    return {field.name: hints[field.name] for field in fields(shape) if field.init}  # type: ignore[arg-type]


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _value(kind: Any, value: object, where: str, faults: list[str]) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        [kind] = [part for part in get_args(kind) if part is not type(None)]
        return _value(kind, value, where, faults)
    if origin is Literal:
        allowed = get_args(kind)
        if value in allowed:
            return value
        faults.append(f"{where}: must be one of {', '.join(map(str, allowed))}, not {value!r}")
        return _BAD
    if origin is tuple:
        return _list(get_args(kind)[0], value, where, faults)
    if kind is Label:
        return _label(value, where, faults)
    if is_dataclass(kind):
        found = read(kind, value, where, faults)  # type: ignore[arg-type]
        return _BAD if found is None else found
    if _is_a(kind, value):
        return value
    faults.append(f"{where}: must be {_NAMES[kind]}, not {value!r}")
    return _BAD


def _is_a(kind: type, value: object) -> bool:
    if isinstance(value, bool | datetime):  # a bool is an int, and a datetime a date, to Python
        return kind is bool and isinstance(value, bool)
    return isinstance(value, kind)


def _list(kind: Any, value: object, where: str, faults: list[str]) -> Any:
    if not isinstance(value, list):
        faults.append(f"{where}: must be a list")
        return _BAD
    items = []
    for number, item in enumerate(value, start=1):
        code = item.get("code") if isinstance(item, Mapping) else None
        items.append(_value(kind, item, f"{where}[{code or number}]", faults))
    return _BAD if any(item is _BAD for item in items) else tuple(items)


def _label(value: object, where: str, faults: list[str]) -> Any:
    if isinstance(value, str):
        value = {"en": value}
    if not isinstance(value, Mapping) or not value:
        faults.append(f"{where}: must be a text, or a table of texts by language")
        return _BAD
    bad = [language for language, text in value.items() if not isinstance(text, str) or not text]
    for language in bad:
        faults.append(f"{where}.{language}: must be a text")
    return _BAD if bad else Label(tuple(value.items()))
