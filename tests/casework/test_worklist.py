"""The work list: the most urgent first, told in words, the same cost for every page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Deadline
from cases.selectors.keyset import Place
from nrm.audit.models import Event
from tests.casework.people import assigned, child


def due_in(case, at, days):
    """Moves the running clock of a case, as time would."""
    moment = at + timedelta(days=days)
    Deadline.objects.filter(case=case, state="open").update(due_at=moment, due_on=moment.date())
    Case.objects.filter(pk=case.pk).update(next_due_at=moment)


def text(client, query=""):
    answer = client.get(reverse("worklist") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client, query=""):
    page = client.get(reverse("worklist") + query)
    return [row["reference"] for group in page.context["groups"] for row in group["rows"]]


@pytest.fixture
def five(world, at):
    """One case in each group of urgency."""
    cases = {}
    for name, days in (("late", -2), ("now", 0.5), ("week", 5), ("far", 20), ("held", 3)):
        cases[name] = assigned(world, at=at)
        due_in(cases[name], at, days)
    held = Deadline.objects.get(case=cases["held"])
    held.pauses.create(
        case=cases["held"],
        from_date=at.date(),
        reason="lost_contact",
        by=world.supervisor,
        at=at,
    )
    Deadline.objects.filter(pk=held.pk).update(state="paused")
    Case.objects.filter(pk=cases["held"].pk).update(next_due_at=None)
    return cases


def test_a_caseworker_sees_their_cases_in_groups_with_words(world, five):
    page = world.client("caseworker").get(reverse("worklist"))
    labels = [str(group["label"]) for group in page.context["groups"]]
    assert labels == [
        "Overdue",
        "Due today or tomorrow",
        "Due in 7 days",
        "Not due",
        "Paused",
    ]
    order = [row["reference"] for group in page.context["groups"] for row in group["rows"]]
    assert order == [five[name].reference for name in ("late", "now", "week", "far", "held")]
    shown = page.content.decode()
    assert "Overdue by 2 days" in shown
    assert "Paused: Contact is lost" in shown
    assert "▲" in shown
    assert "nrm-deadline--paused" in shown
    assert "Overdue (1)" in shown


def test_a_caseworker_sees_no_case_of_a_colleague(world, at):
    mine, theirs = assigned(world, at=at), assigned(world, at=at, to="caseworker2")
    assert listed(world.client("caseworker")) == [mine.reference]
    assert theirs.reference not in text(world.client("caseworker"), "?view=team")


def test_a_supervisor_begins_with_the_team_and_finds_what_nobody_has(world, at):
    mine, waiting = assigned(world, at=at), child(world, at=at)
    client = world.client("supervisor")
    assert set(listed(client)) == {mine.reference, waiting.reference}
    assert listed(client, "?view=unassigned") == [waiting.reference]
    assert "Nobody yet" in text(client)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?urgency=overdue", {"late"}),
        ("?urgency=due_now&urgency=week", {"now", "week"}),
        ("?urgency=later", {"far"}),
        ("?urgency=paused", {"held"}),
        ("?stage=rg_pending", {"late", "now", "week", "far", "held"}),
        ("?child=1", set()),
    ],
)
def test_filters_in_the_address_narrow_the_list(world, five, query, names):
    found = set(listed(world.client("caseworker"), query))
    assert found == {five[name].reference for name in names}


def test_a_case_is_found_by_its_reference_however_it_is_typed(world, five):
    client, wanted = world.client("caseworker"), five["far"].reference
    for typed in (wanted, wanted.lower(), wanted.replace("-", ""), wanted.replace("-", " ")):
        answer = client.post(reverse("find"), {"q": typed})
        assert answer.status_code == 302
        assert answer["Location"] == reverse("case", args=[wanted])


def found(client, text):
    """The references of the cases found, and the page."""
    page = client.post(reverse("find"), {"q": text})
    assert page.status_code == 200
    return [line.case.reference for line in page.context.get("lines", ())], page.content.decode()


def test_a_case_is_found_by_the_beginning_of_its_pseudonym(world, five):
    case = five["now"]
    for typed in (case.pseudonym.lower(), case.pseudonym[:4].upper(), f" {case.pseudonym}  "):
        refs, _page = found(world.client("caseworker"), typed)
        assert case.reference in refs
    assert found(world.client("caseworker"), case.pseudonym[1:])[0] == []


def test_a_case_that_may_not_be_seen_is_not_found(world, five):
    case = five["late"]
    for who in ("caseworker2", "other_supervisor"):
        for typed in (case.reference, case.pseudonym):
            refs, page = found(world.client(who), typed)
            assert refs == []
            assert "No case was found" in page
            assert reverse("case", args=[case.reference]) not in page


def test_what_is_looked_for_stands_in_no_address(world, five):
    client = world.client("caseworker")
    page = text(client)
    assert len(listed(client, "?q=Zamira")) == 5  # nothing but what is sent is looked for
    assert 'method="post" action="/cases/find/"' in page
    assert "data-nrm-find" in page


def test_nonsense_in_the_address_gets_a_clear_page(world, five):
    client = world.client("caseworker")
    page = text(client, "?urgency=never&stage=nowhere&view=none&after=x&before=%00")
    assert "There is a problem" in page
    assert "Select from the answers shown" in page
    assert len(listed(client, "?after=99999999999999999999999.zz")) == 5
    too_long = client.post(reverse("find"), {"q": "x" * 61})
    assert too_long.status_code == 422
    assert "must be 60 characters or less" in too_long.content.decode()
    assert found(client, "\x01%_\\")[0] == []


def test_a_child_is_marked_and_told_apart(world, at):
    assigned(world, at=at)
    young = assigned(world, at=at, answers=_child())
    client = world.client("caseworker")
    assert listed(client, "?child=1") == [young.reference]
    assert text(client, "?child=1").count("govuk-tag--purple") == 1


def _child():
    from tests.intake.answers import CHILD

    return CHILD


def test_what_a_case_waits_on_is_said(world, at):
    assigned(world, at=at)
    child(world, at=at)
    page = text(world.client("supervisor"))
    assert "Caseworker" in page
    assert ">Intake<" in page
    assert ">You<" in text(world.client("caseworker"))


def test_pages_follow_each_other_without_gap_or_repetition(world, at):
    for number in range(30):
        due_in(world.assigned_case(), at, number / 3)
    # Some have no date, and come last.
    last = list(Case.objects.order_by("id")[:3])
    Case.objects.filter(pk__in=[case.pk for case in last]).update(next_due_at=None)
    client = world.client("caseworker")
    first = client.get(reverse("worklist"))
    second = client.get(first.context["next_url"])
    refs = [listed_on(first), listed_on(second)]
    assert [len(found) for found in refs] == [25, 5]
    assert len(set(refs[0] + refs[1])) == 30
    assert second.context["next_url"] == ""
    back = client.get(second.context["previous_url"])
    assert listed_on(back) == refs[0]
    assert back.context["previous_url"] == ""
    assert "Showing 25 of 30" in first.content.decode()


def listed_on(page):
    return [row["reference"] for group in page.context["groups"] for row in group["rows"]]


def test_a_place_in_a_list_reads_what_it_wrote(at):
    from uuid import uuid4

    for moment in (at, at.replace(year=9999)):
        place = Place(moment, uuid4())
        assert Place.parse(str(place)) == place
    for nonsense in (
        "",
        "x",
        ".",
        "12.",
        "-." + "0" * 32,
        "-.zz",
        "1e9.00",
        "9" * 40 + "." + "0" * 32,
    ):
        assert Place.parse(nonsense) is None


def test_one_event_names_every_case_that_a_list_showed(world, five):
    text(world.client("caseworker"))
    event = Event.objects.get(verb="cases.listed")
    assert event.actor_id == world.caseworker.pk
    assert set(event.data["cases"]) == {str(case.pk) for case in five.values()}


def test_an_empty_list_says_what_will_come(world):
    assert "There is no case in this view" in text(world.client("caseworker"))
    assert "There is no case in this view" in text(world.client("supervisor"), "?view=closed")


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("who", "count"), [("caseworker", 13), ("supervisor", 15)])
def test_the_work_list_costs_the_same_for_25_and_for_50(world, at, who, count):
    for number in range(25):
        due_in(world.assigned_case(), at, number)
    assert queries(world.client(who), reverse("worklist")) == count
    for number in range(25):
        due_in(world.assigned_case(), at, number)
    assert queries(world.client(who), reverse("worklist")) == count


def test_a_closed_case_is_found_too(world, at):
    case = assigned(world, at=at)
    Case.objects.filter(pk=case.pk).update(closed_at=at)
    client = world.client("caseworker")
    assert listed(client) == []
    assert listed(client, "?view=closed") == [case.reference]
    assert found(client, case.pseudonym)[0] == [case.reference]


def test_a_paused_case_is_on_hold(world, five):
    shown = world.client("caseworker").get(reverse("worklist") + "?urgency=paused")
    (group,) = shown.context["groups"]
    assert [row["waits"] for row in group["rows"]] == ["On hold"]
