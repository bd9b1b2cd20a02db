"""The supervisor's dashboard: each number is that of its list, each title is true of its chart."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Deadline
from cases.rules import charts
from cases.rules.charts import StageAge
from cases.selectors import dashboard as selectors
from cases.selectors import lists
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned, child
from tests.casework.test_worklist import due_in
from tests.decisions import road


# The titles, against the data ---------------------------------------------------------------------
def stage(code, days, target=None, cases=3):
    words = f"target: {target} days" if target is not None else ""
    return StageAge(code, code.capitalize(), cases, days, target, words)


@pytest.mark.parametrize(
    ("stages", "title"),
    [
        ([], "No case is open"),
        (
            [stage("referred", 2), stage("first", 11, 5), stage("recovery", 38)],
            "Half of the cases at “First” have waited 11 days, at least twice the target",
        ),
        (
            [stage("referred", 2), stage("first", 9, 5), stage("recovery", 38)],
            "Half of the cases at “First” have waited 9 days, past the target",
        ),
        # The worst against its own target, not the longest.
        (
            [stage("first", 6, 2), stage("final", 40, 30)],
            "Half of the cases at “First” have waited 6 days, at least twice the target",
        ),
        (
            [stage("first", 5, 5), stage("recovery", 38)],
            "No stage is past its target; cases have waited longest at “Recovery”",
        ),
        ([stage("first", 5, 5), stage("recovery", 5)], "No stage is past its target"),
        ([stage("recovery", 1)], "Cases have waited longest at “Recovery”"),
        ([stage("first", 5), stage("recovery", 5)], "No stage holds cases longest"),
    ],
)
def test_the_title_of_the_ageing_names_the_stage_that_its_numbers_name(stages, title):
    assert charts.ageing(stages).title == title


def test_a_target_stands_on_its_own_bar_and_inside_the_chart():
    bars = charts.ageing([stage("a", 2), stage("b", 11, 5), stage("c", 3, 80)]).bars
    assert [bar.target_width is None for bar in bars] == [True, False, False]
    assert all(0 <= bar.width <= 100 for bar in bars)
    assert all(bar.target_width is None or bar.target_width < 100 for bar in bars)
    assert bars[1].width / bars[1].target_width == pytest.approx(11 / 5, rel=0.15)


@pytest.mark.parametrize(
    ("us", "partner", "paused", "title"),
    [
        (0, 0, 0, "No case is overdue and none is paused"),
        (0, 0, 3, "No case is overdue; 3 are paused"),
        (1, 0, 3, "1 case is overdue and waits on us"),
        (4, 0, 0, "4 cases are overdue and all wait on us"),
        (0, 2, 0, "2 cases are overdue and all wait for an answer from outside"),
        (5, 2, 1, "5 of 7 overdue cases wait on us"),
        (2, 5, 1, "5 of 7 overdue cases wait for an answer from outside"),
    ],
)
def test_the_title_of_the_causes_tells_the_larger_share(us, partner, paused, title):
    chart = charts.causes(us, partner, paused)
    assert chart.title == title
    assert [bar.value for bar in chart.bars] == [us, partner, paused]


def test_where_not_all_is_counted_no_share_is_told():
    chart = charts.causes(500, 3, 1, more=frozenset({charts.US}))
    assert chart.title == "More cases are overdue or paused than are counted here"
    assert [bar.value_text for bar in chart.bars] == ["500+", "3", "1"]


@pytest.mark.parametrize(("values", "middle"), [([3], 3), ([9, 1], 9), ([1, 2, 9], 2)])
def test_half_of_the_cases_have_waited_the_median_or_longer(values, middle):
    found = charts.median(values)
    assert found == middle
    assert sum(value >= found for value in values) * 2 >= len(values)


# The page -----------------------------------------------------------------------------------------
@pytest.fixture
def team(world, at):
    """Overdue on us and on an answer, due now, later, paused, in review, and given to nobody."""
    cases = {}
    for name, days in (
        ("late", -2),
        ("later_still", -9),
        ("asked", -1),
        ("now", 0.5),
        ("far", 20),
        ("held", 3),
    ):
        cases[name] = assigned(world, at=at)
        due_in(cases[name], at, days)
    Case.objects.filter(pk=cases["asked"].pk).update(stage="rg_info_requested")
    Deadline.objects.filter(case=cases["held"]).update(state="paused")
    Case.objects.filter(pk=cases["held"].pk).update(next_due_at=None)
    Case.objects.filter(pk=cases["late"].pk).update(stage_since=at - timedelta(days=30))
    Case.objects.filter(pk=cases["now"].pk).update(stage_since=at - timedelta(days=30))
    Case.objects.filter(pk=cases["later_still"].pk).update(stage_since=at - timedelta(days=30))
    cases["waiting"] = child(world, at=at)
    cases["review"] = road.ready_case(world, at=at)
    road.submitted(world, cases["review"], at=at)
    return cases


def rows_of(client, url):
    """How many rows the list at this address shows, on all its pages."""
    count = 0
    while url:
        page = client.get(url)
        assert page.status_code == 200
        if "waiting" in page.context:
            count += len(page.context["waiting"])
        else:
            count += sum(len(group["rows"]) for group in page.context["groups"])
        url = page.context["next_url"]
    return count


def test_each_number_is_that_of_the_list_behind_it(world, team):
    client = world.client("supervisor")
    board = client.get(reverse("dashboard")).context["board"]
    numbers = {number.code: number.count for number in board.numbers}
    assert numbers == {"overdue": 3, "due_now": 1, "review": 1, "unassigned": 1}
    for number in board.numbers:
        assert rows_of(client, number.url) == number.count, number.code
    bars = [bar for chart in board.charts for bar in chart.bars]
    assert {bar["code"]: bar["cases"] for bar in bars} == {
        "nrm_submitted": 1,
        "rg_pending": 6,
        "rg_info_requested": 1,
        "us": 2,
        "partner": 1,
        "paused": 1,
    }
    for bar in bars:
        assert rows_of(client, bar["href"]) == bar["cases"], bar["code"]


def test_titles_follow_the_data(world, team, at):
    client = world.client("supervisor")

    def titles():
        return [chart.title for chart in client.get(reverse("dashboard")).context["board"].charts]

    stage_label = world.profile.stage("rg_pending").label
    assert titles() == [
        f"Half of the cases at “{stage_label}” have waited 30 days, at least twice the target",
        "2 of 3 overdue cases wait on us",
    ]
    Case.objects.update(stage_since=at)
    Case.objects.filter(pk=team["late"].pk).update(stage="rg_info_requested")
    assert titles() == [
        "No stage is past its target",
        "2 of 3 overdue cases wait for an answer from outside",
    ]


def test_the_law_says_where_the_target_stands(world, team):
    page = world.client("supervisor").get(reverse("dashboard"))
    targets = {bar["code"]: bar["target_text"] for bar in page.context["board"].ageing.bars}
    assert targets["rg_pending"] == "target: 5 working days"
    assert targets["nrm_submitted"] == ""


def test_nobody_is_named_and_no_other_authority_is_counted(world, team):
    page = world.client("supervisor").get(reverse("dashboard")).content.decode()
    main = page[page.index("<main") :]
    assert "Caseworker" not in main
    assert all(case.reference not in main for case in team.values())
    other = world.client("other_supervisor").get(reverse("dashboard"))
    assert [number.count for number in other.context["board"].numbers] == [0, 0, 0, 0]
    assert "No case is open" in other.content.decode()


def test_it_is_where_a_supervisor_begins_and_nobody_else_has_it(world):
    assert world.client("supervisor").get("/").headers["Location"] == reverse("dashboard")
    for who in ("caseworker", "intake", "responder", "auditor", "administrator"):
        assert world.client(who).get(reverse("dashboard")).status_code == 403
        assert api(world.users[who]).get("/api/v1/dashboard/").status_code == 403


def test_a_program_reads_the_same_numbers(world, team):
    body = api(world.supervisor).get("/api/v1/dashboard/").json()
    board = world.client("supervisor").get(reverse("dashboard")).context["board"]
    assert {n["code"]: n["count"] for n in body["numbers"]} == {
        number.code: number.count for number in board.numbers
    }
    assert body["causes"]["title"] == board.causes.title
    assert body["read"] == 8
    assert Event.objects.filter(verb="dashboard.viewed", actor_id=world.supervisor.pk).count() == 2


def test_more_than_is_counted_is_told_as_more(world, team, monkeypatch):
    monkeypatch.setattr(lists, "COUNTED_TO", 2)
    monkeypatch.setattr(selectors, "WINDOW", 3)
    board = world.client("supervisor").get(reverse("dashboard")).context["board"]
    assert board.numbers[0].value == "2+"
    assert (board.read, board.more) == (3, True)
    assert "there are more" in board.ageing.note
    assert all(bar["list_text"].startswith(f"{bar['cases']}+") for bar in board.ageing.bars)


def test_it_costs_three_queries_however_many_cases_there_are(world, team, at):
    def cost():
        with acting_as(world.supervisor), CaptureQueriesContext(connection) as captured:
            selectors.dashboard(world.supervisor, at=at)
        return len(captured)

    cost()
    first = cost()
    for _number in range(10):
        assigned(world, at=at)
    assert cost() == first
    assert first == 3
