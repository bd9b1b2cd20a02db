"""Who releases statistics, and what stops them: the account of epsilon, the attacks, a second
person; and that nothing is taken back or changed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from django.db.models import Sum

from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from reporting.models import Approval, Release, ReleaseFile, Spend
from reporting.releases.document import read_release
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan
from reporting.statistics import actions, building, counting
from reporting.statistics.actions import approve_release, ask_for_release, withhold_release
from reporting.statistics.files import KINDS
from reporting.statistics.selectors import document_of, published_releases
from tests.reporting.made import NOVEMBER, a_release
from tests.reporting.persons import some_casework
from tests.world import person

Q1 = Period(2026, 1)
PASSED = {
    "passed": True,
    "proved": False,
    "reasons": [],
    "codes": [],
    "joined_with": [],
    "proof": {},
}
FAILED = {**PASSED, "passed": False, "proved": True, "codes": [{"kind": "recovered"}]}
NOT_JUDGED = {**PASSED, "passed": False, "codes": [{"kind": "control"}]}


@pytest.fixture
def second(world):
    return person("auditor2@example.org", Role.AUDITOR, world.oversight)


@pytest.fixture
def quick(monkeypatch):
    """Attacks that find nothing, and take no time."""
    monkeypatch.setattr(building, "attack", lambda *_: PASSED)


def ask(world, period=Q1, actor=None):
    return ask_for_release(
        actor=actor or world.auditor, at=NOVEMBER, profile=world.profile, period=period
    )


def build(as_worker, at=NOVEMBER):
    with as_worker():
        return building.build_waiting(at=at)


def fresh(release):
    return Release.objects.get(pk=release.pk)


def test_two_auditors_release_a_quarter_that_withstood_every_attack(world, second, as_worker):
    some_casework(world, datetime(2025, 10, 1, tzinfo=UTC), people=30, seed=1)
    release = ask(world)
    assert build(as_worker) == 1
    assert build(as_worker) == 0
    built = fresh(release)
    assert (built.state, built.step) == ("built", "done")
    assert all(one["broken"] for one in built.attacks["controls"])
    assert "intervals" not in str(built.attacks)
    assert sorted(ReleaseFile.objects.values_list("kind", flat=True)) == sorted(KINDS)
    assert published_releases("uk") == []
    approve_release(release, actor=world.auditor, at=NOVEMBER)
    assert fresh(release).state == "built"
    approve_release(release, actor=second, at=NOVEMBER)
    assert published_releases("uk") == [release]
    found = document_of(release)
    assert found.sha256 == built.sha256
    with counting.statistics() as reader:
        assert counting.hash_of(reader, release.pk) == found.snapshot_sha256
    verbs = Event.objects.filter(object_id=release.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [
        "release.asked",
        "release.built",
        "release.approved",
        "release.published",
        "release.approved",
    ]


def test_nobody_is_both_people(world, second):
    release = a_release(world, Q1, approved_by=[world.auditor])
    with pytest.raises(Refused):
        approve_release(release, actor=world.auditor, at=NOVEMBER)
    assert fresh(release).state == "built"
    with pytest.raises(DatabaseError, match="Two people approve"), acting_as(world.auditor):
        Release.objects.filter(pk=release.pk).update(state="published", published_at=NOVEMBER)
    with pytest.raises(DatabaseError, match="violates"), acting_as(world.auditor):
        Approval.objects.create(release=release, by=second, at=NOVEMBER)
    approve_release(release, actor=second, at=NOVEMBER)
    assert fresh(release).state == "published"


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "administrator", "responder"])
def test_nobody_but_auditors_asks_or_approves(world, name):
    release = a_release(world, Q1)
    with pytest.raises(Forbidden):
        ask(world, Period(2026, 2), actor=world.users[name])
    with pytest.raises(Forbidden):
        approve_release(release, actor=world.users[name], at=NOVEMBER)
    with pytest.raises(Forbidden):
        withhold_release(release, actor=world.users[name], at=NOVEMBER, because="risk")


def test_what_did_not_withstand_the_attacks_is_final_and_has_no_numbers(
    world, as_worker, monkeypatch
):
    monkeypatch.setattr(building, "attack", lambda *_: FAILED)
    release = ask(world)
    build(as_worker)
    assert fresh(release).state == "blocked"
    assert not ReleaseFile.objects.exists()
    assert ask(world) == release
    assert build(as_worker) == 0
    assert Spend.objects.count() == 1
    with pytest.raises(Refused):
        approve_release(release, actor=world.auditor, at=NOVEMBER)


def test_one_person_is_enough_to_withhold_and_the_epsilon_stays_spent(world, second):
    release = a_release(world, Q1, approved_by=[world.auditor])
    with pytest.raises(Refused):
        withhold_release(release, actor=second, at=NOVEMBER, because="")
    withhold_release(release, actor=second, at=NOVEMBER, because="risk")
    assert fresh(release).state == "withheld"
    with pytest.raises(Refused):
        approve_release(release, actor=second, at=NOVEMBER)
    assert Spend.objects.get().release_id == release.pk


def test_the_approval_of_somebody_who_left_since_does_not_count(world, second):
    """Two people who answer for it when it is published."""
    third, fourth = (
        person(f"auditor{number}@example.org", Role.AUDITOR, world.oversight) for number in (3, 4)
    )
    release = a_release(world, Q1, approved_by=[world.auditor])
    User.objects.filter(pk=world.auditor.pk).update(is_active=False)
    approve_release(release, actor=second, at=NOVEMBER)
    assert fresh(release).state == "built"
    second.memberships.all().delete()
    approve_release(release, actor=third, at=NOVEMBER)
    assert fresh(release).state == "built"
    approve_release(release, actor=fourth, at=NOVEMBER)
    assert fresh(release).state == "published"


def test_what_was_withheld_is_shown_to_nobody_and_later_ones_are_attacked_with_it(
    world, second, as_worker, monkeypatch
):
    joined = []
    monkeypatch.setattr(building, "attack", lambda _new, earlier: joined.extend(earlier) or PASSED)
    release = a_release(world, Q1)
    client = world.client("auditor")
    page = client.get("/statistics/2026-Q1/")
    assert page.context["tables"]
    withhold_release(release, actor=second, at=NOVEMBER, because="risk")
    page = client.get("/statistics/2026-Q1/")
    assert page.status_code == 200
    assert not any(name in page.context for name in ("totals", "tables", "head", "kinds"))
    assert document_of(release).sha256 not in page.content.decode()
    assert client.get("/statistics/2026-Q1/files/json/").status_code == 404
    ask(world, Period(2026, 2))
    build(as_worker)
    assert [one.sha256 for one in joined] == [document_of(release).sha256]


def test_an_auditor_under_another_law_reads_asks_and_changes_nothing_of_a_release(world, second):
    """By hand, past the pages: the database asks for the law of the auditor's organisation."""
    far = Organisation.objects.create(name="Far", kind="oversight", profile="palermo")
    stranger = person("far@example.org", Role.AUDITOR, far)
    release = a_release(world, Q1, approved_by=[second])
    for model in (Release, Spend, Approval, ReleaseFile):
        with acting_as(second):
            assert model.objects.count() == 1
        with acting_as(stranger):
            assert model.objects.count() == 0
    with acting_as(stranger):
        assert not Release.objects.filter(pk=release.pk).update(state="withheld")
    told = {"by": stranger, "at": NOVEMBER}
    with pytest.raises(DatabaseError, match="row-level"), acting_as(stranger):
        Approval.objects.create(release=release, **told)
    other = Release.objects.create(
        profile_code="uk", period="2026-Q2", asked_by=second, asked_at=NOVEMBER
    )
    spent = {"profile_code": "uk", "year": 2026, "epsilon": "4", "cap": "5", "release": other}
    with pytest.raises(DatabaseError, match="row-level"), acting_as(stranger):
        Spend.objects.create(**spent, **told)
    with pytest.raises(DatabaseError, match="row-level"), acting_as(stranger):
        Release.objects.create(
            profile_code="uk", period="2025-Q2", asked_by=stranger, asked_at=NOVEMBER
        )


