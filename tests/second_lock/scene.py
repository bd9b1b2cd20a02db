"""The scene of the permission table, with a row in every protected table, and with traps: grants
that have ended, that are worth nothing in this authority or without a role, and of a house that
closed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db.models import F

from cases import access
from cases.actions import emergency, erasing, excluding
from cases.actions.confidentiality import change_confidentiality
from cases.actions.identity import show_identity
from cases.models import (
    Adulthood,
    Allegation,
    Batch,
    Bundle,
    BundleDocument,
    Case,
    CaseGroupGrant,
    CaseLink,
    CaseTask,
    Closure,
    Cooperation,
    CourtBundle,
    Cover,
    Deadline,
    DeadlineExtension,
    DeadlinePause,
    Decision,
    Disqualification,
    Document,
    DocumentPart,
    EmergencyAccess,
    Letter,
    Matter,
    Merging,
    Nominee,
    Notice,
    Provisional,
    Question,
    Reconsideration,
    Redaction,
    SafeContact,
    Suspension,
    Transfer,
    Withdrawal,
)
from exchange.models import RegisterImport, RegisterPart, RegisterRow, RegisterToken
from identities.models import Erasure
from nrm.accounts.models import Membership, Organisation, RoleGroup
from nrm.accounts.roles import OrganisationKind, Role
from nrm.profiles import load_profile
from protection.models import ChildRecord, Service, Session, Stay, Transport
from reporting.models import CodeSecret
from reporting.releases.periods import Period
from screening import actions as screening
from screening.models import Evidence
from tests.decisions import road
from tests.intake.answers import FULL
from tests.permissions.scene import (
    Scene,
    _assessed,
    _counselled,
    _given,
    _keep,
    _planned,
    _referred,
    _service,
    _sheltered,
    build_scene,
)
from tests.reporting.made import a_release
from tests.rows import begun_with
from tests.screening.build import item
from tests.world import person


def build() -> Scene:
    scene = begun_with("scene", build_scene)
    _more_rows(scene)
    _traps(scene)
    _shared_and_merged(scene)
    _supported(scene)
    _courses(scene)
    _registers(scene)
    return scene


def case_of(scene: Scene, name: str) -> Case:
    return Case.objects.select_related("person").get(reference=scene.references[name])


def _more_rows(scene: Scene) -> None:
    world, at = scene.world, scene.at
    _keep(scene, "known", _given(scene, _referred(scene, FULL), world.caseworker))
    for name in ("assigned", "others", "outer"):
        case = case_of(scene, name)
        clock = Deadline.objects.filter(case=case).first()
        assert clock is not None
        of_clock: dict[str, Any] = {
            "case": case,
            "deadline": clock,
            "reason": "other",
            "by": world.caseworker,
            "at": at,
        }
        DeadlinePause.objects.create(from_date=at.date(), **of_clock)
        DeadlineExtension.objects.create(length=1, **of_clock)
        CaseTask.objects.create(case=case, code="safety_check", opened_at=at)
        Allegation.objects.create(case=case, offence=b"sealed", recorded_at=at)
        if name != "assigned":
            Matter.objects.create(
                case=case, kind="criminal", told=b"sealed", raised_by=world.caseworker,
                raised_at=at, changed_at=at,
            )  # fmt: skip
        SafeContact.objects.create(case=case, recorded_by=world.responder, recorded_at=at)
        _named(case, world.supervisor, at)
    Batch.objects.create(actor=world.intake, what="remind", at=at, submission_key=uuid4())
    CodeSecret.objects.create(user=world.auditor, secret=b"sealed")
    shown: dict[str, Any] = {"at": at, "purpose": "contact"}
    show_identity(case_of(scene, "assigned"), actor=world.caseworker, **shown)
    show_identity(case_of(scene, "others"), actor=world.caseworker2, **shown)
    show_identity(case_of(scene, "outer"), actor=world.other_caseworker, **shown)
    _holds_and_erasures(scene)
    first = Evidence.objects.get(pk=scene.places["screening"]["evidence"])
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    screening.correct_evidence(first, item=item("He took my passport."), version=None, **by)
    episode = first.screening.case.episodes.first()
    assert episode is not None
    code = scene.places["screening"]["indicator"]
    screening.link_evidence(first, episode=episode.pk, add=[code], **by)
    _another_screening(scene)
    decision = Decision.objects.get(pk=scene.places["review"]["decision_id"])
    road.own_grounds(world, decision, at=at)


def _another_screening(scene: Scene) -> None:
    """In the hands of another caseworker, with a row of everything that a screening has."""
    world, at = scene.world, scene.at
    by: dict[str, Any] = {"actor": world.caseworker2, "at": at}
    opened = screening.start_screening(case_of(scene, "others"), **by)
    found = screening.FoundEpisode(types=("forced_work",), place="not_known")
    episode = screening.add_episode(opened, episode=found, **by)
    first = screening.record_evidence(opened, item=item("She was told to say nothing."), **by)
    second = screening.record_evidence(opened, item=item("She could go as she liked."), **by)
    screening.note_contradiction(opened, first=first.pk, second=second.pk, **by)
    first.refresh_from_db()
    screening.correct_evidence(first, item=item("She was told to say little."), version=None, **by)
    code = scene.places["screening"]["indicator"]
    screening.link_evidence(first, episode=episode.pk, add=[code], **by)


def _holds_and_erasures(scene: Scene) -> None:
    """A hold that runs and one that was lifted; an erasure that waits and one that was not agreed
    to; each of ours and of another authority's where that can be."""
    world, at = scene.world, scene.at
    ours: dict[str, Any] = {"actor": world.supervisor, "at": at}
    theirs: dict[str, Any] = {"actor": world.other_supervisor, "at": at}
    for name, by in (("assigned", ours), ("outer", theirs), ("made", ours)):
        erasing.set_hold(case_of(scene, name), reason="ordered", **by)
    erasing.lift_hold(case_of(scene, "made"), reason="ended", **ours)
    for name in ("others", "screening"):
        erasing.ask_for_erasure(case_of(scene, name), reason="asked", **ours)
    second: dict[str, Any] = {"actor": world.supervisor2, "at": at}
    erasing.refuse_erasure(case_of(scene, "screening"), **second)
    outer = case_of(scene, "outer")
    Erasure.objects.create(
        person_id=outer.person_id, case_id=outer.pk, reason="asked", asked_at=at,
        asked_by=world.other_supervisor.pk,
    )  # fmt: skip


