"""The generated part of the permission table: every way in which somebody can stand to a case, at
cases that are open, restricted and sealed, and one that is decided; to what was shared of one, and
to a cover for somebody who is away.

Where each of them stands is said here by hand, relation by relation; what one gets who stands so is
what tests/permissions/table.py says of an address, and of emergencies what is said here. Nothing
is asked of the rights that the application declares, nor of what decides by them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from cases import access
from cases.actions import (
    asking,
    assigning,
    covering,
    emergency,
    excluding,
    merging,
    notes,
    removals,
    sharing,
)
from cases.actions.confidentiality import change_confidentiality
from cases.models import Bundle, Case, CaseGroupGrant, CaseLink, Cover, Document, Transfer
from exchange.models import Correspondent
from nrm.accounts import actions as accounts
from nrm.accounts.models import Membership, Organisation, RoleGroup
from nrm.accounts.roles import OrganisationKind, Role
from nrm.accounts.scopes import Scope
from nrm.accounts.tokens import new_token
from nrm.context import acting_as
from screening import actions as screening
from screening.actions import FoundEpisode
from tests.decisions import road
from tests.intake.answers import CHILD
from tests.permissions.scene import (
    Scene,
    _a_child,
    _correspondent,
    _counselled,
    _document,
    _for_a_court,
    _given,
    _hearing,
    _keep,
    _matter,
    _notice,
    _planned,
    _referred,
    _sealed,
    _service,
    _shared,
    _sheltered,
    _tokens,
    a_letter,
    a_look,
)
from tests.permissions.table import (
    ACTORS,
    CASEWORKERS,
    FORBIDDEN,
    HIDDEN,
    OUR_SUPERVISORS,
    RECEIVERS,
    SIGN_IN,
    SUPERVISORS,
    TABLE,
    THROUGH,
    Row,
)
from tests.screening.build import item
from tests.world import build_world, person

PLACES = ("open", "decided", "restricted", "sealed")
# A case of an authority that has closed, in the hands of one who worked there.
ABANDONED = "abandoned"
_NEAR = ("open", "decided")  # where nothing is held back
_ANYWHERE = PLACES


@dataclass(frozen=True)
class Relation:
    """How somebody stands to the cases of the scene. `like`: who of the table holds the same roles;
    `near`: by which standings they are near, at which places."""

    name: str
    like: str
    near: dict[str, tuple[str, ...]]
    signed_out: bool = False
    small_token: bool = False  # asks by a program whose token is for something else

    def at(self, place: str) -> set[str]:
        return {standing for standing, places in self.near.items() if place in places}


def _stands(name: str, like: str = "", **near: tuple[str, ...]) -> Relation:
    return Relation(name, like or name, near)


RELATIONS = (
    # By the work that they do.
    _stands("caseworker", caseworker=_ANYWHERE),  # it is theirs
    _stands("supervisor", supervisors=_ANYWHERE),  # restricted and sealed it
    _stands("intake", intake=_NEAR),
    _stands("supervisor2", supervisors=_NEAR),
    _stands("caseworker2"),
    _stands("responder", referrers=_NEAR),
    _stands("lead", referrers=_NEAR, leads=_NEAR),
    _stands("other_responder"),
    _stands("provider", provider=_NEAR),
    _stands("liaison", liaison=_NEAR),
    _stands("other_caseworker"),
    _stands("other_supervisor"),
    _stands("auditor"),
    _stands("administrator"),
    _stands("superuser"),
    Relation("inactive", "inactive", {}, signed_out=True),
    Relation("anonymous", "anonymous", {}, signed_out=True),
    # By a grant to their name: for good, until tomorrow, until yesterday, where it counts nothing.
    _stands("named", "caseworker2", caseworker=_ANYWHERE),
    _stands("named_supervisor", "supervisor2", supervisors=_ANYWHERE),
    _stands("until_tomorrow", "caseworker2", caseworker=_NEAR),
    _stands("until_yesterday", "caseworker2"),
    _stands("named_elsewhere", "other_caseworker"),
    _stands("named_auditor", "auditor"),
    # For a caseworker who is away: today, taken back, until yesterday. What is restricted or sealed
    # is handed to nobody.
    _stands("covering", "caseworker2", caseworker=_NEAR),
    _stands("cover_taken_back", "caseworker2"),
    _stands("covered_until_yesterday", "caseworker2"),
    # In a house that something was sent to: that opens it, and no case.
    _stands("with_bundle", "far_provider"),
    _stands("bundle_recalled", "far_provider"),
    _stands("bundle_without_consent", "far_provider"),
    _stands("bundle_of_the_past", "far_provider"),
    # By a grant to their house that has ended, or a house that has.
    _stands("ended_provider", "far_provider"),
    _stands("provider_until_tomorrow", "far_provider", provider=_NEAR),
    _stands("closed_provider", "superuser"),
    _stands("far_provider"),
    _stands("far_liaison"),
    # Gone, or kept out: whatever they were granted.
    _stands("leaver", "superuser"),
    Relation("closed", "inactive", {}, signed_out=True),
    _stands("excluded", "caseworker2"),
    _stands("excluded_supervisor", "supervisor2"),
    _stands("excluded_intake", "intake"),
    _stands("excluded_responder", "responder"),
    _stands("of_excluded_house", "far_provider"),
    _stands("also_of_excluded_house", "caseworker2"),
    # In an emergency: it runs, it is over, and for a supervisor where they were not named.
    _stands("in_emergency", "caseworker2", emergency=(*_NEAR, "restricted")),
    _stands("after_emergency", "caseworker2"),
    _stands("supervisor_in_emergency", "supervisor2",
            supervisors=_NEAR, emergency=("restricted",)),
    # With two roles.
    _stands("both", "caseworker2", referrers=_NEAR, caseworker=_NEAR),
    # With a token for something else.
    Relation("with_small_token", "caseworker2", {"caseworker": _ANYWHERE}, small_token=True),
)  # fmt: skip
BY_NAME = {relation.name: relation for relation in RELATIONS}

# What is open in an emergency, by method: to read what protects the person now, to write a note,
# to be shown who they are.
IN_EMERGENCY = {
    "case": "GET",
    "case_referral": "GET",
    "case_received": "GET",
    "case_timeline": "GET",
    "case_people": "GET",
    "case_notes": "GET POST",
    "show_identity": "GET POST",
    "case_course": "GET",
    "case_questions": "GET",
    "deadlines": "GET",
    "deadline": "GET",
    "api_case": "GET",
    "api_case_course": "GET",
    "api_questions": "GET",
    "api_case_referrals": "GET",
    "api_case_people": "GET",
    "api_case_tasks": "GET",
    "api_case_timeline": "GET",
    "api_case_notes": "GET POST",
    "api_case_disclosures": "POST",
    "api_deadlines": "GET",
    "api_deadline": "GET",
}
# To give it back, which is absent to whose it is not; and to look at it. A sealed case opens in no
# emergency.
ENDS_ONES_OWN = {"case_emergency_end", "api_case_emergency_end"}
OF_EMERGENCY = ENDS_ONES_OWN | {"case_emergency", "api_case_emergency"}
# What belongs to a decision that is made; the others are asked for at one that waits for a second
# person.
OF_DECIDED = {"decision_letter", "decision_serve", "api_letter", "api_decision_service"}
# What was sent to a house, which is what each place is named after, and who opens it. One was sent
# to a house before it was excluded, and one went when the case was restricted.
OF_BUNDLE = {"shared_bundle", "shared_file", "api_shared_bundle", "api_shared_file"}
BUNDLES: dict[str, tuple[str, ...]] = {
    "with_bundle": ("with_bundle",),
    "bundle_recalled": (),
    "bundle_without_consent": (),
    "bundle_of_the_past": (),
    "of_excluded_house": (),
    "of_restricted": (),
}
# Whom a house was referred, at each case, and who answers there.
OF_REFERRED = {
    *("referred_person", "api_referred_person", "api_referred_answer"),
    *("counselling", "counselling_add", "counselling_session", "counselling_interpreter"),
    *("counselling_notes", "api_counselling", "api_counselling_session"),
    *("api_counselling_outcome", "api_counselling_interpreter", "api_counselling_notes"),
}
ANSWERS = ("provider", "far_provider")
# Whom a cover concerns, which is named after who has it: them, who gave it, and the supervisors of
# the authority. They may end it, and where it has ended they are told that.
OF_COVER = {"cover_end", "api_cover_end"}
COVERS = ("covering", "cover_taken_back", "covered_until_yesterday")


def rows_of_cases() -> list[Row]:
    """Each address of a case, of what was shared of one and of a cover, once."""
    found: dict[str, Row] = {}
    for row in TABLE:
        by_case = any(says.by_standing for says in row.says.values())
        if (
            by_case and "<str:reference>" in row.route
        ) or row.name in OF_BUNDLE | OF_COVER | OF_REFERRED:
            found.setdefault(row.route, row)
    return list(found.values())


def places_of(row: Row) -> tuple[str, ...]:
    """Where an address is asked for."""
    if row.name in OF_BUNDLE:
        return tuple(BUNDLES)
    if row.name in OF_COVER:
        return COVERS
    if row.name in OF_EMERGENCY:
        return ("open", "restricted")
    return ("decided",) if row.name in OF_DECIDED else ("open", "restricted", "sealed")


def expected(row: Row, method: str, relation: Relation, place: str, *, by_program: bool) -> str:
    """What somebody who stands so is told there."""
    if relation.signed_out:
        return SIGN_IN
    if relation.small_token and by_program:
        return FORBIDDEN
    if row.in_person and by_program:
        return FORBIDDEN
    if row.name in OF_BUNDLE:
        if relation.like not in RECEIVERS:
            return FORBIDDEN
        return THROUGH if relation.name in BUNDLES[place] else HIDDEN
    if row.name in OF_COVER:
        if relation.like not in CASEWORKERS + SUPERVISORS:
            return FORBIDDEN
        concerned = relation.name in ("caseworker", place) or relation.like in OUR_SUPERVISORS
        return THROUGH if concerned else HIDDEN
    if row.name in OF_REFERRED:
        if relation.like not in ANSWERS and relation.name != "also_of_excluded_house":
            return FORBIDDEN
        return THROUGH if relation.name == "provider" and place in _NEAR else HIDDEN
    near = relation.at(place)
    if not near:
        return HIDDEN
    if row.name in ENDS_ONES_OWN and near == {"emergency"}:
        return THROUGH if relation.name == "in_emergency" else HIDDEN
    opened = set(row.says[method].through)
    if method in IN_EMERGENCY.get(row.name, "").split():
        opened.add("emergency")
    return THROUGH if near & opened else FORBIDDEN


def cells(row: Row) -> Iterator[tuple[str, Relation, str, bool]]:
    """Method, relation, place, and whether a program asks. Those of the table's own scene are asked
    there for a case that is open (tests/permissions/test_table.py). What holds a case back takes
    something from those who are near to it: whoever is near to none is asked for a case that is
    open, and for one that is sealed."""
    for method in row.says:
        for place in places_of(row):
            for relation in RELATIONS:
                if place == "open" and relation.name in ACTORS:
                    continue
                if place == "restricted" and not relation.near:
                    continue
                by_program = row.route.startswith("api/") and relation.name != "anonymous"
                yield method, relation, place, by_program


# The scene ---------------------------------------------------------------------------------------
def build_relations() -> Scene:
    """Everybody of RELATIONS, and the cases to which they stand so."""
    scene = Scene(build_world("uk"), timezone.now())
    houses = _people(scene)
    for place in PLACES:
        _case(scene, place, houses)
    _covers(scene)
    _leave(scene)
    _abandon(scene)
    _tokens(scene)
    for name in (relation.name for relation in RELATIONS if relation.small_token):
        user = scene.world.users[name]
        _row, secret = new_token(user, label="small", scopes=(Scope.ACCOUNT,), at=scene.at)
        scene.tokens[name]["token"] = secret
    return scene


def _people(scene: Scene) -> dict[str, Organisation]:
    world = scene.world
    houses = {
        name: Organisation.objects.create(name=f"House of {name}", kind=kind, profile="uk")
        for name, kind in (
            ("far_provider", OrganisationKind.PROVIDER),
            ("far_liaison", OrganisationKind.PROSECUTION),
            ("ended_provider", OrganisationKind.PROVIDER),
            ("provider_until_tomorrow", OrganisationKind.PROVIDER),
            ("closed_provider", OrganisationKind.PROVIDER),
            ("of_excluded_house", OrganisationKind.PROVIDER),
            ("with_bundle", OrganisationKind.PROVIDER),
            ("bundle_recalled", OrganisationKind.PROVIDER),
            ("bundle_without_consent", OrganisationKind.PROVIDER),
            ("bundle_of_the_past", OrganisationKind.PROVIDER),
        )
    }
    roles = {
        "far_liaison": (Role.PROSECUTION_LIAISON, houses["far_liaison"]),
        "named_elsewhere": (Role.CASEWORKER, world.other_authority),
        "named_auditor": (Role.AUDITOR, world.oversight),
        "excluded_intake": (Role.INTAKE, world.authority),
        "excluded_responder": (Role.FIRST_RESPONDER, world.police),
    }
    for name in ("named_supervisor", "excluded_supervisor", "supervisor_in_emergency"):
        roles[name] = (Role.SUPERVISOR, world.authority)
    for name, house in houses.items():
        roles.setdefault(name, (Role.PROTECTION_PROVIDER, house))
    for relation in RELATIONS:
        if relation.name not in world.users and relation.name != "anonymous":
            role, house = roles.get(relation.name, (Role.CASEWORKER, world.authority))
            world.users[relation.name] = person(f"{relation.name}@example.org", role, house)
    for name, role, house in (
        ("also_of_excluded_house", Role.PROTECTION_PROVIDER, houses["of_excluded_house"]),
        ("both", Role.FIRST_RESPONDER, world.police),
    ):
        group = RoleGroup.of(house, role)
        Membership.objects.create(user=world.users[name], group=group)
    return houses


def _case(scene: Scene, place: str, houses: dict[str, Organisation]) -> None:
    """A case with every part that an address names, and everybody in their place."""
    world, at = scene.world, scene.at
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    case = _given(scene, _referred(scene, CHILD), world.caseworker)
    notes.write_note(case, text="Asked for an interpreter.", **by)
    document = _document(scene, case, world.caseworker)
    bundle = _shared(scene, case, world.caseworker, document)
    to = Correspondent.objects.filter(state="active").first() or _correspondent(scene)
    matter = _matter(scene, case, world.caseworker)
    with acting_as(world.caseworker):
        asked = case.consents.get(purpose="referral").pk
    asked_of = _service(scene, case, world.caseworker)
    parts: dict[str, Any] = {
        "organisation": world.provider_house.pk,
        "document": document.pk,
        "bundle": bundle.pk,
        "pack": _sealed(scene, bundle, to, world.caseworker).pk,
        "consent": asked,
        "person": world.caseworker.pk,
        "service": asked_of.pk,
        "session": _counselled(scene, asked_of, world.provider).pk,
        "step": "first",
        "matter": matter.pk,
        "hearing": _hearing(scene, matter, world.caseworker).pk,
        "move": "proposal",
        "part": "act",
        "notice": _notice(scene, matter, world.caseworker).pk,
        "removal": removals.record_removal(case, values={"kind": "directions"}, **by).pk,
        "record": _a_child(scene, case, world.caseworker),
        **_planned(scene, case, world.caseworker),
        "kind": "age",
        "letter": a_letter(case, world.caseworker, at=at).pk,
        "template": "invitation",
        "court": _for_a_court(scene, case, world.caseworker),
        **_sheltered(scene, case, world.caseworker),
        **_screening(case, world, by),
    }
    if place == "open":
        _bundles(scene, case, document, houses)
    if place == "restricted":
        scene.places["of_restricted"] = _of_bundle(bundle, document)
    road.findings(world, case, at=at)
    decide = road.made if place == "decided" else road.submitted
    decision = decide(world, case, at=at)
    parts["decision_id"] = decision.pk
    parts["transfer"] = Transfer.objects.create(
        case=case, person_id=case.person_id, authority=world.authority,
        organisation=world.other_authority, reason="place", offered_by=world.supervisor,
        offered_at=at,
    ).pk  # fmt: skip
    parts["question"] = asking.ask(
        case, actor=world.caseworker, at=at, recipient="The school", asked="Since when?"
    ).pk
    parts["look"] = a_look(scene, case, decision).pk
    case = Case.objects.select_related("person", "caseworker").get(pk=case.pk)
    _bring(scene, case, houses)
    for name in ("excluded", "excluded_supervisor", "excluded_intake", "excluded_responder"):
        out = {"reason": "named", "person": world.users[name]}
        parts["exclusion"] = excluding.exclude(case, actor=world.supervisor, at=at, **out).pk
    excluding.exclude(
        case, actor=world.supervisor, at=at, reason="named",
        organisation=houses["of_excluded_house"],
    )  # fmt: skip
    if one := {"decided": "open", "sealed": "restricted"}.get(place):
        asked = merging.ask_merging(
            case, actor=world.supervisor, at=at, other=scene.references[one], reason="compared",
            goes_on="other",
        )  # fmt: skip
        parts["merging"] = asked.pk
        with acting_as(world.supervisor):
            other = Case.objects.get(reference=scene.references[one])
        parts["link"] = CaseLink.objects.create(
            case=case, other=other, kind="family", rule="apart", by=world.supervisor, at=at
        ).pk
        scene.places[one]["link"] = str(parts["link"])
        scene.places[one]["merging"] = str(asked.pk)
    if place in ("restricted", "sealed"):
        named = ("named", "named_supervisor", "with_small_token")
        change_confidentiality(
            case, actor=world.supervisor, at=at, level=place, reason="insider_risk",
            people={world.users[name].pk for name in named},
        )  # fmt: skip
        case.refresh_from_db()
        # What is granted in spite of it counts as little as before.
        _without_effect(scene, case)
    parts["emergency"] = _emergencies(scene, case, place)
    _keep(scene, place, case, parts, emergency_id=parts["emergency"])


def _of_bundle(bundle: Bundle, document: Document) -> dict[str, str]:
    return {"bundle": str(bundle.pk), "document": str(document.pk)}


def _bundles(scene: Scene, case: Case, document: Document, houses: dict[str, Organisation]) -> None:
    """Each house that is asked about was sent something, and what became of it. A consent that is
    taken back ends all that was shared for its purpose, so what is still open was shared last."""
    world, at = scene.world, scene.at
    names = [name for name in reversed(BUNDLES) if name in houses]
    for number, name in enumerate(names, start=1):
        row = _shared(
            scene, case, world.caseworker, document, house=houses[name],
            later=timedelta(seconds=number),
        )  # fmt: skip
        by: dict[str, Any] = {"actor": world.caseworker, "at": at}
        if name == "bundle_recalled":
            sharing.recall_bundle(row, because="mistake", **by)
        if name == "bundle_without_consent":
            with acting_as(world.caseworker):
                consent = case.consents.get(bundles=row)
            sharing.withdraw_consent(consent, **by)
        if name == "bundle_of_the_past":
            Bundle.objects.filter(pk=row.pk).update(ends_at=at - timedelta(days=1))
        scene.places[name] = _of_bundle(row, document)


def _covers(scene: Scene) -> None:
    """The caseworker is away: one cover has run out, one was taken back, and one runs."""
    world, at = scene.world, scene.at
    today = timezone.localdate(at)
    for name in reversed(COVERS):
        cover = covering.hand_on(
            world.caseworker,
            actor=world.caseworker,
            at=at,
            delegate=world.users[name].pk,
            begins_on=today,
            ends_on=today + timedelta(days=1),
        )
        scene.places[name] = {"cover": str(cover.pk)}
        if name == "cover_taken_back":
            covering.end_cover(cover, actor=world.caseworker, at=at)
        if name == "covered_until_yesterday":
            _days_pass(cover)


def _days_pass(cover: Cover) -> None:
    """The days of a cover lie in the past, as they do when days have passed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_cover DISABLE TRIGGER keep_covers")
        cursor.execute(
            "UPDATE cases_cover SET begins_at = begins_at - interval '3 days',"
            " ends_at = ends_at - interval '3 days' WHERE id = %s",
            [cover.pk],
        )
        cursor.execute("ALTER TABLE cases_cover ENABLE TRIGGER keep_covers")
        cursor.execute(
            "UPDATE cases_caseusergrant SET ends_at = ends_at - interval '3 days'"
            " WHERE reason = 'absence' AND user_id = %s",
            [cover.delegate_id],
        )


