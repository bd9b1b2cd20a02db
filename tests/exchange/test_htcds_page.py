"""The page on which records of the standard are imported: what is read is shown before anything is
made."""

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case, Referral
from exchange.htcds.forms import carried, read_carried
from exchange.htcds.standard.reading import read_json
from tests.exchange.test_htcds_intake import ANA

PAGE = "/imports/htcds/"
CSV = b"prs_FirstName,prs_Gender,shoe size\nAna,Feminine,41\nEve,Feminine,\n"


def upload(world: Any, content: bytes, who: str = "responder") -> Any:
    return world.client(who).post(PAGE, {"file": SimpleUploadedFile("x.csv", content)})


def carried_by(response: Any) -> dict[str, str]:
    """The hidden fields of the page."""
    page = response.content.decode()
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        if name != "csrfmiddlewaretoken"
    }


SAID = {"jurisdiction": "england", "age_status": "adult", "consent_answer": "given"}


def test_what_is_read_of_each_record_is_shown_and_nothing_is_made(world: Any) -> None:
    response = upload(world, CSV)
    assert response.status_code == 200
    page = response.content.decode()
    for shown in ("Ana", "Eve", "Woman", "shoe size", "The standard has no such field.", "Row 3"):
        assert shown in page
    assert "IOM" in world.client("responder").get(PAGE).content.decode()
    assert not Referral.objects.exists()
    assert "no-store" in response["Cache-Control"]


def test_forced_criminality_is_shown_as_what_the_standard_has_no_code_for(world: Any) -> None:
    page = upload(world, json.dumps(ANA).encode()).content.decode()
    assert "from our extension: Forced criminality" in re.sub(r"\s+", " ", page)


def test_confirmed_records_become_referrals_once(world: Any) -> None:
    hidden = carried_by(upload(world, CSV))
    client = world.client("responder")
    for _turn in range(2):
        done = client.post(PAGE, hidden | SAID)
        assert (done.status_code, done["Location"]) == (302, "/referrals/")
    assert Case.objects.count() == 2
    assert {row.source for row in Referral.objects.all()} == {"htcds"}
    again = upload(world, CSV).content.decode()
    assert "Every record of it was imported before" in again


def test_what_records_do_not_say_is_asked_once_beside_its_question(world: Any) -> None:
    hidden = carried_by(upload(world, CSV))
    response = world.client("responder").post(PAGE, hidden | {"jurisdiction": "england"})
    assert response.status_code == 422
    form = response.context["form"]
    assert set(form.errors) == {"age_status"}
    assert form["jurisdiction"].value() == "england"
    assert not Referral.objects.exists()


def test_a_record_that_cannot_be_one_is_told_with_row_and_field(world: Any) -> None:
    response = upload(world, b"prs_Birthdate,prs_Gender\n2999-01-01,Feminine\n")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Row 2, prs_Birthdate: This date must be today or earlier" in page
    assert "Make the referrals" not in page


@pytest.mark.parametrize("content", [b"", b"nothing here\n1\n", b"{", b"PK\x03\x04broken"])
def test_a_file_that_is_none_is_refused_beside_its_field(world: Any, content: bytes) -> None:
    response = upload(world, content)
    assert response.status_code == 422
    assert "file" in response.context["form"].errors


@pytest.mark.parametrize("sent", ["", "{", "[]", '{"records": 3}', '{"records": [1], "rows": 2}'])
def test_what_the_page_carried_and_was_spoilt_leads_back_to_the_file(world: Any, sent: str) -> None:
    response = world.client("responder").post(PAGE, {"records": sent} | SAID)
    assert response.status_code == 422
    assert not Referral.objects.exists()


def test_what_the_page_carries_is_what_was_read() -> None:
    reading = read_json(json.dumps([ANA, {"prs_Gender": "Feminine"}]).encode())
    again = read_carried(carried(reading.records))
    assert [one.fields for one in again.records] == [one.fields for one in reading.records]
    assert [one.parts for one in again.records] == [one.parts for one in reading.records]
    assert [one.row for one in again.records] == [1, 2]
    told = [(one.column, one.value) for one in again.unmapped]
    assert told == [(one.column, one.value) for one in reading.unmapped]


def test_who_may_not_refer_sees_no_such_page(world: Any) -> None:
    for who in ("caseworker", "supervisor", "intake", "provider", "liaison", "auditor"):
        assert world.client(who).get(PAGE).status_code == 403
        assert upload(world, CSV, who).status_code == 403
