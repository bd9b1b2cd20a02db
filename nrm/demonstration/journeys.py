"""The road of each invented person, walked by the demonstration's users through the same actions
as everybody else's: referral, assignment, screening, decisions, each on its own day."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from cases.actions.assigning import assign_case
from cases.actions.assigning import bring_near as bring_near_the_case
from cases.actions.confidentiality import change_confidentiality
from cases.actions.deciding import Content, agree, draft_decision, record_own_grounds
from cases.actions.deciding import submit_for_review as submit_decision
from cases.actions.documents import About, add_documents
from cases.actions.drafting import save_page, start_draft
from cases.actions.notes import write_note
from cases.actions.referring import receive_referral
from cases.actions.tasks_done import finish_task
from cases.models import Case, Decision
from cases.models.case import Confidentiality, ConfidentialityReason
from cases.models.referral import Source
from nrm.demonstration.papers import page, picture, sent
from nrm.demonstration.people import organisation, user
from nrm.demonstration.stories import ANSWERS, EPISODES
from nrm.profiles import load_profile
from screening.actions import (
    Item,
    complete_screening,
    note_contradiction,
    record_evidence,
    record_indicator,
    start_screening,
)

VIGNETTES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vignettes.json").read_text(encoding="utf-8")
)["vignettes"]

# The first decision of each profile, its grounds for an adult and a child, and who reads it.
FIRST_DECISION = {"uk": "reasonable_grounds", "palermo": "presumed_identification"}
_HEARD = {"uk": "police", "palermo": "camp"}
_AUTHORITY = {"uk": "authority", "palermo": "panel"}


def moment(day: date, hour: int, profile: str) -> datetime:
    """An hour of the day where the profile's law applies."""
    return datetime.combine(day, time(hour), load_profile(profile).calendar_for().zone)


def key_of(identifier: str) -> UUID:
    """The same submission key each time, so that a second run refers nobody twice."""
    return uuid5(NAMESPACE_URL, f"demonstration/{identifier}")


def answers_of(vignette: dict[str, Any]) -> dict[str, Any]:
    """What the first responder writes into the referral form."""
    code = vignette["id"]
    age = vignette["age"]
    profile = load_profile(vignette["profile"])
    answers: dict[str, Any] = {
        "danger_now": "no",
        "age_status": age["status"],
        "age_years": age["years"],
        "jurisdiction": profile.jurisdictions[0].code,
        **ANSWERS[code],
        "how_started": vignette["narrative"],
        "episodes": [{**told, "description": vignette["narrative"]} for told in EPISODES[code]],
    }
    if age["status"] == "adult":
        answers |= {
            "consent_answer": "given",
            "consent_on": received_on(vignette).isoformat(),
            "consent_method": "spoken",
            "consent_language": answers["language"],
            "consent_explained_by": "me",
            "consent_version": profile.consent.current.version,
        }
    if offences := vignette.get("offences"):
        answers["accused"] = "yes"
        answers["allegations"] = [
            {
                "offence": offence["offence"],
                "stage": offence["stage"],
                "hearing": offence["hearing"],
                "hearing_on": offence["hearing_on"],
                "detained": "yes" if offence.get("detained") else "no",
                "episode": 1,
            }
            for offence in offences
        ]
    return answers


def received_on(vignette: dict[str, Any]) -> date:
    """The day of the referral; a presumed victim's is the day before."""
    if "submitted_on" in vignette:
        return date.fromisoformat(vignette["submitted_on"])
    return date.fromisoformat(vignette["presumed_on"]) - timedelta(days=1)


def refer(vignette: dict[str, Any], at: datetime, identifier: str = "") -> Case:
    referral = receive_referral(
        answers_of(vignette),
        actor=user("responder"),
        at=at,
        organisation=organisation(_HEARD[vignette["profile"]]),
        profile=load_profile(vignette["profile"]),
        source=Source.FORM,
        submission_key=key_of(identifier or vignette["id"]),
    )
    return Case.objects.get(pk=referral.case_id)


