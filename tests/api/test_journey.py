"""The whole way by REST alone: a payload of the Home Office form becomes a referral and a case, is
screened, decided by two people, served, and in recovery until the right day. Each program has the
token of one person."""

from datetime import date, timedelta
from typing import Any

from tests.api.tools import api, field_errors
from tests.exchange.tools import payload

ROOT = "/api/v1"
REASONS = {
    "for": "Recruited by a false promise of work, and kept without pay.",
    "against": "Nothing speaks against it.",
    "missing": "The employer could not be found.",
    "letter": "We believe what you told us.",
}


def call(client: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """One call that must succeed; gives its answer."""
    response = getattr(client, method)(f"{ROOT}{path}", body, headers=headers or None)
    assert response.status_code in (200, 201), (path, response.status_code, response.content)
    return response


def test_a_payload_goes_all_the_way_to_recovery_by_rest(world: Any) -> None:
    responder, intake = api(world.responder), api(world.intake)
    caseworker, supervisor = api(world.caseworker), api(world.supervisor)

    # Referral
    sent = call(responder, "post", "/intake/home-office/", payload()).json()
    receipt = sent["receipt"]

    # Intake finds it and gives it to a caseworker.
    (row,) = call(intake, "get", f"/cases/?view=unassigned&receipt={receipt}").json()["results"]
    case = f"/cases/{row['reference']}"
    offered = call(intake, "get", f"{case}/assignment/")
    chosen = next(c for c in offered.json()["candidates"] if c["name"] == "Caseworker")
    etag = {"If-Match": offered["ETag"]}
    call(intake, "post", f"{case}/assignment/", {"caseworker": chosen["id"]}, **etag)
    assert call(caseworker, "get", f"{case}/").json()["stage"]["code"] == "rg_pending"

    # The caseworker screens it element by element.
    started = call(caseworker, "post", f"{case}/screenings/").json()
    screening = f"{case}/screenings/{started['id']}"
    evidence = call(
        caseworker,
        "post",
        f"{screening}/evidence/",
        {"source": "person", "text": "Promised a job in a hotel, locked in, never paid."},
        **{"Idempotency-Key": "evidence-1"},
    ).json()
    (episode,) = started["episodes"]
    for code in ("ACT-REC", "MD-01", "PU-LAB"):
        found = {"state": "shown", "evidence": [evidence["id"]]}
        call(caseworker, "put", f"{screening}/episodes/{episode['id']}/indicators/{code}/", found)
    read = call(caseworker, "get", f"{screening}/")
    assert read.json()["weighing"]["result"] == "ELEMENTS_MET_ADULT"
    etag = {"If-Match": read["ETag"]}
    call(caseworker, "post", f"{screening}/completion/", {"agrees": True}, **etag)
    assert call(caseworker, "get", f"{case}/").json()["findings"]["result"] == "ELEMENTS_MET_ADULT"

    # The first decision: one writes, another agrees.
    (ahead,) = call(caseworker, "get", f"{case}/decisions/").json()["startable"]
    draft = call(caseworker, "post", f"{case}/decisions/", {"code": ahead["code"]})
    decision = f"{case}/decisions/{draft.json()['id']}"
    assert draft.json()["objections"]
    content = {
        "outcome": "positive",
        "grounds": ["elements_met"],
        "reasons": REASONS,
        "weights": {item["id"]: "strong" for item in draft.json()["items"]},
        "age_basis": "own_account",
        "no_conflict": True,
    }
    saved = call(caseworker, "put", f"{decision}/", content, **{"If-Match": draft["ETag"]})
    assert saved.json()["objections"] == []
    assert saved.json()["content"]["reasons"] == REASONS
    call(caseworker, "post", f"{decision}/submission/", **{"If-Match": saved["ETag"]})

    (waiting,) = call(supervisor, "get", "/reviews/").json()["results"]
    assert (waiting["case"], waiting["why_not"]) == (row["reference"], "")
    early = supervisor.post(f"{ROOT}{decision}/verdict/", {"verdict": "agree"})
    assert early.status_code == 422  # own grounds come first
    own = {"own_outcome": "positive", "own_grounds": "I come to the same.", "no_conflict": True}
    call(supervisor, "post", f"{decision}/review/", own)
    made = call(supervisor, "post", f"{decision}/verdict/", {"verdict": "agree"}).json()
    assert made["outcome"]["code"] == "positive"
    assert made["second_person"]["name"] == "Supervisor"
    assert len(made["record_hash"]) == 64

    # Recovery: 30 days of which the first is the day of the decision.
    last_day = date.fromisoformat(made["made_on"]) + timedelta(days=29)
    clocks = call(caseworker, "get", f"{case}/deadlines/").json()["results"]
    recovery = next(c for c in clocks if c["term"]["code"] == "recovery_period")
    assert recovery["due_on"] == last_day.isoformat()
    why = call(caseworker, "get", f"{case}/deadlines/{recovery['id']}/").json()
    counted = [day["date"] for day in why["days"] if day["counted"]]
    assert (len(counted), counted[0], counted[-1]) == (30, made["made_on"], recovery["due_on"])
    first = next(c for c in clocks if c["term"]["code"] == "reasonable_grounds")
    assert first["state"]["code"] == "met"

    # Served by e-mail, which the payload marked as safe; post, which it did not, is refused.
    served = {"served_on": made["made_on"], "channel": "post", "language": "en"}
    refused = caseworker.post(f"{ROOT}{decision}/service/", served)
    assert set(field_errors(refused)) == {"channel"}
    served["channel"] = "email"
    told = call(caseworker, "post", f"{decision}/service/", served).json()
    assert told["served_on"] == made["made_on"]

    # The final decision cannot be made yet, and the responder sees where it stands.
    assert call(caseworker, "get", f"{case}/").json()["stage"]["code"] == "recovery"
    status = call(responder, "get", f"/referrals/{receipt}/").json()
    assert status["status"] == "Accepted: recovery period"
    done = call(caseworker, "get", f"{case}/timeline/?limit=100").json()["results"]
    assert "TestSurname" not in str(done)
