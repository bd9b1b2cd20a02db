"""A system of an organisation is told of what happens in cases that its people see: by a name and
ids, signed, as often as it takes, and of no other case."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import assigning, confidentiality, excluding
from cases.models import InboxItem
from exchange.models import Delivery, Handle, Subscription
from exchange.webhooks import actions, posting, rules, sending
from nrm.accounts.models import User
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as, current
from tests.api.tools import api
from tests.exchange.receiver import certificate_in, holds, receiving
from tests.world import second_administrator, signed_in

EVENTS = ["case.received", "case.assigned", "case.status_changed", "case.access_given"]


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_INSIDE = True
    with receiving() as server:
        yield server


def asked(world, at, url, house="authority", events=EVENTS):
    return actions.ask_for_webhook(
        getattr(world, house), actor=world.administrator, at=at, url=url, events=list(events)
    )


def subscribed(world, at, url, **more):
    row = asked(world, at, url, **more)
    secret = row.secret_to_show
    row = actions.confirm_webhook(row, actor=second_administrator(), at=at)
    row.secret_to_show = secret
    return row


def send(as_worker, at, minutes=1):
    with as_worker():
        return sending.send_waiting(now=lambda: at + timedelta(minutes=minutes))


def inbox(kind):
    return InboxItem.objects.filter(kind=kind).count()


def test_it_is_told_by_name_and_ids_alone_signed_and_under_an_id_of_its_own(
    world, at, receiver, as_worker
):
    row = subscribed(world, at, receiver.url)
    other = subscribed(world, at, receiver.url + "other/")
    case = world.assigned_case(at=at)
    assert send(as_worker, at) == {"sent": 2, "failed": 0, "withheld": 0}
    assert receiver.told == ["case.assigned"] * 2
    bodies = receiver.bodies
    assert {frozenset(body) for body in bodies} == {
        frozenset({"id", "event", "occurred_at", "case"})
    }
    # Two systems cannot find out that they know of the same case.
    handles = {h.subscription_id: str(h.pk) for h in Handle.objects.filter(case=case)}
    assert {body["case"] for body in bodies} == set(handles.values())
    assert len(set(handles.values())) == 2
    sent = b"".join(body for _headers, body in receiver.got)
    for secret in (case.reference, str(case.pk), case.pseudonym, str(case.person_id)):
        assert secret.encode() not in sent
    mine = next(got for got in receiver.got if handles[row.pk].encode() in got[1])
    assert holds(*mine, row.secret_to_show)
    assert not holds(*mine, other.secret_to_show)
    assert not holds(mine[0], mine[1] + b" ", row.secret_to_show)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT secret FROM exchange_subscription WHERE id = %s", [row.pk])
        assert row.secret_to_show.encode() not in bytes(cursor.fetchone()[0])
    assert Event.objects.filter(verb="webhook.delivered", case_id=None).count() == 2
    assert send(as_worker, at, 2).total() == 0


def test_what_is_to_be_sent_is_written_with_the_event_or_not_at_all(world, at, receiver, as_worker):
    subscribed(world, at, receiver.url)
    case = world.case(at=at)
    with acting_as(world.intake), transaction.atomic():
        assigning.assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    # The worker is away; what happens waits, and is sent when it is back.
    assigning.assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
    assert Delivery.objects.count() == 1
    assert send(as_worker, at, 60 * 24)["sent"] == 1


def test_no_answer_is_tried_again_later_under_the_same_id_and_given_up_at_last(
    world, at, receiver, as_worker
):
    row = subscribed(world, at, receiver.url)
    world.assigned_case(at=at)
    receiver.statuses = [500, 302, 204]
    assert send(as_worker, at, 1)["failed"] == 1
    found = Delivery.objects.get()
    assert (found.status, found.fault, found.tries) == (500, "answer", 1)
    assert found.next_try_at == at + timedelta(minutes=2)
    assert send(as_worker, at, 1).total() == 0  # not before its time
    assert send(as_worker, at, 2)["failed"] == 1
    assert Delivery.objects.get().fault == "redirect"  # and nobody has followed it
    assert [headers["Nrm-Delivery"] for headers, _body in receiver.got] == [str(found.pk)] * 2
    assert send(as_worker, at, 60)["sent"] == 1
    assert len({body for _headers, body in receiver.got}) == 1
    # A system that is gone for good.
    receiver.statuses = [410] * rules.MOST_TRIES
    by = {"actor": world.administrator, "at": at}
    actions.repeat_delivery(row, **by, delivery=found.pk)
    for day in range(1, rules.MOST_TRIES + 1):
        send(as_worker, at, 60 * 24 * day)
    found.refresh_from_db()
    assert (found.given_up_at is not None, found.next_try_at, found.tries) == (
        True,
        None,
        rules.MOST_TRIES,
    )
    assert inbox("webhook_given_up") == 2  # both administrators
    actions.repeat_delivery(row, **by, delivery=found.pk)
    assert send(as_worker, at, 60 * 24 * 40)["sent"] == 1
    with pytest.raises(Refused):
        actions.repeat_delivery(row, **by, delivery=row.pk)


def test_one_that_does_not_answer_holds_up_nobody_else(world, at, receiver, as_worker):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://localhost:{closed.getsockname()[1]}/"
    subscribed(world, at, gone)
    subscribed(world, at, receiver.url)
    world.assigned_case(at=at)
    world.assigned_case(at=at)
    assert send(as_worker, at) == {"sent": 2, "failed": 1, "withheld": 0}
    assert set(Delivery.objects.filter(sent_at=None).values_list("fault", flat=True)) == {
        "connection",
        "",
    }


def test_no_transaction_is_open_while_it_is_posted_and_nobody_else_posts_it_meanwhile(
    world, at, receiver, as_worker, monkeypatch
):
    subscribed(world, at, receiver.url)
    world.assigned_case(at=at)
    post, seen = posting.post, []

    def looked_at(*letter):
        seen.append((connection.in_atomic_block, current(), sending.send_waiting(now=soon)))
        return post(*letter)

    def soon():
        return at + timedelta(minutes=1, seconds=16)

    monkeypatch.setattr(posting, "post", looked_at)
    with as_worker():
        assert sending.send_waiting(now=lambda: at + timedelta(minutes=1))["sent"] == 1
    assert seen == [(False, None, {"sent": 0, "failed": 0, "withheld": 0})]


def test_a_worker_that_dies_with_a_delivery_in_hand_loses_nothing(
    world, at, receiver, as_worker, monkeypatch
):
    subscribed(world, at, receiver.url)
    world.assigned_case(at=at)
    post = posting.post

    def dies(*letter):
        post(*letter)
        raise SystemExit

    monkeypatch.setattr(posting, "post", dies)
    with pytest.raises(SystemExit):
        send(as_worker, at, 1)
    monkeypatch.setattr(posting, "post", post)
    assert send(as_worker, at, 1).total() == 0  # it may be on its way still
    assert send(as_worker, at, 2)["sent"] == 1
    assert len({headers["Nrm-Delivery"] for headers, _body in receiver.got}) == 1


def test_what_was_on_its_way_when_the_webhook_ended_is_told_as_arrived(
    world, at, receiver, as_worker, monkeypatch
):
    subscribed(world, at, receiver.url)
    world.assigned_case(at=at)
    world.assigned_case(at=at)
    post = posting.post

    def ended_meanwhile(*letter):
        with acting_as(User.objects.system()):  # what ending it writes
            waiting = Delivery.objects.exclude(next_try_at=None)
            waiting.update(next_try_at=None, withheld_at=at)
        return post(*letter)

    monkeypatch.setattr(posting, "post", ended_meanwhile)
    assert send(as_worker, at) == {"sent": 1, "failed": 0, "withheld": 0}
    assert sorted(one.outcome for one in Delivery.objects.all()) == [
        "Arrived",
        "Not sent: the webhook ended, or the organisation does not see the case any more",
    ]


def test_an_organisation_is_told_of_what_its_people_see_and_of_nothing_else(
    world, at, receiver, as_worker
):
    for number, house in enumerate(
        ("police", "provider_house", "prosecution", "other_authority", "other_police")
    ):
        subscribed(world, at, f"{receiver.url}{number}/", house=house, events=EVENTS)
    case = world.assigned_case(at=at)
    assert send(as_worker, at).total() == 0  # whoever referred them sees the status alone
    by = {"actor": world.supervisor, "at": at}
    assigning.bring_near(case, **by, organisation=world.provider_house)
    send(as_worker, at)
    assert receiver.told == ["case.access_given"]
    told = Delivery.objects.get().subscription
    assert told.organisation_id == world.provider_house.pk
    assigning.bring_near(case, **by, organisation=world.prosecution)
    send(as_worker, at)
    assert receiver.told == ["case.access_given"] * 2
    assert Delivery.objects.filter(subscription=told).count() == 1


@pytest.mark.parametrize("level", ["sealed", "restricted"])
def test_of_a_sealed_or_restricted_case_nothing_is_written_and_nothing_that_waits_is_sent(
    world, at, receiver, as_worker, level
):
    subscribed(world, at, receiver.url)
    case = world.assigned_case(at=at)
    confidentiality.change_confidentiality(
        case,
        actor=world.supervisor,
        at=at,
        level=level,
        reason="insider_risk",
        people=[world.supervisor.pk, world.caseworker.pk],
    )
    assert send(as_worker, at) == {"sent": 0, "failed": 0, "withheld": 1}
    assigning.assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker)
    assert Delivery.objects.count() == 1
    assert receiver.got == []


def test_nothing_is_told_where_somebody_of_the_organisation_is_kept_from_the_case(
    world, at, receiver, as_worker
):
    subscribed(world, at, receiver.url)
    case = world.case(at=at)
    excluding.exclude(
        case,
        actor=world.supervisor,
        at=at,
        reason="named",
        person=world.caseworker2,
    )
    assigning.assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
    assert not Delivery.objects.exists()


def test_two_administrators_and_nothing_before(world, at, receiver, as_worker):
    row = asked(world, at, receiver.url)
    assert inbox("webhook_asked") == 0  # there is no other administrator yet
    with pytest.raises(Forbidden):
        actions.confirm_webhook(row, actor=world.administrator, at=at)
    with pytest.raises(Forbidden):
        actions.confirm_webhook(row, actor=world.supervisor, at=at)
    world.assigned_case(at=at)
    assert not Delivery.objects.exists()
    with pytest.raises(Exception, match="a_subscription_is_confirmed_by_another"):
        Subscription.objects.update(state="active", decided_by=world.administrator)
    assert asked(world, at, receiver.url + "2/").state == "waiting"
    with pytest.raises(Refused):
        asked(world, at, receiver.url)
    actions.confirm_webhook(row, actor=second_administrator(), at=at)
    with pytest.raises(Refused):
        actions.confirm_webhook(row, actor=second_administrator(), at=at)
    # Its address and events are not changed by anybody.
    with (
        pytest.raises(Exception, match="permission denied"),
        acting_as(world.administrator),
        transaction.atomic(),
    ):
        Subscription.objects.filter(pk=row.pk).update(url="https://elsewhere.example/")


def test_it_is_paused_goes_on_and_ends_and_the_secret_changes_with_a_day_of_both(
    world, at, receiver, as_worker
):
    row = subscribed(world, at, receiver.url)
    first = row.secret_to_show
    by = {"actor": world.administrator, "at": at}
    actions.pause_webhook(row, **by)
    world.assigned_case(at=at)
    assert send(as_worker, at).total() == 0
    actions.resume_webhook(row, **by)
    second = actions.change_secret(row, **by).secret_to_show
    assert send(as_worker, at)["sent"] == 1
    assert holds(*receiver.got[-1], first)
    assert holds(*receiver.got[-1], second)
    actions.send_trial(row, **by)
    assert send(as_worker, at, 60 * 25)["sent"] == 1
    assert receiver.told[-1] == "ping"
    assert not holds(*receiver.got[-1], first)
    assert holds(*receiver.got[-1], second)
    world.assigned_case(at=at)
    actions.end_webhook(row, **by)
    assert send(as_worker, at, 60 * 26).total() == 0
    with as_worker():
        assert sending.forget_old(at=at + timedelta(days=31)) == 3


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.org/", "begins with https"),
        ("https://", "begins with https"),
        ("ftp://example.org/", "begins with https"),
        ("https://me:secret@example.org/", "user and password"),
        ("https://example.org/#part", "after #"),
        ("https://127.0.0.1/", "inside a network"),
        ("https://10.1.2.3/", "inside a network"),
        ("https://169.254.169.254/latest/", "inside a network"),
        ("https://[::1]/", "inside a network"),
        ("https://[::ffff:10.0.0.1]/", "inside a network"),
        ("https://[64:ff9b::a00:1]/", "inside a network"),
        ("https://[fec0::1]/", "inside a network"),
        ("https://[3fff:fff::1]/", "inside a network"),
        ("https://localhost/", "inside a network"),
        ("https://0x7f.1/", "inside a network"),
        ("https://2130706433/", "inside a network"),
        ("https://db/", "inside a network"),
        ("https://vault.internal./", "inside a network"),
        ("https://example.org:99999/", "not an address"),
        ("https://exa mple.org/", "no spaces"),
    ],
)
def test_an_address_inside_a_network_is_refused(url, said):
    assert any(said in one.text for one in rules.objections_to_address(url, inside=False))


def test_an_address_of_the_internet_is_not():
    for url in (
        "https://hooks.example.org:8443/a?b=c",
        "https://8.8.8.8/",
        "https://xn--e1afmkfd.org",
    ):
        assert list(rules.objections_to_address(url, inside=False)) == []


def test_a_name_that_leads_inside_a_network_by_now_is_not_connected_to(
    world, at, settings, as_worker, monkeypatch
):
    with receiving() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        subscribed(world, at, f"https://hooks.example.org:{port}/")
        world.assigned_case(at=at)
        led = []

        def leads(host, *_args, **_more):
            led.append(host)
            public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))
            inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            return [public, inside]

        resolve = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *a: (leads if host == "hooks.example.org" else resolve)(host, *a),
        )
        assert send(as_worker, at)["failed"] == 1
        assert Delivery.objects.get().fault == "address"
        assert led == ["hooks.example.org"]  # it is looked up once, so that it cannot change
        assert server.got == []


@pytest.fixture
def in_half_a_second(monkeypatch, settings):
    """One post may take half a second, and no step of it is cut off before."""
    settings.WEBHOOKS_INSIDE = True
    monkeypatch.setattr(posting, "WHOLE", 0.5)
    monkeypatch.setattr(posting, "STEP", 600)
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 60


def test_a_name_server_that_does_not_answer_is_waited_for_no_longer_than_the_rest(
    monkeypatch, in_half_a_second
):
    answers = threading.Event()

    def slow(*_args, **_more):
        answers.wait(600)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert posting.post("https://hooks.example.org/", b"{}", {}).fault == "timeout"
    answers.set()


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("says", [b"", b"\x16\x03\x03"])
def test_a_machine_that_takes_its_time_is_cut_off(in_half_a_second, scheme, says):
    """It accepts, says something that could be the beginning of an answer, and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted = []

        def accept():
            found, _whose = server.accept()
            found.sendall(says)
            accepted.append(found)

        thread = threading.Thread(target=accept)
        thread.start()
        url = f"{scheme}://localhost:{server.getsockname()[1]}/"
        assert posting.post(url, b"{}", {}).fault == "timeout"
        thread.join()
        accepted[0].close()


