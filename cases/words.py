"""Codes of the audit trail and of the inbox in sentences that people read.

A room above says its own verbs and kinds here when the application starts; what nobody has said
anything about is shown by its code, so that nothing that happened is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, InboxItem
from cases.models.case import Confidentiality
from cases.models.hearing import HearingResult
from cases.models.matter import MatterOutcome, MatterStage
from cases.models.notice import Answer
from cases.rights import BY_CODE, NEARNESS
from identities.models import EraseReason, HoldReason, LiftReason
from nrm.audit.models import Event
from nrm.deadline_words import day_words

Text = Callable[[Event, Case], str]


@dataclass(frozen=True, slots=True)
class Telling:
    """How an event is told. A look is what somebody saw; the rest is what somebody did. `often`:
    many of them come one after another, and are told once with their number."""

    title: Any
    text: Text | None = None
    look: bool = False
    often: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """How an item of the inbox is told, and the page it leads to: a URL name that takes the
    reference, the case page where it is empty; one without arguments where there is no case."""

    text: Callable[[InboxItem], str]
    url_name: str = ""


_tellings: dict[str, Telling] = {}
_notices: dict[str, Notice] = {}


def register(
    verb: str, title: Any, text: Text | None = None, *, look: bool = False, often: bool = False
) -> None:
    """Says how events of a verb are told on the timeline."""
    _tellings[verb] = Telling(title, text, look, often)


def register_notice(kind: str, text: Callable[[InboxItem], str], url_name: str = "") -> None:
    """Says how items of a kind are told in the inbox."""
    _notices[kind] = Notice(text, url_name)


def looks() -> list[str]:
    """The verbs of events by which somebody saw something of a case."""
    return [verb for verb, telling in _tellings.items() if telling.look]


def known() -> dict[str, Any]:
    """Each verb that has words, with its title."""
    return {verb: telling.title for verb, telling in _tellings.items()}


def telling_of(event: Event) -> Telling:
    """How this event is told."""
    if found := _tellings.get(event.verb):
        return found
    plain = event.verb.replace(".", ": ").replace("_", " ")
    return Telling(plain.capitalize(), look=event.verb.endswith(".viewed"))


def people_in(event: Event) -> dict[str, str]:
    """The names of the people whom the event names by id, where the timeline has read them."""
    found: dict[str, str] = getattr(event, "people", {})
    return found


def notices() -> frozenset[str]:
    """Every kind of notice that a room has words for."""
    return frozenset(_notices)


def event_text(event: Event, case: Case) -> str:
    """The second sentence of an event, or nothing."""
    telling = telling_of(event)
    return telling.text(event, case) if telling.text else ""


def notice_text(item: InboxItem) -> str:
    """The sentence of an item of the inbox."""
    notice = _notices.get(item.kind)
    return notice.text(item) if notice else _("There is something to do.")


def notice_url(item: InboxItem, reference: str = "") -> str:
    """Where an item of the inbox leads: to a page of its case, or of the reader's where it is about
    no case."""
    notice = _notices.get(item.kind)
    page = notice.url_name if notice else ""
    if not reference:
        return reverse(page) if page else ""
    return reverse(page or "case", args=[reference])


# Labels of the profile ----------------------------------------------------------------------------
def term_label(case: Case, code: str) -> str:
    """The name of a term in the case's profile, or its code."""
    try:
        return str(case.profile.term(code).label)
    except KeyError:
        return code


def decision_label(case: Case, code: str) -> str:
    """The name of a decision in the case's profile, or its code."""
    try:
        return str(case.profile.decision(code).label)
    except KeyError:
        return code


def outcome_label(case: Case, decision: str, outcome: str) -> str:
    """The name of a decision's outcome, or its code."""
    try:
        return str(case.profile.decision(decision).outcome(outcome).label)
    except KeyError:
        return outcome


def purpose_label(case: Case, code: str) -> str:
    """The reason for which an identity was shown."""
    labels = {p.code: str(p.label) for p in case.profile.disclosure_purposes}
    return labels.get(code, _("Recording who the person is") if code == "recording" else code)


def task_label(case: Case, code: str) -> str:
    """The name of a task in the case's profile, or its code."""
    return next((str(t.label) for t in case.profile.tasks if t.code == code), code)


