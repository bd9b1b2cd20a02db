"""Takes the pictures of the README from a running demonstration.

    .venv/bin/python tools/screenshots.py http://127.0.0.1:8000 PASSWORD

Needs Chromium on the PATH. Writes docs/screenshots/ROLE.png, 1280 wide, and one at 390.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screenshots"

# Sign-in, picture, where to go, width, and a link to follow from there.
PICTURES = (
    ("responder", "responder", "/referrals/", 390, ""),
    ("lead", "responder-lead", "/referrals/", 1280, ""),
    ("intake", "intake", "/intake/", 1280, ""),
    ("caseworker", "caseworker", "/cases/", 1280, ""),
    ("caseworker", "case", "/cases/", 1280, "main tbody tr:has-text('Due in') a, main tbody a"),
    ("supervisor", "supervisor", "/reviews/", 1280, ""),
    ("provider", "provider", "/near/", 1280, ""),
    ("liaison", "liaison", "/near/", 1280, ""),
    ("auditor", "auditor", "/statistics/", 1280, ""),
    ("admin", "administrator", "/administration/", 1280, ""),
)


def main(address: str, password: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for who, picture, path, width, link in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            page.goto(f"{address}/sign-in/")
            page.fill("input[name=username]", f"{who}@demo.example")
            page.fill("input[name=password]", password)
            page.click("main form button[type=submit]")
            page.wait_for_load_state()
            page.goto(address + path)
            if link:
                page.locator(link).first.click()
                page.wait_for_load_state()
            page.screenshot(path=str(TARGET / f"{picture}.png"))
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])