def test_webhooks_go_on_past_a_page_and_what_waits_stands_first(world, at):
    for number in range(60):
        Subscription.objects.create(
            organisation=world.authority,
            url=f"https://hooks.example.org/{number}",
            events=["case.assigned"],
            secret=b"sealed",
            state="waiting" if number % 2 else "ended",
            asked_by=world.administrator,
            asked_at=at - timedelta(minutes=number),
        )
    browser, seen = world.client("administrator"), []
    waiting, others = browser.get(reverse("webhooks")).context["lists"]
    assert [one.state for one in waiting["rows"]] == ["waiting"] * 25
    for found in (waiting, others):
        shown = browser.get(found["next_url"]).context["lists"]
        seen += found["rows"] + shown[found is others]["rows"]
    assert len({one.pk for one in seen}) == 60


def test_the_certificate_has_to_hold(world, at, settings, tmp_path, as_worker):
    settings.WEBHOOKS_INSIDE = True
    certificate = certificate_in(tmp_path)
    with receiving(certificate) as server:
        subscribed(world, at, server.url)
        world.assigned_case(at=at)
        assert send(as_worker, at)["failed"] == 1
        assert Delivery.objects.get().fault == "tls"
        settings.WEBHOOK_CA = str(certificate)
        assert send(as_worker, at, 60)["sent"] == 1
        assert server.told == ["case.assigned"]