def _transfer(event: Event, case: Case) -> str:
    """What the other authority answered."""
    return _("Accepted.") if event.data.get("accepted") else _("Not accepted.")


# What this room says ------------------------------------------------------------------------------
def _clocks(event: Event, case: Case) -> str:
    started = event.data.get("terms_started") or []
    if not started:
        return ""
    names = ", ".join(term_label(case, code) for code in started)
    return _("Clock started: %(names)s.") % {"names": names}


def _assigned(event: Event, case: Case) -> str:
    name = people_in(event).get(event.data.get("caseworker") or "", "")
    return _("Given to %(name)s.") % {"name": name} if name else ""


def _nearness(event: Event, case: Case) -> str:
    label = NEARNESS.get(event.data.get("nearness", ""))
    return f"{label}." if label else ""


def _handed_on(event: Event, case: Case) -> str:
    words = {
        "name": people_in(event).get(event.data.get("to") or "", ""),
        "first": _day(event.data.get("begins_on")),
        "last": _day(event.data.get("ends_on")),
    }
    return _("To %(name)s, from %(first)s to %(last)s.") % words if all(words.values()) else ""


def _day(told: str | None) -> str:
    return day_words(date.fromisoformat(told)) if told else ""


def _level(event: Event, case: Case) -> str:
    level = event.data.get("level", "")
    return f"{Confidentiality(level).label}." if level in Confidentiality.values else ""


def _reviewed(event: Event, case: Case) -> str:
    return _("It was justified.") if event.data.get("justified") else _("It was not justified.")


def _destroyed(event: Event, case: Case) -> str:
    return _("The person did not agree to it, so nothing of it is kept.")


def _purpose(event: Event, case: Case) -> str:
    purpose = purpose_label(case, event.data.get("purpose", ""))
    return _("Reason given: %(reason)s.") % {"reason": purpose}


def _refused(event: Event, case: Case) -> str:
    right = BY_CODE.get(event.data.get("right", ""))
    return f"{right.label}." if right else ""


def _merged(event: Event, case: Case) -> str:
    if not event.data.get("agreed"):
        return _("It was not agreed to.")
    return _("It is undone.") if event.data.get("undo") else _("The two cases are merged.")


def _letter(event: Event, case: Case) -> str:
    code = event.data.get("letter")
    found = [one for one in case.profile.letters if one.code == code]
    return f"{found[0].label}." if found else ""


def _approved(event: Event, case: Case) -> str:
    return _("It is approved.") if event.data.get("approved") else _("It is returned.")


def _document(event: Event, case: Case) -> str:
    number = event.data.get("number")
    return _("Document %(number)s.") % {"number": number} if number else ""


def _task(event: Event, case: Case) -> str:
    code = event.data.get("task") or ""
    return f"{task_label(case, code)}." if code else ""


def _reason_of(choices: Any) -> Text:
    def say(event: Event, case: Case) -> str:
        labels = dict(choices.choices)
        return f"{labels[code]}." if (code := event.data.get("reason")) in labels else ""

    return say


def _matter(event: Event, case: Case) -> str:
    """How far it had gone, and how it ended, in the words of the lists; nothing of what is alleged
    and no date of a hearing."""
    said = []
    for name, choices in (("stage", MatterStage), ("outcome", MatterOutcome)):
        if (code := event.data.get(name)) in choices.values:
            said.append(str(choices(code).label))
    return f"{'. '.join(said)}." if said else ""


def _hearing(event: Event, case: Case) -> str:
    """What happened, and no date of a hearing."""
    code = event.data.get("result")
    return f"{HearingResult(code).label}." if code in HearingResult.values else ""


def _agency(event: Event, case: Case) -> str:
    code = event.data.get("agency")
    found = [one for one in case.profile.non_punishment.notify if one.code == code]
    return f"{found[0].label}." if found else ""


def _answer(event: Event, case: Case) -> str:
    code = event.data.get("answer")
    return f"{Answer(code).label}." if code in Answer.values else ""


_hold_reason, _lift_reason = _reason_of(HoldReason), _reason_of(LiftReason)
_erase_reason = _reason_of(EraseReason)


