"""An action: one lock, one right, one transaction, one event."""

import pytest

from cases import rights
from cases.models import Case
from nrm.actions import Forbidden, Hidden, Objection, Refused, action, also, detail, refuse_if
from nrm.audit.models import Event


@action("test.renamed", right=rights.SCREEN)
def rename(case, *, actor, at, fail=False):
    case.jurisdiction = "wales"
    case.save(update_fields=["jurisdiction"])
    detail(jurisdiction="wales")
    if fail:
        refuse_if([Objection("No."), "Not at all."])
    return case


def test_action_without_a_right_does_not_import():
    with pytest.raises(TypeError):
        action("test.nothing", right=None)  # type: ignore[arg-type]


def test_caseworker_acts_and_one_event_says_who_what_and_where(world, at):
    case = world.assigned_case()
    before = Event.objects.count()
    rename(case, actor=world.caseworker, at=at)
    event = Event.objects.order_by("-id").first()
    assert Event.objects.count() == before + 1
    assert (event.verb, event.actor_id) == ("test.renamed", world.caseworker.pk)
    assert (event.object_id, event.case_id) == (case.pk, case.pk)
    assert event.data == {"jurisdiction": "wales"}


def test_refusal_undoes_everything_and_holds_every_reason(world, at):
    case = world.assigned_case()
    before = Event.objects.count()
    with pytest.raises(Refused) as refusal:
        rename(case, actor=world.caseworker, at=at, fail=True)
    assert [o.text for o in refusal.value.objections] == ["No.", "Not at all."]
    assert Case.objects.get(pk=case.pk).jurisdiction == "england"
    assert Event.objects.count() == before


def test_a_further_event_stands_before_the_action_s_own_and_is_undone_with_it(world, at):
    case = world.assigned_case()

    @action("test.finished", right=rights.SCREEN)
    def finish(case, *, actor, at, fail=False):
        also("test.counted_out", case.person, number=2)
        refuse_if(["No."] if fail else [])
        return case

    before = Event.objects.count()
    with pytest.raises(Refused):
        finish(case, actor=world.caseworker, at=at, fail=True)
    assert Event.objects.count() == before
    finish(case, actor=world.caseworker, at=at)
    further, own = Event.objects.order_by("id")[before:]
    assert (further.verb, further.data) == ("test.counted_out", {"number": 2})
    assert (further.object_id, further.case_id) == (case.person_id, case.pk)
    assert (further.actor_id, further.at) == (own.actor_id, own.at) == (world.caseworker.pk, at)
    assert (own.verb, own.data) == ("test.finished", {})
    with pytest.raises(RuntimeError):
        also("test.counted_out", case)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("intake", Forbidden),
        ("responder", Forbidden),
        ("caseworker2", Hidden),
        ("other_caseworker", Hidden),
        ("other_responder", Hidden),
        ("auditor", Hidden),
        ("administrator", Hidden),
        ("superuser", Hidden),
        ("inactive", Hidden),
    ],
)
def test_who_may_know_of_the_case_is_forbidden_and_who_may_not_finds_nothing(
    world, at, name, error
):
    case = world.assigned_case()
    with pytest.raises(error):
        rename(case, actor=world.users[name], at=at)
    assert Case.objects.get(pk=case.pk).jurisdiction == "england"


def test_two_actions_on_one_case_wait_for_each_other(world, at):
    """The second reads what the first wrote: none is lost between them."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    case = world.assigned_case()

    @action("test.counted", right=rights.SCREEN)
    def count_up(case, *, actor, at):
        fresh = Case.objects.get(pk=case.pk)
        fresh.version += 1
        fresh.save(update_fields=["version"])

    def once(_):
        try:
            count_up(case, actor=world.caseworker, at=at)
        finally:
            connection.close()

    before = Case.objects.get(pk=case.pk).version
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(once, range(12)))
    assert Case.objects.get(pk=case.pk).version == before + 12
