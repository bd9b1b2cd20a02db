"""A colleague works on the cases of who is away: on those, on these days, and no longer."""

from datetime import date, timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases import access
from cases.actions.assigning import assign_case
from cases.actions.confidentiality import change_confidentiality
from cases.actions.covering import begin_covers, end_cover, hand_on, tell_of_covers
from cases.actions.excluding import exclude, lift
from cases.models import CaseUserGrant, Cover, InboxItem
from cases.models.listing import wrong_lists
from cases.rights import ASSIGN, REVIEW_DECISION, SCREEN
from nrm.accounts.actions import close_account, end_role, reopen_account
from nrm.accounts.models import Membership, RoleGroup, User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from tests.api.tools import api, by_session
from tests.casework.people import assigned, referred


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def give(world, at, *, who="caseworker", to="caseworker2", first=0, days=7):
    today = timezone.localdate(at)
    giver = User.objects.get(pk=world.users[who].pk)
    return hand_on(
        giver,
        actor=giver,
        at=at,
        delegate=world.users[to].pk,
        begins_on=today + timedelta(days=first),
        ends_on=today + timedelta(days=first + days - 1),
    )


def fresh(world, name):
    return User.objects.get(pk=world.users[name].pk)


def sees(world, case, name="caseworker2"):
    return access.holds(fresh(world, name), SCREEN, case.pk)


def days_pass(row, *, days):
    """The days of a cover lie so much earlier, as they do when days have passed."""
    move = timedelta(days=days)
    times = {"begins_at": row.begins_at - move, "ends_at": row.ends_at - move}
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_cover DISABLE TRIGGER keep_covers")
        cursor.execute(
            "UPDATE cases_cover SET begins_at = %s, ends_at = %s WHERE id = %s",
            [times["begins_at"], times["ends_at"], row.pk],
        )
        cursor.execute("ALTER TABLE cases_cover ENABLE TRIGGER keep_covers")
        cursor.execute(
            "UPDATE cases_caseusergrant SET ends_at = %s WHERE reason = 'absence'",
            [times["ends_at"]],
        )


@pytest.fixture
def sweep(as_worker, at):
    def run():
        with as_worker():
            return begin_covers(actor=User.objects.system(), at=at)

    return run


def test_a_colleague_works_on_the_cases_until_the_last_day_and_both_are_told(world, case, at):
    client = world.client("caseworker2")
    page = reverse("case", args=[case.reference])
    assert client.get(page).status_code == 404
    queue = referred(world, at=at)  # nobody's, so nobody's to hand on
    today = timezone.localdate(at)
    last = today + timedelta(days=6)
    sent = {"delegate": str(world.caseworker2.pk)}
    for name, day in (("begins_on", today), ("ends_on", last)):
        sent |= {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}
    done = world.client("caseworker").post(reverse("covers"), sent, follow=True)
    assert "Caseworker2 can work on your cases now." in done.content.decode()
    assert client.get(page).status_code == 200
    assert case.reference in client.get(reverse("covers")).content.decode()
    assert client.get(reverse("case", args=[queue.reference])).status_code == 404
    # What a caseworker may do with a case, and nothing that their role does not have.
    held = access.rights_on(fresh(world, "caseworker2"), case)
    assert held == access.rights_on(fresh(world, "caseworker"), case)
    assert not {ASSIGN.code, REVIEW_DECISION.code} & held
    grant = CaseUserGrant.objects.get(user=world.caseworker2)
    zone = world.profile.calendar_for().zone
    assert grant.ends_at.astimezone(zone).date() == last + timedelta(days=1)
    assert (grant.ends_at.astimezone(zone).hour, grant.reason) == (0, "absence")
    # Told without a name or a case; the record says who and when.
    told = {i.kind: i for i in InboxItem.objects.filter(kind__startswith="cover")}
    assert {kind: i.user for kind, i in told.items()} == {
        "cover_taken": world.caseworker2,
        "cover_given": world.caseworker,
    }
    assert all(i.case_id is None and i.data == {} for i in told.values())
    event = Event.objects.get(verb="case.handed_on")
    assert (event.case_id, event.data["to"]) == (case.pk, str(world.caseworker2.pk))
    why = world.client("supervisor").get(reverse("case_access", args=[case.reference]))
    assert "They cover for the caseworker, who is away" in why.content.decode()
    timeline = world.client("supervisor").get(reverse("case_timeline", args=[case.reference]))
    assert "Handed to a colleague for an absence" in timeline.content.decode()
    assert wrong_lists() == 0


