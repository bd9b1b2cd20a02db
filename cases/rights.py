"""The table of rights: what each role may do on a case, by how near it stands.

Declared once, here. Pages, REST, tasks and the administrator's page in words all read it; so does
`user.has_perm`. A nearness is a guardian permission on Case; a grant of it to a group or a person
is what cases.access looks up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.accounts.rights import RoleRight, role_rights
from nrm.accounts.roles import OrganisationKind, Role
from nrm.actions import Forbidden, Hidden, Objection

NEARNESS: dict[str, Promise] = {
    "refer": _("Referred the case"),
    "work": _("Works on the case"),
    "decide": _("Decides the case"),
    "protect": _("Protects the person"),
    "prosecute": _("Answers for the prosecution"),
    "emergency": _("Opened the case in an emergency"),
}

# How near an organisation of a kind can be brought, and in which role its people then stand.
CAN_BE_BROUGHT: dict[str, tuple[str, str]] = {
    OrganisationKind.PROVIDER: ("protect", Role.PROTECTION_PROVIDER),
    OrganisationKind.PROSECUTION: ("prosecute", Role.PROSECUTION_LIAISON),
}


@dataclass(frozen=True, slots=True)
class CaseRight:
    """One thing that may be done with a case. `check` raises Hidden where the actor may not know
    of the case, Forbidden where they may but have not this right; it returns why no work is done on
    a case that has ended or goes on in another one, and why it does not go on while it is
    suspended, with which every action refuses that does not say otherwise."""

    code: str
    label: Any
    holders: frozenset[tuple[str, str]]  # (nearness, role)

    def check(self, actor: Any, subject: Any) -> Iterable[Objection]:
        from cases.access import can_see_at_all, near_now, why_not_now

        case_id = subject.case_id
        near = near_now(actor, case_id)
        if self.holders & near.as_what:
            return why_not_now(actor, case_id, near)
        if can_see_at_all(actor, case_id):
            raise Forbidden(self.code)
        raise Hidden(self.code)


def _right(code: str, label: Any, *holders: tuple[str, str]) -> CaseRight:
    return CaseRight(code, label, frozenset(holders))


_CASEWORK = (("work", Role.CASEWORKER), ("decide", Role.SUPERVISOR))
# Without a grant, for a limited time: to read what protects the person now, and to write a note.
_IN_EMERGENCY = (("emergency", Role.CASEWORKER), ("emergency", Role.SUPERVISOR))
_TRIAGE = (("work", Role.INTAKE), ("decide", Role.SUPERVISOR))
_REFERRERS = (("refer", Role.FIRST_RESPONDER), ("refer", Role.RESPONDER_LEAD))
_OUTSIDE = (
    ("protect", Role.PROTECTION_PROVIDER),
    ("prosecute", Role.PROSECUTION_LIAISON),
)

# fmt: off
SEE_STATUS = _right(
    "see_status", _("See the status and the next date of a referral"), *_REFERRERS
)
SEE_SUMMARY = _right(
    "see_summary",
    _("See the summary of a case: reference, safe contact, and for a prosecution the hearings"),
    *_OUTSIDE,
)
SEE_CASE = _right(
    "see_case", _("See the case page, its deadlines and timeline"),
    *_CASEWORK, ("work", Role.INTAKE), *_IN_EMERGENCY,
)
SEE_REFERRAL = _right(
    "see_referral", _("Read what the referral says"), *_CASEWORK, ("work", Role.INTAKE),
    *_IN_EMERGENCY,
)
ASSIGN = _right("assign", _("Accept a referral and assign the case"), *_TRIAGE)
SCREEN = _right("screen", _("Screen the case against act, means and purpose"), *_CASEWORK)
DRAFT_DECISION = _right("draft_decision", _("Draft a decision"), *_CASEWORK)
REVIEW_DECISION = _right(
    "review_decision", _("Read a colleague's decision and agree or return it"),
    ("decide", Role.SUPERVISOR),
)
SERVE_DECISION = _right("serve_decision", _("Record that a decision was served"), *_CASEWORK)
CHANGE_DEADLINE = _right(
    "change_deadline", _("Pause or extend a deadline, with a reason"), *_CASEWORK
)
CHANGE_COURSE = _right(
    "change_course",
    _("Suspend a case, record a withdrawal, close it or open it, and ask others about it"),
    *_CASEWORK, ("work", Role.INTAKE),
)
ASK_RECONSIDERATION = _right(
    "ask_reconsideration",
    _("Ask for a negative decision to be looked at again, or record that it was asked for"),
    *_CASEWORK, ("work", Role.INTAKE), *_REFERRERS, ("protect", Role.PROTECTION_PROVIDER),
)
ANSWER_RECONSIDERATION = _right(
    "answer_reconsideration",
    _("Answer whether a decision is looked at again, where they took no part in it"),
    ("decide", Role.SUPERVISOR),
)
IDENTIFY_PROVISIONALLY = _right(
    "identify_provisionally",
    _("Identify a person whom they referred for the time being, where no authority functions"),
    ("refer", Role.RESPONDER_LEAD),
)
KEEP_DISQUALIFICATION = _right(
    "keep_disqualification",
    _("Propose that a person is disqualified, tell them, and record what they say to it"),
    *_CASEWORK,
)
DECIDE_DISQUALIFICATION = _right(
    "decide_disqualification",
    _("Decide on a disqualification that a colleague proposed, and whether one is lifted"),
    ("decide", Role.SUPERVISOR),
)
WRITE_NOTE = _right(
    "write_note", _("Write a note"), *_CASEWORK, ("work", Role.INTAKE), *_IN_EMERGENCY
)
READ_DOCUMENT = _right(
    "read_document", _("See the documents of a case and download them"), *_CASEWORK
)
READ_KEPT_DOCUMENT = _right(
    "read_kept_document",
    _("See documents that are kept to those who decide the case"),
    ("decide", Role.SUPERVISOR),
)
ADD_DOCUMENT = _right(
    "add_document", _("Add a document, withdraw one, and say who sees their own"), *_CASEWORK
)
RECORD_CONTACT = _right(
    "record_contact", _("Record by which ways the person can safely be reached"),
    *_CASEWORK, ("work", Role.INTAKE),
)
DO_TASK = _right("do_task", _("Mark a task as done"), *_CASEWORK, ("work", Role.INTAKE))
SHOW_IDENTITY = _right(
    "show_identity", _("See who the person is, for a recorded reason"), *_CASEWORK, *_IN_EMERGENCY
)
SEE_ACCESS = _right(
    "see_access",
    _("See why each person can see the case, and the reasons given for looking"),
    ("decide", Role.SUPERVISOR),
)
KEEP_OR_ERASE = _right(
    "keep_or_erase",
    _("Set and lift a legal hold, ask for an identity to be erased, and agree to a colleague's"),
    ("decide", Role.SUPERVISOR),
)
SET_CONFIDENTIALITY = _right(
    "set_confidentiality", _("Restrict or seal a case, and name the people who may see it"),
    ("decide", Role.SUPERVISOR),
)
EXCLUDE = _right(
    "exclude", _("Say who may not see a case, whatever was granted to them, and lift it"),
    ("decide", Role.SUPERVISOR),
)
DECLARE_CONFLICT = _right(
    "declare_conflict", _("Declare a conflict of interest, and so leave the case at once"),
    *_CASEWORK, ("work", Role.INTAKE),
)
PROPOSE_MERGING = _right(
    "propose_merging", _("Say that two cases are of one person, for another to agree"), *_TRIAGE
)
DECIDE_MERGING = _right(
    "decide_merging", _("Agree that two cases are of one person, or that they are not"),
    ("decide", Role.SUPERVISOR),
)
TRANSFER = _right(
    "transfer", _("Offer a case to another authority, and take the offer back"),
    ("decide", Role.SUPERVISOR),
)
LINK = _right(
    "link", _("Link a case with another one that they work on, and end the link"), *_CASEWORK
)
IN_EMERGENCY = _right(
    "in_emergency", _("See a case for a limited time, opened in an emergency"), *_IN_EMERGENCY
)
END_EMERGENCY = _right(
    "end_emergency", _("End an emergency access: their own, or as supervisor anybody's"),
    ("decide", Role.SUPERVISOR), *_IN_EMERGENCY,
)
SHARE = _right(
    "share",
    _("Share parts of a case with another organisation, recall them, and record consent to it"),
    *_CASEWORK,
)
APPROVE_DISCLOSURE = _right(
    "approve_disclosure",
    _("Approve what a colleague prepared for a court, or return it"),
    ("decide", Role.SUPERVISOR),
)
WRITE_LETTER = _right(
    "write_letter",
    _("Write a letter about a case, and record how the person received it"),
    *_CASEWORK,
)
READ_HANDOVER = _right(
    "read_handover", _("Read and print the summary for whoever takes a case over"), *_CASEWORK
)
SUPPORT = _right(
    "support",
    _("Plan support: needs and risk of the person, and referring them to providers"),
    *_CASEWORK,
)
CARE_FOR_CHILD = _right(
    "care_for_child",
    _("Record what protects a child: guardian, care, absences, age, and the road to 18"),
    *_CASEWORK,
)
DECIDE_SUPPORT = _right(
    "decide_support",
    _("Agree, or not, to payments and further support that a colleague asked for"),
    ("decide", Role.SUPERVISOR),
)
REFER_WITHOUT_CONSENT = _right(
    "refer_without_consent",
    _("Refer a person to a provider without their consent, with a reason that supervisors read"),
    *_CASEWORK,
)
READ_OVERRIDE = _right(
    "read_override",
    _("Confirm having read why a person was referred to a provider without their consent"),
    ("decide", Role.SUPERVISOR),
)
PROVIDE = _right(
    "provide", _("See what a service needs to know of a person referred to it, and answer"),
    ("protect", Role.PROTECTION_PROVIDER),
)
KEEP_MATTERS = _right(
    "keep_matters",
    _("Record what the person is accused of, and see to it that they are not punished for it"),
    *_CASEWORK,
)
REVIEW_EMERGENCY = _right(
    "review_emergency", _("Review why a colleague opened a case in an emergency"),
    ("decide", Role.SUPERVISOR),
)
# fmt: on

RIGHTS: tuple[CaseRight, ...] = (
    SEE_STATUS,
    SEE_SUMMARY,
    SEE_CASE,
    SEE_REFERRAL,
    ASSIGN,
    SCREEN,
    DRAFT_DECISION,
    REVIEW_DECISION,
    SERVE_DECISION,
    CHANGE_DEADLINE,
    CHANGE_COURSE,
    ASK_RECONSIDERATION,
    ANSWER_RECONSIDERATION,
    IDENTIFY_PROVISIONALLY,
    KEEP_DISQUALIFICATION,
    DECIDE_DISQUALIFICATION,
    WRITE_NOTE,
    READ_DOCUMENT,
    READ_KEPT_DOCUMENT,
    ADD_DOCUMENT,
    RECORD_CONTACT,
    DO_TASK,
    SHOW_IDENTITY,
    SEE_ACCESS,
    KEEP_OR_ERASE,
    SET_CONFIDENTIALITY,
    EXCLUDE,
    DECLARE_CONFLICT,
    PROPOSE_MERGING,
    DECIDE_MERGING,
    TRANSFER,
    LINK,
    IN_EMERGENCY,
    END_EMERGENCY,
    SHARE,
    APPROVE_DISCLOSURE,
    WRITE_LETTER,
    READ_HANDOVER,
    KEEP_MATTERS,
    REVIEW_EMERGENCY,
    SUPPORT,
    DECIDE_SUPPORT,
    CARE_FOR_CHILD,
    REFER_WITHOUT_CONSENT,
    READ_OVERRIDE,
    PROVIDE,
)
BY_CODE = {right.code: right for right in RIGHTS}


@dataclass(frozen=True, slots=True)
class TeamRight(RoleRight):
    """Held by whoever has one of the roles in the organisation that the subject is or belongs to;
    about no subject, in any. Another organisation's thing is Hidden."""

    def check(self, actor: Any, subject: Any) -> None:
        actor.__dict__.pop("roles", None)
        actor.__dict__.pop("role_groups", None)
        if not self.held_by(actor):
            raise Forbidden(self.code)
        if subject is None:
            return
        team = getattr(subject, "organisation_id", None) or getattr(subject, "pk", None)
        if team not in self.teams_of(actor):
            raise Hidden(self.code)

    def teams_of(self, actor: Any) -> set[Any]:
        """The ids of the organisations in which the actor holds it."""
        return {team.pk for team in actor.organisations(*self.roles)}


