"""Two cases of one person: asked for by one, decided by another, and undone to the letter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.confidentiality import change_confidentiality
from cases.actions.excluding import exclude
from cases.actions.merging import ask_merging, decide_merging
from cases.actions.sharing import Wanted, preview_bundle, record_consent, share_bundle
from cases.models import Bundle, Case, CaseGroupGrant, Deadline, InboxItem, Merging
from nrm.actions import Hidden, Refused
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned


@pytest.fixture
def two(world, at):
    return assigned(world, at=at), assigned(world, at=at)


def page(case):
    return reverse("case_merging", args=[case.reference])


def decision(case, row):
    return reverse("case_merging_decision", args=[case.reference, row.pk])


def ask(world, at, one, other, who="intake"):
    return ask_merging(
        one,
        actor=world.users[who],
        at=at,
        other=other.reference,
        reason="compared",
        goes_on="other",
    )


def clocks(case):
    fields = ("id", "state", "due_at", "settled_at", "next_reminder_at", "missed_at", "basis")
    return list(Deadline.objects.filter(case=case).order_by("id").values_list(*fields))


def test_two_people_merge_two_cases_and_two_people_undo_it_exactly(world, two, at):
    ends, goes_on = two
    before, due = clocks(ends), Case.objects.get(pk=ends.pk).next_due_at
    assert due is not None
    intake, supervisor = world.client("intake"), world.client("supervisor")
    sent = {"other": goes_on.reference, "reason": "same_document", "goes_on": "other"}
    assert intake.post(page(ends), sent)["Location"] == page(ends)
    row = Merging.objects.get()
    told = InboxItem.objects.filter(kind="merging_asked")
    assert {item.user_id for item in told} == {world.supervisor.pk, world.supervisor2.pk}
    # Who asked cannot agree, nor can intake at all; nothing has changed yet.
    assert intake.post(decision(ends, row), {"answer": "agree"}).status_code == 403
    assert Case.objects.get(pk=ends.pk).closed_at is None
    text = supervisor.get(page(goes_on)).content.decode()
    assert "The other case would be closed." in text
    assert supervisor.post(decision(goes_on, row), {"answer": "agree"}).status_code == 302
    closed = Case.objects.get(pk=ends.pk)
    assert closed.closed_at is not None
    assert closed.next_due_at is None
    assert {state for _pk, state, *_rest in clocks(ends)} == {"void"}
    assert Case.objects.get(pk=goes_on.pk).closed_at is None
    # Its pages lead to the one that is worked on, and the list of work leaves it out.
    worker = world.client("caseworker")
    text = worker.get(ends.get_absolute_url()).content.decode()
    assert "was merged with another one" in text
    assert goes_on.get_absolute_url() in text
    assert ends.reference not in worker.get(reverse("worklist")).content.decode()
    # Undone by two others, everything is as it was.
    undoing = reverse("case_merging_undoing", args=[ends.reference, row.pk])
    assert supervisor.post(undoing, {}).status_code == 422
    assert supervisor.post(undoing, {"reason": "two_people"}).status_code == 302
    back = Merging.objects.get(undo=True)
    assert supervisor.post(decision(ends, back), {"answer": "agree"}).status_code == 422
    other = world.client("supervisor2")
    assert other.post(decision(ends, back), {"answer": "agree"}).status_code == 302
    again = Case.objects.get(pk=ends.pk)
    assert (again.closed_at, again.next_due_at) == (None, due)
    assert clocks(ends) == before
    assert "was merged" not in worker.get(ends.get_absolute_url()).content.decode()
    assert ends.reference in worker.get(reverse("worklist")).content.decode()
    assert Merging.objects.count() == 2
    for case in two:
        verbs = Event.objects.filter(case_id=case.pk).values_list("verb", flat=True)
        assert {"merging.asked", "merging.decided", "merging.undoing_asked"} <= set(verbs)


def test_who_does_not_see_the_other_case_learns_only_that_it_was_merged(world, at):
    ends, goes_on = assigned(world, at=at), assigned(world, at=at, to="caseworker2")
    decide_merging(ask(world, at, ends, goes_on), actor=world.supervisor, at=at, agree=True)
    worker = world.client("caseworker")
    text = worker.get(ends.get_absolute_url()).content.decode()
    assert "was merged with another one" in text
    for hidden in (goes_on.reference, goes_on.pseudonym, str(goes_on.pk)):
        assert hidden not in text
    CaseGroupGrant.objects.filter(content_object=goes_on, permission__codename="work").delete()
    told = api(world.intake).get(f"/api/v1/cases/{ends.reference}/merging/").json()["results"]
    assert [(one["other"], one["holds"]) for one in told] == [("", True)]
    assert "A case that you do not see" in world.client("intake").get(page(ends)).content.decode()


def test_a_case_that_one_may_not_see_is_as_one_that_is_not_there(world, two, at):
    here, sealed = two
    people = [world.supervisor.pk]
    change_confidentiality(
        sealed, actor=world.supervisor, at=at, level="sealed", reason="insider_risk", people=people
    )
    answers = []
    for other in (sealed.reference, "7K3MQ-9TD2X-4HJ3", "nonsense"):
        sent = {"other": other, "reason": "compared", "goes_on": "this"}
        answer = world.client("supervisor2").post(page(here), sent)
        answers.append((answer.status_code, "You see no such case." in answer.content.decode()))
    assert answers == [(422, True)] * 3
    assert not Merging.objects.exists()
    # Asked by who sees both, nobody decides who sees one.
    row = ask(world, at, here, sealed, "supervisor")
    with pytest.raises(Hidden):
        decide_merging(row, actor=world.supervisor2, at=at, agree=True)
    answer = world.client("supervisor2").post(decision(here, row), {"answer": "agree"})
    assert answer.status_code == 404
    assert sealed.reference not in world.client("supervisor2").get(page(here)).content.decode()
    assert not InboxItem.objects.filter(kind="merging_asked").exists()


def test_what_cannot_be_merged(world, two, at):
    one, other = two
    third = assigned(world, at=at)
    with pytest.raises(Refused):
        ask(world, at, one, one)
    row = ask(world, at, one, other)
    for pair in ((one, other), (other, one), (one, third)):
        with pytest.raises(Refused):
            ask(world, at, *pair)
    with pytest.raises(Refused):
        ask_merging(
            one, actor=world.intake, at=at, other=third.reference, reason="", goes_on="this"
        )
    decide_merging(row, actor=world.supervisor, at=at, agree=True)
    with pytest.raises(Refused):
        decide_merging(row, actor=world.supervisor2, at=at, agree=False)
    # What has ended is merged no more, and what another goes on in does not end.
    for pair in ((one, third), (third, one), (other, third)):
        with pytest.raises(Refused):
            ask(world, at, *pair)


def test_a_program_asks_takes_back_and_decides(world, two, at):
    one, other = two
    url = f"/api/v1/cases/{one.reference}/merging/"
    sent = {"other": other.reference, "reason": "person_says", "goes_on": "this"}
    intake, supervisor = api(world.intake), api(world.supervisor)
    first = intake.post(url, sent).json()
    assert (first["ends"], first["other"], first["state"]["code"]) == (
        False,
        other.reference,
        "asked",
    )
    where = f"{url}{first['id']}/decision/"
    assert supervisor.post(where, {"answer": "withdraw"}).status_code == 422
    assert intake.post(where, {"answer": "agree"}).status_code == 403
    assert intake.post(where, {"answer": "withdraw"}).json()["state"]["code"] == "withdrawn"
    second = intake.post(url, sent).json()
    where = f"{url}{second['id']}/decision/"
    assert supervisor.post(where, {"answer": "agree"}).json()["holds"] is True
    asked = supervisor.post(f"{url}{second['id']}/undoing/", {"reason": "mistake"}).json()
    where = f"{url}{asked['id']}/decision/"
    assert api(world.supervisor2).post(where, {"answer": "decline"}).status_code == 200
    results = supervisor.get(url).json()["results"]
    assert [one["state"]["code"] for one in results] == ["declined", "agreed", "withdrawn"]
    for who, status in (("caseworker", 403), ("caseworker2", 404)):
        assert api(world.users[who]).get(url).status_code == status


def test_what_protects_the_person_on_one_case_protects_them_on_both(world, two, at):
    ends, goes_on = two
    house = world.provider_house
    exclude(ends, actor=world.supervisor, at=at, reason="named", organisation=house)
    exclude(goes_on, actor=world.supervisor, at=at, reason="named", person=world.caseworker2)
    row = ask(world, at, ends, goes_on)
    text = world.client("supervisor").get(page(goes_on)).content.decode()
    assert "Who is kept from one of them is kept from both" in text
    decide_merging(row, actor=world.supervisor, at=at, agree=True)
    for case in two:
        kept = case.exclusions.filter(ended_at=None).values_list("user", "organisation")
        assert set(kept) == {(None, house.pk), (world.caseworker2.pk, None)}
    # Sealed, the one that goes on seals what was merged into it.
    change_confidentiality(
        goes_on, actor=world.supervisor, at=at, level="sealed", reason="insider_risk"
    )
    assert Case.objects.get(pk=ends.pk).confidentiality == "sealed"
    for case in two:
        assert world.client("supervisor2").get(case.get_absolute_url()).status_code == 404


def test_the_stricter_case_makes_both_as_strict(world, two, at):
    sealed, goes_on = two
    change_confidentiality(
        sealed,
        actor=world.supervisor,
        at=at,
        level="sealed",
        reason="insider_risk",
        people=[world.supervisor2.pk],
    )
    row = ask(world, at, sealed, goes_on, "supervisor2")
    decide_merging(row, actor=world.supervisor, at=at, agree=True)
    assert Case.objects.get(pk=goes_on.pk).confidentiality == "sealed"
    assert world.client("supervisor2").get(goes_on.get_absolute_url()).status_code == 200
    assert world.client("intake").get(goes_on.get_absolute_url()).status_code == 404


def say(world, case, at, answer, purpose="support"):
    return record_consent(
        case,
        actor=world.supervisor,
        at=at,
        purpose=purpose,
        recipient_kind="provider",
        answer=answer,
        given_on=timezone.localdate(at),
        language="sq",
        interpreter="none",
    )


def share(world, case, at, consent):
    what = Wanted(world.provider_house.pk, consent.purpose, consent.pk, ("standing",))
    by = {"actor": world.supervisor, "at": at, "wanted": what}
    return share_bundle(case, digest=preview_bundle(case, **by).digest, key=uuid4(), **by)


def test_a_no_on_one_case_is_a_no_on_both(world, two, at):
    ends, goes_on = two
    before = share(world, goes_on, at, say(world, goes_on, at, "agreed"))
    later = share(world, ends, at, say(world, ends, at, "agreed", "health"))
    say(world, ends, at, "declined")
    row = ask(world, at, ends, goes_on)
    assert Bundle.objects.filter(recalled_at=None).count() == 2
    decide_merging(row, actor=world.supervisor, at=at, agree=True)
    before.refresh_from_db()
    assert before.recalled_because == "consent_withdrawn"
    say(world, goes_on, at + timedelta(seconds=1), "declined", "health")
    later.refresh_from_db()
    assert later.recalled_because == "consent_withdrawn"
