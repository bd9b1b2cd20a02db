"""Each thing that a person is accused of is a matter: recorded, told of by nobody, and with which
ground in law may be open in it, why, and what is missing."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases.actions.matters import From, change_matter, raise_matter
from cases.models import Allegation, InboxItem, Matter
from cases.rules.matters import Facts, objections_to_state, readings
from cases.selectors.matters import codes_of, find_matter, opened, told_in_referral
from identities.crypto import KeyGone
from nrm.actions import Changed, Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from screening import actions as screening
from tests.api.tools import api, by_session
from tests.casework.people import assigned
from tests.decisions import road
from tests.intake.answers import ADULT
from tests.screening.build import item

OFFENCE = "Growing cannabis at 14 Quarry Rise, section 6."
CANNABIS = {"kind": "criminal", "offence": OFFENCE}
ACCUSED = {
    "accused": "yes",
    "allegations": [
        {"offence": "Carried a parcel.", "stage": "charged", "hearing_on": "2030-04-14"},
    ],
}


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def raised(world, case, at, *, who="caseworker", source=None, key=None, **values):
    return raise_matter(
        case,
        actor=world.users[who],
        at=at,
        values={**CANNABIS, **values},
        source=source,
        submission_key=key,
    )


def changed(world, row, at, *, who="caseworker", version=None, **values):
    return change_matter(row, actor=world.users[who], at=at, values=values, version=version)


def fields(refused):
    return {objection.field for objection in refused.value.objections}


# The rule of grounds ------------------------------------------------------------------------------
def of(profile, **facts):
    law = load_profile(profile).non_punishment
    known = {"kind": "criminal", "age_status": "adult", "exclusion": "none", "told": frozenset()}
    return {one.basis.code: one for one in readings(law, Facts(**{**known, **facts}))}


def test_an_adult_has_the_adults_defence_and_is_told_what_it_still_needs():
    found = of("uk")
    assert found["s45_adult"].open
    assert found["s45_adult"].missing == ("Compulsion", "No realistic alternative")
    assert not found["s45_child"].open
    assert "18 or over" in found["s45_child"].why[0]
    argued = of("uk", told=frozenset({"compulsion", "no_realistic_alternative"}))
    assert argued["s45_adult"].missing == ()


@pytest.mark.parametrize("age", ["child", "disputed", "not_sure"])
def test_a_child_and_who_may_have_been_one_need_no_compulsion(age):
    found = of("uk", age_status=age)
    assert found["s45_child"].open
    assert "Compulsion" not in found["s45_child"].missing
    assert not found["s45_adult"].open


def test_an_excluded_offence_leaves_the_public_interest_and_nothing_of_section_45():
    found = of("uk", exclusion="murder", age_status="child")
    assert [code for code, one in found.items() if one.open] == ["public_interest"]
    # Every reason at once: it is for adults, and it is excluded.
    assert len(found["s45_adult"].why) == 2
    assert "Murder" in found["s45_adult"].why[1]


def test_what_nobody_has_said_is_missing_and_closes_nothing():
    found = of("uk", age_status="", exclusion="")
    for code in ("s45_adult", "s45_child"):
        assert found[code].open
        assert len(found[code].missing) == 4


def test_a_debt_is_no_offence_and_the_protocol_is_silent_by_itself():
    assert not of("uk", kind="debt")["s45_adult"].open
    law = load_profile("palermo").non_punishment
    assert [one.code for one in law.bases] == ["non_prosecution", "non_imposition", "not_liable"]
    assert not any("Protocol" in basis.source for basis in law.bases)
    assert "says nothing" in str(law.silent[0].text)
    assert load_profile("uk").non_punishment.silent == ()


def test_what_is_to_be_seen_to_is_told_all_at_once(world, case, at):
    row = raised(
        world, case, at,
        stage="charged", custody="remand", interpreter="no", hearing_on=date(2030, 1, 9),
    )  # fmt: skip
    today = date(2030, 1, 1)
    said = list(objections_to_state(codes_of(row), today=today))
    assert len(said) == 4
    row.outcome = "discontinued"
    assert list(objections_to_state(codes_of(row), today=today)) == []
    row.outcome = "convicted"
    assert len(list(objections_to_state(codes_of(row), today=today))) == 1


# Recording it -------------------------------------------------------------------------------------
def test_what_is_alleged_is_sealed_and_nobody_is_told(world, case, at):
    before = InboxItem.objects.count()
    row = raised(world, case, at, hearing_on=date(2030, 4, 14), need_compulsion="They beat him.")
    stored = Matter.objects.get(pk=row.pk)
    assert b"Quarry" not in bytes(stored.told)
    assert b"beat" not in bytes(stored.told)
    event = Event.objects.get(verb="matter.raised")
    assert "2030" not in str(event.data)
    assert "Quarry" not in str(event.data)
    assert InboxItem.objects.count() == before
    one = opened(find_matter(case, row.pk), at=at)
    assert one.told["offence"] == OFFENCE
    assert one.told["need_compulsion"] == "They beat him."


def test_sent_twice_it_is_recorded_once(world, case, at):
    key = uuid4()
    first = raised(world, case, at, key=key)
    assert raised(world, case, at, key=key).pk == first.pk
    assert Matter.objects.count() == 1


def test_every_fault_is_told_at_once_and_nothing_is_kept(world, case, at):
    tomorrow = timezone.localdate(at) + timedelta(days=2)
    with pytest.raises(Refused) as refused:
        raised(
            world, case, at,
            kind="", offence=" ", stage="hanged", exclusion="nosuch", basis="nosuch",
            episode=uuid4(), acted_on="2999", age_status="adult", age_years=12,
            outcome_on=tomorrow, custody="nowhere", need_nosuch="x",
        )  # fmt: skip
    assert fields(refused) == {
        *("kind", "offence", "stage", "exclusion", "basis", "episode", "acted_on", "age_years"),
        *("outcome_on", "outcome", "custody", "need_nosuch"),
    }
    assert not Matter.objects.exists()


def test_only_what_is_sent_changes_and_a_colleagues_change_is_not_overwritten(world, case, at):
    row = raised(world, case, at, place="A flat")
    changed(world, row, at, stage="charged", version=1)
    with pytest.raises(Changed):
        changed(world, row, at, who="supervisor", stage="sentenced", version=1)
    row = find_matter(case, row.pk)
    assert (row.stage, row.version) == ("charged", 2)
    assert opened(row, at=at).told["place"] == "A flat"
    event = Event.objects.filter(verb="matter.changed").get()
    assert event.data == {"fields": ["stage"], "stage": "charged"}


def test_who_does_not_work_on_the_case_records_and_changes_nothing(world, case, at):
    row = raised(world, case, at)
    for who, error in (("intake", Forbidden), ("caseworker2", Hidden), ("liaison", Hidden)):
        with pytest.raises(error):
            raised(world, case, at, who=who)
        with pytest.raises(error):
            changed(world, row, at, who=who, stage="charged")
        page = world.client(who).get(reverse("case_matter", args=[case.reference, row.pk]))
        assert page.status_code == (403 if error is Forbidden else 404)
    assert Matter.objects.count() == 1


def test_an_erased_person_leaves_no_words(world, case, at):
    row = raised(world, case, at)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM keys.person_key WHERE person_id = %s", [case.person_id])
    with pytest.raises(KeyGone):
        opened(find_matter(case, row.pk), at=at)
    page = world.client("caseworker").get(reverse("case_matter", args=[case.reference, row.pk]))
    assert page.status_code == 410


# What gives reason to ask -------------------------------------------------------------------------
def test_an_allegation_of_the_referral_becomes_one_matter(world, at):
    case = assigned(world, at=at, answers={**ADULT, **ACCUSED})
    client = world.client("caseworker")
    where = reverse("case_matters", args=[case.reference])
    told = Allegation.objects.get(case=case)
    link = f"{reverse('case_matter_new', args=[case.reference])}?allegation={told.pk}"
    assert link in client.get(where).content.decode()
    form = client.get(link).content.decode()
    assert "Carried a parcel." in form
    sent = {
        "kind": "criminal",
        "offence": "Carried a parcel.",
        "stage": "charged",
        "submission_key": str(uuid4()),
    }
    assert client.post(link, sent).status_code == 302
    assert Matter.objects.get().allegation_id == told.pk
    assert told_in_referral(case) == []
    assert link not in client.get(where).content.decode()
    with pytest.raises(Refused):
        raised(world, case, at, source=From(allegation=told.pk))
    # An allegation of somebody else's case is none of this one.
    other = assigned(world, at=at, answers={**ADULT, **ACCUSED})
    foreign = Allegation.objects.get(case=other)
    assert client.get(f"{link.split('?')[0]}?allegation={foreign.pk}").status_code == 404
    with pytest.raises(Refused):
        raised(world, case, at, source=From(allegation=foreign.pk))


def test_the_findings_give_reason_to_ask_until_a_matter_is_made_of_it(world, case, at):
    client = world.client("caseworker")
    where = reverse("case_matters", args=[case.reference])
    assert "?proposal=" not in client.get(where).content.decode()
    by = {"actor": world.caseworker, "at": at}
    screened = screening.start_screening(case, **by)
    found = screening.FoundEpisode(types=("crime",), place="not_known")
    episode = screening.add_episode(screened, episode=found, **by)
    evidence = screening.record_evidence(screened, item=item("He was made to carry it."), **by)
    screening.link_evidence(evidence, episode=episode.pk, add=["PU-CRIM"], **by)
    assert "?proposal=" not in client.get(where).content.decode()
    road.findings(world, case, at=at, source_id=screened.pk)
    shown = client.get(where).content.decode()
    assert "?proposal=forced_crime" in shown
    assert "?proposal=armed_group" not in shown
    raised(world, case, at, source=From(proposal="forced_crime"))
    assert "?proposal=forced_crime" not in client.get(where).content.decode()
    with pytest.raises(Refused):
        raised(world, case, at, source=From(proposal="nosuch"))


# Pages and REST -----------------------------------------------------------------------------------
def test_a_matter_is_recorded_read_and_changed_by_its_parts(world, case, at):
    client = world.client("caseworker")
    new = reverse("case_matter_new", args=[case.reference])
    sent = {**CANNABIS, "stage": "arrested", "submission_key": str(uuid4())}
    wrong = client.post(new, {**sent, "kind": ""})
    assert wrong.status_code == 422
    assert OFFENCE in wrong.content.decode()
    page = client.post(new, sent, follow=True)
    row = Matter.objects.get()
    text = page.content.decode()
    assert OFFENCE in text
    assert "Quarry" not in text.split("</title>")[0]
    assert "Still missing" in text
    part = reverse("case_matter_part", args=[case.reference, row.pk, "law"])
    told = {"basis": "s45_adult", "need_compulsion": "Threats to his parents.", "version": 1}
    assert client.post(part, told).status_code == 302
    late = client.post(part, {**told, "need_compulsion": "Something else."})
    assert late.status_code == 409
    assert "Something else." in late.content.decode()
    assert "Threats to his parents." in late.content.decode()  # what was saved meanwhile
    again = client.post(part, {**told, "need_compulsion": "Both.", "version": 2}, follow=True)
    assert "Both." in again.content.decode()
    assert client.get(part.replace("/law/", "/nosuch/")).status_code == 404


def test_a_program_does_the_same(world, case, at):
    client = by_session(world.caseworker)
    where = f"/api/v1/cases/{case.reference}/matters/"
    made = client.post(where, {**CANNABIS, "needs": {"compulsion": "Beaten."}}, format="json")
    assert made.status_code == 201
    body = made.json()
    assert body["needs"] == {"compulsion": "Beaten."}
    one = f"{where}{body['id']}/"
    assert client.patch(one, {"stage": "charged"}, format="json").status_code == 428
    match = {"headers": {"If-Match": made["ETag"]}}
    moved = client.patch(one, {"stage": "charged"}, format="json", **match)
    assert (moved.status_code, moved.json()["stage"]) == (200, "charged")
    assert client.patch(one, {"stage": "bail"}, format="json", **match).status_code == 412
    assert client.get(one).json()["offence"] == OFFENCE
    assert client.get(where).json()["results"][0]["stage"] == "charged"
    asked = client.get(f"{where}to-ask/")
    assert asked.json() == {"results": []}
    assert api(world.intake).get(where).status_code == 403
