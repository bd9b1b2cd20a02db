"""By REST, what stands around a case: the queue, tasks, people, access, summaries, statistics."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.actions import assigning, clocks
from cases.models import Case
from nrm.accounts.roles import Role
from nrm.audit.models import Event
from nrm.context import acting_as
from reporting.releases.document import read_release
from reporting.releases.periods import Period
from reporting.statistics.actions import ask_for_release
from tests.api.tools import api, field_errors
from tests.decisions import road
from tests.intake.answers import ADULT, CHILD
from tests.permissions.scene import Scene, _referred
from tests.reporting.made import a_release
from tests.world import person

CASES = "/api/v1/cases/"


def referred(world: Any, answers: Any) -> Case:
    return _referred(Scene(world, timezone.now()), answers)


def test_intake_reads_its_queue_and_what_a_referral_says(world: Any) -> None:
    case = referred(world, CHILD)
    other = referred(world, ADULT)
    client = api(world.intake)
    first = client.get("/api/v1/intake/?limit=1").json()
    rows = [*first["results"], *client.get(first["next"]).json()["results"]]
    assert {row["reference"] for row in rows} == {case.reference, other.reference}
    assert rows[0]["referred_by"] == "Northshire Police"
    (told,) = client.get(f"{CASES}{case.reference}/referrals/").json()["results"]
    assert told["readable"]
    assert told["parts"]
    assert api(world.other_supervisor).get("/api/v1/intake/").json()["results"] == []


def test_a_case_is_found_by_what_is_sent_and_not_by_an_address(world: Any) -> None:
    case = referred(world, ADULT)
    for text in (case.reference, case.pseudonym[:5]):
        found = api(world.supervisor).post(f"{CASES}search/", {"text": text}).json()
        assert [row["reference"] for row in found["results"]] == [case.reference]
    found = api(world.other_supervisor).post(f"{CASES}search/", {"text": case.reference}).json()
    assert found["results"] == []


def test_a_view_of_the_list_is_kept_renamed_and_thrown_away_by_its_owner(world: Any) -> None:
    client = api(world.supervisor)
    where = "/api/v1/worklist-views/"
    said = {"label": "Waits for us", "filters": {"view": "team", "child": True}}
    kept = client.post(where, said)
    assert kept.status_code == 201, kept.content
    one = f"{where}{kept.json()['id']}/"
    assert client.patch(one, {"label": "Children"}).json()["label"] == "Children"
    assert [row["label"] for row in client.get(where).json()["results"]] == ["Children"]
    assert api(world.supervisor2).patch(one, {"label": "Mine"}).status_code == 404
    assert client.delete(one).status_code == 204
    assert client.get(where).json()["results"] == []


def test_tasks_are_done_and_reopened(world: Any) -> None:
    case = referred(world, CHILD)
    client = api(world.intake)
    where = f"{CASES}{case.reference}/tasks/"
    task = client.get(where).json()["results"][0]
    done = client.put(f"{where}{task['code']}/", {"done": True}).json()
    assert done["done_by"]["name"] == "Intake"
    assert client.put(f"{where}{task['code']}/", {"done": False}).json()["done_at"] is None
    assert client.put(f"{where}no-such/", {"done": True}).status_code == 404
    assert api(world.responder).put(f"{where}{task['code']}/", {"done": True}).status_code == 403


def test_people_says_what_was_agreed_and_not_who_it_is(world: Any) -> None:
    case = referred(world, ADULT)
    body = api(world.supervisor).get(f"{CASES}{case.reference}/people/").json()
    assert body["consents"][0]["answer"]
    assert body["consents"][0]["rows"]
    assert api(world.responder).get(f"{CASES}{case.reference}/people/").status_code == 403


def test_a_supervisor_brings_a_provider_near_which_reads_the_summary_until_it_ends(
    world: Any,
) -> None:
    case = referred(world, ADULT)
    supervisor, provider = api(world.supervisor), api(world.provider)
    where = f"{CASES}{case.reference}/access/"
    assert provider.get("/api/v1/near/").json()["results"] == []
    body = supervisor.get(where).json()
    house = next(one for one in body["could_be_brought"] if one["name"] == "Harbour House")
    given = supervisor.post(where, {"organisation": house["id"]}).json()
    assert any(
        row["organisation"] == "Harbour House" and row["can_end"] for row in given["results"]
    )
    assert supervisor.post(where, {"organisation": house["id"]}).status_code == 200
    police = {"organisation": str(world.police.pk)}
    assert set(field_errors(supervisor.post(where, police))) == {"organisation"}
    (row,) = provider.get("/api/v1/near/").json()["results"]
    assert row["reference"] == case.reference
    summary = provider.get(f"/api/v1/near/{case.reference}/").json()
    assert summary["hearings"] is None
    assert summary["safe_contact"]["call"] in ("safe", "unsafe", "unknown")
    assert provider.get(f"{CASES}{case.reference}/").status_code == 403
    assert provider.post(where, {"organisation": house["id"]}).status_code == 403
    looks = supervisor.get(f"{where}log/?limit=1").json()
    assert looks["next"]
    assert looks["results"][0]["by"]
    assert supervisor.delete(f"{where}{house['id']}/").status_code == 204
    assert supervisor.delete(f"{where}{house['id']}/").status_code == 422
    assert provider.get(f"/api/v1/near/{case.reference}/").status_code == 404


def test_the_liaison_reads_hearings_and_nobody_reads_another_houses_summary(
    world: Any, at: Any
) -> None:
    case = referred(world, ADULT)
    assigning.bring_near(case, actor=world.supervisor, at=at, organisation=world.prosecution)
    assert api(world.liaison).get(f"/api/v1/near/{case.reference}/").json()["hearings"] == []
    assert api(world.provider).get(f"/api/v1/near/{case.reference}/").status_code == 404
    assert api(world.caseworker).get("/api/v1/near/").status_code == 403


def test_a_letter_is_read_in_a_language_once_the_decision_is_made(world: Any, at: Any) -> None:
    case = road.ready_case(world, at=timezone.now())
    decision = road.made(world, case, at=timezone.now())
    client = api(world.supervisor)
    where = f"{CASES}{case.reference}/decisions/{decision.pk}/"
    letter = client.get(f"{where}letter/?language=fr").json()
    assert (letter["language"], letter["reference"]) == ("fr", case.reference)
    assert letter["dates"]
    assert client.get(f"{where}letter/?language=tlh").status_code == 400
    body = client.get(where).json()
    assert body["standard"]["text"]
    assert isinstance(body["common_mistakes"], list)
    other = road.ready_case(world, at=timezone.now())
    drafted = road.drafted(world, other, at=timezone.now())
    unmade = f"{CASES}{other.reference}/decisions/{drafted.pk}/letter/"
    assert client.get(unmade).status_code == 404


def test_a_clock_that_may_be_held_is_paused_with_a_reason_and_runs_again(palermo: Any) -> None:
    case = palermo.assigned_case(age_status="child")
    with acting_as(palermo.caseworker):
        fresh = Case.objects.get(pk=case.pk)
        clocks.start_term(fresh, "formal_identification", at=timezone.now())
    client = api(palermo.supervisor)
    where = f"{CASES}{case.reference}/deadlines/"
    running = client.get(where).json()["results"]
    clock = next(one for one in running if one["pausable"])
    reason = next(one.code for one in palermo.profile.suspension_reasons if one.pauses)
    review_on = (timezone.localdate() + timedelta(days=7)).isoformat()
    said = {"reason": reason, "review_on": review_on, "seen": clock["due_on"]}
    paused = client.post(f"{where}{clock['id']}/pause/", said)
    assert paused.status_code == 200, paused.content
    assert paused.json()["state"]["code"] == "paused"
    stale = client.post(f"{where}{clock['id']}/resumption/", {"seen": "2020-01-01"})
    assert stale.status_code == 409
    resumed = client.post(f"{where}{clock['id']}/resumption/", {})
    assert resumed.json()["state"]["code"] == "open"


def test_two_items_that_disagree_are_noted_once_and_explained(world: Any, at: Any) -> None:
    case = world.assigned_case()
    client = api(world.caseworker)
    where = client.post(f"{CASES}{case.reference}/screenings/")["Location"]
    first, second = (
        client.post(f"{where}evidence/", {"source": "person", "text": text}).json()["id"]
        for text in ("He kept my passport.", "He gave it back in May.")
    )
    sent = {"first": first, "second": second}
    noted, again = (client.post(f"{where}contradictions/", sent).json() for _ in range(2))
    assert noted == again
    address = f"{where}contradictions/{noted['id']}/"
    said = {"explanation": "Two passports.", "put_to_person": True}
    assert client.put(address, said).status_code == 428
    told = client.put(address, said, HTTP_IF_MATCH=f'"{noted["version"]}"').json()
    assert (told["explanation"], told["put_to_person"]) == ("Two passports.", True)


def test_the_age_in_an_episode_is_recorded_on_the_version_that_was_read(
    world: Any, at: Any
) -> None:
    case = world.assigned_case()
    client = api(world.caseworker)
    begun = client.post(f"{CASES}{case.reference}/screenings/")
    where = begun["Location"]
    episode = client.post(f"{where}episodes/", {"types": ["forced_work"]}).json()
    address = f"{where}episodes/{episode['id']}/age/"
    said = {"age_then_status": "child"}
    assert client.put(address, said).status_code == 428
    assert client.put(address, said, HTTP_IF_MATCH=begun["ETag"]).status_code == 412
    etag = client.get(where)["ETag"]
    recorded = client.put(address, said, HTTP_IF_MATCH=etag)
    assert recorded.json()["child_rule"] is True
    assert recorded["ETag"] == client.get(where)["ETag"] != etag


def test_a_program_follows_a_release_asks_for_none_and_takes_its_files_once_they_are_published(
    world: Any, at: Any
) -> None:
    client = api(world.auditor)
    listed = client.get("/api/v1/statistics/").json()
    periods = [one["period"] for one in listed["results"]]
    assert {one["state"] for one in listed["results"]} == {"not_asked"}
    where = f"/api/v1/statistics/{periods[0]}/"
    assert client.post(where).status_code == 405
    assert client.get(where).json()["state"] == "not_asked"
    first = Period.parse(periods[0])
    ask_for_release(actor=world.auditor, at=timezone.now(), profile=world.profile, period=first)
    assert client.get(where).json()["state"] == "asked"
    assert client.get(f"{where}files/json/").status_code == 404
    assert client.get("/api/v1/statistics/2999-Q1/").status_code == 404
    assert api(world.supervisor).get(where).status_code == 403
    second = person("auditor2@example.org", Role.AUDITOR, world.oversight)
    a_release(world, Period.parse(periods[1]), approved_by=[world.auditor, second])
    where = f"/api/v1/statistics/{periods[1]}/"
    assert client.get(where).json()["state"] == "published"
    file = client.get(f"{where}files/json/")
    assert read_release(file.content).sha256 == client.get(where).json()["sha256"]
    same = client.get(f"{where}files/json/", HTTP_IF_NONE_MATCH=file["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert client.get(f"{where}files/none/").status_code == 404
    taken = Event.objects.filter(verb="release.downloaded").order_by("id")
    assert [one.data["held"] for one in taken] == [False, True]
