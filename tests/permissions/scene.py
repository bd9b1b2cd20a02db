"""The scene of the permission table: cases at each point of their road, a team's drafts, what was
sent, inboxes and releases of statistics, all reached by the actions that people take."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from cases.actions import (
    asking,
    assigning,
    contact,
    cooperating,
    court,
    covering,
    documents,
    drafting,
    emergency,
    excluding,
    hearings,
    linking,
    matters,
    merging,
    notes,
    notices,
    redacting,
    referring,
    removals,
    sharing,
    transferring,
    writing,
)
from cases.actions.batches import Chosen, run_batch
from cases.actions.saved_views import save_view
from cases.forms.matters import headings
from cases.models import (
    Bundle,
    Case,
    Cover,
    Decision,
    Document,
    Draft,
    EmergencyAccess,
    Hearing,
    InboxItem,
    Letter,
    Matter,
    Nominee,
    Notice,
    Reconsideration,
    Referral,
)
from cases.selectors import court as court_reads
from cases.selectors import matters as matter_reads
from cases.selectors import notices as notice_reads
from cases.selectors.lists import Wanted
from exchange.models import (
    Correspondent,
    Delivery,
    Handle,
    RecalledPack,
    ReceivedPack,
    SentPack,
    Subscription,
)
from exchange.registers import actions as registers
from identities import kept
from identities.crypto import seal_json
from nrm.accounts import actions as accounts
from nrm.accounts.models import Organisation, RoleRequest, Session, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.accounts.scopes import ALL
from nrm.accounts.sessions import _digest
from nrm.accounts.tokens import new_token
from nrm.context import acting_as
from protection.actions import assessments, children, counselling, leaflet, plan, services, shelter
from protection.actions.transport import note_transport
from protection.models import Service
from protection.models import Session as Meeting
from reporting.releases.periods import Period
from reporting.statistics.selectors import closed_periods
from screening import actions as screening
from screening.actions import FoundEpisode
from tests.decisions import road
from tests.documents.files import jpeg, pdf, upload
from tests.exchange.registers import PLACE, as_csv, line
from tests.exchange.registers import upload as register_file
from tests.intake.answers import ADULT, CHILD, DECLINES, FULL
from tests.reporting.anomalies import an_anomaly
from tests.reporting.made import a_published_release, a_release
from tests.screening.build import item
from tests.world import World, build_world, person, second_administrator, with_app

SAID_OF_COOPERATING = "With Ilir beside her."


@dataclass
class Scene:
    """`places` holds, by the name of a place, the values of the arguments that an address there
    takes: a case with its parts, a draft, an account."""

    world: World
    at: datetime
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    pseudonyms: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)


def build_scene() -> Scene:
    world = build_world("uk")
    scene = Scene(world, timezone.now())
    _add_strangers(world)
    _cases(scene)
    _drafts(scene)
    _accounts(scene)
    _statistics(scene)
    _tokens(scene)
    return scene


def _add_strangers(world: World) -> None:
    """A second house and a second prosecution, to which no case is ever brought near."""
    for name, kind, role in (
        ("far_provider", OrganisationKind.PROVIDER, Role.PROTECTION_PROVIDER),
        ("far_liaison", OrganisationKind.PROSECUTION, Role.PROSECUTION_LIAISON),
    ):
        house = Organisation.objects.create(name=f"House of {name}", kind=kind, profile="uk")
        world.users[name] = person(f"{name}@example.org", role, house)


# Cases -------------------------------------------------------------------------------------------
def _cases(scene: Scene) -> None:
    world, at = scene.world, scene.at
    queue = _referred(scene, CHILD)
    _keep(scene, "queue", queue, emergency=_emergency(scene, queue).pk)

    assigned = _given(scene, _referred(scene, FULL), world.caseworker)
    for house in (world.provider_house, world.prosecution):
        assigning.bring_near(assigned, actor=world.supervisor, at=at, organisation=house)
    notes.write_note(assigned, actor=world.caseworker, at=at, text="Asked for an interpreter.")
    document = _document(scene, assigned, world.caseworker)
    parts = {"organisation": world.provider_house.pk, "document": document.pk}
    parts["person"] = world.caseworker.pk
    kept_out = excluding.exclude(
        assigned, actor=world.supervisor, at=at, reason="named", organisation=world.other_police
    )
    parts["exclusion"] = kept_out.pk
    asked_of = _service(scene, assigned, world.caseworker)
    parts["service"] = asked_of.pk
    parts["session"] = _counselled(scene, asked_of, world.provider).pk
    parts["step"] = "first"
    parts["move"] = "proposal"
    scene.places["leaflet"] = {"profile": "uk", "age": "adult", "language": "ar"}
    _assessed(scene, assigned, world.caseworker)
    sheltered = _sheltered(scene, assigned, world.caseworker)
    scene.places["place"] = {key: str(value) for key, value in sheltered.items()}
    parts |= sheltered
    scene.places["referred"] = {key: str(parts[key]) for key in ("service", "session")}
    parts["question"] = asking.ask(
        assigned,
        actor=world.caseworker,
        at=at,
        recipient="The night shelter",
        asked="Since when did she sleep there?",
    ).pk
    matter = _matter(scene, assigned, world.caseworker)
    notice = _notice(scene, matter, world.caseworker)
    parts |= {"matter": matter.pk, "part": "act", "notice": notice.pk}
    parts["hearing"] = _hearing(scene, matter, world.caseworker).pk
    of_removal = {"actor": world.caseworker, "at": at, "values": {"kind": "directions"}}
    parts["removal"] = removals.record_removal(assigned, **of_removal).pk
    parts |= {"record": _a_child(scene, assigned, world.caseworker), "kind": "age"}
    parts |= _planned(scene, assigned, world.caseworker)
    _named(scene, assigned, world.caseworker)
    _cooperates(scene, assigned, world.caseworker)
    scene.places["noticed"] = {"notice": str(notice.pk), "notice_id": str(notice.pk)}
    _keep(scene, "assigned", assigned, parts)
    passport = _document(scene, assigned, world.caseworker, "identity", 400)
    scene.places["passport"] = {**scene.places["assigned"], "document": str(passport.pk)}
    asked = merging.ask_merging(
        queue,
        actor=world.intake,
        at=at,
        other=assigned.reference,
        reason="compared",
        goes_on="other",
    )
    scene.places["queue"]["merging"] = str(asked.pk)

    scene.places["register"] = {"register": a_register(scene)}
    scene.places["cover"] = {"cover": str(_cover(scene).pk)}

    _keep(scene, "screening", *_with_open_screening(scene))

    review = _given(scene, _referred(scene, ADULT), world.caseworker)
    road.findings(world, review, at=at)
    decision = road.submitted(world, review, at=at)
    _keep(scene, "review", review, decision_id=decision.pk)

    made = _given(scene, _referred(scene, ADULT), world.caseworker)
    road.findings(world, made, at=at)
    decision = road.made(world, made, at=at)
    assigning.bring_near(made, actor=world.intake, at=at, organisation=world.provider_house)
    offered = _offered(scene, made, "supervisor", world.other_authority)
    look = a_look(scene, made, decision).pk
    letter = a_letter(made, world.caseworker, at=at).pk
    of_made = {"look": look, "transfer": offered, "letter": letter, "template": "invitation"}
    _keep(scene, "made", made, of_made, decision_id=decision.pk)

    drafted = _given(scene, _referred(scene, ADULT), world.caseworker)
    road.findings(world, drafted, at=at)
    decision = road.drafted(world, drafted, at=at)
    linked = linking.link_cases(
        made, actor=world.supervisor, at=at, other=drafted.reference, kind="family", rule="apart"
    )
    scene.places["made"]["link"] = str(linked.pk)
    _keep(scene, "draft_decision", drafted, decision_id=decision.pk)

    _keep(scene, "notify", _referred(scene, DECLINES))

    # Of another police: strangers to our responders, and given to the other caseworker.
    others = _referred(scene, ADULT, who="other_responder", team=world.other_police)
    others = _given(scene, others, world.caseworker2)
    document = _document(scene, others, world.caseworker2)
    bundle = _shared(scene, others, world.caseworker2, document)
    in_court = _for_a_court(scene, others, world.caseworker2)
    redacting.redact_document(
        document,
        actor=world.caseworker2,
        at=at,
        files=[upload(jpeg(), "page.jpg")],
        ground="third_party",
        removed=["name"],
        looked=True,
        key=uuid4(),
    )
    parts = {"bundle": bundle.pk, "document": document.pk}
    scene.places["shared"] = {key: str(value) for key, value in parts.items()}
    scene.places["shared"]["document_id"] = str(document.pk)
    # Another consent than the one it rests on.
    with acting_as(world.supervisor):
        asked = others.consents.get(purpose="referral").pk
    _keep(scene, "others", others, parts, consent=asked, court=in_court)

    # At another authority: our own is closed for a moment, so that the referral goes there.
    administrator = {"actor": world.administrator, "at": at, "name": world.authority.name}
    accounts.change_organisation(world.authority, is_active=False, **administrator)
    outer, another = _referred(scene, ADULT), _referred(scene, ADULT)
    Organisation.objects.filter(pk=world.authority.pk).update(is_active=True)
    _given(scene, outer, world.other_caseworker, by="other_supervisor")
    road.findings(world, outer, at=at)
    with acting_as(world.other_caseworker):
        case = Case.objects.get(pk=outer.pk)
    decision = road.deciding.draft_decision(
        case, actor=world.other_caseworker, at=at, code="reasonable_grounds"
    )
    _keep(scene, "outer", outer, by="other_supervisor", decision_id=decision.pk)
    # One that goes on there, and is offered to us.
    offered = _offered(scene, another, "other_supervisor", world.authority)
    scene.places["offered"] = {"transfer": str(offered)}


def _offered(scene: Scene, case: Case, by: str, to: Organisation) -> Any:
    """The case is offered to another authority, which has not answered."""
    return transferring.offer_transfer(
        case,
        actor=scene.world.users[by],
        at=scene.at,
        organisation=to.pk,
        reason="place",
        words="Lives with kin there now.",
    ).pk


def _matter(scene: Scene, case: Case, by: User) -> Matter:
    """Something that the person is accused of, with a hearing."""
    values = {
        "kind": "criminal",
        "offence": "Growing cannabis, Misuse of Drugs Act 1971, section 6.",
        "stage": "charged",
        "hearing": "plea",
        "hearing_on": timezone.localdate(scene.at) + timedelta(days=10),
        "their_reference": "01AB/23456/26",
    }
    return matters.raise_matter(case, actor=by, at=scene.at, values=values)


def _hearing(scene: Scene, matter: Matter, by: User) -> Hearing:
    """An earlier hearing of the matter, of which nobody has said what happened."""
    with acting_as(by):
        return hearings.keep_hearing(matter, actor=by, at=scene.at, result="")


def a_look(scene: Scene, case: Case, decision: Decision) -> Reconsideration:
    """A request to look at the decision again, whatever it was: it waits for an answer."""
    pk = uuid4()
    told = {"why": "There is a letter.", "exceptional": ""}
    place = {"table": "cases_reconsideration", "column": "told", "row": pk}
    return Reconsideration.objects.create(
        id=pk,
        case=case,
        decision=decision,
        asked_by="person",
        asked_on=scene.at.date(),
        grounds=["new_evidence"],
        told=seal_json(case.person_id, told, **place),
        recorded_by=scene.world.intake,
        recorded_at=scene.at,
    )


def _notice(scene: Scene, matter: Matter, by: User) -> Notice:
    """The prosecution was told of the matter, on a lawful ground."""
    names = headings(matter.case)
    content = notice_reads.content_of(matter_reads.opened(matter, at=scene.at), names)
    return notices.send_notice(
        matter,
        actor=by,
        at=scene.at,
        wanted=notices.Wanted("prosecutor", scene.world.prosecution.pk, ground="disclosure_duty"),
        names=names,
        digest=notice_reads.digest_of(content),
        key=uuid4(),
    )


def _shared(
    scene: Scene,
    case: Case,
    by: User,
    document: Document,
    *,
    house: Organisation | None = None,
    later: timedelta = timedelta(),
) -> Bundle:
    """The house of the provider, or another one, was sent something of the case, with a document
    and who the person is, on the person's consent to exactly that."""
    acts: dict[str, Any] = {"actor": by, "at": scene.at + later}
    consent = sharing.record_consent(
        case,
        purpose="support",
        recipient_kind=OrganisationKind.PROVIDER,
        answer="agreed",
        given_on=timezone.localdate(scene.at),
        language="sq",
        interpreter="in_person",
        **acts,
    )
    wanted = sharing.Wanted(
        (house or scene.world.provider_house).pk,
        "support",
        consent.pk,
        ("contact", "identity"),
        (document.pk,),
    )
    digest = sharing.preview_bundle(case, wanted=wanted, **acts).digest
    return sharing.share_bundle(case, wanted=wanted, digest=digest, key=uuid4(), **acts)


