"""The auditor's pages: what is released of which period, what it waits for, and what was tried."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from django.db import connections
from django.utils import timezone

from nrm.accounts.roles import Role
from nrm.audit.models import Event
from reporting.models import FrozenTable, Release, ReleaseFile
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan
from reporting.statistics import selectors, views
from reporting.statistics.files import files_of
from reporting.statistics.selectors import closed_periods, document_of
from tests.api.tools import api
from tests.reporting.made import a_release, asked_for
from tests.world import person, signed_in


@pytest.fixture
def second(world):
    return person("auditor2@example.org", Role.AUDITOR, world.oversight)


@pytest.fixture
def quarter(world):
    closed = closed_periods(world.profile, at=timezone.now())
    return next(one for one in closed if one.number)


def text(client, where, status=200):
    page = client.get(where)
    assert page.status_code == status, where
    return page.content.decode()


def test_periods_are_offered_once_they_have_ended_where_the_law_applies(world):
    last_moment = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)  # 23:59 in London
    assert closed_periods(world.profile, at=last_moment)[0] == Period(2026, 1)
    assert closed_periods(world.profile, at=last_moment.replace(minute=0, hour=23))[0] == Period(
        2026, 2
    )
    january = closed_periods(world.profile, at=datetime(2026, 1, 2, tzinfo=UTC))
    assert january[:3] == [Period(2025), Period(2025, 4), Period(2025, 3)]
    assert len(january) == 10


def test_an_auditor_asks_once_is_told_how_far_it_is_and_that_nobody_builds_now(
    world, quarter, monkeypatch
):
    client = world.client("auditor")
    where = f"/statistics/{quarter}/"
    assert "Not asked for yet" in text(client, "/statistics/")
    assert "It takes 1 of the 5 epsilon" in text(client, where)
    monkeypatch.setattr(views, "states", lambda: {"worker": "degraded"})
    for _ in range(2):
        assert client.post(where).status_code == 302
    page = text(client, where)
    assert "Waits for its turn" in page
    assert "does not answer now. Nothing is lost" in page
    monkeypatch.setattr(views, "states", lambda: {"worker": "ok"})
    assert "does not answer now" not in text(client, where)
    assert Release.objects.count() == 1
    assert "1 of 5 is spent; 4 is left" in text(client, "/statistics/epsilon/")
    assert client.post("/statistics/2999-Q1/").status_code == 404
    assert client.get("/statistics/2019-Q1/").status_code == 404
    assert client.get(f"{where}attacks/").status_code == 404


def test_two_people_publish_and_one_does_not(world, second, quarter):
    release = a_release(world, quarter)
    where = f"/statistics/{quarter}/"
    first, other = world.client("auditor"), signed_in(second)
    assert first.get(f"{where}files/json/").status_code == 404
    for _ in range(2):
        first.post(f"{where}approval/")
    page = text(first, where)
    assert "You approved it. A second person" in page
    assert "Approve this release" not in page
    assert "Approve this release" in text(other, where)
    other.post(f"{where}approval/")
    page = text(other, where)
    assert "Auditor2" in page
    steps = (
        "Approved by a second person, and published, <bdi>Auditor2</bdi>",
        "Approved, <bdi>Auditor2</bdi>",
    )
    assert 0 < page.index(steps[0]) < page.index(steps[1])  # the newest first
    # e is 2.718; one code against another moves two counts, so that it is e squared: 7.389.
    assert "at most 2.8 times surer that the last person is counted in it, and 7.4 times" in page
    assert "By all releases of its year together it is at most 149 times and 22,027 times" in page
    assert "Counts below 10 are hidden" in page
    file = other.get(f"{where}files/json/")
    assert file["Content-Disposition"] == (f'attachment; filename="statistics-uk-{quarter}.json"')
    assert json.loads(file.content)["sha256"] == Release.objects.get(pk=release.pk).sha256
    same = other.get(f"{where}files/json/", HTTP_IF_NONE_MATCH=file["ETag"])
    assert (same.status_code, same["ETag"]) == (304, file["ETag"])
    assert "File taken away (json), <bdi>Auditor2</bdi>" in text(other, where)
    assert Event.objects.filter(verb="release.downloaded").count() == 2
    other.post(f"{where}withholding/", {"because": "risk"})
    assert Release.objects.get(pk=release.pk).state == "published"


def test_who_has_the_file_is_told_so_also_where_it_was_sent_compressed(world, second, quarter):
    a_release(world, quarter, approved_by=[world.auditor, second])
    client = world.client("auditor")
    where = f"/statistics/{quarter}/files/json/"
    file = client.get(where, headers={"accept-encoding": "gzip"})
    assert (file.status_code, file["Content-Encoding"]) == (200, "gzip")
    assert file["ETag"].startswith('W/"')
    for held in (file["ETag"], f'"another", {file["ETag"]}', "*"):
        same = client.get(where, headers={"accept-encoding": "gzip", "if-none-match": held})
        assert (same.status_code, same.content) == (304, b""), held
    other = client.get(where, headers={"if-none-match": '"another"'})
    assert other.status_code == 200
    held = Event.objects.filter(verb="release.downloaded").order_by("id")
    assert [event.data["held"] for event in held] == [False, True, True, True, False]


def test_no_step_is_pushed_away_by_looks(world, second, quarter):
    a_release(world, quarter, approved_by=[world.auditor])
    client, where = world.client("auditor"), f"/statistics/{quarter}/"
    signed_in(second).post(f"{where}approval/")
    signed_in(second).get(f"{where}files/json/")
    for _ in range(110):
        client.get(where)
    page = " ".join(text(client, where).split())
    assert "Approved by a second person, and published, <bdi>Auditor2</bdi>" in page
    assert "File taken away (json), <bdi>Auditor2</bdi>: once, on" in page
    # Each look is told the looks before it and itself.
    assert "Looked at, <bdi>Auditor</bdi>: 110 times, the last on" in page


def test_asking_spends_for_good_so_it_wants_somebody_who_is_there(world, quarter):
    client, where = world.client("auditor"), f"/statistics/{quarter}/"
    session = client.session
    session["proved_at"] = 0
    session.save()
    asked = client.post(where)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/confirmation/?next=")
    assert not Release.objects.exists()
    program = api(world.auditor)
    assert program.post(f"/api/v1{where}").status_code == 405
    assert not Release.objects.exists()
    assert program.get(f"/api/v1{where}").json()["state"] == "not_asked"


def test_a_count_of_many_is_on_the_page_and_in_every_file_and_a_small_one_in_none(
    world, second, quarter
):
    plan = load_plan("uk")
    counts = {t.code: dict.fromkeys(plan.cells(t), 0) for t in plan.tables_of("quarter")}
    counts["referrals_age_sex"]["adult", "female"] = 8700
    release = a_release(world, quarter, counts=counts, approved_by=[world.auditor, second])
    found = document_of(release)
    shown = str(found.tables[1].cells["adult", "female"])
    assert 8500 < int(shown) < 8900
    page = text(world.client("auditor"), f"/statistics/{quarter}/")
    assert f">{shown}<" in page
    assert ">[c]<" in page
    files = files_of(found)
    for kind, content in files.items():
        if kind.startswith("ods"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read("content.xml")
        assert shown.encode() in content, kind
        assert b"[c]" in content, kind
    rows = files["csv"].decode().split("\r\n")
    about = [line for line in rows if line.startswith("# ")]
    for told in (
        "Epsilon: 1",
        found.sha256,
        found.snapshot_sha256,
        "[c]: hidden",
        "The worst case",
    ):
        assert any(told in line for line in about), told
    albania = next(line for line in rows if ",nationality,AL," in line)
    assert ",AL,Albania," in albania
    assert "Référence" not in files["html-fr"].decode()
    assert 'dir="rtl"' in files["html-ar"].decode()
    assert "<script" not in files["html-en"].decode()


def test_a_year_has_its_referrals_by_authority_on_the_page_and_in_every_file(world, second):
    plan = load_plan("uk")
    counts = {t.code: dict.fromkeys(plan.cells(t), 0) for t in plan.tables_of("year")}
    counts["referrals_authority"]["ieca",] = 87000
    year = next(one for one in closed_periods(world.profile, at=timezone.now()) if not one.number)
    release = a_release(world, year, counts=counts, approved_by=[world.auditor, second])
    found = document_of(release)
    (by_authority,) = (one for one in found.tables if one.code == "referrals_authority")
    shown = by_authority.cells["ieca",]
    assert 86500 < shown < 87500
    assert f">{shown}<" in text(world.client("auditor"), f"/statistics/{year}/")
    files = files_of(found)
    titles = {"en": "Referrals by authority", "fr": "Signalements par autorité"}
    for kind, content in files.items():
        if kind.startswith("ods"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read("content.xml")
        assert str(shown).encode() in content, kind
        title = titles.get(kind.rpartition("-")[2], "الإحالات حسب السلطة")
        assert title in content.decode() or kind == "csv", kind
    assert (
        "referrals_authority,Referrals by authority,referrals,authority,ieca,"
        in files["csv"].decode()
    )


def test_why_it_was_blocked_is_told_without_what_was_proved(world, quarter):
    release = asked_for(world, quarter)
    codes = [
        {"kind": "recovered", "period": str(quarter), "table": "referrals_age_sex",
         "codes": ["child", "male"]},
        {"kind": "tracker"},
    ]  # fmt: skip
    report = {"passed": False, "codes": codes, "joined_with": [], "proof": {"hidden": 3},
              "controls": [{"control": "primary", "broken": False}]}  # fmt: skip
    with connections["owner"].cursor() as owner:
        owner.execute("INSERT INTO reporting_snapshot VALUES (%s, 'salt', now())", [release.pk])
        owner.execute(
            "UPDATE reporting_release SET state = 'blocked', step = 'done', sha256 = 'x',"
            " built_at = now(), attacks = %s",
            [json.dumps(report)],
        )
    client = world.client("auditor")
    page = text(client, f"/statistics/{quarter}/attacks/")
    assert "A hidden count can be worked out exactly" in page
    assert "Referrals by age and sex; child, male" in page
    assert "Not broken" in page
    assert "its numbers are kept nowhere" in text(client, f"/statistics/{quarter}/")


def test_a_profile_without_tables_says_so_and_releases_nothing(world, quarter, monkeypatch):
    def none(_code):
        raise LookupError

    monkeypatch.setattr(selectors, "load_plan", none)
    client = world.client("auditor")
    assert "a profile of your own cannot bring them yet" in text(client, "/statistics/")
    page = client.post(f"/statistics/{quarter}/")
    assert page.status_code == 422
    assert b"There are no tables for this profile" in page.content
    assert not Release.objects.exists()


def test_tables_of_before_are_shown_as_what_they_are_and_no_more_are_made(world):
    row = {"code": "referrals_by_age", "profile_code": "uk", "quarter": "2026-Q1", "total": 20}
    cells = [{"code": "adult", "count": 10}, {"code": "child", "count": None}]
    more = {"rule": {}, "sha256": hashlib.sha256(b"").hexdigest(), "frozen_at": timezone.now()}
    FrozenTable.objects.create(cells=cells, **row, **more)
    page = text(world.client("auditor"), "/statistics/")
    assert "Do not publish them" in page
    assert "[c]" in page
    assert not ReleaseFile.objects.exists()


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "administrator", "responder"])
def test_nobody_else_sees_a_page_of_them(world, quarter, second, name):
    a_release(world, quarter, approved_by=[world.auditor, second])
    client = world.client(name)
    for where in ("", "epsilon/", f"{quarter}/", f"{quarter}/attacks/", f"{quarter}/files/json/"):
        assert client.get(f"/statistics/{where}").status_code == 403
