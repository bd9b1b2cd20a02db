"""Bringing an organisation near, what it sees then, and who has looked."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.actions.assigning import bring_near, take_away
from cases.actions.sharing import record_consent
from cases.models import Case, CaseGroupGrant, InboxItem
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from protection.actions.services import end_service, note_need, refer
from tests.casework.people import IDENTIFYING, assigned
from tests.intake.answers import FULL


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def access(case):
    return reverse("case_access", args=[case.reference])


def test_a_supervisor_brings_a_provider_near_and_takes_it_away(world, case):
    supervisor, provider = world.client("supervisor"), world.client("provider")
    summary = reverse("case_summary", args=[case.reference])
    assert provider.get(summary).status_code == 404
    done = supervisor.post(access(case), {"organisation": world.provider_house.pk})
    assert done["Location"] == access(case)
    page = provider.get(reverse("near_cases")).content.decode()
    assert case.pseudonym in page
    assert "Contact only by telephone" in page
    assert InboxItem.objects.filter(user=world.provider, kind="case_brought_near").count() == 1
    assert "Harbour House" in supervisor.get(access(case)).content.decode()
    end = reverse("case_access_end", args=[case.reference, world.provider_house.pk])
    assert provider.post(end).status_code == 403
    supervisor.post(end)
    assert provider.get(summary).status_code == 404
    assert "No case is shared" in provider.get(reverse("near_cases")).content.decode()
    assert {"case.brought_near", "case.taken_away"} <= set(
        Event.objects.values_list("verb", flat=True)
    )


def test_a_provider_sees_how_to_reach_the_person_and_nothing_of_the_referral(world, case, at):
    bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    text = (
        world.client("provider")
        .get(reverse("case_summary", args=[case.reference]))
        .content.decode()
    )
    assert case.reference in text
    assert "Telephone" in text
    assert "Not safe" in text
    for hidden in (*IDENTIFYING, "Papers taken", "lighthouse", "Hearings", "false document"):
        assert hidden not in text


def test_a_liaison_sees_the_hearings_and_not_what_is_alleged(world, case, at):
    bring_near(case, actor=world.supervisor, at=at, organisation=world.prosecution)
    text = (
        world.client("liaison").get(reverse("case_summary", args=[case.reference])).content.decode()
    )
    assert "14 December 2026" in text
    assert "Plea" in text
    for hidden in (*IDENTIFYING, "false document", "Papers taken"):
        assert hidden not in text
    listed = world.client("liaison").get(reverse("near_cases")).content.decode()
    assert "14 December 2026" in listed


@pytest.mark.parametrize("organisation", ["police", "other_authority", "oversight"])
def test_only_a_provider_or_a_prosecution_can_be_brought_near(world, case, at, organisation):
    with pytest.raises(Refused):
        bring_near(case, actor=world.supervisor, at=at, organisation=getattr(world, organisation))
    answer = world.client("supervisor").post(
        access(case), {"organisation": getattr(world, organisation).pk}
    )
    assert answer.status_code == 422
    assert "Choose an organisation from the list" in answer.content.decode()


def test_a_caseworker_brings_nobody_near(world, case, at):
    with pytest.raises(Forbidden):
        bring_near(case, actor=world.caseworker, at=at, organisation=world.provider_house)


def test_what_a_referral_gave_is_not_ended_here(world, case, at):
    for organisation in (world.police, world.provider_house):
        with pytest.raises(Refused):
            take_away(case, actor=world.supervisor, at=at, organisation=organisation)
    end = reverse("case_access_end", args=[case.reference, world.police.pk])
    assert world.client("supervisor").post(end).status_code == 422
    nowhere = reverse("case_access_end", args=[case.reference, uuid4()])
    assert world.client("supervisor").post(nowhere).status_code == 404
    assert world.client("supervisor").get(end).status_code == 405


def test_access_beside_a_service_is_ended_and_what_the_service_needs_stays(world, case, at):
    by = {"actor": world.supervisor, "at": at}
    record_consent(
        case,
        **by,
        purpose="support",
        recipient_kind="provider",
        answer="agreed",
        given_on=timezone.localdate(at),
        language="sq",
        interpreter="none",
    )
    need = note_need(case, **by, code="accommodation", urgency="soon")
    house = world.provider_house
    service = refer(need, **by, organisation=house.pk)
    # What the service gives is not ended beside it.
    with pytest.raises(Refused) as refused:
        take_away(case, **by, organisation=house)
    assert "for a service" in refused.value.objections[0].text
    bring_near(case, **by, organisation=house)
    take_away(case, **by, organisation=house)
    (grant,) = CaseGroupGrant.objects.filter(group__role_group__organisation=house)
    assert (grant.reason, grant.ends_at) == ("service", None)
    summary = reverse("case_summary", args=[case.reference])
    assert world.client("provider").get(summary).status_code == 200
    # With the service it goes.
    end_service(service, **by, reason=case.profile.support.exit_codes[0].code)
    assert not CaseGroupGrant.objects.filter(group__role_group__organisation=house).exists()
    assert world.client("provider").get(summary).status_code == 404


def test_the_access_page_says_why_each_person_can_see_the_case(world, case):
    text = world.client("supervisor").get(access(case)).content.decode()
    # The table names who can; about whom may be asked, a closed account among them, stands below.
    table = text[text.index("<tbody") : text.index("</tbody>")]
    assert "The case was given to them" in table
    assert "Their organisation referred the case" in table
    assert "Lead" in table
    assert "Inactive" not in table


def test_the_access_log_names_the_reason_of_each_reveal(world, case):
    world.client("caseworker").get(reverse("case", args=[case.reference]))
    world.client("caseworker").post(
        reverse("show_identity", args=[case.reference]),
        {"purpose": "other", "reason": "The coroner asks", "key": str(uuid4())},
    )
    supervisor = world.client("supervisor")
    text = supervisor.get(access(case)).content.decode()
    assert "Another reason: The coroner asks" in text
    assert "Case page opened" in text
    only = supervisor.get(access(case) + "?log=identity").content.decode()
    only = only[only.index("Each look") :]  # above stand the people, with all that they did
    assert "The coroner asks" in only
    assert "Case page opened" not in only
    # The reason is read on this page alone.
    for name in ("case", "case_timeline"):
        page = world.client("caseworker").get(reverse(name, args=[case.reference]))
        assert "coroner" not in page.content.decode()


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_of_near_cases_costs_the_same_for_25_and_for_50(world, at):
    def share(number):
        for _ in range(number):
            case = world.assigned_case()
            bring_near(case, actor=world.supervisor, at=at, organisation=world.prosecution)

    share(25)
    before = cost(world.client("liaison"), reverse("near_cases"))
    share(25)
    assert cost(world.client("liaison"), reverse("near_cases")) == before == 11
    page = world.client("liaison").get(reverse("near_cases"))
    second = world.client("liaison").get(page.context["next_url"])
    shown = [line.case.pk for line in [*page.context["cases"], *second.context["cases"]]]
    assert len(set(shown)) == len(shown) == Case.objects.count() == 50