def _correspondent(scene: Scene, **changed: Any) -> Correspondent:
    """The key of another installation, which two administrators have entered and confirmed."""
    key = "nrm-pack-1.qo_o5VKQEKx88gvmxh8YWrBCnwmGNnIDMXKT8WpHebY."
    key += "age14xr44hwrrsv432r7hrznspnw0khw70dlhwgjk2jrw3nu3jvqc5yqa4dj75"
    values: dict[str, Any] = {
        "organisation": scene.world.prosecution,
        "key": key,
        "asked_by": second_administrator(),
        "asked_at": scene.at,
        "state": "active",
        "decided_by": scene.world.administrator,
        "decided_at": scene.at,
    }
    return Correspondent.objects.create(**values | changed)


def _sealed(scene: Scene, bundle: Bundle, to: Correspondent, by: User) -> SentPack:
    """A pack that was sealed of a case."""
    return SentPack.objects.create(
        case=bundle.case,
        bundle=bundle,
        correspondent=to,
        content=b"sealed",
        digest="0" * 64,
        sealed_by=by,
        sealed_at=scene.at,
    )


def _packed(scene: Scene) -> None:
    """A pack that was sealed of a case, one that came with another, and whose keys they are."""
    world, at = scene.world, scene.at
    waiting = _correspondent(scene, state="waiting", decided_by=None, decided_at=None)
    active = _correspondent(scene)
    scene.places["correspondent"] = {"pk": str(waiting.pk)}
    bundle = Bundle.objects.get(pk=scene.places["shared"]["bundle"])
    scene.places["others"]["pack"] = str(_sealed(scene, bundle, active, world.caseworker2).pk)
    case = Case.objects.get(reference=scene.references["assigned"])
    row = uuid4()
    said = {
        "purpose": {"text": "Support"},
        "consent": {"given_on": "2026-11-20"},
        "shown": [{"title": "The case", "rows": [{"key": "Stage", "value": "Referral received"}]}],
    }
    place: dict[str, Any] = {"table": "exchange_receivedpack", "column": "content", "row": row}
    with acting_as(world.caseworker):
        sealed = seal_json(case.person_id, said, **place)
    ReceivedPack.objects.create(
        id=row,
        case=case,
        correspondent=active,
        sender=active.organisation,
        number=uuid4(),
        organisation=world.police,
        content=sealed,
        digest="0" * 64,
        sealed_to="0" * 64,
        taken_by=world.responder,
        taken_at=at,
    )
    RecalledPack.objects.create(
        correspondent=active,
        sender=active.organisation,
        number=uuid4(),
        organisation=world.police,
        digest="0" * 64,
        sealed_to="0" * 64,
        taken_by=world.responder,
        recalled_at=at,
    )
    scene.places["received_pack"] = {"pk": str(row)}


