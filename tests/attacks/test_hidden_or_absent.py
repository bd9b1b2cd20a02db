"""Who asks for what they may not know of, and gets the very answer of what is not there."""

from uuid import uuid4

import pytest

from cases.references import new_reference
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import add, url

# Of these an answer always has its own; RateLimit counts the calls of the asker.
OF_THE_MOMENT = {"Date", "X-Request-Id", "Set-Cookie", "RateLimit"}


def whole(response) -> tuple[int, bytes, dict[str, str]]:
    headers = {k: v for k, v in response.headers.items() if k not in OF_THE_MOMENT}
    return response.status_code, response.content, headers


@pytest.mark.parametrize("name", ["caseworker", "auditor", "responder", "superuser"])
def test_foreign_and_absent_case_get_the_same_bytes_and_headers(world, name):
    foreign = world.case().reference
    if name == "caseworker":
        client = world.client("other_caseworker")
    else:
        client = world.client(name if name != "responder" else "other_responder")
    answers = []
    for reference in (foreign, new_reference(), "NOT-A-REFERENCE", "0" * 14):
        response = client.get(f"/cases/{reference}/")
        answers.append(whole(response))
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("name", ["other_caseworker", "auditor", "other_responder", "superuser"])
def test_program_that_asks_for_a_foreign_case_gets_what_an_absent_one_gives(world, name):
    foreign = world.case().reference
    program = api(world.users[name])
    for part in ("", "notes/", "documents/", "deadlines/", "timeline/", "decisions/"):
        answers = [
            whole(program.get(f"/api/v1/cases/{reference}/{part}"))
            for reference in (foreign, new_reference(), new_reference())
        ]
        assert answers[0][0] == 404, part
        assert answers[0] == answers[1] == answers[2], part


def test_document_of_a_foreign_case_is_as_absent_as_one_that_never_was(world, at):
    """Also for who may see another case, under whose address they ask for it."""
    own, foreign = assigned(world, at=at), assigned(world, at=at)
    (document,) = add(world, foreign, files.pdf(), at=at).saved
    client, program = world.client("caseworker"), api(world.caseworker)
    for asks, name in ((client, "document_file"), (program, "api_document_file")):
        there, nowhere = (whole(asks.get(url(own, name, one))) for one in (document.pk, uuid4()))
        assert there[0] == 404
        assert there == nowhere
    assert whole(client.get(url(own, "document_file", document.pk) + "?copy=original"))[0] == 404
