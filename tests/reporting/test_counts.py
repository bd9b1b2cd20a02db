"""Management counts: exact, of what the supervisor sees, each number that of its list; and nobody
else has them."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from cases.models import Case, Deadline
from cases.rights import SEE_CASE
from cases.selectors import counts as case_counts
from nrm.accounts.models import Membership, RoleGroup
from nrm.accounts.roles import Role
from nrm.audit.models import Event
from nrm.context import acting_as
from reporting.counts import rules
from reporting.counts.views import sections
from tests.casework.people import assigned, child
from tests.casework.test_dashboard import rows_of
from tests.casework.test_worklist import due_in
from tests.protection.test_shelter import a_bed, a_place
from tests.world import person


# The titles, against the numbers ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stages", "title"),
    [
        ({}, "No case has been at one stage for more than 90 days"),
        ({"First": {"week": 9}}, "No case has been at one stage for more than 90 days"),
        (
            {"First": {"half": 1, "longer": 2}, "Final": {"longer": 2, "week": 9}},
            "3 cases have been at “First” for more than 90 days",
        ),
        (
            {"First": {"half": 2}, "Final": {"longer": 2}},
            "4 cases have been at their stage for more than 90 days",
        ),
    ],
)
def test_the_title_of_waiting_names_the_stage_that_its_numbers_name(stages, title):
    assert rules.waited_title(stages) == title


@pytest.mark.parametrize(
    ("given", "nobody", "title"),
    [
        ([], 0, "No case is open"),
        ([], 2, "2 open cases are given to nobody"),
        ([3, 0, 4], 0, "Every open case is with somebody: 7 with 2 people"),
        ([3, 4], 1, "7 open cases are with 2 people, and 1 with nobody"),
    ],
)
def test_the_title_of_workload_adds_up(given, nobody, title):
    assert rules.workload_title(given, nobody) == title


def test_titles_of_age_delay_and_beds_say_what_is_counted():
    assert rules.received_title({}) == "No open case was received more than 180 days ago"
    assert rules.received_title({"week": 2}) == "No open case was received more than 180 days ago"
    assert (
        rules.received_title({"week": 2, "longer": 1})
        == "Received more than 180 days ago: 1 of 3 open cases"
    )
    assert rules.overdue_title(0, 4) == "No case is overdue"
    assert rules.overdue_title(3, 4) == "Overdue: 3 of 4 open cases"

    class Region:
        def __init__(self, region, free, in_use):
            self.region, self.free, self.in_use = region, free, in_use

    assert rules.beds_title([]) == "No bed is in use"
    assert rules.beds_title([Region("North", 0, 3)]) == "No bed is free in any region"
    regions = [Region("North", 0, 3), Region("South", 2, 4), Region("East", 0, 0)]
    assert rules.beds_title(regions) == "Free: 2 of 7 beds, none in North"


# The page -----------------------------------------------------------------------------------------
def noon(at, days):
    """Noon of the day so many days ago, where we are: a day is one also when clocks are set."""
    day = timezone.localdate(at) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(12)))


@pytest.fixture
def team(world, at):
    """Cases in every band of waiting and of age, at two stages, with two caseworkers and with
    nobody; overdue, due soon, later and paused."""
    cases = {}
    for name, days, waits, age, who in (
        ("new", 0.5, 0, 0, "caseworker"),
        ("edge", 3, 7, 8, "caseworker"),
        ("late", -2, 8, 30, "caseworker"),
        ("slow", -9, 31, 90, "caseworker2"),
        ("asked", -1, 91, 180, "caseworker"),
        ("old", 20, 181, 200, "caseworker"),
    ):
        case = cases[name] = assigned(world, at=at, to=who)
        due_in(case, at, days)
        Case.objects.filter(pk=case.pk).update(stage_since=noon(at, waits), opened_at=noon(at, age))
    Case.objects.filter(pk=cases["asked"].pk).update(stage="rg_info_requested")
    Deadline.objects.filter(case=cases["old"]).update(state="paused")
    Case.objects.filter(pk=cases["old"].pk).update(next_due_at=None)
    cases["waiting"] = child(world, at=at)
    due_in(cases["waiting"], at, -3)
    return cases


def table(world, who="supervisor"):
    page = world.client(who).get(reverse("counts"))
    assert page.status_code == 200
    return {section.code: section for section in page.context["sections"]}


def numbers(section):
    return {line.label: [cell.value for cell in line.cells] for line in section.lines}


def test_a_supervisor_sees_exact_counts(world, team):
    told = table(world)
    pending, asked = (
        world.profile.stage(code).label for code in ("rg_pending", "rg_info_requested")
    )
    submitted = world.profile.stage("nrm_submitted").label
    assert numbers(told["waiting"]) == {
        str(submitted): [1, 1, 1, 0, 0, 0, 0],
        str(pending): [5, 2, 2, 1, 1, 0, 1],
        str(asked): [1, 1, 0, 0, 0, 1, 0],
        "All stages": [7, 4, 3, 1, 1, 1, 1],
    }
    assert [cells for cells in numbers(told["received"]).values()] == [[2], [2], [1], [1], [1]]
    assert numbers(told["overdue"]) == {
        "Given to nobody": [1],
        "Waits for an answer from outside": [1],
        "Treated as a child": [1],
        "Everything overdue": [4],
    }
    load = numbers(told["workload"])
    assert load["Caseworker"] == [5, 2]
    assert load["Caseworker2"] == [1, 0]
    assert load["Nobody"] == [1, 0]
    assert list(load) == [*sorted(list(load)[:-1]), "Nobody"]
    assert told["workload"].title == "6 open cases are with 2 people, and 1 with nobody"


def test_every_number_opens_the_list_of_exactly_so_many(world, team, at):
    place = a_place(world, at)
    a_bed(world, at, place, 1)
    a_bed(world, at, place, 2)
    client = world.client("supervisor")
    opened = 0
    for section in table(world).values():
        for line in section.lines:
            for cell in line.cells:
                if not cell.value:
                    assert not cell.href
                    continue
                opened += 1
                if section.code == "beds":
                    rows = client.get(cell.href).context["rows"]
                    column = cell.words.rpartition(", ")[2]
                    of = {"taken": lambda r: r.held + r.occupied, "free": lambda r: r.free}
                    assert sum(of[column](row) for row in rows) == cell.value
                else:
                    assert rows_of(client, cell.href) == cell.value, (section.code, cell.words)
    assert opened > 30


def test_beds_are_counted_by_region_and_lead_to_the_places_of_it(world, at):
    north, south = (region.code for region in world.profile.regions[:2])
    first, second = a_place(world, at, region=north), a_place(world, at, region=south)
    for number in (1, 2):
        a_bed(world, at, first, number)
    a_bed(world, at, second)
    beds = table(world)["beds"]
    labels = [str(region.label) for region in world.profile.regions[:2]]
    assert numbers(beds) == {labels[0]: [0, 2, 0, 0, 0], labels[1]: [0, 1, 0, 0, 0]}
    page = world.client("supervisor").get(reverse("shelters") + f"?region={south}")
    assert [row.row.pk for row in page.context["rows"]] == [second.pk]
    assert "Show every region" in page.content.decode()
    odd = world.client("supervisor").get(reverse("shelters") + "?region=%00")
    assert len(odd.context["rows"]) == 2


def test_whoever_left_the_team_is_not_named_and_their_cases_are_counted(world, team):
    group = RoleGroup.of(world.authority, Role.CASEWORKER)
    Membership.objects.filter(user=world.users["caseworker2"], group=group).delete()
    load = numbers(table(world)["workload"])
    assert "Caseworker2" not in load
    assert load["People who are no caseworkers of the team now"] == [1, 0]


def test_a_case_that_the_supervisor_may_not_see_is_in_no_number(world, team):
    other = table(world, "other_supervisor")
    assert numbers(other["waiting"]) == {"All stages": [0, 0, 0, 0, 0, 0, 0]}
    assert numbers(other["overdue"])["Everything overdue"] == [0]
    kept = team["slow"]
    Case.objects.filter(pk=kept.pk).update(closed_at=kept.opened_at)
    assert numbers(table(world)["waiting"])["All stages"][0] == 6


def test_the_database_counts_no_case_of_others_even_when_asked_with_their_shelves(world, team, at):
    """The second lock: the statement itself, with the shelves of somebody else."""
    with acting_as(world.users["other_supervisor"]):
        found = case_counts.open_cases(world.supervisor, SEE_CASE, at=at)
    assert found.all.cases == 0
    with acting_as(world.supervisor):
        assert case_counts.open_cases(world.supervisor, SEE_CASE, at=at).all.cases == 7


@pytest.mark.parametrize(
    "who", ["auditor", "caseworker", "intake", "provider", "responder", "liaison", "administrator"]
)
def test_nobody_but_a_supervisor_has_them(world, team, who):
    page = world.client(who).get(reverse("counts"))
    assert page.status_code == 403
    assert not re.search(r"nrm-counts", page.content.decode())


def test_there_is_no_file_and_no_endpoint_of_them(world):
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    assert [name for name in names if "counts" in name.split("_")] == ["counts"]
    page = world.client("supervisor").get(reverse("counts"))
    assert page["Content-Type"].startswith("text/html")
    assert "no-store" in page["Cache-Control"]


def test_the_page_names_no_person_and_writes_that_it_was_opened(world, team):
    page = world.client("supervisor").get(reverse("counts")).content.decode()
    main = page[page.index("<main") :]
    assert all(case.reference not in main for case in team.values())
    assert Event.objects.filter(verb="counts.viewed", actor_id=world.supervisor.pk).count() == 1
    assert (
        reverse("counts") in world.client("supervisor").get(reverse("dashboard")).content.decode()
    )


def test_it_costs_the_same_queries_however_many_cases_there_are(world, team, at):
    def cost():
        with acting_as(world.supervisor), CaptureQueriesContext(connection) as captured:
            sections(world.supervisor, at=at)
        return len(captured)

    cost()
    first = cost()
    for number in range(6):
        person(f"more{number}@example.org", Role.CASEWORKER, world.authority)
        assigned(world, at=at)
    assert cost() == first == 3