def _service(
    scene: Scene,
    case: Case,
    by: User,
    *,
    house: Organisation | None = None,
    code: str = "mental_health",
) -> Service:
    """The house of the provider, or another one, was asked for a service: without consent, where
    the person has not agreed to what it is for."""
    acts: dict[str, Any] = {"actor": by, "at": scene.at}
    need = services.note_need(case, code=code, urgency="now", **acts)
    acts["organisation"] = (house or scene.world.provider_house).pk
    with acting_as(by):
        agreed = case.consents.filter(purpose="support", answer="agreed").exists()
    if agreed and code == scene.world.profile.support.shelter:
        return services.refer(need, **acts)
    return services.refer_without_consent(
        need, reason="She could not be asked and is in danger tonight.", **acts
    )


def _counselled(scene: Scene, service: Service, by: User) -> Meeting:
    """The provider accepted the person, plans a session, and keeps a note."""
    acts: dict[str, Any] = {"actor": by, "at": scene.at}
    services.answer(service, answer="accept", **acts)
    session = counselling.plan_session(
        service,
        starts_at=scene.at + timedelta(days=2),
        modality="in_person",
        venue="public",
        address="The library at Cross Lane, second floor",
        interpreter="needed",
        language="sq",
        dialect="Gheg",
        interpreter_sex="female",
        **acts,
    )
    counselling.write_clinical_note(session, text="She sleeps little since the raid.", **acts)
    return session


