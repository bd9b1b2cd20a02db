"""What lists are read from says what the grants say, whoever wrote, and by whatever way."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections

from cases import access
from cases.actions.assigning import assign_case
from cases.models import Case, CaseGroupGrant, CaseUserGrant, Deadline, Decision, ListedCase
from cases.models.listing import (
    CLOSED,
    group_shelf,
    list_when_the_case_is_written,
    own_shelf,
    rebuild_lists,
    wrong_lists,
)
from identities.models import Person
from nrm.accounts.models import RoleGroup
from nrm.context import SYSTEM, acting_as


def sql(text, *values, using="default"):
    with connections[using].cursor() as cursor:
        cursor.execute(text, values)


def on(shelf):
    return set(ListedCase.objects.filter(shelf=shelf).values_list("case_id", flat=True))


def test_a_case_stands_on_the_shelf_of_its_authority_and_of_its_caseworker(world, at):
    case = world.assigned_case()
    supervisors = RoleGroup.of(world.authority, "supervisor")
    assert on(group_shelf(supervisors.pk, "decide")) == {case.pk}
    mine = own_shelf(world.caseworker.pk, "work", world.authority.pk)
    theirs = own_shelf(world.caseworker2.pk, "work", world.authority.pk)
    assert (on(mine), on(theirs)) == ({case.pk}, set())
    assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker2)
    assert (on(mine), on(theirs)) == (set(), {case.pk})
    assert wrong_lists() == 0


def test_who_referred_has_no_shelf(world):
    world.case()
    teams = RoleGroup.objects.filter(organisation=world.police)
    assert teams.count() == 2
    assert not any(on(group_shelf(team.pk, "refer")) for team in teams)


def test_raw_sql_is_followed_too(world):
    case = world.assigned_case()
    mine = own_shelf(world.caseworker.pk, "work", world.authority.pk)
    closed = "UPDATE cases_case SET closed_at = now(), stage = 'closed' WHERE id = %s"
    sql(closed, case.pk, using="owner")
    row = ListedCase.objects.filter(shelf=mine).get()
    assert row.state >= CLOSED
    assert row.stage == "closed"
    renamed = "UPDATE identities_person SET pseudonym = 'Grey Heron' WHERE id = %s"
    sql(renamed, case.person_id, using="owner")
    assert ListedCase.objects.filter(pseudonym="grey heron").count() == 3
    sql("DELETE FROM cases_caseusergrant", using="owner")
    assert on(mine) == set()
    assert wrong_lists() == 0


def test_a_paused_clock_puts_the_case_last(world):
    case = world.case()
    before = set(ListedCase.objects.values_list("due", flat=True))
    assert before == {case.next_due_at}
    Deadline.objects.filter(case=case).update(state="paused")
    Case.objects.filter(pk=case.pk).update(next_due_at=None)
    assert {row.due.day for row in ListedCase.objects.all()} == {31}
    Deadline.objects.filter(case=case).update(state="void")
    assert {row.due.day for row in ListedCase.objects.all()} == {30}
    assert wrong_lists() == 0


def test_whatever_is_done_in_whatever_order_the_lists_agree(world, at):
    """Two hundred changes drawn by lot, some by actions' own doors, some past every one of them."""
    lot = random.Random(20260401)
    cases = [world.case() for _ in range(6)]
    people = [world.caseworker, world.caseworker2, world.supervisor, world.other_caseworker]
    groups = [
        (nearness, organisation, role)
        for nearness in ("work", "decide")
        for organisation in (world.authority, world.other_authority)
        for role in ("caseworker", "supervisor", "intake")
    ] + [("protect", world.provider_house, "protection_provider")]

    def grant_person():
        ends = lot.choice([None, at + timedelta(days=1), at - timedelta(days=1)])
        access.grant_person(
            case, lot.choice(["work", "decide"]), who, reason="lot", at=at, ends_at=ends
        )

    def grant_role():
        nearness, organisation, role = lot.choice(groups)
        access.grant_role(case, nearness, organisation, role, reason="lot", at=at)

    def end():
        access.end_person(case, "work", who)
        decides = case.group_grants.filter(permission__codename="decide")
        decides.filter(group__role_group__organisation=world.authority).delete()

    def give():
        Case.objects.filter(pk=case.pk).update(caseworker=lot.choice([None, *people]))

    def move():
        authority = lot.choice([world.authority, world.other_authority])
        Case.objects.filter(pk=case.pk).update(authority=authority, stage=lot.choice("abc"))

    def close():
        Case.objects.filter(pk__in=[c.pk for c in lot.sample(cases, 3)]).update(
            closed_at=lot.choice([None, at]), age_status=lot.choice(["adult", "child"])
        )

    def clock():
        Deadline.objects.filter(case=case).update(state=lot.choice(["open", "paused", "met"]))
        Case.objects.filter(pk=case.pk).update(next_due_at=lot.choice([None, at]))

    def carry():
        """A grant and a clock that pass to another case, as only raw SQL does it."""
        other = lot.choice(cases)
        CaseGroupGrant.objects.filter(content_object=other).delete()
        CaseUserGrant.objects.filter(content_object=other).delete()
        CaseGroupGrant.objects.filter(content_object=case).update(content_object=other)
        Deadline.objects.filter(case=case).update(case=other)

    def rename():
        Person.objects.filter(pk=case.person_id).update(pseudonym=lot.choice(["A B", "C D"]))

    changes = [grant_person, grant_role, end, give, move, close, clock, carry, rename]
    for _ in range(200):
        case, who = lot.choice(cases), lot.choice(people)
        lot.choice(changes)()
    assert ListedCase.objects.count() > 0
    assert wrong_lists() == 0


