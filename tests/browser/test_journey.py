"""The main job, from a referral to the recovery period, through real clicks in a real browser."""

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.formats import date_format

from cases.models import Case, Draft, Referral
from identities.crypto import unseal, unseal_json
from identities.models import Fact
from nrm.accounts.models import Membership, RoleGroup
from nrm.accounts.roles import Role
from nrm.audit.models import Event
from nrm.context import acting_as
from screening.models import IndicatorFinding
from tests.api.tools import api
from tests.browser.hands import Hands, facts
from tests.exchange.tools import path, payload

pytestmark = pytest.mark.usefixtures("password_is_enough")

# What the example payload calls the person. No page of the case may say it.
NAMES = ("TestFirstname", "TestSurname")

ACCOUNT = "He promised her a wage, kept her papers, and counted every meal as a debt."
SHOWN = {
    "ACT-REC": "Recruited",
    "MC-04": "Debt bondage at recruitment",
    "MC-05": "Documents confiscated at recruitment",
    "PU-LAB": "Forced labour or services",
}
NOT_SHOWN = ("MC-06", "Isolated, confined or watched at recruitment")
REASONS = {
    "for": "She told of the debt and of the papers that he kept.",
    "against": "Nothing speaks against it.",
    "missing": "The employer was not asked, for her safety.",
    "letter": "We believe what you told us about the work and the debt.",
}
OWN_GROUNDS = "I read the account for myself, and come to the same."


def arrive_by_api(world: Any) -> None:
    """Another system sends the payload, and once more because it saw no answer."""
    client = api(world.responder)
    first = client.post("/api/v1/intake/home-office/", payload(), format="json")
    assert first.status_code == 201, first.content
    again = client.post("/api/v1/intake/home-office/", payload(), format="json")
    assert again.status_code == 200
    assert again.json()["receipt"] == first.json()["receipt"]
    assert (first.json()["made_now"], again.json()["made_now"]) == (True, False)


def arrive_by_command(world: Any) -> None:
    """Somebody imports the file, and once more to be sure."""

    def run() -> dict[str, Any]:
        printed = StringIO()
        file = str(path("example-payload"))
        call_command("import_home_office", file, email=world.responder.email, stdout=printed)
        return json.loads(printed.getvalue())

    first, again = run(), run()
    assert again["receipt"] == first["receipt"]
    assert (first["made_now"], again["made_now"]) == (True, False)


@pytest.mark.parametrize(
    ("arrive", "javascript"), [(arrive_by_api, True), (arrive_by_command, False)]
)
def test_home_office_payload_becomes_a_case_in_recovery(
    world: Any, eyes: Any, arrive: Any, javascript: bool
) -> None:
    # A small authority: the caseworker is a supervisor too, and still cannot approve their own.
    own_supervisor = RoleGroup.of(world.authority, Role.SUPERVISOR)
    Membership.objects.create(user=world.caseworker, group=own_supervisor)
    arrive(world)
    with acting_as(world.intake):
        case = Referral.objects.get().case
    people = {
        name: Hands(eyes(javascript=javascript), getattr(world, name).email, hidden=NAMES)
        for name in ("intake", "caseworker", "supervisor", "responder")
    }
    assign(people["intake"], case)
    screen(people["caseworker"], case)
    draft(people["caseworker"])
    review = cannot_approve_their_own(people["caseworker"])
    agree(people["supervisor"], case, review)
    with acting_as(world.supervisor):
        decided_on = case.decisions.get().made_on
    # The day of the decision is day 1, so day 30 is 29 days later.
    last_day = decided_on + timedelta(days=29)
    sees_recovery(people["supervisor"], case, last_day)
    learns_the_outcome(people["responder"], case, last_day)
    assert [fault for hands in people.values() for fault in hands.window.faults] == []
    if javascript:
        assert [left for hands in people.values() for left in hands.left_behind()] == []
    with acting_as(world.supervisor):
        case = Case.objects.get()
        assert rows(case) == expected(case, decided_on, last_day)


