"""What comes after the referral, in the demonstration: places to stay, needs, services, beds,
matters told to a prosecutor, and what protects a child. Walked by its users, after the journeys."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.actions.adulthood import plan_adulthood
from cases.actions.asking import ask
from cases.actions.contact import record_contact
from cases.actions.court import Wanted as Disclosed
from cases.actions.court import prepare_court_bundle, preview_court_bundle
from cases.actions.documents import About, add_documents
from cases.actions.linking import link_cases
from cases.actions.matters import From, raise_matter
from cases.actions.notices import Wanted, answer_notice, send_notice
from cases.actions.redacting import redact_document
from cases.actions.sharing import record_consent
from cases.actions.writing import give_letter, make_letter, preview_letter
from cases.forms.matters import headings
from cases.models import Case, Matter, Notice
from cases.selectors import court
from cases.selectors.matters import opened
from cases.selectors.notices import content_of, digest_of
from nrm.demonstration.journeys import key_of
from nrm.demonstration.papers import page, picture, sent
from nrm.demonstration.people import organisation, user
from protection.actions.assessments import assess
from protection.actions.children import record_child
from protection.actions.counselling import plan_session, record_outcome, write_clinical_note
from protection.actions.leaflet import give_leaflet
from protection.actions.plan import record_item, take_step
from protection.actions.services import answer, note_need, refer
from protection.actions.shelter import add_bed, hold_bed, move_in, open_place
from protection.actions.transport import note_transport
from protection.models import Bed, Service

# Places of the provider: region, address, and its beds (for whom, ages, step-free).
_PLACES: tuple[tuple[str, str, tuple[tuple[str, str, bool], ...]], ...] = (
    (
        "yorkshire_humber",
        "Invented House, 1 Nowhere Lane",
        (
            ("female", "adults", True),
            ("female", "adults", False),
            ("female", "any", False),
            ("any", "adults", False),
        ),
    ),
    (
        "wales",
        "Invented Cottage, 2 Nowhere Lane",
        (("any", "any", True), ("male", "adults", False), ("any", "children", False)),
    ),
)


def case_of(identifier: str) -> Case:
    """The case of somebody who was referred under this name."""
    return Case.objects.get(referrals__submission_key=key_of(identifier))


def _by(who: str, at: datetime) -> dict[str, Any]:
    return {"actor": user(who), "at": at}


def _places(at: datetime) -> None:
    by = _by("provider", at)
    for region, address, beds in _PLACES:
        place = open_place(organisation("house"), region=region, address=address, **by)
        for number, (sex, ages, step_free) in enumerate(beds, start=1):
            is_: dict[str, Any] = {"sex": sex, "ages": ages, "step_free": step_free}
            add_bed(place, unit=1, number=number, family=False, **is_, **by)


def _agree(case: Case, at: datetime, purpose: str, kind: str) -> None:
    record_consent(
        case,
        purpose=purpose,
        recipient_kind=kind,
        answer="agreed",
        given_on=timezone.localdate(at),
        language=case.language or "en",
        interpreter="by_telephone" if case.interpreter_needed else "none",
        **_by("caseworker", at),
    )


def _with_the_house(case: Case, at: datetime, code: str, *answers: str) -> Service:
    """A service that the provider of the demonstration is asked for, and what it answers."""
    law = case.profile.support
    need = note_need(case, code=code, urgency=law.urgencies[1].code, **_by("caseworker", at))
    row = refer(need, organisation=organisation("house").pk, **_by("caseworker", at))
    for hours, given in enumerate(answers, start=2):
        answer(row, answer=given, **_by("provider", at + timedelta(hours=hours)))
    return row


def _told_of_rights(case: Case, at: datetime) -> None:
    """By the leaflet, read aloud."""
    give_leaflet(
        case,
        language=case.language or "en",
        text_language="en",
        interpreter="by_telephone" if case.interpreter_needed else "none",
        read_aloud=True,
        on_paper=False,
        given_on=timezone.localdate(at),
        **_by("caseworker", at),
    )


def _counselled(service: Service, now: datetime) -> None:
    """One session took place, with a note, one ended with the wrong interpreter, one is planned."""
    for days, outcome in ((-15, "attended"), (-8, "stopped"), (6, "")):
        day = now + timedelta(days=days)
        before = _by("provider", min(day, now) - timedelta(hours=1))
        session = plan_session(
            service,
            starts_at=day,
            modality="in_person",
            venue="public",
            interpreter="booked",
            language="sq",
            interpreter_sex="female",
            **before,
        )
        after = _by("provider", day + timedelta(hours=2))
        if outcome:
            fit = "good" if outcome == "attended" else ""
            record_outcome(session, outcome=outcome, fit=fit, **after)
        if outcome == "attended":
            write_clinical_note(session, text="First meeting. We agreed on a pause sign.", **after)


def _asked_about(case: Case, at: datetime, *yes: str) -> None:
    """Needs and risk at the first contact: these are a yes, the rest a no."""
    first = case.profile.assessment.steps[0].code
    asked = [q.code for q in case.profile.assessment.questions if first in q.steps]
    answers = {code: "yes" if code in yes else "no" for code in asked}
    assess(case, step=first, answers=answers, **_by("caseworker", at))


def _told(matter: Matter, at: datetime, key: str) -> Notice:
    names = headings(matter.case)
    return send_notice(
        matter,
        wanted=Wanted("prosecutor", organisation("prosecution").pk, ground="disclosure_duty"),
        names=names,
        digest=digest_of(content_of(opened(matter, at=at), names)),
        key=key_of(key),
        **_by("caseworker", at),
    )


def _matter(case: Case, at: datetime) -> Matter:
    """From what the referral said that the person is accused of."""
    allegation = case.allegations.get()
    values = {
        "kind": "criminal",
        "offence": "Told in the referral: drugs that others owned and sold.",
        "stage": "charged",
        "agency": "prosecutor",
        "need_compulsion": "They counted the parcels each night and kept the key.",
    }
    return raise_matter(
        case, values=values, source=From(allegation=allegation.pk), **_by("caseworker", at)
    )


def _papers(case: Case, at: datetime) -> None:
    """A letter that was given; a document with something blacked out; and a bundle for a court that
    waits for a second person."""
    by = _by("caseworker", at)
    told = {"letter": "invitation", "language": "en", "details": "Monday at ten, second door."}
    seen = preview_letter(case, **told, **by).digest
    letter = make_letter(case, digest=seen, key=key_of("care/letter"), **told, **by)
    give_letter(letter, given_on=timezone.localdate(at), channel="in_person", **by)
    (paper,) = add_documents(
        case,
        files=[sent(page("Statement of a neighbour", "I saw a van each morning."), "paper.pdf")],
        about=About("statement", "police"),
        key=key_of("care/paper"),
        **by,
    ).saved
    redact_document(
        paper,
        files=[sent(picture(200), "page.png")],
        ground="third_party",
        removed=["name"],
        looked=True,
        key=key_of("care/black"),
        **by,
    )
    choices = dict.fromkeys(court.items_of(case), "not_relevant")
    choices |= {"standing": "in", "decisions": "in", "text": "harm", str(paper.pk): "third_party"}
    wanted = Disclosed("court", None, "court_order", choices)
    seen = preview_court_bundle(case, wanted=wanted, **by).digest
    prepare_court_bundle(case, wanted=wanted, digest=seen, key=key_of("care/court"), **by)


def steps(now: datetime) -> list[Callable[[], object]]:
    """What happened after the referral, each as one step to run."""

    def places() -> None:
        _places(now - timedelta(days=40))

    def somebody_who_lives_there() -> None:
        case, at = case_of("V1"), now - timedelta(days=21)
        ways = {"call": "safe", "text": "safe", "voicemail": "unsafe", "email": "unknown"}
        details = {"contact_times": "Weekdays after six", "contact_code_word": "lighthouse"}
        record_contact(
            case, ways={**ways, "post": "unsafe"}, details=details, **_by("caseworker", at)
        )
        _asked_about(case, at, "community", "no_money", "language_help")
        _agree(case, at, "support", "provider")
        _with_the_house(case, at, "accommodation", "accept", "start")
        bed = Bed.objects.filter(place__region="yorkshire_humber", taken="").earliest("number")
        stay = hold_bed(
            case, bed=bed.pk, sex="female", **_by("caseworker", at + timedelta(hours=1))
        )
        move_in(stay, **_by("caseworker", at + timedelta(hours=9)))
        _with_the_house(case, now - timedelta(days=9), "subsistence", "accept", "start")
        _with_the_house(case, now - timedelta(days=5), "work_and_training", "waitlist")
        _told_of_rights(case, at)
        _counselled(_with_the_house(case, now - timedelta(days=17), "counselling", "accept"), now)

    def somebody_who_needs_a_bed_tonight() -> None:
        case, at = case_of("recent/screened"), now - timedelta(hours=5)
        _asked_about(case, at, "exploiter_knows_place", "nowhere_to_sleep", "urgent_care")
        _agree(case, at, "support", "provider")
        _with_the_house(case, at, "accommodation")
        bed = Bed.objects.filter(place__region="wales", taken="").earliest("number")
        held = hold_bed(case, bed=bed.pk, **_by("caseworker", now - timedelta(hours=1)))
        note_transport(
            held,
            arranged_by="shelter",
            leaves_at=now + timedelta(hours=3),
            apart=True,
            words="Not with anybody from the house she was taken from. A woman drives.",
            **_by("caseworker", now - timedelta(minutes=50)),
        )
        note_need(case, code="legal_advice", urgency="soon", **_by("caseworker", at))
        ask(
            case,
            recipient="The hospital of the first night",
            asked="Was she brought in by somebody, and when?",
            **_by("caseworker", at),
        )

    def a_matter_that_was_answered() -> None:
        matter = _matter(case_of("V2"), now - timedelta(days=12))
        notice = _told(matter, now - timedelta(days=12), "care/answered")
        answer_notice(notice, answer="considering", **_by("liaison", now - timedelta(days=2)))

    def a_matter_that_waits_for_an_answer() -> None:
        matter = _matter(case_of("V8"), now - timedelta(days=3))
        _told(matter, now - timedelta(days=3), "care/waiting")

    def a_child_near_eighteen() -> None:
        case, at = case_of("V2"), now - timedelta(days=20)
        day = timezone.localdate(at)
        for kind, values in (
            (
                "guardian",
                {
                    "appointed_by": "guardianship_service",
                    "appointed_on": day,
                    "guardian": "An invented guardian, of the guardianship service",
                },
            ),
            ("care", {"arrangement": "foster", "since": day - timedelta(days=30)}),
            (
                "best_interests",
                {
                    "outcome": "interim",
                    "determined_on": day,
                    "because": "Stays with the foster family until the hearing. Wants to finish"
                    " school here.",
                    "review_on": timezone.localdate(now) + timedelta(days=40),
                },
            ),
        ):
            record_child(case, kind=kind, values=values, **_by("caseworker", at))
        birthday = timezone.localdate(now) + timedelta(days=64)
        plan_adulthood(case, values={"on": birthday}, **_by("caseworker", at))
        other = case_of("V8").reference
        told = "Both name the same flat, and the same man who kept the key."
        link_cases(
            case,
            other=other,
            kind="exploiter",
            rule="not_told",
            words=told,
            **_by("caseworker", at),
        )

    def papers_that_may_leave() -> None:
        _papers(case_of("V2"), now - timedelta(days=1))

    def a_plan_of_support() -> None:
        case, at = case_of("V1"), now - timedelta(days=18)
        day, lately = timezone.localdate(at), now - timedelta(days=4)
        learning = case.services.filter(code="work_and_training").values_list("pk", flat=True)
        goal = {
            "goal": "I want to cook in a real kitchen, with papers, and be paid for it.",
            "area": "work",
            "next": "An English class twice a week; the kitchen of the college in May.",
            "services": [str(pk) for pk in learning],
            "said_on": day,
        }
        item = record_item(case, kind="goal", values=goal, **_by("caseworker", at))
        seen = {
            "reviewed_on": timezone.localdate(lately),
            "outcome": "some",
            "found": "The class has begun. Mornings are hard after bad nights.",
        }
        take_step(item, step="review", values=seen, **_by("caseworker", lately))
        call = {"goal": "I want to hear my mother every Sunday.", "area": "people", "said_on": day}
        record_item(case, kind="goal", values=call, **_by("caseworker", at))
        for weeks, paid in ((2, True), (1, False)):
            first = timezone.localdate(now) - timedelta(weeks=weeks)
            due = {"rate": "catered", "from_on": first, "until_on": first + timedelta(days=6)}
            moment = now - timedelta(weeks=weeks, hours=-3)
            item = record_item(case, kind="payment", values=due, **_by("caseworker", moment))
            if paid:
                then = moment + timedelta(hours=2)
                take_step(item, step="approve", values={}, **_by("supervisor", then))
                given = {"paid_on": timezone.localdate(then), "way": "card"}
                take_step(item, step="pay", values=given, **_by("caseworker", then))

    return [
        places,
        somebody_who_lives_there,
        somebody_who_needs_a_bed_tonight,
        a_matter_that_was_answered,
        a_matter_that_waits_for_an_answer,
        a_child_near_eighteen,
        papers_that_may_leave,
        a_plan_of_support,
    ]
