"""A case that goes on in another one: nothing is recorded on it any more, whoever asks and however,
and it is open work of nobody, until the merging is undone."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pkgutil import iter_modules
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

import cases.actions
import screening.actions
from cases.actions import deciding
from cases.actions.assigning import assign_case
from cases.actions.merging import ask_merging, ask_undoing, decide_merging
from cases.models import Merging
from cases.rights import CaseRight
from nrm.actions import Forbidden, Hidden, Refused, lock
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned, referred
from tests.decisions.road import ready_case, submitted

# What reads, protects or undoes: all that is done to a case that goes on in another one.
STILL_DONE = {
    "case.confidentiality_changed",
    "case.conflict_declared",
    "case.excluded",
    "case.exclusion_lifted",
    "case.taken_away",
    "case.reopened",
    "bundle.recalled",
    "consent.withdrawn",
    "court_bundle.given",
    "court_bundle.recalled",
    "contact.nominee_ended",
    "cooperation.withdrawn",
    "document.downloaded",
    "document.kept_to",
    "document.says_who",
    "document.withdrawn",
    "emergency.ended",
    "emergency.reviewed",
    "erasure.agreed",
    "erasure.asked",
    "erasure.not_agreed",
    "erasure.withdrawn",
    "hold.lifted",
    "hold.set",
    "identity.shown",
    "letter.given",
    "letter.made",
    "letter.previewed",
    "link.ended",
    "merging.decided",
    "merging.undoing_asked",
    "merging.withdrawn",
    "notice.recalled",
    "disqualification.served",
    "disqualification.look_asked",
    "disqualification.look_answered",
    "reconsideration.asked",
    "transfer.withdrawn",
}


def merge(world, at, ends, into):
    row = ask_merging(
        ends,
        actor=world.intake,
        at=at,
        other=into.reference,
        reason="compared",
        goes_on="other",
    )
    return decide_merging(row, actor=world.supervisor, at=at, agree=True)


def unmerge(world, at, row):
    back = ask_undoing(row, actor=world.supervisor, at=at, reason="mistake")
    decide_merging(back, actor=world.supervisor2, at=at, agree=True)


def every_action():
    """Every action on a case of the two rooms that have such."""
    here = iter_modules(cases.actions.__path__, "cases.actions.")
    for module in [*(import_module(one.name) for one in here), screening.actions]:
        for thing in vars(module).values():
            if isinstance(getattr(thing, "right", None), CaseRight) and hasattr(thing, "verb"):
                yield thing


class Begun(Exception):
    """The action was begun; what it did is rolled back."""


def _why(run, case, actor, at):
    """The codes with which an action on the case is refused before it is begun."""
    try:
        with transaction.atomic():
            run(case, actor=actor, at=at)
            raise Begun
    except Refused as refusal:
        return {objection.code for objection in refusal.objections}
    except (Forbidden, Hidden):
        raise
    except Exception:  # also without what the action has to be told
        return set()


def test_every_action_on_a_merged_case_is_refused_but_what_reads_protects_or_undoes(world, at):
    ends, into = assigned(world, at=at), assigned(world, at=at)
    row = merge(world, at, ends, into)
    done, refused = set(), set()
    for run in every_action():
        if run.verb == "merging.asked":
            continue
        who = "supervisor" if ("decide", "supervisor") in run.right.holders else "caseworker"
        if run.right.holders == {("refer", "responder_lead")}:
            who = "lead"
        subject = row if run.verb.startswith("merging.") else ends
        # Whoever referred learns nothing of a merging: to them it has ended.
        why = _why(run, subject, world.users[who], at)
        merged = ("ended" if who == "lead" else "merged") in why
        (refused if merged else done).add(run.verb)
    assert done == STILL_DONE
    assert {"note.written", "decision.drafted", "bundle.shared", "screening.completed"} <= refused
    assert len(refused) > 30


def test_who_works_on_a_merged_case_is_told_where_work_goes_on(world, at):
    ends, into = assigned(world, at=at), assigned(world, at=at)
    row = merge(world, at, ends, into)
    url = f"/api/v1/cases/{ends.reference}/notes/"
    page = reverse("case_notes", args=[ends.reference])
    before = Event.objects.filter(case_id=ends.pk, verb="note.written").count()
    told = api(world.caseworker).post(url, {"text": "A note."})
    assert (told.status_code, told["Content-Type"]) == (422, "application/problem+json")
    (error,) = told.json()["errors"]
    assert error["code"] == "merged"
    assert into.reference in error["detail"]
    sent = {"text": "A note.", "submission_key": str(uuid4())}
    answer = world.client("caseworker").post(page, sent)
    assert answer.status_code == 422
    assert f"Work goes on in {into.reference}" in answer.content.decode()
    assert "A note." in answer.content.decode()  # what was typed is not lost
    # Whoever does not see the other case is told that there is one, and not which.
    assign_case(into, actor=world.intake, at=at, caseworker=world.caseworker2)
    told = api(world.caseworker).post(url, {"text": "A note."})
    assert [one["code"] for one in told.json()["errors"]] == ["merged"]
    assert "which you do not see" in told.content.decode()
    assert into.reference not in told.content.decode()
    # A stranger still learns nothing at all.
    assert api(world.other_caseworker).post(url, {"text": "A note."}).status_code == 404
    assert Event.objects.filter(case_id=ends.pk, verb="note.written").count() == before
    unmerge(world, at, row)
    assert api(world.caseworker).post(url, {"text": "A note."}).status_code == 201


def test_a_merged_case_is_open_work_in_no_list_and_comes_back(world, at):
    ends = ready_case(world, at=at)
    waiting, into = referred(world, at=at), assigned(world, at=at)
    submitted(world, ends, at=at)
    row = merge(world, at, ends, into)
    second = merge(world, at, waiting, into)
    supervisor, intake = world.client("supervisor"), world.client("intake")

    def offered():
        pages = (
            (world.client("caseworker"), "worklist", ends),
            (supervisor, "reviews", ends),
            (intake, "intake_queue", waiting),
        )
        return [
            case.reference in client.get(reverse(name)).content.decode()
            for client, name, case in pages
        ]

    assert offered() == [False, False, False]
    reviews = api(world.supervisor).get("/api/v1/reviews/").json()["results"]
    assert not [one for one in reviews if ends.reference in str(one)]
    # Nor is it decided by whoever kept the page of the decision open, or given out among others.
    decision = ends.decisions.get()
    with pytest.raises(Refused, match=r"1 objection"):
        deciding.agree(decision, actor=world.supervisor, at=at)
    unmerge(world, at, row)
    unmerge(world, at, second)
    assert offered() == [True, True, True]


def test_two_who_merge_the_same_cases_the_other_way_round_at_once_wait_for_each_other(world, at):
    """The second case is held until both wait for a case. Did each begin with their own, one would
    hold the first by then and want the second, and the other the other way round."""
    first, second = sorted((assigned(world, at=at), assigned(world, at=at)), key=lambda one: one.pk)

    def ask(mine, theirs):
        try:
            ask_merging(
                mine,
                actor=world.intake,
                at=at,
                other=theirs.reference,
                reason="compared",
                goes_on="other",
            )
        except Refused as refusal:
            return [objection.code for objection in refusal.objections]
        finally:
            connections.close_all()
        return []

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            lock(second.pk)
            both = [pool.submit(ask, second, first), pool.submit(ask, first, second)]
            while waiting_for_a_case() < 2:
                assert not any(one.done() for one in both)
        assert sorted(one.result(timeout=30) for one in both) == [[], ["asked"]]
    assert Merging.objects.filter(state="asked").count() == 1


def waiting_for_a_case():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0]
