"""What every REST endpoint stands on: reading a request safely, versions and repeated submissions,
pages of a list, and how the schema tells of them.

A view only translates. It finds its object through the same door as the page, hands
`validated_data` to the same action, and lets refusals fly: `nrm.web.problem_handler` makes every
one of them application/problem+json, with all reasons at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, parsers, serializers, views
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts import limits, presence, submissions
from nrm.accounts.limits import Policy
from nrm.accounts.rights import RoleRight
from nrm.accounts.scopes import Scope
from nrm.actions import Changed, Objection, lock
from nrm.text import seen
from nrm.web import PROBLEM, ProofNeeded, ScopeMissing, travels_plainly

MOST_BYTES = 2 * 1024 * 1024  # of one request; evidence files do not come this way
PAGE_SIZE = 25
MOST_ROWS = 100


# Reading a request -------------------------------------------------------------------------------
class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = _("The request is too large.")
    default_code = "too_large"


class PreconditionRequired(exceptions.APIException):
    status_code = 428
    default_detail = _("Send If-Match with the ETag of what you read.")
    default_code = "precondition_required"


class JSONParser(parsers.JSONParser):
    """JSON that can be kept: no nesting without end, no character that is no text."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
            _only_text(value)
        except RecursionError:
            raise exceptions.ParseError(_("The JSON is nested too deeply."))
        # What nobody can see is no answer, as on a page (nrm.forms).
        return seen(value)


