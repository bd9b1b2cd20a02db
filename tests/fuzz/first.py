"""The first call of each operation: one that is meant to arrive, by somebody who may, at a place of
the scene where it can be done, with the body of the example and what is real there in it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from cases.actions.court import preview_court_bundle
from cases.actions.sharing import Wanted, preview_bundle
from cases.actions.writing import preview_letter
from cases.forms.matters import headings
from cases.models import Case, Consent, CourtBundle, Deadline, Draft, Matter, Notice
from cases.rules.deadlines import pause_reasons
from cases.selectors.court import opened_content
from cases.selectors.matters import opened
from cases.selectors.notices import content_of, digest_of
from exchange.htcds.exports import preview_export
from exchange.htcds.exports import wanted_of as record_wanted
from nrm.audit.codes import PERSON
from nrm.context import acting_as
from nrm.openapi import example_of
from nrm.profiles import load_profile
from reporting.trail.codes import codes_of
from screening.models import Evidence
from tests.documents.files import jpeg, pdf
from tests.permissions.scene import Scene, wanted_of

Place = dict[str, str]
Body = dict[str, Any]


@dataclass(frozen=True)
class Meant:
    """Who calls, and where: a name of the scene's places. `body` goes into that of the example, or
    of a reading into its address."""

    who: str
    place: str = ""
    body: Callable[[Scene, Place], Body] = lambda scene, place: {}


# By where the address begins; the longest that fits.
_HOMES = {
    "": Meant("caseworker"),
    "administration/": Meant("administrator", "spare"),
    "administration/requests/": Meant("administrator", "role_request"),
    "audit-events/": Meant("auditor"),
    "audit-staff/": Meant("auditor"),
    "audit-anomalies/": Meant("auditor", "anomaly"),
    "unusual-access/": Meant("supervisor"),
    "statistics/": Meant("auditor", "released_file"),
    "monitoring/": Meant("auditor", "published"),
    "referrals/": Meant("responder", "assigned"),
    "referral-form/": Meant("responder"),
    "prompt-sheet/": Meant("responder"),
    "intake/": Meant("supervisor"),
    "webhook-cases/": Meant("caseworker", "webhook_case"),
    "intake/home-office/": Meant("responder"),
    "intake/htcds/": Meant("responder"),
    "near/": Meant("provider", "assigned"),
    "referred/": Meant("provider", "referred"),
    "shelters/": Meant("provider", "place"),
    "reviews/": Meant("supervisor"),
    "dashboard/": Meant("supervisor"),
    "batches/": Meant("supervisor", "batch"),
    "drafts/": Meant("responder", "draft_episode"),
    "worklist-views/": Meant("caseworker", "own_view"),
    "account/tokens/": Meant("caseworker", "token"),
    "account/sessions/": Meant("caseworker", "session"),
    "cases/": Meant("caseworker", "assigned"),
    "cases/{reference}/access/": Meant("supervisor", "assigned"),
    "cases/{reference}/assignment/": Meant("supervisor", "queue"),
    "cases/{reference}/deadlines/{deadline_id}/": Meant("palermo_caseworker", "running"),
    "cases/{reference}/decisions/{decision_id}/": Meant("caseworker", "draft_decision"),
    "cases/{reference}/screenings/{screening}/": Meant("caseworker", "screening"),
}


def _organisation(name: str) -> Callable[[Scene, Place], Body]:
    return lambda scene, place: {"organisation": str(getattr(scene.world, name).pk)}


def _user(field: str, name: str) -> Callable[[Scene, Place], Body]:
    return lambda scene, place: {field: str(scene.world.users[name].pk)}


def _pause(scene: Scene, place: Place) -> Body:
    with acting_as(scene.world.users["palermo_caseworker"]):
        clock = Deadline.objects.get(pk=place["deadline_id"])
    return {
        "reason": pause_reasons(load_profile("palermo"))[0].code,
        "review_on": str(timezone.localdate(scene.at) + timedelta(days=7)),
        "seen": str(timezone.localdate(clock.due_at)),
    }


def _sending(scene: Scene, place: Place) -> Body:
    with acting_as(scene.world.responder):
        return {"key": str(Draft.objects.get(pk=place["draft_id"]).submission_key)}


def _two_items(scene: Scene, place: Place) -> Body:
    with acting_as(scene.world.caseworker):
        items = Evidence.objects.filter(screening=place["screening"]).order_by("pk")
        first, second = [str(pk) for pk in items.values_list("pk", flat=True)][-2:]
    return {"first": first, "second": second}


def _two_named(scene: Scene, place: Place) -> Body:
    users = scene.world.users
    return {"people": [str(users[name].pk) for name in ("caseworker", "supervisor")]}


def _cover(scene: Scene, place: Place) -> Body:
    day = str(timezone.localdate(scene.at))
    delegate = str(scene.world.users["caseworker2"].pk)
    return {"delegate": delegate, "begins_on": day, "ends_on": day}


def _decided_age(scene: Scene, place: Place) -> Body:
    day = str(timezone.localdate(scene.at))
    told = {"asked_on": day, "why": "They look older.", "method": "court", "outcome": "adult"}
    return {"answers": {**told, "decided_on": day, "decided_by": "A court"}}


def _goal(scene: Scene, place: Place) -> Body:
    told = {
        "goal": "To sing again.",
        "area": "people",
        "said_on": str(timezone.localdate(scene.at)),
    }
    return {"kind": "goal", "answers": told}


def _goal_again(scene: Scene, place: Place) -> Body:
    told = {"reviewed_on": str(timezone.localdate(scene.at)), "outcome": "well"}
    return {"step": "review", "answers": told}


def _coming_of_age(scene: Scene, place: Place) -> Body:
    today = timezone.localdate(scene.at)
    return {"on": str(today + timedelta(days=50)), "answered_on": str(today)}


def _matter(scene: Scene, place: Place) -> Body:
    return {"kind": "criminal", "offence": "Theft.", "hearing_on": "2026-12-10"}


def _notice(scene: Scene, place: Place) -> Body:
    """The court is told, outside of the system."""
    with acting_as(scene.world.caseworker):
        row = Matter.objects.get(pk=place["matter_id"])
        content = content_of(opened(row, at=scene.at), headings(row.case))
    about = {"agency": "court", "ground": "disclosure_duty", "digest": digest_of(content)}
    return {**about, "key": str(uuid4())}


def _outside(scene: Scene, place: Place) -> Body:
    """What the court has answered: to a notice of its own."""
    with acting_as(scene.world.caseworker):
        sent = Notice.objects.filter(organisation=None, matter=place["matter_id"]).first()
    if sent is not None:
        place["notice_id"] = str(sent.pk)
    return {"answer": "received"}


def _wanted(scene: Scene, place: Place) -> Body:
    """What can be shared on the consent of the scene to exactly that."""
    with acting_as(scene.world.supervisor):
        consent = Consent.objects.get(case__reference=place["reference"], purpose="support").pk
    house = str(scene.world.provider_house.pk)
    about = {"organisation": house, "purpose": "support", "consent": str(consent)}
    return {**about, "parts": ["contact"], "documents": []}


def _previewed(scene: Scene, place: Place) -> Body:
    body, by = _wanted(scene, place), scene.world.supervisor
    house, consent = UUID(body["organisation"]), UUID(body["consent"])
    with acting_as(by):
        case = Case.objects.get(reference=place["reference"])
        wanted = Wanted(house, "support", consent, ("contact",))
        digest = preview_bundle(case, actor=by, at=scene.at, wanted=wanted).digest
    return {**body, "digest": digest, "key": str(uuid4())}


# What the example says once for all of its records.
_SAID_OF_RECORD = {
    "nrm_AgeStatus": "Adult",
    "nrm_ConsentToReferral": "Given",
    "nrm_Jurisdiction": "uk:england",
    "nrm_RecordId": "F-1",
}


def _as_record(scene: Scene, place: Place) -> Body:
    body = _wanted(scene, place)
    return {name: body[name] for name in ("organisation", "purpose", "consent")} | {"further": []}


def _previewed_record(scene: Scene, place: Place) -> Body:
    body, by = _as_record(scene, place), scene.world.supervisor
    wanted = record_wanted(UUID(body["organisation"]), "support", UUID(body["consent"]), [])
    with acting_as(by):
        case = Case.objects.get(reference=place["reference"])
        digest = preview_export(case, actor=by, at=scene.at, wanted=wanted).digest
    return {**body, "digest": digest, "key": str(uuid4()), "kind": "json"}


_LETTER = {"letter": "invitation", "language": "en", "details": "Tomorrow at noon."}


def _written(scene: Scene, place: Place) -> Body:
    by = scene.world.supervisor
    with acting_as(by):
        case = Case.objects.get(reference=place["reference"])
        digest = preview_letter(case, actor=by, at=scene.at, **_LETTER).digest
    return {**_LETTER, "digest": digest, "key": str(uuid4())}


def _for_court(scene: Scene, place: Place) -> Body:
    """How the case stands, and nothing else of it."""
    with acting_as(scene.world.supervisor):
        wanted = wanted_of(Case.objects.get(reference=place["reference"]), "standing")
    about = {"recipient": "court", "consent": None, "ground": wanted.ground, "black": []}
    return {**about, "items": dict(wanted.choices)}


def _prepared(scene: Scene, place: Place) -> Body:
    by = scene.world.supervisor
    with acting_as(by):
        case = Case.objects.get(reference=place["reference"])
        wanted = wanted_of(case, "standing")
        digest = preview_court_bundle(case, actor=by, at=scene.at, wanted=wanted).digest
    return {**_for_court(scene, place), "digest": digest, "key": str(uuid4())}


def _approving(scene: Scene, place: Place) -> Body:
    with acting_as(scene.world.supervisor):
        content = opened_content(CourtBundle.objects.get(pk=place["court"]))
    return {"approve": True, "digest": content.digest if content else ""}


def _spare_bed(scene: Scene, place: Place) -> Body:
    return {"bed": scene.places["place"]["bed"]}


def _another_case(scene: Scene, place: Place) -> Body:
    return {"other": scene.references["review"], "goes_on": "this"}


def _review(scene: Scene, place: Place) -> Body:
    return {"review_on": str(timezone.localdate(scene.at) + timedelta(days=7))}


def _moved(scene: Scene, place: Place) -> Body:
    return {"result": "moved", "next_on": None, "next_kind": ""}


def _unseen(scene: Scene, place: Place) -> Body:
    return {**_review(scene, place), "seen": None}


def _today(field: str) -> Callable[[Scene, Place], Body]:
    return lambda scene, place: {field: str(timezone.localdate(scene.at))}


def _in_a_week(scene: Scene, place: Place) -> Body:
    return {"starts_at": (scene.at + timedelta(days=7)).isoformat()}


def _staff_code(scene: Scene, place: Place) -> Body:
    auditor = scene.world.users["auditor"]
    with acting_as(auditor):
        return {"person": codes_of(auditor).of(PERSON, scene.world.caseworker.pk)}


# Where the place is another than that of the address, or the body says what is real.
_OTHERWISE = {
    "get_deadline": Meant("caseworker", "assigned"),
    "resume_deadline": Meant("palermo_caseworker", "paused"),
    "pause_deadline": Meant("palermo_caseworker", "running", _pause),
    "save_draft_page": Meant(
        "responder",
        "draft",
        lambda scene, place: {"answers": {"age_status": "adult", "jurisdiction": "england"}},
    ),
    "send_draft": Meant("responder", "full_draft", _sending),
    "hand_over_draft": Meant("responder", "empty_draft", _user("to", "responder2")),
    "discard_draft": Meant("responder", "declined_draft"),
    "add_account": Meant("administrator", "organisation"),
    "ask_to_open_organisation": Meant("administrator", "closed"),
    # It is no authority, of which the example is one.
    "change_organisation": Meant(
        "administrator", "spare", lambda scene, place: {"authority_kind": ""}
    ),
    "give_role": Meant("administrator", "spare", _organisation("police")),
    "list_organisations": Meant("administrator"),
    "list_role_requests": Meant("administrator"),
    "run_batch": Meant(
        "supervisor",
        "assigned",
        lambda scene, place: {
            "cases": [{"reference": place["reference"]}],
            "caseworker": str(scene.world.caseworker.pk),
        },
    ),
    "bring_near": Meant("supervisor", "made", _organisation("prosecution")),
    "assign_case": Meant("supervisor", "queue", _user("caseworker", "caseworker")),
    "give_access": Meant("supervisor", "assigned", _user("person", "caseworker2")),
    "add_documents": Meant(
        "caseworker", "assigned", lambda scene, place: {"kind": "statement", "source": "person"}
    ),
    "redact_document": Meant(
        "caseworker2",
        "others",
        lambda scene, place: {"ground": "third_party", "removed": ["name"], "looked": True},
    ),
    "list_redactions": Meant("supervisor", "others"),
    "keep_document_to": Meant("supervisor", "assigned"),
    "download_document_for_a_purpose": Meant("caseworker", "passport"),
    "save_task": Meant("intake", "task"),
    "start_screening": Meant("caseworker", "made"),
    "record_indicator": Meant(
        "caseworker", "screening", lambda scene, place: {"evidence": [place["evidence"]]}
    ),
    "record_evidence": Meant(
        "caseworker", "screening", lambda scene, place: {"episode": place["episode"]}
    ),
    "note_contradiction": Meant("caseworker", "screening", _two_items),
    "draft_decision": Meant("caseworker", "completed"),
    "read_letter": Meant("caseworker", "made"),
    "serve_decision": Meant(
        "caseworker",
        "made",
        lambda scene, place: {
            "channel": "in_person",
            "served_on": str(timezone.localdate(scene.at)),
        },
    ),
    "record_own_grounds": Meant("supervisor", "review"),
    "give_verdict": Meant("supervisor", "verdict"),
    "withdraw_decision": Meant("caseworker", "returned"),
    "list_possible_duplicates": Meant("supervisor", "queue"),
    "read_keeping": Meant("supervisor", "assigned"),
    "set_hold": Meant("supervisor", "made"),
    "lift_hold": Meant("supervisor", "made"),
    "ask_for_erasure": Meant("supervisor", "returned"),
    "decide_erasure": Meant("supervisor2", "returned"),
    "list_exclusions": Meant("supervisor", "assigned"),
    "exclude": Meant("supervisor", "assigned", _user("person", "supervisor2")),
    "lift_exclusion": Meant("supervisor", "assigned"),
    "read_confidentiality": Meant("supervisor", "assigned"),
    "set_confidentiality": Meant("supervisor", "completed", _two_named),
    "list_case_emergencies": Meant("supervisor", "opened"),
    "read_emergency": Meant("supervisor", "opened"),
    "end_emergency": Meant("supervisor", "opened"),
    "review_emergency": Meant("supervisor", "opened"),
    "list_emergencies_to_review": Meant("supervisor"),
    "raise_matter": Meant("caseworker", "assigned", _matter),
    "change_matter": Meant("caseworker", "assigned", lambda scene, place: {"stage": "trial"}),
    "list_hearings": Meant("caseworker", "assigned"),
    "record_hearing": Meant("caseworker", "assigned", _moved),
    "say_what_happened_in_hearing": Meant(
        "caseworker", "assigned", lambda scene, place: {"result": "moved"}
    ),
    "list_matters": Meant("caseworker", "assigned"),
    "read_matter": Meant("caseworker", "assigned"),
    "record_removal": Meant("caseworker", "assigned", lambda scene, place: {"kind": "return"}),
    "change_removal": Meant("caseworker", "assigned", lambda scene, place: {"kind": "return"}),
    "list_removals": Meant("caseworker", "assigned"),
    "list_links": Meant("supervisor", "made"),
    "link_cases": Meant("supervisor", "assigned", _another_case),
    "read_link": Meant("supervisor", "made"),
    "end_link": Meant("supervisor", "made"),
    "list_case_transfers": Meant("supervisor", "made"),
    "offer_transfer": Meant("supervisor", "others", _organisation("other_authority")),
    "withdraw_transfer": Meant("supervisor", "made"),
    "list_transfers": Meant("supervisor"),
    "open_transfer": Meant("supervisor", "offered"),
    "answer_transfer": Meant(
        "supervisor", "offered", lambda scene, place: {"accept": False, "refusal": "conflict"}
    ),
    "list_child_records": Meant("caseworker", "assigned"),
    "record_child": Meant("supervisor", "queue"),
    "change_child_record": Meant("caseworker", "assigned", _decided_age),
    "read_adulthood": Meant("caseworker", "assigned"),
    "plan_adulthood": Meant("supervisor", "queue", _coming_of_age),
    "list_notices": Meant("caseworker", "assigned"),
    "preview_notice": Meant("caseworker", "assigned"),
    "send_notice": Meant("caseworker", "assigned", _notice),
    "recall_notice": Meant("caseworker", "assigned"),
    "note_notice_answer": Meant("caseworker", "assigned", _outside),
    "list_received_notices": Meant("liaison"),
    "open_notice": Meant("liaison", "noticed"),
    "answer_notice": Meant("liaison", "noticed", lambda scene, place: {"answer": "received"}),
    "list_bundles": Meant("supervisor", "others"),
    "read_bundle": Meant("supervisor", "others"),
    "preview_bundle": Meant("supervisor", "others", _wanted),
    "share_bundle": Meant("supervisor", "others", _previewed),
    "recall_bundle": Meant("supervisor", "others"),
    "import_htcds": Meant("responder", "", lambda scene, place: _SAID_OF_RECORD),
    "preview_htcds_export": Meant("supervisor", "others", _as_record),
    "export_htcds": Meant("supervisor", "others", _previewed_record),
    "record_consent": Meant("supervisor", "assigned"),
    "record_contact": Meant("supervisor", "assigned"),
    "nominate": Meant("supervisor", "queue", _today("given_on")),
    "list_cooperation": Meant("supervisor", "assigned"),
    "record_cooperation": Meant("supervisor", "assigned", _today("said_on")),
    "withdraw_cooperation": Meant("caseworker", "assigned"),
    "end_nominee": Meant("caseworker", "assigned"),
    "withdraw_consent": Meant("supervisor", "others"),
    "list_shared": Meant("provider"),
    "list_referred": Meant("provider"),
    "read_leaflet": Meant("caseworker", "leaflet"),
    "give_leaflet": Meant("caseworker", "assigned", _today("given_on")),
    "plan_session": Meant("provider", "referred", _in_a_week),
    "record_session_outcome": Meant(
        "provider", "referred", lambda scene, place: {"outcome": "cancelled_by_person", "fit": ""}
    ),
    "read_shelters": Meant("supervisor"),
    "add_bed": Meant("provider", "place", lambda scene, place: {"number": 77}),
    "use_bed": Meant("provider", "place", lambda scene, place: {"out_because": ""}),
    "open_place": Meant("provider", "", _organisation("provider_house")),
    "empty_bed": Meant("provider", "left_behind"),
    "hold_bed": Meant("caseworker", "assessed", _spare_bed),
    "note_transport": Meant("caseworker", "assigned", lambda scene, place: {"done": False}),
    "list_risk_reviews": Meant("supervisor"),
    "record_plan_item": Meant("caseworker", "assigned", _goal),
    "take_plan_step": Meant("caseworker", "assigned", _goal_again),
    "list_plan_due": Meant("supervisor"),
    "bring_review_forward": Meant("caseworker", "assessed"),
    "refer_to_provider": Meant("caseworker", "needed", _organisation("provider_house")),
    "confirm_reason_read": Meant("supervisor", "assigned"),
    "open_shared": Meant("provider", "shared"),
    "open_shared_document": Meant("provider", "shared"),
    "hand_on_cases": Meant("caseworker", "", _cover),
    "end_cover": Meant("supervisor", "cover"),
    "read_staff_looks": Meant("auditor", "", _staff_code),
    "look_into_anomaly": Meant("auditor", "anomaly", lambda scene, place: {"count": 9}),
    "read_handover": Meant("supervisor", "made"),
    "list_letters": Meant("supervisor", "made"),
    "preview_letter": Meant("supervisor", "made", lambda scene, place: _LETTER),
    "write_letter": Meant("supervisor", "made", _written),
    "read_case_letter": Meant("supervisor", "made"),
    "give_letter": Meant("supervisor", "made", _today("given_on")),
    "list_court_bundles": Meant("supervisor", "others"),
    "read_court_bundle": Meant("supervisor", "others"),
    "preview_court_bundle": Meant("supervisor", "others", _for_court),
    "prepare_court_bundle": Meant("supervisor", "others", _prepared),
    "answer_court_bundle": Meant("supervisor", "others", _approving),
    "take_out_court_bundle": Meant("supervisor", "others"),
    "recall_court_bundle": Meant("supervisor", "others"),
    "list_questions": Meant("supervisor", "assigned"),
    "ask_question": Meant("caseworker", "review", lambda scene, place: {"due_on": None}),
    "record_answer": Meant("caseworker", "assigned", _today("answered_on")),
    "withdraw_question": Meant("caseworker", "verdict"),
    "read_course": Meant("supervisor", "assigned"),
    "suspend_case": Meant("supervisor", "assigned", _review),
    "resume_case": Meant("supervisor", "assigned"),
    "propose_disqualification": Meant("caseworker", "made"),
    "take_back_disqualification": Meant("caseworker", "made"),
    "record_disqualification_told": Meant("caseworker", "proposed", _today("served_on")),
    "record_disqualification_answer": Meant("caseworker", "proposed", _today("answered_on")),
    "decide_disqualification": Meant("supervisor", "proposed"),
    "serve_disqualification": Meant("caseworker", "proposed", _today("served_on")),
    "ask_disqualification_look": Meant("caseworker", "proposed", _today("asked_on")),
    "answer_disqualification_look": Meant("supervisor2", "proposed"),
    "keep_case_suspended": Meant("supervisor", "assigned", _review),
    "keep_deadline_paused": Meant("palermo_caseworker", "paused", _unseen),
    "identify_provisionally": Meant("palermo_lead", "presumable"),
    "list_provisional_identifications": Meant("palermo_lead", "for_now"),
    "say_that_no_authority_functions": Meant("palermo_lead", "for_now"),
    "say_that_an_authority_functions": Meant("palermo_caseworker", "for_now"),
    "record_withdrawal": Meant("caseworker", "completed", _today("told_on")),
    "close_case": Meant("supervisor", "suspended"),
    "reopen_case": Meant("supervisor", "suspended"),
    "record_reconsideration": Meant("caseworker", "refused", _today("asked_on")),
    "answer_reconsideration": Meant("supervisor2", "made", lambda scene, place: {"accept": False}),
    "ask_reconsideration_of_referral": Meant("responder", "refused_too"),
    "ask_reconsideration_of_near_case": Meant("provider", "refused_as_well"),
    "list_mergings": Meant("supervisor", "queue"),
    "ask_merging": Meant("supervisor", "made", _another_case),
    "decide_merging": Meant("supervisor", "queue", lambda scene, place: {"answer": "agree"}),
    "ask_undoing": Meant("supervisor", "queue"),
}

# What is taken back first, to be recorded again; and last, what cannot be done again after another
# operation was, or ends what others need.
_FIRST = ("take_indicator_back",)
_LAST = (
    *("pause_deadline", "submit_decision", "complete_screening", "reopen_account"),
    *("answer_court_bundle", "take_out_court_bundle", "recall_court_bundle"),
    *("recall_bundle", "recall_notice", "withdraw_consent", "answer_transfer", "end_link"),
    *("end_service", "move_stay"),
    *("propose_disqualification", "take_back_disqualification"),
    *("record_disqualification_told", "record_disqualification_answer"),
    *("decide_disqualification", "serve_disqualification"),
    *("ask_disqualification_look", "answer_disqualification_look"),
    *("say_that_no_authority_functions", "say_that_an_authority_functions"),
    *("suspend_case", "keep_case_suspended", "resume_case", "close_case"),
    *("reopen_case", "record_withdrawal"),
    *("decide_merging", "ask_undoing"),
    *("ask_for_erasure", "decide_erasure", "declare_conflict"),
)
_METHODS = ("get", "put", "patch", "post", "delete")


def make_first_calls(scene: Scene, operations: list[Any], callers: dict[str, Any]) -> None:
    """Calls each operation once, as it is meant. One of which nothing is known here is left out."""
    for operation in sorted(operations, key=_order):
        name = operation.definition.raw["operationId"]
        path = operation.path.removeprefix("/api/v1/")
        meant = _OTHERWISE.get(name) or _HOMES[max(filter(path.startswith, _HOMES), key=len)]
        place = callers[meant.who].pool.named[meant.place]
        arguments = {each.name for each in operation.path_parameters}
        if arguments <= set(place):
            sent = _sent(operation, meant.body(scene, place))  # it may say what the place is
            case = operation.Case(path_parameters={key: place[key] for key in arguments})
            callers[meant.who].call(case, **sent)


def _order(operation: Any) -> tuple[int, int]:
    name = operation.definition.raw["operationId"]
    turn = _LAST.index(name) if name in _LAST else -1 - (name in _FIRST)
    return turn, _METHODS.index(operation.method.lower())


def _sent(operation: Any, body: Body) -> dict[str, Any]:
    """What is sent, as arguments of requests."""
    name = operation.definition.raw["operationId"]
    if operation.method.lower() == "get":
        return {"params": body}
    if name == "add_documents":
        return {"files": {"files": ("letter.pdf", pdf(200), "application/pdf")}, "data": body}
    example = example_of(name).get("request")
    if name == "redact_document":
        return {"files": {"files": ("page.jpg", jpeg(grey=77), "image/jpeg")}, "data": body}
    return {"json": {**copy.deepcopy(example or {}), **body}} if example or body else {}
