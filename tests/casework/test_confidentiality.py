"""A restricted or sealed case is seen by the people who are named and by nobody else; nothing of it
stands in anybody else's lists and numbers; and opening it gives back what was held."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases import access
from cases.actions.assigning import assign_case, bring_near
from cases.actions.confidentiality import change_confidentiality
from cases.actions.excluding import exclude
from cases.models import Case, CaseGroupGrant, CaseUserGrant
from cases.rights import SEE_CASE
from cases.selectors.intake import caseworkers_for
from cases.selectors.lists import TEAM, Wanted, numbers
from cases.selectors.why import why
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned

NOWHERE = "0000000000000G"
EVERYBODY_ELSE = (
    "responder",
    "lead",
    "intake",
    "caseworker2",
    "supervisor2",
    "provider",
    "liaison",
    "other_caseworker",
    "other_supervisor",
)


@pytest.fixture
def case(world, at):
    """In the hands of a caseworker, and shared with a provider and a prosecution."""
    case = assigned(world, at=at)
    for organisation in (world.provider_house, world.prosecution):
        bring_near(case, actor=world.supervisor, at=at, organisation=organisation)
    return Case.objects.get(pk=case.pk)


def sees(world, name, case):
    return access.can_see_at_all(User.objects.get(pk=world.users[name].pk), case.pk)


def change(world, case, at, level, people=(), by="supervisor", reason="insider_risk"):
    return change_confidentiality(
        case,
        actor=world.users[by],
        at=at,
        level=level,
        reason=reason,
        people={world.users[name].pk for name in people},
    )


@pytest.mark.parametrize("level", ["restricted", "sealed"])
def test_only_those_named_see_it_and_the_two_who_always_are(world, case, at, level):
    change(world, case, at, level)
    assert sees(world, "caseworker", case)
    assert sees(world, "supervisor", case)
    for name in EVERYBODY_ELSE:
        assert not sees(world, name, case), name
    change(world, case, at, level, people=["supervisor2"])
    assert sees(world, "supervisor2", case)
    assert not sees(world, "caseworker2", case)
    change(world, case, at, level)
    assert not sees(world, "supervisor2", case)


def test_a_sealed_case_answers_like_an_absent_one_and_is_in_no_number(world, case, at):
    supervisor2, worker2 = world.client("supervisor2"), world.client("caseworker2")
    before = supervisor2.get(reverse("dashboard")).content.decode()
    assert "Read from 1 open case." in before
    change(world, case, at, "sealed")
    for name, page in (("supervisor2", "case"), ("provider", "case_summary"), ("intake", "triage")):
        client = world.client(name)
        hidden = client.get(reverse(page, args=[case.reference]))
        absent = client.get(reverse(page, args=[NOWHERE]))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
    assert "Read from 1 open case." not in supervisor2.get(reverse("dashboard")).content.decode()
    counted, stages = numbers(
        User.objects.get(pk=world.supervisor2.pk),
        SEE_CASE,
        {"team": Wanted(view=TEAM)},
        at=at,
        stages=[case.stage],
    )
    assert (counted["team"].number, stages) == (0, set())
    for client in (supervisor2, worker2):
        assert case.reference not in client.get(reverse("worklist")).content.decode()
        for text in (case.reference, case.pseudonym):
            found = client.post(reverse("find"), {"q": text}).content.decode()
            assert case.get_absolute_url() not in found
    assert (
        case.pseudonym not in world.client("provider").get(reverse("near_cases")).content.decode()
    )
    # How many cases a caseworker has is shown to whoever gives cases out.
    with acting_as(world.supervisor):
        load = {one.pk: one.open_cases for one in caseworkers_for(case)}
    assert load[world.caseworker.pk] == 0
    # To those named it is in their lists as any other.
    for name in ("caseworker", "supervisor"):
        page = world.client(name).get(reverse("worklist") + "?view=team").content.decode()
        assert case.reference in page


def test_opening_it_gives_back_what_was_held_and_ends_what_was_named(world, case, at):
    soon = at + timedelta(days=3)
    with acting_as(world.supervisor):
        access.grant_person(case, "work", world.caseworker2, reason="cover", at=at, ends_at=soon)
        timed = CaseGroupGrant.objects.get(content_object=case, permission__codename="protect")
        timed.ends_at = soon
        timed.save(update_fields=["ends_at"])
        before = set(CaseGroupGrant.objects.values_list("group", "permission", "ends_at"))
    change(world, case, at, "sealed", people=["supervisor2"])
    assert not CaseGroupGrant.objects.filter(ends_at=None).exists()
    change(world, case, at, "normal", reason="ended")
    assert set(CaseGroupGrant.objects.values_list("group", "permission", "ends_at")) == before
    assert [row.user for row in CaseUserGrant.objects.all()] == [world.caseworker]
    for name in ("intake", "supervisor2", "provider", "liaison", "responder", "caseworker"):
        assert sees(world, name, case), name
    assert not sees(world, "caseworker2", case)


def test_a_grant_to_a_group_made_meanwhile_is_held_whoever_writes_it(world, case, at):
    change(world, case, at, "restricted")
    with pytest.raises(Refused):
        bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    with acting_as(world.supervisor):
        access.grant_role(case, "work", world.authority, Role.CASEWORKER, reason="x", at=at)
    assert not sees(world, "caseworker2", case)
    change(world, case, at, "normal", reason="ended")
    assert sees(world, "caseworker2", case)


def test_giving_it_to_another_caseworker_names_them(world, case, at):
    change(world, case, at, "sealed")
    assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    assert sees(world, "caseworker2", case)
    assert not sees(world, "caseworker", case)
    with acting_as(world.supervisor):
        told = why(case, world.intake.pk, at=at)
    assert not told.can
    assert "is held since" in told.because[0]


def test_what_stands_in_the_way(world, case, at):
    for wrong in (
        {"level": "secret"},
        {"level": "normal"},
        {"level": "sealed", "reason": "because"},
        {"level": "sealed", "people": ["other_supervisor"]},
        {"level": "sealed", "people": ["provider"]},
        {"level": "sealed", "people": ["inactive"]},
    ):
        with pytest.raises(Refused):
            change(world, case, at, **wrong)
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.supervisor2)
    with pytest.raises(Refused):
        change(world, case, at, "sealed", people=["supervisor2"])
    for name, refusal in (("caseworker", Forbidden), ("supervisor2", Hidden)):
        with pytest.raises(refusal):
            change(world, case, at, "sealed", by=name)
    change(world, case, at, "sealed")
    with pytest.raises(Refused):  # so already
        change(world, case, at, "sealed")
    assert Event.objects.filter(verb="case.confidentiality_changed").count() == 1


def test_a_supervisor_seals_it_on_the_page(world, case):
    url = reverse("case_confidentiality", args=[case.reference])
    client = world.client("supervisor")
    wrong = client.post(url, {"level": "sealed"})
    assert (wrong.status_code, "Select why" in wrong.content.decode()) == (422, True)
    data = {"level": "sealed", "reason": "armed_group", "people": [str(world.supervisor2.pk)]}
    done = client.post(url, data, follow=True).content.decode()
    assert "From now on only the people who are named see this case." in done
    assert "Sealed: named people, shown nowhere else" in done
    assert "Supervisor2" in done
    assert world.client("intake").get(url).status_code == 404
    timeline = world.client("caseworker").get(reverse("case_timeline", args=[case.reference]))
    assert "Who may see the case was changed" in timeline.content.decode()


def test_a_program_does_the_same(world, case):
    url = f"/api/v1/cases/{case.reference}/confidentiality/"
    calls = api(world.supervisor)
    people = {one["name"]: one for one in calls.get(url).json()["people"]}
    assert people["Supervisor"]["always"]
    assert people["Caseworker"]["always"]
    body = {"level": "restricted", "reason": "public_attention"}
    told = calls.put(url, {**body, "people": [people["Caseworker2"]["id"]]}, format="json").json()
    assert told["level"]["code"] == "restricted"
    assert {one["name"] for one in told["people"] if one["named"]} == {
        "Supervisor",
        "Caseworker",
        "Caseworker2",
    }
    assert calls.put(url, {"level": "sealed"}, format="json").status_code == 400
    assert (
        calls.put(url, {**body, "people": [str(world.provider.pk)]}, format="json").status_code
        == 422
    )
    assert api(world.intake).get(url).status_code == 404
