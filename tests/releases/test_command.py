"""`manage.py attack_release`: for anybody who has the files, with no database and no settings."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reporting.attacks import programme, suite
from reporting.attacks.population import invented
from reporting.releases.tables import load_plan, true_counts
from tests.releases.small import a_release

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    plan = load_plan("uk")
    path = tmp_path_factory.mktemp("releases") / "2026-Q1.json"
    path.write_bytes(
        a_release(plan, true_counts(plan, "quarter", invented(plan, 600, 9))).as_bytes()
    )
    return path


def test_it_prints_one_object_and_nothing_else_without_database_or_environment(file):
    bare = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "manage.py", "attack_release", str(file)]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    found = json.loads(done.stdout)
    assert list(found)[:3] == ["release", "joined_with", "controls"], "weak releases come first"
    assert found["passed"] is True
    assert done.stderr == ""


def test_it_ends_with_1_and_the_reasons_where_a_release_may_not_be_published(file, monkeypatch):
    monkeypatch.setattr(suite, "controls", lambda *_args, **_more: [])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("attack_release", str(file), str(file), stdout=out)
    assert ended.value.code == 1
    found = json.loads(out.getvalue())
    assert found["passed"] is False
    assert "periods may not overlap" in found["reasons"][0]


def test_what_was_not_finished_in_time_is_said_to_be_neither_proved_nor_safe(file, monkeypatch):
    monkeypatch.setattr(suite, "controls", lambda *_args, **_more: [])
    monkeypatch.setattr(programme, "_SECONDS", 0.0)
    with pytest.raises(CommandError, match="not finished in time"):
        call_command("attack_release", str(file), stdout=StringIO())


def test_a_file_that_was_changed_is_refused_with_every_fault_of_every_file(file, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_bytes(file.read_bytes().replace(b'"threshold":10', b'"threshold":1'))
    with pytest.raises(CommandError) as refused:
        call_command("attack_release", str(bad), str(tmp_path / "none.json"), str(file))
    said = str(refused.value)
    assert "sha256" in said
    assert "hides or rounds nothing" in said
    assert "none.json cannot be read" in said
