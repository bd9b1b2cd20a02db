"""The doors of a case asked directly: what `visible_to`, `rights_on`, `holds`, `find_case`, what a
right checks and `user.has_perm` say of everybody and each right, against what is said by hand.

Asked past the policies, which would stand in for a door that lets somebody through.
Each right names the standings that hold it (tests/permissions/relations.py says who stands so)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from cases import access
from cases.models import Case
from cases.rights import REFER, RIGHTS, CaseRight
from nrm.accounts.models import Organisation, User
from nrm.actions import Forbidden, Hidden
from tests.permissions.relations import ABANDONED, PLACES, RELATIONS, Relation
from tests.permissions.scene import Scene

WORKERS = ("caseworker", "supervisors")
READERS = (*WORKERS, "intake")
HELD: dict[str, tuple[str, ...]] = {
    "see_status": ("referrers",),
    "see_summary": ("provider", "liaison"),
    "see_case": (*READERS, "emergency"),
    "read_kept_document": ("supervisors",),
    "see_referral": (*READERS, "emergency"),
    "assign": ("intake", "supervisors"),
    "screen": WORKERS,
    "draft_decision": WORKERS,
    "review_decision": ("supervisors",),
    "serve_decision": WORKERS,
    "change_deadline": WORKERS,
    "change_course": READERS,
    "ask_reconsideration": (*READERS, "referrers", "provider"),
    "answer_reconsideration": ("supervisors",),
    "keep_disqualification": WORKERS,
    "decide_disqualification": ("supervisors",),
    "identify_provisionally": ("leads",),
    "write_note": (*READERS, "emergency"),
    "read_document": WORKERS,
    "add_document": WORKERS,
    "record_contact": READERS,
    "do_task": READERS,
    "support": WORKERS,
    "decide_support": ("supervisors",),
    "refer_without_consent": WORKERS,
    "read_override": ("supervisors",),
    "provide": ("provider",),
    "share": WORKERS,
    "read_handover": WORKERS,
    "write_letter": WORKERS,
    "approve_disclosure": ("supervisors",),
    "keep_matters": WORKERS,
    "show_identity": (*WORKERS, "emergency"),
    "see_access": ("supervisors",),
    "keep_or_erase": ("supervisors",),
    "set_confidentiality": ("supervisors",),
    "exclude": ("supervisors",),
    "declare_conflict": READERS,
    "propose_merging": ("intake", "supervisors"),
    "decide_merging": ("supervisors",),
    "care_for_child": WORKERS,
    "transfer": ("supervisors",),
    "link": WORKERS,
    "in_emergency": ("emergency",),
    "end_emergency": ("supervisors", "emergency"),
    "review_emergency": ("supervisors",),
}
# By which nearness and role one stands so.
PAIRS: dict[str, frozenset[tuple[str, str]]] = {
    "caseworker": frozenset({("work", "caseworker")}),
    "supervisors": frozenset({("decide", "supervisor")}),
    "intake": frozenset({("work", "intake")}),
    "referrers": frozenset({("refer", "first_responder"), ("refer", "responder_lead")}),
    "leads": frozenset({("refer", "responder_lead")}),
    "provider": frozenset({("protect", "protection_provider")}),
    "liaison": frozenset({("prosecute", "prosecution_liaison")}),
    "emergency": frozenset({("emergency", "caseworker"), ("emergency", "supervisor")}),
}
ABSENT = "7K3MQ-9TD2X-4HJ3"


class Doors:
    """Everybody and each case of the scene of relations."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.cases = {
            place: Case.objects.get(reference=scene.references[place])
            for place in (*PLACES, ABANDONED)
        }
        self.relations = [one for one in RELATIONS if one.name != "anonymous"]
        self.asked = 0

    def faults(self, some: tuple[CaseRight, ...] = RIGHTS) -> Iterator[str]:
        """What each door says otherwise than it should of these rights, in sentences."""
        for right in some:
            if right.holders != frozenset().union(*(PAIRS[one] for one in HELD[right.code])):
                yield f"the table of rights: {right.code}"
        yield from self._teams()
        for relation in self.relations:
            user = User.objects.get(pk=self.scene.world.users[relation.name].pk)
            with _asked_once():
                yield from self._of(relation, user, some)

    def _of(self, relation: Relation, user: User, some: tuple[CaseRight, ...]) -> Iterator[str]:
        held = {place: self._held(relation, place) for place in self.cases}
        backend = access.CaseBackend()
        for place, case in self.cases.items():
            self.asked += 2
            if set(access.rights_on(user, case)) != held[place]:
                yield f"rights_on: {relation.name} of {place}"
            if access.can_see_at_all(user, case.pk) is not bool(held[place]):
                yield f"can_see_at_all: {relation.name} of {place}"
            if {code.partition(".")[2] for code in backend.get_all_permissions(user, case)} != held[
                place
            ]:
                yield f"get_all_permissions: {relation.name} of {place}"
        for right in some:
            yield from self._right(relation, user, right, held)
        for name in ("nothing", "change_case"):
            if user.has_perm(f"cases.{name}", self.cases["open"]):
                yield f"has_perm: {relation.name} has {name}, which is no right"
        if user.has_perm("cases.see_case", user) or user.has_perm("cases.see_case"):
            yield f"has_perm: {relation.name} sees what is no case"
        if backend.get_all_permissions(user, user):
            yield f"get_all_permissions: {relation.name} of what is no case"

    def _held(self, relation: Relation, place: str) -> set[str]:
        near = relation.at(place)
        return {code for code, standings in HELD.items() if near & set(standings)}

    def _right(
        self, relation: Relation, user: User, right: CaseRight, held: dict[str, set[str]]
    ) -> Iterator[str]:
        said = f"{relation.name}, {right.code}"
        found = set(Case.objects.visible_to(user, right).values_list("pk", flat=True))
        wanted = {case.pk for place, case in self.cases.items() if right.code in held[place]}
        if found != wanted:
            yield f"visible_to: {said}"
        if found and not access.shelves_of(user, right).all:
            yield f"shelves_of: {said}"
        for place, case in self.cases.items():
            self.asked += 4
            has = right.code in held[place]
            if access.holds(user, right, case.pk) is not has:
                yield f"holds: {said} of {place}"
            if user.has_perm(f"cases.{right.code}", case) is not has:
                yield f"has_perm: {said} of {place}"
            says = "through" if has else "forbidden" if held[place] else "hidden"
            if _told(access.find_case, user, case.reference, right) != says:
                yield f"find_case: {said} of {place}"
            if _told(right.check, user, _Of(case.pk)) != says:
                yield f"check: {said} of {place}"
        for nowhere in (ABSENT, "no reference", ""):
            if _told(access.find_case, user, nowhere, right) != "hidden":
                yield f"find_case: {said} of what is not there"

    def _teams(self) -> Iterator[str]:
        """Drafts belong to a team: theirs, another's, and of no team in particular."""
        world = self.scene.world
        police = Organisation.objects.get(pk=world.police.pk)
        refers = {"responder", "lead", "other_responder", "excluded_responder", "both"}
        ours = refers - {"other_responder"}
        for relation in self.relations:
            user = User.objects.get(pk=world.users[relation.name].pk)
            self.asked += 3
            may, mine = relation.name in refers, relation.name in ours
            for subject, says in (
                (None, "through" if may else "forbidden"),
                (police, "through" if mine else "hidden" if may else "forbidden"),
                (_Draft(police.pk), "through" if mine else "hidden" if may else "forbidden"),
            ):
                if _told(REFER.check, user, subject) != says:
                    yield f"REFER: {relation.name} of {subject}"


@contextmanager
def _asked_once() -> Iterator[None]:
    """While one person is asked about, the database says once how near they stand to each case, and
    not once more for each right and door."""
    near = access._near

    @wraps(near)
    @cache
    def kept(actor: Any, key: str, case: Any) -> Any:
        return near(actor, key, case)

    access._near = kept
    try:
        yield
    finally:
        access._near = near


class _Of:
    def __init__(self, case_id: Any) -> None:
        self.case_id = case_id


class _Draft:
    pk = "of the draft itself"

    def __init__(self, organisation_id: Any) -> None:
        self.organisation_id = organisation_id


def _told(door: Any, *asked: Any) -> str:
    try:
        door(*asked)
    except Forbidden:
        return "forbidden"
    except Hidden:
        return "hidden"
    return "through"
