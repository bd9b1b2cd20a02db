"""On paper: A4, who printed it and when, no way to anywhere, and no heading alone at the foot."""

import re
from typing import Any

import pytest

from tests.casework.people import assigned

# What is wrong with the page as it is printed.
ON_PAPER = """() => {
    const faults = [];
    const shown = e => e.getClientRects().length > 0;
    for (const heading of document.querySelectorAll('main :is(h1, h2, h3, caption)'))
        if (shown(heading) && !heading.closest('.govuk-visually-hidden') &&
            heading.tagName !== 'CAPTION' && getComputedStyle(heading).breakAfter !== 'avoid')
            faults.push('may stand alone: ' + heading.textContent);
    for (const row of document.querySelectorAll('main tr'))
        if (shown(row) && getComputedStyle(row).breakInside !== 'avoid')
            faults.push('a row may be cut in two');
    for (const link of document.querySelectorAll('a[href]'))
        if (shown(link) && getComputedStyle(link, '::after').content !== 'none')
            faults.push('tells its address: ' + link.textContent);
    for (const e of document.querySelectorAll('nav, button, header, footer, dialog'))
        if (shown(e)) faults.push('is printed: ' + e.outerHTML.slice(0, 80));
    return faults;
}"""


@pytest.fixture
def case(world: Any, at: Any) -> Any:
    return assigned(world, at=at)


def test_every_kind_of_page_prints_on_a4_and_says_who_printed_it(world, case, eyes):
    pages = {
        "caseworker": [
            "/cases/",
            f"/cases/{case.reference}/",
            f"/cases/{case.reference}/timeline/",
            f"/cases/{case.reference}/notes/",
            f"/cases/{case.reference}/deadlines/",
            f"/cases/{case.reference}/decisions/",
            f"/cases/{case.reference}/assessment/",
            "/account/",
        ],
        "responder": ["/referrals/", "/referrals/prompt-sheet/"],
        "supervisor": ["/reviews/", f"/cases/{case.reference}/access/"],
        "auditor": ["/statistics/"],
        "administrator": ["/administration/"],
    }
    faults = []
    for who, paths in pages.items():
        seen = eyes(world.client(who))
        for path in paths:
            assert seen.go(path).status == 200, path
            assert seen.page.locator("[data-nrm-print]").first.is_visible(), path
            seen.page.emulate_media(media="print")
            faults += [f"{path}: {fault}" for fault in seen.page.evaluate(ON_PAPER)]
            by = seen.page.locator(".nrm-printed-by").inner_text()
            name = world.users[who].display_name
            if not re.match(rf"Printed by {name} on \d+ \w+ \d{{4}} at \d\d:\d\d", by):
                faults.append(f"{path}: {by}")
            paper = seen.page.pdf(prefer_css_page_size=True)
            if not re.search(rb"/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]", paper):
                faults.append(f"{path}: is not A4")
            seen.page.emulate_media(media="screen")
    assert faults == []