def assign(intake: Hands, case: Case) -> None:
    intake.menu("Intake")
    intake.sees(case.reference)
    intake.follow(case.pseudonym)
    intake.choose("Caseworker", "Caseworker (0 open cases)")
    intake.press("Give the case")
    intake.menu("Intake")
    intake.sees("Nobody is waiting")


def screen(caseworker: Hands, case: Case) -> None:
    page = caseworker.page
    caseworker.menu("Cases")
    caseworker.follow(case.pseudonym)
    caseworker.follow("Start the assessment")
    caseworker.press("Start the assessment")
    # One item of evidence, and what it shows.
    caseworker.choose("Where it comes from", "The person, in their own words")
    caseworker.write("What was said, seen or received", ACCOUNT)
    page.locator("main").get_by_label("Month").first.fill("3")
    page.locator("main").get_by_label("Year").first.fill("2024")
    caseworker.press("Save the item")
    caseworker.sees(ACCOUNT)
    caseworker.follow("What does it show?")
    caseworker.tick(*SHOWN.values())
    caseworker.press("Save what it shows")
    # One answer by its own button.
    row = page.locator(f"#i-{NOT_SHOWN[0]}")
    if not row.is_visible():
        page.locator("details", has=row).locator("summary").first.click()
    row.get_by_role("button", name="Not shown").click()
    # With a script only the parts that changed are drawn anew.
    page.wait_for_load_state("networkidle")
    elements = {
        name: caseworker.text(f".nrm-element:has(h3:text('{name}')) .nrm-element__state")
        for name in ("Act", "Means", "Purpose")
    }
    assert elements == {"Act": "Present", "Means": "Present", "Purpose": "Present"}
    caseworker.sees("This advises. There is no score.")
    caseworker.press("Complete the assessment")
    caseworker.tick("Yes")
    caseworker.press("Complete the assessment")


def draft(caseworker: Hands) -> None:
    caseworker.follow("Decisions")
    caseworker.press("Start the draft")
    caseworker.press("Start the draft")
    caseworker.tick("Positive: there are reasonable grounds")
    caseworker.tick("The elements of the definition are shown on reasonable grounds")
    caseworker.write("What speaks for it", REASONS["for"])
    caseworker.write("What speaks against it", REASONS["against"])
    caseworker.write("What is missing, and why", REASONS["missing"])
    caseworker.write("The reasons in plain words, for the letter", REASONS["letter"])
    caseworker.tick("What the person says")
    caseworker.tick("I have no conflict of interest in this case")
    caseworker.press("Submit to a second person")


def cannot_approve_their_own(caseworker: Hands) -> str:
    """They see why, get no form, and nothing can be sent. Gives the address of the review."""
    decision = caseworker.path
    caseworker.menu("Reviews")
    caseworker.sees("You wrote this decision, so you cannot approve it.")
    assert "Read it" not in caseworker.text()
    review = f"{decision}review/"
    caseworker.window.go(review)
    caseworker.sees("You wrote this decision, so you cannot approve it.")
    assert caseworker.page.locator("main form").count() == 0
    return review


def agree(supervisor: Hands, case: Case, review: str) -> None:
    supervisor.menu("Reviews")
    supervisor.sees(case.reference)
    supervisor.follow("Read it")
    assert supervisor.path == review
    supervisor.sees(REASONS["for"])
    assert "I agree" not in supervisor.text()  # first their own grounds
    supervisor.tick("Positive: there are reasonable grounds")
    supervisor.write("Your own grounds", OWN_GROUNDS)
    supervisor.tick("I have no conflict of interest in this case")
    supervisor.press("Record your own grounds")
    supervisor.sees("Step 2 of 2", OWN_GROUNDS)
    supervisor.press("I agree: make the decision")


