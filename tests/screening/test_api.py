"""Screening by REST: the same door, the same actions, the same findings as the workbench."""

from typing import Any
from uuid import uuid4

from cases.models import FindingSet
from nrm.audit.models import Event
from screening import actions
from tests.api.tools import api, field_errors
from tests.screening.build import board_of, first_episode, item, started, url
from tests.watching import looking_as


def base(case: Any) -> str:
    return f"/api/v1/cases/{case.reference}/screenings/"


def test_program_screens_a_case_to_its_findings(world: Any, at: Any) -> None:
    case = world.assigned_case()
    client = api(world.caseworker)
    begun = client.post(base(case))
    assert begun.status_code == 201
    one = begun["Location"]
    assert one == base(case) + begun.json()["id"] + "/"
    assert begun.json()["weighing"]["result"] == "INSUFFICIENT"

    episode = client.post(f"{one}episodes/", {"types": ["forced_work"]}, format="json").json()
    sent = {"source": "person", "text": "He kept my passport.", "dated": "2026-03"}
    keyed = {"headers": {"Idempotency-Key": "first item"}}
    item_one = client.post(f"{one}evidence/", sent, format="json", **keyed)
    assert item_one.status_code == 201
    assert client.post(f"{one}evidence/", sent, format="json", **keyed).json() == item_one.json()
    for code in ("ACT-REC", "MC-05", "PU-LAB"):
        saved = client.put(
            f"{one}episodes/{episode['id']}/indicators/{code}/",
            {"state": "shown", "evidence": [item_one.json()["id"]]},
            format="json",
            headers={"If-Match": '"0"'},  # not looked at before
        )
        assert saved.status_code == 200
        assert saved.json()["evidence"] == [item_one.json()["id"]]

    read = client.get(one)
    body = read.json()
    assert body["weighing"]["result"] == "ELEMENTS_MET_ADULT"
    assert [each["text"] for each in body["evidence"]] == ["He kept my passport."]
    assert [e["state"] for e in body["episodes"][0]["elements"]] == ["PRESENT"] * 3
    assert len(body["findings"]) == 3
    done = client.post(
        f"{one}completion/", {"agrees": True}, format="json", headers={"If-Match": read["ETag"]}
    )
    assert done.status_code == 200
    assert done.json()["state"] == "completed"
    with looking_as(world.caseworker):
        assert FindingSet.objects.get(case=case).result == "ELEMENTS_MET_ADULT"
        looked = Event.objects.filter(verb="screening.viewed").count()
    assert looked == 1
    page = world.client("caseworker").get(f"/cases/{case.reference}/assessment/").content.decode()
    assert "He kept my passport." in page


def test_program_is_told_of_a_change_since_it_read(world: Any, at: Any) -> None:
    screening = started(world, at)
    who = {"actor": world.supervisor, "at": at}
    one = actions.record_evidence(screening, **who, item=item())
    two = actions.record_evidence(screening, **who, item=item("Another."))
    pair = actions.note_contradiction(screening, **who, first=one.pk, second=two.pk)
    episode = first_episode(screening, world)
    client = api(world.caseworker)
    here = f"{base(screening.case)}{screening.pk}/"
    sent = {"source": "person", "text": "Corrected."}
    stale = {"headers": {"If-Match": '"0"'}}
    addresses = [
        (f"{here}evidence/{one.pk}/", sent),
        (f"{here}contradictions/{pair.pk}/", {"explanation": "Two journeys."}),
        (f"{here}episodes/{episode.pk}/indicators/MC-04/", {"state": "shown"}),
    ]
    actions.record_indicator(
        screening, **who, episode=episode.pk, code="MC-04", state="unknown", evidence_ids=[]
    )
    for address, body in addresses:
        answer = client.put(address, body, format="json", **stale)
        assert answer.status_code == 412, address
        assert answer["Content-Type"] == "application/problem+json"
    assert client.put(addresses[0][0], sent, format="json").status_code == 428
    answer = client.post(f"{here}completion/", {"agrees": True}, format="json", **stale)
    assert answer.status_code == 412
    board = board_of(screening, world)
    assert [each.text for each in board.items] == ["He kept my passport.", "Another."]
    assert board.pairs[0].explanation == ""

    fresh = {"headers": {"If-Match": f'"{one.version}"'}}
    answer = client.put(addresses[0][0], sent, format="json", **fresh)
    assert answer.status_code == 200
    assert answer.json()["text"] == "Corrected."
    assert client.delete(addresses[2][0]).status_code == 428
    assert client.delete(addresses[2][0], headers={"If-Match": "*"}).status_code == 204
    assert not board_of(screening, world).findings


def test_program_is_told_every_reason_at_once(world: Any, at: Any) -> None:
    screening = started(world, at, episodes=0)
    client = api(world.caseworker)
    here = f"{base(screening.case)}{screening.pk}/"
    answer = client.post(
        f"{here}evidence/", {"source": "rumour", "text": "", "dated": "May"}, format="json"
    )
    assert answer.status_code == 400
    assert set(field_errors(answer)) == {"source", "text", "dated"}
    answer = client.post(
        f"{here}evidence/",
        {"source": "person", "text": "It.", "dated": "2999", "episode": str(uuid4())},
        format="json",
    )
    assert answer.status_code == 422
    assert set(field_errors(answer)) == {"dated", "episode"}
    answer = client.post(
        f"{here}completion/", {"agrees": False}, format="json", headers={"If-Match": "*"}
    )
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [
        "no_episode",
        "nothing_recorded",
        "refused",
    ]
    assert client.post(base(screening.case)).status_code == 422


def test_page_and_program_agree_on_who_may_screen(world: Any, at: Any) -> None:
    screening = started(world, at)
    here = f"{base(screening.case)}{screening.pk}/"
    expected = {
        "caseworker": 200,
        "supervisor": 200,
        "intake": 403,
        "responder": 403,
        "other_caseworker": 404,
        "provider": 404,
        "auditor": 404,
    }
    for name, status in expected.items():
        client = api(world.users[name])
        assert client.get(here).status_code == status, name
        assert client.get(base(screening.case)).status_code == status, name
        assert world.client(name).get(url(screening)).status_code == status, name
        if status != 200:
            answer = client.post(f"{here}evidence/", {"source": "person"}, format="json")
            assert answer.status_code == status, name
    listed = api(world.caseworker).get(base(screening.case)).json()
    assert [row["id"] for row in listed["results"]] == [str(screening.pk)]
    other = started(world, at)
    crossed = f"{base(screening.case)}{other.pk}/"
    assert api(world.caseworker).get(crossed).status_code == 404
