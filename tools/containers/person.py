#!/usr/bin/env python3
"""A person at the running service, by HTTP and HTML alone: `person.py ADDRESS PASSWORD STEP …`.

refer    signs in as the first responder, sends a referral and prints its receipt number
find N   signs in as the first responder and finds the receipt number N among the referrals sent
remind   signs in as the caseworker and waits for a reminder of a deadline in the inbox
refused  the sign-ins of the trial are refused here

Needs nothing but Python. Ends with exit code 1 and what it met where something is not as it was.
"""

import re
import sys
import time
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Reader(HTMLParser):
    """The forms of a page, with what each of their controls would send, and the page's text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._link = ""
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        if tag == "form":
            self.forms.append({"action": told.get("action") or "", "fields": {}, "options": {}})
        if tag == "a":
            self._link = told.get("href") or ""
        if not self.forms:
            return
        fields, name = self.forms[-1]["fields"], told.get("name") or ""
        self.forms[-1]["options"].setdefault(name, []).append(told.get("value") or "")
        if tag == "input" and told.get("type") not in {"submit", "button", "file"} and name:
            chosen = told.get("type") not in {"radio", "checkbox"} or "checked" in told
            if chosen:
                fields[name] = told.get("value") or ""
        elif tag == "textarea" and name:
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            fields[self._select] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        self.words += [words] if words else []
        if self._link and words:
            self.links.setdefault(words, self._link)


class Person:
    """One browser without scripts or pictures."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = Reader()
        self.url = address

    def ask(self, url: str, sent: dict[str, str] | None = None) -> None:
        url = urljoin(self.url, url)
        request = Request(url, data=None if sent is None else urlencode(sent).encode())
        request.add_header("Referer", self.url)
        try:
            with self.opener.open(request, timeout=60) as answer:
                self.url, html = answer.url, answer.read().decode()
        except HTTPError as refusal:
            self.page = Reader()
            self.page.feed(refusal.read().decode())
            raise SystemExit(f"{url}: {refusal.code}: {self.text[:900]}") from None
        self.page = Reader()
        self.page.feed(html)

    def send(self, holding: str, **values: str) -> None:
        """Sends the form that has a field of this name."""
        for form in self.page.forms:
            if holding in form["options"]:
                # A choice that nobody made for us, such as of a team: the first there is.
                for name, options in form["options"].items():
                    if name == "organisation" and name not in form["fields"]:
                        values = {**values, name: options[0]}
                self.ask(form["action"] or self.url, {**form["fields"], **values})
                return
        raise SystemExit(f"{self.path} has no form with {holding}: {self.text[:600]}")

    def follow(self, words: str) -> None:
        if words not in self.page.links:
            raise SystemExit(f"{self.path} has no link {words}: {list(self.page.links)}")
        self.ask(self.page.links[words])

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        return " ".join(self.page.words)

    def sign_in(self, who: str, password: str) -> None:
        self.ask("/sign-in/")
        self.send("password", username=f"{who}@demo.example", password=password)


# What the responder answers, by the control that a page of the referral form has.
ANSWERS = {
    "danger_now": {"danger_now": "no"},
    "age_status": {"age_status": "adult", "jurisdiction": "northern_ireland"},
    "consent_answer": {"consent_answer": "given"},
}


def refer(person: Person, password: str) -> None:
    person.sign_in("responder", password)
    person.ask("/referrals/")
    person.follow("Start a referral")
    for control, answers in ANSWERS.items():
        person.send(control, **answers)
    person.follow("Check and send")
    person.send("submission_key")
    receipt = re.search(r"Your receipt number ([A-Z0-9-]+)", person.text)
    if receipt is None:
        raise SystemExit(f"No receipt on {person.path}: {person.text[:600]}")
    print(receipt[1])


def find(person: Person, password: str, receipt: str) -> None:
    person.sign_in("responder", password)
    person.ask(f"/referrals/{receipt}/")
    if receipt not in person.text:
        raise SystemExit(f"{receipt} is not there: {person.text[:600]}")
    print(f"{receipt} is there.")


def remind(person: Person, password: str) -> None:
    person.sign_in("caseworker", password)
    last = time.monotonic() + 240
    while time.monotonic() < last:
        person.ask("/inbox/")
        if found := re.search(r"[^.]*(?:due|overdue)[^.]*", person.text):
            print(found[0].strip())
            return
        time.sleep(5)
    raise SystemExit(f"No reminder came: {person.text[:600]}")


def refused(person: Person, password: str) -> None:
    person.sign_in("responder", password)
    if person.path != "/sign-in/":
        raise SystemExit(f"The trial's sign-in opens {person.path} here.")
    print("The trial's sign-ins are refused.")


if __name__ == "__main__":
    address, password, step, *more = sys.argv[1:]
    {"refer": refer, "find": find, "remind": remind, "refused": refused}[step](
        Person(address), password, *more
    )
