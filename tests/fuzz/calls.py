"""Calls made up from the description of REST, as five roles, into the scene of the pages.

Each operation is first called as it is meant (tests/fuzz/first.py). Then schemathesis makes up what
is sent, valid and invalid. Most addresses name things of the scene, and what was made on the way,
so that calls arrive; some name what belongs to others. Of each answer it is asked: is it 5xx; is it
as described (status, type, headers, body); does it name what its reader may not know.
"""

import copy
import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from math import ceil
from typing import Any
from urllib.parse import urlsplit

import requests
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from cases.models import Case
from nrm.accounts.models import Organisation
from nrm.accounts.roles import Role
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.openapi import example_of
from nrm.reference import described
from tests.fuzz.first import make_first_calls
from tests.permissions.scene import Scene
from tests.world import person

ROLES = ("responder", "caseworker", "supervisor", "auditor", "administrator")
# Who makes the first call where none of these may; no calls are made up for them.
ALSO = (
    *("supervisor2", "caseworker2", "provider", "liaison", "intake"),
    *("palermo_caseworker", "palermo_lead"),
)
# At these places of the scene nothing is the role's: no answer may ever name it.
STRANGE = {
    "responder": ("others",),
    "caseworker": ("outer",),
    "supervisor": ("outer",),
    "auditor": None,  # every case
    "administrator": None,
    "supervisor2": ("outer",),
    "caseworker2": ("outer",),
    "intake": ("outer",),
    "liaison": ("queue", "screening", "review", "notify", "made", "others", "outer"),
    "provider": ("queue", "screening", "review", "notify", "others", "outer"),
    "palermo_caseworker": ("queue", "assigned", "made", "others", "outer"),
    "palermo_lead": ("queue", "assigned", "made", "others", "outer"),
}
# What would end the run rather than test it: the accounts that make the calls stay open.
_SPARED = {"close_account", "end_role", "change_organisation", "give_role", "revoke_token"}
_CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


_OF_PLACES = {
    "own_view": "id",
    "session": "session_id",
    "token": "token_id",
    "organisation": "organisation_id",
    "role_request": "request_id",
}