def _assessed(scene: Scene, case: Case, by: User) -> None:
    """Needs and risk were asked about, with a note, and something has happened since."""
    acts: dict[str, Any] = {"actor": by, "at": scene.at}
    leaflet.give_leaflet(
        case, language="sq", text_language="en", interpreter="none", read_aloud=True,
        on_paper=False, given_on=timezone.localdate(scene.at), **acts,
    )  # fmt: skip
    answers = {"device_tracked": "yes", "self_harm": "not_known", "no_money": "yes"}
    assessments.assess(case, step="first", answers=answers, note="She hid her telephone.", **acts)
    assessments.bring_forward(case, trigger="contact", **acts)


def _a_child(scene: Scene, case: Case, by: User) -> Any:
    """Their age was in doubt and is decided: the person stays what they were taken to be."""
    day = timezone.localdate(scene.at)
    told = {
        "asked_on": day,
        "why": "They look younger.",
        "decided_on": day,
        "decided_by": "A court",
    }
    told |= {"method": "court", "outcome": "child" if case.treated_as_child else "adult"}
    return children.record_child(case, actor=by, at=scene.at, kind="age", values=told).pk


def _named(scene: Scene, case: Case, by: User) -> Nominee:
    """Somebody whom the person named, to be told of decisions."""
    told = {
        "who": "Ilir, her brother", "reach": "+355 69 000 0000", "ways": ["call"],
        "about": ["decisions"], "given_on": timezone.localdate(scene.at), "language": "sq",
        "method": scene.world.profile.consent.methods[0].code, "interpreter": "none",
    }  # fmt: skip
    return contact.nominate(case, actor=by, at=scene.at, values=told)