def _traps(scene: Scene) -> None:
    world, at = scene.world, scene.at
    case, ended = case_of(scene, "assigned"), at - timedelta(days=1)
    grant: dict[str, Any] = {"reason": "cover", "at": at}
    access.grant_person(case, "work", world.caseworker2, ends_at=ended, **grant)
    access.grant_person(case, "work", world.other_caseworker, **grant)
    access.grant_person(case, "work", world.auditor, **grant)
    access.grant_person(case, "decide", world.inactive, **grant)
    access.grant_person(case, "work", world.superuser, **grant)
    house = Organisation.objects.create(
        name="House that closed", kind=OrganisationKind.PROVIDER, profile="uk"
    )
    world.users["closed_provider"] = person(
        "closed_provider@example.org", Role.PROTECTION_PROVIDER, house
    )
    access.grant_role(case, "protect", house, Role.PROTECTION_PROVIDER, **grant)
    Organisation.objects.filter(pk=house.pk).update(is_active=False)
    far = Organisation.objects.get(name="House of far_provider")
    row = access.grant_role(case, "protect", far, Role.PROTECTION_PROVIDER, **grant)
    row.ends_at = ended
    row.save(update_fields=["ends_at"])
    # A nearness that gives its role no right.
    access.grant_role(case, "work", world.oversight, Role.AUDITOR, **grant)
    access.grant_role(case, "decide", world.authority, Role.CASEWORKER, **grant)
    # Somebody who refers for the police and works for the authority: sees more than they change.
    both = person("both@example.org", Role.FIRST_RESPONDER, world.police)
    group_of_caseworkers = RoleGroup.of(world.authority, Role.CASEWORKER)
    Membership.objects.create(user=both, group=group_of_caseworkers)
    world.users["both"] = both
    access.grant_person(case_of(scene, "review"), "work", both, **grant)
    # Who refers for the police and supervises the authority: knows of a case of another authority
    # that the police have referred, and changes nothing of it.
    two = person("both_supervisor@example.org", Role.FIRST_RESPONDER, world.police)
    Membership.objects.create(user=two, group=RoleGroup.of(world.authority, Role.SUPERVISOR))
    world.users["both_supervisor"] = two
    # Who works on a case here and supervises another authority: may merge neither with the other.
    elsewhere = person("far_supervisor@example.org", Role.CASEWORKER, world.authority)
    group = RoleGroup.of(world.other_authority, Role.SUPERVISOR)
    Membership.objects.create(user=elsewhere, group=group)
    world.users["far_supervisor"] = elsewhere
    access.grant_person(case_of(scene, "assigned"), "work", elsewhere, **grant)
    # Who counsels at the house and works on cases here: knows by the case of services that are
    # over, of other houses, and of a case from which the house was taken away, and reads nothing of
    # them that is the provider's alone. And stands near a case elsewhere by the house.
    house = person("both_provider@example.org", Role.PROTECTION_PROVIDER, world.provider_house)
    Membership.objects.create(user=house, group=group_of_caseworkers)
    world.users["both_provider"] = house
    for name in ("assigned", "review"):
        access.grant_person(case_of(scene, name), "work", house, **grant)
    # And who receives referrals here besides, on the way to no support.
    intake = person("both_intake@example.org", Role.PROTECTION_PROVIDER, world.provider_house)
    group = RoleGroup.of(world.authority, Role.INTAKE)
    Membership.objects.create(user=intake, group=group)
    world.users["both_intake"] = intake
    # Who audits, and under another law.
    monitors = Organisation.objects.create(
        name="Far Monitoring Office", kind=OrganisationKind.OVERSIGHT, profile="palermo"
    )
    far = person("far_auditor@example.org", Role.AUDITOR, monitors)
    world.users["far_auditor"] = far
    theirs = SimpleNamespace(profile=load_profile("palermo"), auditor=far)
    a_release(theirs, Period(2025, 1), approved_by=[far])
    # And what holds until tomorrow.
    row = access.grant_role(
        case_of(scene, "screening"), "protect", world.provider_house, Role.PROTECTION_PROVIDER,
        **grant,
    )  # fmt: skip
    row.ends_at = at + timedelta(days=1)
    row.save(update_fields=["ends_at"])
    for name, house, role, ends in (
        ("made", world.police, Role.RESPONDER_LEAD, at + timedelta(days=1)),
        ("made", world.police, Role.FIRST_RESPONDER, ended),
        ("review", world.authority, Role.INTAKE, at + timedelta(days=1)),
    ):
        near = "work" if role == Role.INTAKE else "refer"
        row = access.grant_role(case_of(scene, name), near, house, role, **grant)
        row.ends_at = ends
        row.save(update_fields=["ends_at"])
    cover = case_of(scene, "made")
    access.grant_person(cover, "work", world.caseworker2, ends_at=at + timedelta(days=1), **grant)
    emergency.ask_emergency(
        world.caseworker2,
        actor=world.caseworker2,
        at=at,
        reference=scene.references["queue"],
        reason="Nobody else is here and she calls.",
    )
    # For longer than all the changes of policies take, which is what is asked about.
    access.grant_person(
        case_of(scene, "queue"), "emergency", world.caseworker2, ends_at=at + timedelta(days=1),
        **grant,
    )  # fmt: skip
    # By somebody who has no case in the authority and no role there.
    Cover.objects.create(
        giver=world.auditor,
        delegate=world.caseworker2,
        authority=world.authority,
        begins_at=at,
        ends_at=at + timedelta(days=1),
        given_at=at,
    )
    # A sealed case: what its referrers, intake and other supervisors were granted is held.
    sealed = _given(scene, _referred(scene, FULL), world.caseworker)
    change_confidentiality(
        sealed, actor=world.supervisor, at=at, level="sealed", reason="insider_risk"
    )
    # Nothing that was granted counts for who is excluded.
    access.grant_person(case_of(scene, "known"), "decide", world.supervisor2, **grant)
    excluding.exclude(
        case_of(scene, "known"),
        actor=world.supervisor,
        at=at,
        reason="named",
        person=world.supervisor2,
    )