@dataclass
class Found:
    """What came of it. `problems` has one line for each kind of fault and how often it was seen."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    of_operations: Counter[str] = field(default_factory=Counter)
    arrived: set[str] = field(default_factory=set)  # operations with an answer below 300
    server_errors: int = 0
    violations: int = 0
    rows_of_others: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)  # all there are
    # Operations that no program may call: a person does them, signed in on the pages.
    in_person: set[str] = field(default_factory=set)

    @property
    def never_arrived(self) -> list[str]:
        """What a program may call, and no call of it was answered below 300, or none was made."""
        return sorted(self.operations - self.arrived - self.in_person)

    def note(self, kind: str, what: str, detail: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.problems.setdefault(f"{kind}: {what}", detail[:1500])


@dataclass
class Pool:
    """Values for the arguments of addresses: of the scene, and what was made on the way. A place
    holds values that belong together: a case and its parts."""

    named: dict[str, dict[str, str]]  # those of the scene
    places: list[dict[str, str]]
    random: random.Random

    def place_for(self, arguments: Collection[str]) -> dict[str, str]:
        """One of the places that know these arguments; nothing where none does."""
        fitting = [place for place in self.places if set(arguments) <= set(place)]
        return self.random.choice(fitting) if fitting else {}

    def choose(self, name: str) -> str | None:
        return self.place_for([name]).get(name)

    def learn(self, location: str) -> None:
        """Takes the arguments out of the address of what was just made."""
        try:
            found = resolve(urlsplit(location).path)
        except Resolver404:
            return
        self.places.append({name: str(value) for name, value in found.kwargs.items()})
        if len(self.places) > 180:
            del self.places[100]  # what was made first; the scene's own come before it


def tokens_of(scene: Scene) -> dict[str, str]:
    """A token for each role, for everything."""
    users = scene.world.users
    return {
        role: new_token(users[role], label="fuzz", scopes=ALL, at=scene.at)[1]
        for role in (*ROLES, *ALSO)
        if role in users
    }


def pool_of(scene: Scene, rng: random.Random) -> Pool:
    renamed = {"draft": "draft_id", "indicator": "code", "organisation": "organisation_id"}
    renamed |= {"bundle": "bundle_id", "consent": "consent_id", "matter": "matter_id"}
    renamed |= {"notice": "notice_id", "removal": "removal_id"}
    renamed |= {"exclusion": "exclusion_id", "cover": "cover_id", "service": "service_id"}
    renamed |= {"place": "place_id", "bed": "bed_id", "stay": "stay_id"}
    renamed |= {"avoidance": "avoidance_id", "record": "record_id", "plan_item": "plan_item_id"}
    renamed |= {"transfer": "transfer_id", "link": "link_id", "hearing": "hearing_id"}
    renamed |= {"avoidance": "avoidance_id", "session": "session_id"}
    named = {
        name: {renamed.get(key, key): value for key, value in place.items() if value}
        for name, place in scene.places.items()
    }
    places = [
        {key: value for key, value in place.items() if key != "pk"} for place in named.values()
    ]
    tasks = [place for place in scene.places.values() if place.get("task")]
    places += [{"reference": one["reference"], "code": one["task"]} for one in tasks]
    named["task"] = {"reference": named["queue"]["reference"], "code": named["queue"]["task"]}
    # Somebody and something to change, on whom no call depends.
    house = Organisation.objects.create(name="To be changed", kind="police", profile="uk")
    for number in range(3):
        user = person(f"spare{number}@example.org", Role.FIRST_RESPONDER, house)
        role = user.memberships.get().pk
        named["spare"] = {
            "organisation_id": str(house.pk),
            "account_id": str(user.pk),
            "role_id": str(role),
        }
        places.append(named["spare"])
    closed = Organisation.objects.create(
        name="Closed", kind="police", profile="uk", is_active=False
    )
    named["closed"] = {"organisation_id": str(closed.pk)}
    places.append(named["closed"])
    for who in ROLES:
        user = scene.world.users[who]
        token = new_token(user, label="spare", scopes=(), at=scene.at)[0]
        places.append({"token_id": str(token.pk)})
    # The same name in every address of the scene, each its own in the description.
    for name, argument in _OF_PLACES.items():
        named[name] = {argument: scene.places[name]["pk"]}
        places.append(named[name])
    named[""] = {}
    return Pool(named, [place for place in places if place], rng)


def strange_words(scene: Scene, role: str) -> list[str]:
    """References, pseudonyms, receipts and ids that no answer to this role may hold."""
    places = STRANGE[role]
    wanted = list(scene.references) if places is None else list(places)
    words = []
    for place in wanted:
        words += [scene.references[place], scene.pseudonyms[place]]
        words += filter(None, [scene.receipts.get(place)])
    ids = Case.objects.filter(reference__in=[scene.references[place] for place in wanted])
    words += [str(pk) for pk in ids.values_list("pk", flat=True)]
    if places is None or role == "responder":
        words.append(scene.pseudonyms["their_draft"])
    return words


def run(
    scene: Scene,
    base_url: str,
    *,
    calls: int,
    number: int,
    told: Callable[[Found], None] | None = None,
) -> Found:
    """Makes the first call of each operation, then others, about so many in all, spread over all
    operations and the five roles. The same `number` makes up the same calls."""
    found, rng = Found(), random.Random(number)
    schema = openapi.from_dict({**described(), "servers": [{"url": base_url}]})
    operations = [result.ok() for result in schema.get_all_operations()]
    tokens, pool = tokens_of(scene), pool_of(scene, rng)
    session = requests.Session()
    callers = {
        role: Caller(found, pool, session, base_url, role, tokens[role], strange_words(scene, role))
        for role in tokens
    }
    told_of = [operation.definition.raw for operation in operations]
    found.operations = {each["operationId"] for each in told_of}
    found.in_person = {each["operationId"] for each in told_of if each.get("x-in-person")}
    make_first_calls(scene, operations, callers)
    # Of the short run, which has fewer calls than operations and roles, a part in turn.
    pairs = [(operation, role) for operation in operations for role in ROLES]
    rng.shuffle(pairs)
    each = ceil(max(calls - found.calls, 0) / len(pairs))
    for operation, role in pairs:
        if found.calls >= calls:
            break
        _calls_of(operation, each, number=rng.randrange(2**32), ask=callers[role].make_up)
        if told is not None:
            told(found)
    return found


def _calls_of(operation: Any, most: int, *, number: int, ask: Callable[[Any], None]) -> None:
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    try:
        invalid = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    except Exception:  # nothing of it could be invalid
        invalid = valid

    @seed(number)
    @settings(
        max_examples=most,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(valid, valid, valid, invalid))
    def make(case: Any) -> None:
        ask(case)

    make()


@dataclass
class Caller:
    """Somebody who calls with their token, and judges what comes back."""

    found: Found
    pool: Pool
    session: requests.Session
    base_url: str
    role: str
    token: str
    strange: list[str]

    def make_up(self, case: Any) -> None:
        """A call that schemathesis made up, mostly aimed at what there is."""
        name = case.operation.definition.raw["operationId"]
        _aim(case, name, self.pool)
        headers = {"Authorization": f"Bearer {self.token}"}
        if "If-Match" in case.headers and self.pool.random.random() < 0.8:
            headers["If-Match"] = self.pool.random.choice(["*", '"0"', '"1"', '"2"', '"3"'])
        self.session.cookies.clear()
        response = case.call(self.base_url, session=self.session, headers=headers, timeout=60)
        self._judge(case, response, f"{case.query} {case.body!r}")

    def call(self, case: Any, **sent: Any) -> None:
        """A call as it is meant, with the arguments of requests."""
        headers = {"Authorization": f"Bearer {self.token}"}
        known = {each.name for each in case.operation.headers}
        if "If-Match" in known:
            headers["If-Match"] = "*"
        if "Idempotency-Key" in known:
            headers["Idempotency-Key"] = str(self.pool.random.getrandbits(64))
        self.session.cookies.clear()
        address = f"{self.base_url}{case.formatted_path}"
        response = self.session.request(case.method, address, headers=headers, timeout=60, **sent)
        self._judge(case, Response.from_requests(response, verify=True), repr(sent))

    def _judge(self, case: Any, response: Any, sent: str) -> None:
        found, name = self.found, case.operation.definition.raw["operationId"]
        found.calls += 1
        found.statuses[response.status_code] += 1
        found.of_operations[name] += 1
        if response.status_code < 300:
            found.arrived.add(name)
        sent = f"{case.method} {case.formatted_path} as {self.role}: {sent}"
        if response.status_code >= 500:
            found.note("server_errors", name, f"{response.status_code} {sent}")
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                found.note("violations", f"{name}: {failure.title}", f"{failure}\n{sent}")
        text = response.content.decode("utf-8", "replace")
        for word in self.strange:
            if word in text and word not in sent:
                what = f"{word} in {sent}: {text[:300]}"
                found.note("rows_of_others", f"{name} as {self.role}", what)
        if where := response.headers.get("location"):
            self.pool.learn(where[0])


def _aim(case: Any, name: str, pool: Pool) -> None:
    """Most calls go to what there is, some with the body of the example. What would end the run
    goes to what was made for it."""
    arguments = list(case.path_parameters or {})
    if name in _SPARED or pool.random.random() < 0.85:
        case.path_parameters.update(
            {key: value for key, value in pool.place_for(arguments).items() if key in arguments}
        )
    if isinstance(case.body, dict):
        if pool.random.random() < 0.4 and (example := example_of(name).get("request")):
            case.body = copy.deepcopy(example)
        for field_name, argument in _IN_BODIES.items():
            known = pool.choose(argument) if pool.random.random() < 0.7 else None
            if field_name in case.body and known:
                case.body[field_name] = known


_IN_BODIES = {
    "organisation": "organisation_id",
    "episode": "episode",
    "first": "evidence",
    "second": "evidence",
}