def test_it_ends_by_itself_and_the_next_request_is_answered_as_for_what_is_absent(
    world, case, at, sweep
):
    row = give(world, at)
    client = world.client("caseworker2")
    page = reverse("case", args=[case.reference])
    assert client.get(page).status_code == 200
    days_pass(row, days=7)
    assert client.get(page).status_code == 404
    assert case.reference not in client.get(reverse("covers")).content.decode()
    assert not sees(world, case)
    assert sweep() == 1
    assert not CaseUserGrant.objects.filter(reason="absence").exists()
    assert sweep() == 0
    assert access.holds(fresh(world, "caseworker"), SCREEN, case.pk)
    assert wrong_lists() == 0


def test_one_that_is_to_come_begins_on_its_day(world, case, at, sweep):
    row = give(world, at, first=3)
    assert sweep() == 0
    assert not sees(world, case)
    assert "To come" in world.client("caseworker2").get(reverse("covers")).content.decode()
    days_pass(row, days=3)
    assert sweep() == 1
    assert sweep() == 0
    assert sees(world, case)
    assert Event.objects.get(verb="covers.begun").data == {"grants": 1}


def test_it_follows_the_cases_and_never_a_restricted_one(world, case, at, sweep):
    kept = assigned(world, at=at)
    change_confidentiality(
        kept, actor=world.supervisor, at=at, level="restricted", reason="insider_risk"
    )
    page = world.client("caseworker").get(reverse("covers")).content.decode()
    assert "1 open case of yours is handed on." in page
    assert "1 of your cases stays with you alone." in page
    give(world, at)
    assert sees(world, case)
    assert not sees(world, kept)
    # Given to them meanwhile, taken from them, restricted and opened again.
    later = assigned(world, at=at)
    assert sees(world, later)
    assign_case(later, actor=world.intake, at=at, caseworker=world.caseworker2)
    assert CaseUserGrant.objects.get(content_object=later).reason == "assigned"
    assign_case(later, actor=world.intake, at=at, caseworker=world.caseworker)
    assert sees(world, later)
    change_confidentiality(
        later, actor=world.supervisor, at=at, level="sealed", reason="insider_risk"
    )
    assert not sees(world, later)
    change_confidentiality(later, actor=world.supervisor, at=at, level="normal", reason="ended")
    sweep()
    assert sees(world, later)
    assert not sees(world, kept)
    # What is theirs is not handed on further, and another authority's is not at all.
    give(world, at, who="caseworker2", to="caseworker")
    assert Event.objects.filter(verb="case.handed_on").count() == 1
    assert wrong_lists() == 0


@pytest.mark.parametrize("who", ["caseworker", "caseworker2", "supervisor2"])
def test_giver_delegate_and_supervisor_end_it_at_once(world, case, at, who):
    row = give(world, at)
    done = world.client(who).post(reverse("cover_end", args=[row.pk]), follow=True)
    assert "The cover has ended." in done.content.decode()
    assert not sees(world, case)
    row.refresh_from_db()
    assert row.ended_by == world.users[who]
    told = InboxItem.objects.filter(kind="cover_ended").values_list("user", flat=True)
    assert set(told) == {world.caseworker.pk, world.caseworker2.pk}
    with pytest.raises(Refused):
        end_cover(row, actor=world.caseworker, at=at)


def test_to_everybody_else_there_is_no_such_cover(world, case, at):
    row = give(world, at)
    for who in ("other_caseworker", "other_supervisor"):
        client = world.client(who)
        assert client.post(reverse("cover_end", args=[row.pk])).status_code == 404
        assert "Caseworker2" not in client.get(reverse("covers")).content.decode()
        with pytest.raises(Hidden):
            end_cover(row, actor=fresh(world, who), at=at)
    for who in ("intake", "provider", "responder", "auditor", "administrator", "superuser"):
        assert world.client(who).get(reverse("covers")).status_code == 403
        with pytest.raises(Forbidden):
            give(world, at, who=who)
    assert sees(world, case)


