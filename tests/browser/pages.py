"""Every page that a person can meet: who opens it, where in the scene, and what is then sent from
it, so that the pages with errors are met too.

A route that answers with a page and stands in none of these lines fails the suite.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from cases.rules.referral_form import form_for
from nrm.profiles import load_profile


@dataclass(frozen=True)
class Sent:
    """What is sent from a page: the form of a button, or to another address of the same place.

    `emptied` unticks and clears whatever can be filled in; then `values` are put in and `ticked`
    ticked. The answer is
    a page with `status`.
    """

    button: str = "main form[method=post] :is(button:not([type]), [type=submit])"
    to: str = ""
    values: dict[str, str] = field(default_factory=dict)
    emptied: bool = False
    ticked: str = ""  # checkboxes, by a selector
    status: int = 422
    said: str = "empty"  # for the name of the test


@dataclass(frozen=True)
class Page:
    """One page as one person meets it. `name` is that of its route."""

    name: str
    who: str  # a user of the scene, or "" for somebody who has not signed in
    place: str = ""
    query: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    status: int = 200
    sent: tuple[Sent, ...] = ()
    path: str = ""  # where there is no route
    fails_with: type[Exception] | None = None

    def __str__(self) -> str:
        more = [*self.arguments.values(), self.place, self.query.partition("=")[0].strip("?")]
        return "-".join(part for part in (self.who or "anybody", self.name, *more) if part)


EMPTY = Sent(emptied=True)
# Some pages show their errors with 200.
EMPTY_200 = Sent(emptied=True, status=200)
# The first form of the account page chooses the language.
TOKEN_BUTTON = 'main form[method=post]:has([name="label"]) button'


def everybody(name: str, *who: str, **more: Any) -> tuple[Page, ...]:
    return tuple(Page(name, one, **more) for one in who)


ROLES = (
    "responder",
    "lead",
    "intake",
    "caseworker",
    "supervisor",
    "provider",
    "liaison",
    "auditor",
    "administrator",
)

ACCOUNTS = (
    Page("sign_in", "", sent=(EMPTY_200,)),
    Page("welcome", "", "invited", sent=(EMPTY_200,)),
    Page("welcome", "", "welcome"),
    *everybody("account", *ROLES, "superuser"),
    *everybody("reference", "", "caseworker"),
    *everybody("reference_chapter", "", place="chapter"),
    Page(
        "account",
        "caseworker2",
        sent=(
            Sent(TOKEN_BUTTON, emptied=True, status=200),
            Sent(TOKEN_BUTTON, values={"label": "Desk"}, status=200, said="token made"),
        ),
    ),
    Page("confirmation", "caseworker", sent=(EMPTY_200,)),
    Page("factors", "caseworker2"),
    Page("factor_app", "supervisor2", sent=(EMPTY_200,)),
    Page("factor_passkey", "supervisor2", sent=(Sent(to="factor_passkey", said="no answer"),)),
    Page("password", "caseworker", sent=(EMPTY_200,)),
    Page(
        "factors",
        "caseworker",
        sent=(Sent(to="recovery_codes", status=200, said="new codes"),),
    ),
    Page("kept_texts", "caseworker"),
    Page("kept_texts", "supervisor"),
    Page("inbox", "caseworker", "kept", "?kept={pk}"),
    Page("neutral_page", ""),
    Page("administration", "administrator"),
    Page("organisation_add", "administrator", sent=(EMPTY_200,)),
    Page("organisation", "administrator", "organisation", sent=(EMPTY_200,)),
    Page(
        "account_add",
        "administrator",
        "organisation",
        sent=(
            EMPTY_200,
            Sent(
                values={
                    "display_name": "Quinn Adeyemi",
                    "email": "responder@example.org",
                    "role": "first_responder",
                },
                status=200,
                said="already here",
            ),
        ),
    ),
    Page(
        "administered_account",
        "administrator",
        "account",
        sent=(
            Sent("main [name=do][value=give]", emptied=True, status=200),
            Sent("main [name=do][value=reset_factor]", status=200, said="factor reset"),
        ),
    ),
    Page("role_requests", "administrator"),
    Page(
        "role_request",
        "administrator",
        "role_request",
        sent=(Sent("main [name=do][value=confirm]", status=200, said="confirmed"),),
    ),
    Page("correspondents", "administrator"),
    Page("correspondent_add", "administrator", sent=(EMPTY,)),
    Page(
        "correspondent",
        "administrator",
        "correspondent",
        sent=(Sent("main [name=do][value=confirm]", emptied=True),),
    ),
    Page("webhooks", "administrator"),
    Page("webhook_add", "administrator", sent=(EMPTY,)),
    Page("webhook", "administrator", "webhook"),
    Page("rights_table", "administrator"),
)

REFUSALS = (
    Page("no_such_page", "caseworker", path="/no/such/page/", status=404),
    Page("worklist", "responder", status=403),
    Page("home", "caseworker", fails_with=RuntimeError, status=500),
    Page(
        "account",
        "supervisor2",
        sent=(Sent(to="account", values={"csrfmiddlewaretoken": ""}, status=403, said="no token"),),
    ),
    Page(
        "decision",
        "caseworker",
        "made",
        sent=(Sent(to="decision_withdraw", said="refused"),),
    ),
    Page("sign_in", "", sent=(Sent(to="hide_screen", status=200, said="hidden"),)),
)


# Pages of the referral form that are refused when they are sent empty.
_NEEDED = {"who", "consent", "child_protection"}


def _form_pages() -> tuple[Page, ...]:
    """Each page of the referral form, in a draft where it is asked."""
    found = []
    for page in form_for(load_profile("uk")).pages:
        place = "full_draft"
        if page.code == "child_protection":
            place = "child_draft"
        elif page.code == "cooperation":
            place = "declined_draft"
        of = {"page": page.code}
        found.append(
            Page(
                "draft_page",
                "responder",
                place,
                arguments=of,
                sent=(EMPTY,) if page.code in _NEEDED else (),
            )
        )
        if page.part:
            found.append(Page("draft_item", "responder", f"full_draft_{page.part}", arguments=of))
    return tuple(found)


REFERRALS = (
    *everybody("referrals", "responder", "lead", "new_responder"),
    Page("referral_start", "responder", sent=(EMPTY,)),
    Page("prompt_sheet", "responder"),
    Page("htcds_import", "responder", sent=(EMPTY,)),
    *everybody("drafts", "responder", "new_responder"),
    *(
        Page(name, "responder", place)
        for place in ("full_draft", "child_draft", "declined_draft", "empty_draft")
        for name in ("draft", "draft_check")
    ),
    Page("draft", "responder2", "draft"),
    *_form_pages(),
    Page("draft_page", "responder", "empty_draft", arguments={"page": "episodes"}),
    Page("draft_page", "responder", "declined_draft", arguments={"page": "background"}),
    Page(
        "draft_page",
        "responder2",
        "full_draft",
        arguments={"page": "who"},
        sent=(
            Sent(
                values={"version": "0", "age_status": "adult", "jurisdiction": "scotland"},
                status=409,
                said="clash",
            ),
        ),
    ),
    Page("draft_hand_over", "responder", "full_draft", sent=(EMPTY,)),
    Page("draft_discard", "responder", "full_draft"),
    Page("referral", "responder", "assigned"),
    Page("referral", "lead", "notify"),
    Page("referral_receipt", "responder", "assigned"),
    Page("referral_receipt", "responder", "notify"),
)

CASES = (
    *everybody("intake_queue", "intake", "supervisor", "new_intake"),
    Page("triage", "intake", "queue", sent=(EMPTY,)),
    Page("triage", "supervisor", "assigned"),
    *everybody("dashboard", "supervisor", "new_supervisor"),
    *everybody("counts", "supervisor", "new_supervisor"),
    *everybody("worklist", "caseworker", "supervisor", "new_caseworker", "new_supervisor"),
    Page(
        "worklist",
        "supervisor2",
        sent=tuple(
            Sent(f"#batch [value={what}]", ticked=ticked, status=status, said=said)
            for what, ticked, status, said in (
                ("assign", "", 422, "none ticked"),
                ("assign", "[name=case]", 200, "to give"),
                ("remind", "[name=case]", 200, "to remind"),
            )
        ),
    ),
    Page("batch_result", "supervisor", "batch"),
    Page("worklist", "supervisor", query="?view=closed"),
    Page("worklist", "caseworker", query="?urgency=overdue&child=1&sort=received"),
    Page("worklist", "supervisor", query="?sort=stage"),
    Page(
        "find",
        "caseworker",
        sent=(
            EMPTY,
            Sent(values={"q": "a"}, status=200, said="found"),
            Sent(values={"q": "zzz"}, status=200, said="nothing"),
        ),
    ),
    Page("find", "intake"),
    Page(
        "saved_views",
        "supervisor",
        query="?view=team&urgency=overdue",
        sent=(EMPTY, Sent(values={"label": "Amara Okafor"}, said="a name")),
    ),
    Page("saved_views", "caseworker"),
    Page("saved_view", "caseworker", "own_view", sent=(EMPTY,)),
    *everybody("case", "intake", "caseworker", "supervisor", place="assigned"),
    Page(
        "case",
        "intake",
        "queue",
        sent=(Sent(to="case_tasks", values={"done": "no_such_task"}, said="tasks"),),
    ),
    Page("case", "supervisor", "queue"),
    Page("case", "intake", "notify"),
    *(
        Page("case", "caseworker", place)
        for place in ("screening", "draft_decision", "made", "completed")
    ),
    Page("case", "supervisor", "review"),
    Page(
        "case",
        "caseworker",
        "verdict",
        sent=(Sent('main form[action$="/notes/"] button', emptied=True, said="empty note"),),
    ),
    Page("case_referral", "caseworker", "assigned"),
    Page("case_referral", "intake", "notify"),
    Page("case_timeline", "caseworker", "made"),
    Page("case_timeline", "supervisor", "made", "?show=looks"),
    Page("case_notes", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_notes", "intake", "queue"),
    Page(
        "case_documents",
        "caseworker",
        "assigned",
        sent=(Sent('main form[action$="/documents/"] button', emptied=True),),
    ),
    Page("case_documents", "supervisor", "made"),
    Page("case_documents", "caseworker", "assigned", "?show=withdrawn"),
    Page("document_withdrawal", "caseworker", "assigned", sent=(EMPTY,)),
    Page("document_seen_by", "supervisor", "assigned", sent=(EMPTY,)),
    Page("document_file", "caseworker", "passport", sent=(EMPTY,)),
    Page("document_redaction", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_redactions", "caseworker2", "others"),
    Page("case_redactions", "supervisor", "made"),
    *(Page("case_people", "caseworker", place) for place in ("assigned", "made")),
    Page("case_people", "intake", "notify"),
    Page(
        "show_identity",
        "caseworker",
        "assigned",
        sent=(
            EMPTY,
            Sent(values={"purpose": "contact"}, status=200, said="shown"),
        ),
    ),
    Page(
        "case_access",
        "supervisor",
        "assigned",
        sent=(Sent('main form[action$="/access/"] button', emptied=True),),
    ),
    Page("find_person", "caseworker", sent=(EMPTY,)),
    Page("case_access", "supervisor", "assigned", "?log=identity"),
    Page(
        "case_keeping",
        "supervisor",
        "assigned",
        sent=(
            Sent('main form[action$="/hold/"] button', emptied=True, said="hold"),
            Sent('main form[action$="/erasure/"] button', emptied=True, said="erasure"),
        ),
    ),
    Page("case_matters", "caseworker", "assigned"),
    Page("case_matters", "supervisor", "queue"),
    Page("case_matter_new", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_matter", "caseworker", "assigned"),
    Page("case_matter_part", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_course", "caseworker", "assigned"),
    *(Page("case_course", "supervisor", place) for place in ("refused", "suspended", "left")),
    Page("case_suspension", "supervisor", "made", sent=(EMPTY,)),
    Page("case_withdrawal", "caseworker", "made", sent=(EMPTY,)),
    Page("case_closure", "supervisor", "refused", sent=(EMPTY,)),
    Page("case_reopening", "supervisor", "made", sent=(EMPTY,)),
    Page("case_look_asking", "caseworker", "refused", sent=(EMPTY,)),
    Page("case_look", "supervisor2", "made", sent=(EMPTY,)),
    Page("referral", "responder", "refused"),
    Page("referral", "responder", "left"),
    Page("referral_look", "responder", "refused", sent=(EMPTY,)),
    Page("referral_provisional", "palermo_lead", "presumable", sent=(EMPTY,)),
    Page("referral_provisional", "palermo_lead", "for_now", sent=(EMPTY,)),
    Page("referral_provisional", "responder", "assigned"),
    Page("case_course", "palermo_supervisor", "for_now"),
    Page("case_hearing", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_hearing_result", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_disqualification", "caseworker", "assigned"),
    Page("case_disqualification", "supervisor2", "disqualified"),
    *(
        Page("case_disqualification_step", who, place, arguments={"move": move}, sent=(EMPTY,))
        for who, place, move in (
            ("caseworker", "made", "proposal"),
            ("supervisor2", "proposed", "told"),
            ("supervisor2", "proposed", "answer"),
            ("supervisor2", "proposed", "decision"),
            ("supervisor2", "disqualified", "look-answer"),
            ("supervisor2", "disqualified", "look"),
        )
    ),
    Page("case_keep_suspended", "supervisor", "suspended", sent=(EMPTY,)),
    Page("case_summary", "provider", "refused"),
    Page("summary_look", "provider", "refused", sent=(EMPTY,)),
    Page("case_handover", "caseworker", "assigned"),
    Page("case_handover", "supervisor", "made"),
    Page("case_letters", "caseworker", "made"),
    Page("case_letters", "supervisor", "assigned"),
    Page("case_letter_new", "caseworker", "made", sent=(EMPTY,)),
    Page("case_letter", "caseworker", "made", sent=(EMPTY,)),
    Page("case_court", "caseworker2", "others"),
    Page("case_court", "supervisor", "made"),
    Page("case_court_new", "caseworker2", "others", sent=(EMPTY,)),
    Page("case_court_bundle", "supervisor", "others"),
    Page("case_court_bundle", "caseworker2", "others"),
    Page("case_questions", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_questions", "supervisor", "made"),
    Page("case_question", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_removal_new", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_removal", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_notice_new", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_notice", "caseworker", "assigned"),
    *everybody("notices", "liaison", "far_liaison"),
    Page("received_notice", "liaison", "noticed", sent=(EMPTY,)),
    Page("case_packs", "caseworker2", "others"),
    Page("case_packs", "supervisor", "assigned"),
    Page("case_pack_new", "caseworker", "assigned"),
    Page("case_pack", "caseworker2", "others"),
    Page("case_received", "caseworker", "assigned"),
    Page("case_received", "intake", "assigned"),
    Page("take_in_pack", "responder", sent=(EMPTY,)),
    Page("received_pack", "responder", "received_pack"),
    Page("case_bundles", "caseworker2", "others"),
    Page("case_bundles", "supervisor", "assigned"),
    Page("case_share", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_htcds", "caseworker", "assigned"),  # nobody agreed: no form
    Page("case_bundle", "caseworker2", "others", sent=(EMPTY,)),
    Page(
        "case_nominee",
        "caseworker",
        "assigned",
        sent=(Sent("main form:not([action]) button", emptied=True),),
    ),
    Page("case_nominee", "intake", "queue"),
    *everybody("case_cooperation", "caseworker", "supervisor", place="assigned", sent=(EMPTY,)),
    *everybody("case_contact", "caseworker", "supervisor", place="assigned", sent=(EMPTY,)),
    Page("case_consent", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_consent_withdrawal", "caseworker2", "others"),
    Page("case_people", "caseworker2", "others"),
    *everybody("shared", "provider", "responder", "caseworker", "liaison"),
    Page("shared_bundle", "provider", "shared"),
    Page("registers", "lead", sent=(EMPTY,)),
    Page("register", "lead", "register", sent=(Sent(to="register", values={"do": "pause"}),)),
    Page("register_mapping", "lead", "register"),
    *(
        Page("register_rows", "lead", "register", query=f"?state={state}")
        for state in ("wrong", "alike", "in")
    ),
    Page("covers", "caseworker", sent=(Sent("main form:not([action]) button", emptied=True),)),
    *everybody("covers", "caseworker2", "supervisor", "other_caseworker"),
    Page("emergency", "caseworker2", sent=(EMPTY,)),
    Page("emergency", "supervisor2"),
    Page("emergency_reviews", "supervisor"),
    Page("emergency_reviews", "other_supervisor"),
    Page("case_emergencies", "supervisor", "queue"),
    Page("case_emergencies", "supervisor", "assigned"),
    Page(
        "case_emergency",
        "supervisor",
        "opened",
        sent=(Sent("main form:not([action]) button", emptied=True),),
    ),
    Page("case", "caseworker2", "opened"),
    Page("case_confidentiality", "supervisor", "assigned", sent=(EMPTY,)),
    Page("case_exclusions", "supervisor", "assigned", sent=(EMPTY,)),
    Page("case_exclusions", "supervisor", "queue"),
    Page("case_exclusion_lifting", "supervisor", "assigned", sent=(EMPTY,)),
    *everybody("case_conflict", "caseworker", "supervisor", place="assigned"),
    Page("case_conflict", "intake", "queue"),
    Page("case_merging", "intake", "queue"),
    Page("case_merging", "supervisor", "assigned"),
    Page("case_merging", "supervisor", "made", sent=(EMPTY,)),
    Page("case_access", "supervisor", "assigned", "?person={person}"),
    Page("case_timeline", "caseworker", "made", "?kind=decisions&first_year=x", status=422),
    Page("case_links", "supervisor", "made"),
    Page("case_links", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_link", "caseworker", "made", sent=(EMPTY,)),
    Page("case_transfer", "supervisor", "made"),
    Page("case_transfer", "supervisor", "others", sent=(EMPTY,)),
    *everybody("transfers", "supervisor", "other_supervisor", "new_supervisor"),
    Page("offered_transfer", "supervisor", "offered", sent=(EMPTY,)),
    Page("case_child", "caseworker", "assigned"),
    Page("case_child", "supervisor", "queue"),
    Page("case_adulthood", "caseworker", "assigned"),
    Page("case_adulthood", "supervisor", "queue", sent=(EMPTY,)),
    Page("child_record_new", "supervisor", "queue", arguments={"kind": "missing"}, sent=(EMPTY,)),
    Page("child_record_new", "supervisor", "queue", arguments={"kind": "age"}),
    Page("child_record", "caseworker", "assigned", sent=(EMPTY,)),
    Page("case_plan", "caseworker", "assigned"),
    Page("case_plan", "supervisor", "queue"),
    Page("plan_new", "caseworker", "assigned", sent=(EMPTY,)),
    Page("plan_new", "supervisor", "queue", arguments={"plan_kind": "return"}, sent=(EMPTY,)),
    Page("plan_item", "caseworker", "assigned"),
    Page("plan_step", "caseworker", "assigned", sent=(EMPTY,)),
    Page("plan_step", "supervisor", "assigned", arguments={"plan_step": "give_up"}),
    Page("case_risk", "caseworker", "assigned"),
    Page("case_risk", "supervisor", "queue"),
    Page("case_risk", "caseworker", "assessed", sent=(EMPTY,)),
    Page("assessment_add", "caseworker", "assigned", sent=(EMPTY,)),
    Page("assessment_add", "caseworker", "assigned", arguments={"step": "detailed"}),
    *everybody("risk_reviews", "caseworker", "supervisor", "new_supervisor"),
    *everybody("shelters", "caseworker", "supervisor", "provider", "new_provider"),
    Page(
        "case_shelter",
        "caseworker",
        "assigned",
        sent=(Sent('main form[action$="/kept-from/"] button', emptied=True, said="kept"),),
    ),
    Page("case_shelter", "caseworker", "assessed"),
    Page("case_shelter", "caseworker", "left_behind"),
    Page("place", "provider", "left_behind"),
    Page("place_add", "provider", sent=(EMPTY,)),
    Page(
        "place",
        "provider",
        "place",
        sent=(
            Sent("main form:not([action]) button", emptied=True),
            Sent('main form[action$="/address/"] button', status=200, said="address"),
        ),
    ),
    Page("case_support", "caseworker", "assigned"),
    Page("case_support", "supervisor", "queue"),
    Page("case_leaflet", "caseworker", "assigned", sent=(EMPTY,)),
    Page("leaflet", "caseworker", "leaflet"),
    Page("leaflet", "responder", arguments={"profile": "uk", "age": "child", "language": "en"}),
    Page("service_add", "caseworker", "assigned", sent=(EMPTY,)),
    Page(
        "service",
        "caseworker",
        "needed",
        sent=(
            Sent("main form:not([action]) button", emptied=True),
            Sent('main form[action$="/end/"] button', emptied=True, said="end"),
        ),
    ),
    Page("service", "supervisor", "assigned"),
    Page("service", "caseworker", "consented"),
    *everybody("referred", "provider", "new_provider"),
    Page("referred_person", "provider", "referred", sent=(EMPTY,)),
    Page("counselling", "provider", "referred"),
    Page("counselling_add", "provider", "referred", sent=(EMPTY,)),
    Page(
        "counselling_session",
        "provider",
        "referred",
        sent=(
            Sent("main form:not([action]) button", emptied=True),
            Sent('main form[action$="/notes/"] button', emptied=True, said="note"),
        ),
    ),
    *everybody("near_cases", "provider", "liaison", "new_provider"),
    *everybody("case_summary", "provider", "liaison", place="assigned"),
    Page("case_summary", "provider", "made"),
    *everybody("inbox", "responder", "intake", "caseworker", "supervisor", "provider"),
    Page("inbox", "new_caseworker"),
    Page("inbox", "caseworker", query="?show=unread"),
)

PALERMO = (
    Page("referrals", "palermo_responder"),
    Page("prompt_sheet", "palermo_responder"),
    Page("draft", "palermo_responder", "palermo_draft"),
    Page("draft_page", "palermo_responder", "palermo_draft", arguments={"page": "who"}),
    Page("worklist", "palermo_caseworker"),
    Page("case", "palermo_caseworker", "paused"),
    Page("workbench", "palermo_caseworker", "paused"),
    Page("decisions", "palermo_supervisor", "paused"),
    Page(
        "decision_start",
        "palermo_caseworker",
        "paused",
        arguments={"code": "formal_identification"},
    ),
    Page("deadlines", "palermo_caseworker", "paused"),
)

SCREENING = (
    Page("workbench", "caseworker", "assigned"),
    Page(
        "workbench",
        "caseworker",
        "screening",
        sent=(Sent('main form[action*="/evidence/"] button', emptied=True),),
    ),
    Page("workbench", "supervisor", "screening", "?episode=1&show=recorded"),
    Page("workbench", "caseworker", "screening", "?episode=1&evidence={evidence}"),
    Page("workbench", "caseworker", "completed"),
    Page("screening", "caseworker", "completed"),
    Page(
        "workbench",
        "supervisor",
        "completed",
        sent=(
            Sent(
                to="evidence_add",
                values={"text": "Typed in vain."},
                status=409,
                said="completed meanwhile",
            ),
        ),
    ),
    Page(
        "evidence",
        "caseworker",
        "screening",
        sent=(
            EMPTY,
            Sent(
                values={"version": "99", "text": "She kept my passport."},
                status=409,
                said="clash",
            ),
        ),
    ),
    Page("episode_add", "caseworker", "screening", sent=(EMPTY,)),
    Page(
        "finding",
        "caseworker",
        "screening",
        arguments={"code": "{indicator}"},
        sent=(Sent(values={"version": "99", "state": "not_shown"}, status=409, said="clash"),),
    ),
    Page("contradiction_add", "caseworker", "screening", "?first={evidence}", sent=(EMPTY,)),
    Page(
        "workbench",
        "caseworker",
        "screening",
        "?episode=1",
        sent=(
            Sent(
                to="contradiction",
                values={"version": "99", "explanation": "Both may be so."},
                status=409,
                said="clash",
            ),
        ),
    ),
    Page("screening_completion", "caseworker", "screening", sent=(EMPTY,)),
)

DECISIONS = (
    *(Page("decisions", "caseworker", place) for place in ("assigned", "draft_decision", "made")),
    Page("decisions", "supervisor", "review"),
    Page("decision_start", "caseworker", "completed", arguments={"code": "reasonable_grounds"}),
    Page("decision_start", "caseworker", "made", arguments={"code": "conclusive_grounds"}),
    Page("decision_start", "caseworker", "assigned", arguments={"code": "conclusive_grounds"}),
    Page(
        "decision",
        "caseworker",
        "draft_decision",
        sent=(
            Sent("main [name=submit]", emptied=True),
            Sent("main [name=save]", values={"version": "99"}, status=409, said="clash"),
        ),
    ),
    Page("decision", "caseworker", "returned"),
    Page("decision", "caseworker", "review"),
    Page("decision", "supervisor", "made"),
    Page("decision_review", "supervisor", "review", sent=(EMPTY,)),
    Page(
        "decision_review",
        "supervisor",
        "verdict",
        sent=(Sent("main [value=return]", emptied=True),),
    ),
    Page("decision_review", "supervisor2", "verdict"),
    Page("decision_letter", "caseworker", "made"),
    Page("decision_letter", "caseworker", "made", "?language=ar"),
    Page("decision_serve", "caseworker", "made", sent=(EMPTY,)),
    *everybody("reviews", "supervisor", "supervisor2", "new_supervisor"),
)

DEADLINES = (
    Page("deadlines", "caseworker", "made"),
    Page("deadlines", "intake", "queue"),
    Page("deadline", "caseworker", "assigned"),
    Page("deadline", "palermo_supervisor", "paused"),
    Page("deadline", "palermo_caseworker", "running"),
    Page("deadline", "intake", "queue"),
    Page("deadline_pause", "palermo_caseworker", "running", sent=(EMPTY,)),
    Page("deadline_keep_paused", "palermo_caseworker", "paused", sent=(EMPTY,)),
    Page("deadline_extend", "palermo_caseworker", "running", sent=(EMPTY,)),
    Page("deadline_extend", "caseworker", "assigned", sent=(EMPTY,)),
)

STATISTICS = (
    *everybody("statistics", "auditor", "new_auditor"),
    Page("audit_trail", "auditor"),
    Page("audit_trail", "auditor", query="?case=nonsense", status=422),
    *everybody("anomalies", "auditor", "new_auditor"),
    *everybody("unusual_staff", "supervisor", "new_supervisor"),
    Page("anomaly", "auditor", "anomaly", sent=(EMPTY,)),
    Page("audit_staff", "auditor", sent=(EMPTY,)),
    Page("audit_staff", "auditor", query="?person=nonsense", status=422),
    *everybody("monitoring", "auditor", "new_auditor"),
    Page("monitoring_report", "auditor", "published"),
    Page("statistics_epsilon", "auditor"),
    Page("statistics_release", "auditor", "released"),
    Page("statistics_release", "auditor", "built"),
    Page("statistics_release", "auditor", "not_released"),
    Page("statistics_attacks", "auditor", "released"),
)

PAGES: tuple[Page, ...] = (
    *ACCOUNTS,
    *REFERRALS,
    *CASES,
    *PALERMO,
    *SCREENING,
    *DECISIONS,
    *DEADLINES,
    *STATISTICS,
    *REFUSALS,
)


def _first_of_each() -> tuple[Page, ...]:
    """One line for each page: the first, whoever opens it."""
    found: dict[tuple[str, str], Page] = {}
    for page in PAGES:
        found.setdefault((page.path or page.name, page.arguments.get("page", "")), page)
    return tuple(found.values())


FIRST = _first_of_each()

# Read from right to left: each page as it is opened, and one with errors.
TURNED: tuple[Page, ...] = (
    *(
        replace(page, sent=())
        for page in FIRST
        if not page.fails_with and not any(sent.to for sent in page.sent[:1])
    ),
    Page("draft_page", "responder", "full_draft", arguments={"page": "who"}, sent=(EMPTY,)),
)

# Routes that never answer a GET with a page of their own, and what they do instead. Where what is
# sent there is answered with a page, that page is above.
NOT_PAGES: dict[str, str] = {
    "home": "leads to the first page of the role",
    "sign_out": "takes what is sent",
    "hide_screen": "takes what is sent",
    "set_language": "takes what is sent",
    "session": "speaks to the page",
    "kept_removal": "takes what is sent",
    "shortcuts": "takes what is sent",
    "end_session": "takes what is sent",
    "end_other_sessions": "takes what is sent",
    "revoke_token": "takes what is sent",
    "recovery_codes": "takes what is sent",
    "factor_removal": "takes what is sent",
    "draft_item_removal": "takes what is sent",
    "referral_following": "takes what is sent",
    "batch": "takes what is sent",
    "case_tasks": "takes what is sent",
    "case_transfer_withdrawal": "takes what is sent",
    "saved_view_removal": "takes what is sent",
    "case_access_end": "takes what is sent",
    "case_cooperation_withdrawal": "takes what is sent",
    "case_court_answer": "takes what is sent",
    "case_court_recall": "takes what is sent",
    "case_court_archive": "gives a file",
    "case_question_withdrawal": "takes what is sent",
    "case_resumption": "takes what is sent",
    "case_authority_functions": "takes what is sent",
    "referral_provisional_still": "takes what is sent",
    "case_hold": "takes what is sent",
    "case_hold_lifting": "takes what is sent",
    "case_erasure": "takes what is sent",
    "case_erasure_agreement": "takes what is sent",
    "case_erasure_refusal": "takes what is sent",
    "case_erasure_withdrawal": "takes what is sent",
    "shared_file": "gives a file",
    "case_notice_recall": "takes what is sent",
    "cover_end": "takes what is sent",
    "case_merging_decision": "takes what is sent",
    "case_merging_undoing": "takes what is sent",
    "case_emergency_end": "takes what is sent",
    "service_end": "takes what is sent",
    "counselling_interpreter": "takes what is sent",
    "counselling_notes": "takes what is sent",
    "bed_emptied": "takes what is sent",
    "case_stay": "takes what is sent",
    "case_stay_transport": "takes what is sent",
    "case_nominee_end": "takes what is sent",
    "case_avoidance": "takes what is sent",
    "case_avoidance_lift": "takes what is sent",
    "place_address": "takes what is sent",
    "bed_use": "takes what is sent",
    "provided_stay": "takes what is sent",
    "service_reason": "takes what is sent",
    "inbox_item_read": "takes what is sent",
    "screening_start": "takes what is sent",
    "evidence_add": "takes what is sent",
    "evidence_links": "takes what is sent",
    "episode_age": "takes what is sent",
    "contradiction": "takes what is sent",
    "decision_withdraw": "takes what is sent",
    "deadline_resume": "takes what is sent",
    "statistics_approval": "takes what is sent",
    "statistics_withholding": "takes what is sent",
    "statistics_file": "gives a file",
    "monitoring_download": "gives a file",
    "document_identity": "takes what is sent",
    "document_return": "takes what is sent",
    "health_live": "speaks to machines",
    "health_ready": "speaks to machines",
    "health_work": "speaks to machines",
}
