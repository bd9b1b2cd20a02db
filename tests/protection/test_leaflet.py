"""A person is told of their rights: by a sheet that names nobody, from the facts of the profile,
and the case says when, in which language and with whose help."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from nrm.actions import Forbidden
from nrm.context import acting_as
from nrm.profiles import profiles
from protection.actions.leaflet import give_leaflet
from protection.models import LeafletGiven
from protection.selectors.leaflet import leaflet_of
from tests.api.tools import api, field_errors
from tests.casework.people import IDENTIFYING, assigned, child
from tests.intake.answers import FULL
from tests.protection.test_services import refusals


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def told(at, **more):
    return {
        "language": "sq",
        "text_language": "en",
        "interpreter": "by_telephone",
        "read_aloud": True,
        "on_paper": False,
        "given_on": timezone.localdate(at),
        **more,
    }


def test_the_sheet_names_nobody_and_says_what_the_profile_says(world, case):
    page = world.client("caseworker").get(reverse("leaflet", args=["uk", "adult", "en"]))
    text = page.content.decode()
    for shown in (
        "You can have help without speaking to the police",
        "Safe accommodation",
        "Recovery period: its last day at the earliest: 30 calendar days",
        "5 working days",
        "0800 808 3733",
        "A complaint is not held against you",
        "No lawyer has checked this text yet",
    ):
        assert shown in text
    for hidden in (*IDENTIFYING, case.reference, case.pseudonym, "Printed by"):
        assert str(hidden) not in text


def test_the_sheet_is_in_its_language_and_what_stands_around_it_in_the_readers(world):
    arabic = world.client("responder").get(reverse("leaflet", args=["palermo", "child", "ar"]))
    around, sheet = arabic.content.decode().split("<article", 1)
    assert '<html lang="en" dir="ltr"' in around
    assert "Print the sheet" in around
    sheet, after = sheet.split("</article>")
    assert 'lang="ar" dir="rtl"' in sheet
    assert "حقوقك" in sheet
    assert "speaking to the police" not in arabic.content.decode()
    assert "Print this page" in after


@pytest.mark.parametrize("profile", profiles(), ids=lambda one: one.code)
def test_every_profile_has_a_leaflet_for_each_age_in_each_language(profile):
    for age in ("adult", "child"):
        for language in profile.languages:
            with override(language):
                parts = leaflet_of(profile, age)
            assert all(part.title and part.points for part in parts)
        assert len(parts) == 4
    texts = [point for one in profile.leaflet.sections for point in (one.title, *one.points)]
    for label in (*texts, *profile.leaflet.complaints):
        assert set(dict(label.texts)) == set(profile.languages)


@pytest.mark.parametrize(
    ("who", "args", "status"),
    [
        ("liaison", ("uk", "adult", "en"), 403),
        ("auditor", ("uk", "adult", "en"), 403),
        ("caseworker", ("nowhere", "adult", "en"), 404),
        ("caseworker", ("uk", "anybody", "en"), 404),
        ("caseworker", ("uk", "adult", "xx"), 404),
    ],
)
def test_a_sheet_that_is_not_there_or_not_for_them(world, who, args, status):
    assert world.client(who).get(reverse("leaflet", args=args)).status_code == status


def test_that_it_was_given_is_on_record_and_never_changed(world, case, at):
    by = {"actor": world.caseworker, "at": at}
    support = reverse("case_support", args=[case.reference])
    assert "They were not told yet" in world.client("caseworker").get(support).content.decode()
    row = give_leaflet(case, **told(at), **by)
    assert (row.version, row.age) == (case.profile_version, "adult")
    page = world.client("supervisor").get(support).content.decode()
    assert "in this language: Albanian" in page
    key = uuid4()
    again = give_leaflet(case, submission_key=key, **told(at), **by)
    assert give_leaflet(case, submission_key=key, **told(at), **by) == again
    for wrong in (
        "UPDATE protection_leafletgiven SET given_on = '2020-01-01'",
        "DELETE FROM protection_leafletgiven",
    ):
        with (
            acting_as(world.caseworker),
            pytest.raises(DatabaseError, match="denied"),
            transaction.atomic(),
        ):
            connection.cursor().execute(wrong)
    with pytest.raises(Forbidden):
        give_leaflet(case, actor=world.intake, at=at, **told(at))
    young = give_leaflet(child(world, at=at), actor=world.supervisor, at=at, **told(at))
    assert young.age == "child"


def test_every_reason_against_it_is_told_at_once(world, case, at):
    wrong = told(
        at, language="xx", text_language="xx", interpreter="?", read_aloud=False,
        given_on=timezone.localdate(at) + timedelta(days=2),
    )  # fmt: skip
    fields = set(refusals(give_leaflet, case, actor=world.caseworker, at=at, **wrong))
    assert fields == {"language", "text_language", "interpreter", "how", "given_on"}


def test_on_the_page_and_by_rest(world, case):
    client, program = world.client("caseworker"), api(world.caseworker)
    page = reverse("case_leaflet", args=[case.reference])
    assert "The person was not told yet" in client.get(page).content.decode()
    today = timezone.localdate()
    typed = {
        "how": ["read_aloud", "on_paper"], "language": "Albanian", "text_language": "en",
        "interpreter": "by_telephone", "given_on_day": today.day, "given_on_month": today.month,
        "given_on_year": today.year,
    }  # fmt: skip
    missing = client.post(page, {**typed, "how": []})
    assert missing.status_code == 422
    assert "read aloud, on paper, or both" in missing.content.decode()
    done = client.post(page, typed, follow=True).content.decode()
    assert "That the person was told is recorded" in done
    rest = reverse("api_case_leaflets", args=[case.reference])
    refused = program.post(rest, {**told(timezone.now()), "language": "xx"})
    assert set(field_errors(refused)) == {"language"}
    made = program.post(rest, told(timezone.now(), on_paper=True))
    assert made.status_code == 201
    assert len(program.get(rest).json()["results"]) == LeafletGiven.objects.count() == 2
    sheet = program.get(reverse("api_leaflet", args=["uk", "child", "fr"])).json()
    assert sheet["parts"][0]["title"] == "Tes droits"
    assert sheet["call"][0]["number"] == "999"
