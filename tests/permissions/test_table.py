"""Every address, every method, everybody: what the table says is what they get."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import get_resolver, path

from tests.permissions.asking import (
    METHODS,
    Answer,
    Asker,
    absent_values,
    arguments,
    differences,
    leaks,
)
from tests.permissions.table import (
    ACTORS,
    FORBIDDEN,
    HIDDEN,
    NOT_ALLOWED,
    SIGN_IN,
    SIGNED_IN,
    TABLE,
    THROUGH,
    Row,
)

_REFUSED = (FORBIDDEN, HIDDEN, SIGN_IN)


def of_rows(rows: Any) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[f"{r.name}-{r.places[0]}" for r in rows])


def is_api(row: Row) -> bool:
    return row.route.startswith("api/")


def refusals(asker: Asker, api: bool) -> dict[str, Answer]:
    """The page, or the problem, that says no; there is one of each."""
    prefix = "/api/v1/cases/" if api else "/near/"
    nobody, own = "7K3MQ-9TD2X-4HJP", asker.scene.references["assigned"]
    own_path = f"/api/v1/cases/{own}/" if api else f"/cases/{own}/"
    return {
        HIDDEN: asker.ask("GET", f"{prefix}{nobody}/", "provider"),
        FORBIDDEN: asker.ask("GET", own_path, "provider"),
    }


# The table is whole ------------------------------------------------------------------------------
def test_every_address_that_is_served_is_in_the_table_and_nothing_else():
    assert differences(get_resolver().url_patterns, TABLE) == []


def test_an_address_that_nobody_listed_fails_the_suite():
    def view(request: Any) -> None: ...

    served = [*get_resolver().url_patterns, path("cases/<str:reference>/secret/", view, name="s")]
    assert differences(served, TABLE) == ["cases/<str:reference>/secret/ (s) is not in the table"]


def test_a_row_whose_address_is_gone_fails_the_suite():
    table = [*TABLE, Row("cases/<str:reference>/gone/", "gone", {})]
    assert differences(get_resolver().url_patterns, table) == [
        "cases/<str:reference>/gone/ (gone) is in the table and is not served"
    ]


def test_each_row_speaks_of_known_people_and_says_something():
    for row in TABLE:
        assert row.says
        assert set(row.says) <= set(METHODS), row.route
        for says in row.says.values():
            names = set() if says.by_standing else {*says.through, *says.hidden_from}
            assert names <= set(ACTORS), row.route


def test_everybody_of_the_scene_is_asked_for(asker):
    assert {*asker.scene.world.users, "anonymous"} == set(ACTORS)


# Who gets what -----------------------------------------------------------------------------------
def _who(row: Row, place: str, method: str) -> Iterator[tuple[str, str]]:
    """Who is asked at a place, and with which token. At the first place of a row, everybody; at
    further ones, whoever gets something else there, and one who gets through. The API is asked by
    program, and by one who gets through as a browser too."""
    says = row.says[method]
    through = next((actor for actor in ACTORS if says.to(actor, place) == THROUGH), "")
    for actor in ACTORS:
        same = says.to(actor, place) == says.to(actor, row.places[0])
        if place != row.places[0] and same and actor != through:
            continue
        token = "token" if is_api(row) and actor != "anonymous" else ""
        yield actor, token
        if token and actor == through:
            yield actor, ""


@of_rows(TABLE)
def test_each_person_gets_what_the_table_says(asker, row):
    wrong = []
    no = refusals(asker, is_api(row))
    for place in row.places:
        where, sends = asker.path(row, place), asker.sends(row, place)
        for method, says in row.says.items():
            for actor, token in _who(row, place, method):
                answer = asker.ask(method, where, actor, token=token, sends=sends)
                asked = f"{method} {row.name} at {place or '-'} as {actor} {token}".strip()
                expected = says.to(actor, place)
                if answer.kind != expected:
                    wrong.append(f"{asked}: {answer.kind} ({answer.status}), not {expected}")
                elif answer.kind in no and answer.body != no[answer.kind].body:
                    wrong.append(f"{asked}: another page than every other {answer.kind}")
                shown = leaks(asker.scene, actor, answer.body)
                wrong += [f"{asked}: shows {what}" for what in shown]
    assert wrong == []


@of_rows([row for row in TABLE if is_api(row)])
def test_a_revoked_and_an_expired_token_open_nothing(asker, row):
    place = row.places[0]
    where = asker.path(row, place)
    for method, says in row.says.items():
        someone = next(actor for actor in SIGNED_IN if says.to(actor, place) == THROUGH)
        for token in ("revoked", "expired"):
            kind = asker.ask(method, where, someone, token=token).kind
            assert kind == (THROUGH if says.public else SIGN_IN)


@of_rows([row for row in TABLE if not is_api(row)])
def test_a_token_opens_no_page(asker, row):
    place = row.places[0]
    for method, says in row.says.items():
        someone = next(actor for actor in SIGNED_IN if says.to(actor, place) == THROUGH)
        answer = asker.ask(method, asker.path(row, place), someone, token="token")
        assert answer.kind == (THROUGH if says.public else SIGN_IN)


@of_rows(TABLE)
def test_a_method_that_is_not_in_the_table_is_not_answered(asker, row):
    place = row.places[0]
    where = asker.path(row, place)
    insider = next(
        actor
        for actor in ("anonymous", *SIGNED_IN)
        if any(says.to(actor, place) == THROUGH for says in row.says.values())
    )
    wrong = []
    for method in METHODS:
        if method in row.says:
            continue
        for actor in dict.fromkeys([insider, "anonymous", "other_supervisor"]):
            kind = asker.ask(method, where, actor).kind
            refused = {NOT_ALLOWED} if actor == insider else {NOT_ALLOWED, *_REFUSED}
            if kind not in refused:
                wrong.append(f"{method} {row.name} as {actor}: {kind}")
    assert wrong == []


# What is hidden looks like what is absent ---------------------------------------------------------
def _of_cases(row: Row) -> bool:
    return bool(arguments(row)) and row.absent != ()


@of_rows([row for row in TABLE if _of_cases(row)])
def test_what_is_hidden_and_what_is_absent_are_the_same_to_the_byte(asker, row):
    place = row.places[0]
    no = refusals(asker, is_api(row))[HIDDEN]
    for method, says in row.says.items():
        sends = asker.sends(row, place)
        insider = next(actor for actor in SIGNED_IN if says.to(actor, place) == THROUGH)
        strangers = [actor for actor in SIGNED_IN if says.to(actor, place) == HIDDEN][-2:]
        for argument in row.absent or arguments(row):
            for value in absent_values(argument):
                where = asker.path(row, place, **{argument: value})
                answer = asker.ask(method, where, insider, sends=sends)
                assert answer.kind == HIDDEN, (method, where, insider, answer.status)
                assert answer.body == no.body, (method, where, insider)
        top = (row.absent or tuple(arguments(row)))[0]
        absent = asker.path(row, place, **{top: absent_values(top)[0]})
        for actor in strangers:
            there = asker.ask(method, asker.path(row, place), actor, sends=sends)
            nowhere = asker.ask(method, absent, actor, sends=sends)
            assert there.whole == nowhere.whole, (method, row.name, actor)


# A part of one case is looked for under the address of another, of which the asker knows.
PARTS = {
    "decision_id": ("made", "outer", "review"),
    "deadline_id": ("assigned", "outer", "made"),
    "evidence": ("screening",),
    "episode": ("screening",),
    "contradiction": ("screening",),
    "screening": ("screening",),
}


@of_rows([row for row in TABLE if set(arguments(row)) & set(PARTS)])
def test_a_part_of_another_case_is_absent_also_to_who_may_see_both(asker, row):
    at = row.places[0]
    host = "assigned" if at != "assigned" else "screening"
    reference = asker.scene.references[host]
    no = refusals(asker, is_api(row))[HIDDEN]
    start = f"/cases/{reference}/assessment/"
    (part, *_more) = [name for name in arguments(row) if name in PARTS]
    for method, says in row.says.items():
        insider = next(actor for actor in SIGNED_IN if says.to(actor, host) == THROUGH)
        for place in {at, *PARTS[part]} - {host}:
            value = asker.scene.places[place][part]
            where = asker.path(row, at, reference=reference, **{part: value})
            answer = asker.ask(method, where, insider, sends=asker.sends(row, at))
            if where.startswith(start) and answer.status == 302:
                # Without an open screening, each page of it leads to where one is begun,
                assert dict(answer.headers)["Location"] == start
            elif where.startswith(start) and answer.status == 409:
                # and a form that was sent is shown again, so that nothing typed is lost.
                assert leaks(asker.scene, insider, answer.body) == []
            else:
                assert (answer.kind, answer.body) == (HIDDEN, no.body), (method, where)


# What another site has a browser send ------------------------------------------------------------
@of_rows([row for row in TABLE if set(row.says) - {"GET"}])
def test_a_form_of_another_site_is_refused_at_every_address(asker, row):
    place = row.places[0]
    for method, says in row.says.items():
        if method == "GET":
            continue
        insider = next(actor for actor in SIGNED_IN if says.to(actor, place) == THROUGH)
        answer = asker.ask(method, asker.path(row, place), insider, forged=True)
        assert answer.kind == FORBIDDEN, (method, row.name, answer.status)


# Sessions and tokens together --------------------------------------------------------------------
def test_a_request_with_a_session_and_a_token_is_the_tokens(asker):
    path = f"/api/v1/cases/{asker.scene.references['assigned']}/"
    browser = asker.browsers["supervisor"]
    for token, status in (("token", 404), ("revoked", 401), ("expired", 401)):
        secret = asker.scene.tokens["other_supervisor"][token]
        answer = browser.get(path, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == status


@override_settings(DEBUG=False)
def test_an_address_that_is_not_served_says_the_same_as_a_hidden_one(asker):
    no = refusals(asker, api=False)[HIDDEN]
    assert asker.ask("GET", "/no/such/page/", "auditor").body == no.body
    assert asker.ask("GET", "/no/such/page/", "anonymous").body == no.body
    problem = refusals(asker, api=True)[HIDDEN]
    assert asker.ask("GET", "/api/v1/no-such/", "auditor").body == problem.body
