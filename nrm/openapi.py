"""The OpenAPI description as it is made: examples, and what every answer carries.

Examples are files, one an operation (nrm/examples/<operation>.json: `request` where something is
sent, `response` where something is answered), recorded from the service itself with invented data:
`NRM_RECORD_EXAMPLES=1 python -m pytest tests/api tests/screening/test_api.py`.
"""

import copy
import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent / "examples"
METHODS = ("get", "post", "put", "patch", "delete")

_HEADERS = {
    "RateLimit": {
        "description": "Calls left and seconds until they are counted anew, for each policy.",
        "schema": {"type": "string"},
        "example": '"token";r=299;t=60, "user";r=599;t=60',
    },
    "RateLimit-Policy": {
        "description": "Each policy: calls (q) in seconds (w).",
        "schema": {"type": "string"},
        "example": '"token";q=300;w=60, "user";q=600;w=60',
    },
    "ETag": {
        "description": "The version, to send back in If-Match.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer"},
        "example": 12,
    },
}
# What a refusal looks like, by its status.
_PROBLEMS: dict[str, dict[str, Any]] = {
    "400": {
        "title": "Some answers need to be changed",
        "errors": [{"field": "text", "detail": "This field is required.", "code": "required"}],
    },
    "401": {"title": "Sign in first"},
    "403": {"title": "You do not have the right to do this"},
    "404": {"title": "Not found"},
    "409": {
        "title": "This cannot be done",
        "errors": [
            {"field": "", "detail": "The date has moved since you saw it.", "code": "changed"}
        ],
    },
    "410": {
        "title": "Who this person is was erased: nobody can read this any more.",
    },
    "412": {
        "title": "This cannot be done",
        "errors": [
            {
                "field": "",
                "detail": "Somebody changed this since you read it. Read it again.",
                "code": "changed",
            }
        ],
    },
    "413": {"title": "The request is too large."},
    "415": {"title": 'Unsupported media type "text/plain" in request.'},
    "422": {
        "title": "This cannot be done",
        "errors": [
            {"field": "outcome", "detail": "Select an outcome.", "code": "refused"},
            {"field": "", "detail": "Means has not been assessed.", "code": "refused"},
        ],
    },
    "428": {"title": "Send If-Match with the ETag of what you read."},
    "429": {
        "title": "Too many calls",
        "errors": [
            {"field": "", "detail": "Too many calls. Wait 12 seconds.", "code": "throttled"}
        ],
    },
}


def example_of(operation: str) -> dict[str, Any]:
    """The recorded example of an operation; empty where there is none."""
    file = EXAMPLES / f"{operation}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: puts examples and headers into the description."""
    components = result.setdefault("components", {})
    components["headers"] = _HEADERS
    components["examples"] = {
        f"Problem{status}": {"value": {"type": "about:blank", "status": int(status), **problem}}
        for status, problem in _PROBLEMS.items()
    }
    for path, methods in result["paths"].items():
        for method in METHODS:
            if (operation := methods.get(method)) is not None:
                if "/cases/{reference}/" in path:
                    # Whoever the case is about may have been erased, and what is told with them.
                    gone = copy.deepcopy(operation["responses"]["404"])
                    operation["responses"] = dict(
                        sorted({**operation["responses"], "410": gone}.items())
                    )
                _complete(operation)
    return result


def _complete(operation: dict[str, Any]) -> None:
    if operation.get("parameters"):
        # The HTTP server's own answer, no problem+json: nothing of the address was read.
        operation["responses"] = dict(sorted({**operation["responses"], "414": {}}.items()))
    example = example_of(operation["operationId"])
    sent = operation.get("requestBody", {}).get("content", {})
    if "request" in example and "application/json" in sent:
        sent["application/json"]["example"] = example["request"]
    for status, response in operation["responses"].items():
        names = ["RateLimit", "RateLimit-Policy"] if status < "300" or status == "429" else []
        if status == "429":
            names.append("Retry-After")
        if status == "200" and "428" in operation["responses"]:
            names.append("ETag")
        if names:
            response["headers"] = {n: {"$ref": f"#/components/headers/{n}"} for n in names}
        for media, content in response.get("content", {}).items():
            if media == "application/problem+json":
                ref = {"$ref": f"#/components/examples/Problem{status}"}
                content["examples"] = {"refusal": ref}
            elif status < "300" and "response" in example:
                content["example"] = example["response"]
        _say_what(status, response)


_WORDS = {
    "200": "Done.",
    "201": "Made.",
    "204": "Done; there is nothing to tell.",
    "400": "The request cannot be read, or a field has the wrong shape.",
    "401": "No token, or one that does not hold.",
    "403": "Your role or the scopes of your token do not allow it.",
    "404": "There is no such thing, or you may not know of it.",
    "409": "Somebody changed it since you saw it.",
    "410": "Who the person is was erased, and with it what this would tell.",
    "412": "Somebody changed it since you read it.",
    "413": "More than 2 MB.",
    "414": "The address with its query is longer than 4,000 bytes.",
    "415": "Send JSON.",
    "422": "It was understood and cannot be done; `errors` holds every reason.",
    "428": "If-Match is missing.",
    "429": "Too many calls.",
}


def _say_what(status: str, response: dict[str, Any]) -> None:
    if not response.get("description"):
        response["description"] = _WORDS.get(status, "")