def _shared_and_merged(scene: Scene) -> None:
    """What was shared and counts no more, or with whom nobody may open it; and cases that go on in
    one of another authority, or of the same caseworker."""
    world, at = scene.world, scene.at
    assigned, outer = case_of(scene, "assigned"), case_of(scene, "outer")
    day = timedelta(days=1)
    paper = Document.objects.get(pk=scene.places["assigned"]["document"])
    _copied(paper, case=outer)
    # Kept to a smaller circle, by whoever is still there and by whoever is not near any more.
    kept = ((paper.added_by, 93), (world.supervisor, 94), (world.provider, 95))
    for by, number in kept:
        row = Document.objects.get(pk=paper.pk)
        made = _copied(row, seen_by="deciders", added_by=by, number=number)
        DocumentPart.objects.create(document=made, number=0, data=b"sealed")
    first = scene.places["assigned"]["document"]
    of_outer = [
        _copied(Document.objects.get(pk=first), case=outer, number=number)
        for number in (90, 91, 92)
    ]
    blacked = Redaction.objects.get(case=case_of(scene, "others"))
    for by, version in ((world.other_caseworker, of_outer[1]), (world.provider, of_outer[2])):
        _copied(blacked, case=outer, document=of_outer[0], version=version, by=by)
    written = Letter.objects.get(case=case_of(scene, "made"))
    for changed in (
        {"case": outer, "made_by": world.other_caseworker},
        {"case": assigned, "made_by": world.provider},
        {"given_on": at.date(), "given_by": world.caseworker},
    ):
        _copied(Letter.objects.get(pk=written.pk), **changed)
    prepared = CourtBundle.objects.get(case=case_of(scene, "others"))
    for number, changed in enumerate(
        (
            {"case": outer, "prepared_by": world.other_caseworker},
            {"case": assigned, "prepared_by": world.provider},
            {"state": "approved", "answered_by": world.supervisor, "answered_at": at},
        ),
        start=50,
    ):
        _copied(CourtBundle.objects.get(pk=prepared.pk), number=number, **changed)
    gone = Document.objects.get(pk=scene.places["others"]["document"])
    gone = _copied(gone, number=99, withdrawn_at=at)
    BundleDocument.objects.create(bundle_id=scene.places["others"]["bundle"], document=gone)
    of_assigned: dict[str, Any] = {"case": assigned, "person_id": assigned.person_id}
    for document, changed in (
        ("others", {"recalled_at": at, "recalled_because": "mistake"}),
        ("others", {"shared_at": at - 2 * day, "ends_at": at - day}),
        # An organisation that is excluded from the case.
        ("assigned", {**of_assigned, "organisation": world.other_police}),
        # By somebody who may open it and may share nothing.
        ("assigned", {**of_assigned, "by": world.provider}),
        # With an authority, in which intake opens nothing that is shared, and whose caseworkers may
        # share of other cases than of this one.
        (
            "assigned",
            {
                "case": outer,
                "person_id": outer.person_id,
                "organisation": world.authority,
                "by": world.caseworker2,
            },
        ),
    ):
        bundle = _copied(Bundle.objects.get(pk=scene.places["others"]["bundle"]), **changed)
        BundleDocument.objects.create(bundle=bundle, document_id=scene.places[document]["document"])
    # A notice that was recalled; one of an organisation that is excluded; one about another person.
    sent = Notice.objects.get(pk=scene.places["assigned"]["notice"])
    for changed in (
        {"recalled_at": at, "recalled_because": "mistake"},
        {"organisation": world.other_police},
        {"by": world.provider},
        {"person_id": outer.person_id},
    ):
        _copied(Notice.objects.get(pk=sent.pk), **changed)
    # Over, or by somebody who does not have the case open.
    reviewed = scene.places["queue"]["emergency"]
    for name, who in (("queue", world.caseworker), ("made", world.caseworker2)):
        _copied(EmergencyAccess.objects.get(pk=reviewed), case=case_of(scene, name), person=who)
    for case, into, state, by in (
        (outer, assigned, "agreed", world.other_supervisor),
        (assigned, outer, "agreed", world.supervisor),
        (case_of(scene, "made"), assigned, "declined", world.intake),
    ):
        asked = Merging.objects.get(pk=scene.places["queue"]["merging"])
        _copied(asked, case=case, into=into, state=state, asked_by=by)


