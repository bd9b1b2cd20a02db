"""Two cases are linked with what holds between their people. Who does not see both sees neither the
link nor that there is one, in the database too; and whoever must never be under one roof is not."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import access
from cases.actions.confidentiality import change_confidentiality
from cases.actions.linking import link_cases, unlink_cases
from cases.models import CaseLink, InboxItem
from cases.selectors import links as reads
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import acting_as
from tests.api.tools import api, by_session
from tests.casework.people import assigned

WORDS = "Both spoke of the same house."


@pytest.fixture
def two(world, at):
    return assigned(world, at=at), assigned(world, at=at)


def linked(world, one, other, at, *, who="caseworker", **more):
    told: dict[str, Any] = {"kind": "family", "rule": "not_told", "words": WORDS, **more}
    reference = other if isinstance(other, str) else other.reference
    return link_cases(one, actor=world.users[who], at=at, other=reference, **told)


def seen(world, name, case):
    with acting_as(world.users[name]):
        return reads.links_of(world.users[name], case)


def test_both_cases_show_it_to_who_sees_both(world, two, at):
    one, other = two
    row = linked(world, one, other, at)
    assert b"house" not in bytes(row.told)
    for case, end in ((one, other), (other, one)):
        (line,) = seen(world, "supervisor", case)
        assert (line.other, line.quiet) == (end, True)
    client = world.client("caseworker")
    page = client.get(reverse("case_links", args=[other.reference])).content.decode()
    assert one.pseudonym in page
    assert "Neither is told of the other" in page
    words = client.get(reverse("case_link", args=[other.reference, row.pk])).content.decode()
    assert WORDS in words
    told = InboxItem.objects.filter(kind="link_made").values_list("user__email", flat=True)
    assert sorted(told) == ["supervisor2@example.org", "supervisor@example.org"]


def test_who_sees_one_of_them_sees_no_link_and_learns_of_none(world, two, at):
    one, other = two
    row = linked(world, one, other, at)
    access.grant_person(one, "work", world.caseworker2, reason="cover", at=at)
    assert seen(world, "caseworker2", one) == []
    client = world.client("caseworker2")
    page = client.get(reverse("case_links", args=[one.reference])).content.decode()
    assert other.reference not in page
    assert "No case is linked that you see" in page
    link = reverse("case_link", args=[one.reference, row.pk])
    assert client.get(link).status_code == client.post(link, {"because": "over"}).status_code == 404
    # A case that they do not see and one that is not there are refused alike.
    absent = []
    for reference in (other.reference, "XXXX-XXXX", ""):
        with pytest.raises(Refused) as refused:
            linked(world, one, reference, at, who="caseworker2")
        absent.append([(o.text, o.code) for o in refused.value.objections])
    assert absent[0] == absent[1] == absent[2]


def test_sealing_one_of_them_takes_the_link_from_whoever_is_not_named(world, two, at):
    one, other = two
    linked(world, one, other, at)
    assert len(seen(world, "supervisor2", one)) == 1
    change_confidentiality(
        other, actor=world.supervisor, at=at, level="sealed", reason="insider_risk"
    )
    assert seen(world, "supervisor2", one) == []
    assert len(seen(world, "supervisor", one)) == 1


def test_a_family_is_seen_through_others_and_no_further_than_the_reader_sees(world, two, at):
    one, other = two
    third, stranger = assigned(world, at=at), assigned(world, at=at)
    linked(world, one, other, at)
    linked(world, other, third, at, kind="household", rule="together")
    linked(world, third, stranger, at, kind="exploiter", rule="none")
    with acting_as(world.caseworker):
        assert {case.pk for case in reads.family_of(world.caseworker, one)} == {other.pk, third.pk}
    for case in (one, third):
        access.grant_person(case, "work", world.caseworker2, reason="cover", at=at)
    with acting_as(world.caseworker2):
        # What lies between is hidden from them, and so is what lies behind.
        assert reads.family_of(world.caseworker2, one) == []


def test_they_are_linked_once_and_anew_after_the_link_has_ended(world, two, at):
    one, other = two
    row = linked(world, one, other, at)
    for first, second in ((one, other), (other, one)):
        with pytest.raises(Refused) as refused:
            linked(world, first, second, at)
        assert {o.code for o in refused.value.objections} == {"linked"}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseLink.objects.create(
            case=other, other=one, kind="event", rule="none", by=world.caseworker, at=at
        )
    with pytest.raises(Refused):
        unlink_cases(row, actor=world.caseworker, at=at, because="")
    unlink_cases(row, actor=world.caseworker, at=at, because="rule")
    with pytest.raises(Refused):
        unlink_cases(row, actor=world.caseworker, at=at, because="rule")
    linked(world, other, one, at, rule="together")
    ended = {line.row.ended_because for line in seen(world, "supervisor", one)}
    assert ended == {"", "rule"}


def test_every_fault_is_told_at_once_and_whoever_may_not_is_turned_away(world, two, at):
    one, other = two
    with pytest.raises(Refused) as refused:
        linked(world, one, one, at, kind="x", rule="y", words="z" * 1001)
    assert {o.field for o in refused.value.objections} == {"other", "kind", "rule", "words"}
    for who, error in (("intake", Forbidden), ("responder", Forbidden), ("auditor", Hidden)):
        with pytest.raises(error):
            linked(world, one, other, at, who=who)


def test_pages_and_programs_link_and_unlink(world, two, at):
    one, other = two
    client = world.client("caseworker")
    url = reverse("case_links", args=[one.reference])
    assert client.post(url, {"other": "?"}).status_code == 422
    sent = {"other": other.reference, "kind": "event", "rule": "apart"}
    assert other.pseudonym in client.post(url, sent, follow=True).content.decode()
    row = CaseLink.objects.get()
    end = reverse("case_link", args=[one.reference, row.pk])
    assert client.post(end, {}).status_code == 422
    assert client.post(end, {"because": "mistake"}).status_code == 302
    where = f"/api/v1/cases/{other.reference}/links/"
    caller = by_session(world.caseworker)
    sent = {"other": one.reference, "kind": "family", "rule": "together", "words": WORDS}
    made = caller.post(where, sent, format="json")
    assert (made.status_code, made.json()["words"]) == (201, WORDS)
    body = api(world.supervisor).get(where).json()
    assert len(body["results"]) == 2
    assert body["family"] == [one.reference]
    one_link = f"{where}{made.json()['id']}/"
    assert caller.get(one_link).json()["other"] == one.reference
    ended = caller.post(f"{one_link}end/", {"because": "over"}, format="json")
    assert ended.json()["ended_because"] == "over"
