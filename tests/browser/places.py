"""Where the pages are looked at: the scene of the permission table, and the states of a draft, a
screening, a decision and a deadline that only a page shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from cases.actions import (
    asking,
    assigning,
    deadlines,
    disqualifying,
    drafting,
    emergency,
    provisional,
    sharing,
    suspending,
    withdrawing,
)
from cases.models import Case, Draft, Referral
from cases.rules.deadlines import pause_reasons
from cases.rules.referral_form import form_for
from nrm.accounts.models import Organisation
from nrm.accounts.roles import OrganisationKind, Role
from nrm.context import acting_as
from nrm.profiles import load_profile
from protection.actions import assessments, services, shelter
from screening import actions as screening
from tests.casework import people
from tests.decisions import road
from tests.intake.answers import ALLEGATIONS, CHILD, DECLINES, EPISODES, FULL
from tests.permissions.scene import Scene, build_scene
from tests.rows import begun_with
from tests.screening.build import item
from tests.world import World, person

# People who have just begun: nothing was ever told to them or given to them.
NEWCOMERS = {
    "new_responder": (Role.FIRST_RESPONDER, OrganisationKind.POLICE),
    "new_intake": (Role.INTAKE, OrganisationKind.COMPETENT_AUTHORITY),
    "new_caseworker": (Role.CASEWORKER, OrganisationKind.COMPETENT_AUTHORITY),
    "new_supervisor": (Role.SUPERVISOR, OrganisationKind.COMPETENT_AUTHORITY),
    "new_provider": (Role.PROTECTION_PROVIDER, OrganisationKind.PROVIDER),
    "new_auditor": (Role.AUDITOR, OrganisationKind.OVERSIGHT),
}


def build_places() -> Scene:
    """The scene with every place that a page of tests/browser/pages.py names."""
    scene = begun_with("scene", build_scene)
    _drafts(scene)
    _cases(scene)
    _disqualified(scene)
    _left_behind(scene)
    _palermo(scene)
    _newcomers(scene)
    _invitation(scene)
    return scene


def _drafts(scene: Scene) -> None:
    for name, answers in (
        ("full_draft", FULL),
        ("child_draft", CHILD),
        ("declined_draft", {**DECLINES, "family": "Mr Zef Hoti"}),
        ("empty_draft", {}),
    ):
        draft = _draft(scene.world, scene.at, answers)
        with acting_as(scene.world.responder):
            draft = Draft.objects.select_related("person").get(pk=draft.pk)
            told = drafting.contents_of(draft).answers
        scene.places[name] = {"draft": str(draft.pk)}
        scene.pseudonyms[name] = draft.person.pseudonym
        for part in ("episodes", "allegations"):
            if told.get(part):
                scene.places[f"{name}_{part}"] = {
                    "draft": str(draft.pk),
                    "item": told[part][0]["id"],
                }


def _draft(world: World, at: Any, answers: dict[str, Any]) -> Draft:
    """A draft in which each page that these answers fill is saved."""
    by: dict[str, Any] = {"actor": world.responder, "at": at}
    draft = drafting.start_draft(world.police, profile=world.profile, **by)
    form = form_for(world.profile)
    for page in form.pages:
        asked = {question.code for question in page.questions} | {page.left_empty}
        if page.part:
            continue
        if mine := {code: value for code, value in answers.items() if code in asked}:
            draft = drafting.save_page(
                draft, page=page.code, answers=mine, version=draft.version, **by
            )
    for part, told in (("episodes", EPISODES), ("allegations", ALLEGATIONS)):
        for one in told if part in answers else ():
            row = uuid4().hex
            for page in form.pages_of(part):
                asked = {question.code for question in page.questions}
                draft = drafting.save_page(
                    draft,
                    page=page.code,
                    answers={code: value for code, value in one.items() if code in asked},
                    version=draft.version,
                    item=row,
                    **by,
                )
    return draft


def _cases(scene: Scene) -> None:
    world, at = scene.world, scene.at

    done = people.assigned(world, at=at)
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    opened = screening.start_screening(done, **by)
    evidence = screening.record_evidence(opened, item=item(), **by)
    found = screening.FoundEpisode(types=("forced_work",), place="not_known")
    episode = screening.add_episode(opened, episode=found, **by)
    screening.record_indicator(
        opened,
        episode=episode.pk,
        code=world.profile.screening.indicators[0].code,
        state="shown",
        evidence_ids=[evidence.pk],
        **by,
    )
    screening.complete_screening(opened, differs="The account does not say enough yet.", **by)
    _keep(scene, "completed", done, screening=opened.pk)

    verdict = road.again(world, people.assigned(world, at=at, answers=FULL))
    road.findings(world, verdict, at=at)
    decision = road.submitted(world, verdict, at=at)
    road.own_grounds(world, decision, at=at)
    asked = asking.ask(verdict, recipient="The school", asked="Since when?", **by)
    _keep(scene, "verdict", verdict, decision_id=decision.pk, question=asked.pk)
    _needs(scene, verdict, by)

    opened = people.referred(world, at=at, answers=CHILD)
    asked = emergency.ask_emergency(
        world.caseworker2,
        actor=world.caseworker2,
        at=at,
        reference=opened.reference,
        reason="The hotline is on the telephone and nobody else is here.",
    )
    _keep(scene, "opened", opened, emergency=asked.pk, emergency_id=asked.pk)

    returned = road.again(world, people.assigned(world, at=at))
    road.findings(world, returned, at=at)
    decision = road.submitted(world, returned, at=at)
    road.own_grounds(world, decision, at=at)
    road.deciding.hand_back(
        decision, actor=world.supervisor, at=at, reasons="Say why the month was not asked."
    )
    _keep(scene, "returned", returned, decision_id=decision.pk)
    _ended_or_not(scene)


def _ended_or_not(scene: Scene) -> None:
    """Cases with a negative decision that has reached the person; one that is suspended; one whose
    person has withdrawn."""
    world, at = scene.world, scene.at
    today = timezone.localdate(at)
    for name in ("refused", "refused_too", "refused_as_well"):
        refused = road.again(world, people.assigned(world, at=at))
        road.findings(world, refused, at=at)
        decision = road.made(world, refused, at=at, outcome="negative")
        served = {"served_on": today, "channel": "in_person", "language": "sq"}
        road.deciding.serve_decision(decision, actor=world.caseworker, at=at, **served)
        house = {"organisation": world.provider_house}
        assigning.bring_near(refused, actor=world.supervisor, at=at, **house)
        _keep(scene, name, refused)
    held = people.assigned(world, at=at)
    review = today + timedelta(days=7)
    suspending.suspend(held, actor=world.supervisor, at=at, reason="lost_contact", review_on=review)
    _keep(scene, "suspended", held)
    left = people.assigned(world, at=at)
    withdrawing.withdraw(
        left, actor=world.caseworker, at=at, method="spoken", told_on=today, explained=True,
        heard_by="Somebody of the harbour mission", wish="No letters.",
    )  # fmt: skip
    _keep(scene, "left", left)


def _needs(scene: Scene, case: Case, by: dict[str, Any]) -> None:
    """A need for which the person agreed, and one for which they were not asked; and what they
    answered about danger."""
    answers = {"community": "yes", "armed_group": "no"}
    assessments.assess(case, step="first", answers=answers, note="She is calm.", **by)
    scene.places["assessed"] = {"reference": case.reference}
    sharing.record_consent(
        case,
        purpose="support",
        recipient_kind=OrganisationKind.PROVIDER,
        answer="agreed",
        given_on=timezone.localdate(scene.at),
        language="sq",
        interpreter="none",
        **by,
    )
    for name, code in (("needed", "medical"), ("consented", "accommodation")):
        need = services.note_need(case, code=code, urgency="soon", **by)
        scene.places[name] = {"reference": case.reference, "service": str(need.pk)}


def _disqualified(scene: Scene) -> None:
    """A case in which a disqualification is proposed, and one in which it was made and is asked to
    be looked at again."""
    world, at = scene.world, scene.at
    today = timezone.localdate(at)
    reached = {"served_on": today, "channel": "in_person", "language": "sq"}
    for name in ("proposed", "disqualified"):
        case = road.again(world, people.assigned(world, at=at))
        road.findings(world, case, at=at)
        road.made(world, case, at=at)
        row = disqualifying.propose(
            road.again(world, case),
            actor=world.caseworker,
            at=at,
            grounds=["public_order"],
            why="A sentence of five years, from the register of the court.",
        )
        _keep(scene, name, case)
    by = {"actor": world.caseworker, "at": at}
    disqualifying.record_told(row, **by, **reached)
    disqualifying.record_answer(
        row, **by, answered="said", words="He was made to carry it.", answered_on=today
    )
    decision = {"disqualify": True, "reasons": "The sentence stands; he was heard."}
    disqualifying.decide(row, actor=world.supervisor, at=at, **decision)
    disqualifying.record_served(row, **by, **reached)
    disqualifying.ask_look(
        row,
        **by,
        asked_by="representative",
        grounds=["new_facts"],
        why="The sentence was set aside.",
        asked_on=today,
    )


def _left_behind(scene: Scene) -> None:
    """Somebody lives in a place, and their shelter has ended."""
    world, case = scene.world, people.assigned(scene.world, at=scene.at)
    by: dict[str, Any] = {"actor": world.caseworker, "at": scene.at}
    theirs: dict[str, Any] = {"actor": world.provider, "at": scene.at}
    region = world.profile.regions[0].code
    place = shelter.open_place(world.provider_house, region=region, address="3 Mill Lane", **theirs)
    is_: dict[str, Any] = {"sex": "any", "ages": "any", "family": False, "step_free": False}
    bed = shelter.add_bed(place, unit=1, number=1, **is_, **theirs)
    need = services.note_need(case, code=world.profile.support.shelter, urgency="now", **by)
    service = services.refer_without_consent(
        need, organisation=world.provider_house.pk, reason="She has nowhere to sleep.", **by
    )
    shelter.move_in(shelter.hold_bed(case, bed=bed.pk, **by), **by)
    services.end_service(service, reason="moved_on", **by)
    _keep(scene, "left_behind", case, place=place.pk, bed=bed.pk)


def _palermo(scene: Scene) -> None:
    """Cases under the other profile: the deadline of one runs, that of the other is paused."""
    at = scene.at
    world = _palermo_world(scene.world)
    for name in ("running", "paused"):
        case = road.ready_case(world, at=at)
        road.submitted(world, case, at=at, code="presumed_identification")
        with acting_as(world.caseworker):
            clock = case.deadlines.get(term="formal_identification")
        _keep(scene, name, case, deadline_id=clock.pk)
    deadlines.pause_deadline(
        clock,
        actor=world.caseworker,
        at=at,
        reason=pause_reasons(world.profile)[0].code,
        review_on=timezone.localdate(at) + timedelta(days=7),
    )
    for name in ("for_now", "presumable"):
        found = people.referred(world, at=at, answers={**CHILD, "jurisdiction": "country"})
        with acting_as(world.responder):
            receipt = Referral.objects.get(case=found).receipt
        _keep(scene, name, found)
        scene.places[name]["receipt"] = receipt
    with acting_as(world.lead):
        case = Case.objects.get(reference=scene.references["for_now"])
    assigning.assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
    provisional.identify_provisionally(
        case,
        actor=world.lead,
        at=at,
        grounds=["elements_met"],
        situation="out_of_reach",
        why="He was held at the mine, and the road to the capital is closed.",
        explained=True,
    )
    draft = _draft(world, at, {"danger_now": "no"})
    scene.places["palermo_draft"] = {"draft": str(draft.pk)}


def _palermo_world(uk: World) -> World:
    """The people whom that road needs, in houses of that profile."""

    def house(name: str, kind: str) -> Organisation:
        return Organisation.objects.create(name=name, kind=kind, profile="palermo")

    camp = house("Protection desk", OrganisationKind.NGO)
    panel = house("Identification panel", OrganisationKind.COMPETENT_AUTHORITY)
    world = replace(
        uk,
        profile=load_profile("palermo"),
        police=camp,
        authority=panel,
        users={
            name: person(f"palermo_{name}@example.org", role, where)
            for name, role, where in (
                ("responder", Role.FIRST_RESPONDER, camp),
                ("lead", Role.RESPONDER_LEAD, camp),
                ("intake", Role.INTAKE, panel),
                ("caseworker", Role.CASEWORKER, panel),
                ("supervisor", Role.SUPERVISOR, panel),
            )
        },
    )
    uk.users |= {f"palermo_{name}": user for name, user in world.users.items()}
    return world


def _keep(scene: Scene, name: str, case: Case, **parts: UUID) -> None:
    with acting_as(scene.world.users["supervisor"]):
        receipt = Referral.objects.filter(case=case).values_list("receipt", flat=True).first()
    scene.places[name] = {
        "reference": case.reference,
        **({"receipt": receipt} if receipt else {}),
        **{part: str(value) for part, value in parts.items()},
    }
    scene.references[name] = case.reference
    scene.pseudonyms[name] = case.pseudonym


def _invitation(scene: Scene) -> None:
    """The link with which somebody chooses the first password of their account; and an account that
    an administrator changes."""
    user = scene.world.users["far_liaison"]
    # What is done to this account ends the sessions of whose it is: nobody else of these tests.
    stranger = scene.world.users["far_provider"]
    scene.places["account"] = {
        "pk": str(stranger.pk),
        "role": str(stranger.memberships.get().pk),
    }
    scene.places["invited"] = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }


def _newcomers(scene: Scene) -> None:
    """Last, so that no case goes to their authority."""
    houses: dict[str, Organisation] = {}
    for name, (role, kind) in NEWCOMERS.items():
        if kind not in houses:
            houses[kind] = Organisation.objects.create(name=f"New {kind}", kind=kind, profile="uk")
        scene.world.users[name] = person(f"{name}@example.org", role, houses[kind])