def assign(case: Case, at: datetime) -> Case:
    assign_case(case, actor=user("intake"), at=at, caseworker=user("caseworker"))
    tasks = list(case.casetasks.filter(done_at=None))
    for task in [t for t in tasks if t.code == "safety_check"] + tasks[:1]:
        finish_task(task, actor=user("intake"), at=at)
    return Case.objects.get(pk=case.pk)


def screen(case: Case, vignette: dict[str, Any], at: datetime) -> Case:
    """Records the account as evidence and every indicator of the vignette, and completes."""
    worker = user("caseworker")
    screening = start_screening(case, actor=worker, at=at)
    episodes = list(case.episodes.order_by("position"))
    for position, (episode, told) in enumerate(zip(episodes, vignette["episodes"], strict=True)):
        account = record_evidence(
            screening,
            actor=worker,
            at=at,
            item=Item(source="person", text=vignette["narrative"], episode=episode.pk),
            key=key_of(f"{vignette['id']}/evidence/{position}"),
        )
        for finding in told["findings"]:
            shown = finding["state"] == "shown"
            record_indicator(
                screening,
                actor=worker,
                at=at,
                episode=episode.pk,
                code=finding["code"],
                state=finding["state"],
                evidence_ids=[account.pk] if shown else [],
            )
    complete_screening(screening, actor=worker, at=at)
    return Case.objects.get(pk=case.pk)


def begin_to_screen(case: Case, vignette: dict[str, Any], at: datetime) -> None:
    """A screening as it stands at noon: papers, two items that disagree, and some indicators."""
    by: dict[str, Any] = {"actor": user("caseworker"), "at": at}
    screening = start_screening(case, **by)
    contract, messages = add_documents(
        case,
        files=[
            sent(page("Contract", "40 hours a week. A room of her own."), "contract.pdf"),
            sent(picture(200), "messages.png"),
        ],
        about=About("work", "person", dated="2026-02", note="A photograph of a copy."),
        key=key_of(f"{case.reference}/papers"),
        **by,
    ).saved
    account = record_evidence(
        screening,
        item=Item(source="person", text=vignette["narrative"], heard_by="first_responder"),
        **by,
    )
    paper = record_evidence(
        screening,
        item=Item(
            source="document",
            text="The contract says 40 hours a week, and days off.",
            dated="2026-02",
            reliability="A photograph of a copy. The second page is missing.",
            document=contract.pk,
        ),
        **by,
    )
    record_evidence(
        screening,
        item=Item(
            source="media",
            text="Messages with hours and sums, most days until midnight.",
            document=messages.pk,
        ),
        **by,
    )
    episode = case.episodes.order_by("position").first()
    assert episode is not None
    for finding in vignette["episodes"][0]["findings"][:4]:
        record_indicator(
            screening,
            episode=episode.pk,
            code=finding["code"],
            state=finding["state"],
            evidence_ids=[account.pk] if finding["state"] == "shown" else [],
            **by,
        )
    note_contradiction(screening, first=account.pk, second=paper.pk, **by)


def content(case: Case) -> Content:
    ground = "child_elements_met" if case.treated_as_child else "elements_met"
    return Content(
        outcome="positive",
        grounds=(ground,),
        reasons={
            "for": "The account and the findings show each element that the law asks for.",
            "against": "Nothing was found that speaks against it.",
            "missing": "Nothing that would change the decision is missing.",
            "letter": "We believe that what you told us happened, and that it is exploitation.",
        },
        answers={"age_basis": "own_account", "delay_requested": "no"},
        no_conflict=True,
    )


def draft(case: Case, code: str, at: datetime) -> Decision:
    """The caseworker drafts, and gives the draft to a second person where one is needed."""
    worker = user("caseworker")
    decision = draft_decision(case, actor=worker, at=at, code=code, content=content(case))
    return submit_decision(decision, actor=worker, at=at)


def decide(case: Case, code: str, at: datetime) -> Case:
    """Drafted in the morning; read, and agreed by the supervisor, an hour later."""
    decision = draft(case, code, at)
    if decision.made_on is None:
        reader, later = user("supervisor"), at + timedelta(hours=1)
        record_own_grounds(
            decision,
            actor=reader,
            at=later,
            own_outcome="positive",
            own_grounds="I read the account and the findings for myself and come to the same view.",
            no_conflict=True,
        )
        agree(Decision.objects.get(pk=decision.pk), actor=reader, at=later)
    return Case.objects.get(pk=case.pk)