def test_open_and_long_gone_periods_are_refused(world):
    for period in (Period(2026, 4), Period(2026), Period(2019, 1)):
        with pytest.raises(Refused):
            ask(world, period)
    assert not Spend.objects.exists()


# The account of epsilon --------------------------------------------------------------------------
def at_once(call, times):
    def one(number):
        try:
            return call(number)
        except (Refused, IntegrityError):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(one, range(times)))


def test_fifty_who_ask_at_once_for_a_quarter_get_one_release_and_spend_once(world):
    found = at_once(lambda _: ask(world).pk, 50)
    assert len(set(found)) == 1
    assert None not in found
    assert Spend.objects.count() == Release.objects.count() == 1


def test_fifty_releases_at_once_never_pass_the_cap_of_their_year(world):
    """The database sees to it, whoever forgets to."""
    releases = [
        Release.objects.create(
            profile_code="uk", period=f"2025-{n:02}", asked_by=world.auditor, asked_at=NOVEMBER
        )
        for n in range(50)
    ]

    def spend(number):
        with acting_as(world.auditor):
            return Spend.objects.create(
                profile_code="uk",
                year=2025,
                epsilon="0.9",
                cap="5",
                release=releases[number],
                by=world.auditor,
                at=NOVEMBER,
            )

    assert sum(one is not None for one in at_once(spend, 50)) == 5
    assert float(Spend.objects.aggregate(all=Sum("epsilon"))["all"]) == 4.5


