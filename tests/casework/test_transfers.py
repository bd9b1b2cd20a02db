"""A case is offered to another authority: nothing moves before that one accepts, and then all of it
at once; whoever is asked sees what was written for them and nothing else."""

from typing import Any

import pytest
from django.urls import reverse

from cases import access, rights
from cases.actions import assigning, emergency, excluding, transferring
from cases.actions.confidentiality import change_confidentiality
from cases.models import Case, CaseGroupGrant, CaseUserGrant, InboxItem, Transfer
from nrm.accounts.models import Organisation
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import acting_as
from tests.api.tools import api, by_session
from tests.casework.people import IDENTIFYING
from tests.decisions import road
from tests.intake.answers import FULL

WORDS = "Lives with kin in the next county since March."
FROM = "other_supervisor"


@pytest.fixture
def case(world, at):
    return road.ready_case(world, at=at)


def offered(world, case, at, *, who="supervisor", **more):
    told: dict[str, Any] = {"organisation": world.other_authority.pk, "reason": "place"}
    told |= {"words": WORDS, **more}
    return transferring.offer_transfer(case, actor=world.users[who], at=at, **told)


def answered(world, row, at, *, who=FROM, accept=True, **more):
    with acting_as(world.users[who]):
        found = Transfer.objects.filter(pk=row.pk).first() or row
    return transferring.answer_transfer(found, actor=world.users[who], at=at, accept=accept, **more)


def sees(world, case):
    right = rights.SEE_CASE
    return {
        name
        for name, user in world.users.items()
        if Case.objects.visible_to(user, right).filter(pk=case.pk).exists()
    }


def told(kind):
    items = InboxItem.objects.filter(kind=kind).select_related("user")
    return sorted(item.user.email.partition("@")[0] for item in items)


def test_nothing_moves_before_it_is_accepted_and_who_is_asked_sees_the_offer_alone(world, case, at):
    before = sees(world, case)
    row = offered(world, case, at)
    assert b"kin" not in bytes(row.content)
    assert sees(world, case) == before
    assert told("transfer_offered") == [FROM]
    assert {item.case_id for item in InboxItem.objects.filter(kind="transfer_offered")} == {None}
    client = world.client(FROM)
    page = client.get(reverse("offered_transfer", args=[row.pk])).content.decode()
    assert WORDS in page
    for hidden in (case.reference, case.pseudonym, *IDENTIFYING):
        assert hidden not in page
    assert client.get(case.get_absolute_url()).status_code == 404
    for who, status in (("supervisor", 404), ("caseworker", 403), ("other_caseworker", 403)):
        url = reverse("offered_transfer", args=[row.pk])
        assert world.client(who).get(url).status_code == status


def test_accepted_it_is_theirs_at_once_and_of_nobody_here_but_who_protects_and_referred(
    world, case, at
):
    assigning.bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    access.grant_person(case, "work", world.caseworker2, reason="cover", at=at)
    row = offered(world, case, at)
    answered(world, row, at)
    assert sees(world, case) == {"other_supervisor"}
    found = Case.objects.get(pk=case.pk)
    assert (found.authority, found.caseworker) == (world.other_authority, None)
    assert not CaseUserGrant.objects.filter(content_object=case).exists()
    for name, right in (("provider", rights.SEE_SUMMARY), ("responder", rights.SEE_STATUS)):
        assert access.holds(world.users[name], right, case.pk)
    grants = CaseGroupGrant.objects.filter(content_object=case, reason="transferred")
    assert grants.count() == 2
    assert told("transfer_accepted") == ["supervisor", "supervisor2"]
    assert told("transfer_left") == ["caseworker"]
    # They go on with it, and nobody here does.
    by = {"actor": world.other_supervisor, "at": at, "caseworker": world.other_caseworker}
    assigning.assign_case(found, **by)
    assert sees(world, case) == {"other_supervisor", "other_caseworker"}
    for who in ("supervisor", "caseworker", "intake"):
        assert world.client(who).get(case.get_absolute_url()).status_code == 404
    with pytest.raises(Hidden):
        offered(world, case, at)
    # What came of it is all that is left here.
    page = world.client("supervisor").get(reverse("transfers")).content.decode()
    assert "Accepted" in page
    assert case.reference not in page


def test_an_emergency_access_from_here_ends_with_it(world, case, at):
    emergency.ask_emergency(
        world.caseworker2,
        actor=world.caseworker2,
        at=at,
        reference=case.reference,
        reason="The hotline is on the telephone and nobody else is here.",
    )
    assert "caseworker2" in sees(world, case)
    answered(world, offered(world, case, at), at)
    assert "caseworker2" not in sees(world, case)


def test_not_accepted_it_stays_and_what_was_told_is_gone(world, case, at):
    before = sees(world, case)
    row = offered(world, case, at)
    with pytest.raises(Refused) as refused:
        answered(world, row, at, accept=False, refusal="because")
    assert [o.field for o in refused.value.objections] == ["refusal"]
    answered(world, row, at, accept=False, refusal="not_responsible")
    row.refresh_from_db()
    assert (row.state, row.content) == ("rejected", None)
    assert sees(world, case) == before
    assert told("transfer_rejected") == ["supervisor", "supervisor2"]
    with pytest.raises(Refused):
        answered(world, row, at)
    assert offered(world, case, at).pk != row.pk


