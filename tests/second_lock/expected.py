"""Which rows somebody may read and write, said once more and by other means than the policies: by
`visible_to`, memberships and what a row says of itself. Read with the watcher's eyes.

A row is told by its key: the text of its id, or of what makes it one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from cases import rights
from cases.access import _nearness_ids, shelves_of
from cases.models import Case
from cases.rights import REFER
from exchange.registers.rights import BRING_REGISTER
from nrm.accounts.models import SYSTEM_ID, RoleGroup, User
from nrm.accounts.roles import Role
from tests.watching import WATCHER

Row = dict[str, Any]
KEYS = {"cases_listedcase": "case_id || '/' || shelf"}

SEE = (rights.SEE_CASE, rights.SEE_REFERRAL)
ANY_RIGHT = rights.CaseRight(
    "any", "", frozenset(pair for right in rights.RIGHTS for pair in right.holders)
)
ANSWERS = rights.CaseRight("answers", "", frozenset({("prosecute", Role.PROSECUTION_LIAISON)}))


def key_of(table: str) -> str:
    return KEYS.get(table, "id::text")


@dataclass
class Facts:
    """Every row of every protected table, and what the rows belong to."""

    rows: dict[str, dict[str, Row]]
    cases: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, tables: Iterable[str]) -> "Facts":
        rows: dict[str, dict[str, Row]] = {}
        with connections[WATCHER].cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT {key_of(table)}, to_jsonb(t)::text FROM {table} t")
                rows[table] = {key: json.loads(row) for key, row in cursor.fetchall()}
        made = cls(rows)
        for table in rows:
            made.cases[table] = {key: made.case_of(table, row) for key, row in rows[table].items()}
        return made

    def case_of(self, table: str, row: Row) -> str:
        """The id of the case that a row belongs to; empty where it belongs to none."""
        if table == "cases_case":
            return str(row["id"])
        for column in ("case_id", "content_object_id"):
            if column in row:
                return str(row[column] or "")
        for column, parent in (
            ("screening_id", "screening_screening"),
            ("indicatorfinding_id", "screening_indicatorfinding"),
            ("evidence_id", "screening_evidence"),
            ("bundle_id", "cases_bundle"),
            ("document_id", "cases_document"),
        ):
            if row.get(column):
                return self.case_of(parent, self.rows[parent][str(row[column])])
        return ""


@dataclass(frozen=True)
class Who:
    """Somebody whose context is told to the database: an account, the system or nobody."""

    name: str
    user: User | None = None

    @property
    def pk(self) -> str:
        return str(self.user.pk) if self.user else ""

    @property
    def is_system(self) -> bool:
        return self.user is not None and self.user.pk == SYSTEM_ID

    @property
    def acts(self) -> bool:
        return self.user is not None and self.user.is_active


class Standing:
    """What somebody may see, by the one door."""

    def __init__(self, who: Who) -> None:
        self.who = who
        self._seen: dict[Any, set[str]] = {}
        self._houses: set[str] | None = None

    def cases(self, *some: rights.CaseRight) -> set[str]:
        found: set[str] = set()
        for right in some:
            if right not in self._seen:
                pks: Iterable[UUID] = ()
                if self.who.acts and not self.who.is_system:
                    assert self.who.user is not None
                    visible = Case.objects.visible_to(self.who.user, right)
                    pks = visible.values_list("pk", flat=True)
                self._seen[right] = {str(pk) for pk in pks}
            found |= self._seen[right]
        return found

    def holds(self, *roles: str) -> bool:
        return bool(self.who.acts and self.who.user and self.who.user.roles & set(roles))

    def teams(self) -> set[str]:
        if not self.who.acts or self.who.user is None:
            return set()
        return {str(pk) for pk in REFER.teams_of(self.who.user)}

    def houses(self) -> set[str]:
        """Every organisation of theirs, the closed ones too."""
        if self.who.user is None:
            return set()
        if self._houses is None:
            theirs = RoleGroup.objects.filter(group__memberships__user=self.who.user)
            self._houses = {str(pk) for pk in theirs.values_list("organisation", flat=True)}
        return self._houses

    def groups(self) -> set[tuple[int, int]]:
        """Group and permission of each grant that gives a right."""
        if not self.who.acts or self.who.user is None:
            return set()
        return {
            (m.group_id, _nearness_ids()[near])
            for m in self.who.user.role_groups
            for near, role in ANY_RIGHT.holders
            if role == m.role
        }

    def shelves(self) -> set[int]:
        if not self.who.acts or self.who.user is None:
            return set()
        return set(shelves_of(self.who.user, ANY_RIGHT).all)


Admits = Callable[[Standing, Row, Facts], bool]


@dataclass(frozen=True)
class Rule:
    """Who reads and writes a table: by the rights on the case of a row, as the system, and by what
    else is so of a row, for each verb."""

    read: tuple[rights.CaseRight, ...] = ()
    write: tuple[rights.CaseRight, ...] = ()
    system: str = ""  # of "read insert update delete"
    verbs: str = "insert update"  # what `write` allows
    also: Mapping[str, Admits] = field(default_factory=dict)


def _mine(column: str) -> Admits:
    return lambda standing, row, _facts: standing.who.acts and str(row[column]) == standing.who.pk


def _of_team(standing: Standing, row: Row, _facts: Facts) -> bool:
    return str(row["organisation_id"]) in standing.teams()


def _leads_team(standing: Standing, row: Row, _facts: Facts) -> bool:
    """Whoever leads those who refer for the organisation."""
    user = standing.who.user
    return (
        standing.who.acts
        and user is not None
        and str(row["organisation_id"]) in {str(pk) for pk in BRING_REGISTER.teams_of(user)}
    )


def _own_register(standing: Standing, row: Row, facts: Facts) -> bool:
    return _leads_team(standing, row, facts) and _mine("started_by_id")(standing, row, facts)


def _of_register(standing: Standing, row: Row, facts: Facts) -> bool:
    of = facts.rows["exchange_registerimport"].get(str(row["register_id"]))
    return of is not None and _own_register(standing, of, facts)


def _sent_by_team(standing: Standing, row: Row, facts: Facts) -> bool:
    return _of_team(standing, row, facts) and str(row["case_id"]) in standing.cases(ANY_RIGHT)


def _kept_out(standing: Standing, case: str, facts: Facts) -> bool:
    """By name, or with an organisation of theirs."""
    return any(
        x["case_id"] == case
        and x["ended_at"] is None
        and (x["user_id"] == standing.who.pk or x["organisation_id"] in standing.houses())
        for x in facts.rows["cases_exclusion"].values()
    )


def _signed_in(standing: Standing, _row: Row, _facts: Facts) -> bool:
    return standing.who.acts


def _administers(standing: Standing, _row: Row, _facts: Facts) -> bool:
    return standing.holds(Role.ADMINISTRATOR)


def _tries_an_address(standing: Standing, row: Row, _facts: Facts) -> bool:
    return standing.holds(Role.ADMINISTRATOR) and row["handle_id"] is None


def _group_grant(standing: Standing, row: Row, facts: Facts) -> bool:
    place = (row["group_id"], row["permission_id"])
    return place in standing.groups() and not _kept_out(standing, row["content_object_id"], facts)


def _named_grant(standing: Standing, row: Row, facts: Facts) -> bool:
    return _mine("user_id")(standing, row, facts) and not _kept_out(
        standing, row["content_object_id"], facts
    )


def _shelved(standing: Standing, row: Row, _facts: Facts) -> bool:
    ends = row["ends_at"]
    if ends is not None and datetime.fromisoformat(ends) <= timezone.now():
        return False
    return row["shelf"] in standing.shelves() and str(row["case_id"]) in standing.cases(ANY_RIGHT)


def _referred(standing: Standing, row: Row, _facts: Facts) -> bool:
    return str(row["case_id"]) in standing.cases(rights.SEE_STATUS)


def _referred_and_made(standing: Standing, row: Row, facts: Facts) -> bool:
    return row["state"] == "made" and _referred(standing, row, facts)


def _person(standing: Standing, row: Row, facts: Facts) -> bool:
    if standing.who.is_system:
        return True  # every person here has a case or a draft, and the system sees them all
    cases = standing.cases(ANY_RIGHT)
    mine = {str(c["person_id"]) for pk, c in facts.rows["cases_case"].items() if pk in cases}
    drafts = facts.rows["cases_draft"].values()
    mine |= {str(d["person_id"]) for d in drafts if _of_team(standing, d, facts)}
    return str(row["id"]) in mine


def _erases(standing: Standing, row: Row, facts: Facts) -> bool:
    cases = standing.cases(rights.KEEP_OR_ERASE)
    mine = {str(c["person_id"]) for pk, c in facts.rows["cases_case"].items() if pk in cases}
    return str(row["id"]) in mine


def _refers(standing: Standing, _row: Row, _facts: Facts) -> bool:
    return standing.holds(Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)


def _audits(standing: Standing, _row: Row, _facts: Facts) -> bool:
    return standing.holds(Role.AUDITOR)


def _of_their_staff(standing: Standing, row: Row, _facts: Facts) -> bool:
    if _audits(standing, row, _facts):
        return True
    if not standing.holds(Role.SUPERVISOR):
        return False
    assert standing.who.user is not None
    staff = RoleGroup.objects.filter(group__memberships__user=row["actor_id"])
    houses = {group.organisation_id for group in staff}
    return bool(houses & {one.pk for one in standing.who.user.organisations(Role.SUPERVISOR)})


def _own_secret(standing: Standing, row: Row, facts: Facts) -> bool:
    return _mine("user_id")(standing, row, facts) and standing.holds(Role.AUDITOR)


def _releases(standing: Standing, row: Row, facts: Facts) -> bool:
    """An auditor, of what is released under the law of an organisation of theirs."""
    if not standing.holds(Role.AUDITOR):
        return False
    assert standing.who.user is not None
    release = facts.rows["reporting_release"][row["release_id"]] if "release_id" in row else row
    laws = {one.profile for one in standing.who.user.organisations(Role.AUDITOR)}
    return release["profile_code"] in laws


def _asks(column: str) -> Admits:
    """The same, in their own name."""
    mine = _mine(column)
    return lambda standing, row, facts: (
        mine(standing, row, facts) and _releases(standing, row, facts)
    )


def _by_me_or_before(standing: Standing, row: Row, _facts: Facts) -> bool:
    """An event says who acts; while nobody does, anything."""
    return not standing.who.acts or str(row["actor_id"]) == standing.who.pk


def _excludes(standing: Standing, row: Row, _facts: Facts) -> bool:
    """A supervisor anybody, as themselves; others only themselves."""
    if str(row["by_id"]) != standing.who.pk:
        return False
    if str(row["user_id"]) == standing.who.pk and row["reason"] == "conflict_of_interest":
        return True
    return str(row["case_id"]) in standing.cases(rights.EXCLUDE)


def _goes_on(standing: Standing, row: Row, _facts: Facts) -> bool:
    return str(row["into_id"]) in standing.cases(*SEE)


def _near_both(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.cases(rights.PROPOSE_MERGING)
    return str(row["case_id"]) in mine and str(row["into_id"]) in mine


def _asks_to_merge(standing: Standing, row: Row, facts: Facts) -> bool:
    mine = str(row["asked_by_id"]) == standing.who.pk and row["state"] == "asked"
    return mine and _near_both(standing, row, facts)


def _in_emergency(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["person_id"]) == standing.who.pk
    return mine and str(row["case_id"]) in standing.cases(rights.IN_EMERGENCY)


def _holds_there(standing: Standing, row: Row, *roles: str) -> bool:
    user = standing.who.user
    ours = user.organisations(*roles) if standing.who.acts and user else []
    return str(row["authority_id"]) in {str(one.pk) for one in ours}


def _concerned(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and standing.who.pk in (row["giver_id"], row["delegate_id"])
    return mine or _holds_there(standing, row, Role.SUPERVISOR)


def _hands_on(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.pk == row["giver_id"]
    return mine and _holds_there(standing, row, Role.CASEWORKER, Role.SUPERVISOR)


def _about_person(standing: Standing, row: Row, facts: Facts) -> bool:
    return _person(standing, {"id": row["person_id"]}, facts)


def _alike(standing: Standing, row: Row, facts: Facts) -> bool:
    return any(_person(standing, {"id": row[one]}, facts) for one in ("person_id", "other_id"))


def _keeps(by: str, ends: str) -> dict[str, Admits]:
    """A hold or an erasure begins in the name of who acts, and ends in it."""

    def about(standing: Standing, row: Row) -> bool:
        return str(row["case_id"]) in standing.cases(rights.KEEP_OR_ERASE)

    def begins(standing: Standing, row: Row, _facts: Facts) -> bool:
        return about(standing, row) and (row[by], row[ends]) == (standing.who.pk, None)

    def ended(standing: Standing, row: Row, _facts: Facts) -> bool:
        return about(standing, row) and row[ends] in (None, standing.who.pk)

    return {"read": _about_person, "insert": begins, "update": ended}


def _received(standing: Standing, row: Row, facts: Facts) -> bool:
    user = standing.who.user
    ours = user.organisations(*rights.RECEIVE.roles) if standing.who.acts and user else []
    mine = str(row["organisation_id"]) in {str(one.pk) for one in ours}
    over = datetime.fromisoformat(row["ends_at"]) <= timezone.now()
    return (
        mine
        and row["recalled_at"] is None
        and not over
        and not _kept_out(standing, row["case_id"], facts)
    )


def _of_bundle(standing: Standing, row: Row, facts: Facts) -> bool:
    bundle = facts.rows["cases_bundle"][str(row["bundle_id"])]
    shares = str(bundle["case_id"]) in standing.cases(rights.SHARE)
    return shares or _received(standing, bundle, facts)


def _sees_document(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["added_by_id"]) == standing.who.pk
    here = str(row["case_id"]) in standing.cases(rights.READ_DOCUMENT)
    return here and (mine or row["seen_by"] == "case")


def _reads_document(standing: Standing, row: Row, facts: Facts) -> bool:
    return _sees_document(standing, row, facts) or _shared_document(standing, row, facts)


def _changes_document(standing: Standing, row: Row, facts: Facts) -> bool:
    """Of one that they do not see, nobody changes anything."""
    decides = str(row["case_id"]) in standing.cases(rights.READ_KEPT_DOCUMENT)
    adds = str(row["case_id"]) in standing.cases(rights.ADD_DOCUMENT)
    return adds and (decides or _sees_document(standing, row, facts))


def _reads_part(standing: Standing, row: Row, facts: Facts) -> bool:
    return _reads_document(standing, _document_of(row, facts), facts)


def _adds_part(standing: Standing, row: Row, facts: Facts) -> bool:
    return _changes_document(standing, _document_of(row, facts), facts)


def _document_of(row: Row, facts: Facts) -> Row:
    return facts.rows["cases_document"][str(row["document_id"])]


def _shared_document(standing: Standing, row: Row, facts: Facts) -> bool:
    return (
        row["withdrawn_at"] is None
        and row["seen_by"] == "case"
        and any(
            _of_bundle(standing, one, facts)
            for one in facts.rows["cases_bundledocument"].values()
            if one["document_id"] == row["id"]
        )
    )


def _shares(standing: Standing, row: Row, _facts: Facts) -> bool:
    return str(row["by_id"]) == standing.who.pk and str(row["case_id"]) in standing.cases(
        rights.SHARE
    )


def _writes_letter(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["made_by_id"]) == standing.who.pk
    new = row["given_by_id"] is None
    return mine and new and str(row["case_id"]) in standing.cases(rights.WRITE_LETTER)


def _prepares(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["prepared_by_id"]) == standing.who.pk
    new = row["state"] == "prepared" and row["answered_by_id"] is None
    return mine and new and str(row["case_id"]) in standing.cases(rights.SHARE)


def _redacts(standing: Standing, row: Row, facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    papers = (facts.rows["cases_document"][str(row[name])] for name in _PAPERS)
    ours = all(str(paper["case_id"]) == str(row["case_id"]) for paper in papers)
    return mine and ours and str(row["case_id"]) in standing.cases(rights.ADD_DOCUMENT)


def _does(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    return mine and str(row["case_id"]) in standing.cases(rights.CHANGE_COURSE)


def _asks_about(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["asked_by_id"]) == standing.who.pk
    return mine and str(row["case_id"]) in standing.cases(rights.CHANGE_COURSE)


def _asks_to_look(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["recorded_by_id"]) == standing.who.pk
    asks = standing.cases(rights.ASK_RECONSIDERATION)
    return mine and row["state"] == "asked" and str(row["case_id"]) in asks


def _heard(standing: Standing, row: Row, facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    matter = facts.rows["cases_matter"][str(row["matter_id"])]
    there = matter["case_id"] == row["case_id"]
    return mine and there and str(row["case_id"]) in standing.cases(rights.KEEP_MATTERS)


def _proposes(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    keeps = standing.cases(rights.KEEP_DISQUALIFICATION)
    return mine and row["state"] == "proposed" and str(row["case_id"]) in keeps


def _leads(standing: Standing, row: Row, _facts: Facts) -> bool:
    user = standing.who.user
    ours = user.organisations(Role.RESPONDER_LEAD) if standing.who.acts and user else []
    there = str(row["organisation_id"]) in {str(one.pk) for one in ours}
    mine = standing.cases(rights.IDENTIFY_PROVISIONALLY)
    return there and row["state"] == "stands" and str(row["case_id"]) in mine


def _identifies(standing: Standing, row: Row, facts: Facts) -> bool:
    return str(row["by_id"]) == standing.who.pk and _leads(standing, row, facts)


def _adds_to_bundle(standing: Standing, row: Row, facts: Facts) -> bool:
    bundle = facts.rows["cases_bundle"][str(row["bundle_id"])]
    document = facts.rows["cases_document"][str(row["document_id"])]
    return document["case_id"] == bundle["case_id"] and _shares(standing, bundle, facts)


def _provides(standing: Standing, row: Row, _facts: Facts) -> bool:
    user = standing.who.user
    ours = user.organisations(Role.PROTECTION_PROVIDER) if standing.who.acts and user else []
    return (
        row["organisation_id"] in {str(one.pk) for one in ours}
        and row["state"] in ("referred", "accepted", "waitlisted", "active", "on_hold")
        and (row["until"] is None or datetime.fromisoformat(row["until"]) > timezone.now())
        and str(row["case_id"]) in standing.cases(rights.PROVIDE)
    )


def _counsels(standing: Standing, row: Row, facts: Facts) -> bool:
    """The service is with a house of theirs, and the row is of its case."""
    service = facts.rows["protection_service"][str(row["service_id"])]
    return str(service["case_id"]) == str(row["case_id"]) and _provides(standing, service, facts)


def _of_session(standing: Standing, row: Row, facts: Facts) -> bool:
    session = facts.rows["protection_session"][str(row["session_id"])]
    return str(session["case_id"]) == str(row["case_id"]) and _counsels(standing, session, facts)


def _writes_of_session(standing: Standing, row: Row, facts: Facts) -> bool:
    mine = standing.who.acts and str(row["author_id"]) == standing.who.pk
    return mine and _of_session(standing, row, facts)


def _houses(standing: Standing) -> set[str]:
    user = standing.who.user
    ours = user.organisations(Role.PROTECTION_PROVIDER) if standing.who.acts and user else []
    return {str(one.pk) for one in ours}


def _of_our_place(standing: Standing, row: Row, _facts: Facts) -> bool:
    return row["organisation_id"] in _houses(standing)


def _looks_for_a_bed(standing: Standing, row: Row, facts: Facts) -> bool:
    worker = standing.holds(Role.CASEWORKER, Role.SUPERVISOR)
    return worker or _of_our_place(standing, row, facts)


def _bed_of_place(admits: Admits) -> Admits:
    return lambda standing, row, facts: admits(
        standing, facts.rows["protection_place"][row["place_id"]], facts
    )


def _reads_place(standing: Standing, row: Row, facts: Facts) -> bool:
    """In one's own name, whatever was sent: the database stamps it."""
    return _of_our_place(standing, facts.rows["protection_place"][row["place_id"]], facts)


