"""The permission table: every address, every method it answers, and who gets what.

It is stated here by hand, name by name, and nothing in it is worked out from the rights that the
application declares: where the two part, one of them is wrong.

A row names its address as the URL configuration writes it, the places of the scene at which it is
asked for (tests/permissions/scene.py), and one statement a method. A method without a statement is
answered with 405.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Who asks ----------------------------------------------------------------------------------------
# Everybody of tests/world.py, two whose houses no case was ever brought near, and nobody.
REFERRERS = ("responder", "responder2", "lead")
OTHER_REFERRERS = ("other_responder",)
INTAKE = ("intake",)
CASEWORKERS = ("caseworker", "caseworker2", "other_caseworker")
SUPERVISORS = ("supervisor", "supervisor2", "other_supervisor")
OUTSIDERS = ("provider", "far_provider", "liaison", "far_liaison")
AUDITOR = ("auditor",)
ADMINISTRATOR = ("administrator",)
WITHOUT_ROLE = ("superuser",)
SIGNED_OUT = ("inactive", "anonymous")
SIGNED_IN = (
    REFERRERS
    + OTHER_REFERRERS
    + INTAKE
    + CASEWORKERS
    + SUPERVISORS
    + OUTSIDERS
    + AUDITOR
    + ADMINISTRATOR
    + WITHOUT_ROLE
)
ACTORS = SIGNED_IN + SIGNED_OUT

# How near they stand to each case of the scene ---------------------------------------------------
OUR_SUPERVISORS = ("supervisor", "supervisor2")
_OURS = {"referrers": REFERRERS, "intake": INTAKE, "supervisors": OUR_SUPERVISORS}
_GIVEN = {**_OURS, "caseworker": ("caseworker",)}
STANDINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "queue": _OURS,
    "notify": _OURS,
    "assigned": {**_GIVEN, "provider": ("provider",), "liaison": ("liaison",)},
    "screening": _GIVEN,
    "draft_decision": _GIVEN,
    "review": _GIVEN,
    "made": {**_GIVEN, "provider": ("provider",)},
    "others": {**_OURS, "referrers": OTHER_REFERRERS, "caseworker": ("caseworker2",)},
    "outer": {
        "referrers": REFERRERS,
        "supervisors": ("other_supervisor",),
        "caseworker": ("other_caseworker",),
    },
}
# Who may read the reference of a case; a referrer knows it by its pseudonym and a receipt.
KNOW_THE_REFERENCE = ("intake", "supervisors", "caseworker", "provider", "liaison")
KNOW_THE_PSEUDONYM = (*KNOW_THE_REFERENCE, "referrers")
KNOW_THE_RECEIPT = ("referrers", "intake", "supervisors", "caseworker")
# Who may read the pseudonym in a team's draft.
TEAMS = {"draft": REFERRERS, "their_draft": OTHER_REFERRERS}

# What they get -----------------------------------------------------------------------------------
THROUGH = "through"  # the door is open: 2xx, 3xx, or a refusal of what was sent (400, 409, 422)
FORBIDDEN = "403"
HIDDEN = "404"
SIGN_IN = "sign in"  # a page leads to the sign-in page, the API answers 401
NOT_ALLOWED = "405"


@dataclass(frozen=True)
class Says:
    """What one method answers: `through` names who gets through, `rest` what the others get.
    `case` statements name standings in place of actors: who stands otherwise near the case gets
    403, and to strangers it is absent."""

    through: tuple[str, ...] = ()
    rest: str = FORBIDDEN
    hidden_from: tuple[str, ...] = ()
    by_standing: bool = False
    public: bool = False

    def to(self, actor: str, place: str) -> str:
        """What the actor is told at this place."""
        if actor in SIGNED_OUT and not self.public:
            return SIGN_IN
        if self.by_standing:
            near = STANDINGS[place]
            if any(actor in near.get(standing, ()) for standing in self.through):
                return THROUGH
            return FORBIDDEN if any(actor in people for people in near.values()) else HIDDEN
        if self.public or actor in self.through:
            return THROUGH
        return HIDDEN if actor in self.hidden_from else self.rest


def case(*standings: str) -> Says:
    """Who stands so near the case gets through; others who know of it 403; to the rest, 404."""
    return Says(standings, by_standing=True)


def role(*actors: str) -> Says:
    """These get through, everybody else is told that their role does not allow it."""
    return Says(actors)


def theirs(*actors: str, hidden_from: tuple[str, ...]) -> Says:
    """A thing of a team: another team of the kind is told it is absent, everybody else 403."""
    return Says(actors, hidden_from=hidden_from)


def own(*actors: str) -> Says:
    """A thing of one person: to everybody else it is absent."""
    return Says(actors, rest=HIDDEN)


EVERYBODY = Says(SIGNED_IN)  # who has signed in
PUBLIC = Says(public=True)


@dataclass(frozen=True)
class Row:
    """One address. `absent` names the arguments for which another value is an absent object; all
    of them, where nothing is said."""

    route: str
    name: str
    says: Mapping[str, Says]
    places: tuple[str, ...] = ("",)
    absent: tuple[str, ...] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)  # argument -> its name in the scene
    query: str = ""
    sends: Mapping[str, str] = field(default_factory=dict)  # the body of a POST; else it is empty
    in_person: bool = False  # by session alone: every token gets 403


def row(
    route: str,
    name: str,
    *places: str,
    absent: tuple[str, ...] | None = None,
    renamed: Mapping[str, str] | None = None,
    query: str = "",
    sends: Mapping[str, str] | None = None,
    in_person: bool = False,
    **says: Says,
) -> Row:
    return Row(
        route, name, says, places or ("",), absent, renamed or {}, query, sends or {}, in_person
    )


WORKERS = case("caseworker", "supervisors")
READERS = case("caseworker", "supervisors", "intake")
TRIAGE = case("intake", "supervisors")
EVERY_CASE = tuple(STANDINGS)
TYPICAL = ("assigned", "queue", "outer")  # given to a caseworker, to nobody, at another authority

_CASE = "cases/<str:reference>/"
_ASSESSMENT = _CASE + "assessment/"
_GONE = _CASE + "disqualification/"
_DECISION = _CASE + "decisions/<uuid:decision_id>/"
_MATTER = _CASE + "matters/<uuid:matter>/"
_NOTICES = _CASE + "matters/<uuid:matter_id>/notices/"
_HEARINGS = _CASE + "matters/<uuid:matter_id>/hearings/"
_OF_HEARING = {"matter_id": "matter", "hearing_id": "hearing"}
_OF_NOTICE = {"matter_id": "matter", "notice_id": "notice"}
_DOCUMENT = _CASE + "documents/<uuid:document>/"
_DEADLINE = _CASE + "deadlines/<uuid:deadline_id>/"
_SCREENINGS = _CASE + "screenings/"
_SCREENING = _SCREENINGS + "<uuid:screening>/"
_SHELTER = _CASE + "shelter/"
_CHILD = _CASE + "child/"
_PLAN = _CASE + "plan/"
_SUPPORT = _CASE + "support/"
_SERVICES = _CASE + "services/"
_SERVICE = _SERVICES + "<uuid:service_id>/"
_DRAFT = "referrals/drafts/<uuid:draft>/"
_API = "api/v1/"
_API_DRAFT = "drafts/<uuid:draft_id>/"
_D = {"draft_id": "draft"}
_S = {"service_id": "service"}
_SS = {**_S, "session_id": "session"}
_SESSIONS = "referred/<uuid:service>/sessions/"
_OF_SERVICE = "referred/<uuid:service_id>/sessions/"
_OF_SESSION = _OF_SERVICE + "<uuid:session_id>/"
_P = {"place_id": "place"}

# Whoever leads the team; the others of it are told so.
OUR_LEAD = theirs("lead", hidden_from=OTHER_REFERRERS)
# What a lead brings in is theirs alone.
OUR_REGISTER = role("lead")
OUR_TEAM = theirs(*REFERRERS, hidden_from=OTHER_REFERRERS)
THEIR_TEAM = theirs(*OTHER_REFERRERS, hidden_from=REFERRERS)
ALL_REFERRERS = role(*REFERRERS, *OTHER_REFERRERS)
ADMIN = role(*ADMINISTRATOR)
FINDERS = role(*INTAKE, *CASEWORKERS, *SUPERVISORS)
SHEET_READERS = role(
    *REFERRERS, *OTHER_REFERRERS, *INTAKE, *CASEWORKERS, *SUPERVISORS, "provider", "far_provider"
)
MY_VIEW = Says(("caseworker",), hidden_from=(*CASEWORKERS, *SUPERVISORS))

# Who opens what is shared with their house; what was shared with one is absent to all the others.
RECEIVERS = (*REFERRERS, *OTHER_REFERRERS, *CASEWORKERS, *SUPERVISORS, *OUTSIDERS)
LIAISONS = ("liaison", "far_liaison")
NOTICED = theirs("liaison", hidden_from=("far_liaison",))
SHARED = Says(("provider",), hidden_from=tuple(one for one in RECEIVERS if one != "provider"))
# A case that another authority offers to ours.
OFFERED = Says(OUR_SUPERVISORS, hidden_from=("other_supervisor",))
HOUSES = ("provider", "far_provider")
# Who is referred to a house is absent to every other one.
REFERRED = Says(("provider",), hidden_from=("far_provider",))
# A cover that is to come, of the caseworker by the second one.
COVER = Says(
    ("caseworker", "caseworker2", *OUR_SUPERVISORS),
    hidden_from=("other_caseworker", "other_supervisor"),
)

# fmt: off
ACCOUNTS = (
    row("", "home", GET=EVERYBODY),
    row("sign-in/", "sign_in", GET=PUBLIC, POST=PUBLIC),
    row("welcome/<uidb64>/<token>/", "welcome", "welcome", absent=(), GET=PUBLIC, POST=PUBLIC),
    row("sign-out/", "sign_out", POST=EVERYBODY),
    row("hide/", "hide_screen", POST=PUBLIC),
    row("language/", "set_language", POST=PUBLIC),
    row("empty/", "neutral_page", GET=PUBLIC),
    row("session/", "session", GET=PUBLIC, POST=PUBLIC),
    row("account/kept/", "kept_texts", GET=EVERYBODY),
    row("account/kept/<uuid:pk>/removal/", "kept_removal", "kept", POST=own("caseworker")),
    row("confirmation/", "confirmation", GET=EVERYBODY, POST=EVERYBODY),
    row("account/factors/", "factors", GET=EVERYBODY),
    row("account/factors/app/", "factor_app", GET=EVERYBODY, POST=EVERYBODY),
    row("account/factors/passkey/", "factor_passkey", GET=EVERYBODY, POST=EVERYBODY),
    row("account/factors/codes/", "recovery_codes", POST=EVERYBODY),
    row("account/factors/<uuid:pk>/removal/", "factor_removal", "factor", POST=own("caseworker")),
    row("account/password/", "password", GET=EVERYBODY, POST=EVERYBODY),
    row("account/shortcuts/", "shortcuts", POST=EVERYBODY),
    row("account/sessions/end/", "end_other_sessions", POST=EVERYBODY),
    row("account/sessions/<uuid:pk>/end/", "end_session", "session", POST=own("caseworker")),
    row("account/", "account", GET=EVERYBODY, POST=EVERYBODY),
    row("account/tokens/<uuid:pk>/revocation/", "revoke_token", "token", POST=own("caseworker")),
    row("administration/", "administration", GET=ADMIN),
    row("administration/organisations/new/", "organisation_add", GET=ADMIN, POST=ADMIN),
    row("administration/organisations/<uuid:pk>/", "organisation", "organisation",
        GET=ADMIN, POST=ADMIN),
    row("administration/organisations/<uuid:pk>/accounts/new/", "account_add", "organisation",
        GET=ADMIN, POST=ADMIN),
    row("administration/accounts/<uuid:pk>/", "administered_account", "account",
        GET=ADMIN, POST=ADMIN),
    row("administration/requests/", "role_requests", GET=ADMIN),
    row("administration/requests/<uuid:pk>/", "role_request", "role_request",
        GET=ADMIN, POST=ADMIN),
    row("administration/webhooks/", "webhooks", GET=ADMIN),
    row("administration/webhooks/new/", "webhook_add", GET=ADMIN, POST=ADMIN),
    row("administration/webhooks/<uuid:pk>/", "webhook", "webhook", GET=ADMIN, POST=ADMIN),
    row("administration/correspondents/", "correspondents", GET=ADMIN),
    row("administration/correspondents/new/", "correspondent_add", GET=ADMIN, POST=ADMIN),
    row("administration/correspondents/<uuid:pk>/", "correspondent", "correspondent",
        GET=ADMIN, POST=ADMIN),
    row("packs/", "take_in_pack", GET=ALL_REFERRERS, POST=ALL_REFERRERS),
    row("packs/<uuid:pk>/", "received_pack", "received_pack",
        GET=theirs(*REFERRERS, hidden_from=OTHER_REFERRERS),
        POST=theirs(*REFERRERS, hidden_from=OTHER_REFERRERS)),
    row("administration/rights/", "rights_table", GET=ADMIN),
    row("reference/", "reference", GET=PUBLIC),
    row("reference/<slug:chapter>/", "reference_chapter", "chapter", GET=PUBLIC),
    row("health/live", "health_live", GET=PUBLIC),
    row("health/ready", "health_ready", GET=PUBLIC),
    row("health/work", "health_work", GET=PUBLIC),
)

REFERRALS = (
    row("referrals/", "referrals", GET=ALL_REFERRERS),
    row("referrals/new/", "referral_start", GET=ALL_REFERRERS, POST=ALL_REFERRERS),
    row("referrals/prompt-sheet/", "prompt_sheet", GET=ALL_REFERRERS),
    row("imports/htcds/", "htcds_import", GET=ALL_REFERRERS, POST=ALL_REFERRERS),
    row("referrals/drafts/", "drafts", GET=ALL_REFERRERS),
    row(_DRAFT, "draft", "draft", GET=OUR_TEAM),
    row(_DRAFT, "draft", "their_draft", GET=THEIR_TEAM),
    row(_DRAFT + "check/", "draft_check", "draft", GET=OUR_TEAM, POST=OUR_TEAM),
    row(_DRAFT + "hand-over/", "draft_hand_over", "draft", GET=OUR_TEAM, POST=OUR_TEAM),
    row(_DRAFT + "discard/", "draft_discard", "draft", GET=OUR_TEAM, POST=OUR_TEAM),
    row(_DRAFT + "discard/", "draft_discard", "their_draft", GET=THEIR_TEAM, POST=THEIR_TEAM),
    row(_DRAFT + "pages/<slug:page>/", "draft_page", "draft", GET=OUR_TEAM, POST=OUR_TEAM),
    row(_DRAFT + "pages/<slug:page>/<slug:item>/", "draft_item", "draft_episode",
        absent=("draft", "page"), GET=OUR_TEAM, POST=OUR_TEAM),
    row(_DRAFT + "pages/<slug:page>/<slug:item>/removal/", "draft_item_removal", "draft_episode",
        absent=("draft", "page"), POST=OUR_TEAM),
    row("referrals/<str:receipt>/", "referral", "assigned", "notify", GET=OUR_TEAM),
    row("referrals/<str:receipt>/", "referral", "others", GET=THEIR_TEAM),
    row("referrals/<str:receipt>/receipt/", "referral_receipt", "assigned", GET=OUR_TEAM),
    row("referrals/<str:receipt>/look/", "referral_look", "assigned", GET=OUR_TEAM,
        POST=OUR_TEAM),
    row("referrals/<str:receipt>/look/", "referral_look", "others", GET=THEIR_TEAM,
        POST=THEIR_TEAM),
    row("referrals/<str:receipt>/provisional/", "referral_provisional", "assigned",
        GET=OUR_TEAM, POST=OUR_LEAD),
    row("referrals/<str:receipt>/provisional/still/", "referral_provisional_still", "assigned",
        POST=OUR_LEAD),
    row("referrals/<str:receipt>/following/", "referral_following", "notify", POST=OUR_TEAM),
)

CASES = (
    row("intake/", "intake_queue", GET=role(*INTAKE, *SUPERVISORS)),
    row("intake/<str:reference>/", "triage", *TYPICAL, GET=TRIAGE, POST=TRIAGE),
    row("cases/", "worklist", GET=role(*CASEWORKERS, *SUPERVISORS)),
    row(_CASE, "case", *EVERY_CASE, GET=READERS),
    row(_CASE + "referral/", "case_referral", *TYPICAL, GET=READERS),
    row(_CASE + "timeline/", "case_timeline", *TYPICAL, GET=READERS),
    row(_CASE + "tasks/", "case_tasks", *TYPICAL, POST=READERS),
    row(_CASE + "notes/", "case_notes", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "documents/", "case_documents", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_DOCUMENT + "file/", "document_file", "assigned", "others", GET=WORKERS, POST=WORKERS),
    row(_DOCUMENT + "withdrawal/", "document_withdrawal", "assigned", "others",
        GET=WORKERS, POST=WORKERS),
    row(_DOCUMENT + "seen-by/", "document_seen_by", "assigned", "others", GET=WORKERS,
        POST=WORKERS),
    row(_DOCUMENT + "return/", "document_return", "assigned", "others", POST=WORKERS),
    row(_DOCUMENT + "identity/", "document_identity", "assigned", "others", POST=WORKERS),
    row(_DOCUMENT + "redaction/", "document_redaction", "assigned", "others",
        GET=WORKERS, POST=WORKERS),
    row(_CASE + "redactions/", "case_redactions", *TYPICAL, GET=WORKERS),
    row(_CASE + "people/", "case_people", *TYPICAL, GET=READERS),
    row(_CASE + "identity/", "show_identity", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "access/", "case_access", *TYPICAL, GET=case("supervisors"),
        POST=case("supervisors")),
    row(_CASE + "access/<uuid:organisation>/end/", "case_access_end", "assigned",
        POST=case("supervisors")),
    row(_CASE + "keeping/", "case_keeping", *TYPICAL, GET=case("supervisors")),
    row(_CASE + "keeping/hold/", "case_hold", *TYPICAL, POST=case("supervisors")),
    row(_CASE + "keeping/hold/lifting/", "case_hold_lifting", *TYPICAL, POST=case("supervisors")),
    row(_CASE + "keeping/erasure/", "case_erasure", *TYPICAL, POST=case("supervisors")),
    row(_CASE + "keeping/erasure/agreement/", "case_erasure_agreement", *TYPICAL,
        POST=case("supervisors")),
    row(_CASE + "keeping/erasure/refusal/", "case_erasure_refusal", *TYPICAL,
        POST=case("supervisors")),
    row(_CASE + "keeping/erasure/withdrawal/", "case_erasure_withdrawal", *TYPICAL,
        POST=case("supervisors")),
    row(_CASE + "matters/", "case_matters", *TYPICAL, GET=WORKERS),
    row(_CASE + "matters/new/", "case_matter_new", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "matters/<uuid:matter>/", "case_matter", "assigned", GET=WORKERS),
    row(_MATTER + "hearing/", "case_hearing", "assigned", GET=WORKERS, POST=WORKERS),
    row(_MATTER + "hearings/<uuid:hearing>/", "case_hearing_result", "assigned", GET=WORKERS,
        POST=WORKERS),
    row(_CASE + "matters/<uuid:matter>/<slug:part>/", "case_matter_part", "assigned",
        GET=WORKERS, POST=WORKERS),
    row(_CASE + "handover/", "case_handover", *TYPICAL, GET=WORKERS),
    row(_API + _CASE + "handover/", "api_handover", *TYPICAL, GET=WORKERS),
    row(_CASE + "letters/", "case_letters", *TYPICAL, GET=WORKERS),
    row(_CASE + "letters/new/<slug:template>/", "case_letter_new", "made",
        GET=WORKERS, POST=WORKERS),
    row(_CASE + "letters/<uuid:letter>/", "case_letter", "made", GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "letters/", "api_letters", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "letters/preview/", "api_letter_preview", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "letters/<uuid:letter>/", "api_case_letter", "made", GET=WORKERS),
    row(_API + _CASE + "letters/<uuid:letter>/giving/", "api_letter_giving", "made",
        POST=WORKERS),
    row(_CASE + "court/", "case_court", *TYPICAL, GET=WORKERS),
    row(_CASE + "court/new/", "case_court_new", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "court/<uuid:court>/", "case_court_bundle", "others",
        GET=WORKERS),
    row(_CASE + "court/<uuid:court>/answer/", "case_court_answer", "others",
        POST=case("supervisors")),
    row(_CASE + "court/<uuid:court>/recall/", "case_court_recall", "others",
        POST=WORKERS),
    row(_CASE + "court/<uuid:court>/archive/", "case_court_archive", "others",
        POST=WORKERS),
    row(_CASE + "questions/", "case_questions", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "questions/<uuid:question>/", "case_question", "assigned", GET=READERS,
        POST=READERS),
    row(_CASE + "questions/<uuid:question>/withdrawal/", "case_question_withdrawal", "assigned",
        POST=READERS),
    row(_CASE + "course/", "case_course", *TYPICAL, GET=READERS),
    row(_CASE + "course/suspension/", "case_suspension", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "course/suspension/keep/", "case_keep_suspended", *TYPICAL, GET=READERS,
        POST=READERS),
    row(_CASE + "course/suspension/end/", "case_resumption", *TYPICAL, POST=READERS),
    row(_CASE + "course/withdrawal/", "case_withdrawal", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "course/closure/", "case_closure", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "course/closure/reopening/", "case_reopening", *TYPICAL, GET=READERS,
        POST=READERS),
    row(_CASE + "course/authority/", "case_authority_functions", *TYPICAL, POST=WORKERS),
    row(_CASE + "course/disqualification/", "case_disqualification", *TYPICAL, GET=WORKERS),
    row(_CASE + "course/disqualification/<slug:move>/", "case_disqualification_step",
        "assigned", GET=WORKERS, POST=WORKERS),
    row(_CASE + "course/look/", "case_look_asking", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "course/look/<uuid:look>/", "case_look", "made", GET=case("supervisors"),
        POST=case("supervisors")),
    row(_MATTER + "notices/new/", "case_notice_new", "assigned", GET=WORKERS, POST=WORKERS),
    row(_MATTER + "notices/<uuid:notice>/", "case_notice", "assigned",
        GET=WORKERS, POST=WORKERS),
    row(_MATTER + "notices/<uuid:notice>/recall/", "case_notice_recall", "assigned",
        POST=WORKERS),
    row(_CASE + "removals/new/", "case_removal_new", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "removals/<uuid:removal>/", "case_removal", "assigned",
        GET=WORKERS, POST=WORKERS),
    row(_CASE + "links/", "case_links", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "links/<uuid:link>/", "case_link", "made", GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "links/", "api_links", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "links/<uuid:link_id>/", "api_link", "made",
        renamed={"link_id": "link"}, GET=WORKERS),
    row(_API + _CASE + "links/<uuid:link_id>/end/", "api_link_end", "made",
        renamed={"link_id": "link"}, POST=WORKERS),
    row(_CASE + "transfer/", "case_transfer", *TYPICAL, GET=case("supervisors"),
        POST=case("supervisors")),
    row(_CASE + "transfer/<uuid:transfer>/withdrawal/", "case_transfer_withdrawal", "made",
        POST=case("supervisors")),
    row("transfers/", "transfers", GET=role(*SUPERVISORS)),
    row("transfers/<uuid:transfer>/", "offered_transfer", "offered", GET=OFFERED, POST=OFFERED),
    row(_API + _CASE + "transfers/", "api_case_transfers", *TYPICAL, GET=case("supervisors"),
        POST=case("supervisors")),
    row(_API + _CASE + "transfers/<uuid:transfer_id>/withdrawal/",
        "api_case_transfer_withdrawal", "made", renamed={"transfer_id": "transfer"},
        POST=case("supervisors")),
    row(_API + "transfers/", "api_transfers", GET=role(*SUPERVISORS)),
    row(_API + "transfers/<uuid:transfer_id>/", "api_transfer", "offered",
        renamed={"transfer_id": "transfer"}, GET=OFFERED),
    row(_API + "transfers/<uuid:transfer_id>/answer/", "api_transfer_answer", "offered",
        renamed={"transfer_id": "transfer"}, POST=OFFERED),
    row("notices/", "notices", GET=role(*LIAISONS)),
    row("notices/<uuid:notice>/", "received_notice", "noticed", GET=NOTICED, POST=NOTICED),
    row(_CASE + "sharing/", "case_bundles", *TYPICAL, GET=WORKERS),
    row(_CASE + "sharing/new/", "case_share", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "htcds/", "case_htcds", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "sharing/<uuid:bundle>/", "case_bundle", "others", GET=WORKERS, POST=WORKERS),
    row(_CASE + "packs/", "case_packs", *TYPICAL, GET=WORKERS),
    row(_CASE + "packs/new/", "case_pack_new", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "packs/<uuid:pack>/", "case_pack", "others", GET=WORKERS, POST=WORKERS),
    row(_CASE + "received/", "case_received", *TYPICAL, GET=READERS),
    row(_CASE + "contact/", "case_contact", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "contact/named/", "case_nominee", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "contact/named/end/", "case_nominee_end", *TYPICAL, POST=READERS),
    row(_CASE + "cooperation/", "case_cooperation", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "cooperation/withdrawal/", "case_cooperation_withdrawal", *TYPICAL, POST=WORKERS),
    row(_CASE + "consents/new/", "case_consent", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "consents/<uuid:consent>/withdrawal/", "case_consent_withdrawal", "others",
        GET=WORKERS, POST=WORKERS),
    row("shared/", "shared", GET=role(*RECEIVERS)),
    row("shared/<uuid:bundle>/", "shared_bundle", "shared", GET=SHARED),
    row("shared/<uuid:bundle>/documents/<uuid:document>/", "shared_file", "shared", GET=SHARED),
    row("registers/", "registers", GET=role("lead"), POST=role("lead")),
    row("registers/<uuid:register>/", "register", "register", GET=OUR_REGISTER, POST=OUR_REGISTER),
    row("registers/<uuid:register>/mapping/", "register_mapping", "register",
        GET=OUR_REGISTER, POST=OUR_REGISTER),
    row("registers/<uuid:register>/rows/", "register_rows", "register",
        GET=OUR_REGISTER, POST=OUR_REGISTER),
    row("cover/", "covers", GET=role(*CASEWORKERS, *SUPERVISORS),
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row("cover/<uuid:cover>/end/", "cover_end", "cover", POST=COVER),
    row("emergency/", "emergency", GET=role(*CASEWORKERS, *SUPERVISORS),
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row("emergency/reviews/", "emergency_reviews", GET=role(*SUPERVISORS)),
    row(_CASE + "emergencies/", "case_emergencies", *TYPICAL, GET=case("supervisors")),
    row(_CASE + "emergencies/<uuid:emergency>/", "case_emergency", "queue",
        GET=case("supervisors"), POST=case("supervisors")),
    row(_CASE + "emergencies/<uuid:emergency>/end/", "case_emergency_end", "queue",
        POST=case("supervisors")),
    row(_CASE + "confidentiality/", "case_confidentiality", *TYPICAL, GET=case("supervisors"),
        POST=case("supervisors")),
    row(_CASE + "exclusions/", "case_exclusions", *TYPICAL, GET=case("supervisors"),
        POST=case("supervisors")),
    row(_CASE + "exclusions/<uuid:exclusion>/lifting/", "case_exclusion_lifting", "assigned",
        GET=case("supervisors"), POST=case("supervisors")),
    row(_CASE + "merging/", "case_merging", *TYPICAL, GET=TRIAGE, POST=TRIAGE),
    row(_CASE + "merging/<uuid:merging>/decision/", "case_merging_decision", "queue",
        POST=TRIAGE),
    row(_CASE + "merging/<uuid:merging>/undoing/", "case_merging_undoing", "queue", POST=TRIAGE),
    row(_CASE + "conflict/", "case_conflict", *TYPICAL, GET=READERS, POST=READERS),
    row(_CASE + "risk/", "case_risk", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CASE + "risk/<slug:step>/", "assessment_add", "assigned", GET=WORKERS, POST=WORKERS),
    row("risk-reviews/", "risk_reviews", GET=role(*CASEWORKERS, *SUPERVISORS)),
    row(_API + _CASE + "assessments/", "api_assessments", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "assessments/review/", "api_assessment_review", *TYPICAL, POST=WORKERS),
    row(_API + "risk-reviews/", "api_risk_reviews", GET=role(*CASEWORKERS, *SUPERVISORS)),
    row(_CHILD, "case_child", *TYPICAL, GET=WORKERS),
    row(_CHILD + "adulthood/", "case_adulthood", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_CHILD + "new/<slug:kind>/", "child_record_new", "assigned", GET=WORKERS, POST=WORKERS),
    row(_CHILD + "records/<uuid:record>/", "child_record", "assigned", GET=WORKERS, POST=WORKERS),
    row(_API + _CHILD + "records/", "api_child_records", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CHILD + "records/<uuid:record_id>/", "api_child_record", "assigned",
        renamed={"record_id": "record"}, PUT=WORKERS),
    row(_API + _CHILD + "adulthood/", "api_adulthood", *TYPICAL, GET=WORKERS, PUT=WORKERS),
    row(_PLAN, "case_plan", *TYPICAL, GET=WORKERS),
    row(_PLAN + "new/<slug:plan_kind>/", "plan_new", "assigned", GET=WORKERS, POST=WORKERS),
    row(_PLAN + "<uuid:plan_item>/", "plan_item", "assigned", GET=WORKERS),
    row(_PLAN + "<uuid:plan_item>/<slug:plan_step>/", "plan_step", "assigned", GET=WORKERS,
        POST=WORKERS),
    row(_API + _PLAN, "api_plan", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _PLAN + "<uuid:plan_item_id>/", "api_plan_item", "assigned",
        renamed={"plan_item_id": "plan_item"}, GET=WORKERS),
    row(_API + _PLAN + "<uuid:plan_item_id>/steps/", "api_plan_steps", "assigned",
        renamed={"plan_item_id": "plan_item"}, POST=WORKERS),
    row(_API + "plan-reviews/", "api_plan_due", GET=role(*CASEWORKERS, *SUPERVISORS)),
    row(_SHELTER, "case_shelter", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_SHELTER + "stays/<uuid:stay>/", "case_stay", "assigned", POST=WORKERS),
    row(_SHELTER + "stays/<uuid:stay>/transport/", "case_stay_transport", "assigned",
        POST=WORKERS),
    row(_SHELTER + "kept-from/", "case_avoidance", *TYPICAL, POST=WORKERS),
    row(_SHELTER + "kept-from/<uuid:avoidance>/lifting/", "case_avoidance_lift", "assigned",
        POST=WORKERS),
    row(_API + _SHELTER, "api_case_shelter", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _SHELTER + "stays/<uuid:stay_id>/", "api_case_stay", "assigned",
        renamed={"stay_id": "stay"}, POST=WORKERS),
    row(_API + _SHELTER + "stays/<uuid:stay_id>/transport/", "api_case_stay_transport",
        "assigned", renamed={"stay_id": "stay"}, PUT=WORKERS),
    row(_API + _SHELTER + "kept-from/", "api_case_avoidances", *TYPICAL, POST=WORKERS),
    row(_API + _SHELTER + "kept-from/<uuid:avoidance_id>/", "api_case_avoidance", "assigned",
        renamed={"avoidance_id": "avoidance"}, DELETE=WORKERS),
    row("shelters/", "shelters", GET=role(*CASEWORKERS, *SUPERVISORS, *HOUSES)),
    row("shelters/places/new/", "place_add", GET=role(*HOUSES), POST=role(*HOUSES)),
    row("shelters/places/<uuid:place>/", "place", "place", GET=REFERRED, POST=REFERRED),
    row("shelters/places/<uuid:place>/address/", "place_address", "place", POST=REFERRED),
    row("shelters/places/<uuid:place>/beds/<uuid:bed>/", "bed_use", "place", POST=REFERRED),
    row("shelters/places/<uuid:place>/beds/<uuid:bed>/emptied/", "bed_emptied", "place",
        POST=REFERRED),
    row("shelters/stays/<uuid:stay>/", "provided_stay", "place", POST=REFERRED),
    row(_API + "shelters/", "api_shelters", GET=role(*CASEWORKERS, *SUPERVISORS, *HOUSES)),
    row(_API + "shelters/places/", "api_places", POST=role(*HOUSES)),
    row(_API + "shelters/places/<uuid:place_id>/", "api_place", "place", renamed=_P,
        GET=REFERRED, POST=REFERRED),
    row(_API + "shelters/places/<uuid:place_id>/address/", "api_place_address", "place",
        renamed=_P, POST=REFERRED),
    row(_API + "shelters/places/<uuid:place_id>/beds/<uuid:bed_id>/", "api_bed_use", "place",
        renamed={**_P, "bed_id": "bed"}, PUT=REFERRED),
    row(_API + "shelters/places/<uuid:place_id>/beds/<uuid:bed_id>/emptied/", "api_bed_emptied",
        "place", renamed={**_P, "bed_id": "bed"}, POST=REFERRED),
    row(_API + "shelters/stays/<uuid:stay_id>/", "api_provided_stay", "place",
        renamed={"stay_id": "stay"}, POST=REFERRED),
    row(_SUPPORT, "case_support", *TYPICAL, GET=WORKERS),
    row("leaflets/<slug:profile>/<slug:age>/<slug:language>/", "leaflet", "leaflet",
        GET=SHEET_READERS),
    row(_API + "leaflets/<slug:profile>/<slug:age>/<slug:language>/", "api_leaflet", "leaflet",
        GET=SHEET_READERS),
    row(_API + _CASE + "leaflets/", "api_case_leaflets", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_SUPPORT + "leaflet/", "case_leaflet", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_SUPPORT + "services/new/", "service_add", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_SUPPORT + "services/<uuid:service>/", "service", "assigned", GET=WORKERS, POST=WORKERS),
    row(_SUPPORT + "services/<uuid:service>/end/", "service_end", "assigned", POST=WORKERS),
    row(_SUPPORT + "services/<uuid:service>/reason/", "service_reason", "assigned",
        POST=case("supervisors")),
    row("referred/", "referred", GET=role("provider", "far_provider")),
    row("referred/<uuid:service>/", "referred_person", "referred", GET=REFERRED, POST=REFERRED),
    row(_SESSIONS, "counselling", "referred", GET=REFERRED),
    row(_SESSIONS + "new/", "counselling_add", "referred", GET=REFERRED, POST=REFERRED),
    row(_SESSIONS + "<uuid:session>/", "counselling_session", "referred", GET=REFERRED,
        POST=REFERRED),
    row(_SESSIONS + "<uuid:session>/interpreter/", "counselling_interpreter", "referred",
        POST=REFERRED),
    row(_SESSIONS + "<uuid:session>/notes/", "counselling_notes", "referred", POST=REFERRED),
    row(_API + _OF_SERVICE, "api_counselling", "referred", renamed=_S, GET=REFERRED,
        POST=REFERRED),
    row(_API + _OF_SESSION, "api_counselling_session", "referred", renamed=_SS, GET=REFERRED),
    row(_API + _OF_SESSION + "outcome/", "api_counselling_outcome", "referred", renamed=_SS,
        POST=REFERRED),
    row(_API + _OF_SESSION + "interpreter/", "api_counselling_interpreter", "referred",
        renamed=_SS, POST=REFERRED),
    row(_API + _OF_SESSION + "notes/", "api_counselling_notes", "referred", renamed=_SS,
        POST=REFERRED),
    row(_API + _SERVICE + "sessions/", "api_service_sessions", "assigned", renamed=_S,
        GET=WORKERS),
    row(_API + _SERVICES, "api_services", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _SERVICE, "api_service", "assigned", renamed=_S, GET=WORKERS),
    row(_API + _SERVICE + "referral/", "api_service_referral", "assigned", renamed=_S,
        POST=WORKERS),
    row(_API + _SERVICE + "end/", "api_service_end", "assigned", renamed=_S, POST=WORKERS),
    row(_API + _SERVICE + "reason/", "api_service_reason", "assigned", renamed=_S,
        POST=case("supervisors")),
    row(_API + "referred/", "api_referred", GET=role("provider", "far_provider")),
    row(_API + "referred/<uuid:service_id>/", "api_referred_person", "referred", renamed=_S,
        GET=REFERRED),
    row(_API + "referred/<uuid:service_id>/answer/", "api_referred_answer", "referred", renamed=_S,
        POST=REFERRED),
    row("near/", "near_cases", GET=role(*OUTSIDERS)),
    row("near/<str:reference>/", "case_summary", "assigned", "made", "queue", "outer",
        GET=case("provider", "liaison")),
    row("near/<str:reference>/look/", "summary_look", "assigned", "made", "queue", "outer",
        GET=case("provider"), POST=case("provider")),
    row("reviews/", "reviews", GET=role(*SUPERVISORS)),
    row("dashboard/", "dashboard", GET=role(*SUPERVISORS)),
    row("dashboard/counts/", "counts", GET=role(*SUPERVISORS)),
    row("cases/find/", "find", GET=FINDERS, POST=FINDERS),
    row("people/find/", "find_person", GET=FINDERS, POST=FINDERS),
    row("cases/views/", "saved_views", GET=role(*CASEWORKERS, *SUPERVISORS),
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row("cases/views/<uuid:pk>/", "saved_view", "own_view", GET=MY_VIEW, POST=MY_VIEW),
    row("cases/views/<uuid:pk>/removal/", "saved_view_removal", "own_view", POST=MY_VIEW),
    row("audit/", "audit_trail", GET=role(*AUDITOR)),
    row("audit/staff/", "audit_staff", GET=role(*AUDITOR), POST=role(*AUDITOR)),
    row("staff/unusual/", "unusual_staff", GET=role(*SUPERVISORS)),
    row(_API + "unusual-access/", "api_unusual_staff", GET=role(*SUPERVISORS)),
    row("audit/unusual/", "anomalies", GET=role(*AUDITOR)),
    row("audit/unusual/<uuid:anomaly>/", "anomaly", "anomaly", GET=role(*AUDITOR),
        POST=role(*AUDITOR)),
    row(_API + "audit-anomalies/", "api_anomalies", GET=role(*AUDITOR)),
    row(_API + "audit-anomalies/<uuid:anomaly>/", "api_anomaly", "anomaly",
        GET=role(*AUDITOR), POST=role(*AUDITOR)),
    row(_API + "audit-events/", "api_audit_events", GET=role(*AUDITOR)),
    row(_API + "audit-staff/", "api_audit_staff", GET=role(*AUDITOR), POST=role(*AUDITOR)),
    row("cases/batch/", "batch", POST=role(*INTAKE, *SUPERVISORS)),
    row("cases/batch/<uuid:batch>/", "batch_result", "batch", GET=own("supervisor")),
    row("inbox/", "inbox", GET=EVERYBODY, POST=EVERYBODY),
    row("inbox/<uuid:item>/read/", "inbox_item_read", "item", POST=own("caseworker")),
)

SCREENING = (
    row(_ASSESSMENT, "workbench", *TYPICAL, "screening", GET=WORKERS),
    row(_ASSESSMENT + "screenings/", "screening_start", *TYPICAL, "screening", POST=WORKERS),
    row(_ASSESSMENT + "screenings/<uuid:screening>/", "screening", "screening", GET=WORKERS),
    row(_ASSESSMENT + "evidence/", "evidence_add", "screening", POST=WORKERS),
    row(_ASSESSMENT + "evidence/<uuid:evidence>/", "evidence", "screening",
        GET=WORKERS, POST=WORKERS),
    row(_ASSESSMENT + "evidence/<uuid:evidence>/indicators/", "evidence_links", "screening",
        query="?episode=1", POST=WORKERS),
    row(_ASSESSMENT + "episodes/", "episode_add", "screening", GET=WORKERS, POST=WORKERS),
    row(_ASSESSMENT + "episodes/<uuid:episode>/age/", "episode_age", "screening", POST=WORKERS),
    row(_ASSESSMENT + "episodes/<uuid:episode>/indicators/<str:code>/", "finding", "screening",
        renamed={"code": "indicator"}, GET=WORKERS, POST=WORKERS),
    row(_ASSESSMENT + "contradictions/", "contradiction_add", "screening",
        query="?first={evidence}", sends={"first": "{evidence}"}, GET=WORKERS, POST=WORKERS),
    row(_ASSESSMENT + "contradictions/<uuid:contradiction>/", "contradiction", "screening",
        POST=WORKERS),
    row(_ASSESSMENT + "completion/", "screening_completion", "screening",
        GET=WORKERS, POST=WORKERS),
)

DECISIONS = (
    row(_CASE + "decisions/", "decisions", *TYPICAL, "review", "made", GET=WORKERS),
    row(_CASE + "decisions/start/<slug:code>/", "decision_start", *TYPICAL,
        GET=WORKERS, POST=WORKERS),
    row(_DECISION, "decision", "draft_decision", "review", "made", "outer",
        GET=WORKERS, POST=WORKERS),
    row(_DECISION + "withdraw/", "decision_withdraw", "draft_decision", "made", POST=WORKERS),
    row(_DECISION + "review/", "decision_review", "review", "made", "outer",
        GET=case("supervisors"), POST=case("supervisors")),
    row(_DECISION + "letter/", "decision_letter", "made", GET=WORKERS),
    row(_DECISION + "serve/", "decision_serve", "made", GET=WORKERS, POST=WORKERS),
)

DEADLINES = (
    row(_CASE + "deadlines/", "deadlines", *TYPICAL, GET=READERS),
    row(_DEADLINE, "deadline", *TYPICAL, GET=READERS),
    row(_DEADLINE + "pause/", "deadline_pause", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_DEADLINE + "pause/keep/", "deadline_keep_paused", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_DEADLINE + "resume/", "deadline_resume", *TYPICAL, POST=WORKERS),
    row(_DEADLINE + "extend/", "deadline_extend", *TYPICAL, GET=WORKERS, POST=WORKERS),
)

STATISTICS = (
    row("statistics/", "statistics", GET=role(*AUDITOR)),
    row("statistics/epsilon/", "statistics_epsilon", GET=role(*AUDITOR)),
    row("statistics/<str:period>/", "statistics_release", "released", "not_released", "built",
        GET=role(*AUDITOR), POST=role(*AUDITOR)),
    row("statistics/<str:period>/approval/", "statistics_approval", "built",
        POST=role(*AUDITOR)),
    row("statistics/<str:period>/withholding/", "statistics_withholding", "built",
        POST=role(*AUDITOR)),
    row("statistics/<str:period>/attacks/", "statistics_attacks", "released",
        GET=role(*AUDITOR)),
    row("statistics/<str:period>/files/<str:kind>/", "statistics_file", "released_file",
        GET=role(*AUDITOR)),
    row("monitoring/", "monitoring", GET=role(*AUDITOR)),
    row("monitoring/<str:period>/", "monitoring_report", "published", GET=role(*AUDITOR)),
    row("monitoring/<str:period>/download/", "monitoring_download", "published",
        GET=role(*AUDITOR)),
)

REST = (
    row(_API + "account/", "api_account", GET=EVERYBODY),
    row(_API + "account/language/", "api_account_language", PUT=EVERYBODY),
    row(_API + "account/shortcuts/", "api_account_shortcuts", PUT=EVERYBODY),
    row(_API + "account/sessions/", "api_sessions", GET=EVERYBODY),
    row(_API + "account/sessions/<uuid:session_id>/", "api_session", "session",
        renamed={"session_id": "pk"}, DELETE=own("caseworker")),
    row(_API + "account/factors/", "api_factors", GET=EVERYBODY),
    row(_API + "account/tokens/", "api_tokens", GET=EVERYBODY),
    row(_API + "account/tokens/<uuid:token_id>/", "api_token", "token",
        renamed={"token_id": "pk"}, DELETE=own("caseworker")),
    row(_API + "administration/organisations/", "api_organisations", GET=ADMIN, POST=ADMIN),
    row(_API + "administration/organisations/<uuid:organisation_id>/", "api_organisation",
        "organisation", renamed={"organisation_id": "pk"}, GET=ADMIN, PUT=ADMIN),
    row(_API + "administration/organisations/<uuid:organisation_id>/opening/",
        "api_organisation_opening", "organisation", renamed={"organisation_id": "pk"}, POST=ADMIN),
    row(_API + "administration/organisations/<uuid:organisation_id>/accounts/",
        "api_organisation_accounts", "organisation", renamed={"organisation_id": "pk"},
        GET=ADMIN, POST=ADMIN),
    row(_API + "administration/accounts/<uuid:account_id>/", "api_administered_account",
        "account", renamed={"account_id": "pk"}, GET=ADMIN),
    row(_API + "administration/accounts/<uuid:account_id>/factors/reset/", "api_factors_reset",
        "account", renamed={"account_id": "pk"}, in_person=True, POST=ADMIN),
    row(_API + "administration/accounts/<uuid:account_id>/roles/", "api_account_roles",
        "account", renamed={"account_id": "pk"}, POST=ADMIN),
    row(_API + "administration/accounts/<uuid:account_id>/roles/<int:role_id>/",
        "api_account_role", "account", renamed={"account_id": "pk", "role_id": "role"},
        DELETE=ADMIN),
    row(_API + "administration/accounts/<uuid:account_id>/closure/", "api_account_closure",
        "account", renamed={"account_id": "pk"}, POST=ADMIN, DELETE=ADMIN),
    row(_API + "administration/requests/", "api_role_requests", GET=ADMIN),
    row(_API + "administration/requests/<uuid:request_id>/", "api_role_request", "role_request",
        renamed={"request_id": "pk"}, GET=ADMIN),
    row(_API + "administration/requests/<uuid:request_id>/confirmation/", "api_role_confirmation",
        "role_request", renamed={"request_id": "pk"}, in_person=True, POST=ADMIN),
    row(_API + "administration/requests/<uuid:request_id>/refusal/", "api_role_refusal",
        "role_request", renamed={"request_id": "pk"}, POST=ADMIN),
    row(_API + "administration/rights/", "api_rights", GET=ADMIN),
    row(_API + "inbox/", "api_inbox", GET=EVERYBODY),
    row(_API + "inbox/read/", "api_inbox_read", POST=EVERYBODY),

    row(_API + "prompt-sheet/", "api_prompt_sheet", GET=ALL_REFERRERS),
    row(_API + "drafts/", "api_drafts", GET=ALL_REFERRERS, POST=ALL_REFERRERS),
    row(_API + _API_DRAFT, "api_draft", "draft", renamed=_D, GET=OUR_TEAM, DELETE=OUR_TEAM),
    row(_API + _API_DRAFT, "api_draft", "their_draft", renamed=_D,
        GET=THEIR_TEAM, DELETE=THEIR_TEAM),
    row(_API + _API_DRAFT + "hand-over/", "api_draft_hand_over", "draft", renamed=_D,
        GET=OUR_TEAM, POST=OUR_TEAM),
    row(_API + _API_DRAFT + "sending/", "api_draft_sending", "draft", renamed=_D, absent=(),
        POST=ALL_REFERRERS),
    row(_API + _API_DRAFT + "pages/<slug:page>/", "api_draft_page", "draft", renamed=_D,
        PUT=OUR_TEAM),
    row(_API + _API_DRAFT + "pages/<slug:page>/items/", "api_draft_items", "draft_episode",
        renamed=_D, POST=OUR_TEAM),
    row(_API + _API_DRAFT + "pages/<slug:page>/items/<slug:item>/", "api_draft_item",
        "draft_episode", renamed=_D, PUT=OUR_TEAM, DELETE=OUR_TEAM),

    row(_API + "intake/", "api_intake", GET=role(*INTAKE, *SUPERVISORS)),
    row(_API + "near/", "api_near", GET=role(*OUTSIDERS)),
    row(_API + "near/<str:reference>/", "api_summary", "assigned", "made", "queue", "outer",
        GET=case("provider", "liaison")),
    row(_API + _CASE + "referrals/", "api_case_referrals", *TYPICAL, GET=READERS),
    row(_API + _CASE + "people/", "api_case_people", *TYPICAL, GET=READERS),
    row(_API + _CASE + "tasks/", "api_case_tasks", *TYPICAL, GET=READERS),
    row(_API + _CASE + "tasks/<str:code>/", "api_case_task", "queue", renamed={"code": "task"},
        PUT=READERS),
    row(_API + "people/search/", "api_person_search", POST=FINDERS),
    row(_API + _CASE + "duplicates/", "api_duplicates", *TYPICAL, GET=TRIAGE),
    row(_API + _CASE + "keeping/", "api_keeping", *TYPICAL, GET=case("supervisors")),
    row(_API + _CASE + "hold/", "api_hold", *TYPICAL, POST=case("supervisors")),
    row(_API + _CASE + "hold/lifting/", "api_hold_lifting", *TYPICAL, POST=case("supervisors")),
    row(_API + _CASE + "erasure/", "api_erasure", *TYPICAL, POST=case("supervisors")),
    row(_API + _CASE + "erasure/decision/", "api_erasure_decision", *TYPICAL,
        POST=case("supervisors")),
    row(_API + _CASE + "access/", "api_case_access", *TYPICAL,
        GET=case("supervisors"), POST=case("supervisors")),
    row(_API + _CASE + "access/people/", "api_case_access_people", *TYPICAL,
        GET=case("supervisors")),
    row(_API + _CASE + "access/people/<uuid:person>/", "api_case_access_person", "assigned",
        GET=case("supervisors")),
    row(_API + _CASE + "access/log/", "api_case_access_log", *TYPICAL, GET=case("supervisors")),
    row(_API + _CASE + "access/log/people/", "api_case_lookers", *TYPICAL,
        GET=case("supervisors")),
    row(_API + _CASE + "access/<uuid:organisation_id>/", "api_case_access_end", "assigned",
        renamed={"organisation_id": "organisation"}, DELETE=case("supervisors")),
    row(_API + _CASE + "matters/", "api_case_matters", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "matters/to-ask/", "api_matters_to_ask", *TYPICAL, GET=WORKERS),
    row(_API + _CASE + "matters/<uuid:matter_id>/", "api_case_matter", "assigned",
        renamed={"matter_id": "matter"}, GET=WORKERS, PATCH=WORKERS),
    row(_API + _HEARINGS, "api_matter_hearings", "assigned", renamed=_OF_HEARING, GET=WORKERS,
        POST=WORKERS),
    row(_API + _HEARINGS + "<uuid:hearing_id>/", "api_matter_hearing", "assigned",
        renamed=_OF_HEARING, POST=WORKERS),
    row(_API + _NOTICES, "api_matter_notices", "assigned", renamed=_OF_NOTICE,
        GET=WORKERS, POST=WORKERS),
    row(_API + _NOTICES + "preview/", "api_matter_notice_preview", "assigned",
        renamed=_OF_NOTICE, GET=WORKERS),
    row(_API + _NOTICES + "<uuid:notice_id>/recall/", "api_matter_notice_recall", "assigned",
        renamed=_OF_NOTICE, POST=WORKERS),
    row(_API + _NOTICES + "<uuid:notice_id>/answer/", "api_matter_notice_answer", "assigned",
        renamed=_OF_NOTICE, POST=WORKERS),
    row(_API + _CASE + "removals/", "api_removals", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "removals/<uuid:removal_id>/", "api_removal", "assigned",
        renamed={"removal_id": "removal"}, PUT=WORKERS),
    row(_API + "notices/", "api_notices", GET=role(*LIAISONS)),
    row(_API + "notices/<uuid:notice_id>/", "api_notice", "noticed", GET=NOTICED),
    row(_API + "notices/<uuid:notice_id>/answer/", "api_notice_answer", "noticed", POST=NOTICED),
    row(_API + _CASE + "bundles/", "api_case_bundles", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "htcds/preview/", "api_case_htcds_preview", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "htcds/", "api_case_htcds", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "bundles/preview/", "api_case_bundle_preview", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "bundles/<uuid:bundle_id>/", "api_case_bundle", "others",
        renamed={"bundle_id": "bundle"}, GET=WORKERS),
    row(_API + _CASE + "bundles/<uuid:bundle_id>/recall/", "api_case_bundle_recall", "others",
        renamed={"bundle_id": "bundle"}, POST=WORKERS),
    row(_API + _CASE + "contact/", "api_case_contact", *TYPICAL, POST=READERS),
    row(_API + _CASE + "contact/named/", "api_nominees", *TYPICAL, GET=READERS, POST=READERS),
    row(_API + _CASE + "contact/named/end/", "api_nominee_end", *TYPICAL, POST=READERS),
    row(_API + _CASE + "cooperation/", "api_cooperation", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _CASE + "cooperation/withdrawal/", "api_cooperation_withdrawal", *TYPICAL,
        POST=WORKERS),
    row(_API + _CASE + "consents/", "api_case_consents", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "consents/<uuid:consent_id>/withdrawal/", "api_case_consent_withdrawal",
        "others", renamed={"consent_id": "consent"}, POST=WORKERS),
    row(_API + "shared/", "api_shared", GET=role(*RECEIVERS)),
    row(_API + "shared/<uuid:bundle_id>/", "api_shared_bundle", "shared",
        renamed={"bundle_id": "bundle"}, GET=SHARED),
    row(_API + "shared/<uuid:bundle_id>/documents/<uuid:document_id>/", "api_shared_file", "shared",
        renamed={"bundle_id": "bundle", "document_id": "document"}, GET=SHARED),
    row(_API + "covers/", "api_covers", GET=role(*CASEWORKERS, *SUPERVISORS),
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row(_API + "covers/<uuid:cover_id>/end/", "api_cover_end", "cover",
        renamed={"cover_id": "cover"}, POST=COVER),
    row(_API + "emergencies/", "api_emergencies", GET=role(*CASEWORKERS, *SUPERVISORS)),
    row(_API + "emergencies/opening/", "api_emergency_opening", in_person=True,
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row(_API + "emergencies/to-review/", "api_emergencies_to_review", GET=role(*SUPERVISORS)),
    row(_API + _CASE + "emergencies/", "api_case_emergencies", *TYPICAL,
        GET=case("supervisors")),
    row(_API + _CASE + "emergencies/<uuid:emergency_id>/", "api_case_emergency", "queue",
        renamed={"emergency_id": "emergency"}, GET=case("supervisors"), PUT=case("supervisors")),
    row(_API + _CASE + "emergencies/<uuid:emergency_id>/end/", "api_case_emergency_end", "queue",
        renamed={"emergency_id": "emergency"}, POST=case("supervisors")),
    row(_API + _CASE + "confidentiality/", "api_case_confidentiality", *TYPICAL,
        GET=case("supervisors"), PUT=case("supervisors")),
    row(_API + _CASE + "exclusions/", "api_case_exclusions", *TYPICAL,
        GET=case("supervisors"), POST=case("supervisors")),
    row(_API + _CASE + "exclusions/<uuid:exclusion_id>/lifting/", "api_case_exclusion_lifting",
        "assigned", renamed={"exclusion_id": "exclusion"}, POST=case("supervisors")),
    row(_API + _CASE + "court-bundles/", "api_court_bundles", *TYPICAL, GET=WORKERS,
        POST=WORKERS),
    row(_API + _CASE + "court-bundles/preview/", "api_court_preview", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "court-bundles/<uuid:court>/", "api_court_bundle", "others",
        GET=WORKERS),
    row(_API + _CASE + "court-bundles/<uuid:court>/answer/", "api_court_answer", "others",
        POST=case("supervisors")),
    row(_API + _CASE + "court-bundles/<uuid:court>/recall/", "api_court_recall", "others",
        POST=WORKERS),
    row(_API + _CASE + "court-bundles/<uuid:court>/archive/", "api_court_archive", "others",
        POST=WORKERS),
    row(_API + _CASE + "questions/", "api_questions", *TYPICAL, GET=READERS, POST=READERS),
    row(_API + _CASE + "questions/<uuid:question>/answer/", "api_question_answer", "assigned",
        POST=READERS),
    row(_API + _CASE + "questions/<uuid:question>/withdrawal/", "api_question_withdrawal",
        "assigned", POST=READERS),
    row(_API + _CASE + "course/", "api_case_course", *TYPICAL, GET=READERS),
    row(_API + _CASE + "suspension/", "api_case_suspension", *TYPICAL, POST=READERS),
    row(_API + _CASE + "suspension/keep/", "api_case_keep_suspended", *TYPICAL, POST=READERS),
    row(_API + _CASE + "suspension/end/", "api_case_resumption", *TYPICAL, POST=READERS),
    row(_API + _CASE + "withdrawal/", "api_case_withdrawal", *TYPICAL, POST=READERS),
    row(_API + _CASE + "closure/", "api_case_closure", *TYPICAL, POST=READERS),
    row(_API + _CASE + "closure/reopening/", "api_case_reopening", *TYPICAL, POST=READERS),
    row(_API + _CASE + "disqualifications/", "api_case_disqualifications", *TYPICAL,
        GET=WORKERS, POST=WORKERS),
    row(_API + _GONE + "withdrawal/", "api_disqualification_withdrawal", "assigned",
        POST=WORKERS),
    row(_API + _GONE + "told/", "api_disqualification_told", "assigned",
        POST=WORKERS),
    row(_API + _GONE + "answer/", "api_disqualification_answer", "assigned",
        POST=WORKERS),
    row(_API + _GONE + "decision/", "api_disqualification_decision", "assigned",
        POST=case("supervisors")),
    row(_API + _GONE + "served/", "api_disqualification_served", "assigned",
        POST=WORKERS),
    row(_API + _GONE + "look/", "api_disqualification_look", "assigned",
        POST=WORKERS),
    row(_API + _GONE + "look/answer/", "api_disqualification_look_answer", "assigned",
        POST=case("supervisors")),
    row(_API + _CASE + "reconsiderations/", "api_case_reconsiderations", *TYPICAL, POST=READERS),
    row(_API + _CASE + "reconsiderations/<uuid:look>/answer/", "api_case_reconsideration_answer",
        "made", POST=case("supervisors")),
    row(_API + "near/<str:reference>/reconsiderations/", "api_near_reconsiderations", "assigned",
        "made", "queue", "outer", POST=case("provider")),
    row(_API + "referrals/<str:receipt>/provisional/", "api_referral_provisional", "assigned",
        GET=OUR_TEAM, POST=OUR_LEAD),
    row(_API + "referrals/<str:receipt>/provisional/still/", "api_referral_provisional_still",
        "assigned", POST=OUR_LEAD),
    row(_API + _CASE + "provisional/authority/", "api_case_authority_functions", *TYPICAL,
        POST=WORKERS),
    row(_API + "referrals/<str:receipt>/reconsiderations/", "api_referral_reconsiderations",
        "assigned", POST=OUR_TEAM),
    row(_API + "referrals/<str:receipt>/reconsiderations/", "api_referral_reconsiderations",
        "others", POST=THEIR_TEAM),
    row(_API + _CASE + "merging/", "api_case_merging", *TYPICAL, GET=TRIAGE, POST=TRIAGE),
    row(_API + _CASE + "merging/<uuid:merging>/decision/", "api_case_merging_decision", "queue",
        POST=TRIAGE),
    row(_API + _CASE + "merging/<uuid:merging>/undoing/", "api_case_merging_undoing", "queue",
        POST=TRIAGE),
    row(_API + _CASE + "conflict/", "api_case_conflict", *TYPICAL, POST=READERS),
    row(_API + _DECISION + "letter/", "api_letter", "made", GET=WORKERS),
    row(_API + _SCREENING + "episodes/<uuid:episode>/age/", "api_screening_age", "screening",
        PUT=WORKERS),
    row(_API + "statistics/", "api_statistics", GET=role(*AUDITOR)),
    row(_API + "statistics/<str:period>/", "api_statistics_release", "released",
        GET=role(*AUDITOR)),
    row(_API + "statistics/<str:period>/files/<str:kind>/", "api_statistics_file", "released_file",
        GET=role(*AUDITOR)),
    row(_API + "monitoring/<str:period>/", "api_monitoring_report", "published",
        GET=role(*AUDITOR)),

    row(_API + "schema/", "api_schema", GET=PUBLIC),
    row(_API + "cases/", "api_cases", GET=EVERYBODY),  # everybody their own: most have none
    row(_API + "cases/search/", "api_case_search", POST=FINDERS),
    row(_API + "worklist-views/", "api_saved_views", GET=role(*CASEWORKERS, *SUPERVISORS),
        POST=role(*CASEWORKERS, *SUPERVISORS)),
    row(_API + "worklist-views/<uuid:pk>/", "api_saved_view", "own_view",
        PATCH=MY_VIEW, DELETE=MY_VIEW),
    row(_API + _CASE, "api_case", *EVERY_CASE, GET=READERS),
    row(_API + _CASE + "assignment/", "api_case_assignment", *TYPICAL, GET=TRIAGE, POST=TRIAGE),
    row(_API + _CASE + "disclosures/", "api_case_disclosures", *TYPICAL, POST=WORKERS),
    row(_API + _CASE + "notes/", "api_case_notes", *TYPICAL, GET=READERS, POST=READERS),
    row(_API + _CASE + "documents/", "api_documents", *TYPICAL, GET=WORKERS, POST=WORKERS),
    row(_API + _DOCUMENT, "api_document", "assigned", "others", GET=WORKERS),
    row(_API + _DOCUMENT + "file/", "api_document_file", "assigned", "others", GET=WORKERS,
        POST=WORKERS),
    row(_API + _DOCUMENT + "identity/", "api_document_identity", "assigned", "others",
        POST=WORKERS),
    row(_API + _DOCUMENT + "redactions/", "api_document_redaction", "assigned", "others",
        POST=WORKERS),
    row(_API + _CASE + "redactions/", "api_redactions", *TYPICAL, GET=WORKERS),
    row(_API + _DOCUMENT + "seen-by/", "api_document_seen_by", "assigned", "others", PUT=WORKERS),
    row(_API + _DOCUMENT + "withdrawal/", "api_document_withdrawal", "assigned", "others",
        POST=WORKERS, DELETE=WORKERS),
    row(_API + _CASE + "timeline/", "api_case_timeline", *TYPICAL, GET=READERS),
    row(_API + "reviews/", "api_reviews", GET=role(*SUPERVISORS)),
    row(_API + "dashboard/", "api_dashboard", GET=role(*SUPERVISORS)),
    row(_API + "batches/", "api_batches", POST=role(*INTAKE, *SUPERVISORS)),
    row(_API + "batches/<uuid:batch>/", "api_batch", "batch",
        GET=Says(("supervisor",), hidden_from=(*INTAKE, *SUPERVISORS))),
    row(_API + "referrals/", "api_referrals", GET=ALL_REFERRERS, POST=ALL_REFERRERS),
    row(_API + "referrals/<str:receipt>/", "api_referral", "assigned", "notify", GET=OUR_TEAM),
    row(_API + "referrals/<str:receipt>/", "api_referral", "others", GET=THEIR_TEAM),
    row(_API + "referral-form/", "api_referral_form", GET=ALL_REFERRERS),
    row(_API + "webhook-cases/<uuid:handle>/", "api_webhook_case", "webhook_case",
        GET=own(*INTAKE, *OUR_SUPERVISORS, "caseworker")),
    row(_API + "intake/home-office/", "api_home_office", POST=ALL_REFERRERS),
    row(_API + "intake/htcds/", "api_htcds_intake", POST=ALL_REFERRERS),

    row(_API + _SCREENINGS, "api_screenings", *TYPICAL, "screening", GET=WORKERS, POST=WORKERS),
    row(_API + _SCREENING, "api_screening", "screening", GET=WORKERS),
    row(_API + _SCREENING + "evidence/", "api_screening_evidence", "screening", POST=WORKERS),
    row(_API + _SCREENING + "evidence/<uuid:evidence>/", "api_screening_item", "screening",
        PUT=WORKERS),
    row(_API + _SCREENING + "episodes/", "api_screening_episodes", "screening", POST=WORKERS),
    row(_API + _SCREENING + "episodes/<uuid:episode>/indicators/<str:code>/",
        "api_screening_finding", "screening", renamed={"code": "indicator"},
        PUT=WORKERS, DELETE=WORKERS),
    row(_API + _SCREENING + "contradictions/", "api_screening_contradictions", "screening",
        POST=WORKERS),
    row(_API + _SCREENING + "contradictions/<uuid:contradiction>/", "api_screening_contradiction",
        "screening", PUT=WORKERS),
    row(_API + _SCREENING + "completion/", "api_screening_completion", "screening", POST=WORKERS),

    row(_API + _CASE + "decisions/", "api_decisions", *TYPICAL, "made", GET=WORKERS, POST=WORKERS),
    row(_API + _DECISION, "api_decision", "draft_decision", "review", "made", "outer",
        GET=WORKERS, PUT=WORKERS),
    row(_API + _DECISION + "submission/", "api_decision_submission", "draft_decision", "outer",
        POST=WORKERS),
    row(_API + _DECISION + "withdrawal/", "api_decision_withdrawal", "draft_decision", "outer",
        POST=WORKERS),
    row(_API + _DECISION + "review/", "api_decision_review", "review", "outer",
        POST=case("supervisors")),
    row(_API + _DECISION + "verdict/", "api_decision_verdict", "review", "outer",
        POST=case("supervisors")),
    row(_API + _DECISION + "service/", "api_decision_service", "made", POST=WORKERS),

    row(_API + _CASE + "deadlines/", "api_deadlines", *TYPICAL, GET=READERS),
    row(_API + _DEADLINE, "api_deadline", *TYPICAL, GET=READERS),
    row(_API + _DEADLINE + "pause/", "api_deadline_pause", *TYPICAL, POST=WORKERS),
    row(_API + _DEADLINE + "pause/keep/", "api_deadline_keep_paused", *TYPICAL, POST=WORKERS),
    row(_API + _DEADLINE + "resumption/", "api_deadline_resumption", *TYPICAL, POST=WORKERS),
    row(_API + _DEADLINE + "extension/", "api_deadline_extension", *TYPICAL, POST=WORKERS),
)
# fmt: on

TABLE: tuple[Row, ...] = (
    *ACCOUNTS,
    *REFERRALS,
    *CASES,
    *SCREENING,
    *DECISIONS,
    *DEADLINES,
    *STATISTICS,
    *REST,
)
