"""What is vendored is what was built, and no page breaks the content policy."""

import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.template.loader import render_to_string
from django.test import RequestFactory

ROOT = Path(__file__).resolve().parents[2]
LOOK = ROOT / "static" / "nrm"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_vendored_files_are_the_ones_that_were_built():
    listed = dict(
        reversed(line.split("  ", 1)) for line in (LOOK / "SHA256SUMS").read_text().splitlines()
    )
    for name, digest in listed.items():
        assert hashlib.sha256((LOOK / name).read_bytes()).hexdigest() == digest, name
    ours = {"app.css", "workbench.css", "boot.js", "upload.js", "workbench.js", "passkey.js"}
    ours |= {"icon.svg", "SHA256SUMS"}
    present = {str(path.relative_to(LOOK)) for path in LOOK.rglob("*") if path.is_file()}
    assert present - ours == set(listed)


@pytest.mark.parametrize("name", ["nrm.css", "nrm.rtl.css", "app.css"])
def test_sheets_bring_no_font_no_crown_and_nothing_from_elsewhere(name):
    sheet = (LOOK / name).read_text()
    assert "@font-face" not in sheet
    assert "GDS Transport" not in sheet
    assert "sourceMappingURL" not in sheet
    for address in re.findall(r"url\(([^)]*)\)", sheet):
        assert (LOOK / address.strip("'\"")).is_file(), address


def test_our_own_sheet_reads_the_same_in_both_directions():
    physical = re.compile(
        r"(^|[\s;{])((margin|padding|border)-(left|right)|left|right|(text-align|float):\s*(left|right))\b"
    )
    assert not physical.search((LOOK / "app.css").read_text())


def test_the_lock_file_names_no_registry():
    assert '"resolved"' not in (ROOT / "tools" / "frontend" / "package-lock.json").read_text()


def test_every_file_that_a_sheet_or_script_names_exists(tmp_path):
    storage = ManifestStaticFilesStorage(location=tmp_path)
    files = {f"nrm/{path.relative_to(LOOK)}": path for path in LOOK.rglob("*") if path.is_file()}
    for name, path in files.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    outcomes = list(storage.post_process({name: (storage, name) for name in files}))
    assert outcomes
    assert not [fault for _name, _hashed, fault in outcomes if isinstance(fault, Exception)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_script_or_handler(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_request_and_carry_no_token(name):
    html = render_to_string(f"{name}.html")
    assert "csrf" not in html
    assert "nonce" not in html
    assert "<h1" in html


def test_a_form_with_errors_says_so_in_the_title():
    from nrm.forms import ExactDateField, Form

    class Dated(Form):
        served = ExactDateField()

    request = RequestFactory().get("/")
    before = render_to_string("base.html", {"form": Dated()}, None)
    after = render_to_string("base.html", {"form": Dated({}), "request": request}, None)
    assert "<title>Error: " in re.sub(r"\s+", " ", after)
    assert "<title>Error: " not in re.sub(r"\s+", " ", before)


def test_arabic_takes_the_sheet_that_is_turned():
    from django.utils import translation

    with translation.override("ar"):
        html = render_to_string("base.html")
    assert 'dir="rtl"' in html
    assert "nrm/nrm.rtl" in html
