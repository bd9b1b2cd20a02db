"""Lists, single checks and the guardian backend agree, for every role, grant and end."""

from datetime import timedelta

import pytest

from cases import access
from cases.models import Case, CaseUserGrant
from cases.rights import BY_CODE, RIGHTS, SEE_CASE, SEE_STATUS, CaseRight
from nrm.accounts.models import User
from nrm.accounts.roles import Role


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def visible(user: User, right=SEE_CASE) -> set:
    return set(Case.objects.visible_to(fresh(user), right).values_list("pk", flat=True))


def test_lists_single_checks_and_backend_agree_for_every_user_and_right(world):
    cases = [world.assigned_case(), world.case(), world.case(age_status="child")]
    access.grant_role(
        cases[0],
        "protect",
        world.provider_house,
        "protection_provider",
        reason="service",
        at=cases[0].opened_at,
    )
    for user in world.users.values():
        on_each = {case.pk: access.rights_on(fresh(user), case) for case in cases}
        for right in RIGHTS:
            listed = visible(user, right)
            for case in cases:
                held = case.pk in listed
                assert access.holds(fresh(user), right, case.pk) is held
                assert fresh(user).has_perm(f"cases.{right.code}", case) is held
                assert (right.code in on_each[case.pk]) is held


def test_those_who_are_told_are_those_who_stand_so_near(world, at):
    """People found for a case, and the standing of each, agree, grant by grant."""
    case = world.assigned_case()
    house = world.provider_house
    access.grant_role(case, "protect", house, "protection_provider", reason="service", at=at)
    for name in ("caseworker2", "other_caseworker", "auditor", "inactive", "provider"):
        access.grant_person(case, "work", world.users[name], reason="cover", at=at)
    past = at - timedelta(seconds=1)
    access.grant_person(case, "decide", world.other_supervisor, reason="x", at=at, ends_at=past)
    for pairs in ({near} for right in RIGHTS for near in right.holders):
        ((nearness, role),) = pairs
        right = CaseRight("near", "", frozenset(pairs))
        expected = {u.pk for u in world.users.values() if access.holds(fresh(u), right, case.pk)}
        found = [user.pk for user in access.people_near(case, nearness, role)]
        assert sorted(found) == sorted(expected), (nearness, role)
    assert world.caseworker2 in access.people_near(case, "work", "intake", "caseworker")
    assert world.intake in access.people_near(case, "work", "intake", "caseworker")
    assert world.auditor not in access.people_near(case, "work", *Role.values)
    house.is_active = False
    house.save(update_fields=["is_active"])
    assert not access.people_near(case, "protect", "protection_provider")


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("caseworker", True),
        ("intake", True),
        ("supervisor", True),
        ("caseworker2", False),
        ("responder", False),
        ("lead", False),
        ("provider", False),
        ("liaison", False),
        ("auditor", False),
        ("administrator", False),
        ("other_caseworker", False),
        ("other_supervisor", False),
        ("other_responder", False),
        ("inactive", False),
        ("superuser", False),
    ],
)
def test_who_sees_the_case_page(world, name, sees):
    case = world.assigned_case()
    assert (case.pk in visible(world.users[name])) is sees


@pytest.mark.parametrize(
    ("name", "sees"),
    [("responder", True), ("responder2", True), ("lead", True), ("other_responder", False)],
)
def test_referring_team_sees_the_status(world, name, sees):
    case = world.case()
    assert (case.pk in visible(world.users[name], SEE_STATUS)) is sees


def test_case_passes_from_one_caseworker_to_the_next_at_once(world, at):
    from cases.actions.assigning import assign_case

    case = world.assigned_case()
    assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker2)
    assert case.pk in visible(world.caseworker2)
    assert case.pk not in visible(world.caseworker)


def test_grant_that_has_ended_gives_nothing(world, at):
    case = world.case()
    access.grant_person(
        case, "work", world.caseworker2, reason="cover", at=at, ends_at=at + timedelta(hours=1)
    )
    assert case.pk in visible(world.caseworker2)
    CaseUserGrant.objects.update(ends_at=at - timedelta(seconds=1))
    assert case.pk not in visible(world.caseworker2)
    assert not fresh(world.caseworker2).has_perm("cases.see_case", case)


def test_user_grant_is_worth_nothing_without_the_role(world, at):
    case = world.case()
    for name in ("auditor", "administrator", "superuser", "inactive", "provider"):
        access.grant_person(case, "work", world.users[name], reason="mistake", at=at)
        assert case.pk not in visible(world.users[name])


def test_deactivated_user_loses_everything_with_the_same_user_object(world):
    case = world.assigned_case()
    user = fresh(world.caseworker)
    assert user.has_perm("cases.see_case", case)
    user.is_active = False
    assert not user.has_perm("cases.see_case", case)
    assert not Case.objects.visible_to(user, SEE_CASE).exists()


def test_model_level_permission_opens_nothing(world):
    """Guardian's own lists would show every case to whoever holds the permission on the model."""
    from django.contrib.auth.models import Group, Permission

    from nrm.accounts.models import Membership

    case = world.case()
    group = Group.objects.create(name="everything")
    group.permissions.set(Permission.objects.filter(content_type__app_label="cases"))
    Membership.objects.create(user=world.auditor, group=group)
    assert Case.objects.visible_to(fresh(world.superuser), SEE_CASE).count() == 0
    assert not fresh(world.auditor).has_perm("cases.work", case)


def test_grants_go_when_their_case_goes(world):
    case = world.assigned_case()
    from django.db import connections

    assert CaseUserGrant.objects.exists()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT confdeltype FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid = 'cases_caseusergrant'::regclass"
            " AND confrelid = 'cases_case'::regclass"
        )
        assert cursor.fetchall()
    assert case.user_grants.count() == 1


def test_unknown_right_is_held_by_nobody(world):
    case = world.case()
    assert not world.supervisor.has_perm("cases.anything", case)
    assert not world.supervisor.has_perm("cases.see_case", None)
    assert set(BY_CODE) == {right.code for right in RIGHTS}


def test_caseworker_who_moves_to_another_authority_leaves_the_case_behind(world, at):
    from nrm.accounts.actions import end_role
    from nrm.accounts.models import Membership
    from nrm.accounts.role_requests import ask_for_role
    from tests.world import confirmed

    case = world.assigned_case()
    membership = Membership.objects.get(user=world.caseworker)
    end_role(membership, actor=world.administrator, at=at)
    assert case.pk not in visible(world.caseworker)
    asked = ask_for_role(
        fresh(world.caseworker),
        actor=world.administrator,
        at=at,
        organisation=world.other_authority,
        role="caseworker",
    )
    confirmed(asked, at=at)
    assert case.pk not in visible(world.caseworker)
    assert not fresh(world.caseworker).has_perm("cases.show_identity", case)
    assert access.rights_on(fresh(world.caseworker), case) == frozenset()
    assert world.caseworker not in access.people_near(case, "work", "caseworker")
