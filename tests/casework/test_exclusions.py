"""Whoever is excluded from a case gets what a stranger gets, whatever was granted to them; nothing
counts it, nothing tells them of it, and a supervisor can lift it."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import access
from cases.actions.assigning import assign_case, bring_near
from cases.actions.excluding import declare_conflict, exclude, lift
from cases.actions.telling import tell
from cases.models import CaseUserGrant, Exclusion, InboxItem
from cases.models.exclusion import ExclusionReason
from cases.rights import BY_CODE, NEARNESS, SEE_CASE
from cases.selectors.lists import CLOSED, MINE, TEAM, UNASSIGNED, Wanted, numbers
from cases.selectors.why import why
from nrm.accounts.models import Membership, RoleGroup, User
from nrm.accounts.roles import Role
from nrm.accounts.rules import kind_of
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned, referred

NOWHERE = "0000000000000G"


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def fresh(user):
    return User.objects.get(pk=user.pk)


def same(answer, other):
    headers = [
        sorted(h for h in one.headers.items() if h[0] != "RateLimit") for one in (answer, other)
    ]
    return (
        answer.status_code == other.status_code == 404
        and answer.content == other.content
        and headers[0] == headers[1]
    )


def listed(page):
    return [row["reference"] for group in page.context["groups"] for row in group["rows"]]


# What the excluded person gets --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("caseworker", "case"),
        ("caseworker", "show_identity"),
        ("supervisor2", "case_access"),
        ("intake", "triage"),
        ("provider", "case_summary"),
    ],
)
def test_an_excluded_person_gets_the_bytes_of_an_absent_case(world, case, at, who, page):
    bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    client = world.client(who)
    url = reverse(page, args=[case.reference])
    assert client.get(url).status_code == 200
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.users[who])
    absent = reverse(page, args=[NOWHERE])
    assert same(client.get(url), client.get(absent))
    assert same(client.post(url), client.post(absent))
    calls = api(world.users[who])
    assert same(
        calls.get(f"/api/v1/cases/{case.reference}/"), calls.get(f"/api/v1/cases/{NOWHERE}/")
    )


def test_everybody_of_an_excluded_organisation_is_kept_out_and_others_are_not(world, case, at):
    sent = case.referrals.get().receipt
    seen = world.client("responder").get(reverse("referral", args=[sent]))
    assert seen.status_code == 200
    exclude(case, actor=world.supervisor, at=at, reason="named", organisation=world.police)
    for who in ("responder", "responder2", "lead"):
        client = world.client(who)
        assert client.get(reverse("referral", args=[sent])).status_code == 404
        assert sent not in client.get(reverse("referrals")).content.decode()
    for who in ("caseworker", "supervisor", "intake"):
        assert world.client(who).get(reverse("case", args=[case.reference])).status_code == 200
    # A second role elsewhere does not help.
    Membership.objects.create(
        user=world.responder, group=RoleGroup.of(world.authority, Role.SUPERVISOR)
    )
    assert not access.can_see_at_all(fresh(world.responder), case.pk)


def test_lists_numbers_and_searches_are_as_if_the_case_were_not(world, at):
    cases = [assigned(world, at=at) for _ in range(30)]
    assigned(world, at=at, to="caseworker2")
    waiting = referred(world, at=at)
    for out in (*cases[:3], waiting):
        exclude(out, actor=world.supervisor, at=at, reason="named", person=world.supervisor2)
    client = world.client("supervisor2")
    url = reverse("worklist") + "?view=team"
    first = client.get(url)
    second = client.get(first.context["next_url"])
    shown = [listed(page) for page in (first, second)]
    assert [len(page) for page in shown] == [25, 3]
    assert not set(shown[0] + shown[1]) & {one.reference for one in (*cases[:3], waiting)}
    views = {name: Wanted(view=name) for name in (MINE, TEAM, UNASSIGNED, CLOSED)}
    counted, _stages = numbers(fresh(world.supervisor2), SEE_CASE, views, at=at)
    assert {name: count.number for name, count in counted.items()} == {
        MINE: 0,
        TEAM: 28,
        UNASSIGNED: 0,
        CLOSED: 0,
    }
    for text in (cases[0].reference, cases[0].pseudonym):
        found = client.post(reverse("find"), {"q": text})
        assert cases[0].get_absolute_url() not in found.content.decode()
    page = client.get(reverse("dashboard")).content.decode()
    assert "Read from all 28 open cases." in page
    assert api(world.supervisor2).get("/api/v1/intake/").json()["results"] == []


def test_no_notice_reaches_the_excluded_and_what_lay_there_goes(world, case, at):
    with acting_as(world.supervisor):
        tell([world.caseworker], "case_reminder", once="a", at=at, case=case)
    assert InboxItem.objects.filter(user=world.caseworker, case=case).exists()
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.caseworker)
    assert not InboxItem.objects.filter(user=world.caseworker).exists()
    with acting_as(world.supervisor):
        assert tell([world.caseworker], "case_reminder", once="b", at=at, case=case) == 0
        assert tell([world.caseworker], "draft_expiring", once="c", at=at) == 1
    assert world.caseworker not in access.people_near(case, "work", Role.CASEWORKER)
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.supervisor2)
    assert list(access.people_near(case, "decide", Role.SUPERVISOR)) == [world.supervisor]


def test_a_case_whose_caseworker_is_excluded_waits_for_another(world, case, at):
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.caseworker)
    case.refresh_from_db()
    assert case.caseworker is None
    told = InboxItem.objects.get(user=world.supervisor2, kind="case_left_alone")
    assert told.case_id == case.pk
    queue = world.client("intake").get(reverse("intake_queue")).content.decode()
    assert case.pseudonym in queue
    with pytest.raises(Refused, match="objection"):
        assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker)
    triage = world.client("intake").get(reverse("triage", args=[case.reference]))
    offered = triage.context["form"].fields["caseworker"].queryset
    assert set(offered) == {world.caseworker2}


# Declaring it oneself, and lifting ----------------------------------------------------------------
def test_a_caseworker_declares_a_conflict_and_is_out(world, case):
    client = world.client("caseworker")
    url = reverse("case_conflict", args=[case.reference])
    assert client.get(url).status_code == 200
    done = client.post(url, follow=True)
    assert "You can no longer see the case." in done.content.decode()
    assert client.get(reverse("case", args=[case.reference])).status_code == 404
    assert not CaseUserGrant.objects.exists()
    row = Exclusion.objects.get()
    assert (row.user, row.by, row.reason) == (
        world.caseworker,
        world.caseworker,
        "conflict_of_interest",
    )
    assert Event.objects.filter(verb="case.conflict_declared", case_id=case.pk).count() == 1


def test_a_supervisor_excludes_and_lifts_on_the_page(world, case):
    client = world.client("supervisor")
    url = reverse("case_exclusions", args=[case.reference])
    wrong = client.post(url, {})
    assert wrong.status_code == 422
    assert "Select why they may not see the case" in wrong.content.decode()
    both = {"person": world.caseworker.pk, "organisation": world.police.pk, "reason": "named"}
    assert "Choose one person or one organisation" in client.post(url, both).content.decode()
    client.post(url, {"person": world.caseworker.pk, "reason": "armed_group_link"})
    page = client.get(url).content.decode()
    assert "Link to an armed group" in page
    row = Exclusion.objects.get()
    lifting = reverse("case_exclusion_lifting", args=[case.reference, row.pk])
    assert world.client("caseworker").get(lifting).status_code == 404
    assert world.client("intake").get(lifting).status_code == 403
    assert client.post(lifting, {}).status_code == 422
    client.post(lifting, {"because": "disproved"})
    assert "It was looked into and is not so" in client.get(url).content.decode()
    assert client.get(lifting).status_code == 404  # it runs no more
    # What was granted counts again; the case is not given back.
    assign_case(case, actor=world.supervisor, at=row.began_at, caseworker=world.caseworker)
    assert world.client("caseworker").get(reverse("case", args=[case.reference])).status_code == 200
    verbs = set(Event.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    assert {"case.excluded", "case.exclusion_lifted", "exclusions.viewed"} <= verbs


def test_what_stands_in_the_way_of_an_exclusion(world, case, at):
    by = {"actor": world.supervisor, "at": at}
    for wrong in (
        {"reason": "named"},
        {"reason": "dislike", "person": world.caseworker},
        {"reason": "named", "person": world.supervisor},
        {"reason": "named", "organisation": world.authority},
    ):
        with pytest.raises(Refused):
            exclude(case, **by, **wrong)
    with pytest.raises(Forbidden):
        exclude(case, actor=world.caseworker, at=at, reason="named", person=world.intake)
    with pytest.raises(Hidden):
        exclude(case, actor=world.other_supervisor, at=at, reason="named", person=world.intake)
    exclude(case, **by, reason="named", person=world.supervisor2)
    with pytest.raises(Refused):  # twice
        exclude(case, **by, reason="named", person=world.supervisor2)
    with pytest.raises(Refused):  # nobody could lift it
        declare_conflict(case, **by)
    row = Exclusion.objects.get()
    lift(row, **by, because="mistake")
    with pytest.raises(Refused):
        lift(row, **by, because="mistake")
    declare_conflict(case, **by)
    with pytest.raises(Hidden):
        lift(Exclusion.objects.get(ended_at=None), **by, because="mistake")


def test_an_exclusion_is_never_deleted_or_rewritten(world, case, at):
    from django.db import DatabaseError

    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.caseworker)
    for statement in (
        "DELETE FROM cases_exclusion",
        "UPDATE cases_exclusion SET user_id = by_id",
        "UPDATE cases_exclusion SET case_id = case_id",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_why_and_who_can_see_say_it(world, case, at):
    exclude(case, actor=world.supervisor, at=at, reason="named", person=world.supervisor2)
    with acting_as(world.supervisor):
        told = why(case, world.supervisor2.pk, at=at)
    assert not told.can
    assert "They may not see the case, since" in told.because[0]
    page = world.client("supervisor").get(reverse("case_access", args=[case.reference]))
    table = page.content.decode()
    table = table[table.index("<tbody") : table.index("</tbody>")]
    assert "Supervisor2" not in table
    exclude(case, actor=world.supervisor, at=at, reason="named", organisation=world.provider_house)
    with pytest.raises(Refused):
        bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)


def test_a_program_does_the_same(world, case):
    calls = api(world.supervisor)
    url = f"/api/v1/cases/{case.reference}/exclusions/"
    made = calls.post(url, {"person": str(world.supervisor2.pk), "reason": "named"}, format="json")
    assert made.status_code == 201
    assert made.json()["reason"] == {"code": "named", "label": "Named in what was told"}
    assert calls.post(url, {"reason": "named"}, format="json").status_code == 422
    nobody = {"person": str(world.other_supervisor.pk), "reason": "named"}
    assert calls.post(url, nobody, format="json").status_code == 422
    assert [one["name"] for one in calls.get(url).json()["results"]] == ["Supervisor2"]
    lifting = f"{url}{made.json()['id']}/lifting/"
    done = calls.post(lifting, {"because": "mistake"}, format="json")
    assert done.json()["ended_because"] == "It was recorded by mistake"
    own = api(world.caseworker)
    assert own.post(f"/api/v1/cases/{case.reference}/conflict/").status_code == 204
    assert own.get(f"/api/v1/cases/{case.reference}/").status_code == 404


# No way round -------------------------------------------------------------------------------------
# No account holds that of an auditor or an administrator beside these.
_ROLES = st.sampled_from(sorted(role for role in Role.values if kind_of(role) == "cases"))
_GRANTS = st.lists(st.tuples(st.sampled_from(sorted(NEARNESS)), _ROLES, st.booleans()), max_size=6)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    roles=st.lists(st.tuples(_ROLES, st.booleans()), max_size=4, unique=True),
    grants=_GRANTS,
    by_name=st.lists(st.tuples(st.sampled_from(sorted(NEARNESS)), st.booleans()), max_size=4),
    whole=st.booleans(),
    reason=st.sampled_from(sorted(ExclusionReason.values)),
)
def test_no_roles_and_no_grants_let_an_excluded_person_through(
    world, case, at, roles, grants, by_name, whole, reason
):
    """Roles here and at another authority, grants to groups and by name, for good and for an hour:
    none opens the case to somebody excluded, by name or with one of their organisations."""
    places = {False: world.authority, True: world.other_authority}
    user = world.caseworker2
    # One role of theirs is of the organisation that is excluded as a whole.
    for role, elsewhere in [*roles, (Role.FIRST_RESPONDER, True)]:
        Membership.objects.get_or_create(user=user, group=RoleGroup.of(places[elsewhere], role))
    for nearness, role, elsewhere in grants:
        access.grant_role(case, nearness, places[elsewhere], role, reason="x", at=at)
    for nearness, for_good in by_name:
        ends_at = None if for_good else at + timedelta(hours=1)
        access.grant_person(case, nearness, user, reason="x", at=at, ends_at=ends_at)
    Exclusion.objects.create(
        case=case,
        user=None if whole else user,
        organisation=world.other_authority if whole else None,
        reason=reason,
        by=world.supervisor,
        began_at=at,
    )
    user = fresh(user)
    # By the application's own condition first, then with the database's as well.
    for looks in (nullcontext(), acting_as(user)):
        with looks:
            assert access.rights_on(user, case) == frozenset()
            assert not access.can_see_at_all(user, case.pk)
            with pytest.raises(Hidden):
                access.find_case(user, case.reference, SEE_CASE)
            counted, stages = numbers(
                user, SEE_CASE, {"team": Wanted()}, at=at, stages=[case.stage]
            )
            assert (counted["team"].number, stages) == (0, set())
    for nearness, role, _elsewhere in grants:
        assert user not in access.people_near(case, nearness, role)
    Exclusion.objects.all().delete()
    CaseUserGrant.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).exclude(group__name__startswith="caseworker:").delete()


def test_the_same_person_would_get_through_without_the_exclusion(world, case, at):
    """Else the test above would hold of nothing."""
    access.grant_person(case, "work", world.caseworker2, reason="x", at=at)
    assert access.can_see_at_all(fresh(world.caseworker2), case.pk)
    assert CaseUserGrant.objects.filter(user=world.caseworker2).exists()
    assert {"exclude", "declare_conflict"} <= set(BY_CODE)