def _screening(case: Case, world: Any, by: dict[str, Any]) -> dict[str, Any]:
    opened = screening.start_screening(case, **by)
    found = FoundEpisode(types=("forced_work",), place="not_known")
    episode = screening.add_episode(opened, episode=found, **by)
    first = screening.record_evidence(opened, item=item("He kept my passport."), **by)
    second = screening.record_evidence(opened, item=item("He gave it back in May."), **by)
    pair = screening.note_contradiction(opened, first=first.pk, second=second.pk, **by)
    code = world.profile.screening.indicators[0].code
    screening.record_indicator(opened, episode=episode.pk, code=code, state="shown", **by)
    return {
        "screening": opened.pk,
        "episode": episode.pk,
        "evidence": first.pk,
        "contradiction": pair.pk,
        "indicator": code,
    }


def _bring(scene: Scene, case: Case, houses: dict[str, Organisation]) -> None:
    world, at = scene.world, scene.at
    for house in (world.provider_house, world.prosecution):
        assigning.bring_near(case, actor=world.supervisor, at=at, organisation=house)
    grant: dict[str, Any] = {"reason": "cover", "at": at}
    for name in ("named", "both", "leaver", "closed", "excluded", "also_of_excluded_house",
                 "with_small_token"):  # fmt: skip
        access.grant_person(case, "work", world.users[name], **grant)
    tomorrow = at + timedelta(days=1)
    access.grant_person(case, "work", world.users["until_tomorrow"], ends_at=tomorrow, **grant)
    access.grant_person(case, "decide", world.users["named_supervisor"], **grant)
    for house in (houses["closed_provider"], houses["of_excluded_house"]):
        access.grant_role(case, "protect", house, Role.PROTECTION_PROVIDER, **grant)
    for name, ends in (("ended_provider", -1), ("provider_until_tomorrow", 1)):
        row = access.grant_role(case, "protect", houses[name], Role.PROTECTION_PROVIDER, **grant)
        row.ends_at = at + timedelta(days=ends)
        row.save(update_fields=["ends_at"])
    _without_effect(scene, case)


