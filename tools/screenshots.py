"""Takes the pictures of the README from a running demonstration.

    .venv/bin/python tools/screenshots.py http://127.0.0.1:8000 PASSWORD

Needs Chromium on the PATH, and a release of statistics that two people have published. Writes
docs/screenshots/PICTURE.png, 1280 wide, and PICTURE-phone.png, 390 wide.
"""

import shutil
import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screenshots"

# Sign-in, picture, where to go, and the links to follow from there.
PICTURES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("responder", "responder", "/referrals/", ()),
    ("lead", "responder-lead", "/referrals/", ()),
    ("intake", "intake", "/intake/", ()),
    ("caseworker", "caseworker", "/cases/", ()),
    ("caseworker", "case", "/cases/?urgency=week", ("main tbody a",)),
    ("supervisor", "supervisor", "/dashboard/", ()),
    (
        "supervisor2",
        "review",
        "/reviews/",
        ("main tbody a", "main a:has-text('Read the draft')"),
    ),
    ("provider", "provider", "/referred/", ()),
    ("liaison", "liaison", "/notices/", ()),
    ("auditor", "auditor", "/audit/", ()),
    ("auditor", "statistics", "/statistics/", ("main li:has-text('Published') a",)),
    ("admin", "administrator", "/administration/", ()),
)
SIZES = ((1280, 900, ""), (390, 844, "-phone"))


def main(address: str, password: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"),
            args=["--no-sandbox"],
        )
        for (who, picture, path, links), (width, height, ending) in product(PICTURES, SIZES):
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.goto(f"{address}/sign-in/")
            page.fill("input[name=username]", f"{who}@demo.example")
            page.fill("input[name=password]", password)
            page.click("main form button[type=submit]")
            page.wait_for_load_state()
            page.goto(address + path)
            for link in links:
                page.locator(link).first.click()
                page.wait_for_load_state()
            page.screenshot(path=str(TARGET / f"{picture}{ending}.png"))
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])