def test_whoever_sees_the_case_finds_it_by_the_id_and_nobody_else(world, at, receiver, as_worker):
    subscribed(world, at, receiver.url)
    case = world.assigned_case(at=at)
    url = reverse("api_webhook_case", args=[Handle.objects.get().pk])
    assert api(world.caseworker, "cases:read").get(url).json() == {
        "reference": case.reference,
        "receipt": "",
    }
    for who in ("other_caseworker", "responder", "provider", "administrator"):
        assert api(world.users[who], "cases:read").get(url).status_code == 404
    assert api(world.caseworker2, "cases:read").get(url).status_code == 404


def test_what_was_sent_goes_on_past_a_page_and_costs_the_same(world, at, receiver):
    row = subscribed(world, at, receiver.url)
    browser, page = world.client("administrator"), reverse("webhook", args=[row.pk])

    def queries():
        with CaptureQueriesContext(connection) as asked:
            shown = browser.get(page)
        return len(asked), shown

    for number in range(60):
        minute = at - timedelta(minutes=number)
        Delivery.objects.create(subscription=row, event="ping", at=minute, sent_at=at)
        if number == 25:
            few, _shown = queries()
    many, first = queries()
    assert many == few
    second = browser.get(first.context["next_url"])
    told = [one.pk for answer in (first, second) for one in answer.context["deliveries"]]
    assert len(set(told)) == 50


