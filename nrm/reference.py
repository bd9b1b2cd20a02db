"""The description of REST, for programs and for people who write them.

It is public documentation, the same for everybody. Nothing is worked out when it is asked for: the
committed file is read once a process, its ETag spares sending it again, and each page is made once.
"""

import hashlib
import json
from collections import defaultdict
from functools import lru_cache
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from nrm.openapi import METHODS

FILE = settings.BASE_DIR / "openapi.yaml"


# For programs ------------------------------------------------------------------------------------
@lru_cache(maxsize=2)
def _body(as_json: bool) -> tuple[bytes, str]:
    """The description in one of its two forms, and its ETag."""
    text = FILE.read_bytes()
    if as_json:
        text = json.dumps(described(), ensure_ascii=False, default=str).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The description as it was committed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(FILE.read_bytes(), Loader=loader)  # noqa: S506  a safe loader


@require_safe
@login_not_required
def schema(request: HttpRequest) -> HttpResponse:
    """openapi.yaml, or the same as JSON to who accepts JSON. 304 where the sender has it."""
    as_json = "json" in request.headers.get("Accept", "")
    body, etag = _body(as_json)
    if (unchanged := get_conditional_response(request, etag=etag)) is not None:
        return unchanged
    kind = "application/json" if as_json else "application/yaml"
    return HttpResponse(body, content_type=kind, headers={"ETag": etag, "Vary": "Accept"})


# For people --------------------------------------------------------------------------------------
def _resolve(schema_of: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema_of:
        name = schema_of["$ref"].rpartition("/")[2]
        return described()["components"]["schemas"][name]
    if len(schema_of.get("allOf", ())) == 1:
        return _resolve(schema_of["allOf"][0])
    return schema_of


def _kind(field: dict[str, Any]) -> str:
    """The type of a field in a word or two."""
    found = _resolve(field)
    if "enum" in found:
        return ", ".join(str(value) for value in found["enum"] if value not in ("", None))
    for several in ("oneOf", "anyOf"):
        if several in found:
            kinds = [_kind(each) for each in found[several]]
            return ", ".join(kind for kind in dict.fromkeys(kinds) if kind and kind != "null")
    kind = found.get("type", "")
    if isinstance(kind, list):
        kind = ", ".join(each for each in kind if each != "null")
    if kind == "array":
        return f"list of {_kind(found['items'])}"
    return str(found.get("format") or kind)


def _fields(schema_of: dict[str, Any] | None, before: str = "") -> list[dict[str, Any]]:
    """The fields of an object, those of objects inside it one level down."""
    if not schema_of:
        return []
    found = _resolve(schema_of)
    rows = []
    for name, field in found.get("properties", {}).items():
        rows.append(
            {
                "name": f"{before}{name}",
                "kind": _kind(field),
                "needed": name in found.get("required", ()),
                "text": field.get("description") or _resolve(field).get("description", ""),
            }
        )
        inner = _resolve(field)
        inner = _resolve(inner["items"]) if inner.get("type") == "array" else inner
        if not before and inner.get("properties"):
            rows += _fields(inner, f"{name}.")
    return rows


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _operation(where: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    sent = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    good = next((s for s in told["responses"] if s < "300"), "")
    answer = told["responses"].get(good, {}).get("content", {}).get("application/json", {})
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": where,
        "summary": told["summary"],
        "text": told.get("description", ""),
        "scope": told.get("x-scope", ""),
        "parameters": [
            {
                "name": each["name"],
                "where": each["in"],
                "kind": _kind(each["schema"]),
                "needed": each.get("required", False),
                "text": each.get("description", ""),
            }
            for each in told.get("parameters", [])
        ],
        "sent": _fields(sent.get("schema")),
        "sent_example": _json(sent["example"]) if "example" in sent else "",
        "status": good,
        "answered": _fields(answer.get("schema")),
        "answer_example": _json(answer["example"]) if "example" in answer else "",
        "refusals": [
            {"status": status, "text": response.get("description", "")}
            for status, response in told["responses"].items()
            if status >= "400"
        ],
    }


@lru_cache(maxsize=1)
def chapters() -> dict[str, dict[str, Any]]:
    """The operations by chapter, in the order of their addresses."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for where, methods in sorted(described()["paths"].items()):
        for method in METHODS:
            if told := methods.get(method):
                found[told["tags"][0]].append(_operation(where, method, told))
    return {
        slugify(name): {"name": name, "slug": slugify(name), "operations": found[name]}
        for name in sorted(found)
    }


@lru_cache(maxsize=64)
def _contents(language: str, chapter: str) -> SafeString:
    every = chapters()
    context = {"chapters": every.values(), "chapter": every.get(chapter)}
    name = "reference/chapter.html" if chapter else "reference/chapters.html"
    return render_to_string(name, context)


@require_safe
@login_not_required
def page(request: HttpRequest, chapter: str = "") -> HttpResponse:
    """The list of operations, or one chapter of them with every field and an example."""
    every = chapters()
    if chapter and chapter not in every:
        raise Http404
    name = every[chapter]["name"] if chapter else ""
    contents = _contents(get_language() or "en", chapter)
    return render(request, "reference/page.html", {"contents": contents, "chapter": name})


urlpatterns = [
    path("api/v1/schema/", schema, name="api_schema"),
    path("reference/", page, name="reference"),
    path("reference/<slug:chapter>/", page, name="reference_chapter"),
]
