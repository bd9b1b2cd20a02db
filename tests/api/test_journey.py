"""The main job by programs alone: a payload of the Home Office form, a bearer token a role, and a
case in recovery at the end."""

from datetime import date, timedelta
from typing import Any

from rest_framework.test import APIClient

from nrm.accounts.models import Membership, RoleGroup
from nrm.accounts.roles import Role
from tests.api.tools import api, field_errors
from tests.exchange.tools import payload

NAMES = ("TestFirstname", "TestSurname")
ACCOUNT = "He promised her a wage, kept her papers, and counted every meal as a debt."
SHOWN = ("ACT-REC", "MC-04", "PU-LAB")
CONTENT = {
    "outcome": "positive",
    "grounds": ["elements_met"],
    "reasons": {
        "for": "She told of the debt and of the papers that he kept.",
        "against": "Nothing speaks against it.",
        "missing": "The employer was not asked, for her safety.",
        "letter": "We believe what you told us about the work and the debt.",
    },
    "age_basis": "own_account",
    "no_conflict": True,
}
OWN_GROUNDS = {
    "own_outcome": "positive",
    "own_grounds": "I read the account for myself, and come to the same.",
    "no_conflict": True,
}


class Program:
    """A program that works for one user. It reads every answer as JSON, sends back the version
    that it read, and is never told a name."""

    def __init__(self, client: APIClient) -> None:
        self.client = client

    def ask(
        self, method: str, url: str, body: Any = None, *, gives: int = 200, read: Any = None
    ) -> Any:
        """One request. `read`: the answer whose version goes along as If-Match."""
        more = {"headers": {"If-Match": f'"{read["version"]}"'}} if read else {}
        answer = getattr(self.client, method)(url, body, format="json", **more)
        assert answer.status_code == gives, answer.content
        for name in NAMES:
            assert name not in answer.content.decode()
        return answer if gives >= 400 else answer.json()

    def get(self, url: str) -> Any:
        return self.ask("get", url)


def test_home_office_payload_goes_to_recovery_by_rest_alone(world: Any) -> None:
    # A small authority: the caseworker is a supervisor too, and still cannot agree to their own.
    own_supervisor = RoleGroup.of(world.authority, Role.SUPERVISOR)
    Membership.objects.create(user=world.caseworker, group=own_supervisor)
    responder, intake, caseworker, supervisor = (
        Program(api(world.users[name]))
        for name in ("responder", "intake", "caseworker", "supervisor")
    )
    receipt = receive(responder)
    case = assign(intake, receipt)
    findings = screen(caseworker, case)
    assert findings == {"act": "PRESENT", "means": "PRESENT", "purpose": "PRESENT"}
    decision = draft(caseworker, case)
    cannot_agree_to_their_own(caseworker, decision)
    made_on = agree(supervisor, case, decision)
    # The day of the decision is day 1, so day 30 is 29 days later.
    last_day = made_on + timedelta(days=29)
    in_recovery(caseworker, case, last_day)
    assert caseworker.get(f"{case}timeline/?limit=100")["results"]
    serve(caseworker, decision, made_on)
    told = responder.get(f"/api/v1/referrals/{receipt}/")
    assert told["status"] == "Accepted: recovery period"
    # What comes next is the final decision, the day after at the earliest.
    assert told["next_date"]["term"]["code"] == "cg_not_before"
    assert told["next_date"]["due_on"] == (last_day + timedelta(days=1)).isoformat()
    assert [row["receipt"] for row in responder.get("/api/v1/referrals/")["results"]] == [receipt]
    # The responder learns the outcome, and has neither the case nor what is in it.
    for below in ("", "screenings/", "decisions/", "deadlines/"):
        responder.ask("get", case + below, gives=403)


def receive(responder: Program) -> str:
    """The payload comes twice, and is one referral."""
    url = "/api/v1/intake/home-office/"
    first = responder.ask("post", url, payload(), gives=201)
    again = responder.ask("post", url, payload())
    assert (first["made_now"], again["made_now"]) == (True, False)
    assert first["unknown_keys"] == []
    assert first["receipt"] == again["receipt"]
    return str(first["receipt"])


def assign(intake: Program, receipt: str) -> str:
    """Intake finds the case of the receipt and gives it to the caseworker. Its address."""
    (row,) = intake.get(f"/api/v1/cases/?receipt={receipt}")["results"]
    case = f"/api/v1/cases/{row['reference']}/"
    read = intake.get(case)
    assert (read["stage"]["code"], read["caseworker"]) == ("nrm_submitted", None)
    candidates = intake.get(f"{case}assignment/")["candidates"]
    chosen = next(one for one in candidates if one["name"] == "Caseworker")
    given = intake.ask("post", f"{case}assignment/", {"caseworker": chosen["id"]}, read=read)
    assert (given["stage"]["code"], given["caseworker"]) == ("rg_pending", chosen)
    return case