def _cooperates(scene: Scene, case: Case, by: User) -> None:
    """The person gives a statement."""
    told = {
        "answer": "agreed", "ways": ["statement"], "said_on": timezone.localdate(scene.at),
        "explained_by": "me", "language": "sq", "interpreter": "none", "told_free": True,
        "words": SAID_OF_COOPERATING,
    }  # fmt: skip
    cooperating.record_cooperation(case, actor=by, at=scene.at, values=told)


def _planned(scene: Scene, case: Case, by: User) -> dict[str, Any]:
    """A goal of the person, which was looked at again."""
    day, acts = timezone.localdate(scene.at), {"actor": by, "at": scene.at}
    told = {"goal": "To bake bread with my sister Ilir.", "area": "work", "said_on": day}
    item = plan.record_item(case, kind="goal", values=told, **acts)
    seen = {"reviewed_on": day, "outcome": "some", "found": "She asked about a course."}
    plan.take_step(item, step="review", values=seen, **acts)
    return {"plan_item": item.pk, "plan_kind": "goal", "plan_step": "review"}


def _sheltered(scene: Scene, case: Case, by: User) -> dict[str, Any]:
    """A bed of the provider's house is held for the person, who is referred to it and must be kept
    from somebody."""
    world, acts = scene.world, {"actor": by, "at": scene.at}
    theirs: dict[str, Any] = {"actor": world.provider, "at": scene.at}
    region = world.profile.regions[0].code
    place = shelter.open_place(
        world.provider_house, region=region, address="17 Tanner Street", **theirs
    )
    is_: dict[str, Any] = {"sex": "any", "ages": "any", "family": False, "step_free": False}
    bed = shelter.add_bed(place, unit=1, number=1, **is_, **theirs)
    spare = shelter.add_bed(place, unit=1, number=2, **is_, **theirs)
    _service(scene, case, by, code=world.profile.support.shelter)
    kept = shelter.keep_from(case, kind="exploiter", exploiter="Arben the tall", **acts)
    stay = shelter.hold_bed(case, bed=bed.pk, **acts)
    told: dict[str, Any] = {"arranged_by": "shelter", "apart": True, "words": "Not with Arben."}
    note_transport(stay, leaves_at=scene.at + timedelta(hours=2), **told, **acts)
    return {"place": place.pk, "bed": spare.pk, "stay": stay.pk, "avoidance": kept.pk}