_OWN: tuple[tuple[str, Any, Text | None, bool], ...] = (
    ("referral.sent", _lazy("Referral received"), _clocks, False),
    ("referral.brought_in", _lazy("Brought in from an earlier register"), _clocks, False),
    (
        "referral.identity_destroyed",
        _lazy("What said who the person is was destroyed"),
        _destroyed,
        False,
    ),
    ("case.assigned", _lazy("Caseworker chosen"), _assigned, False),
    ("case.reminded", _lazy("Caseworker reminded of the case"), None, False),
    ("case.brought_near", _lazy("An organisation was given access"), _nearness, False),
    ("case.taken_away", _lazy("An organisation’s access was ended"), _nearness, False),
    ("case.confidentiality_changed", _lazy("Who may see the case was changed"), _level, False),
    ("bundle.previewed", _lazy("Looked at what would be shared"), None, True),
    ("bundle.shared", _lazy("Shared with another organisation"), None, False),
    ("case.export_previewed", _lazy("Looked at what would be exported"), None, True),
    ("case.exported", _lazy("Exported as a file for another organisation"), None, False),
    ("bundle.opened", _lazy("What was shared was opened"), None, True),
    ("bundle.file_opened", _lazy("A shared document was opened"), _document, True),
    ("bundle.recalled", _lazy("What was shared was recalled"), None, False),
    ("bundle.shortened", _lazy("What was shared ends earlier"), None, False),
    ("shared.viewed", _lazy("What was shared with an organisation was listed"), None, True),
    ("sharing.viewed", _lazy("Began to share or to record a consent"), None, True),
    ("bundles.viewed", _lazy("What was shared was listed"), None, True),
    ("handover.viewed", _lazy("Summary for a hand-over opened"), None, True),
    ("letters.viewed", _lazy("Letters opened"), None, True),
    ("letter.previewed", _lazy("Looked at a letter before it was kept"), None, True),
    ("letter.made", _lazy("A letter was written"), _letter, False),
    ("letter.given", _lazy("It is recorded how a letter was given"), _letter, False),
    ("court_bundle.previewed", _lazy("Looked at what would go to a court"), None, True),
    ("court_bundle.prepared", _lazy("A bundle for a court was prepared"), None, False),
    ("court_bundle.answered", _lazy("A bundle for a court was answered"), _approved, False),
    ("court_bundle.given", _lazy("A bundle for a court was taken out"), None, False),
    ("court_bundle.recalled", _lazy("A bundle for a court was recalled"), None, False),
    ("court_bundles.viewed", _lazy("Bundles for a court were opened"), None, True),
    ("consent.recorded", _lazy("Consent to sharing recorded"), None, False),
    ("consent.withdrawn", _lazy("Consent withdrawn"), None, False),
    ("matter.raised", _lazy("Matter recorded: accused of something"), _matter, False),
    ("hearing.recorded", _lazy("What happened in a hearing recorded"), _hearing, False),
    ("hearing.said", _lazy("What happened in a hearing recorded"), _hearing, False),
    ("matter.changed", _lazy("Matter changed"), _matter, False),
    ("notice.sent", _lazy("An agency was told of a matter"), _agency, False),
    ("notice.opened", _lazy("What an agency was told was opened"), None, True),
    ("notice.answered", _lazy("An agency answered on a matter"), _answer, False),
    ("notice.recalled", _lazy("What an agency was told was recalled"), None, False),
    ("notice.chased", _lazy("Reminded of an answer on a matter"), None, False),
    ("notice.renewed", _lazy("An agency was told of a new decision"), None, False),
    ("notices.viewed", _lazy("Matters sent to an organisation were listed"), None, True),
    ("matter.alerted", _lazy("Told of something to see to in a matter"), None, False),
    ("removal.recorded", _lazy("Detention, removal or return recorded"), None, False),
    ("removal.changed", _lazy("Detention, removal or return changed"), None, False),
    ("removal.alerted", _lazy("Told of what stands against a removal"), None, False),
    ("link.made", _lazy("Linked with another case"), None, False),
    ("link.ended", _lazy("A link with another case ended"), None, False),
    ("links.viewed", _lazy("Linked cases opened"), None, True),
    ("transfer.offered", _lazy("Offered to another authority"), None, False),
    ("transfer.withdrawn", _lazy("The offer to another authority was taken back"), None, False),
    ("transfer.answered", _lazy("Another authority answered the offer"), _transfer, False),
    ("transfers.viewed", _lazy("Transfers opened"), None, True),
    ("transfer.opened", _lazy("The offer was opened by the authority that is asked"), None, True),
    ("removals.viewed", _lazy("Detention, removal and return opened"), None, True),
    ("matters.viewed", _lazy("Matters listed"), None, True),
    ("matter.viewed", _lazy("Matter read"), None, True),
    ("case.handed_on", _lazy("Handed to a colleague for an absence"), _handed_on, False),
    ("cover.given", _lazy("Cases handed to a colleague for an absence"), None, False),
    ("cover.ended", _lazy("Cover for an absence ended"), None, False),
    ("covers.begun", _lazy("Covers for an absence began or ended"), None, False),
    ("covers.told", _lazy("Told that covers for an absence end"), None, False),
    ("covers.viewed", _lazy("Covers for an absence were listed"), None, True),
    ("emergency.asked", _lazy("Opened in an emergency"), None, False),
    ("emergency.ended", _lazy("Emergency access ended"), None, False),
    ("emergency.reviewed", _lazy("Emergency access reviewed"), _reviewed, False),
    ("emergencies.viewed", _lazy("Emergency accesses were listed"), None, True),
    ("emergency.viewed", _lazy("The reason of an emergency access was read"), None, True),
    ("case.excluded", _lazy("Somebody was kept from the case"), None, False),
    ("case.conflict_declared", _lazy("Conflict of interest declared"), None, False),
    ("case.exclusion_lifted", _lazy("Somebody is no longer kept from the case"), None, False),
    ("exclusions.viewed", _lazy("Who may not see the case was read"), None, True),
    ("case.viewed", _lazy("Case page opened"), None, True),
    ("contact.viewed", _lazy("Card of safe contact opened"), None, True),
    ("case.stage_changed", _lazy("The case moved to another stage"), None, False),
    ("draft.started", _lazy("A referral was begun"), None, False),
    ("draft.saved", _lazy("An unfinished referral was saved"), None, False),
    ("draft.opened", _lazy("An unfinished referral was opened"), None, False),
    ("draft.handed_over", _lazy("An unfinished referral was handed over"), None, False),
    ("draft.discarded", _lazy("An unfinished referral was discarded"), None, False),
    ("draft.expiry_warned", _lazy("Told that an unfinished referral expires soon"), None, False),
    ("draft.expired", _lazy("An unfinished referral expired"), None, False),
    ("inbox.read", _lazy("Notices in the inbox read"), None, False),
    ("mail.sent", _lazy("An e-mail was sent that names nobody"), None, False),
    ("cases.batch", _lazy("Several cases changed together"), None, False),
    ("worklist.view_saved", _lazy("A view of the work list was saved"), None, False),
    ("worklist.view_renamed", _lazy("A view of the work list was renamed"), None, False),
    ("worklist.view_removed", _lazy("A view of the work list was removed"), None, False),
    ("register.received", _lazy("Rows of an earlier register became referrals"), None, False),
    ("case.summary_viewed", _lazy("Summary opened"), None, True),
    ("referral.viewed", _lazy("Referral read"), None, True),
    ("timeline.viewed", _lazy("Timeline opened"), None, True),
    ("notes.viewed", _lazy("Notes read"), None, True),
    ("tasks.viewed", _lazy("Tasks read"), None, True),
    ("contact.recorded", _lazy("Which ways are safe was recorded"), None, False),
    ("contact.nominated", _lazy("The person named somebody who may be told"), None, False),
    ("contact.nominee_ended", _lazy("Whom the person named is told nothing more"), None, False),
    ("cooperation.recorded", _lazy("Whether the person co-operates was recorded"), None, False),
    ("cooperation.withdrawn", _lazy("The person does not co-operate any more"), None, False),
    ("cooperation.viewed", _lazy("Whether the person co-operates was opened"), None, True),
    ("nominees.viewed", _lazy("Whom the person named was opened"), None, True),
    ("people.viewed", _lazy("People and consent opened"), None, True),
    ("access_log.viewed", _lazy("Access log opened"), None, True),
    ("identity.shown", _lazy("Identity shown"), _purpose, True),
    ("note.written", _lazy("Note added"), None, False),
    ("document.added", _lazy("Document added"), _document, False),
    ("document.refused", _lazy("A file was not kept"), None, False),
    ("document.withdrawn", _lazy("Document withdrawn"), _document, False),
    ("document.kept_to", _lazy("Who sees a document was said"), _document, False),
    ("document.says_who", _lazy("Document marked: it says who the person is"), _document, False),
    ("document.redacted", _lazy("Document added with something blacked out"), _document, False),
    ("redactions.viewed", _lazy("What was blacked out was listed"), None, True),
    ("document.brought_back", _lazy("Document brought back"), _document, False),
    ("documents.viewed", _lazy("Documents listed"), None, True),
    ("document.downloaded", _lazy("Document downloaded"), _document, True),
    ("hold.set", _lazy("Legal hold set"), _hold_reason, False),
    ("hold.lifted", _lazy("Legal hold lifted"), _lift_reason, False),
    ("erasure.asked", _lazy("Asked for the identity to be erased"), _erase_reason, False),
    ("erasure.agreed", _lazy("Identity erased, agreed by a second person"), None, False),
    ("erasure.not_agreed", _lazy("Erasing the identity was not agreed to"), None, False),
    (
        "erasure.withdrawn",
        _lazy("Asking for the identity to be erased was taken back"),
        None,
        False,
    ),
    ("erasure.noted", _lazy("The erasure was noted outside the database"), None, False),
    ("keeping.viewed", _lazy("Keeping and erasing opened"), None, True),
    ("merging.asked", _lazy("Asked to merge with another case"), None, False),
    ("merging.undoing_asked", _lazy("Asked to undo the merging"), None, False),
    ("merging.decided", _lazy("Merging decided by a second person"), _merged, False),
    ("merging.withdrawn", _lazy("Asking to merge was taken back"), None, False),
    ("merging.viewed", _lazy("Merging opened"), None, True),
    ("person.searched", _lazy("Searched for a person"), None, True),
    ("access.refused", _lazy("Was refused"), _refused, True),
    ("cases.listed", _lazy("List of cases shown"), None, True),
    ("referrals.viewed", _lazy("List of referrals shown"), None, True),
    ("reviews.viewed", _lazy("List of decisions to review shown"), None, True),
    ("dashboard.viewed", _lazy("Dashboard opened"), None, True),
    ("inbox.viewed", _lazy("Inbox opened"), None, True),
    ("duplicates.viewed", _lazy("Who may be the same person was read"), None, True),
    ("confidentiality.viewed", _lazy("Restricting or sealing the case opened"), None, True),
    ("task.done", _lazy("Task done"), _task, False),
    ("task.reopened", _lazy("Task opened again"), _task, False),
)
for _verb, _title, _text, _look in _OWN:
    register(_verb, _title, _text, look=_look)