def _only_text(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise exceptions.ParseError(_("The JSON holds a character that is not text."))
    elif isinstance(value, dict):
        for key, item in value.items():
            _only_text(key)
            _only_text(item)
    elif isinstance(value, list):
        for item in value:
            _only_text(item)


def _no_scope(where: str) -> TypeError:
    """What a developer is told who forgot to say what a token needs."""
    return TypeError(
        f"{where} declares no scope. Decorate the method:\n"
        f"    from nrm.accounts.scopes import Scope\n"
        f"    @describe(..., scope=Scope.CASES_READ)\n"
        f"with one of {', '.join(Scope.names)}."
    )


class APIView(views.APIView):
    """The base of every endpoint. `at` is the time of the request.

    `role_right` is what the endpoint needs where it is about no one case (403 without it);
    endpoints of a case derive from `cases.api.base.CaseAPIView` instead.
    """

    role_right: RoleRight | None = None
    scopes: Mapping[str, Scope] = {}  # by method, from `describe`: nobody writes it by hand
    tight: Callable[[], Policy] | None = None  # a further limit on what it changes or shows
    tight_reads = False  # whether that limit counts reading too
    shows_identity = False  # whether reading it shows who somebody is, which the action counts
    parser_classes = [JSONParser]
    most_bytes = MOST_BYTES
    metadata_class = None  # OPTIONS is refused: the schema tells what there is

    def __init_subclass__(cls, **more: Any) -> None:
        """Gathers the scope of each method; an endpoint without one does not import."""
        super().__init_subclass__(**more)
        for name in cls.http_method_names:
            method = getattr(cls, name, None)
            if method is None or name in ("head", "options"):
                continue
            if not isinstance(scope := getattr(method, "scope", None), Scope):
                raise _no_scope(f"{cls.__module__}.{cls.__qualname__}.{name}")
            cls.scopes = {**cls.scopes, name.upper(): scope}

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        with limits.telling() as self.counted:
            return super().dispatch(*args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = timezone.now()
        if self.tight_reads or self.shows_identity:
            travels_plainly(request._request)
        self._count_call(request)
        self._check_scope(request)
        self._check_proof(request)
        # DRF reads the body itself, past Django's own limit.
        sent = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (sent.isascii() and sent.isdigit()) or int(sent) > self.most_bytes:
            raise TooLarge
        if self.role_right is not None:
            self.role_right.check(request.user, None)

    def _count_call(self, request: Request) -> None:
        """429 where the user or the token has made too many calls; says what is left otherwise."""
        who = [(limits.calls_of_a_user(), request.user.pk)]
        if (token := request._request.token) is not None:
            who.append((limits.calls_of_a_token(), token.pk))
        counted = self.tight_reads or request.method not in ("GET", "HEAD")
        if self.tight is not None and counted:
            who.append((type(self).tight(), request.user.pk))  # type: ignore[misc]
        self.counts = limits.count(who)
        exceeded = [each.seconds for each in self.counts if each.exceeded]
        if exceeded:
            raise exceptions.Throttled(wait=max(exceeded))

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        counts = [*getattr(self, "counts", []), *self.counted]
        for name, value in limits.headers(sorted(counts, key=lambda each: each.left)).items():
            response[name] = value
        return response

    def _check_scope(self, request: Request) -> None:
        """403 where a token was not made for this method; who came by session needs no scope."""
        token = request._request.token
        method = "GET" if request.method == "HEAD" else str(request.method)
        if token is None or method not in self.scopes:
            return
        if self.scopes[method] not in token.scopes:
            raise ScopeMissing(str(self.scopes[method].value))

    def _check_proof(self, request: Request) -> None:
        """403 where the method needs a person who is there: a session whose second factor is fresh.
        A token's scope is enough, unless it is said that no token may."""
        method = getattr(self, str(request.method).lower(), None)
        if not getattr(method, "fresh", False):
            return
        if request._request.token is not None:
            if getattr(method, "in_person", False):
                raise ProofNeeded("in_person")
        elif not presence.is_fresh(request._request, at=self.at):
            raise ProofNeeded("fresh_factor")

    def read(self, serializer: type[serializers.Serializer], **more: Any) -> dict[str, Any]:
        """The body as this serializer validates it; ValidationError (400) with every fault."""
        found = serializer(data=self.request.data, **more)
        found.is_valid(raise_exception=True)
        return found.validated_data

    def read_query(self, serializer: type[serializers.Serializer], **more: Any) -> dict[str, Any]:
        """The same for what stands after the question mark of the address."""
        found = serializer(data=self.request.query_params, **more)
        found.is_valid(raise_exception=True)
        return found.validated_data

    # Repeated submissions
    def submission_key(self, *, required: bool = False) -> UUID | None:
        """The Idempotency-Key header as a key of this user's and this address's own, so that
        nobody can meet another's submission by sending the same key. None where it is absent;
        Refused where it was sent before with something else."""
        sent = self.request.headers.get("Idempotency-Key", "").strip()
        if not sent:
            if required:
                text = _("Send an Idempotency-Key header: any text of your own that is unique.")
                raise exceptions.ValidationError({"Idempotency-Key": [text]})
            return None
        if len(sent) > 255 or not sent.isascii():
            text = _("An Idempotency-Key is at most 255 ASCII characters.")
            raise exceptions.ValidationError({"Idempotency-Key": [text]})
        key = uuid5(self.request.user.pk, f"{self.request.path}|{sent}")
        submissions.note(key, str(self.request.method), self.request.data, at=self.at)
        return key

    # Versions
    def expected_version(self, *, required: bool = True) -> int | None:
        """The version that the sender read, from If-Match; None for `*`. Hand it to an action that
        takes a version. 428 where it is absent, unless it is not `required`."""
        sent = self.request.headers.get("If-Match", "").strip()
        if not sent and required:
            raise PreconditionRequired
        if sent in ("", "*"):
            return None
        digits = sent.removeprefix("W/").strip('"')
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            text = _("If-Match is the ETag of what you read.")
            raise exceptions.ValidationError({"If-Match": [text]})
        return int(digits)

    def hold(self, thing: Any, *, required: bool = True) -> None:
        """For an action that takes no version: locks the thing, reads its version again, and
        raises Changed (412) where it is not the one in If-Match."""
        expected = self.expected_version(required=required)
        if expected is None:
            return
        lock(thing.lock_id)
        thing.refresh_from_db(fields=["version"])
        if thing.version != expected:
            text = _("Somebody changed this since you read it. Read it again.")
            raise Changed([Objection(str(text), code="changed")])


def respond(
    data: Any, *, status: int = 200, version: int | None = None, location: str | None = None
) -> Response:
    """A JSON answer. `version` becomes the ETag, `location` where the new thing is."""
    headers = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location is not None:
        headers["Location"] = location
    return Response(data, status=status, headers=headers)


# Pages of a list ---------------------------------------------------------------------------------
class PageQuery(serializers.Serializer):
    """The part of an address that turns the pages. Derive from it for a list with filters."""

    after = serializers.CharField(
        required=False, default="", max_length=100, help_text="Where the page begins: from `next`."
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE_SIZE, min_value=1, max_value=MOST_ROWS
    )


class IdPageQuery(PageQuery):
    """The same, where a page begins after the id of a row."""

    def validate_after(self, value: str) -> str:
        try:
            return str(UUID(value)) if value else ""
        except ValueError:
            raise serializers.ValidationError(_("No page ends here: use the address in `next`."))


def page_by_id(rows: QuerySet[Any], *, after: str, limit: int) -> tuple[list[Any], str]:
    """One page of rows in the order of their ids, and the place where the next one begins."""
    if after:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""


def page_response(request: Request, results: Any, *, after: str) -> Response:
    """The answer for one page: `results`, and `next`, the address of the page that begins after
    this place (null where the place is empty: the last page)."""
    address = None
    if after:
        query = request.query_params.copy()
        query["after"] = after
        address = f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"
    return Response({"results": results, "next": address})


def page_schema(row: type[serializers.Serializer], name: str) -> serializers.Serializer:
    """The schema of such an answer."""
    next_page = serializers.URLField(allow_null=True, help_text="The next page, or null.")
    return inline_serializer(name, {"results": row(many=True), "next": next_page})


# Fields that answers share ------------------------------------------------------------------------
class Coded(serializers.Serializer):
    """A code of the profile and its label in the language of the request."""

    code = serializers.CharField()
    label = serializers.CharField()


def coded(thing: Any) -> dict[str, str]:
    """Anything with a code and a label (a stage, a decision, a term), as `Coded` shows it."""
    return {"code": str(thing.code), "label": str(thing.label)}


def coded_choice(choices: Any, value: str) -> dict[str, str]:
    """A value of a TextChoices class, as `Coded` shows it."""
    return {"code": value, "label": str(choices(value).label)}


class ReferenceField(serializers.CharField):
    """A case's reference, such as 7K3MQ-9TD2X-4HJ3."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=20, **more)


# The schema --------------------------------------------------------------------------------------
class ProblemErrorSerializer(serializers.Serializer):
    field = serializers.CharField(allow_blank=True, help_text="Which input; empty for the whole.")
    detail = serializers.CharField(help_text="A sentence for the person who sent it.")
    code = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """A refusal, as RFC 9457 has it. `errors` holds every reason at once."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    errors = ProblemErrorSerializer(many=True, required=False)


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of your own. The same key sent twice does the thing once; with something "
    "else, it is refused (422).",
)
IDEMPOTENCY_KEY_NEEDED = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Any text of your own. The same key sent twice does the thing once; with something "
    "else, it is refused (422).",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what you read, or * for whatever there is. 412 where somebody has "
    "changed it since.",
)


