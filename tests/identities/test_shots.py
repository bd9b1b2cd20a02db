import os
import pytest
from django.urls import reverse
from tests.identities.test_finding import BORN, known
from cases.actions.erasing import *
from tests.decisions import road
OUT = "/tmp/shots"

def shoot(seen, name):
    os.makedirs(OUT, exist_ok=True)
    for width in (1280, 390):
        seen.page.set_viewport_size({"width": width, "height": 900})
        seen.page.screenshot(path=f"{OUT}/{name}-{width}.png", full_page=True)

def test_shots(world, at, eyes):
    first = known(world, at, ("document", "X1234567"), ("name", "Zamira Hoxhaj"), BORN)
    second = known(world, at, ("document", "x1234567"), ("name", "Замира Ходжай"), BORN)
    seen = eyes(world.client("intake"))
    seen.go(reverse("triage", args=[second.reference])); shoot(seen, "triage")
    seen = eyes(world.client("caseworker"))
    seen.go(reverse("find_person")); shoot(seen, "find")
    seen.page.click("main form button[type=submit]"); seen.page.wait_for_load_state(); shoot(seen, "find-error")
    seen.page.fill("input[name=document]", "X1234567")
    seen.page.click("main form button[type=submit]"); seen.page.wait_for_load_state(); shoot(seen, "find-found")
    seen = eyes(world.client("supervisor"))
    seen.go(reverse("case_keeping", args=[first.reference])); shoot(seen, "keeping")
    set_hold(first, actor=world.supervisor, at=at, reason="claim", note="Solicitor wrote in May.")
    seen.go(reverse("case_keeping", args=[first.reference])); shoot(seen, "keeping-held")
    lift_hold(first, actor=world.supervisor, at=at, reason="ended")
    ask_for_erasure(first, actor=world.supervisor2, at=at, reason="asked", note="By letter.")
    seen.go(reverse("case_keeping", args=[first.reference])); shoot(seen, "keeping-asked")
    agree_to_erasure(first, actor=world.supervisor, at=at)
    seen.go(reverse("case_keeping", args=[first.reference])); shoot(seen, "keeping-erased")
    seen.go(reverse("case", args=[first.reference])); shoot(seen, "case-erased")
    seen.go(reverse("case_referral", args=[first.reference])); shoot(seen, "referral-erased")
    seen.go(f"/cases/{first.reference}/identity/"); shoot(seen, "identity-erased")