for _kind, _sentence, _page in (
    ("case_assigned", _lazy("A case was given to you."), ""),
    ("case_reminder", _lazy("Your supervisor reminds you of a case."), ""),
    (
        "emergency_to_review",
        _lazy("A case was opened in an emergency. Review it."),
        "case_emergencies",
    ),
    (
        "cover_taken",
        _lazy("A colleague’s cases are handed to you for the time of an absence."),
        "covers",
    ),
    ("cover_given", _lazy("Your cases are handed on for the time of your absence."), "covers"),
    ("cover_ended", _lazy("A cover for an absence was ended."), "covers"),
    ("cover_ending", _lazy("A cover for an absence ends soon."), "covers"),
    ("cover_over", _lazy("A cover for an absence is over."), "covers"),
    ("bundle_shared", _lazy("Something was shared with your organisation."), "shared"),
    ("bundle_recalled", _lazy("Something shared with your organisation was recalled."), "shared"),
    (
        "court_bundle_prepared",
        _lazy("A bundle for a court waits for you to read and approve it."),
        "case_court",
    ),
    ("court_bundle_answered", _lazy("A bundle for a court was answered."), "case_court"),
    ("notice_received", _lazy("A matter was sent to your organisation."), "notices"),
    ("notice_renewed", _lazy("There is a new decision in a matter sent to you."), "notices"),
    ("notice_recalled", _lazy("A matter sent to your organisation was recalled."), "notices"),
    ("notice_due", _lazy("An answer on a matter sent to you is due."), "notices"),
    ("notice_answered", _lazy("There is an answer on a matter."), "case_matters"),
    (
        "hearing_without_notice",
        _lazy("There is a hearing soon, and nobody was told of the matter."),
        "case_matters",
    ),
    (
        "hearing_before_decision",
        _lazy("There is a hearing soon, and the decision that should come before it is not made."),
        "case_matters",
    ),
    ("custody_ends", _lazy("The time limit for holding the person ends soon."), "case_matters"),
    ("appeal_ends", _lazy("The time to appeal against a conviction ends soon."), "case_matters"),
    (
        "matter_to_tell",
        _lazy("There is a positive decision, and nobody was told of a matter."),
        "case_matters",
    ),
    (
        "conviction_to_review",
        _lazy("A conviction stands beside a positive decision. Have it looked at."),
        "case_matters",
    ),
    (
        "removal_alert",
        _lazy("The person may be taken away, and something stands against it."),
        "case_matters",
    ),
    ("notice_silent", _lazy("An answer on a matter is due, and none has come."), "case_matters"),
    (
        "link_under_one_roof",
        _lazy("Two people who must never be under one roof are in one place. See to it now."),
        "case_links",
    ),
    ("link_made", _lazy("Two cases that you see were linked."), "case_links"),
    ("transfer_offered", _lazy("Another authority offers a case to yours."), "transfers"),
    ("transfer_withdrawn", _lazy("A case is offered to your authority no more."), "transfers"),
    ("transfer_accepted", _lazy("A case that your authority offered was accepted."), "transfers"),
    (
        "transfer_rejected",
        _lazy("A case that your authority offered was not accepted."),
        "transfers",
    ),
    (
        "transfer_arrived",
        _lazy("A case has come from another authority. Give it to somebody."),
        "triage",
    ),
    ("transfer_left", _lazy("A case of yours is dealt with by another authority now."), "worklist"),
    ("emergency_used", _lazy("A case was opened in an emergency."), "audit_trail"),
    ("merging_asked", _lazy("A colleague asks you to decide on merging cases."), "case_merging"),
    ("merging_decided", _lazy("Merging cases, for which you asked, was decided."), "case_merging"),
    ("case_left_alone", _lazy("A case has no caseworker any more."), "triage"),
    ("case_brought_near", _lazy("A case was shared with your organisation."), ""),
    ("referral_received", _lazy("A referral came in and waits for a caseworker."), "triage"),
    ("erasure_asked", _lazy("A colleague asks for an identity to be erased."), "case_keeping"),
    ("erasure_done", _lazy("The identity that you asked about was erased."), "case_keeping"),
    (
        "erasure_not_agreed",
        _lazy("A colleague did not agree to erasing an identity."),
        "case_keeping",
    ),
    ("draft_handed_over", _lazy("A draft of a referral was handed over to you."), "drafts"),
    ("draft_expiring", _lazy("A draft of a referral will be deleted soon."), "drafts"),
    ("factor_added", _lazy("A way of signing in was added to your account."), "factors"),
    ("factor_removed", _lazy("A way of signing in was removed from your account."), "factors"),
    ("recovery_codes_made", _lazy("You have new recovery codes."), "factors"),
    ("recovery_code_used", _lazy("One of your recovery codes was used."), "factors"),
    (
        "codes_guessed",
        _lazy(
            "Somebody who knows your password guessed at your code. If it "
            "was not you, change your password."
        ),
        "password",
    ),
    ("password_changed", _lazy("Your password was changed."), "password"),
    (
        "factor_reset",
        _lazy(
            "An administrator reset your second factor. If you did not ask for "
            "it, tell them at once."
        ),
        "factors",
    ),
    (
        "somebodys_factor_reset",
        _lazy("The second factor of an account was reset."),
        "administration",
    ),
    (
        "role_asked",
        _lazy("A colleague asks for an account or a role. Confirm or decline it."),
        "role_requests",
    ),
    (
        "role_confirmed",
        _lazy("An account or a role that you asked for is in force."),
        "role_requests",
    ),
    (
        "role_declined",
        _lazy("An account or a role that you asked for was declined."),
        "role_requests",
    ),
    ("role_given", _lazy("You were given a role."), "account"),
):
    register_notice(_kind, lambda item, sentence=_sentence: str(sentence), _page)