def describe(
    operation: str,
    summary: str,
    *,
    tag: str,
    scope: Scope | None = None,
    request: Any = None,
    responses: dict[int, Any],
    problems: Iterable[int] = (),
    parameters: Sequence[Any] = (),
    fresh: bool = False,
    in_person: bool = False,
    **more: Any,
) -> Callable[[Any], Any]:
    """Tells the schema about one method of a view, and what scope a token needs for it. 401, 403,
    429 and, where something is sent, 400,
    413, 415 and 422 are always among the problems; name further ones (404, 409, 412, 428).

    `fresh`: who comes by session needs a second factor given within the last minutes; `in_person`:
    that, and no token may."""
    if scope is None:
        raise _no_scope(operation)
    refusals = {401, 403, 429, *problems}
    if request is not None:
        refusals |= {400, 413, 415, 422}
    if parameters:
        refusals.add(400)
    told: dict[Any, Any] = dict(responses)
    for status in sorted(refusals):
        told[(status, PROBLEM)] = ProblemSerializer
    tell = extend_schema(
        operation_id=operation,
        summary=summary,
        tags=[tag],
        request=request,
        responses=told,
        parameters=list(parameters),
        extensions={
            "x-scope": scope.value,
            **({"x-fresh-factor": True} if fresh or in_person else {}),
            **({"x-in-person": True} if in_person else {}),
        },
        **more,
    )

    def declare(method: Any) -> Any:
        method.scope = scope
        method.fresh, method.in_person = fresh or in_person, in_person
        method.operation = operation
        return tell(method)

    return declare


class SignedInScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program and a browser sign in, for the schema."""

    target_class = "nrm.accounts.tokens.SignedIn"
    name = ["token", "session"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]  # either is enough

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "A token of your account page."},
            {"type": "apiKey", "in": "cookie", "name": "__Host-nrm_session"},
        ]
