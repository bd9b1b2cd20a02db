"""A case opened in an emergency: for one person, one case and an hour, told at once, reviewed by
another; and no answer that tells whether there is such a case."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases import access
from cases.actions.confidentiality import change_confidentiality
from cases.actions.emergency import ask_emergency, end_emergency, review_emergency
from cases.actions.excluding import exclude
from cases.models import CaseUserGrant, EmergencyAccess, InboxItem
from cases.references import new_reference
from cases.rights import ASSIGN, RIGHTS, SCREEN, SEE_CASE, SHOW_IDENTITY, WRITE_NOTE
from cases.rules.emergency import review_due
from nrm.accounts.models import Membership, RoleGroup, User
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.profiles import load_profile
from tests.api.tools import api, by_session
from tests.casework.people import assigned

NOWHERE = "7K3MQ-9TD2X-4HJ3"  # well formed, and of no case
WHY = "The hotline is on the telephone and nobody else is here."


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def ask(world, case, at, who="caseworker2", reason=WHY):
    user = world.users[who]
    return ask_emergency(user, actor=user, at=at, reference=case.reference, reason=reason)


def over(at):
    """The hour has passed."""
    EmergencyAccess.objects.update(ends_at=at)
    CaseUserGrant.objects.filter(permission__codename="emergency").update(ends_at=at)


def fresh(world, name):
    return User.objects.get(pk=world.users[name].pk)


def test_a_caseworker_opens_one_case_for_an_hour_and_everybody_is_told(world, case, at):
    client = world.client("caseworker2")
    page = reverse("case", args=[case.reference])
    assert client.get(page).status_code == 404
    done = client.post(reverse("emergency"), {"reference": case.reference, "reason": WHY})
    assert done["Location"] == page
    text = client.get(page).content.decode()
    assert "You see this case for 60 minutes: emergency access." in text
    row = EmergencyAccess.objects.get()
    assert row.ends_at - row.asked_at == timedelta(minutes=60)
    assert WHY.encode() not in bytes(row.reason)
    told = set(InboxItem.objects.filter(kind="emergency_to_review").values_list("user", flat=True))
    assert told == {world.supervisor.pk, world.supervisor2.pk}
    auditor = InboxItem.objects.get(kind="emergency_used")
    assert (auditor.user, auditor.case_id, auditor.data) == (world.auditor, None, {})
    for name in ("supervisor", "auditor"):
        inbox = world.client(name).get(reverse("inbox")).content.decode()
        assert "A case was opened in an emergency." in inbox
        assert "Caseworker2" not in inbox
    assert Event.objects.get(verb="emergency.asked").case_id == case.pk
    # To read and to note, and no more; it is none of their cases.
    held = access.rights_on(fresh(world, "caseworker2"), case)
    assert {SEE_CASE.code, SHOW_IDENTITY.code, WRITE_NOTE.code} <= held
    assert not {SCREEN.code, ASSIGN.code, "exclude", "set_confidentiality"} & held
    assert case.reference not in client.get(reverse("worklist")).content.decode()
    assert len(held) < len(RIGHTS) / 2


def test_it_ends_by_itself(world, case, at):
    ask(world, case, at)
    over(at)
    assert not access.can_see_at_all(fresh(world, "caseworker2"), case.pk)
    own = world.client("caseworker2").get(reverse("emergency")).content.decode()
    assert "You cannot see it any more" in own
    assert case.reference not in own


@pytest.mark.parametrize("what", ["absent", "excluded", "sealed", "foreign"])
def test_what_may_not_be_opened_is_answered_like_what_is_not_there(world, case, at, what):
    who, reference = "caseworker2", case.reference
    if what == "excluded":
        exclude(case, actor=world.supervisor, at=at, reason="named", person=world.caseworker2)
    if what == "sealed":
        change_confidentiality(
            case, actor=world.supervisor, at=at, level="sealed", reason="insider_risk"
        )
    if what == "foreign":
        who = "other_caseworker"
    if what == "absent":
        reference = new_reference()
    client = world.client(who)
    answers = [
        client.post(reverse("emergency"), {"reference": one, "reason": WHY})
        for one in (reference, NOWHERE)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert sorted(answers[0].headers.items()) == sorted(answers[1].headers.items())
    assert not EmergencyAccess.objects.exists()
    assert not CaseUserGrant.objects.filter(permission__codename="emergency").exists()


def test_a_restricted_case_opens_and_stays_restricted(world, case, at):
    change_confidentiality(
        case, actor=world.supervisor, at=at, level="restricted", reason="insider_risk"
    )
    ask(world, case, at, who="supervisor2")
    held = access.rights_on(fresh(world, "supervisor2"), case)
    assert SEE_CASE.code in held
    assert not {"review_emergency", "set_confidentiality", "exclude", "see_access"} & held
    assert [i.user for i in InboxItem.objects.filter(kind="emergency_to_review")] == [
        world.supervisor
    ]


def test_what_stands_in_the_way_says_nothing_of_the_case(world, case, at):
    for reason in ("", "urgent", "x" * 40, "a b c d"):
        with pytest.raises(Refused):
            ask(world, case, at, reason=reason)
    client = world.client("caseworker2")
    url = reverse("emergency")
    wrong = client.post(url, {"reference": "nonsense", "reason": WHY})
    assert wrong.status_code == 422
    assert WHY in wrong.content.decode()  # what was typed is kept
    for who in ("intake", "provider", "responder", "auditor", "administrator", "superuser"):
        assert world.client(who).post(url, {"reference": NOWHERE}).status_code == 403
        with pytest.raises(Forbidden):
            ask(world, case, at, who=who)
    with pytest.raises(Refused):  # they see it already
        ask(world, case, at, who="caseworker")
    # An unreviewed one blocks the next, and says so before it looks.
    ask(world, case, at)
    for one in (assigned(world, at=at).reference, NOWHERE):
        blocked = client.post(url, {"reference": one, "reason": WHY})
        assert blocked.status_code == 422
        assert "has not been reviewed yet" in blocked.content.decode()


def test_another_person_reviews_it_and_nobody_their_own(world, case, at):
    row = ask(world, case, at)
    client = world.client("supervisor")
    assert "Caseworker2" in client.get(reverse("emergency_reviews")).content.decode()
    page = reverse("case_emergency", args=[case.reference, row.pk])
    assert WHY in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422
    client.post(page, {"justified": "no"})
    row.refresh_from_db()
    assert (row.reviewed_by, row.justified, row.ended_by) == (
        world.supervisor,
        False,
        world.supervisor,
    )
    assert not access.can_see_at_all(fresh(world, "caseworker2"), case.pk)
    assert "Nothing waits" in client.get(reverse("emergency_reviews")).content.decode()
    with pytest.raises(Refused):
        review_emergency(row, actor=world.supervisor2, at=at, justified=True)
    again = ask(world, case, at)
    with acting_as(world.supervisor):  # even as a supervisor of the case
        access.grant_person(case, "decide", world.caseworker2, reason="x", at=at)
        group = RoleGroup.of(world.authority, Role.SUPERVISOR)
        Membership.objects.create(user=world.caseworker2, group=group)
    with pytest.raises(Refused, match="objection"):
        review_emergency(again, actor=fresh(world, "caseworker2"), at=at, justified=True)
    for who, refusal in (("caseworker", Forbidden), ("other_supervisor", Hidden)):
        with pytest.raises(refusal):
            review_emergency(again, actor=world.users[who], at=at, justified=True)


def test_a_supervisor_ends_it_at_once_and_so_does_its_person(world, case, at):
    row = ask(world, case, at)
    url = reverse("case_emergency_end", args=[case.reference, row.pk])
    assert world.client("caseworker").post(url).status_code == 403
    assert world.client("caseworker2").post(url)["Location"] == reverse("emergency")
    assert (
        world.client("caseworker2").get(reverse("case", args=[case.reference])).status_code == 404
    )
    with pytest.raises(Refused):
        end_emergency(row, actor=world.supervisor, at=at)
    review_emergency(row, actor=world.supervisor, at=at, justified=True)
    second = ask(world, case, at)
    end_emergency(second, actor=world.supervisor, at=at)
    assert not access.can_see_at_all(fresh(world, "caseworker2"), case.pk)


def test_the_review_is_due_after_two_working_days():
    profile = load_profile("uk")
    calendar = profile.calendar_for("england_and_wales")
    rule = profile.emergency_access
    assert rule.review_working_days == 2
    assert review_due(date(2026, 11, 25), rule, calendar) == date(2026, 11, 27)
    assert review_due(date(2026, 11, 27), rule, calendar) == date(2026, 12, 1)
    assert review_due(date(2026, 12, 24), rule, calendar) == date(2026, 12, 30)


def test_a_program_reviews_and_only_a_person_asks(world, case, at):
    calls = api(world.caseworker2)
    body = {"reference": case.reference, "reason": WHY}
    refused = calls.post("/api/v1/emergencies/opening/", body, format="json")
    assert refused.status_code == 403
    row = ask(world, case, at)
    assert calls.get("/api/v1/emergencies/").json()["results"][0]["stands"] == "running"
    reads = api(world.supervisor)
    (waiting,) = reads.get("/api/v1/emergencies/to-review/").json()["results"]
    assert waiting["reference"] == case.reference
    where = f"/api/v1/cases/{case.reference}/emergencies/"
    assert len(reads.get(where).json()["results"]) == 1
    assert reads.get(f"{where}{row.pk}/").json()["reason"] == WHY
    told = reads.put(f"{where}{row.pk}/", {"justified": True}, format="json").json()
    assert (told["stands"], told["justified"]) == ("reviewed", True)
    assert reads.post(f"{where}{row.pk}/end/").status_code == 204
    assert reads.post(f"{where}{row.pk}/end/").status_code == 422


def test_a_person_asks_by_rest_from_their_session(world, case):
    client = by_session(world.caseworker2)
    body = {"reference": case.reference, "reason": WHY}
    made = client.post("/api/v1/emergencies/opening/", body, format="json")
    assert made.status_code == 201
    assert made.json()["stands"] == "running"