def bring_near(case: Case, code: str, at: datetime) -> None:
    organisation_ = organisation(code)
    bring_near_the_case(case, actor=user("supervisor"), at=at, organisation=organisation_)


def seal(case: Case, at: datetime) -> Case:
    """Only the caseworker and the supervisor see it from then on."""
    return change_confidentiality(
        case,
        actor=user("supervisor"),
        at=at,
        level=Confidentiality.SEALED,
        reason=ConfidentialityReason.ARMED_GROUP,
    )


def walk(vignette: dict[str, Any]) -> Case:
    """Takes one vignette as far as its own dates say."""
    profile = vignette["profile"]
    day = received_on(vignette)
    case = refer(vignette, moment(day, 10, profile))
    case = assign(case, moment(day, 14, profile))
    expected = vignette["expect"]
    decided_on = vignette.get("presumed_on") or expected.get("if_rg_positive_on")
    if not decided_on and expected["result"].startswith("ELEMENTS_MET"):
        # No day of decision is told: the day before it is due, which is before any hearing.
        decided_on = (date.fromisoformat(expected["rg_due"]) - timedelta(days=1)).isoformat()
    screened_on = date.fromisoformat(decided_on) if decided_on else day
    case = screen(case, vignette, moment(screened_on, 15 if screened_on == day else 9, profile))
    if decided_on:
        at = moment(screened_on, 11, profile)
        case = decide(case, FIRST_DECISION[profile], at)
        if vignette.get("offences"):
            bring_near(case, "prosecution", at + timedelta(hours=2))
        if ANSWERS[vignette["id"]].get("needs_support") == "yes":
            bring_near(case, "house", at + timedelta(hours=2))
    if vignette.get("confidentiality") == Confidentiality.SEALED:
        case = seal(case, moment(screened_on, 16, profile))
    return case


# People of the last days, so that queues and worklists hold something that is not overdue --------
def _again(code: str, name: str) -> dict[str, Any]:
    """The story of a vignette told of somebody else, whose name alone is known."""
    vignette = next(v for v in VIGNETTES if v["id"] == code)
    return {**vignette, "alias_of": name}


def recent(now: datetime) -> list[Callable[[], object]]:
    """What the demonstration's users did in the last days, each as one step to run."""
    zone = ZoneInfo("Europe/London")
    today = now.astimezone(zone)

    def new_in_the_queue() -> None:
        refer(_again("V2", "recent"), today - timedelta(hours=3), "recent/queue")

    def being_screened() -> None:
        vignette = _again("V3", "recent")
        at = today - timedelta(days=3)
        case = assign(refer(vignette, at, "recent/screened"), at + timedelta(hours=2))
        begin_to_screen(case, vignette, at + timedelta(hours=3))
        write_note(
            case,
            actor=user("caseworker"),
            at=at + timedelta(hours=4),
            text="Interpreter asked for. She prefers a woman, by telephone.",
        )

    def waiting_for_a_second_person() -> None:
        vignette = _again("V8", "recent")
        at = today - timedelta(days=4)
        case = assign(refer(vignette, at, "recent/review"), at + timedelta(hours=1))
        case = screen(case, vignette, at + timedelta(hours=2))
        draft(case, "reasonable_grounds", today - timedelta(hours=20))

    def moving_on() -> None:
        first = Case.objects.filter(referrals__submission_key=key_of("V1")).get()
        decide(first, "conclusive_grounds", today - timedelta(days=6))

    def unsent() -> None:
        responder = user("responder")
        team = organisation("police")
        profile = load_profile("uk")
        at = today - timedelta(days=1)
        unfinished = start_draft(team, actor=responder, at=at, profile=profile)
        save_page(
            unfinished,
            actor=responder,
            at=at,
            page="danger",
            answers={"danger_now": "no"},
            version=unfinished.version,
        )

    return [new_in_the_queue, being_screened, waiting_for_a_second_person, moving_on, unsent]