def _without_effect(scene: Scene, case: Case) -> None:
    world, at = scene.world, scene.at
    grant: dict[str, Any] = {"reason": "cover", "at": at}
    yesterday = at - timedelta(days=1)
    access.grant_person(case, "work", world.users["until_yesterday"], ends_at=yesterday, **grant)
    access.grant_person(case, "work", world.users["named_elsewhere"], **grant)
    access.grant_person(case, "work", world.users["named_auditor"], **grant)
    access.grant_person(case, "work", world.users["excluded"], **grant)
    access.grant_person(case, "decide", world.users["excluded_supervisor"], **grant)


def _emergencies(scene: Scene, case: Case, place: str) -> Any:
    """One runs and one is over, opened as people open them; a sealed case opens to nobody."""
    world, at = scene.world, scene.at
    opened = {}
    for name in ("in_emergency", "after_emergency", "supervisor_in_emergency"):
        user = world.users[name]
        sees_it = name == "supervisor_in_emergency" and place != "restricted"
        if place == "sealed" or sees_it:
            continue
        row = emergency.ask_emergency(
            user, actor=user, at=at, reference=case.reference,
            reason="The hotline is on the telephone and nobody else is here.",
        )  # fmt: skip
        opened[name] = row
        if name == "after_emergency":
            emergency.end_emergency(row, actor=user, at=at)
        emergency.review_emergency(row, actor=world.supervisor, at=at, justified=True)
    return opened["in_emergency"].pk if opened else case.pk


