"""The monitoring report: read from what is published, by whoever reads releases, and by nobody
else; what is not published, hidden or not held is told as that."""

import io
import zipfile
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nrm.audit.models import Event
from reporting.monitoring import trend as trends
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan
from tests.api.tools import api
from tests.releases.small import a_release as small_release
from tests.releases.small import small, table
from tests.reporting.made import a_published_release, a_release

YEAR, Q1, Q2 = Period(2025), Period(2025, 1), Period(2025, 2)


def counts_of(world, period, **totals):
    """So many in each cell of a table, and nobody in the others."""
    plan = load_plan(world.profile.code)
    return {
        one.code: dict.fromkeys(plan.cells(one), totals.get(one.code, 0))
        for one in plan.tables_of(period.kind)
    }


@pytest.fixture
def published(world):
    a_published_release(
        world, YEAR, counts_of(world, YEAR, referrals_age_sex=20_000, services=30_000)
    )
    a_published_release(world, Q1, counts_of(world, Q1, referrals=1_000, first_decisions=9_000))
    a_published_release(world, Q2, counts_of(world, Q2, referrals=9_000, first_decisions=9_000))


def report(world, period="2025"):
    page = world.client("auditor").get(reverse("monitoring_report", args=[period]))
    assert page.status_code == 200
    return page


def entry(page, report, code):
    [filled] = [one for one in page.context["found"].filled if one.report.code == report]
    [found] = [one for one in filled.entries if one.indicator.code == code]
    return found


# What it says -------------------------------------------------------------------------------------
def test_the_report_gives_published_counts_and_says_what_is_hidden_or_not_held(world, published):
    page = report(world)
    referred = entry(page, "greta", "referred").value
    assert referred.state == "held"
    assert len(referred.figures) == 9
    assert all(19_000 < figure.count < 21_000 for figure in referred.figures)
    text = page.content.decode()
    assert all(f">{figure.count}<" in text for figure in referred.figures)
    identified = entry(page, "sdg", "victims").value
    assert identified.state == "partly"
    assert "[c]" in text
    assert "this system holds victims and not offenders" in text
    assert page.context["found"].document.sha256 in text


def test_a_quarter_says_that_the_year_holds_what_it_does_not(world, published):
    page = report(world, "2025-Q1")
    services = entry(page, "greta", "assistance").value
    assert services.state == "not_held"
    assert "that of the year holds it" in services.because
    assert services.because in page.content.decode()


def test_the_page_names_countries_and_no_codes_of_them(world, published):
    labels = [one.label for one in entry(report(world), "greta", "nationality").value.figures]
    assert "Albania" in labels
    assert "AL" not in labels


def test_cases_are_not_asked(world, published):
    with CaptureQueriesContext(connection) as captured:
        report(world)
    asked = " ".join(query["sql"] for query in captured)
    assert "reporting_release" in asked
    assert "cases_case" not in asked
    assert "reporting_snapshotrow" not in asked


def test_what_is_not_published_is_absent(world, published):
    a_release(world, Period(2024), approved_by=[world.auditor])  # by one person alone
    listed = world.client("auditor").get(reverse("monitoring")).content.decode()
    page, program = world.client("auditor"), api(world.auditor)
    for period in ("2025-Q3", "2024", "1999-Q1", "2025-Q9", "x", "2025-q1", "2025%00"):
        for name, client in (("monitoring_report", page), ("api_monitoring_report", program)):
            assert client.get(reverse(name, args=[period])).status_code == 404
        assert reverse("monitoring_report", args=[period]) not in listed


def test_nobody_else_reads_it(world, published):
    for who in ("supervisor", "caseworker", "provider", "responder", "liaison", "administrator"):
        client = world.client(who)
        for name, args in (
            ("monitoring", []),
            ("monitoring_report", ["2025"]),
            ("monitoring_download", ["2025"]),
        ):
            assert client.get(reverse(name, args=args)).status_code == 403