# Drafts and sent referrals belong to the team, before there is a case that could be granted.
REFER = TeamRight(
    "refer",
    frozenset({Role.FIRST_RESPONDER, Role.RESPONDER_LEAD}),
    _("Refer a person, and see the drafts and referrals of their organisation"),
)

# What another organisation has shared with theirs, without a case that could be granted.
RECEIVE = TeamRight(
    "receive",
    frozenset(
        {
            Role.FIRST_RESPONDER,
            Role.RESPONDER_LEAD,
            Role.CASEWORKER,
            Role.SUPERVISOR,
            Role.PROTECTION_PROVIDER,
            Role.PROSECUTION_LIAISON,
        }
    ),
    _("Open what was shared with their organisation, until it is recalled"),
)

# The notices of matters that were sent to their organisation, without any case.
ANSWER_NOTICES = TeamRight(
    "answer_notices",
    frozenset({Role.PROSECUTION_LIAISON}),
    _("Open the matters that were sent to their organisation, and answer them"),
)

# Cases that were offered to their authority, before they can see anything of them.
ANSWER_TRANSFERS = TeamRight(
    "answer_transfers",
    frozenset({Role.SUPERVISOR}),
    _("Accept cases that another authority offers to theirs, or not"),
)

# Places of an organisation, and their beds, about no case.
RUN_SHELTER = TeamRight(
    "run_shelter",
    frozenset({Role.PROTECTION_PROVIDER}),
    _("Keep the places and beds of their organisation, and see where these are"),
)