def _supported(scene: Scene) -> None:
    """Services with a house, of a case of another authority, and those that a house does not see:
    over, no more consented to, another house's, and of a case from which it was taken away."""
    world, at = scene.world, scene.at
    far = Organisation.objects.get(name="House of far_provider")
    theirs = _service(scene, case_of(scene, "others"), world.caseworker2, house=far)
    _counselled(scene, theirs, world.far_provider)
    theirs = _service(scene, case_of(scene, "outer"), world.other_caseworker)
    _counselled(scene, theirs, world.provider)
    taken = _service(scene, case_of(scene, "review"), world.caseworker)
    _counselled(scene, taken, world.provider)
    _sheltered(scene, case_of(scene, "review"), world.caseworker)
    CaseGroupGrant.objects.filter(
        content_object=case_of(scene, "review"), reason="service"
    ).delete()
    _assessed(scene, case_of(scene, "others"), world.caseworker2)
    _assessed(scene, case_of(scene, "outer"), world.other_caseworker)
    for name, by in (("others", world.caseworker2), ("outer", world.other_caseworker)):
        _sheltered(scene, case_of(scene, name), by)
        _planned(scene, case_of(scene, name), by)
        written: dict[str, Any] = {"case": case_of(scene, name), "on": at.date()}
        ChildRecord.objects.create(
            kind="care", told=b"sealed", recorded_by=by, recorded_at=at, **written
        )
        Adulthood.objects.create(changed_by=by, changed_at=at, **written)
    # Of a stay of another case than the one that it says.
    for name, of in (("assigned", "outer"), ("outer", "assigned"), ("assigned", "others")):
        stay = Stay.objects.filter(case=case_of(scene, of)).first()
        ended = _copied(stay, state="ended", ended_at=at)
        way = Transport.objects.filter(case=case_of(scene, "assigned"), stay__case=F("case"))
        _copied(way.get(), case=case_of(scene, name), stay=ended)
    ours = scene.places["assigned"]["service"]
    for changed in (
        {"code": "education", "state": "completed"},
        {"code": "transport", "until": at - timedelta(days=1)},
        {"code": "childcare", "state": "active", "until": at + timedelta(days=1)},
        {"code": "interpreting", "state": "active", "organisation": far},
    ):
        service = _copied(Service.objects.get(pk=ours), **changed)
        held = Session.objects.get(pk=scene.places["assigned"]["session"])
        private, note = held.private, held.notes.get()
        session = _copied(held, service=service)
        _copied(private, session=session)
        _copied(note, session=session, submission_key=None)