def _leave(scene: Scene) -> None:
    """Whose role was taken away, whose account was closed, whose house was."""
    world, at = scene.world, scene.at
    by: dict[str, Any] = {"actor": world.administrator, "at": at}
    accounts.end_role(world.users["leaver"].memberships.get(), **by)
    accounts.close_account(world.users["closed"], **by)
    house = world.users["closed_provider"].memberships.get().organisation
    accounts.change_organisation(house, is_active=False, name=house.name, **by)


def _abandon(scene: Scene) -> None:
    """A case that nobody is near: its authority has closed, and with it what somebody who worked
    there was granted."""
    world = scene.world
    closed = Organisation.objects.create(
        name="Authority that closed", kind=OrganisationKind.COMPETENT_AUTHORITY, profile="uk"
    )
    who = world.users["closed_provider"]
    Membership.objects.create(user=who, group=RoleGroup.of(closed, Role.CASEWORKER))
    case = _referred(scene, CHILD)
    Case.objects.filter(pk=case.pk).update(authority=closed)
    CaseGroupGrant.objects.filter(content_object=case).delete()
    access.grant_person(case, "work", who, reason="cover", at=scene.at)
    Organisation.objects.filter(pk=closed.pk).update(is_active=False)
    scene.references[ABANDONED] = case.reference
