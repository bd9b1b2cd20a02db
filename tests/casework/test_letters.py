"""A letter says what the profile says, in its languages, names nobody, is kept as it was looked at,
and is never recorded as given by a way that is not safe."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from cases.actions.writing import give_letter, make_letter, preview_letter
from cases.models import Case, Letter
from cases.rules.decisions import BY_CARD
from cases.rules.letters import channels, fits
from cases.selectors.letters import opened_sheet, template_of
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from tests.api.tools import api, field_errors
from tests.casework.people import IDENTIFYING, assigned
from tests.casework.test_contact import named, record
from tests.intake.answers import FULL
from tests.permissions.scene import a_letter

CODES = ("invitation", "information", "closure", "suspension", "confirmation")
DETAILS = "On Monday at ten, at the second door."


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def given(world, row, at, channel, **more):
    on = {"given_on": timezone.localdate(at), "channel": channel, **more}
    return give_letter(row, actor=world.caseworker, at=at, **on)


def codes(refused) -> set[str]:
    return {objection.code for objection in refused.value.objections}


@pytest.mark.parametrize("profile", ["uk", "palermo", "cameroon"])
def test_every_profile_has_each_letter_in_each_of_its_languages(profile):
    law = load_profile(profile)
    assert {one.code for one in law.letters} == set(CODES)
    for letter in law.letters:
        assert not letter.verified
        for text in (letter.label, letter.title, *letter.paragraphs):
            assert {code for code, _words in text.texts} == set(law.languages)
        # In the languages that are translated, the places that are filled are the same.
        for paragraph in letter.paragraphs:
            filled = {words.count("{") for _code, words in paragraph.texts}
            assert len(filled) == 1


@pytest.mark.parametrize(
    ("closed", "suspended", "fitting"),
    [
        (False, False, {"invitation", "information", "confirmation"}),
        (False, True, {"invitation", "information", "confirmation", "suspension"}),
        (True, False, {"closure"}),
        (True, True, {"closure"}),
    ],
)
def test_a_letter_can_be_written_only_while_it_says_what_is_so(closed, suspended, fitting):
    found = {
        one.code
        for one in load_profile("uk").letters
        if fits(one, closed=closed, suspended=suspended)
    }
    assert found == fitting


def test_it_is_kept_as_it_was_looked_at_in_its_language_and_names_nobody(world, case, at):
    by = {"actor": world.caseworker, "at": at}
    told = {"letter": "confirmation", "language": "ar", "details": DETAILS}
    sheet = preview_letter(case, **told, **by)
    assert sheet.title == "إلى من يهمه الأمر"
    stage = case.profile.stage(case.stage).label.text("ar")
    assert any(stage in paragraph for paragraph in sheet.paragraphs)
    row = make_letter(case, digest=sheet.digest, key=uuid4(), **told, **by)
    Case.objects.filter(pk=case.pk).update(stage="closed")
    assert opened_sheet(Letter.objects.select_related("case").get(pk=row.pk)) == sheet
    assert DETAILS.encode() not in bytes(row.content)
    page = world.client("caseworker").get(reverse("case_letter", args=[case.reference, row.pk]))
    text = page.content.decode()
    assert 'lang="ar" dir="rtl"' in text
    assert DETAILS in text
    for secret in IDENTIFYING:
        assert secret not in text
    assert DETAILS not in str(list(Event.objects.values_list("data", flat=True)))


def test_to_others_no_pseudonym_goes_and_no_way_to_the_person(world, case, at):
    row = a_letter(case, world.caseworker, at=at, letter="information")
    sheet = opened_sheet(row)
    assert case.pseudonym not in str(sheet.as_json())
    with pytest.raises(Refused) as refused:
        given(world, row, at, "post")
    assert codes(refused) == {"channel"}
    assert given(world, row, at, "office").channel == "office"


@pytest.mark.parametrize("way", BY_CARD)
@pytest.mark.parametrize("mark", ["none", "safe", "unsafe", "unknown"])
@pytest.mark.parametrize("days", [0, 31])
def test_it_is_given_only_by_a_way_that_is_safe_and_current(world, case, at, way, mark, days):
    row = a_letter(case, world.caseworker, at=at)
    # After the card of the referral, which this one takes the place of.
    after = at + timedelta(minutes=1)
    record(world, case, after, **({} if mark == "none" else {way: mark}))
    later = after + timedelta(days=days)
    if mark == "safe" and not days:
        assert given(world, row, later, way).channel == way
    else:
        with pytest.raises(Refused) as refused:
            given(world, row, later, way)
        assert codes(refused) == {"not_safe"}
        assert Letter.objects.get().given_on is None


def test_what_is_wrong_with_giving_is_said_at_once_and_it_is_given_once(world, case, at):
    row = a_letter(case, world.caseworker, at=at)
    with pytest.raises(Refused) as refused:
        give_letter(row, actor=world.caseworker, at=at, given_on=None, channel="pigeon")
    assert {objection.field for objection in refused.value.objections} == {"given_on", "channel"}
    with pytest.raises(Refused) as refused:
        given(world, row, at, "nominated")
    assert codes(refused) == {"permission"}
    named(world, case, at)
    with pytest.raises(Refused) as refused:
        given(world, row, at, "nominated")
    assert codes(refused) == {"permission"}  # they may be told of decisions only
    named(world, case, at, about=["letters"])
    given(world, row, at, "nominated")
    with pytest.raises(Refused) as refused:
        given(world, row, at, "in_person")
    assert codes(refused) == {"given"}


def test_what_is_missing_is_said_and_what_was_not_looked_at_is_not_kept(world, case, at):
    by = {"actor": world.caseworker, "at": at}
    wrong = {"letter": "closure", "language": "xx", "details": "More."}
    with pytest.raises(Refused) as refused:
        preview_letter(case, **wrong, **by)
    assert {o.field for o in refused.value.objections} == {"letter", "language", "details"}
    told = {"letter": "invitation", "language": "en", "details": DETAILS}
    with pytest.raises(Refused) as refused:
        make_letter(case, digest="0" * 64, key=uuid4(), **told, **by)
    assert codes(refused) == {"changed"}
    sheet, key = preview_letter(case, **told, **by), uuid4()
    one = make_letter(case, digest=sheet.digest, key=key, **told, **by)
    assert make_letter(case, digest=sheet.digest, key=key, **told, **by).pk == one.pk
    other = assigned(world, at=at)
    digest = preview_letter(other, **told, **by).digest
    with pytest.raises((Refused, IntegrityError)):
        make_letter(other, digest=digest, key=key, **told, **by)
    assert Letter.objects.count() == 1
    for who, error in (("intake", Forbidden), ("caseworker2", Hidden), ("provider", Hidden)):
        with pytest.raises(error):
            preview_letter(case, actor=world.users[who], at=at, **told)


def test_by_the_pages_it_is_looked_at_kept_printed_and_recorded(world, case):
    client = world.client("caseworker")
    where = reverse("case_letter_new", args=[case.reference, "invitation"])
    empty = client.post(where, {"language": "en"})
    assert empty.status_code == 422
    assert "Write what belongs in the letter" in empty.content.decode()
    form = {"language": "fr", "details": DETAILS}
    preview = client.post(where, form)
    assert "Nous aimerions vous rencontrer" in preview.content.decode()
    assert not Letter.objects.exists()
    kept = {"digest": preview.context["digest"], "key": str(preview.context["key"])}
    page = client.post(where, {**form, **kept})["Location"]
    assert "data-nrm-print" in client.get(page).content.decode()
    today = timezone.localdate()
    day = {"given_on_day": today.day, "given_on_month": today.month, "given_on_year": today.year}
    refused = client.post(page, {**day, "channel": "post"})
    assert refused.status_code == 422
    assert "does not mark this way as safe" in refused.content.decode()
    assert client.post(page, {**day, "channel": "in_person"})["Location"] == page
    listed = client.get(reverse("case_letters", args=[case.reference])).content.decode()
    assert "In person" in listed
    assert client.get(where.replace("invitation", "ransom")).status_code == 404


def test_by_rest_the_same(world, case):
    client, url = api(world.caseworker), f"/api/v1/cases/{case.reference}/letters/"
    told = {"letter": "invitation", "language": "en", "details": DETAILS}
    refused = client.post(url + "preview/", {**told, "letter": "ransom"}, format="json")
    assert field_errors(refused).keys() == {"letter"}
    seen = client.post(url + "preview/", told, format="json").json()
    made = client.post(url, {**told, "digest": seen["digest"], "key": seen["key"]}, format="json")
    assert made.status_code == 201, made.content
    one = f"{url}{made.json()['id']}/"
    assert client.get(one).json()["sheet"] == seen["sheet"]
    on = {"given_on": str(timezone.localdate()), "channel": "email"}
    assert field_errors(client.post(one + "giving/", on)).keys() == {"channel"}
    done = client.post(one + "giving/", {**on, "channel": "in_person"})
    assert done.json()["channel"] == "in_person"
    (listed,) = client.get(url).json()["results"]
    assert listed == done.json()


def test_every_way_to_the_person_is_one_that_the_card_or_the_person_speaks_for(case):
    letter = template_of(case, "invitation")
    assert {code for code, _label in channels(letter)} - set(BY_CARD) == {"in_person", "nominated"}
