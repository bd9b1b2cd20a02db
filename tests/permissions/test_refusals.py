"""What is refused at every address whoever asks: spent tokens, methods that are not there, forms of
other sites, and objects that are hidden or absent."""

from tests.permissions.asking import (
    METHODS,
    absent_values,
    arguments,
    is_api,
    leaks,
    of_rows,
)
from tests.permissions.table import (
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


# Tokens and methods ------------------------------------------------------------------------------
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
def _of_objects(row: Row) -> bool:
    return bool(arguments(row)) and row.absent != ()


@of_rows([row for row in TABLE if _of_objects(row)])
def test_what_is_hidden_and_what_is_absent_are_the_same_to_the_byte(asker, row):
    place = row.places[0]
    no = asker.refusals(is_api(row))[HIDDEN]
    for method, says in row.says.items():
        sends = asker.sends(row, place)
        insider = next(actor for actor in SIGNED_IN if says.to(actor, place) == THROUGH)
        strangers = [actor for actor in SIGNED_IN if says.to(actor, place) == HIDDEN][-1:]
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
    no = asker.refusals(is_api(row))[HIDDEN]
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
# Hiding must never fail, and its button stands on error pages that carry no token. Another site's
# form comes without the session's cookie (SameSite), so it hides nobody's screen.
NEEDS_NO_PROOF = {"hide_screen"}


@of_rows([row for row in TABLE if set(row.says) - {"GET"} and row.name not in NEEDS_NO_PROOF])
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
    for token, kind in (("token", HIDDEN), ("revoked", SIGN_IN), ("expired", SIGN_IN)):
        answer = asker.ask("GET", path, "supervisor", token=token, token_of="other_supervisor")
        assert answer.kind == kind


def test_an_address_that_is_not_served_says_the_same_as_a_hidden_one(asker):
    no = asker.refusals(api=False)[HIDDEN]
    assert asker.ask("GET", "/no/such/page/", "auditor").body == no.body
    assert asker.ask("GET", "/no/such/page/", "anonymous").body == no.body
    problem = asker.refusals(api=True)[HIDDEN]
    assert asker.ask("GET", "/api/v1/no-such/", "auditor").body == problem.body
