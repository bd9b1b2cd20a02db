"""A service goes from the need to its end: nobody is referred without their consent or a reason
that a supervisor reads, and a provider sees those who are with it, and as little as it needs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.assigning import bring_near
from cases.actions.confidentiality import change_confidentiality
from cases.actions.excluding import exclude
from cases.actions.sharing import record_consent, withdraw_consent
from cases.models import Case, CaseGroupGrant, InboxItem, Note
from cases.rights import PROVIDE, SEE_SUMMARY
from nrm.accounts.models import Organisation
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.services import (
    answer,
    end_service,
    note_need,
    read_override,
    refer,
    refer_without_consent,
)
from protection.models import Override, Service
from protection.selectors.services import find_service, referred_to, services_of
from tests.api.tools import api
from tests.casework.people import IDENTIFYING, assigned
from tests.intake.answers import FULL
from tests.world import person

WHY = "She was thrown out tonight and has nowhere to sleep."


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def agree(world, case, at, *, said="agreed", purpose="support", ends_on=None, who="caseworker"):
    return record_consent(
        case,
        actor=world.users[who],
        at=at,
        purpose=purpose,
        recipient_kind="provider",
        answer=said,
        given_on=timezone.localdate(at),
        language="sq",
        interpreter="by_telephone",
        ends_on=ends_on,
    )


def need(world, case, at, code="accommodation"):
    return note_need(case, actor=world.caseworker, at=at, code=code, urgency="soon")


def referred(world, case, at, code="accommodation"):
    agree(world, case, at)
    house = world.provider_house.pk
    return refer(need(world, case, at, code), actor=world.caseworker, at=at, organisation=house)


def seen_by(world, name="provider"):
    """What this provider's people are shown, by the application and by the database alone."""
    at = timezone.now()
    with acting_as(world.users[name]):
        shown = set(referred_to(world.users[name], at=at).values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM protection_service")
            assert {pk for (pk,) in cursor.fetchall()} == shown
        return shown


def refusals(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return {one.field: one.text for one in refused.value.objections}


def test_a_provider_is_shown_what_the_service_needs_and_nothing_else_of_the_case(world, case, at):
    Case.objects.filter(pk=case.pk).update(language="sq", interpreter_needed=True)
    row = referred(world, case, at)
    assert seen_by(world) == {row.pk}
    page = world.client("provider").get(reverse("referred_person", args=[row.pk]))
    text = page.content.decode()
    for shown in (
        case.pseudonym,
        "Safe accommodation",
        "Albanian: interpreter needed",
        "Within days",
        "Safe",
    ):
        assert shown in text
    for hidden in (*IDENTIFYING, case.reference, world.profile.stage(case.stage).label):
        assert str(hidden) not in text
    listed = world.client("provider").get(reverse("referred")).content.decode()
    assert case.pseudonym in listed
    assert case.reference not in listed
    # The case itself stays closed to them.
    for name in ("case", "case_support", "case_timeline"):
        assert world.client("provider").get(reverse(name, args=[case.reference])).status_code == 403
    with acting_as(world.provider):
        assert not Note.objects.exists()


def test_another_provider_and_the_police_see_nobody(world, case, at):
    row = referred(world, case, at)
    far = Organisation.objects.create(name="Far House", kind="provider", profile="uk")
    world.users["far"] = person("far@example.org", Role.PROTECTION_PROVIDER, far)
    assert seen_by(world, "far") == set()
    assert world.client("far").get(reverse("referred_person", args=[row.pk])).status_code == 404
    assert world.client("responder").get(reverse("referred")).status_code == 403
    with pytest.raises(Hidden):
        answer(row, actor=world.far, at=at, answer="accept")


def test_nobody_is_referred_without_consent_to_exactly_this(world, case, at):
    row = need(world, case, at)
    by = {"actor": world.caseworker, "at": at, "organisation": world.provider_house.pk}
    assert "not agreed" in refusals(refer, row, **by)["organisation"]
    agree(world, case, at, purpose="health")
    assert "not agreed" in refusals(refer, row, **by)["organisation"]
    agree(world, case, at, said="declined")
    assert "not agreed" in refusals(refer, row, **by)["organisation"]
    assert find_service(case, row.pk, at=at).state == "needed"
    later = at + timedelta(minutes=1)
    agree(world, case, later)
    assert find_service(case, row.pk, at=later).state == "consented"
    refer(row, **{**by, "at": later})
    assert seen_by(world) == {row.pk}


def test_the_database_keeps_no_service_with_a_provider_that_rests_on_nothing(world, case, at):
    row = need(world, case, at)
    with pytest.raises(IntegrityError, match="service_rests_on_consent"), transaction.atomic():
        Service.objects.filter(pk=row.pk).update(
            state="referred", organisation=world.provider_house, referred_at=at
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT state FROM protection_service WHERE id = %s", [row.pk])
        assert cursor.fetchone() == ("needed",)


def test_without_consent_a_reason_is_needed_which_supervisors_are_told_to_read(world, case, at):
    row = need(world, case, at)
    by = {"actor": world.caseworker, "at": at, "organisation": world.provider_house.pk}
    assert "reason" in refusals(refer_without_consent, row, reason="  ", **by)
    row = refer_without_consent(row, reason=WHY, **by)
    assert seen_by(world) == {row.pk}
    told = InboxItem.objects.filter(kind="service_overridden").values_list("user", flat=True)
    assert set(told) == {world.supervisor.pk, world.supervisor2.pk}
    page = world.client("supervisor").get(reverse("service", args=[case.reference, row.pk]))
    assert WHY in page.content.decode()
    # Sealed where it lies, and not for the provider.
    assert WHY.encode() not in bytes(Override.objects.get(service=row).reason)
    with acting_as(world.provider):
        assert not Override.objects.exists()
    with pytest.raises(Forbidden):
        read_override(row, actor=world.caseworker, at=at)
    read_override(row, actor=world.supervisor, at=at)
    assert Override.objects.get(service=row).seen_by == world.supervisor
    assert refusals(read_override, row, actor=world.supervisor2, at=at)


def test_a_supervisor_does_not_read_their_own_reason(world, case, at):
    row = need(world, case, at)
    house = world.provider_house.pk
    row = refer_without_consent(row, actor=world.supervisor, at=at, organisation=house, reason=WHY)
    assert "Another supervisor" in refusals(read_override, row, actor=world.supervisor, at=at)[None]
    read_override(row, actor=world.supervisor2, at=at)


@pytest.mark.parametrize(
    ("steps", "stays"),
    [
        (["accept", "start", "hold", "start", "complete"], False),
        (["waitlist", "accept", "start"], True),
        (["decline"], False),
        (["start", "end"], False),
    ],
)
def test_a_provider_answers_and_loses_sight_when_it_is_over(world, case, at, steps, stays):
    row = referred(world, case, at)
    why = {"decline": "no_place", "hold": "person_away", "end": "moved_on"}
    for number, step in enumerate(steps):
        assert seen_by(world) == {row.pk}
        moment = at + timedelta(days=number)
        answer(row, actor=world.provider, at=moment, answer=step, reason=why.get(step, ""))
    assert seen_by(world) == ({row.pk} if stays else set())
    for right in (PROVIDE, SEE_SUMMARY):
        with acting_as(world.provider):
            assert Case.objects.visible_to(world.provider, right).exists() is stays
    line = find_service(case, row.pk, at=at)
    assert line.row.is_over is not stays
    assert InboxItem.objects.filter(user=world.caseworker, kind="service_answered").count() == len(
        steps
    )
    told = Event.objects.filter(verb="service.answered", case_id=case.pk)
    assert [event.data["answer"] for event in told.order_by("id")] == steps


def test_an_answer_that_is_not_possible_or_says_no_reason_is_refused(world, case, at):
    row = referred(world, case, at)
    by = {"actor": world.provider, "at": at}
    assert "answer" in refusals(answer, row, answer="complete", **by)
    assert "answer" in refusals(answer, row, answer="needed", **by)
    assert "why_decline" in refusals(answer, row, answer="decline", reason="", **by)
    assert "why_decline" in refusals(answer, row, answer="decline", reason="moved_on", **by)
    answer(row, actor=world.provider, at=at, answer="decline", reason="no_place")
    with pytest.raises(Hidden):
        answer(row, actor=world.provider, at=at, answer="accept")


def test_a_provider_changes_nothing_but_by_an_answer(world, case, at):
    row = referred(world, case, at)
    with acting_as(world.provider):
        assert Service.objects.filter(pk=row.pk).update(state="active") == 0
        with connection.cursor() as cursor:
            for state in ("needed", "referred"):
                cursor.execute("SELECT protection_answer(%s, %s, '', now())", [row.pk, state])
                assert cursor.fetchone() == (False,)
    with acting_as(world.caseworker), connection.cursor() as cursor:
        cursor.execute("SELECT protection_answer(%s, 'active', '', now())", [row.pk])
        assert cursor.fetchone() == (False,)


def test_withdrawing_consent_ends_the_services_that_rest_on_it_at_once(world, case, at):
    consent = agree(world, case, at)
    house = world.provider_house.pk
    by = {"actor": world.caseworker, "at": at}
    rests = refer(need(world, case, at), organisation=house, **by)
    health = agree(world, case, at, purpose="health")
    other = refer(need(world, case, at, "medical"), organisation=house, **by)
    withdraw_consent(consent, **by)
    assert seen_by(world) == {other.pk}
    line = find_service(case, rests.pk, at=at)
    assert (line.state, line.reason) == ("exited", "The person withdrew their consent")
    assert InboxItem.objects.filter(user=world.provider, kind="service_ended").count() == 1
    later = at + timedelta(minutes=1)
    agree(world, case, later, said="declined", purpose="health")
    assert health.pk
    assert seen_by(world) == set()
    ended = Event.objects.filter(verb="service.ended", case_id=case.pk)
    assert {event.object_id for event in ended} == {rests.pk, other.pk}


def test_a_consent_with_a_last_day_hides_the_person_after_it(world, case, at):
    day = timezone.localdate(at)
    agree(world, case, at, ends_on=day)
    house = world.provider_house.pk
    row = refer(need(world, case, at), actor=world.caseworker, at=at, organisation=house)
    assert row.until is not None
    assert row.until.date() >= day
    Service.objects.filter(pk=row.pk).update(until=at - timedelta(seconds=1))
    assert seen_by(world) == set()
    # The person agrees again: it rests on that.
    agree(world, case, at + timedelta(minutes=1))
    assert seen_by(world) == {row.pk}


def test_a_restricted_case_is_hidden_from_its_provider_until_it_is_open_again(world, case, at):
    row = referred(world, case, at)
    by = {"actor": world.supervisor, "at": at}
    change_confidentiality(case, level="restricted", reason="insider_risk", people=set(), **by)
    assert seen_by(world) == set()
    case.refresh_from_db()
    waits = need(world, case, at, "counselling")
    house = world.provider_house.pk
    told = refusals(refer, waits, actor=world.caseworker, at=at, organisation=house)
    assert "named" in told[None]
    change_confidentiality(case, level="normal", reason="ended", people=set(), **by)
    assert seen_by(world) == {row.pk}


def test_a_provider_that_is_excluded_is_neither_asked_nor_shown(world, case, at):
    row = referred(world, case, at)
    exclude(case, actor=world.supervisor, at=at, reason="named", organisation=world.provider_house)
    assert seen_by(world) == set()
    end_service(row, actor=world.caseworker, at=at, reason="not_needed")
    house = world.provider_house.pk
    waits = need(world, case, at)
    assert "organisation" in refusals(
        refer, waits, actor=world.caseworker, at=at, organisation=house
    )


def test_an_end_by_the_caseworker_leaves_what_was_given_for_another_reason(world, case, at):
    bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    row = referred(world, case, at)
    end_service(row, actor=world.caseworker, at=at, reason="not_needed")
    assert seen_by(world) == set()
    reasons = CaseGroupGrant.objects.filter(
        content_object=case, group__role_group__organisation=world.provider_house
    )
    assert list(reasons.values_list("reason", flat=True)) == ["brought_near"]
    assert refusals(end_service, row, actor=world.caseworker, at=at, reason="not_needed")


def test_whoever_is_asked_next_learns_nothing_of_who_declined(world, case, at):
    row = referred(world, case, at)
    answer(row, actor=world.provider, at=at, answer="decline", reason="not_safe")
    far = Organisation.objects.create(name="Far House", kind="provider", profile="uk")
    world.users["far"] = person("far@example.org", Role.PROTECTION_PROVIDER, far)
    again = refer(need(world, case, at), actor=world.caseworker, at=at, organisation=far.pk)
    assert seen_by(world, "far") == {again.pk}
    text = world.client("far").get(reverse("referred_person", args=[again.pk])).content.decode()
    assert "Harbour House" not in text
    # As an answer that they could give, and not as one that was given.
    assert text.count("It would not be safe here") == 1


def test_waiting_is_told_and_when_it_is_long(world, case, at):
    row = referred(world, case, at)
    line = find_service(case, row.pk, at=at + timedelta(days=5))
    assert (line.waiting, line.late) == ("Waiting for 5 days", False)
    line = find_service(case, row.pk, at=at + timedelta(days=6))
    assert (line.waiting, line.late) == ("Waiting for 6 days", True)
    answer(row, actor=world.provider, at=at + timedelta(days=6), answer="start")
    line = find_service(case, row.pk, at=at + timedelta(days=60))
    assert (line.waiting, line.late) == ("Waited 6 days", False)


def test_a_need_is_noted_once_and_knows_its_service(world, case, at):
    need(world, case, at)
    by = {"actor": world.caseworker, "at": at}
    told = refusals(note_need, case, code="accommodation", urgency="soon", **by)
    assert "noted already" in told["code"]
    assert set(refusals(note_need, case, code="gold", urgency="never", **by)) == {"code", "urgency"}
    assert len(services_of(case, at=at)) == 1
    with pytest.raises(Hidden):
        note_need(case, actor=world.caseworker2, at=at, code="medical", urgency="now")


def test_each_step_on_the_pages(world, case, at):
    worker, house = world.client("caseworker"), world.client("provider")
    add = reverse("service_add", args=[case.reference])
    empty = worker.post(add)
    assert empty.status_code == 422
    assert "Select what the person needs" in empty.content.decode()
    page = worker.post(add, {"code": "accommodation", "urgency": "now"}, follow=True)
    assert "The person has not agreed to this" in page.content.decode()
    row = Service.objects.get()
    own = reverse("service", args=[case.reference, row.pk])
    no_reason = worker.post(own, {"organisation": world.provider_house.pk})
    assert no_reason.status_code == 422
    assert "cannot wait" in no_reason.content.decode()
    agree(world, case, timezone.now())
    sent = worker.post(own, {"organisation": world.provider_house.pk}, follow=True)
    assert "Referred, not answered" in sent.content.decode()
    theirs = reverse("referred_person", args=[row.pk])
    missing = house.post(theirs, {"answer": "decline", "why_decline": ""})
    assert missing.status_code == 422
    assert "Select why" in missing.content.decode()
    gone = house.post(theirs, {"answer": "decline", "why_decline": "no_place"}, follow=True)
    assert "You do not see the person now" in gone.content.decode()
    assert house.get(theirs).status_code == 404
    over = worker.get(reverse("case_support", args=[case.reference])).content.decode()
    assert "Declined" in over
    assert "No place is free" in over
    end = reverse("service_end", args=[case.reference, row.pk])
    assert "ended already" in worker.post(end, {"reason": "not_needed"}).content.decode()


def test_by_rest_as_on_the_pages(world, case, at):
    worker, house = api(world.caseworker), api(world.provider)
    base = reverse("api_services", args=[case.reference])
    made = worker.post(base, {"code": "accommodation", "urgency": "now"})
    assert (made.status_code, made.json()["state"]) == (201, "needed")
    one = f"{base}{made.json()['id']}/"
    body = {"organisation": str(world.provider_house.pk)}
    assert worker.post(f"{one}referral/", body).status_code == 422
    sent = worker.post(f"{one}referral/", {**body, "without_consent": WHY})
    assert (sent.status_code, sent.json()["without_consent"]) == (200, True)
    assert worker.get(one).json()["why_without_consent"] == WHY
    read = api(world.supervisor).post(f"{one}reason/")
    assert read.json()["reason_was_read"] is True
    listed = house.get(reverse("api_referred")).json()["results"]
    assert [row["pseudonym"] for row in listed] == [case.pseudonym]
    theirs = f"/api/v1/referred/{made.json()['id']}/"
    assert house.get(theirs).json()["answers"] == ["accept", "waitlist", "decline", "start"]
    told = house.post(f"{theirs}answer/", {"answer": "start"})
    assert told.json()["state"] == "active"
    assert worker.get(base).json()["results"][0]["state"] == "active"
    ended = worker.post(f"{one}end/", {"reason": "moved_on"})
    assert ended.json()["state"] == "exited"
    assert house.get(theirs).status_code == 404