def test_the_year_that_has_nothing_left_is_refused_for_good(world):
    a_release(world, Period(2025, 1))
    Spend.objects.create(
        profile_code="uk",
        year=2025,
        epsilon="3.5",
        cap="5",
        release=Release.objects.create(
            profile_code="uk", period="2025-Q9", asked_by=world.auditor, asked_at=NOVEMBER
        ),
        by=world.auditor,
        at=NOVEMBER,
    )
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            ask(world, Period(2025, 2))
        assert refused.value.objections[0].code == "no_epsilon"
    assert not Release.objects.filter(period="2025-Q2").exists()


@pytest.mark.parametrize("where", ["_noised", "attack", "files_of"])
def test_a_crash_after_spending_gives_nothing_back_and_the_next_job_goes_on(
    world, as_worker, quick, monkeypatch, where
):
    release = ask(world)
    with monkeypatch.context() as broken:
        broken.setattr(building, where, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build(as_worker)
    assert fresh(release).state == "asked"
    assert fresh(release).failed_at == NOVEMBER
    assert build(as_worker) == 0  # not again in the same moment
    assert not ReleaseFile.objects.exists()
    assert Spend.objects.count() == 1
    assert ask(world) == release
    assert build(as_worker, at=NOVEMBER + timedelta(minutes=1)) == 1
    assert Spend.objects.count() == 1
    assert fresh(release).state == "built"


def test_attacks_that_prove_nothing_break_the_build_off_and_block_nothing(
    world, as_worker, monkeypatch
):
    release = ask(world)
    with monkeypatch.context() as blind:
        blind.setattr(building, "attack", lambda *_: NOT_JUDGED)
        with pytest.raises(building.NotJudged):
            build(as_worker)
    assert fresh(release).state == "asked"
    assert fresh(release).failed_at == NOVEMBER
    monkeypatch.setattr(building, "attack", lambda *_: PASSED)
    assert build(as_worker, at=NOVEMBER + timedelta(minutes=1)) == 1
    assert fresh(release).state == "built"


@pytest.mark.parametrize(
    ("changed", "builds"),
    [
        ({}, 1),
        ({"epsilon": "0.5"}, 1),
        ({"epsilon": "4"}, 0),
        ({"epsilon": "1", "epsilon_a_year": "0.5"}, 0),
    ],
)
def test_no_noise_is_drawn_that_spends_more_than_was_taken(
    world, as_worker, quick, monkeypatch, changed, builds
):
    """The tables are read anew when it is built, and somebody may have changed them."""
    release = ask(world)
    drawn = []
    noised = building._noised
    monkeypatch.setattr(building, "_noised", lambda *one: drawn.append(True) or noised(*one))
    plan = replace(load_plan("uk"), **changed)
    monkeypatch.setattr(building, "load_plan", lambda _: plan)
    if builds:
        assert build(as_worker) == 1
    else:
        with pytest.raises(building.NotSpent):
            build(as_worker)
        assert not drawn
        assert fresh(release).state == "asked"
    for one in ReleaseFile.objects.filter(kind="json"):
        assert read_release(bytes(one.content)).epsilon <= release.spend.epsilon


def test_nothing_is_taken_for_tables_that_no_release_could_be_made_of(world, monkeypatch):
    plan = replace(load_plan("uk"), epsilon="2", epsilon_a_year="10")
    monkeypatch.setattr(actions, "plan_of", lambda _: plan)
    with pytest.raises(Refused) as refused:
        ask(world)
    assert [one.code for one in refused.value.objections] == ["unsafe_tables"]
    assert not Spend.objects.exists()
    assert not Release.objects.exists()


def test_what_goes_on_breaking_is_tried_less_and_less_and_noted_once_a_day_and_kind(
    world, as_worker, quick, monkeypatch
):
    release = ask(world)
    tried, error = [], ZeroDivisionError

    def breaks(*_):
        tried.append(at)
        raise error

    monkeypatch.setattr(building, "_noised", breaks)
    for step in range(4 * 60):  # each minute, for four hours
        at = NOVEMBER + timedelta(minutes=step)
        with suppress(ZeroDivisionError):
            build(as_worker, at=at)
    assert 15 < len(tried) < 40
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert gaps[0] == timedelta(minutes=1)
    assert gaps == sorted(gaps)
    assert max(gaps) <= timedelta(minutes=15)

    def noted():
        events = Event.objects.filter(verb="release.failed", object_id=release.pk).order_by("id")
        return [event.data["error"] for event in events]

    assert noted() == ["ZeroDivisionError"]
    assert fresh(release).failed_at == tried[-1]
    error = KeyError
    for at in (NOVEMBER + timedelta(hours=5), NOVEMBER + timedelta(hours=6)):
        with pytest.raises(KeyError):
            build(as_worker, at=at)
    assert noted() == ["ZeroDivisionError", "KeyError"]
    error, at = ZeroDivisionError, NOVEMBER + timedelta(days=1, hours=6)
    with pytest.raises(ZeroDivisionError):
        build(as_worker, at=at)
    assert noted() == ["ZeroDivisionError", "KeyError", "ZeroDivisionError"]


def test_two_jobs_do_not_build_one_release(world, as_worker, quick):
    release = ask(world)
    with counting.statistics() as other:
        other.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"building {release.pk}"]
        )
        assert build(as_worker) == 0
    assert build(as_worker) == 1


