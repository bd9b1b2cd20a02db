"""The rooms keep to their layers, and each contract notices when one does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("nrm", "identities", "cases", "screening", "protection", "exchange", "reporting")

# For each contract: a file, and an import in it that the contract forbids.
BREACHES = {
    "Rooms point one way": ("identities/vault.py", "import cases.models"),
    "Inside the cases room": ("cases/selectors/__init__.py", "import cases.actions.opening"),
    "Inside the screening room": ("screening/selectors.py", "import screening.views"),
    "Inside the protection room": (
        "protection/selectors/__init__.py",
        "import protection.views.services",
    ),
    "Inside the reporting room": ("reporting/statistics/files.py", "import reporting.trail.views"),
    "Rules are pure": ("screening/rules.py", "import identities.vault"),
    "What is released, and what attacks it, is pure": (
        "reporting/releases/document.py",
        "import reporting.models",
    ),
    "Monitoring reports are made of releases alone": (
        "reporting/monitoring/values.py",
        "import cases.models",
    ),
    "Only cases.access and the grant tables talk to django-guardian": (
        "cases/views/base.py",
        "import guardian.shortcuts",
    ),
    "Cases know nothing of the rooms above": ("cases/ports.py", "import screening.models"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_keep_to_the_contracts():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout[-4000:]
    for name in BREACHES:
        assert f"{name} KEPT" in result.stdout


@pytest.mark.parametrize("name", BREACHES)
def test_contract_notices_a_breach(name, tmp_path):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path, line = BREACHES[name]
    target = tmp_path / path
    target.write_text(target.read_text() + f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode != 0
    assert f"{name} BROKEN" in result.stdout


def test_every_contract_has_its_breach():
    declared = [
        line.split('"')[1]
        for line in (ROOT / "pyproject.toml").read_text().splitlines()
        if line.startswith('name = "') and line != 'name = "nrm"'
    ]
    assert set(declared) == set(BREACHES)


def test_no_rule_and_no_profile_touches_the_database_or_the_clock():
    """The linter cannot name a part of an outside package, so the files are read."""
    rooms = [ROOT / "cases" / "rules", ROOT / "protection" / "rules", ROOT / "nrm" / "profiles"]
    rooms += [ROOT / "reporting" / "releases", ROOT / "reporting" / "attacks"]
    rooms += [ROOT / "exchange" / "htcds" / "standard"]
    files = [path for room in rooms for path in room.rglob("*.py")]
    files += ROOT.glob("[!.]*/rules.py")
    files += ROOT.glob("[!.]*/*/rules.py")
    assert {"screening/rules.py", "nrm/accounts/rules.py", "reporting/counts/rules.py"} <= {
        str(path.relative_to(ROOT)) for path in files
    }
    for path in files:
        text = path.read_text()
        for forbidden in ("django.db", "timezone.now", "datetime.now", "date.today"):
            assert forbidden not in text, f"{path.relative_to(ROOT)} uses {forbidden}"