def a_register(scene: Any) -> str:
    """A register of the lead, checked: one row is right, one wrong, two are of one person."""
    lead, at = scene.world.lead, scene.at
    rows = [line(1), line(2, sex="unheard-of"), line(3, passport="P0000001")]
    with acting_as(lead):
        row = registers.bring(
            scene.world.police,
            actor=lead,
            at=at,
            file=register_file(as_csv(rows)),
            open_now=False,
            submission_key=uuid4(),
        )
        row = registers.step(row, actor=lead, at=at)
        columns = row.mapping["columns"]
        row = registers.keep_mapping(row, actor=lead, at=at, columns=columns, always=PLACE)
        row = registers.start_check(row, actor=lead, at=at)
        row = registers.step(row, actor=lead, at=at)
    assert (row.state, row.wrong, row.alike) == ("checked", 1, 1)
    return str(row.pk)


def _cover(scene: Scene) -> Cover:
    """The caseworker will be away, and another looks after their cases then."""
    world = scene.world
    first = timezone.localdate(scene.at) + timedelta(days=7)
    return covering.hand_on(
        world.caseworker,
        actor=world.caseworker,
        at=scene.at,
        delegate=world.caseworker2.pk,
        begins_on=first,
        ends_on=first + timedelta(days=7),
    )


def _emergency(scene: Scene, case: Case) -> EmergencyAccess:
    """Another caseworker opened the case, it has ended, and a supervisor has reviewed why."""
    world, at = scene.world, scene.at
    row = emergency.ask_emergency(
        world.caseworker2,
        actor=world.caseworker2,
        at=at,
        reference=case.reference,
        reason="The hotline is on the telephone and nobody else is here.",
    )
    return emergency.review_emergency(row, actor=world.supervisor, at=at, justified=False)


def _referred(
    scene: Scene, answers: dict[str, Any], *, who: str = "responder", team: Any = None
) -> Case:
    world = scene.world
    referral = referring.receive_referral(
        answers,
        actor=world.users[who],
        at=scene.at,
        organisation=team or world.police,
        profile=world.profile,
        source="form",
        submission_key=uuid4(),
    )
    return Case.objects.get(pk=referral.case_id)


def _given(scene: Scene, case: Case, to: User, *, by: str = "intake") -> Case:
    assigning.assign_case(case, actor=scene.world.users[by], at=scene.at, caseworker=to)
    return Case.objects.select_related("person", "caseworker").get(pk=case.pk)


def _document(
    scene: Scene, case: Case, by: User, kind: str = "statement", size: int = 0
) -> Document:
    """A document of the case, added by this user."""
    added = documents.add_documents(
        case,
        actor=by,
        at=scene.at,
        files=[upload(pdf(size), "letter.pdf")],
        about=documents.About(kind, "person", note="A copy."),
    )
    return added.saved[0]


def a_letter(case: Case, by: User, *, at: datetime, letter: str = "invitation") -> Letter:
    """A letter that was looked at and kept, and not given yet."""
    told: dict[str, Any] = {"letter": letter, "language": "en", "details": "Tomorrow at noon."}
    acts: dict[str, Any] = {"actor": by, "at": at}
    digest = writing.preview_letter(case, **told, **acts).digest
    return writing.make_letter(case, digest=digest, key=uuid4(), **told, **acts)