def test_exclusions_beat_it_and_leavers_lose_it_on_the_next_request(world, case, at):
    other = assigned(world, at=at)
    give(world, at)
    client = world.client("caseworker2")
    pages = [reverse("case", args=[one.reference]) for one in (case, other)]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    out = exclude(case, actor=world.supervisor, at=at, reason="named", person=world.caseworker2)
    assert [client.get(page).status_code for page in pages] == [404, 200]
    # What it took from them does not come back: not with the next sweep, nor where it is lifted.
    held = CaseUserGrant.objects.filter(content_object=case, user=world.caseworker2)
    for _time in range(2):
        begin_covers(actor=User.objects.system(), at=at)
        assert not held.exists()
        if out.ended_at is None:
            lift(out, actor=world.supervisor, at=at, because="mistake")
    assert [client.get(page).status_code for page in pages] == [404, 200]
    Membership.objects.filter(user=world.caseworker2).delete()
    assert client.get(pages[1]).status_code == 404
    assert not sees(world, other)


def test_every_reason_against_it_stands_at_its_field_and_what_was_typed_is_kept(world, case, at):
    rule = load_profile("uk").cover
    today = timezone.localdate(at)
    for first, days, field in (
        (-1, 3, "begins_on"),
        (0, 0, "ends_on"),
        (0, rule.days + 1, "ends_on"),
        (rule.days_ahead + 1, 1, "begins_on"),
    ):
        with pytest.raises(Refused) as refused:
            give(world, at, first=first, days=days)
        assert [o.field for o in refused.value.objections] == [field]
    for to in ("caseworker", "other_caseworker", "supervisor", "intake", "inactive"):
        with pytest.raises(Refused) as refused:
            give(world, at, to=to)
        assert [o.field for o in refused.value.objections] == ["delegate"]
    answer = by_session(world.caseworker).post(
        "/api/v1/covers/",
        {
            "delegate": str(world.caseworker2.pk),
            "begins_on": date.max.isoformat(),
            "ends_on": date.min.isoformat(),
        },
        content_type="application/json",
    )
    assert answer.status_code == 422
    page = world.client("caseworker").post(
        reverse("covers"), {"begins_on_day": "31", "begins_on_month": "2", "begins_on_year": "2027"}
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "Choose a colleague" in text
    assert 'value="31"' in text
    assert not Cover.objects.exists()
    give(world, at, days=rule.days)
    with pytest.raises(Refused):
        give(world, at, to="caseworker2", first=rule.days - 1, days=1)
    give(world, at, first=rule.days, days=1)
    assert today


def test_a_program_does_the_same(world, case, at):
    client = by_session(world.caseworker)
    today = timezone.localdate(at)
    sent = {
        "delegate": str(world.caseworker2.pk),
        "begins_on": today.isoformat(),
        "ends_on": today.isoformat(),
    }
    made = client.post("/api/v1/covers/", sent, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["runs"] is True
    assert sees(world, case)
    told = api(world.caseworker2).get("/api/v1/covers/").json()
    listed = told["results"]
    assert listed == [made.json()]
    assert told["cases"] == [case.reference]
    assert "Caseworker" in listed[0]["giver"]
    end = f"/api/v1/covers/{made.json()['id']}/end/"
    assert api(world.users["other_supervisor"]).post(end).status_code == 404
    assert api(world.supervisor).post(end).status_code == 204
    assert api(world.supervisor).post(end).status_code == 422
    assert not sees(world, case)


# That it ends -------------------------------------------------------------------------------------
@pytest.fixture
def told(as_worker, at):
    """What the sweep has told of covers by now: who was told what."""

    def run(later=timedelta()):
        with as_worker():
            tell_of_covers(actor=User.objects.system(), at=at + later)
        rows = InboxItem.objects.filter(kind__startswith="cover_").exclude(
            kind__in=("cover_given", "cover_taken")
        )
        names = {user.pk: name for name, user in world_of(rows).items()}
        return sorted((item.kind, names[item.user_id]) for item in rows)

    def world_of(rows):
        return {
            user.display_name: user
            for user in User.objects.filter(pk__in=[item.user_id for item in rows])
        }

    return run


def test_both_are_told_before_it_ends_and_when_it_has_once_and_without_a_name(
    world, case, at, told
):
    row = give(world, at)
    days = load_profile(row.authority.profile).cover.reminder_days
    until = row.ends_at - at
    both = ("Caseworker", "Caseworker2")
    assert told() == told(until - timedelta(days=days, minutes=1)) == []
    soon = [("cover_ending", name) for name in both]
    assert told(until - timedelta(days=days)) == told(until - timedelta(minutes=1)) == soon
    over = soon + [("cover_over", name) for name in both]
    assert told(until) == told(until + timedelta(days=1)) == over
    items = InboxItem.objects.filter(kind__in=("cover_ending", "cover_over"))
    assert all(item.case_id is None and item.data == {} for item in items)
    assert {item.mail.sent_at for item in items} == {None}  # each is told by e-mail as well
    text = world.client("caseworker2").get(reverse("inbox")).content.decode()
    assert "A cover for an absence ends soon." in text


def test_whom_somebody_ended_it_for_is_told_that_and_nothing_more(world, case, at, told):
    row = give(world, at)
    end_cover(row, actor=fresh(world, "supervisor"), at=at)
    ended = [("cover_ended", "Caseworker"), ("cover_ended", "Caseworker2")]
    assert told() == told(row.ends_at - at) == ended


@pytest.mark.parametrize("who", ["caseworker", "caseworker2"])
@pytest.mark.parametrize("how", ["closed", "role"])
def test_it_ends_at_once_when_either_leaves_and_the_supervisors_are_told(
    world, case, at, told, who, how
):
    runs, ahead = give(world, at), give(world, at, first=20)
    other = give(
        world, at, who="supervisor", to={"caseworker": "caseworker2"}.get(who, "caseworker")
    )
    assert sees(world, case)
    if how == "closed":
        close_account(world.users[who], actor=world.administrator, at=at)
    else:
        end_role(Membership.objects.get(user=world.users[who]), actor=world.administrator, at=at)
    assert not CaseUserGrant.objects.filter(reason="absence").exists()
    if who == "caseworker":
        assert not sees(world, case)
        assert world.client("caseworker2").get(case.get_absolute_url()).status_code == 404
    for row in (runs, ahead):
        row.refresh_from_db()
        assert row.ended_at is not None
        assert row.ended_by is None
    other.refresh_from_db()
    assert other.ended_at is None  # what is not theirs runs on
    supervisors = [("cover_ended", name) for name in ("Supervisor", "Supervisor2")]
    assert set(supervisors) <= set(told())
    page = world.client("supervisor").get(reverse("covers")).content.decode()
    assert "One of the two has left" in page
    events = Event.objects.filter(verb="cover.ended", data__left=True)
    assert {event.data["giver"] for event in events} >= {str(world.caseworker.pk)}
    # Coming back begins nothing again.
    if how == "closed":
        reopen_account(world.users[who], actor=world.administrator, at=at)
        assert not CaseUserGrant.objects.filter(reason="absence").exists()


def test_a_role_that_it_does_not_rest_on_ends_nothing(world, case, at):
    Membership.objects.create(user=world.caseworker2, group=RoleGroup.of(world.authority, "intake"))
    row = give(world, at)
    Membership.objects.get(user=world.caseworker2, group__role_group__role="intake").delete()
    row.refresh_from_db()
    assert row.ended_at is None
    assert sees(world, case)


def test_who_is_concerned_sees_what_ended_and_why_and_nobody_else(world, case, at):
    row = give(world, at)
    end_cover(row, actor=fresh(world, "supervisor"), at=at)
    for who in ("caseworker", "caseworker2", "supervisor", "supervisor2"):
        page = world.client(who).get(reverse("covers")).content.decode()
        assert "Ended by Supervisor" in page, who
    for who in ("other_caseworker", "other_supervisor"):
        page = world.client(who).get(reverse("covers")).content.decode()
        assert "Ended lately" not in page, who
    (line,) = api(world.supervisor).get("/api/v1/covers/").json()["ended"]
    assert (line["id"], line["why_ended"]) == (str(row.pk), "Ended by Supervisor")
    assert api(world.other_supervisor).get("/api/v1/covers/").json()["ended"] == []