def test_a_release_that_came_between_is_attacked_with_it(world, as_worker, monkeypatch):
    joined = []
    looked = building._earlier

    def attack(_newest, earlier):
        joined.append(len(earlier))
        return PASSED

    def before_it_came(release, actor):
        return looked(release, actor) if joined else []

    monkeypatch.setattr(building, "attack", attack)
    monkeypatch.setattr(building, "_earlier", before_it_came)
    a_release(world, Period(2026, 2))
    ask(world)
    build(as_worker)
    assert joined == [0, 1]


# For good ----------------------------------------------------------------------------------------
def test_what_is_published_is_not_changed_by_anybody_the_owner_included(world, second):
    release = a_release(world, Q1, approved_by=[world.auditor, second])
    before = bytes(ReleaseFile.objects.get().content)
    for table, column in (
        ("release", "state"),
        ("releasefile", "kind"),
        ("spend", "cap"),
        ("approval", "at"),
        ("snapshot", "salt"),
    ):
        change = f"UPDATE reporting_{table} SET {column} = {column}"
        for way in (change, f"DELETE FROM reporting_{table}"):
            with pytest.raises(DatabaseError), connections["owner"].cursor() as owner:
                owner.execute(way)
    for table in (
        "release", "spend", "approval", "releasefile", "snapshot", "snapshotrow", "frozentable"
    ):  # fmt: skip
        refused = pytest.raises(DatabaseError, match="does not change")
        with refused, connections["owner"].cursor() as owner:
            owner.execute(f"TRUNCATE reporting_{table} CASCADE")
    assert Spend.objects.count() == 1
    with pytest.raises(DatabaseError, match="past that"):
        ReleaseFile.objects.create(release=release, kind="csv", content=b"", sha256="0" * 64)
    assert bytes(ReleaseFile.objects.get().content) == before
    assert read_release(before) == document_of(release)