def wanted_of(case: Case, *chosen: str, ground: str = "court_order", **more: Any) -> court.Wanted:
    """A bundle for a court with these parts and documents, all others left out."""
    choices = dict.fromkeys(court_reads.items_of(case), "not_relevant")
    choices |= dict.fromkeys(chosen, "in")
    return court.Wanted("court", more.pop("consent", None), ground, choices, **more)


def _for_a_court(scene: Scene, case: Case, by: User) -> Any:
    """A bundle for a court that waits for a second person."""
    acts: dict[str, Any] = {"actor": by, "at": scene.at}
    with acting_as(by):
        wanted = wanted_of(case, "standing", "text")
    digest = court.preview_court_bundle(case, wanted=wanted, **acts).digest
    row = court.prepare_court_bundle(case, wanted=wanted, digest=digest, key=uuid4(), **acts)
    return row.pk


def _with_open_screening(scene: Scene) -> Any:
    """A case with an open screening: evidence, and two items that disagree."""
    world, at = scene.world, scene.at
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    case = _given(scene, _referred(scene, ADULT), world.caseworker)
    opened = screening.start_screening(case, **by)
    episode = screening.add_episode(
        opened, episode=FoundEpisode(types=("forced_work",), place="not_known"), **by
    )
    first = screening.record_evidence(opened, item=item("He kept my passport."), **by)
    second = screening.record_evidence(opened, item=item("He gave it back in May."), **by)
    pair = screening.note_contradiction(opened, first=first.pk, second=second.pk, **by)
    code = world.profile.screening.indicators[0].code
    screening.record_indicator(opened, episode=episode.pk, code=code, state="shown", **by)
    parts = {
        "screening": opened.pk,
        "episode": episode.pk,
        "evidence": first.pk,
        "contradiction": pair.pk,
        "indicator": code,
    }
    return case, parts


def _keep(
    scene: Scene,
    name: str,
    case: Case,
    parts: dict[str, Any] | None = None,
    *,
    by: str = "supervisor",
    **more: Any,
) -> None:
    """Notes where the case and its parts are found."""
    with acting_as(scene.world.users[by]):
        referral = Referral.objects.get(case=case)
        clock = case.deadlines.order_by("due_at").first()
        task = case.casetasks.order_by("code").first()
    found = {
        "reference": case.reference,
        "receipt": referral.receipt,
        "deadline_id": clock.pk if clock else "",
        "code": "reasonable_grounds",
        "task": task.code if task else "",
        **(parts or {}),
        **more,
    }
    scene.places[name] = {key: str(value) for key, value in found.items()}
    scene.references[name] = case.reference
    scene.pseudonyms[name] = case.pseudonym
    scene.receipts[name] = referral.receipt


# A team's drafts, accounts, statistics -----------------------------------------------------------
def _drafts(scene: Scene) -> None:
    world = scene.world
    for name, who, team in (
        ("draft", "responder", world.police),
        ("their_draft", "other_responder", world.other_police),
    ):
        by: dict[str, Any] = {"actor": world.users[who], "at": scene.at}
        draft = drafting.start_draft(team, profile=world.profile, **by)
        for page, answers in (
            ("danger", {"danger_now": "no"}),
            ("who", {"age_status": "adult", "jurisdiction": "england"}),
            ("episodes", {"types": ["forced_work"]}),
        ):
            draft = drafting.save_page(
                draft, page=page, answers=answers, version=draft.version, **by
            )
        with acting_as(world.users[who]):
            draft = Draft.objects.select_related("person").get(pk=draft.pk)
            episode = drafting.contents_of(draft).answers["episodes"][0]["id"]
        scene.places[name] = {"draft": str(draft.pk), "page": "who", "item": episode}
        scene.places[f"{name}_episode"] = {**scene.places[name], "page": "episodes"}
        scene.pseudonyms[name] = draft.person.pseudonym