# How it is taken away -----------------------------------------------------------------------------
def test_the_spreadsheet_holds_the_same_and_taking_it_is_on_record(world, published):
    answer = world.client("auditor").get(reverse("monitoring_download", args=["2025"]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="monitoring-uk-2025.ods"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        content = archive.read("content.xml").decode()
    for figure in entry(report(world), "greta", "referred").value.figures:
        assert f'office:value="{figure.count}"' in content
    assert "[c]" in content
    [event] = Event.objects.filter(verb="monitoring.downloaded", actor_id=world.auditor.pk)
    assert event.data == {"period": "2025"}


def test_a_program_reads_the_same(world, published):
    answer = api(world.auditor).get(reverse("api_monitoring_report", args=["2025"]))
    assert answer.status_code == 200
    body = answer.json()
    page = report(world)
    assert body["release_sha256"] == page.context["found"].document.sha256
    told = {
        (one["code"], item["code"]): [figure["count"] for figure in item["figures"]]
        for one in body["reports"]
        for item in one["indicators"]
    }
    for filled in page.context["found"].filled:
        for one in filled.entries:
            key = (filled.report.code, one.indicator.code)
            assert told[key] == [figure.count for figure in one.value.figures]


# How the totals went ------------------------------------------------------------------------------
def test_the_first_page_draws_totals_with_their_table_and_leads_to_each_period(world, published):
    page = world.client("auditor").get(reverse("monitoring"))
    text = page.content.decode()
    for period in ("2025", "2025-Q1", "2025-Q2"):
        assert reverse("monitoring_report", args=[period]) in text
    drawn = {one.code: one for one in page.context["course"].trends}
    assert drawn["referrals"].title.startswith("Referrals: up from ")
    # Of as many in both, of which noise alone tells a change at times.
    assert drawn["first_decisions"].title.startswith("First decisions: ")
    # Of nobody, which noise alone shows at times.
    final = drawn["final_decisions"]
    hidden = any(column.shown == "[c]" for column in final.columns)
    assert ("hidden at one end" in final.title) is hidden
    for one in drawn.values():
        for column in one.columns:
            assert text.count(column.shown) >= 2  # on the column and in the table
    assert text.count('role="img"') == 3
    assert text.count("<desc") == 3


def test_without_a_release_the_page_says_so(world):
    text = world.client("auditor").get(reverse("monitoring")).content.decode()
    assert "Nothing is published yet" in text


def quarter(number, count):
    """A release whose total is published as this."""
    plan = small(table("all"))
    counts = {"all": {(): count}}
    return small_release(plan, counts, Period(2026, number))


def exactly(number, count):
    """A release in which exactly this was published, whatever the noise was."""
    made = quarter(number, 400)
    (only,) = made.tables
    return replace(made, tables=(replace(only, cells={(): count}),))


@pytest.mark.parametrize("way", [1, -1])
def test_a_change_is_told_from_where_noise_and_rounding_could_not_make_it(way):
    (only,) = quarter(1, 400).tables
    could = int(6 * only.scale) + 5
    for change, says in ((could, "no change"), (could + 1, " up from " if way > 0 else " down ")):
        found = trends.trend([exactly(1, 4_000), exactly(2, 4_000 + way * change)], "all")
        assert says in found.title


def test_no_change_is_told_that_noise_alone_could_make():
    """The same number of people in each quarter, two hundred times: a change is told in few."""
    told = 0
    for _time in range(200):
        found = trends.trend([quarter(1, 400), quarter(2, 400)], "all")
        told += " up from " in found.title or " down from " in found.title
    assert told <= 8
    sure = trends.trend([quarter(1, 400), quarter(2, 4_000)], "all")
    assert " up from " in sure.title


def test_columns_go_from_right_to_left_where_the_language_does():
    given = [quarter(1, 400), quarter(2, 800)]
    one, other = trends.trend(given, "all"), trends.trend(given, "all", right_to_left=True)
    assert [column.x for column in one.columns] == [column.x for column in other.columns][::-1]
    assert all(0 <= column.x <= column.x + column.width <= 100 for column in one.columns)
    assert trends.trend(given, "nothing") is None
