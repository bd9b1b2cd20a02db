"""What it takes to open an account or to give a role: two administrators. A hostile one tries to do
it alone."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import InboxItem
from nrm.accounts import actions, throttle
from nrm.accounts import role_requests as requests
from nrm.accounts.models import Membership, Organisation, RoleGroup, RoleRequest, User
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from tests.world import confirmed, person, second_administrator, signed_in


@pytest.fixture
def second(world):
    return second_administrator()


def account(world, at, **more):
    """An account of a supervisor, as the administrator asks for it."""
    said = {"email": "new@example.org", "display_name": "N. Ewcomer", "role": Role.SUPERVISOR}
    return requests.ask_for_account(
        world.authority, actor=world.administrator, at=at, **{**said, **more}
    )


def role(world, at, user=None, role=Role.SUPERVISOR):
    return requests.ask_for_role(
        user or world.caseworker,
        actor=world.administrator,
        at=at,
        organisation=world.authority,
        role=role,
    )


def inbox(kind):
    return list(InboxItem.objects.filter(kind=kind).values_list("user_id", flat=True))


def test_one_administrator_alone_opens_no_account_and_sees_no_link(world, second):
    client = signed_in(world.administrator)
    page = client.post(
        f"/administration/organisations/{world.authority.pk}/accounts/new/",
        {"display_name": "N. Ewcomer", "email": "new@example.org", "role": "supervisor"},
        follow=True,
    )
    text = page.content.decode()
    assert "Another administrator confirms it" in text
    assert "/welcome/" not in text
    assert 'value="confirm"' not in text
    assert not User.objects.filter(email="new@example.org").exists()
    asked = f"/administration/requests/{RoleRequest.objects.get().pk}/"
    answer = client.post(asked, {"do": "confirm"})
    assert answer.status_code == 403
    assert not User.objects.filter(email="new@example.org").exists()
    assert not Event.objects.filter(verb="account.added").exists()
    # The other one is told, confirms, and alone gets the link.
    assert inbox("role_asked") == [second.pk]
    theirs = signed_in(second)
    assert "N. Ewcomer" in theirs.get("/administration/requests/").content.decode()
    link = re.search(r"/welcome/[^<\s]+", theirs.post(asked, {"do": "confirm"}).content.decode())
    assert link
    assert User.objects.get(email="new@example.org").roles == {"supervisor"}
    assert inbox("role_confirmed") == [world.administrator.pk]
    for answer in (client.get(asked), client.post(asked, {"do": "confirm"}), client.get(
            "/administration/requests/")):  # fmt: skip
        assert "/welcome/" not in answer.content.decode()
    # A link that was lost is made anew, until the owner has a password.
    assert "Make another link" in theirs.get(asked).content.decode()
    newcomer = User.objects.get(email="new@example.org")
    newcomer.set_password("four good long words")
    newcomer.save()
    again = theirs.post(asked, {"do": "confirm"}, follow=True)
    assert "/welcome/" not in again.content.decode()


@pytest.mark.parametrize("given", list(Role))
def test_role_of_any_kind_waits_for_another_administrator(world, at, second, given):
    house = {
        Role.PROTECTION_PROVIDER: world.provider_house,
        Role.PROSECUTION_LIAISON: world.prosecution,
        Role.FIRST_RESPONDER: world.police,
        Role.RESPONDER_LEAD: world.police,
        Role.AUDITOR: world.oversight,
    }.get(given, world.authority)
    user = User.objects.create(email="new@example.org", display_name="N. Ewcomer")
    asked = requests.ask_for_role(
        user, actor=world.administrator, at=at, organisation=house, role=given
    )
    assert not Membership.objects.filter(user=user).exists()
    with pytest.raises(Forbidden):
        requests.confirm_request(asked, actor=world.administrator, at=at)
    assert not Membership.objects.filter(user=user).exists()
    confirmed(asked, at=at)
    assert User.objects.get(pk=user.pk).roles == {given}
    assert inbox("role_given") == [user.pk]
    events = Event.objects.filter(verb__in=("role.asked", "role_request.confirmed", "role.given"))
    told = {(event.verb, event.actor_id) for event in events}
    assert told == {
        ("role.asked", world.administrator.pk),
        ("role_request.confirmed", second.pk),
        ("role.given", second.pk),
    }


def test_nobody_confirms_what_is_theirs_and_only_administrators_confirm(world, at, second):
    third = person("third@example.org", Role.ADMINISTRATOR, world.oversight)
    asked = role(world, at, user=third, role=Role.ADMINISTRATOR)
    for actor in (third, world.administrator, world.supervisor, world.auditor):
        with pytest.raises(Forbidden):
            requests.confirm_request(asked, actor=actor, at=at)
    assert inbox("role_asked") == [second.pk]
    with pytest.raises(Forbidden):
        requests.decline_request(asked, actor=world.supervisor, at=at)


def test_declined_request_gives_nothing_and_who_asked_is_told(world, at, second):
    asked = account(world, at)
    page = f"/administration/requests/{asked.pk}/"
    assert signed_in(second).post(page, {"do": "decline"}).status_code == 302
    assert inbox("role_declined") == [world.administrator.pk]
    assert Event.objects.get(verb="role_request.declined").actor_id == second.pk
    with pytest.raises(Refused):
        requests.confirm_request(asked, actor=second, at=at)
    assert not User.objects.filter(email="new@example.org").exists()
    # It can be asked for again, and taken back by who asked.
    again = account(world, at)
    mine = signed_in(world.administrator)
    assert b"Take it back" in mine.get(f"/administration/requests/{again.pk}/").content
    mine.post(f"/administration/requests/{again.pk}/", {"do": "decline"})
    with pytest.raises(Refused):
        requests.confirm_request(again, actor=second, at=at)


def test_confirmed_request_is_not_declined_and_not_confirmed_by_a_third(world, at, second):
    asked = role(world, at)
    confirmed(asked, at=at)
    third = person("third@example.org", Role.ADMINISTRATOR, world.oversight)
    for decide in (requests.confirm_request, requests.decline_request):
        with pytest.raises(Refused):
            decide(asked, actor=third, at=at)
    confirmed(asked, at=at)  # repeated, it changes nothing
    assert world.caseworker.memberships.count() == 2
    assert inbox("role_confirmed") == [world.administrator.pk]


def test_what_has_changed_since_it_was_asked_is_judged_again(world, at, second):
    asked = account(world, at)
    for later, why in ((timedelta(days=14), "expired"), (timedelta(), "asker_left")):
        if why == "asker_left":
            Membership.objects.filter(user=world.administrator).delete()
        with pytest.raises(Refused) as refusal:
            requests.confirm_request(asked, actor=second, at=at + later)
        assert [o.code for o in refusal.value.objections] == [why]
    assert not requests.waiting(at=at + timedelta(days=14)).exists()
    Membership.objects.create(user=world.administrator, group=second.memberships.get().group)
    User.objects.create(email="NEW@example.org", display_name="Somebody else")
    with pytest.raises(Refused) as refusal:
        requests.confirm_request(asked, actor=second, at=at)
    assert [o.field for o in refusal.value.objections] == ["email"]
    asked = role(world, at)
    Organisation.objects.filter(pk=world.authority.pk).update(is_active=False)
    page = signed_in(second).post(f"/administration/requests/{asked.pk}/", {"do": "confirm"})
    assert "This organisation is closed" in page.content.decode()
    assert world.caseworker.memberships.count() == 1


def test_two_requests_that_do_not_go_together_are_not_both_confirmed(world, at, second):
    user = User.objects.create(email="new@example.org", display_name="N. Ewcomer")
    both = [role(world, at, user=user, role=each) for each in (Role.ADMINISTRATOR, Role.SUPERVISOR)]
    confirmed(both[0], at=at)
    with pytest.raises(Refused) as refusal:
        confirmed(both[1], at=at)
    assert [o.code for o in refusal.value.objections] == ["administrator_and_cases"]


def test_asked_twice_it_is_one_request_and_what_is_held_is_not_asked_for(world, at, second):
    account(world, at)
    with pytest.raises(Refused):
        account(world, at, email="New@example.org")
    role(world, at)
    with pytest.raises(Refused):
        role(world, at)
    with pytest.raises(Refused):
        role(world, at, role=Role.CASEWORKER)
    assert RoleRequest.objects.count() == 2


def test_database_itself_refuses_a_role_that_its_asker_confirmed(world, at):
    asked = role(world, at)
    own = {"state": "confirmed", "decided_by": world.administrator, "decided_at": at}
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=asked.pk).update(**own)


def test_account_that_is_opened_again_has_no_role_until_two_agree(world, at):
    by = {"actor": world.administrator, "at": at}
    actions.close_account(world.supervisor, **by)
    actions.reopen_account(world.supervisor, **by)
    opened = User.objects.get(pk=world.supervisor.pk)
    assert (opened.is_active, opened.roles) == (True, frozenset())
    # Opening one that is open takes nothing away.
    actions.reopen_account(world.caseworker, **by)
    assert world.caseworker.memberships.count() == 1


def test_closed_organisation_is_opened_by_two_who_have_no_role_in_it(world, at, second):
    by = {"actor": world.administrator, "at": at}
    actions.change_organisation(world.authority, name=world.authority.name, is_active=False, **by)
    assert not User.objects.get(pk=world.supervisor.pk).roles
    with pytest.raises(Refused):
        actions.change_organisation(world.authority, name="X", is_active=True, **by)
    client = signed_in(world.administrator)
    where = f"/administration/organisations/{world.authority.pk}/"
    form = client.get(where).context["form"].initial
    sent = {**form, "is_active": "yes"}
    page = client.post(where, sent, follow=True).content.decode()
    assert "Another administrator confirms it" in page
    asked = RoleRequest.objects.get()
    assert asked.opens_organisation
    assert inbox("role_asked") == [second.pk]
    assert not Organisation.objects.get(pk=world.authority.pk).is_active
    assert "This is asked for already" in client.post(where, sent).content.decode()
    # Neither who asked, nor who has a role in it.
    inside = person("inside@example.org", Role.ADMINISTRATOR, world.oversight)
    Membership.objects.create(user=inside, group=RoleGroup.of(world.authority, Role.ADMINISTRATOR))
    for actor in (world.administrator, User.objects.get(pk=inside.pk)):
        with pytest.raises(Forbidden):
            requests.confirm_request(asked, actor=actor, at=at)
    with pytest.raises(Refused) as refused:
        requests.ask_to_open(world.authority, actor=User.objects.get(pk=inside.pk), at=at)
    assert "own" in {one.code for one in refused.value.objections}
    theirs = signed_in(second)
    asking = f"/administration/requests/{asked.pk}/"
    assert "Look through its accounts first" in theirs.get(asking).content.decode()
    assert world.authority.name in theirs.get("/administration/requests/").content.decode()
    theirs.post(asking, {"do": "confirm"})
    assert Organisation.objects.get(pk=world.authority.pk).is_active
    assert User.objects.get(pk=world.supervisor.pk).roles == {"supervisor"}
    events = Event.objects.filter(verb__in=("organisation.opening_asked", "organisation.changed"))
    assert [(one.verb, one.actor_id) for one in events.order_by("id")][1:] == [
        ("organisation.opening_asked", world.administrator.pk),
        ("organisation.changed", second.pk),
    ]
    with pytest.raises(Refused):  # it is open
        requests.ask_to_open(world.authority, **by)


def test_neither_who_asked_nor_who_confirmed_gets_into_the_new_account(world, at, second):
    asked = account(world, at)
    page = f"/administration/requests/{asked.pk}/"
    mine, theirs = signed_in(world.administrator), signed_in(second)
    link = theirs.post(page, {"do": "confirm"}).context["link"]
    code = mine.get(page).context["code"]
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert code in mine.get(page).content.decode()
    for answer in (theirs.get(page), theirs.post(page, {"do": "confirm"})):
        assert code not in answer.content.decode()
    browser = Client()
    where = browser.get(link, follow=True).redirect_chain[-1][0]
    words = {"new_password1": "four good long words", "new_password2": "four good long words"}
    wrong = "0" * 8 if code != "0000-0000" else "1" * 8
    for said in ({}, {"code": wrong}, {"code": code[:4]}):
        assert browser.post(where, {**words, **said}).status_code == 200
        assert not User.objects.get(email="new@example.org").has_usable_password()
    assert browser.post(where, {**words, "code": f" {code.lower()} "}).status_code == 302
    assert User.objects.get(email="new@example.org").has_usable_password()
    assert mine.get(page).context["code"] is None


def test_who_has_the_link_cannot_try_codes_without_end(world, at, second):
    asked = account(world, at)
    page = f"/administration/requests/{asked.pk}/"
    link = signed_in(second).post(page, {"do": "confirm"}).context["link"]
    code = signed_in(world.administrator).get(page).context["code"]
    words = {"new_password1": "four good long words", "new_password2": "four good long words"}
    for _time in range(throttle.PAIR):
        browser = Client()
        where = browser.get(link, follow=True).redirect_chain[-1][0]
        answer = browser.post(where, {**words, "code": "wrong"})
        assert "This is not the code of your account" in answer.content.decode()
    assert "Too many wrong codes" in browser.post(where, {**words, "code": code}).content.decode()
    assert not User.objects.get(email="new@example.org").has_usable_password()


def test_confirming_needs_a_fresh_proof(world, at, second):
    from tests.world import prove

    asked = role(world, at)
    client = signed_in(second)
    prove(client, ago=timedelta(minutes=30))
    answer = client.post(f"/administration/requests/{asked.pk}/", {"do": "confirm"})
    assert answer["Location"].startswith("/confirmation/")
    assert world.caseworker.memberships.count() == 1


def test_list_of_requests_costs_the_same_however_many_there_are(world, at, second):
    client = signed_in(second)
    taken = []
    for number in range(2):
        for each in range(3):
            account(world, at, email=f"{number}-{each}@example.org")
        requests.decline_request(
            account(world, at, email=f"{number}-no@example.org"), actor=second, at=at
        )
        for path in ("/administration/requests/", "/api/v1/administration/requests/"):
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            taken.append(len(captured))
    assert taken[:2] == taken[2:]