def test_the_pages_show_the_secret_once_and_what_was_sent(world, at, receiver, as_worker):
    browser = world.client("administrator")
    form = browser.get(reverse("webhook_add"))
    key = form.context["form"].initial["key"]
    said = {
        "organisation": world.authority.pk,
        "url": receiver.url,
        "events": ["case.assigned"],
        "key": key,
    }
    assert "Select the events" not in form.content.decode()
    refused = browser.post(reverse("webhook_add"), {"url": "nowhere", "organisation": "x"})
    assert refused.status_code == 422
    made = browser.post(reverse("webhook_add"), said)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    row = Subscription.objects.get()
    again = browser.post(reverse("webhook_add"), said)
    assert (again.status_code, Subscription.objects.count()) == (302, 1)
    page = reverse("webhook", args=[row.pk])
    assert browser.post(page, {"do": "confirm"}).status_code == 403
    other = signed_in(second_administrator())
    assert other.post(page, {"do": "confirm"}).status_code == 302
    world.assigned_case(at=at)
    send(as_worker, at)
    shown = other.get(page).content.decode()
    assert "Arrived" in shown
    assert str(Delivery.objects.get().pk) in shown
    assert secret not in shown
    assert str(Handle.objects.get().pk) not in shown
    assert world.client("supervisor").get(page).status_code == 403
