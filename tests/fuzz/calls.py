"""Calls made up from the description of REST, as five roles, into the scene of the permissions.

Schemathesis makes up what is sent, valid and invalid. Most addresses name things of the scene, and
what was made on the way, so that calls arrive; some name what belongs to others. Of each answer it
is asked: is it 5xx; is it as described (status, type, headers, body); does it name what its reader
may not know.
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
from schemathesis.specs.openapi import checks

from cases.models import Case
from nrm.accounts.models import Organisation
from nrm.accounts.roles import Role
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.context import acting_as
from nrm.openapi import example_of
from nrm.reference import described
from tests.permissions.scene import Scene
from tests.world import person

ROLES = ("responder", "caseworker", "supervisor", "auditor", "administrator")
# At these places of the scene nothing is the role's: no answer may ever name it.
STRANGE = {
    "responder": ("others",),
    "caseworker": ("outer",),
    "supervisor": ("outer",),
    "auditor": None,  # every case
    "administrator": None,
}
# What would end the run rather than test it: the accounts that make the calls stay open.
_SPARED = {"close_account", "end_role", "change_organisation", "give_role", "revoke_token"}
_CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


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

    def note(self, kind: str, what: str, detail: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.problems.setdefault(f"{kind}: {what}", detail[:1500])


@dataclass
class Pool:
    """Values for the arguments of addresses: of the scene, and what was made on the way. A place
    holds values that belong together: a case and its parts."""

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
        if len(self.places) > 120:
            del self.places[40]


def tokens_of(scene: Scene) -> dict[str, str]:
    """A token for each role, for everything."""
    return {
        role: new_token(scene.world.users[role], label="fuzz", scopes=ALL, at=scene.at)[1]
        for role in ROLES
    }


def pool_of(scene: Scene, rng: random.Random) -> Pool:
    renamed = {"draft": "draft_id", "indicator": "code", "organisation": "organisation_id"}
    places = [
        {renamed.get(name, name): value for name, value in place.items() if value and name != "pk"}
        for place in scene.places.values()
    ]
    tasks = [place for place in scene.places.values() if place.get("task")]
    places += [{"reference": one["reference"], "code": one["task"]} for one in tasks]
    # Somebody and something to change, on whom no call depends.
    house = Organisation.objects.create(name="To be changed", kind="police", profile="uk")
    places.append({"organisation_id": str(house.pk)})
    for number in range(3):
        user = person(f"spare{number}@example.org", Role.FIRST_RESPONDER, house)
        role = user.memberships.get().pk
        places.append({"account_id": str(user.pk), "role_id": str(role)})
    for who in ROLES:
        user = scene.world.users[who]
        token = new_token(user, label="spare", scopes=(), at=scene.at)[0]
        places.append({"token_id": str(token.pk)})
    return Pool([place for place in places if place], rng)


def strange_words(scene: Scene, role: str) -> list[str]:
    """References, pseudonyms, receipts and ids that no answer to this role may hold."""
    places = STRANGE[role]
    wanted = list(scene.references) if places is None else list(places)
    words = []
    for place in wanted:
        words += [scene.references[place], scene.receipts[place], scene.pseudonyms[place]]
    with acting_as(scene.world.users["supervisor"]):
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
    """Makes about so many calls, spread over all operations and the five roles. The same `number`
    makes up the same calls."""
    found, rng = Found(), random.Random(number)
    schema = openapi.from_dict({**described(), "servers": [{"url": base_url}]})
    operations = [result.ok() for result in schema.get_all_operations()]
    tokens, pool = tokens_of(scene), pool_of(scene, rng)
    strange = {role: strange_words(scene, role) for role in ROLES}
    session = requests.Session()
    # Of the short run, which has fewer calls than operations and roles, a part in turn.
    pairs = [(operation, role) for operation in operations for role in ROLES]
    rng.shuffle(pairs)
    each = ceil(calls / len(pairs))
    for operation, role in pairs:
        if found.calls >= calls:
            break
        _calls_of(
            operation,
            each,
            number=rng.randrange(2**32),
            ask=_asker(found, pool, session, base_url, role, tokens[role], strange[role]),
        )
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


def _asker(
    found: Found,
    pool: Pool,
    session: requests.Session,
    base_url: str,
    role: str,
    token: str,
    strange: list[str],
) -> Callable[[Any], None]:
    def ask(case: Any) -> None:
        name = case.operation.definition.raw["operationId"]
        _aim(case, name, pool)
        headers = {"Authorization": f"Bearer {token}"}
        if "If-Match" in case.headers and pool.random.random() < 0.8:
            headers["If-Match"] = pool.random.choice(["*", '"0"', '"1"', '"2"', '"3"'])
        session.cookies.clear()
        response = case.call(base_url, session=session, headers=headers, timeout=60)
        found.calls += 1
        found.statuses[response.status_code] += 1
        found.of_operations[name] += 1
        if response.status_code < 300:
            found.arrived.add(name)
        sent = f"{case.method} {case.formatted_path} as {role}: {case.query} {case.body!r}"
        if response.status_code >= 500:
            found.note("server_errors", name, f"{response.status_code} {sent}")
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                found.note("violations", f"{name}: {failure.title}", f"{failure}\n{sent}")
        text = response.content.decode("utf-8", "replace")
        for word in strange:
            if word in text and word not in sent:
                found.note("rows_of_others", f"{name} as {role}", f"{word} in {sent}: {text[:300]}")
        if where := response.headers.get("location"):
            pool.learn(where[0])

    return ask


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