def sees_recovery(supervisor: Hands, case: Case, last_day: date) -> None:
    supervisor.menu("Cases")
    supervisor.follow(case.pseudonym)
    supervisor.sees("Positive reasonable grounds: recovery period")
    found = supervisor.text("section:has(#panel-evidence)")
    assert "Act Present Means Present Purpose Present" in found
    card = supervisor.text(".nrm-deadline-card:has(h3:text('Recovery period'))")
    assert date_format(last_day, "j F Y") in card
    with supervisor.leaving():
        page = supervisor.page
        page.locator(".nrm-deadline-card:has(h3:text('Recovery period'))").get_by_role(
            "link"
        ).click()
    days = page.locator("main tbody tr")
    assert days.count() == 30
    assert " ".join(days.last.inner_text().split()).startswith(date_format(last_day, "D j F Y"))


def learns_the_outcome(responder: Hands, case: Case, last_day: date) -> None:
    responder.menu("Referrals")
    row = responder.text("main tbody tr")
    assert "Accepted: recovery period" in row
    # What comes next is the final decision, the day after at the earliest.
    assert f"{date_format(last_day + timedelta(days=1), 'j F Y')} Final decision" in row
    responder.follow(case.pseudonym)
    responder.sees("Accepted: recovery period", "The first decision is positive.")
    assert ACCOUNT not in responder.text()
    assert REASONS["for"] not in responder.text()


# A responder on a phone, without scripts ----------------------------------------------------------
def on_a_phone(eyes: Any, world: Any) -> Hands:
    """The first responder, at the first page of a new referral. Counts from their home."""
    responder = Hands(eyes(width=390, javascript=False), world.responder.email)
    responder.pages.clear()
    responder.taps = 0
    responder.press("Start a referral")
    return responder


def test_adult_is_sent_from_a_phone_in_six_pages_once_and_without_a_name(
    world: Any, eyes: Any
) -> None:
    responder = on_a_phone(eyes, world)
    page = responder.page
    responder.tick("No")
    responder.press("Save and continue")
    responder.tick("18 or over", "England")
    responder.press("Save and continue")
    responder.sees("Does the person agree?", "They can say no.")
    responder.tick("They agreed")
    responder.press("Save and continue")
    responder.press("Check and send")
    assert page.get_by_role("button", name="Send the referral").is_visible()
    assert len(responder.pages) <= 6, responder.pages
    assert responder.taps + 1 <= 10  # with the one that sends it
    # There is time for one page more: the name, which the receipt does not tell.
    responder.follow("Back to the list")
    responder.follow("Who the person is")
    responder.write("Full name", "Zamira Hoxhaj")
    responder.press("Save and go back to the list")
    responder.press("Check and send")
    responder.sees("Zamira Hoxhaj")
    assert responder.window.sideways() == 0
    # The same page is open twice, and sent from both, the first time with a double click.
    other = responder.window.context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name="Send the referral").dblclick()
    # Not by waiting for a navigation: the second click can break off that of the first.
    page.get_by_role("heading", name="Referral sent").wait_for()
    responder.sees("Referral sent", "Your receipt number")
    with other.expect_navigation():
        other.get_by_role("button", name="Send the referral").click()
    with acting_as(world.intake):
        referral = Referral.objects.get()
    for receipt in (page, other):
        assert receipt.url.endswith(f"/referrals/{referral.receipt}/receipt/")
        text = receipt.locator("body").inner_text()
        assert referral.receipt in text
        assert "There is no name on this page." in text
        for name in ("Zamira", "Hoxhaj", referral.case.pseudonym):
            assert name not in receipt.content()
    responder.follow("Status of this referral")
    responder.sees("Received")
    assert responder.window.faults == []


def test_childs_path_opens_by_itself_on_a_phone_and_consent_is_hidden(
    world: Any, eyes: Any
) -> None:
    responder = on_a_phone(eyes, world)
    responder.tick("Not known yet")
    responder.press("Save and continue")
    responder.tick("May be under 18", "Scotland")
    responder.press("Save and continue")
    responder.sees("Who protects the child?", "You do not need their agreement.")
    assert "Does the person agree?" not in responder.text()
    responder.tick("Not yet: I will do it today")
    responder.press("Save and continue")
    responder.sees("We will treat them as a child.")
    assert "Does the person agree?" not in responder.text()
    responder.press("Check and send")
    assert len(responder.pages) <= 6, responder.pages
    responder.press("Send the referral")
    assert responder.taps <= 10
    with acting_as(world.intake):
        case = Case.objects.get()
        assert (case.age_status, case.treated_as_child) == ("not_sure", True)
        assert facts(case.consents, "answer") == [("not_required",)]
    assert responder.window.faults == []