def _courses(scene: Scene) -> None:
    """What is done with a case as a whole, of ours, of a colleague's and of another authority's.
    The cases go on as they stood, since their stages are asked about."""
    world, at = scene.world, scene.at
    for name, by in (
        ("assigned", world.caseworker),
        ("others", world.intake),
        ("made", world.supervisor),
        ("outer", world.other_supervisor),
        # By somebody who stands near it otherwise.
        ("made", world.provider),
    ):
        case = case_of(scene, name)
        over: dict[str, Any] = {"case": case, "by": by, "at": at, "stage_before": case.stage}
        day = at.date()
        Suspension.objects.create(reason="lost_contact", review_on=day, ended_at=at, **over)
        Withdrawal.objects.create(
            method="spoken", told_on=day, explained=True, told=b"sealed", **over
        )
        Closure.objects.create(code="moved_on", reopened_at=at, **over)
    for name, by, house, state in (
        ("assigned", world.lead, world.police, "stands"),
        ("made", world.responder, world.police, "confirmed"),
        ("others", world.other_responder, world.other_police, "stands"),
        ("outer", world.lead, world.police, "lapsed"),
    ):
        Provisional.objects.create(
            case=case_of(scene, name), organisation=house, situation="none", told=b"sealed",
            by=by, at=at, looked_by=by, looked_at=at, state=state,
        )  # fmt: skip
    for name, by in (
        ("assigned", world.caseworker),
        ("others", world.caseworker2),
        ("made", world.provider),
        ("outer", world.other_caseworker),
    ):
        Disqualification.objects.create(
            case=case_of(scene, name), told=b"sealed", by=by, at=at, state="taken_back"
        )
    asked = Question.objects.get(pk=scene.places["assigned"]["question"])
    for name, by in (
        ("others", world.caseworker2),
        ("outer", world.other_supervisor),
        ("made", world.provider),
    ):
        _copied(asked, case=case_of(scene, name), asked_by=by, deadline=None)
    linked = CaseLink.objects.get(pk=scene.places["made"]["link"])
    for one, two, changed in (
        ("assigned", "others", {"by": world.caseworker}),
        ("assigned", "outer", {"by": world.caseworker}),
        ("review", "assigned", {"by": world.caseworker}),
        ("queue", "screening", {"by": world.provider}),
        ("others", "review", {"ended_at": at}),
        ("outer", "review", {"by": world.caseworker}),
    ):
        pair = {"case": case_of(scene, one), "other": case_of(scene, two)}
        _copied(CaseLink.objects.get(pk=linked.pk), **pair, **changed)
    offered = Transfer.objects.get(pk=scene.places["offered"]["transfer"])
    for name, changed in (
        ("made", {"state": "withdrawn"}),
        ("made", {"state": "rejected", "offered_by": world.provider}),
        ("others", {"authority": world.authority, "organisation": world.other_authority}),
        ("known", {"organisation": world.authority}),
        ("outer", {"state": "withdrawn"}),
    ):
        case = case_of(scene, name)
        whose = {"case": case, "person_id": case.person_id}
        _copied(Transfer.objects.get(pk=offered.pk), **whose, **changed)
    # Another look, asked for by whoever stands near or not, and answered or not.
    waits = Reconsideration.objects.get(pk=scene.places["made"]["look"])
    for name, by, state in (
        ("assigned", world.responder, "asked"),
        ("assigned", world.provider, "accepted"),
        ("others", world.other_responder, "asked"),
        ("outer", world.other_caseworker, "asked"),
        ("made", world.caseworker, "rejected"),
        ("made", world.liaison, "rejected"),
    ):
        _copied(waits, case=case_of(scene, name), recorded_by=by, state=state)