def screen(caseworker: Program, case: str) -> dict[str, str]:
    """Evidence, indicators that rest on it, and completion. Gives the findings on the case."""
    board = caseworker.ask("post", f"{case}screenings/", gives=201)
    screening = f"{case}screenings/{board['id']}/"
    (episode,) = board["episodes"]
    assert episode["types"] == ["forced_work"]
    said = {"source": "person", "text": ACCOUNT, "dated": "2024-03", "episode": episode["id"]}
    item = caseworker.ask("post", f"{screening}evidence/", said, gives=201)
    for code in SHOWN:
        caseworker.ask(
            "put",
            f"{screening}episodes/{episode['id']}/indicators/{code}/",
            {"state": "shown", "evidence": [item["id"]]},
            read={"version": 0},  # not looked at before
        )
    board = caseworker.get(screening)
    elements = {one["element"]: one["state"] for one in board["episodes"][0]["elements"]}
    assert set(elements.values()) == {"PRESENT"}
    assert board["weighing"]["result"] == "ELEMENTS_MET_ADULT"
    assert {one["code"]: one["evidence"] for one in board["findings"]} == {
        code: [item["id"]] for code in SHOWN
    }
    assert caseworker.get(case)["findings"] is None  # nothing is on the case before completion
    done = caseworker.ask("post", f"{screening}completion/", {"agrees": True}, read=board)
    assert done["state"] == "completed"
    findings = caseworker.get(case)["findings"]
    assert (findings["result"], findings["pathway"]) == ("ELEMENTS_MET_ADULT", "decision")
    return {name: findings[name] for name in ("act", "means", "purpose")}


def draft(caseworker: Program, case: str) -> str:
    """Begun, refused with everything that is missing, written, and given to a second person."""
    decisions = f"{case}decisions/"
    (startable,) = caseworker.get(decisions)["startable"]
    begun = caseworker.ask("post", decisions, {"code": startable["code"]}, gives=201)
    decision = f"{decisions}{begun['id']}/"
    refused = caseworker.ask("post", f"{decision}submission/", read=begun, gives=422)
    assert {"outcome", "reason_for", "reason_letter", "age_basis", "no_conflict"} <= set(
        field_errors(refused)
    )
    saved = caseworker.ask("put", decision, CONTENT, read=begun)
    assert saved["objections"] == []
    submitted = caseworker.ask("post", f"{decision}submission/", read=saved)
    assert submitted["state"]["code"] == "in_review"
    assert submitted["made_on"] is None
    return decision


def cannot_agree_to_their_own(author: Program, decision: str) -> None:
    (waiting,) = author.get("/api/v1/reviews/")["results"]
    why = "You wrote this decision, so you cannot approve it. Ask another reviewer."
    assert waiting["why_not"] == why
    for step, body in (("review", OWN_GROUNDS), ("verdict", {"verdict": "agree"})):
        read = author.get(decision)
        refused = author.ask("post", f"{decision}{step}/", body, read=read, gives=422).json()
        assert why in [error["detail"] for error in refused["errors"]]
    assert author.get(decision)["state"]["code"] == "in_review"


def agree(supervisor: Program, case: str, decision: str) -> date:
    """Own grounds first, then the verdict. Gives the day on which the decision was made."""
    (waiting,) = supervisor.get("/api/v1/reviews/")["results"]
    assert decision == f"/api/v1/cases/{waiting['case']}/decisions/{waiting['id']}/"
    assert waiting["why_not"] == ""
    read = supervisor.get(decision)
    assert read["content"]["reasons"] == CONTENT["reasons"]
    supervisor.ask("post", f"{decision}verdict/", {"verdict": "agree"}, read=read, gives=422)
    read = supervisor.ask("post", f"{decision}review/", OWN_GROUNDS, read=read, gives=201)
    made = supervisor.ask("post", f"{decision}verdict/", {"verdict": "agree"}, read=read)
    assert (made["state"]["code"], made["outcome"]["code"]) == ("made", "positive")
    assert (made["author"]["name"], made["second_person"]["name"]) == ("Caseworker", "Supervisor")
    assert made["record_hash"]
    assert supervisor.get(case)["stage"]["code"] == "recovery"
    return date.fromisoformat(made["made_on"])


def serve(caseworker: Program, decision: str, on: date) -> None:
    """By e-mail, which the payload marks as safe; by post, which it does not, is refused."""
    service = {"served_on": on.isoformat(), "channel": "post", "language": "en"}
    read = caseworker.get(decision)
    refused = caseworker.ask("post", f"{decision}service/", service, read=read, gives=422)
    assert set(field_errors(refused)) == {"channel"}
    by_email = {**service, "channel": "email"}
    served = caseworker.ask("post", f"{decision}service/", by_email, read=read)
    assert served["served_on"] == on.isoformat()


def in_recovery(caseworker: Program, case: str, last_day: date) -> None:
    rows = caseworker.get(f"{case}deadlines/")["results"]
    clocks = {row["term"]["code"]: row for row in rows}
    assert clocks["reasonable_grounds"]["state"]["code"] == "met"
    recovery = clocks["recovery_period"]
    assert (recovery["state"]["code"], recovery["due_on"]) == ("open", last_day.isoformat())
    assert clocks["cg_not_before"]["due_on"] == (last_day + timedelta(days=1)).isoformat()
    days = caseworker.get(f"{case}deadlines/{recovery['id']}/")["days"]
    assert [day["date"] for day in days if day["counted"]] == [
        (last_day - timedelta(days=before)).isoformat() for before in reversed(range(30))
    ]
