"""Takes invented victims through the system by REST and by pages, as a responder, intake, a
caseworker and an auditor would, and keeps what came back where it must not name anybody."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests
from django.utils import timezone

from nrm.accounts.models import User
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from tests.documents import files
from tests.leaks.canaries import Victim
from tests.leaks.stack import addresses_and_titles
from tests.world import signed_in

NEEDED = {
    "danger_now": "no",
    "age_status": "adult",
    "jurisdiction": "england",
    "consent_answer": "given",
    "consent_on": "2026-03-02",
    "consent_method": "spoken",
}
PARTS = ("", "notes/", "documents/", "referral/", "timeline/", "people/", "deadlines/")


@dataclass
class Drive:
    """`lenient`: the build is a broken one, so that answers need not be right."""

    address: str
    users: dict[str, User]
    lenient: bool = False
    organisation: str = ""  # for which the responder refers, where they do for several
    addresses: list[str] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    statistics: list[bytes] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self._programs: dict[str, requests.Session] = {}
        self._browsers: dict[str, requests.Session] = {}
        for who in ("responder", "intake", "caseworker", "auditor"):
            _row, secret = new_token(self.users[who], label="drive", scopes=ALL, at=timezone.now())
            self._programs[who] = requests.Session()
            self._programs[who].headers["Authorization"] = f"Bearer {secret}"
        for who in ("caseworker", "auditor"):
            cookies = signed_in(self.users[who]).cookies
            self._browsers[who] = requests.Session()
            self._browsers[who].cookies.set("nrm_session", cookies["nrm_session"].value)

    def _answer(self, answer: requests.Response, expected: tuple[int, ...]) -> requests.Response:
        self.made += 1
        self.addresses += [answer.url, answer.headers.get("Location", "")]
        if answer.status_code >= 400:
            self.errors.append(answer.content)
        if answer.status_code not in expected:
            self.wrong.append(f"{answer.request.method} {answer.url}: {answer.text[:300]}")
        return answer

    def call(
        self, who: str, method: str, path: str, *expected: int, **sent: Any
    ) -> requests.Response:
        if method == "POST":
            sent["headers"] = {"Idempotency-Key": str(uuid4()), **sent.get("headers", {})}
        answer = self._programs[who].request(
            method, f"{self.address}/api/v1/{path}", allow_redirects=False, timeout=60, **sent
        )
        return self._answer(answer, expected or (200, 201))

    def page(self, who: str, path: str, *expected: int) -> requests.Response:
        answer = self._browsers[who].get(f"{self.address}{path}", allow_redirects=False, timeout=60)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            self.addresses.append(addresses_and_titles(answer.text))
        if told := answer.headers.get("Content-Disposition"):
            self.files.append(told)
        return self._answer(answer, expected or (200,))

    def take(self, victim: Victim) -> None:
        """One victim through the whole of it."""
        try:
            self._take(victim)
        except (KeyError, IndexError, ValueError) as fault:
            if not self.lenient:
                raise AssertionError(self.wrong[-3:]) from fault

    def _take(self, victim: Victim) -> None:
        answers = {
            **NEEDED,
            "name": victim.name,
            "telephone": victim.telephone,
            "contact_call": "safe",
            "email": victim.email,
            "document": victim.document,
            "document_kind": "passport",
            "address": victim.address,
            "birth_date": "1999-07-14",
            "how_started": victim.told,
        }
        team = {"organisation": self.organisation} if self.organisation else {}
        draft = self.call("responder", "POST", "drafts/", json=team)
        self.call(
            "responder",
            "PUT",
            f"drafts/{draft.json()['id']}/pages/name/",
            headers={"If-Match": "*"},
            json={"answers": {"name": victim.name}},
        )
        sent = self.call("responder", "POST", "referrals/", json={**team, "answers": answers})
        receipt = sent.json()["receipt"]
        found = self.call("intake", "GET", f"cases/?receipt={receipt}").json()
        reference = found["results"][0]["reference"]
        case = f"cases/{reference}/"
        self.call("intake", "GET", f"{case}duplicates/")
        self.call(
            "intake",
            "POST",
            f"{case}assignment/",
            headers={"If-Match": "*"},
            json={"caseworker": str(self.users["caseworker"].pk)},
        )
        self.call("caseworker", "POST", f"{case}notes/", json={"text": victim.told})
        added = self.call(
            "caseworker",
            "POST",
            f"{case}documents/",
            data={"kind": "identity", "source": "person", "note": victim.told},
            files={"files": (f"{victim.name}.jpg", files.jpeg(victim.told.encode()))},
        ).json()
        shown = self.call("caseworker", "POST", f"{case}disclosures/", json={"purpose": "contact"})
        assert self.lenient or victim.name in shown.text
        screening = self.call("caseworker", "POST", f"{case}screenings/").json()["id"]
        self.call(
            "caseworker",
            "POST",
            f"{case}screenings/{screening}/evidence/",
            json={"source": "person", "text": victim.told},
        )
        for sought in (
            {"telephone": victim.telephone},
            {"document": victim.document},
            {"name": victim.name, "birth_date": "1999-07-14"},
        ):
            self.call("caseworker", "POST", "people/search/", 200, 422, json=sought)
        for part in PARTS:
            self.page("caseworker", f"/cases/{reference}/{part}", 200, 404)
        (document,) = added["saved"]
        self.page("caseworker", f"/cases/{reference}/documents/{document['id']}/file/")
        for query in ("", "?original=true"):
            place = f"{case}documents/{document['id']}/file/{query}"
            given = self.call("caseworker", "POST", place, json={"purpose": "contact"})
            if told := given.headers.get("Content-Disposition"):
                self.files.append(told)
        self._go_wrong(victim, case, answers, team)

    def _go_wrong(
        self, victim: Victim, case: str, answers: dict[str, str], team: dict[str, str]
    ) -> None:
        """What is refused carries the victim in what was sent, and must not in what comes back."""
        self.call("intake", "POST", f"{case}disclosures/", 403, json={"purpose": victim.told})
        self.call("responder", "POST", f"{case}notes/", 403, json={"text": victim.told})
        self.call("auditor", "POST", f"{case}notes/", 404, json={"text": victim.told})
        self.call("caseworker", "DELETE", f"{case}notes/", 405, json={"text": victim.told})
        long = {"text": victim.told * 2000}
        self.call("caseworker", "POST", f"{case}notes/", 400, json=long)
        self.call(
            "responder", "POST", "referrals/", 422, json={**team, "answers": {"name": victim.name}}
        )
        wrong = {**answers, "age_status": victim.name, "jurisdiction": victim.email}
        self.call("responder", "POST", "referrals/", 400, 422, json={**team, "answers": wrong})
        torn = f'{{"answers": {{"name": "{victim.name}"'.encode()
        kind = {"Content-Type": "application/json"}
        self.call("responder", "POST", "referrals/", 400, data=torn, headers=kind)
        self.call("responder", "POST", "referrals/", 415, data=victim.told.encode())
        nobody = requests.post(
            f"{self.address}/api/v1/referrals/", json={"answers": answers}, timeout=60
        )
        self._answer(nobody, (401, 403))
        form = {"username": victim.email, "password": victim.told}
        self._answer(requests.post(f"{self.address}/sign-in/", form, timeout=60), (403,))

    def publish(self) -> None:
        """Releases the last quarter that is closed, with what happened now as if it were of it."""
        from nrm.accounts.roles import Role
        from nrm.profiles import load_profile
        from reporting.models import ReleaseFile, ReleaseState
        from reporting.statistics.actions import approve_release, ask_for_release
        from reporting.statistics.building import build_waiting
        from reporting.statistics.selectors import closed_periods
        from tests.conftest import signed_in_as_worker
        from tests.world import person

        now = timezone.now()
        auditor = self.users["auditor"]
        profile = load_profile("uk")
        past = next(one for one in closed_periods(profile, at=now) if one.number)
        release = ask_for_release(actor=auditor, at=now, profile=profile, period=past)
        if release.state == ReleaseState.ASKED:  # else an earlier drive published it
            self._move_cases("-")
            with signed_in_as_worker():
                build_waiting(at=now)
            self._move_cases("+")
            house = auditor.organisations(Role.AUDITOR)[0]
            second = person("second@example.org", Role.AUDITOR, house)
            for who in (auditor, second):
                approve_release(release, actor=who, at=now)
        self.statistics.append(self.call("auditor", "GET", f"statistics/{past}/").content)
        self.statistics.append(self.page("auditor", f"/statistics/{past}/").content)
        for file in ReleaseFile.objects.filter(release=release):
            got = self.page("auditor", f"/statistics/{past}/files/{file.kind}/")
            self.statistics.append(got.content)

    def _move_cases(self, way: str) -> None:
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            cursor.execute(f"UPDATE cases_case SET opened_at = opened_at {way} interval '100 days'")