def _accounts(scene: Scene) -> None:
    world = scene.world
    token, _secret = accounts.make_token(
        world.caseworker, actor=world.caseworker, at=scene.at, label="desk", scopes=ALL, days=30
    )
    scene.places["token"] = {"pk": str(token.pk)}
    other = world.client("caseworker")  # a second browser of theirs
    session = Session.objects.get(digest=_digest(other.cookies["nrm_session"].value))
    scene.places["session"] = {"pk": str(session.pk)}
    with_app(world.caseworker, at=scene.at)
    scene.places["factor"] = {"pk": str(with_app(world.caseworker, at=scene.at)[0].pk)}
    typed = [("text", ["She was told to say nothing."])]
    with acting_as(world.caseworker):
        text = kept.keep(world.caseworker, path="/inbox/", page="", fields=typed, at=scene.at)
    scene.places["kept"] = {"pk": str(text)}
    scene.places["organisation"] = {"pk": str(world.police.pk)}
    membership = world.responder.memberships.get()
    scene.places["account"] = {"pk": str(world.responder.pk), "role": str(membership.pk)}
    asked = RoleRequest.objects.create(
        email="quinn@example.org",
        display_name="Quinn Adeyemi",
        organisation=world.police,
        role=Role.FIRST_RESPONDER,
        asked_by=second_administrator(),
        asked_at=scene.at,
    )
    scene.places["role_request"] = {"pk": str(asked.pk)}
    _packed(scene)
    hook = Subscription.objects.create(
        organisation=world.authority,
        url="https://hooks.example.org/",
        events=["case.assigned"],
        secret=b"sealed",
        asked_by=second_administrator(),
        asked_at=scene.at,
    )
    scene.places["webhook"] = {"pk": str(hook.pk)}
    handle = Handle.objects.create(
        subscription=hook,
        organisation=world.authority,
        case=Case.objects.get(reference=scene.references["assigned"]),
    )
    scene.places["webhook_case"] = {"handle": str(handle.pk)}
    Delivery.objects.create(
        subscription=hook,
        handle=handle,
        event="case.assigned",
        at=scene.at,
        tries=1,
        status=204,
        sent_at=scene.at,
    )
    scene.places["chapter"] = {"chapter": "cases"}
    scene.places["welcome"] = {"uidb64": "AAAA", "token": "used-0"}
    with acting_as(world.caseworker):
        mine = InboxItem.objects.filter(user=world.caseworker).earliest("created_at")
    scene.places["item"] = {"item": str(mine.pk)}
    batch = run_batch(
        world.supervisor,
        actor=world.supervisor,
        at=scene.at,
        what="remind",
        chosen=[Chosen(scene.references["assigned"]), Chosen(scene.references["queue"])],
        submission_key=uuid4(),
    )
    scene.places["batch"] = {"batch": str(batch.pk)}
    own_view = save_view(
        world.caseworker,
        actor=world.caseworker,
        at=scene.at,
        label="Children",
        asked=Wanted(view="mine", child=True).query(),
    )
    scene.places["own_view"] = {"pk": str(own_view.pk)}


def _statistics(scene: Scene) -> None:
    world = scene.world
    second = person("second-auditor@example.org", Role.AUDITOR, world.oversight)
    periods = [one for one in closed_periods(world.profile, at=scene.at) if one.number]
    released, built, neither = periods[:3]
    a_release(world, released, approved_by=[world.auditor, second])
    a_release(world, built, approved_by=[second])
    a_published_release(world, Period(2025))
    scene.places["published"] = {"period": "2025"}
    scene.places["anomaly"] = {"anomaly": str(an_anomaly(scene.world, scene.at).pk)}
    scene.places["released"] = {"period": str(released)}
    scene.places["released_file"] = {"period": str(released), "kind": "json"}
    scene.places["built"] = {"period": str(built)}
    scene.places["not_released"] = {"period": str(neither)}


def _tokens(scene: Scene) -> None:
    """For each account a token that holds, one that was revoked and one that has expired."""
    for name, user in scene.world.users.items():
        held, good = new_token(user, label="program", scopes=ALL, at=scene.at)
        revoked, gone = new_token(user, label="revoked", scopes=ALL, at=scene.at)
        revoked.revoked_at = scene.at
        revoked.save(update_fields=["revoked_at"])
        _expired, old = new_token(
            user, label="expired", scopes=ALL, at=scene.at - timedelta(days=91)
        )
        scene.tokens[name] = {"token": good, "revoked": gone, "expired": old}
