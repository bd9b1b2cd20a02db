"""How a person gets to a place is noted with the bed that is held for them: whoever runs the place
reads when they come and that they travel apart, and never from whom."""

from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from nrm.actions import Changed, Forbidden, Hidden
from nrm.audit.models import Event
from protection.actions.services import refer
from protection.actions.shelter import end_stay, hold_bed
from protection.actions.transport import note_transport
from protection.models import Transport
from protection.selectors.transport import noted
from tests.api.tools import api
from tests.protection.test_services import need, refusals
from tests.protection.test_shelter import a_bed, a_case, a_place

WORDS = "Not in one car with Blerim, nor past the market."


@pytest.fixture
def case(world, at):
    return a_case(world, at)


@pytest.fixture
def stay(world, case, at):
    bed = a_bed(world, at, a_place(world, at))
    stay = hold_bed(case, actor=world.caseworker, at=at, bed=bed.pk)
    house = world.provider_house.pk
    refer(need(world, case, at), actor=world.caseworker, at=at, organisation=house)
    return stay


def note(world, stay, at, who="caseworker", **more):
    told = {"arranged_by": "shelter", "leaves_at": at + timedelta(hours=2), "apart": True}
    told |= {"words": WORDS, **more}
    return note_transport(stay, actor=world.users[who], at=at, **told)


def page(world, case, who="caseworker"):
    url = reverse("case_shelter", args=[case.reference])
    return world.client(who).get(url).content.decode()


def place_page(world, stay):
    url = reverse("place", args=[stay.bed.place_id])
    return world.client("provider").get(url).content.decode()


def test_it_is_noted_sealed_and_the_provider_reads_it_without_the_words(world, case, stay, at):
    assert "Travels apart" not in place_page(world, stay)
    row = note(world, stay, at)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT told FROM protection_transport")
        assert b"Blerim" not in bytes(cursor.fetchone()[0])
    assert "Blerim" in page(world, case)
    theirs = place_page(world, stay)
    for shown in ("Brought by: The shelter", "Travels apart from somebody"):
        assert shown in theirs
    assert "Blerim" not in theirs
    rest = api(world.provider).get(reverse("api_place", args=[stay.bed.place_id]))
    (bed,) = rest.json()["beds"]
    assert set(bed["transport"]) == {"arranged_by", "leaves_at", "apart", "done"}
    event = Event.objects.get(verb="shelter.transport_noted")
    assert (event.object_id, event.data) == (
        row.pk,
        {"by": "shelter", "apart": True, "done": False},
    )
    later = at + timedelta(hours=3)
    done = note(world, stay, later, leaves_at=row.leaves_at, done=True, version=1)
    assert (done.pk, done.done_at, done.version) == (row.pk, later, 2)
    assert "Has arrived" in place_page(world, stay)


def test_nothing_is_proposed_and_every_fault_is_told_beside_its_field(world, case, stay, at):
    form = page(world, case)
    assert 'value="police"' in form
    assert "checked" not in form.split("How the person gets there")[1].split("</form>")[0]
    empty = world.client("caseworker").post(
        reverse("case_stay_transport", args=[case.reference, stay.pk]), {"words": WORDS}
    )
    assert empty.status_code == 422
    text = empty.content.decode()
    assert "Select who brings the person" in text
    assert "Enter the time" in text
    assert WORDS in text
    told = refusals(note, world, stay, at, arranged_by="army", words="x" * 1001, done=True)
    assert set(told) == {"arranged_by", "words", "done"}
    far = refusals(note, world, stay, at, leaves_at=at + timedelta(days=91))
    assert set(far) == {"leaves_at"}
    end_stay(stay, actor=world.caseworker, at=at, reason="not_needed")
    assert "no bed there any more" in refusals(note, world, stay, at)[None]
    assert not Transport.objects.exists()


def test_of_a_hold_that_has_run_out_nothing_is_noted(world, stay, at):
    assert None in refusals(note, world, stay, stay.hold_until)


def test_two_who_note_it_at_once_lose_nothing(world, case, stay, at):
    note(world, stay, at, version=0)
    with pytest.raises(Changed):
        note(world, stay, at, "supervisor", words="By train.", version=0)
    assert noted(stay).words == WORDS
    url = reverse("case_stay_transport", args=[case.reference, stay.pk])
    sent = {"arranged_by": "other", "apart": "no", "words": "By train.", "version": "0"}
    day = at + timedelta(days=1)
    sent |= {"leaves_at_day": day.day, "leaves_at_month": day.month, "leaves_at_year": day.year}
    sent["time"] = "14:30"
    clash = world.client("supervisor").post(url, sent)
    assert clash.status_code == 409
    assert "By train." in clash.content.decode()
    assert world.client("supervisor").post(url, {**sent, "version": "1"}).status_code == 302
    assert noted(type(stay).objects.get(pk=stay.pk)).words == "By train."


def test_by_rest_as_on_the_page(world, case, stay, at):
    worker = api(world.caseworker)
    url = reverse("api_case_stay_transport", args=[case.reference, stay.pk])
    body = {"arranged_by": "provider", "leaves_at": at.isoformat(), "apart": True, "words": WORDS}
    assert worker.put(url, body).status_code == 428
    made = worker.put(url, {**body, "done": False}, headers={"If-Match": '"0"'})
    assert (made.status_code, made.json()["version"], made["ETag"]) == (200, 1, '"1"')
    assert worker.put(url, body | {"done": True}, headers={"If-Match": '"0"'}).status_code == 412
    read = worker.get(reverse("api_case_shelter", args=[case.reference])).json()
    assert read["transport"]["words"] == WORDS


def test_only_who_plans_the_support_notes_it(world, stay, at):
    for name, refused in (("provider", Forbidden), ("intake", Forbidden), ("caseworker2", Hidden)):
        with pytest.raises(refused):
            note(world, stay, at, name)
    note(world, stay, at, "supervisor")
