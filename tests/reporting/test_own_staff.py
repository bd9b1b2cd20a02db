"""What is unusual in how their own staff looked at cases: a supervisor is told by name and by
reference, of their own authority and of the cases that they see."""

from datetime import timedelta

import pytest

from nrm.accounts.models import User
from nrm.audit.models import Event
from nrm.context import acting_as
from reporting.models import Anomaly
from reporting.trail.own_staff import unusual_of_staff
from tests.api.tools import api
from tests.casework.test_confidentiality import change
from tests.reporting.test_watch import NOON, found, look, nights, rule, some  # noqa: F401
from tests.watching import as_application

URL = "/staff/unusual/"
REST = "/api/v1/unusual-access/"
NIGHT = NOON.replace(hour=23)
MORNING = NOON + timedelta(hours=20)


@pytest.fixture(autouse=True)
def june(monkeypatch):
    monkeypatch.setattr("reporting.trail.own_staff.DAYS", timedelta(days=3660))


def told(world, who="supervisor"):
    with as_application(), acting_as(world.users[who]):
        return unusual_of_staff(User.objects.get(pk=world.users[who].pk), at=MORNING)[0]


def test_a_supervisor_reads_who_looked_at_night_and_at_which_case(world, rule, as_worker):  # noqa: F811
    case, other = some(world, 2)
    nights(world, case, rule.night_looks, NIGHT)
    look(world, other, "caseworker", NOON)  # by day
    (row,) = found(as_worker, MORNING).values()
    page = world.client("supervisor").get(URL)
    (line,) = page.context["lines"]
    assert (line.name, line.cases) == (world.caseworker.display_name, (case.reference,))
    assert line.why.startswith(f"Looked at cases {rule.night_looks} times at night (22:00–6:00).")
    text = page.content.decode()
    assert f"/cases/{case.reference}/access/" in text
    assert other.reference not in text[text.index("<main") :]
    (read,) = api(world.supervisor).get(REST).json()["results"]
    assert (read["person"]["name"], read["cases"]) == (line.name, [case.reference])
    assert (read["kind"]["code"], read["count"]) == ("night", rule.night_looks)
    # Nothing that an auditor has too joins it to what they read in codes.
    for answer in (text, str(read)):
        assert str(row.pk) not in answer
        assert case.pseudonym not in answer[answer.find("<main") + 1 :]
    events = Event.objects.filter(verb="staff_unusual.viewed")
    assert {event.actor_id for event in events} == {world.supervisor.pk}


def test_of_their_own_authority_and_of_others_and_nobody_else_reads_it(world, rule, as_worker):  # noqa: F811
    (case,) = some(world, 1)
    nights(world, case, rule.night_looks, NIGHT, "supervisor")
    nights(world, case, rule.night_looks, NIGHT, "provider")
    assert len(found(as_worker, MORNING)) == 2
    assert told(world) == []  # neither oneself, nor somebody of another house
    assert [line.name for line in told(world, "supervisor2")] == [world.supervisor.display_name]
    assert told(world, "other_supervisor") == []
    with as_application(), acting_as(world.users["other_supervisor"]):
        assert not Anomaly.objects.exists()
    for who in ("caseworker", "intake", "auditor", "administrator", "provider"):
        assert world.client(who).get(URL).status_code == 403, who
        assert api(world.users[who]).get(REST).status_code == 403, who


def test_a_sealed_case_is_told_neither_by_reference_nor_by_number(world, rule, as_worker):  # noqa: F811
    seen, sealed = some(world, 2)
    nights(world, seen, rule.night_looks, NIGHT)
    nights(world, sealed, 2, NIGHT + timedelta(hours=1))
    nights(world, sealed, rule.night_looks, NIGHT - timedelta(days=1))
    change(world, sealed, NOON, "sealed", by="supervisor2")
    found(as_worker, MORNING)
    (line,) = told(world)  # the other night was about the sealed case alone
    assert (line.day, line.cases, line.count) == (NIGHT.date(), (seen.reference,), rule.night_looks)
    both = told(world, "supervisor2")
    assert [one.count for one in both] == [rule.night_looks + 2, rule.night_looks]
    assert both[0].cases == tuple(sorted((seen.reference, sealed.reference)))


def test_cases_that_nobody_gave_are_told_and_those_that_somebody_gave_are_not(
    world,
    rule,  # noqa: F811
    as_worker,
):
    cases = some(world, rule.unassigned_a_day)
    for case in cases:
        look(world, case, "supervisor2", NOON)
        look(world, case, "caseworker", NOON)  # to whom all were given
    found(as_worker, MORNING)
    (line,) = told(world)
    assert (line.kind, line.name) == ("unassigned", world.supervisor2.display_name)
    assert line.cases == tuple(sorted(case.reference for case in cases))
    for case in cases[1:]:
        look(world, case, "supervisor2", NOON, "note.written")
    assert told(world) == []


def test_the_list_goes_on_past_a_page_and_says_no_moment(world, rule, as_worker):  # noqa: F811
    seen, sealed = some(world, 2)
    for day in range(7):
        night = NIGHT - timedelta(days=day)
        nights(world, sealed if day in (2, 3, 4) else seen, rule.night_looks, night)
    change(world, sealed, NOON, "sealed", by="supervisor2")
    found(as_worker, MORNING)
    rows = list(Anomaly.objects.all())
    assert len(rows) == 7
    client, days, after = api(world.supervisor), [], ""
    for length in (2, 2):
        answer = client.get(f"{REST}?limit=2{after}").json()
        assert len(answer["results"]) == length
        days += [one["day"] for one in answer["results"]]
        after = f"&{(answer['next'] or '').partition('?')[2]}"
    assert days == [(NIGHT - timedelta(days=n)).date().isoformat() for n in (0, 1, 5, 6)]
    assert answer["next"] is None  # what may not be told makes no page
    first = client.get(f"{REST}?limit=2").json()["next"]
    for row in rows:
        assert str(row.pk) not in first
        assert str(int(row.last_at.timestamp())) not in first
    # Whose code it is not, it is none: the first page.
    theirs = api(world.supervisor2).get(f"{REST}?{first.partition('?')[2]}").json()
    assert theirs["results"][0]["day"] == NIGHT.date().isoformat()
    assert world.client("supervisor").get(f"{URL}?after=nonsense").context["lines"]
