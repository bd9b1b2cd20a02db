"""The hearings of a matter stay on file: what happened in each, which was moved, and which is
next."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.hearings import record_hearing, say_what_happened
from cases.actions.matters import change_matter, raise_matter
from cases.models import Hearing, Matter
from cases.selectors.hearings import hearings_of
from nrm.actions import Changed, Forbidden, Hidden, Refused
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned
from tests.decisions.road import codes

ORDERED = "Judge Zanzibar ordered a report by 3 May."


@pytest.fixture
def matter(world: Any, at: Any) -> Matter:
    return raise_matter(
        assigned(world, at=at), actor=world.caseworker, at=at,
        values={"kind": "criminal", "offence": "Cannabis.", "hearing": "plea",
                "hearing_on": at.date() + timedelta(days=5), "interpreter": "booked"},
    )  # fmt: skip


def record(world: Any, matter: Matter, at: Any, **said: Any) -> Hearing:
    return record_hearing(matter, actor=world.caseworker, at=at, **said)


def test_what_happened_is_kept_and_the_next_one_is_watched(world, matter, at):
    later = at + timedelta(days=6)
    then = later.date() + timedelta(days=20)
    row = record(
        world, matter, later, result="held", words=ORDERED, next_kind="trial", next_on=then
    )
    matter.refresh_from_db()
    assert (matter.hearing, matter.hearing_on, matter.interpreter) == ("trial", then, "")
    assert matter.next_look_at == later
    assert (row.kind, row.interpreter) == ("plea", "booked")
    assert b"Zanzibar" not in bytes(row.told)
    # No event holds its day or what was said.
    data = str(Event.objects.get(verb="hearing.recorded").data)
    for hidden in ("Zanzibar", str(row.on_day), str(then)):
        assert hidden not in data
    (line,) = hearings_of(matter)
    assert line.words == ORDERED


def test_a_hearing_that_is_moved_is_not_forgotten_and_one_nobody_told_of_is_asked_about(
    world, matter, at
):
    first = matter.hearing_on
    second = first + timedelta(days=3)
    change_matter(matter, actor=world.caseworker, at=at, values={"hearing_on": second})
    gone = at + timedelta(days=30)
    change_matter(
        matter, actor=world.caseworker, at=gone, values={"hearing": "", "hearing_on": None}
    )
    rows = [(line.row.on_day, line.row.result) for line in hearings_of(matter)]
    assert rows == [(second, ""), (first, "moved")]
    # What does not touch the day keeps nothing.
    change_matter(matter, actor=world.caseworker, at=gone, values={"stage": "trial"})
    assert len(hearings_of(matter)) == 2
    untold, moved = [line.row for line in hearings_of(matter)]
    by: dict[str, Any] = {"actor": world.caseworker, "at": gone}
    with pytest.raises(Refused) as refused:
        say_what_happened(moved, result="", **by)
    assert codes(refused) == {"result", "said"}
    say_what_happened(untold, result="absent", words=ORDERED, **by)
    assert [line.words for line in hearings_of(matter)] == [ORDERED, ""]


def test_every_reason_is_said_and_two_editors_overwrite_nothing(world, matter, at):
    wrong = {"next_kind": "trial", "words": "x" * 2_001}
    with pytest.raises(Refused) as refused:
        record(world, matter, at, result="held", **wrong)
    assert codes(refused) == {"result", "next_on", "too_long"}
    with pytest.raises(Refused) as refused:
        record(world, matter, at, result="moved", next_on=at.date() - timedelta(days=1))
    assert codes(refused) == {"next_on"}
    with pytest.raises(Changed):
        record(world, matter, at, result="moved", version=9)
    for user, refusal in ((world.intake, Forbidden), (world.caseworker2, Hidden)):
        with pytest.raises(refusal):
            record_hearing(matter, actor=user, at=at, result="moved")
    record(world, matter, at, result="cancelled")
    with pytest.raises(Refused) as refused:
        record(world, matter, at, result="cancelled")
    assert codes(refused) == {"no_hearing"}


def test_pages_and_programs_tell_the_same(world, matter, at):
    case = matter.case
    url = reverse("case_hearing", args=[case.reference, matter.pk])
    client = world.client("caseworker")
    refused = client.post(url, {"version": matter.version, "words": ORDERED})
    assert refused.status_code == 422
    assert "Select what happened" in refused.content.decode()
    assert ORDERED in refused.content.decode()
    assert world.client("intake").get(url).status_code == 403
    assert world.client("caseworker2").get(url).status_code == 404
    api_url = f"/api/v1/cases/{case.reference}/matters/{matter.pk}/hearings/"
    program = api(world.caseworker)
    soon = str(timezone.localdate() + timedelta(days=2))
    body = {"result": "moved", "words": ORDERED, "next_on": soon, "next_kind": "plea"}
    answer = program.post(api_url, body, headers={"If-Match": f'"{matter.version}"'})
    assert answer.status_code == 201
    assert program.post(api_url, body, headers={"If-Match": '"1"'}).status_code == 412
    (one,) = program.get(api_url).json()["results"]
    assert (one["result"], one["words"], one["kind"]) == ("moved", ORDERED, "plea")
    page = client.get(reverse("case_matter", args=[case.reference, matter.pk])).content.decode()
    assert ORDERED in page
    assert "It was moved to another day" in page
    Hearing.objects.filter(pk=one["id"]).update(result="", on_day=date(2026, 1, 5))
    late = reverse("case_hearing_result", args=[case.reference, matter.pk, one["id"]])
    assert late in client.get(url.removesuffix("hearing/")).content.decode()
    said = program.post(f"{api_url}{one['id']}/", {"result": "held", "words": "It was short."})
    assert said.json()["results"][0]["words"] == "It was short."