def test_adult_who_cannot_be_asked_is_kept_for_later_and_nothing_is_sent(
    world: Any, eyes: Any
) -> None:
    responder = on_a_phone(eyes, world)
    responder.tick("Yes")
    responder.press("Save and continue")
    responder.tick("18 or over", "England")
    responder.press("Save and continue")
    responder.tick("Could not ask yet")
    responder.press("Save and continue")
    responder.sees("1 urgent section left before you can send.", "Call 999")
    assert len(responder.pages) <= 5, responder.pages
    responder.follow("Check the answers so far")
    responder.sees("Ask the person before you send. Until you can, the draft is kept.")
    assert responder.page.get_by_role("button", name="Send the referral").count() == 0
    with acting_as(world.intake):
        assert not Referral.objects.exists()
    # A colleague asks later, from their own home: one tap to the draft.
    colleague = Hands(eyes(width=390, javascript=False), world.responder2.email)
    colleague.sees("Is anyone in danger now?", "Call 999")
    colleague.taps = 0
    with acting_as(world.responder2):
        name = Draft.objects.select_related("person").get().person.pseudonym
    colleague.follow(name)
    assert colleague.taps == 1
    colleague.follow("Does the person agree?")
    colleague.tick("They agreed")
    colleague.press("Save and continue")
    colleague.press("Check and send")
    colleague.press("Send the referral")
    # What became of it is one tap from home: what happened, and what comes next and when.
    responder.window.go("/referrals/")
    responder.taps = 0
    responder.follow(name)
    assert responder.taps == 1
    responder.sees("Received", "What comes next", "First decision", "What happened so far")
    responder.sees(f"Sent by {world.responder2.display_name}")
    assert responder.window.faults + colleague.window.faults == []


def test_adult_who_declines_becomes_a_notification_without_identity(world: Any, eyes: Any) -> None:
    responder = on_a_phone(eyes, world)
    responder.tick("No")
    responder.press("Save and continue")
    responder.tick("18 or over", "Wales")
    responder.press("Save and go back to the list")
    responder.follow("Who the person is")
    responder.write("Full name", "Zamira Hoxhaj")
    responder.press("Save and go back to the list")
    responder.follow("Does the person agree?")
    responder.tick("They did not agree")
    responder.press("Save and continue")
    responder.sees("Do they agree to co-operate with the police?")
    responder.tick("No")
    responder.press("Save and continue")
    responder.sees("The person does not want a referral.")
    # Of who the person is, the name is no longer asked.
    responder.follow("Who the person is")
    responder.sees("About the person")
    responder.follow("Back to the list")
    responder.press("Check and send")
    responder.sees("is not sent, and is destroyed")
    assert "Zamira" not in responder.page.content()
    responder.press("Send the notification")
    responder.sees("Notification sent")
    with acting_as(world.intake):
        case = Case.objects.get()
        assert (case.kind, case.stage) == ("duty_to_notify", "dtn_submitted")
        assert not Fact.objects.filter(person=case.person_id).exists()
        assert not case.deadlines.exists()
        destroyed = Event.objects.get(verb="referral.identity_destroyed")
        assert destroyed.data["questions"] == ["name"]
    responder.follow("Status of this referral")
    responder.sees("Duty to Notify received", "The person now agrees: start a referral")
    assert responder.window.faults == []


