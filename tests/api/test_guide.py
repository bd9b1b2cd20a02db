"""The integrators' guide: its addresses exist, and its worked examples are run as they stand."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import resolve
from django.utils import timezone

from nrm.accounts.scopes import Scope
from nrm.accounts.tokens import new_token

GUIDE = Path(__file__).parent.parent.parent / "docs" / "integrators.md"
ID = "3f0c5d1e-0000-4000-8000-000000000000"
VARIABLES = {
    "$SCREENING": f"$CASE/screenings/{ID}",
    "$DECISION": f"$CASE/decisions/{ID}",
    "$CASE": "$NRM/cases/7K3MQ-9TD2X-4HJ3",
    "$NRM": "/api/v1",
    "$EPISODE": ID,
    "$NEW": ID,
}


def addresses() -> list[str]:
    """Every address in an example, with its variables and placeholders put in."""
    found = re.findall(r"(?<!=)\$(?:NRM|CASE|SCREENING|DECISION)/[^\s\"'`]*", GUIDE.read_text())
    made = []
    for address in found:
        for name, value in VARIABLES.items():
            address = address.replace(name, value)
        made.append(re.sub(r"<\w+>", ID, address).partition("?")[0])
    return made


def test_every_address_of_the_guide_is_one_of_the_services() -> None:
    every = addresses()
    assert len(every) > 25
    for address in every:
        assert resolve(address).url_name.startswith("api_"), address


# The worked examples -----------------------------------------------------------------------------
SCOPES = {
    "responder": (Scope.REFERRALS_READ, Scope.REFERRALS_WRITE),
    "intake": (Scope.CASES_READ, Scope.CASES_WRITE),
    "caseworker": (Scope.CASES_READ, Scope.CASES_WRITE, Scope.DECISIONS_WRITE),
    "supervisor": (Scope.CASES_READ, Scope.CASES_WRITE, Scope.DECISIONS_WRITE),
    "provider": (Scope.CASES_READ,),
    "administrator": (Scope.ADMINISTRATION,),
    "auditor": (Scope.STATISTICS_READ, Scope.AUDIT_READ),
}
_ASSIGNED = re.compile(r"^([A-Z]+)=(.*)$", re.DOTALL)
_CAPTURED = re.compile(r"^\$\((api .*) \| jq -r ([^)]*)\)$", re.DOTALL)


def commands() -> list[str]:
    """The lines of the worked examples as a shell reads them."""
    text = GUIDE.read_text()
    start = text.index("## A worked example for each user")
    part = text[start : text.index("\n## ", start + 3)]
    lines = [line[4:] for line in part.splitlines() if line.startswith("    ")]
    joined: list[str] = []
    for line in lines:
        if joined and joined[-1].count("'") % 2:  # a text in quotes goes on
            joined[-1] += "\n" + line
        else:
            joined.append(line)
    return [line for line in joined if not line.startswith("api() {")]


class Shell:
    """As much of a shell, curl and jq as the guide uses."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def run(self, line: str) -> str:
        if (assigned := _ASSIGNED.match(line)) is None:
            return self.api(line)[1]
        name, value = assigned.groups()
        if captured := _CAPTURED.match(value):
            command, path = captured.groups()
            self.variables[name] = str(self.jq(json.loads(self.api(command)[1]), path))
        else:
            self.variables[name] = self.put_in(value)
        return ""

    def put_in(self, text: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda found: self.variables[found[1]], text)

    def jq(self, value: Any, path: str) -> Any:
        for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
            value = value[name] if name else value[int(index)]
        return value

    def api(self, line: str) -> tuple[int, str]:
        words = iter([self.put_in(word) for word in shlex.split(line)][1:])
        headers = {"Authorization": f"Bearer {self.variables['TOKEN']}"}
        method, body, url = "", "", ""
        for word in words:
            if word == "-H":
                name, _colon, value = next(words).partition(": ")
                headers[name] = value
            elif word == "-X":
                method = next(words)
            elif word == "-d":
                body = next(words)
            else:
                url = word
        answer = Client().generic(
            method or ("POST" if body else "GET"),
            url,
            body,
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code < 300, (line, answer.status_code, answer.content)
        return answer.status_code, answer.content.decode()


def test_the_worked_examples_run_as_they_stand(world: Any) -> None:
    variables = {"NRM": "/api/v1"}
    for name, scopes in SCOPES.items():
        user = world.users[name]
        _row, secret = new_token(user, label="guide", scopes=scopes, at=timezone.now())
        variables[name.upper()] = secret
    shell = Shell(variables)
    said = commands()
    assert len(said) > 35
    for line in said:
        shell.run(line)
    shell.variables["TOKEN"] = shell.variables["RESPONDER"]
    told = json.loads(shell.run("api $NRM/referrals/$RECEIPT/"))
    assert told["status"] == "Accepted: recovery period"