def test_a_decision_that_waits_is_listed_at_once_or_when_that_was_put_off_at_the_end(world, at):
    case = world.assigned_case()
    draft = Decision.objects.create(
        case=case,
        code="reasonable_grounds",
        outcome="positive",
        author=world.caseworker,
        drafted_at=at,
    )
    waits = ListedCase.objects.filter(case_id=case.pk, in_review=True)
    kept = Decision.objects.filter(pk=draft.pk)
    actor = world.caseworker

    with acting_as(actor):
        kept.update(state="in_review")
        assert waits.exists()
    with acting_as(actor):
        list_when_the_case_is_written()
        kept.update(state="returned")
        assert waits.exists()
        Case.objects.filter(pk=case.pk).update(stage_since=at + timedelta(days=1))
        assert not waits.exists()
    with acting_as(actor):
        list_when_the_case_is_written()
        kept.update(state="escalated")  # and nobody writes the case
        assert not waits.exists()
    assert waits.count() == ListedCase.objects.filter(case_id=case.pk).count()
    assert wrong_lists() == 0


def test_rows_loaded_past_the_triggers_are_told_and_made_anew(world, capsys):
    world.assigned_case()
    rows = sorted(ListedCase.objects.values_list())
    sql("ALTER TABLE cases_case DISABLE TRIGGER USER", using="owner")
    sql("ALTER TABLE cases_casegroupgrant DISABLE TRIGGER USER", using="owner")
    try:
        sql("UPDATE cases_case SET stage = 'elsewhere'", using="owner")
        sql("DELETE FROM cases_casegroupgrant WHERE reason = 'received'", using="owner")
    finally:
        sql("ALTER TABLE cases_case ENABLE TRIGGER USER", using="owner")
        sql("ALTER TABLE cases_casegroupgrant ENABLE TRIGGER USER", using="owner")
    assert wrong_lists() == 4  # one to change, told twice, and two too many
    with pytest.raises(CommandError, match="4 rows differ"):
        call_command("check_lists")
    call_command("check_lists", "--rebuild")
    assert "1 rows made" in capsys.readouterr().out
    assert wrong_lists() == 0
    assert sorted(ListedCase.objects.values_list()) != rows


def test_making_anew_keeps_every_index(world):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'cases_listedcase'")
            return {line for (line,) in cursor.fetchall()}

    world.case()
    before = indexes()
    assert len(before) == 12
    assert rebuild_lists() == 2
    assert indexes() == before


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM cases_listedcase",
        "UPDATE cases_listedcase SET state = 0",
        "SELECT cases_rebuild_lists()",
        "SELECT cases_list_again(NULL)",
        "SELECT * FROM cases_to_list",
    ],
)
def test_the_web_cannot_write_what_lists_are_read_from(world, forbidden):
    with pytest.raises(ProgrammingError, match="permission denied"):
        sql(forbidden)


def test_a_job_that_moves_a_clock_moves_the_lists(world, as_worker, at):
    case = world.case()
    with as_worker(), acting_as(SYSTEM):
        assert Case.objects.filter(pk=case.pk).update(next_due_at=at) == 1
    assert set(ListedCase.objects.using("owner").values_list("due", flat=True)) == {at}
    assert wrong_lists() == 0