def _lodges(standing: Standing, row: Row, _facts: Facts) -> bool:
    return row["organisation_id"] in _houses(standing) and str(row["case_id"]) in standing.cases(
        rights.PROVIDE
    )


def _travels(standing: Standing, row: Row, facts: Facts) -> bool:
    stay = facts.rows["protection_stay"][str(row["stay_id"])]
    planned = str(stay["case_id"]) in standing.cases(rights.SUPPORT)
    of_it = str(stay["case_id"]) == str(row["case_id"])
    # Of the system the policy of the stay asks nothing; a job has no right on the table.
    return of_it and (planned or _lodges(standing, stay, facts) or standing.who.is_system)


def _arranges_travel(standing: Standing, row: Row, facts: Facts) -> bool:
    return _travels(standing, row, facts) and str(row["case_id"]) in standing.cases(rights.SUPPORT)


def _overrides(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    return mine and str(row["case_id"]) in standing.cases(rights.REFER_WITHOUT_CONSENT)


def _writes_of_plan(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.who.acts and str(row["by_id"]) == standing.who.pk
    return mine and str(row["case_id"]) in standing.cases(rights.SUPPORT)


def _noticed(standing: Standing, row: Row, facts: Facts) -> bool:
    """It was sent to a prosecution for which they answer, and not recalled."""
    user = standing.who.user
    ours = user.organisations(*rights.ANSWER_NOTICES.roles) if standing.who.acts and user else []
    mine = str(row["organisation_id"]) in {str(one.pk) for one in ours}
    return mine and row["recalled_at"] is None and not _kept_out(standing, row["case_id"], facts)


def _sends(standing: Standing, row: Row, facts: Facts) -> bool:
    of_it = facts.rows["cases_matter"][str(row["matter_id"])]["case_id"] == row["case_id"]
    person = facts.rows["cases_case"][str(row["case_id"])]["person_id"]
    keeps = str(row["case_id"]) in standing.cases(rights.KEEP_MATTERS)
    mine = str(row["by_id"]) == standing.who.pk
    return of_it and keeps and mine and person == row["person_id"]


def _sees_both(standing: Standing, row: Row, _facts: Facts) -> bool:
    mine = standing.cases(rights.LINK)
    return str(row["case_id"]) in mine and str(row["other_id"]) in mine


def _links(standing: Standing, row: Row, facts: Facts) -> bool:
    mine = standing.who.acts and row["by_id"] == standing.who.pk and row["ended_at"] is None
    return mine and _sees_both(standing, row, facts)


def _transferred(standing: Standing, row: Row, facts: Facts) -> bool:
    """They supervise the authority that offered it, or the one that is asked, while it is not taken
    back."""
    user = standing.who.user
    ours = user.organisations(Role.SUPERVISOR) if standing.who.acts and user else []
    mine = {str(one.pk) for one in ours}
    asked = row["organisation_id"] in mine and row["state"] != "withdrawn"
    return (row["authority_id"] in mine or asked) and not _kept_out(standing, row["case_id"], facts)


def _offers(standing: Standing, row: Row, facts: Facts) -> bool:
    case = facts.rows["cases_case"][str(row["case_id"])]
    return (
        standing.who.acts
        and row["offered_by_id"] == standing.who.pk
        and row["state"] == "offered"
        and (row["person_id"], row["authority_id"]) == (case["person_id"], case["authority_id"])
        and str(row["case_id"]) in standing.cases(rights.TRANSFER)
    )


def _takes_back(standing: Standing, row: Row, _facts: Facts) -> bool:
    near = str(row["case_id"]) in standing.cases(rights.TRANSFER)
    return near and row["state"] in ("offered", "withdrawn")


_PAPERS = ("document_id", "version_id")
KEEP = (rights.SEE_CASE, rights.ASSIGN)
_visible_own = _mine("user_id")
# Whoever stands near a case otherwise than by having referred it.
LISTED = rights.CaseRight(
    "listed", "", frozenset(pair for pair in ANY_RIGHT.holders if pair[0] != "refer")
)
DECIDE = (rights.DRAFT_DECISION, rights.REVIEW_DECISION, rights.SERVE_DECISION)
_screens = Rule((rights.SCREEN,), (rights.SCREEN,))
_findings = Rule((rights.SCREEN,), (rights.SCREEN,), verbs="insert update delete")
_at_opening = Rule(SEE)

_OWN_VIEW, _OWN_BATCH, _OWN_ITEM = _mine("user_id"), _mine("actor_id"), _mine("user_id")

RULES: dict[str, Rule] = {
    "cases_case": Rule(
        (ANY_RIGHT,), KEEP, system="read update", verbs="update", also={"insert": _refers}
    ),
    "cases_casegroupgrant": Rule(
        (*SEE, rights.SEE_ACCESS),
        (rights.ASSIGN,),
        system="read",
        verbs="insert update delete",
        also={"read": _group_grant},
    ),
    "cases_caseusergrant": Rule(
        (*SEE, rights.SEE_ACCESS),
        (rights.ASSIGN,),
        system="read",
        verbs="insert update delete",
        also={"read": _named_grant, "delete": _visible_own},
    ),
    "cases_exclusion": Rule(
        (LISTED,), (rights.EXCLUDE,), system="read", verbs="update", also={"insert": _excludes}
    ),
    "cases_emergencyaccess": Rule(
        (rights.REVIEW_EMERGENCY,),
        (rights.REVIEW_EMERGENCY,),
        verbs="update",
        also={"read": _mine("person_id"), "insert": _in_emergency, "update": _in_emergency},
    ),
    "cases_cover": Rule(
        system="read", also={"read": _concerned, "insert": _hands_on, "update": _concerned}
    ),
    "cases_bundle": Rule(
        (rights.SHARE,),
        (rights.SHARE,),
        verbs="update",
        also={"read": _received, "insert": _shares},
    ),
    "cases_bundledocument": Rule(also={"read": _of_bundle, "insert": _adds_to_bundle}),
    "cases_merging": Rule(
        SEE, also={"read": _goes_on, "insert": _asks_to_merge, "update": _near_both}
    ),
    "cases_listedcase": Rule(also={"read": _shelved}),
    "cases_referral": Rule(SEE, also={"read": _sent_by_team}),
    "cases_draft": Rule(
        system="read update delete",
        also={"read": _of_team, "insert": _of_team, "update": _of_team, "delete": _of_team},
    ),
    "cases_inboxitem": Rule(system="read", also={"read": _OWN_ITEM, "update": _OWN_ITEM}),
    "cases_outgoingmail": Rule(system="read update"),
    "cases_savedview": Rule(
        also={"read": _OWN_VIEW, "insert": _OWN_VIEW, "update": _OWN_VIEW, "delete": _OWN_VIEW}
    ),
    "exchange_registerimport": Rule(
        system="read",
        also={"read": _leads_team, "insert": _own_register, "update": _own_register},
    ),
    **{
        f"exchange_register{name}": Rule(also=dict.fromkeys(verbs.split(), _of_register))
        for name, verbs in (
            ("part", "read insert delete"),
            ("row", "read insert update delete"),
            ("token", "read insert delete"),
        )
    },
    "cases_batch": Rule(also={"read": _OWN_BATCH, "insert": _OWN_BATCH, "update": _OWN_BATCH}),
    "cases_deadline": Rule(SEE, KEEP, system="read insert update", also={"read": _referred}),
    "cases_deadlinepause": Rule(SEE, KEEP, system="read insert"),
    "cases_deadlineextension": Rule(SEE, (rights.CHANGE_DEADLINE,), system="read"),
    **{
        table: Rule(SEE, (rights.CHANGE_COURSE,), verbs=verbs, also={"insert": _does})
        for table, verbs in (("cases_withdrawal", ""),)
    },
    "cases_suspension": Rule(
        SEE,
        (rights.CHANGE_COURSE,),
        system="read insert",
        verbs="update",
        also={"insert": _does},
    ),
    "cases_closure": Rule(
        SEE, (rights.CHANGE_COURSE,), system="read", verbs="update", also={"insert": _does}
    ),
    "cases_question": Rule(
        SEE, (rights.CHANGE_COURSE,), verbs="update", also={"insert": _asks_about}
    ),
    "cases_caselink": Rule(also={"read": _sees_both, "insert": _links, "update": _sees_both}),
    "cases_transfer": Rule(
        (rights.TRANSFER,),
        also={"read": _transferred, "insert": _offers, "update": _takes_back},
    ),
    "cases_reconsideration": Rule(
        SEE,
        (rights.ANSWER_RECONSIDERATION,),
        system="read",
        verbs="update",
        also={"insert": _asks_to_look},
    ),
    "cases_disqualification": Rule(
        (rights.KEEP_DISQUALIFICATION,),
        (rights.KEEP_DISQUALIFICATION,),
        verbs="update",
        also={"insert": _proposes},
    ),
    "cases_provisional": Rule(
        SEE,
        DECIDE,
        system="read",
        verbs="update",
        also={"read": _referred, "insert": _identifies, "update": _leads},
    ),
    "cases_casetask": Rule(SEE, (rights.DO_TASK,), system="read insert"),
    "cases_adulthood": Rule(
        (rights.CARE_FOR_CHILD,), (rights.CARE_FOR_CHILD,), system="read update"
    ),
    "cases_note": Rule(SEE, (rights.WRITE_NOTE,)),
    "cases_findingset": Rule(SEE, (rights.SCREEN,)),
    "cases_decision": Rule(SEE, DECIDE, system="read", also={"read": _referred_and_made}),
    "cases_decisionreview": Rule(SEE, DECIDE),
    "cases_episode": Rule(SEE, (rights.SCREEN,)),
    "cases_consent": Rule(SEE, (rights.SHARE,)),
    "cases_safecontact": Rule((*SEE, rights.SEE_SUMMARY), (rights.RECORD_CONTACT,), verbs="insert"),
    "cases_cooperation": Rule(SEE, (rights.SHARE,)),
    "cases_nominee": Rule((rights.RECORD_CONTACT,), (rights.RECORD_CONTACT,)),
    "cases_allegation": Rule((*SEE, ANSWERS)),
    "cases_notice": Rule(
        (rights.KEEP_MATTERS,),
        (rights.KEEP_MATTERS,),
        system="read update",
        verbs="update",
        also={"read": _noticed, "update": _noticed, "insert": _sends},
    ),
    "cases_hearing": Rule(
        (rights.KEEP_MATTERS,), (rights.KEEP_MATTERS,), verbs="update", also={"insert": _heard}
    ),
    "cases_removal": Rule((rights.KEEP_MATTERS,), (rights.KEEP_MATTERS,), system="read update"),
    "cases_matter": Rule((rights.KEEP_MATTERS,), (rights.KEEP_MATTERS,), system="read update"),
    "cases_document": Rule(
        (rights.READ_KEPT_DOCUMENT,),
        (rights.ADD_DOCUMENT,),
        verbs="insert",
        also={"read": _reads_document, "update": _changes_document},
    ),
    "cases_letter": Rule(
        (rights.WRITE_LETTER,),
        (rights.WRITE_LETTER,),
        verbs="update",
        also={"insert": _writes_letter},
    ),
    "cases_courtbundle": Rule(
        (rights.SHARE,), (rights.SHARE,), verbs="update", also={"insert": _prepares}
    ),
    "cases_redaction": Rule((rights.READ_DOCUMENT,), verbs="", also={"insert": _redacts}),
    "cases_documentpart": Rule(
        (rights.READ_KEPT_DOCUMENT,), also={"read": _reads_part, "insert": _adds_part}
    ),
    "protection_service": Rule((rights.SUPPORT,), (rights.SUPPORT,), also={"read": _provides}),
    "protection_session": Rule(
        (rights.SUPPORT,),
        also={"read": _counsels, "insert": _counsels, "update": _counsels},
    ),
    # Nobody who may see the rest of the case: the provider alone.
    "protection_sessionprivate": Rule(also={"read": _of_session, "insert": _of_session}),
    "protection_clinicalnote": Rule(also={"read": _of_session, "insert": _writes_of_session}),
    "protection_place": Rule(also={"read": _looks_for_a_bed, "insert": _of_our_place}),
    "protection_bed": Rule(
        also={
            "read": _bed_of_place(_looks_for_a_bed),
            "insert": _bed_of_place(_of_our_place),
            "update": _bed_of_place(_of_our_place),
        }
    ),
    # Read and written where that is on record in the same transaction (tests.protection).
    "protection_address": Rule(),
    "protection_addressreading": Rule(also={"read": _mine("actor_id"), "insert": _reads_place}),
    "protection_stay": Rule(
        (rights.SUPPORT,),
        (rights.SUPPORT,),
        system="read update",
        also={"read": _lodges, "update": _lodges},
    ),
    "protection_transport": Rule(
        also={"read": _travels, "insert": _arranges_travel, "update": _arranges_travel},
    ),
    "protection_avoidance": Rule((rights.SUPPORT,), (rights.SUPPORT,)),
    "protection_childrecord": Rule(
        (rights.CARE_FOR_CHILD,), (rights.CARE_FOR_CHILD,), system="read update"
    ),
    "protection_planitem": Rule((rights.SUPPORT,), (rights.SUPPORT,), system="read update"),
    "protection_planstep": Rule((rights.SUPPORT,), also={"insert": _writes_of_plan}),
    "protection_assessment": Rule((rights.SUPPORT,), (rights.SUPPORT,)),
    "protection_leafletgiven": Rule((rights.SUPPORT,), (rights.SUPPORT,), verbs="insert"),
    "protection_override": Rule(
        (rights.SUPPORT,), (rights.READ_OVERRIDE,), verbs="update", also={"insert": _overrides}
    ),
    "screening_screening": _screens,
    "screening_evidence": _screens,
    "screening_earlierevidence": _screens,
    "screening_contradiction": _screens,
    "screening_indicatorfinding": _findings,
    "screening_indicatorfinding_evidence": Rule(
        (rights.SCREEN,), (rights.SCREEN,), verbs="insert delete"
    ),
    "identities_person": Rule(
        also={"read": _person, "insert": _refers, "update": _erases},
    ),
    # For a row as it is: it is about the person of its case.
    "identities_disclosure": Rule(
        (rights.SEE_ACCESS,),
        (rights.SHOW_IDENTITY,),
        verbs="insert",
        also={"read": _mine("actor_id")},
    ),
    "identities_legalhold": Rule(also=_keeps("set_by", "lifted_by")),
    "identities_erasure": Rule(system="read update", also=_keeps("asked_by", "decided_by")),
    # Written by whoever records facts in the same transaction: tests.second_lock.identity.
    "identities_likeness": Rule(also={"read": _alike}),
    "exchange_correspondent": Rule(
        also={"read": _signed_in, "insert": _administers, "update": _administers}
    ),
    "exchange_sentpack": Rule((rights.SHARE,), (rights.SHARE,)),
    "exchange_receivedpack": Rule(
        (rights.SEE_REFERRAL, rights.SEE_STATUS), (rights.SEE_STATUS,), verbs="update"
    ),
    "exchange_recalledpack": Rule(
        also={
            "read": lambda standing, _row, _facts: standing.holds(*REFER.roles),
            "insert": _of_team,
        }
    ),
    "exchange_subscription": Rule(
        system="read",
        also={"read": _administers, "insert": _administers, "update": _administers},
    ),
    "exchange_handle": Rule(
        (rights.SEE_CASE, rights.SEE_SUMMARY, rights.SEE_STATUS), system="read"
    ),
    "exchange_delivery": Rule(
        system="read update delete",
        also={"read": _administers, "insert": _tries_an_address, "update": _administers},
    ),
    "reporting_anomaly": Rule(
        system="read insert update", also={"read": _of_their_staff, "update": _audits}
    ),
    "reporting_release": Rule(
        system="read update",
        also={"read": _releases, "insert": _asks("asked_by_id"), "update": _releases},
    ),
    "reporting_spend": Rule(system="read", also={"read": _releases, "insert": _asks("by_id")}),
    "reporting_approval": Rule(also={"read": _releases, "insert": _asks("by_id")}),
    "reporting_releasefile": Rule(system="read insert", also={"read": _releases}),
    "reporting_codesecret": Rule(also={"read": _mine("user_id"), "insert": _own_secret}),
    "audit_event": Rule(
        (*SEE, rights.SEE_ACCESS),
        system="read",
        also={"read": _audits, "insert": _by_me_or_before},
    ),
}


def readable(table: str, standing: Standing, facts: Facts) -> set[str]:
    """The keys of the rows that somebody may read."""
    rule = RULES[table]
    if standing.who.is_system and "read" in rule.system:
        return set(facts.rows[table])
    cases = standing.cases(*rule.read)
    return {
        key
        for key, row in facts.rows[table].items()
        if facts.cases[table][key] in cases
        or ("read" in rule.also and rule.also["read"](standing, row, facts))
    }


def may(verb: str, table: str, key: str, standing: Standing, facts: Facts, **more: Any) -> bool:
    """Whether somebody may insert, update or delete a row such as this one, with `more` in it."""
    rule, row = RULES[table], {**facts.rows[table][key], **more}
    if standing.who.is_system and verb in rule.system:
        return True
    about = str(more.get("case_id") or facts.cases[table][key])
    if verb in rule.verbs and about in standing.cases(*rule.write):
        return True
    return verb in rule.also and rule.also[verb](standing, row, facts)
