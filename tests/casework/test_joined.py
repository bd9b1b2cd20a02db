"""What protects a person reaches every case of theirs that was merged with another, also where
whoever does it on the one does not see the other; and an exclusion ends what somebody holds."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions.confidentiality import change_confidentiality
from cases.actions.emergency import ask_emergency
from cases.actions.excluding import exclude, lift
from cases.actions.linking import link_cases
from cases.actions.matters import raise_matter
from cases.actions.merging import ask_merging, decide_merging
from cases.actions.sharing import (
    Wanted,
    preview_bundle,
    record_consent,
    share_bundle,
    withdraw_consent,
)
from cases.models import (
    Bundle,
    Case,
    CaseGroupGrant,
    CaseUserGrant,
    Consent,
    EmergencyAccess,
    Exclusion,
    InboxItem,
)
from cases.rights import SEE_CASE
from cases.selectors.emergency import of_case
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.services import note_need, refer
from protection.actions.shelter import end_stay, keep_from, lift_keeping, move_in
from protection.models import Service
from tests.casework.people import assigned
from tests.casework.test_notices import send
from tests.protection.test_services import refusals
from tests.protection.test_shelter import a_bed, a_case, a_place, hold

ACCUSED = {"kind": "criminal", "stage": "charged", "offence": "Growing cannabis."}
WHY = "The hotline is on the telephone and nobody else is here."


@pytest.fixture
def ends(world, at):
    """The case that goes on in the other one, of another caseworker."""
    return assigned(world, at=at)


@pytest.fixture
def goes_on(world, at):
    return assigned(world, at=at, to="caseworker2")


def merge(world, ends, goes_on, at):
    row = ask_merging(
        ends,
        actor=world.intake,
        at=at,
        other=goes_on.reference,
        reason="compared",
        goes_on="other",
    )
    decide_merging(row, actor=world.supervisor2, at=at, agree=True)


def unseen(case):
    """Supervisors stand near the case no more: the one who acts sees the other one alone."""
    CaseGroupGrant.objects.filter(content_object=case, permission__codename="decide").delete()


def sees(world, name, case):
    user = world.users[name]
    user.__dict__.pop("roles", None)
    user.__dict__.pop("role_groups", None)
    with acting_as(user):
        return Case.objects.visible_to(user, SEE_CASE).filter(pk=case.pk).exists()


def say(world, case, at, answer="agreed", *, kind="provider", purpose="support", **more):
    who = "caseworker" if case.caseworker == world.caseworker else "caseworker2"
    return record_consent(
        case,
        actor=world.users[who],
        at=at,
        purpose=purpose,
        recipient_kind=kind,
        answer=answer,
        language="sq",
        interpreter="none",
        **{"given_on": timezone.localdate(at), **more},
    )


def share(world, case, at, consent):
    what = Wanted(world.provider_house.pk, consent.purpose, consent.pk, ("standing",))
    by = {"actor": world.caseworker, "at": at, "wanted": what}
    return share_bundle(case, digest=preview_bundle(case, **by).digest, key=uuid4(), **by)


def serve(world, case, at, code="accommodation"):
    row = note_need(case, actor=world.caseworker, at=at, code=code, urgency="soon")
    return refer(row, actor=world.caseworker, at=at, organisation=world.provider_house.pk)


def events(case, verb):
    return list(Event.objects.filter(case_id=case.pk, verb=verb).order_by("id"))


# What the person said -----------------------------------------------------------------------------
def test_a_no_ends_all_that_rests_on_it_in_a_case_that_its_recorder_does_not_see(
    world, ends, goes_on, at
):
    bundle = share(world, ends, at, say(world, ends, at))
    service = serve(world, ends, at)
    told = say(world, ends, at, kind="prosecution", purpose="non_punishment")
    matter = raise_matter(ends, actor=world.caseworker, at=at, values=ACCUSED)
    notice = send(world, matter, at, ground="", consent=told.pk)
    merge(world, ends, goes_on, at)
    assert not sees(world, "caseworker2", ends)
    later = at + timedelta(seconds=5)
    say(world, goes_on, later, "declined")
    for row in (bundle, service, notice):
        row.refresh_from_db()
    assert (bundle.recalled_because, bundle.recalled_by) == ("consent_withdrawn", world.caseworker2)
    assert (service.state, service.reason) == ("exited", "consent_withdrawn")
    assert notice.recalled_at is None  # of something else
    assert not CaseGroupGrant.objects.filter(content_object=ends, reason="service").exists()
    # It stands on the case, for when it is worked on again, and is on its record.
    no = Consent.objects.get(case=ends, purpose="support", answer="declined")
    assert (no.given_on, no.language) == (timezone.localdate(at).isoformat(), "sq")
    (recorded,) = [one for one in events(ends, "consent.recorded") if one.object_id == no.pk]
    assert (recorded.actor_id, recorded.data["answer"]) == (world.caseworker2.pk, "declined")
    assert [one.object_id for one in events(ends, "bundle.recalled")] == [bundle.pk]
    assert [one.object_id for one in events(ends, "service.ended")] == [service.pk]
    kinds = InboxItem.objects.filter(user=world.provider).values_list("kind", flat=True)
    assert {"bundle_recalled", "service_ended"} <= set(kinds)
    assert set(InboxItem.objects.filter(kind="bundle_recalled").values_list("case", flat=True)) == {
        None
    }
    # Said again it is no news there.
    say(world, goes_on, later + timedelta(seconds=5), "declined")
    assert Consent.objects.filter(case=ends, purpose="support", answer="declined").count() == 1
    say(world, goes_on, later, "declined", kind="prosecution", purpose="non_punishment")
    notice.refresh_from_db()
    assert notice.recalled_because == "consent_withdrawn"
    assert [one.object_id for one in events(ends, "notice.recalled")] == [notice.pk]
    assert InboxItem.objects.filter(kind="notice_recalled", user=world.liaison).exists()


@pytest.mark.parametrize("lives", [False, True])
def test_a_bed_that_is_held_in_the_other_case_is_free_again_and_nobody_is_put_on_the_street(
    world, ends, goes_on, at, lives
):
    say(world, ends, at)
    serve(world, ends, at)
    stay = hold(world, ends, a_bed(world, at, a_place(world, at)), at)
    if lives:
        move_in(stay, actor=world.caseworker, at=at)
    merge(world, ends, goes_on, at)
    say(world, goes_on, at + timedelta(seconds=5), "declined")
    stay.refresh_from_db()
    kind = "stay_left_behind" if lives else "hold_given_up"
    assert stay.state == ("occupied" if lives else "ended")
    (item,) = InboxItem.objects.filter(kind=kind)
    assert (item.user, item.case_id) == (world.caseworker, ends.pk)
    left = [] if lives else [stay.pk]
    assert [one.object_id for one in events(ends, "shelter.left")] == left


UNSAFE = {"bed": "The person would not be safe there. Choose another place."}


@pytest.mark.parametrize("why", ["apart", "exploiter", "region"])
def test_whom_and_what_a_person_is_kept_from_holds_in_both(world, at, why):
    """What was recorded on the case that ends keeps the person safe in the one that goes on, also
    where who works on that does not see it; and so it is lifted there where it was recorded."""
    by = {"actor": world.caseworker, "at": at}
    ends, goes_on = assigned(world, at=at), a_case(world, at)
    other, place = a_case(world, at), a_place(world, at)
    beds = [a_bed(world, at, place, number) for number in (1, 2)]
    kept = None
    if why == "apart":
        link_cases(ends, other=other.reference, kind="event", rule="apart", **by)
    elif why == "exploiter":
        kept = keep_from(ends, kind="exploiter", exploiter="Big Arben", **by)
        keep_from(other, kind="exploiter", exploiter="arben BIG", **by)
    else:
        kept = keep_from(ends, kind="region", region=place.region, **by)
    merge(world, ends, goes_on, at)
    if why != "region":
        stay = hold(world, goes_on, beds[0], at)
        assert refusals(hold, world, other, beds[1], at) == UNSAFE
        end_stay(stay, reason="not_needed", **by)
        hold(world, other, beds[1], at)
    assert refusals(hold, world, goes_on, beds[0], at) == UNSAFE
    if kept is not None:
        lift_keeping(kept, **by)
        hold(world, goes_on, beds[0], at)


def test_a_consent_that_is_withdrawn_is_withdrawn_in_both_and_an_end_ends_both(
    world, ends, goes_on, at
):
    health = share(world, ends, at, say(world, ends, at, purpose="health"))
    support = share(world, ends, at, say(world, ends, at))
    service = serve(world, ends, at)
    merge(world, ends, goes_on, at)
    row = say(world, goes_on, at + timedelta(seconds=5), purpose="health")
    withdraw_consent(row, actor=world.caseworker2, at=at + timedelta(seconds=9))
    health.refresh_from_db()
    assert health.recalled_because == "consent_withdrawn"
    day = timezone.localdate(at) + timedelta(days=2)
    say(world, goes_on, at + timedelta(seconds=5), ends_on=day)
    for one in (support, service):
        one.refresh_from_db()
    assert support.recalled_at is None
    assert timezone.localdate(support.ends_at) == timezone.localdate(service.until) == day
    assert [one.object_id for one in events(ends, "bundle.shortened")] == [support.pk]


def test_what_was_said_before_what_stands_there_changes_nothing_there(world, ends, goes_on, at):
    bundle = share(world, ends, at, say(world, ends, at))
    say(world, goes_on, at, "declined", given_on=timezone.localdate(at) - timedelta(days=9))
    merge(world, ends, goes_on, at)
    bundle.refresh_from_db()
    assert bundle.recalled_at is None
    # Of the two, a yes that was said later is never carried: nobody asked about the other case.
    assert not Consent.objects.filter(case=goes_on, answer="agreed", purpose="support").exists()


# Who is kept out ----------------------------------------------------------------------------------
@pytest.mark.parametrize("on_the_one_that_ended", [False, True])
def test_an_exclusion_keeps_from_a_case_that_its_maker_does_not_see(
    world, ends, goes_on, at, on_the_one_that_ended
):
    merge(world, ends, goes_on, at)
    here, there = (ends, goes_on) if on_the_one_that_ended else (goes_on, ends)
    unseen(there)
    worker = Case.objects.get(pk=there.pk).caseworker
    assert not sees(world, "supervisor", there)
    exclude(here, actor=world.supervisor, at=at, reason="armed_group_link", person=worker)
    row = Exclusion.objects.get(case=there)
    assert (row.user, row.by, row.reason) == (worker, world.supervisor, "armed_group_link")
    assert Case.objects.get(pk=there.pk).caseworker is None
    assert not CaseUserGrant.objects.filter(content_object=there).exists()
    assert not sees(world, "caseworker" if worker == world.caseworker else "caseworker2", there)
    (event,) = events(there, "case.excluded")
    assert (event.object_id, event.actor_id) == (row.pk, world.supervisor.pk)
    # The authority that works on the case is never kept from it.
    exclude(here, actor=world.supervisor, at=at, reason="named", organisation=world.prosecution)
    assert Exclusion.objects.filter(case=there, organisation=world.prosecution).exists()


def test_an_excluded_organisation_loses_what_it_was_given_of_both(world, ends, goes_on, at):
    bundle = share(world, ends, at, say(world, ends, at))
    matter = raise_matter(ends, actor=world.caseworker, at=at, values=ACCUSED)
    notice = send(world, matter, at)
    merge(world, ends, goes_on, at)
    unseen(ends)
    for house in (world.provider_house, world.prosecution):
        exclude(goes_on, actor=world.supervisor, at=at, reason="named", organisation=house)
    bundle.refresh_from_db()
    notice.refresh_from_db()
    assert bundle.recalled_because == notice.recalled_because == "risk"
    for row in Exclusion.objects.filter(case=goes_on):
        lift(row, actor=world.supervisor, at=at, because="mistake")
    assert world.client("liaison").get(f"/notices/{notice.pk}/").status_code == 404
    # Lifted here it stays there, until somebody lifts it who may.
    assert Exclusion.objects.filter(case=ends, ended_at=None).count() == 2


# How restricted it is -----------------------------------------------------------------------------
def test_sealing_reaches_a_case_that_its_sealer_does_not_see(world, ends, goes_on, at):
    bundle = share(world, ends, at, say(world, ends, at))
    merge(world, ends, goes_on, at)
    unseen(ends)
    by = {"actor": world.supervisor, "at": at, "level": "sealed", "reason": "insider_risk"}
    change_confidentiality(goes_on, people=[world.supervisor2.pk], **by)
    assert Case.objects.get(pk=ends.pk).confidentiality == "sealed"
    for name in ("supervisor", "supervisor2", "caseworker2"):
        assert sees(world, name, ends), name
        assert sees(world, name, goes_on), name
    for name in ("caseworker", "intake"):  # who had it before it went on elsewhere
        assert not sees(world, name, ends), name
    bundle.refresh_from_db()
    assert bundle.recalled_because == "restricted"
    (event,) = events(ends, "case.confidentiality_changed")
    assert (event.data["before"], event.data["level"]) == ("normal", "sealed")
    # Who is named no more is not there either.
    change_confidentiality(goes_on, people=[], **by)
    assert not sees(world, "supervisor2", ends)
    assert sees(world, "supervisor", ends)
    # Opened again, the one that ended stays as it was left.
    change_confidentiality(goes_on, actor=world.supervisor, at=at, level="normal", reason="ended")
    assert Case.objects.get(pk=ends.pk).confidentiality == "sealed"


def test_sealing_the_one_that_ended_seals_the_one_that_is_worked_on(world, ends, goes_on, at):
    merge(world, ends, goes_on, at)
    by = {"actor": world.supervisor, "at": at, "level": "sealed", "reason": "insider_risk"}
    change_confidentiality(ends, **by)
    assert Case.objects.get(pk=goes_on.pk).confidentiality == "sealed"
    for name in ("supervisor", "caseworker2"):
        assert sees(world, name, goes_on), name
    for name in ("supervisor2", "intake"):
        assert not sees(world, name, goes_on), name


# The functions that do it -------------------------------------------------------------------------
def test_the_database_does_none_of_it_for_who_may_not(world, ends, goes_on, at):
    yes = say(world, goes_on, at)
    no = say(world, goes_on, at, "declined", purpose="health")
    merge(world, ends, goes_on, at)
    exclude(goes_on, actor=world.supervisor, at=at, reason="named", person=world.caseworker)
    row = Exclusion.objects.get(case=goes_on)
    heed = "SELECT * FROM cases_heed_in_joined(%s, '2026-01-01', NULL, %s, now())"
    among = [ends.pk]
    for who, statement, values in (
        ("caseworker2", heed, [yes.pk, among]),  # the person said yes
        ("intake", heed, [no.pk, among]),
        ("other_supervisor", "SELECT * FROM cases_keep_out(%s, now())", [row.pk]),
        ("caseworker2", "SELECT * FROM cases_keep_out(%s, now())", [row.pk]),
        ("caseworker2", "SELECT * FROM cases_seal_joined(%s, now())", [goes_on.pk]),
        ("supervisor", "SELECT cases_joined_with(%s)", [goes_on.pk]),
        ("supervisor", "SELECT cases_was_said(%s, NULL)", [no.pk]),
        ("supervisor", "SELECT cases_supervisors_of(%s)", [ends.pk]),
        (
            "supervisor",
            "SELECT * FROM cases_recall_in(%s, NULL, NULL, NULL, 'risk', now())",
            [ends.pk],
        ),
        (
            "caseworker2",
            "SELECT * FROM protection_heed_in_joined(%s, %s, '{}', 'x', NULL, 'x', now())",
            [yes.pk, among],
        ),
    ):
        with (
            pytest.raises(DatabaseError) as refused,
            acting_as(world.users[who]),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
        assert refused.value.__cause__.sqlstate == "42501", statement
    with acting_as(world.other_supervisor), connection.cursor() as cursor:
        cursor.execute("SELECT cases_joined(%s)", [goes_on.pk])
        assert cursor.fetchone() == ([],)
        cursor.execute("SELECT count(*) FROM cases_said_in_joined(%s)", [goes_on.pk])
        assert cursor.fetchone() == (0,)


# What somebody holds by themselves ----------------------------------------------------------------
def test_an_exclusion_ends_what_a_person_holds_and_lifting_does_not_give_it_back(world, ends, at):
    stranger = world.caseworker2
    access = ask_emergency(stranger, actor=stranger, at=at, reference=ends.reference, reason=WHY)
    assert sees(world, "caseworker2", ends)
    exclude(ends, actor=world.supervisor, at=at, reason="named", person=stranger)
    access.refresh_from_db()
    assert (access.ended_at, access.ended_by) == (at, world.supervisor)
    assert [one.object_id for one in events(ends, "emergency.ended")] == [access.pk]
    (line,) = of_case(ends, at=at)
    assert (line.runs, line.state) == (False, "waiting")
    lift(Exclusion.objects.get(), actor=world.supervisor, at=at, because="mistake")
    assert not sees(world, "caseworker2", ends)
    assert not CaseUserGrant.objects.filter(user=stranger).exists()


def test_a_sealed_case_ends_an_emergency_that_runs(world, ends, at):
    stranger = world.caseworker2
    ask_emergency(stranger, actor=stranger, at=at, reference=ends.reference, reason=WHY)
    by = {"actor": world.supervisor, "at": at, "level": "sealed", "reason": "insider_risk"}
    change_confidentiality(ends, **by)
    row = EmergencyAccess.objects.get()
    assert (row.ended_at, row.ended_by) == (at, world.supervisor)
    assert not of_case(ends, at=at)[0].runs
    assert [one.object_id for one in events(ends, "emergency.ended")] == [row.pk]
    assert Bundle.objects.count() == Service.objects.count() == 0