def test_taken_back_it_is_absent_to_who_was_asked(world, case, at):
    row = offered(world, case, at)
    with pytest.raises(Refused) as refused:
        offered(world, case, at)
    assert {o.code for o in refused.value.objections} == {"offered"}
    transferring.withdraw_transfer(row, actor=world.supervisor2, at=at)
    assert told("transfer_withdrawn") == [FROM]
    url = reverse("offered_transfer", args=[row.pk])
    assert world.client(FROM).get(url).status_code == 404
    with pytest.raises(Refused):
        answered(world, row, at)
    with pytest.raises(Refused):
        transferring.withdraw_transfer(row, actor=world.supervisor, at=at)


def test_it_is_not_offered_where_the_rules_keep_it(world, case, at):
    by: dict[str, Any] = {"actor": world.supervisor, "at": at}
    change_confidentiality(case, level="sealed", reason="insider_risk", **by)
    with pytest.raises(Refused) as refused:
        offered(world, case, at)
    assert "restricted" in {o.code for o in refused.value.objections}
    change_confidentiality(case, level="normal", reason="ended", **by)
    excluding.exclude(case, reason="named", organisation=world.other_authority, **by)
    with pytest.raises(Refused) as refused:
        offered(world, case, at, reason="x", words="")
    fields = {o.field for o in refused.value.objections}
    assert fields == {"organisation", "reason", "words"}
    for wrong in (None, world.authority.pk, world.provider_house.pk):
        with pytest.raises(Refused):
            offered(world, case, at, organisation=wrong)


def test_an_offer_does_not_outlive_what_keeps_the_case_from_who_was_asked(world, case, at):
    by: dict[str, Any] = {"actor": world.supervisor, "at": at}
    row = offered(world, case, at)
    excluding.exclude(case, reason="named", organisation=world.other_authority, **by)
    url = reverse("offered_transfer", args=[row.pk])
    assert world.client(FROM).get(url).status_code == 404
    with pytest.raises(Hidden):
        answered(world, row, at)
    other = road.ready_case(world, at=at)
    row = offered(world, other, at)
    change_confidentiality(other, level="restricted", reason="insider_risk", **by)
    row.refresh_from_db()
    assert (row.state, row.content) == ("withdrawn", None)
    assert world.client(FROM).get(reverse("offered_transfer", args=[row.pk])).status_code == 404


def test_while_a_decision_is_prepared_it_does_not_move(world, case, at):
    row = offered(world, case, at)
    road.drafted(world, case, at=at)
    with pytest.raises(Refused) as refused:
        answered(world, row, at)
    assert {o.code for o in refused.value.objections} == {"not_now"}
    other = road.ready_case(world, at=at)
    road.drafted(world, other, at=at)
    with pytest.raises(Refused) as refused:
        offered(world, other, at)
    assert {o.code for o in refused.value.objections} == {"deciding"}


def test_whoever_may_not_is_turned_away_and_nobody_answers_their_own_offer(world, case, at):
    for who, error in (
        ("caseworker", Forbidden),
        ("intake", Forbidden),
        ("other_supervisor", Hidden),
    ):
        with pytest.raises(error):
            offered(world, case, at, who=who)
    row = offered(world, case, at)
    for who, error in (
        ("supervisor", Hidden),
        ("supervisor2", Hidden),
        ("other_caseworker", Forbidden),
        ("provider", Forbidden),
    ):
        with pytest.raises(error):
            answered(world, row, at, who=who)
    row.refresh_from_db()
    assert row.state == "offered"


def test_pages_and_programs_offer_and_answer(world, at):
    case = road.ready_case(world, at=at)
    client = world.client("supervisor")
    url = reverse("case_transfer", args=[case.reference])
    others = Organisation.objects.filter(kind=world.authority.kind).exclude(pk=world.authority.pk)
    with acting_as(world.administrator):
        others.update(is_active=False)
    alone = client.get(url).content.decode()
    assert "There is no other authority here" in alone
    assert "Offer the case" not in alone
    with acting_as(world.administrator):
        others.update(is_active=True)
    assert client.post(url, {}).status_code == 422
    sent = {"organisation": str(world.other_authority.pk), "reason": "place", "words": WORDS}
    assert WORDS in client.post(url, sent, follow=True).content.decode()
    row = Transfer.objects.get()
    back = reverse("case_transfer_withdrawal", args=[case.reference, row.pk])
    assert client.post(back).status_code == 302
    assert client.post(back).status_code == 422
    where = f"/api/v1/cases/{case.reference}/transfers/"
    caller = by_session(world.supervisor)
    made = caller.post(where, sent, format="json")
    assert made.status_code == 201, made.json()
    assert [one["state"] for one in caller.get(where).json()["results"]] == ["offered", "withdrawn"]
    assert caller.post(f"{where}{made.json()['id']}/withdrawal/").json()["state"] == "withdrawn"
    made = caller.post(where, sent, format="json")
    one = f"/api/v1/transfers/{made.json()['id']}/"
    theirs = by_session(world.other_supervisor)
    assert theirs.get(one).json()["words"] == WORDS
    listed = api(world.other_supervisor).get("/api/v1/transfers/").json()["results"]
    assert [(one["state"], one["waits"]) for one in listed] == [("offered", True)]
    assert theirs.post(f"{one}answer/", {"accept": True}, format="json").json()["state"] == (
        "accepted"
    )
    assert theirs.get(f"/api/v1/cases/{case.reference}/").status_code == 200
    assert caller.get(f"/api/v1/cases/{case.reference}/").status_code == 404
    page = world.client("other_supervisor").get(reverse("transfers")).content.decode()
    assert FULL["name"] not in page
