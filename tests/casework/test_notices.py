"""An agency is told of one matter, on a consent or a lawful ground; its liaison sees the matter
alone and answers; silence is chased, and security forces are never told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import ports
from cases.actions.confidentiality import change_confidentiality
from cases.actions.excluding import exclude, lift
from cases.actions.matters import change_matter, raise_matter
from cases.actions.notices import Wanted, answer_notice, note_answer, recall_notice, send_notice
from cases.actions.sharing import record_consent, withdraw_consent
from cases.actions.watching import watch_days
from cases.forms.matters import headings
from cases.models import InboxItem, Notice
from cases.selectors.matters import find_matter, opened
from cases.selectors.notices import content_of, digest_of
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from tests.api.tools import by_session
from tests.casework.people import IDENTIFYING, assigned
from tests.decisions import road
from tests.intake.answers import FULL

URN = "01AB/23456/26"


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


@pytest.fixture
def matter(world, case, at):
    values = {
        "kind": "criminal",
        "offence": "Growing cannabis.",
        "stage": "charged",
        "their_reference": URN,
        "need_compulsion": "They locked the door.",
        "representative": "Ms Advocate",
    }
    return raise_matter(case, actor=world.caseworker, at=at, values=values)


def digest(matter, at):
    return digest_of(content_of(opened(matter, at=at), headings(matter.case)))


def send(world, matter, at, *, who="caseworker", to=None, looked=None, key=None, **wanted):
    house = world.prosecution if to is None else to
    told = {"agency": "prosecutor", "ground": "disclosure_duty", **wanted}
    return send_notice(
        matter,
        actor=world.users[who],
        at=at,
        wanted=Wanted(organisation=house.pk if house else None, **told),
        names=headings(matter.case),
        digest=looked or digest(matter, at),
        key=key or uuid4(),
    )


def agreed(world, case, at, *, purpose="non_punishment", kind="prosecution", answer="agreed"):
    return record_consent(
        case,
        actor=world.caseworker,
        at=at,
        purpose=purpose,
        recipient_kind=kind,
        answer=answer,
        given_on=timezone.localdate(at),
        language="sq",
        interpreter="none",
    )


def codes(refused):
    return {objection.code for objection in refused.value.objections}


def told(kind):
    return {item.user.email.partition("@")[0] for item in InboxItem.objects.filter(kind=kind)}


def sweep(at):
    return watch_days(actor=User.objects.system(), at=at)


def test_the_liaison_sees_the_matter_alone_and_answers(world, case, matter, at):
    row = send(world, matter, at)
    client = world.client("liaison")
    where = reverse("received_notice", args=[row.pk])
    assert where in client.get(reverse("notices")).content.decode()
    page = client.get(where).content.decode()
    for shown in ("Growing cannabis.", URN, "They locked the door."):
        assert shown in page
    for hidden in (*IDENTIFYING, case.reference, case.pseudonym, "Ms Advocate"):
        assert hidden not in page
    assert b"cannabis" not in bytes(Notice.objects.get().content)
    for address in (
        reverse("case", args=[case.reference]),
        reverse("case_matter", args=[case.reference, matter.pk]),
        reverse("case_summary", args=[case.reference]),
    ):
        assert client.get(address).status_code == 404
    assert told("notice_received") == {"liaison"}
    item = InboxItem.objects.get(kind="notice_received")
    assert (item.case_id, item.data) == (None, {})
    # It goes on only with a reason; and what was chosen stays.
    wrong = client.post(where, {"answer": "continues", "because": ""})
    assert wrong.status_code == 422
    assert client.post(where, {"answer": "discontinued", "because": ""}).status_code == 302
    assert Notice.objects.get().answer == "discontinued"
    assert told("notice_answered") == set()
    sweep(at + timedelta(minutes=1))
    sweep(at + timedelta(minutes=2))
    assert told("notice_answered") == {"caseworker"}
    assert InboxItem.objects.filter(kind="notice_answered").count() == 1
    page = world.client("caseworker").get(reverse("case_matter", args=[case.reference, matter.pk]))
    assert "Discontinued" in page.content.decode()
    event = Event.objects.get(verb="notice.answered")
    assert (event.actor_id, event.case_id) == (world.liaison.pk, case.pk)


def test_nobody_else_opens_or_answers_it(world, case, matter, at):
    row = send(world, matter, at)
    where = reverse("received_notice", args=[row.pk])
    for who in ("caseworker", "provider", "intake", "auditor"):
        assert world.client(who).get(where).status_code == 403
        with pytest.raises(Forbidden):
            answer_notice(row, actor=world.users[who], at=at, answer="received")
    for who, error in (("intake", Forbidden), ("liaison", Hidden), ("caseworker2", Hidden)):
        with pytest.raises(error):
            send(world, matter, at, who=who)


def test_what_stands_against_telling_is_told_all_at_once(world, case, matter, at):
    with pytest.raises(Refused) as refused:
        send(world, matter, at, to=world.provider_house, ground="nosuch", looked="x")
    assert {o.field for o in refused.value.objections} == {"organisation", "rests_on", None}
    assert "changed" in codes(refused)
    looked = digest(matter, at)
    change_matter(matter, actor=world.caseworker, at=at, values={"offence": "Theft."})
    with pytest.raises(Refused) as refused:
        send(world, find_matter(case, matter.pk), at, looked=looked)
    assert codes(refused) == {"changed"}
    matter = find_matter(case, matter.pk)
    key = uuid4()
    first = send(world, matter, at, key=key)
    assert send(world, matter, at, key=key).pk == first.pk
    with pytest.raises(Refused) as refused:
        send(world, matter, at)
    assert codes(refused) == {"told"}
    change_matter(matter, actor=world.caseworker, at=at, values={"outcome": "acquitted"})
    with pytest.raises(Refused) as refused:
        send(world, find_matter(case, matter.pk), at, to=False, agency="court")
    assert codes(refused) == {"over"}


def test_a_consent_counts_for_exactly_this_and_withdrawing_it_takes_the_notice_back(
    world, case, matter, at
):
    for other in (
        agreed(world, case, at, purpose="support"),
        agreed(world, case, at, kind="provider"),
    ):
        with pytest.raises(Refused):
            send(world, matter, at, ground="", consent=other.pk)
    consent = agreed(world, case, at)
    row = send(world, matter, at, ground="", consent=consent.pk)
    withdraw_consent(consent, actor=world.caseworker, at=at)
    row.refresh_from_db()
    assert row.recalled_because == "consent_withdrawn"
    where = reverse("received_notice", args=[row.pk])
    assert world.client("liaison").get(where).status_code == 404
    with pytest.raises(Hidden):
        answer_notice(row, actor=world.liaison, at=at, answer="received")
    with pytest.raises(Refused):
        send(world, matter, at, ground="", consent=consent.pk)
    second = agreed(world, case, at + timedelta(seconds=1))
    row = send(world, matter, at, ground="", consent=second.pk)
    agreed(world, case, at + timedelta(seconds=2), answer="declined")
    row.refresh_from_db()
    assert row.recalled_at is not None


def test_a_restricted_case_and_an_excluded_house_are_told_nothing(world, case, matter, at):
    row = send(world, matter, at)
    by = {"actor": world.supervisor, "at": at}
    kept = exclude(case, **by, reason="named", organisation=world.prosecution)
    where = reverse("received_notice", args=[row.pk])
    assert world.client("liaison").get(where).status_code == 404
    assert where not in world.client("liaison").get(reverse("notices")).content.decode()
    page = world.client("caseworker").get(
        reverse("case_notice_new", args=[case.reference, matter.pk])
    )
    assert world.prosecution.name not in page.content.decode()
    # It was taken back for good: it does not come back with them.
    row.refresh_from_db()
    assert (row.recalled_because, row.next_look_at) == ("risk", None)
    lift(kept, **by, because="mistake")
    assert world.client("liaison").get(where).status_code == 404
    row = send(world, find_matter(case, matter.pk), at)
    people = {world.caseworker.pk, world.supervisor.pk}
    change_confidentiality(case, **by, level="sealed", reason="insider_risk", people=people)
    row.refresh_from_db()
    assert row.recalled_because == "restricted"
    with pytest.raises(Refused) as refused:
        send(world, find_matter(case, matter.pk), at, to=False, agency="court")
    assert codes(refused) == {"restricted"}


def test_security_forces_are_never_told_where_the_case_says_so(
    world, case, matter, at, monkeypatch
):
    row = send(world, matter, at, to=False, agency="police")
    assert row.organisation_id is None
    recall_notice(row, actor=world.caseworker, at=at, because="mistake")
    shown = [ports.Item("1", "told", "Told", "", ("CF-09",))]
    monkeypatch.setitem(ports._items, "court", lambda findings: shown)
    road.findings(world, case, at=at, source="court")
    fresh = find_matter(road.again(world, case), matter.pk)
    with pytest.raises(Refused) as refused:
        send(world, fresh, at, to=False, agency="police")
    assert codes(refused) == {"never"}
    page = world.client("caseworker").get(
        reverse("case_notice_new", args=[case.reference, matter.pk])
    )
    assert "Never tell:" in page.content.decode()
    assert 'value="police"' not in page.content.decode()
    assert send(world, fresh, at).agency == "prosecutor"


def test_silence_is_chased_once_a_rung_and_an_answer_ends_it(world, case, matter):
    sent_at = road.day(2026, 3, 2)  # five working days: Monday 9 March
    row = send(world, matter, sent_at)
    assert row.due_on.isoformat() == "2026-03-09"
    sweep(road.day(2026, 3, 7, 7))
    sweep(road.day(2026, 3, 7, 8))
    assert told("notice_due") == {"liaison"}
    assert told("notice_silent") == set()
    assert InboxItem.objects.filter(kind="notice_due").count() == 1
    sweep(road.day(2026, 3, 9, 7))
    assert told("notice_silent") == {"caseworker", "supervisor", "supervisor2"}
    answer_notice(row, actor=world.liaison, at=road.day(2026, 3, 9, 9), answer="considering")
    sweep(road.day(2026, 3, 10, 7))
    late = InboxItem.objects.filter(kind="notice_due").count()
    answer_notice(
        row, actor=world.liaison, at=road.day(2026, 3, 10, 9), answer="continues", because="wait"
    )
    sweep(road.day(2026, 3, 10, 10))
    assert sweep(road.day(2026, 4, 14, 7))["looked"] == 0
    assert InboxItem.objects.filter(kind="notice_due").count() == late
    assert told("notice_answered") == {"caseworker", "supervisor", "supervisor2"}


def test_what_is_told_outside_is_answered_outside(world, case, matter, at):
    row = send(world, matter, at, to=False, agency="court")
    assert told("notice_received") == set()
    with pytest.raises(Refused):
        note_answer(row, actor=world.caseworker, at=at, answer="continues")
    note_answer(row, actor=world.caseworker, at=at, answer="continues", because="no_link")
    row.refresh_from_db()
    assert (row.answer, row.next_look_at) == ("continues", None)
    inside = send(world, matter, at)
    with pytest.raises(Refused):
        note_answer(inside, actor=world.caseworker, at=at, answer="received")


def test_pages_and_programs_tell_and_take_back(world, case, matter, at):
    client = world.client("caseworker")
    new = reverse("case_notice_new", args=[case.reference, matter.pk])
    page = client.get(new).content.decode()
    assert "Exactly this is told" in page
    wrong = client.post(new, {"agency": "prosecutor"})
    assert wrong.status_code == 422
    caller = by_session(world.caseworker)
    where = f"/api/v1/cases/{case.reference}/matters/{matter.pk}/notices/"
    looked = caller.get(f"{where}preview/").json()
    body = {
        "agency": "prosecutor",
        "organisation": str(world.prosecution.pk),
        "ground": "disclosure_duty",
        "digest": looked["digest"],
        "key": looked["key"],
    }
    made = caller.post(where, body, format="json")
    assert made.status_code == 201
    theirs = by_session(world.liaison)
    (line,) = theirs.get("/api/v1/notices/").json()["results"]
    one = f"/api/v1/notices/{line['id']}/"
    assert {"key": "Reference of the agency", "value": URN} in theirs.get(one).json()["content"]
    answer = theirs.post(f"{one}answer/", {"answer": "received"}, format="json")
    assert answer.json()["answer"] == "received"
    assert caller.get(where).json()["results"][0]["answer"] == "received"
    again = caller.post(f"{where}{line['id']}/recall/", {"because": "mistake"}, format="json")
    assert again.json()["state"] == "recalled"
    assert theirs.get(one).status_code == 404
    body |= {"agency": "court", "organisation": None, "key": str(uuid4())}
    outside = caller.post(where, body, format="json").json()
    noted = caller.post(f"{where}{outside['id']}/answer/", {"answer": "received"}, format="json")
    assert noted.status_code == 200