# Lists: what they hold is decided case by case; who has such a list at all, by the role alone.
SEE_WORKLIST = RoleRight(
    "see_worklist",
    frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    _("See the list of the cases that they work on or decide"),
)
FIND_CASES = RoleRight(
    "find_cases",
    frozenset({Role.INTAKE, Role.CASEWORKER, Role.SUPERVISOR}),
    _("Find a case that they may see, by its reference or pseudonym"),
)
FIND_PEOPLE = RoleRight(
    "find_people",
    frozenset({Role.INTAKE, Role.CASEWORKER, Role.SUPERVISOR}),
    _("Find a person by a document number, a telephone, or a name with a date of birth"),
)
SEE_INTAKE_QUEUE = RoleRight(
    "see_intake_queue",
    frozenset({Role.INTAKE, Role.SUPERVISOR}),
    _("See the referrals that nobody has been given yet"),
)
SEE_NEAR_CASES = RoleRight(
    "see_near_cases",
    frozenset({Role.PROTECTION_PROVIDER, Role.PROSECUTION_LIAISON}),
    _("See the list of the cases to which their organisation was given access"),
)
SEE_SHELTERS = RoleRight(
    "see_shelters",
    frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.PROTECTION_PROVIDER}),
    _("See the board of shelters: by code and region, what is free, held and full"),
)
SEE_LEAFLET = RoleRight(
    "see_leaflet",
    frozenset(
        {
            Role.FIRST_RESPONDER,
            Role.RESPONDER_LEAD,
            Role.INTAKE,
            Role.CASEWORKER,
            Role.SUPERVISOR,
            Role.PROTECTION_PROVIDER,
        }
    ),
    _("Read and print the leaflet about the rights of a person, which names nobody"),
)
SEE_RISK_REVIEWS = RoleRight(
    "see_risk_reviews",
    frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    _("See for which of their cases a review of risk is overdue"),
)
SEE_REFERRED = RoleRight(
    "see_referred",
    frozenset({Role.PROTECTION_PROVIDER}),
    _("See the list of the people who were referred to their organisation"),
)
SEE_REVIEWS = RoleRight(
    "see_reviews",
    frozenset({Role.SUPERVISOR}),
    _("See the list of the decisions that wait for a second person"),
)
CHANGE_TOGETHER = RoleRight(
    "change_together",
    frozenset({Role.INTAKE, Role.SUPERVISOR}),
    _("Give several cases to a caseworker at once, or remind of them"),
)
BREAK_GLASS = RoleRight(
    "break_glass",
    frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    _("Open one case of their authority in an emergency, for a limited time and with a reason"),
)
SEE_EMERGENCIES = RoleRight(
    "see_emergencies",
    frozenset({Role.SUPERVISOR}),
    _("See the list of emergency accesses that wait for a review"),
)
HAND_ON = RoleRight(
    "hand_on",
    frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    _("Hand their own cases to a colleague while they are away, and end such a cover"),
)
SEE_DASHBOARD = RoleRight(
    "see_dashboard",
    frozenset({Role.SUPERVISOR}),
    _("See how the work of their authority stands, in numbers"),
)


def rights_in_words() -> list[dict[str, Any]]:
    """For each role, what it may do by itself, and what it may do on a case by how near it
    stands."""
    table = []
    for role in Role:
        by_nearness = []
        for nearness, label in NEARNESS.items():
            mine = [right.label for right in RIGHTS if (nearness, role) in right.holders]
            if mine:
                by_nearness.append({"nearness": label, "rights": mine})
        table.append(
            {
                "code": str(role.value),
                "role": role.label,
                "always": [r.label for r in role_rights() if role in r.roles and r.label],
                "cases": by_nearness,
            }
        )
    return table
