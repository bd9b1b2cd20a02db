"""What is measured: for each person the pages that they open and send, as a browser would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tools.bench.browser import Answer, Browser, form_with

# The most that each may cost, in null views, at every size.
LIMITS = {
    "worklist": 8,
    "worklist, 10th page": 8,
    "case": 10,
    "JSON list of 50": 7,
    "decision page": 12,
    "decision saved": 12,
    "review page": 12,
    "own grounds recorded": 12,
    "decision made": 12,
    "referral page": 12,
    "referral page saved": 12,
    "referral checked": 12,
    "referral sent": 12,
    "referral sent by REST": 12,
}
# What the pages of a work list may cost with row-level security, as multiples of without.
LOCKED = {"worklist": 1.5}
GROWTH = 1.2  # of the same thing's cost at the smallest size
MEMORY = 150  # megabytes of a worker after 500 mixed requests


@dataclass(frozen=True)
class Step:
    """One request that is measured; `wanted` is the answer's status."""

    label: str
    run: Callable[[], Answer]
    wanted: int = 200


class Visit:
    """A person and what they do again and again. `steps(n)` yields the requests of round n, the
    later ones made from the answers to the earlier."""

    def __init__(self, who: str, browser: Browser) -> None:
        self.who, self.browser = who, browser
        self.last: Answer | None = None

    def get(self, label: str, path: str) -> Step:
        return Step(label, lambda: self.browser.send("GET", path))

    def post(self, label: str, path: str, form: list[tuple[str, str]], wanted: int = 302) -> Step:
        return Step(label, lambda: self.browser.send("POST", path, form=form), wanted)

    def steps(self, number: int) -> Iterator[Step]:
        raise NotImplementedError


def references(text: str) -> list[str]:
    """The references of the cases that a list page links to."""
    found = re.findall(r'href="/cases/([0-9A-Z-]{10,20})/"', text)
    return list(dict.fromkeys(found))


class Casework(Visit):
    """The work list, deep in the work list, a case, and the JSON list."""

    def __init__(self, who: str, browser: Browser, program: Browser) -> None:
        super().__init__(who, browser)
        self.program = program
        first = browser.send("GET", "/cases/")
        self.cases = references(first.text)
        if not self.cases:
            raise SystemExit(f"The work list of {who} links to no case ({first.status}).")
        self.deep = ""
        page = first
        for _ in range(9):
            link = re.search(r'href="(/cases/\?[^"]*after=[^"]*)"', page.text)
            if not link:
                break
            self.deep = link[1].replace("&amp;", "&")
            page = browser.send("GET", self.deep)

    def steps(self, number: int) -> Iterator[Step]:
        yield self.get("worklist", "/cases/")
        if self.deep:
            yield self.get("worklist, 10th page", self.deep)
        yield self.get("case", f"/cases/{self.cases[number % len(self.cases)]}/")
        yield Step("JSON list of 50", lambda: self.program.send("GET", "/api/v1/cases/?limit=50"))


class Writing(Visit):
    """A decision's page, and saving it."""

    def __init__(self, who: str, browser: Browser, decisions: list[list[str]]) -> None:
        super().__init__(who, browser)
        self.decisions = decisions

    def steps(self, number: int) -> Iterator[Step]:
        reference, decision = self.decisions[number % len(self.decisions)]
        path = f"/cases/{reference}/decisions/{decision}/"
        yield self.get("decision page", path)
        assert self.last is not None
        form = form_with(self.last.text, button="save")
        if form is None:
            raise SystemExit(f"{self.who} finds no form at {path}.")
        yield self.post("decision saved", path, [*form, ("save", "1")])


class Reviewing(Visit):
    """A colleague's decision: read, own grounds recorded, agreed."""

    def __init__(self, who: str, browser: Browser, waiting: list[list[str]]) -> None:
        super().__init__(who, browser)
        self.waiting = waiting

    def steps(self, number: int) -> Iterator[Step]:
        if number >= len(self.waiting):
            return
        reference, decision = self.waiting[number]
        path = f"/cases/{reference}/decisions/{decision}/review/"
        yield self.get("review page", path)
        assert self.last is not None
        if form := form_with(self.last.text, field="own_grounds"):
            outcome = re.search(r'name="own_outcome" value="([^"]+)"', self.last.text)
            assert outcome is not None
            kept = [pair for pair in form if pair[0] not in ("own_grounds", "own_outcome")]
            grounds = "The account and the photographs say the same."
            answers = [
                ("own_outcome", outcome[1]),
                ("own_grounds", grounds),
                ("no_conflict", "on"),
            ]
            yield self.post("own grounds recorded", path, [*kept, *answers])
            self.last = self.browser.send("GET", path)
        if form := form_with(self.last.text, field="verdict_step"):
            # Where something stands in the way, the answer is a page that says so.
            yield self.post("decision made", path, [*form, ("verdict", "agree")], wanted=0)


class Referring(Visit):
    """A page of the referral, saving it, checking and sending; and the same by REST."""

    def __init__(self, browser: Browser, program: Browser, drafts: list[str], *, team: str) -> None:
        super().__init__("responder", browser)
        self.program, self.team = program, team
        self.page, *self.to_send = drafts

    def steps(self, number: int) -> Iterator[Step]:
        from tools.bench.preparing import ANSWERS

        path = f"/referrals/drafts/{self.page}/pages/who/"
        yield self.get("referral page", path)
        assert self.last is not None
        form = form_with(self.last.text, field="version")
        if form is None:
            raise SystemExit(f"There is no form at {path} ({self.last.status}).")
        yield self.post("referral page saved", path, form)
        if number < len(self.to_send):
            path = f"/referrals/drafts/{self.to_send[number]}/check/"
            yield self.get("referral checked", path)
            form = form_with(self.last.text, field="submission_key")
            if form is None:
                raise SystemExit(f"{path} cannot be sent ({self.last.status}).")
            yield self.post("referral sent", path, form)
        body: dict[str, Any] = {"answers": ANSWERS, "organisation": self.team}
        yield Step(
            "referral sent by REST",
            lambda: self.program.send(
                "POST",
                "/api/v1/referrals/",
                json=json.dumps(body),
                headers={"Idempotency-Key": str(uuid4())},
            ),
            wanted=201,
        )