# The rows -----------------------------------------------------------------------------------------
def rows(case: Case) -> dict[str, Any]:
    """What stands in the database of this case: codes, states, dates and what was written."""
    person = case.person_id

    def told(row: Any, table: str, column: str, opened: Any = unseal) -> Any:
        sealed = getattr(row, column)
        return opened(person, sealed, table=table, column=column, row=row.pk)

    decision, review = case.decisions.get(), case.decisionreviews.get()
    evidence = case.screenings.get().evidences.get()
    return {
        "case": facts(
            Case.objects.filter(pk=case.pk),
            *("kind", "stage", "age_status", "jurisdiction", "authority__name"),
            *("caseworker__email", "confidentiality", "closed_at"),
        ),
        "referral": facts(case.referrals, "source", "external_id", "organisation__name"),
        "consent": facts(case.consents, "answer", "purpose", "withdrawn_at"),
        "episodes": facts(case.episodes, "position", "types", "place", "countries"),
        "screening": facts(case.screenings, "state", "agrees", "completed_by__email"),
        "evidence": (evidence.source, evidence.dated, told(evidence, "screening_evidence", "text")),
        "indicators": {
            finding.code: (finding.state, finding.evidence.count())
            for finding in IndicatorFinding.objects.filter(screening__case=case)
        },
        "findings": facts(case.findingsets, "act", "means", "purpose", "result", "pathway"),
        "decision": facts(
            case.decisions,
            *("code", "state", "outcome", "grounds", "conflicts_declared"),
            *("author__email", "second_person__email", "made_on", "served_on"),
        ),
        "age basis": decision.answers["age_basis"],
        "weight of the evidence": decision.answers["weights"][str(evidence.pk)],
        "reasons": told(decision, "cases_decision", "reasons", unseal_json),
        "review": facts(
            case.decisionreviews, "reviewer__email", "own_outcome", "verdict", "reasons"
        ),
        "own grounds": told(review, "cases_decisionreview", "own_grounds"),
        "clocks": {clock.term: (clock.state, clock.due_on) for clock in case.deadlines.all()},
        "changes": [
            event.verb
            for event in Event.objects.filter(case_id=case.pk, refused=False).order_by("id")
            if not event.verb.endswith(("viewed", "listed"))
        ],
    }


def expected(case: Case, decided_on: date, last_day: date) -> dict[str, Any]:
    """The same rows, whether it came by REST or by the command, with or without scripts."""
    return {
        "case": [
            ("referral", "recovery", "adult", "england", "Central Authority")
            + ("caseworker@example.org", "normal", None)
        ],
        "referral": [("home_office", "f901a2e4-33cd-4712-b6e3-0b7ac54c4c23", "Northshire Police")],
        "consent": [("agreed", "referral", None)],
        "episodes": [(1, ["forced_work"], "uk", ["GB"])],
        "screening": [("completed", True, "caseworker@example.org")],
        "evidence": ("person", "2024-03", ACCOUNT),
        "indicators": {**dict.fromkeys(SHOWN, ("shown", 1)), NOT_SHOWN[0]: ("not_shown", 0)},
        "findings": [("PRESENT", "PRESENT", "PRESENT", "ELEMENTS_MET_ADULT", "decision")],
        "decision": [
            ("reasonable_grounds", "made", "positive", ["elements_met"])
            + (True, "caseworker@example.org", "supervisor@example.org", decided_on, None)
        ],
        "age basis": "own_account",
        "weight of the evidence": "read",
        "reasons": REASONS,
        "review": [("supervisor@example.org", "positive", "agree", None)],
        "own grounds": OWN_GROUNDS,
        "clocks": {
            "reasonable_grounds": ("met", case.deadlines.get(term="reasonable_grounds").due_on),
            "recovery_period": ("open", last_day),
            "cg_not_before": ("open", last_day + timedelta(days=1)),
        },
        "changes": [
            "referral.sent",
            "case.assigned",
            "screening.started",
            "screening.evidence_recorded",
            "screening.evidence_linked",
            "screening.indicator_recorded",
            "screening.completed",
            "decision.drafted",
            "decision.saved",
            "decision.submitted",
            "decision.own_grounds",
            "decision.made",
            "decision.agreed",
        ],
    }