def _registers(scene: Scene) -> None:
    """Beside the register of the lead, one that somebody else of the team began, and one that the
    lead began for another organisation: whoever has one of their own reads no other's."""
    world = scene.world
    mine = scene.places["register"]["register"]
    for changed in ({"started_by": world.responder}, {"organisation": world.other_police}):
        register = RegisterImport.objects.get(pk=mine)
        theirs = _copied(register, submission_key=uuid4(), **changed)
        for part in RegisterPart.objects.filter(register=mine):
            _copied(part, register=theirs)
        for table in (RegisterRow, RegisterToken):
            for row in table.objects.filter(register=mine):
                row.pk, row.register = None, theirs
                row.save(force_insert=True)


def _named(case: Case, by: Any, at: Any) -> None:
    """Somebody whom the person named; and whether they co-operate with police and courts."""
    Cooperation.objects.create(
        case=case, answer="agreed", ways=["statement"], said_on=at.date(), explained_by="me",
        language="sq", interpreter="none", told_free=True, words=b"sealed", recorded_by=by,
        recorded_at=at,
    )  # fmt: skip
    case.nominees.filter(ended_at=None).update(ended_at=at)
    Nominee.objects.create(
        case=case, told=b"sealed", given_on=at.date(), method="spoken", language="sq",
        interpreter="none", recorded_by=by, recorded_at=at,
    )  # fmt: skip


def _copied(row: Any, **changed: Any) -> Any:
    for name, value in changed.items():
        setattr(row, name, value)
    row.pk = uuid4()
    row.save(force_insert=True)
    return row
