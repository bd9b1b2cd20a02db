"""What each page and each reading endpoint asks of the database: a known number of queries, the
same for 50 rows as for 25. The numbers stand in query_counts.json; after a change that is meant,
UPDATE_QUERY_COUNTS=1 writes them anew."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases.selectors import keyset, lists, referrals, timeline
from nrm.accounts import sessions
from tests.performance.rows import Rows
from tests.world import World, build_world

RECORD = Path(__file__).with_name("query_counts.json")
SIZES = (25, 50)


@dataclass(frozen=True)
class Read:
    """One reading: of a route, by somebody, at a place of the rows."""

    name: str
    who: str
    place: str = ""
    query: str = ""
    arguments: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.who, self.place, self.query) if part)


READS: tuple[Read, ...] = (
    # Lists
    Read("referrals", "responder"),
    Read("drafts", "responder"),
    Read("intake_queue", "intake"),
    Read("intake_queue", "supervisor"),
    Read("worklist", "caseworker"),
    Read("worklist", "supervisor"),
    Read("saved_views", "supervisor"),
    Read("reviews", "supervisor"),
    Read("dashboard", "supervisor"),
    Read("counts", "supervisor"),
    Read("batch_result", "supervisor", "batch"),
    Read("near_cases", "provider"),
    Read("inbox", "caseworker"),
    Read("inbox", "supervisor"),
    Read("statistics", "auditor"),
    Read("monitoring", "auditor"),
    Read("monitoring_report", "auditor", "published"),
    Read("monitoring_download", "auditor", "published"),
    Read("api_monitoring_report", "auditor", "published"),
    Read("audit_trail", "auditor"),
    Read("audit_staff", "auditor"),
    Read("anomalies", "auditor"),
    Read("anomaly", "auditor", "anomaly"),
    Read("api_anomalies", "auditor"),
    Read("unusual_staff", "supervisor"),
    Read("api_unusual_staff", "supervisor"),
    Read("api_anomaly", "auditor", "anomaly"),
    Read("administration", "administrator"),
    # Details
    Read("account", "caseworker"),
    Read("confirmation", "caseworker"),
    Read("factors", "caseworker"),
    Read("factor_app", "caseworker"),
    Read("factor_passkey", "caseworker"),
    Read("api_factors", "caseworker"),
    Read("kept_texts", "caseworker"),
    Read("organisation", "administrator", "organisation"),
    Read("administered_account", "administrator", "account"),
    Read("rights_table", "administrator"),
    Read("draft", "responder", "draft"),
    Read("draft_page", "responder", "draft"),
    Read("draft_item", "responder", "draft_item"),
    Read("draft_check", "responder", "draft"),
    Read("draft_hand_over", "responder", "draft"),
    Read("referral", "responder", "wide"),
    Read("referral_receipt", "responder", "wide"),
    Read("triage", "intake", "queued"),
    Read("triage", "supervisor", "wide"),
    Read("case", "caseworker", "wide"),
    Read("case", "supervisor", "wide"),
    Read("case", "intake", "queued"),
    Read("case", "supervisor", "decided"),
    Read("case_referral", "caseworker", "wide"),
    Read("case_timeline", "caseworker", "wide"),
    Read("case_notes", "caseworker", "wide"),
    Read("case_documents", "caseworker", "wide"),
    Read("document_withdrawal", "caseworker", "wide"),
    Read("document_seen_by", "caseworker", "wide"),
    Read("document_redaction", "caseworker", "wide"),
    Read("case_redactions", "caseworker", "wide"),
    Read("case_people", "caseworker", "wide"),
    Read("show_identity", "caseworker", "wide"),
    Read("case_access", "supervisor", "wide"),
    Read("case_handover", "caseworker", "wide"),
    Read("case_letters", "caseworker", "wide"),
    Read("case_letter_new", "caseworker", "wide"),
    Read("case_letter", "caseworker", "wide"),
    Read("case_court", "caseworker", "wide"),
    Read("case_court_new", "caseworker", "wide"),
    Read("case_court_bundle", "caseworker", "wide"),
    Read("case_questions", "supervisor", "wide"),
    Read("case_question", "caseworker", "wide"),
    Read("case_course", "supervisor", "wide"),
    Read("case_suspension", "supervisor", "wide"),
    Read("case_withdrawal", "caseworker", "wide"),
    Read("case_closure", "supervisor", "wide"),
    Read("case_reopening", "supervisor", "wide"),
    Read("case_hearing", "caseworker", "wide"),
    Read("api_matter_hearings", "caseworker", "wide"),
    Read("case_disqualification", "supervisor", "wide"),
    Read("case_disqualification_step", "supervisor", "wide", arguments={"move": "proposal"}),
    Read("api_case_disqualifications", "supervisor", "wide"),
    Read("case_keep_suspended", "supervisor", "wide"),
    Read("referral_provisional", "responder", "wide"),
    Read("case_look_asking", "caseworker", "decided"),
    Read("case_look", "supervisor", "decided"),
    Read("referral_look", "responder", "decided"),
    Read("summary_look", "provider", "decided"),
    Read("case_keeping", "supervisor", "wide"),
    Read("find_person", "caseworker"),
    Read("case_matters", "caseworker", "wide"),
    Read("case_matter_new", "caseworker", "wide"),
    Read("case_matter", "caseworker", "wide"),
    Read("case_matter_part", "caseworker", "wide"),
    Read("case_removal_new", "caseworker", "wide"),
    Read("case_removal", "caseworker", "wide"),
    Read("case_notice_new", "caseworker", "noticed"),
    Read("case_notice", "caseworker", "noticed"),
    Read("notices", "liaison"),
    Read("received_notice", "liaison", "received"),
    Read("case_bundles", "caseworker", "bundle"),
    Read("case_share", "caseworker", "bundle"),
    Read("case_htcds", "caseworker", "bundle"),
    Read("case_packs", "caseworker", "bundle"),
    Read("case_pack_new", "caseworker", "bundle"),
    Read("case_received", "caseworker", "bundle"),
    Read("case_bundle", "caseworker", "bundle"),
    Read("case_contact", "caseworker", "bundle"),
    Read("case_nominee", "caseworker", "wide"),
    Read("case_cooperation", "caseworker", "wide"),
    Read("case_consent", "caseworker", "bundle"),
    Read("case_consent_withdrawal", "caseworker", "bundle"),
    Read("shared", "provider"),
    Read("shared_bundle", "provider", "bundle"),
    Read("registers", "lead"),
    Read("register", "lead", "register"),
    Read("register_mapping", "lead", "register"),
    Read("register_rows", "lead", "register"),
    Read("covers", "covering"),
    Read("emergency", "caseworker"),
    Read("emergency_reviews", "supervisor"),
    Read("case_emergencies", "supervisor", "opened"),
    Read("case_emergency", "supervisor", "opened"),
    Read("case_confidentiality", "supervisor", "wide"),
    Read("case_exclusions", "supervisor", "wide"),
    Read("case_conflict", "caseworker", "wide"),
    Read("case_summary", "provider", "decided"),
    Read("case_links", "supervisor", "wide"),
    Read("case_link", "supervisor", "wide"),
    Read("case_transfer", "supervisor", "wide"),
    Read("transfers", "supervisor"),
    Read("offered_transfer", "supervisor", "offered"),
    Read("case_child", "caseworker", "wide"),
    Read("case_adulthood", "caseworker", "wide"),
    Read("child_record_new", "caseworker", "wide"),
    Read("child_record", "caseworker", "wide"),
    Read("case_plan", "caseworker", "wide"),
    Read("plan_new", "caseworker", "wide"),
    Read("plan_item", "caseworker", "wide"),
    Read("plan_step", "caseworker", "wide"),
    Read("case_risk", "caseworker", "wide"),
    Read("assessment_add", "caseworker", "wide"),
    Read("risk_reviews", "caseworker"),
    Read("risk_reviews", "supervisor"),
    Read("shelters", "caseworker"),
    Read("case_shelter", "caseworker", "wide"),
    Read("place", "provider", "place"),
    Read("case_support", "caseworker", "wide"),
    Read("service_add", "caseworker", "wide"),
    Read("service", "caseworker", "wide"),
    Read("referred", "provider"),
    Read("referred_person", "provider", "referred"),
    Read("leaflet", "caseworker", "leaflet"),
    Read("case_leaflet", "caseworker", "wide"),
    Read("counselling", "provider", "counselled"),
    Read("counselling_add", "provider", "counselled"),
    Read("counselling_session", "provider", "counselled"),
    Read("workbench", "caseworker", "wide"),
    Read("evidence", "caseworker", "wide"),
    Read("finding", "caseworker", "wide", arguments={"code": "{indicator}"}),
    Read("contradiction_add", "caseworker", "wide", "?first={evidence}"),
    Read("episode_add", "caseworker", "wide"),
    Read("screening_completion", "caseworker", "wide"),
    Read("decisions", "caseworker", "wide"),
    Read("decision_start", "caseworker", "wide", arguments={"code": "reasonable_grounds"}),
    Read("decision", "caseworker", "reviewed"),
    Read("decision", "supervisor", "decided"),
    Read("decision_review", "supervisor", "reviewed"),
    Read("decision_letter", "caseworker", "decided"),
    Read("decision_serve", "caseworker", "decided"),
    Read("deadlines", "caseworker", "wide"),
    Read("deadline", "caseworker", "wide"),
    Read("statistics_epsilon", "auditor"),
    Read("statistics_release", "auditor", "period"),
    Read("statistics_attacks", "auditor", "period"),
    Read("api_statistics_release", "auditor", "period"),
    # REST
    Read("api_sessions", "caseworker", query="?limit=100"),
    Read("api_tokens", "caseworker", query="?limit=100"),
    Read("api_organisations", "administrator", query="?limit=100"),
    Read("api_inbox", "caseworker", query="?limit=100"),
    Read("api_drafts", "responder", query="?limit=100"),
    Read("api_intake", "intake", query="?limit=100"),
    Read("api_near", "provider", query="?limit=100"),
    Read("api_case_referrals", "caseworker", "wide"),
    Read("api_case_tasks", "caseworker", "wide"),
    Read("api_case_people", "caseworker", "wide"),
    Read("api_case_access", "supervisor", "wide"),
    Read("api_handover", "caseworker", "wide"),
    Read("api_letters", "caseworker", "wide", "?limit=100"),
    Read("api_case_letter", "caseworker", "wide"),
    Read("api_court_bundles", "caseworker", "wide", "?limit=100"),
    Read("api_court_bundle", "caseworker", "wide"),
    Read("api_questions", "supervisor", "wide"),
    Read("api_case_course", "supervisor", "wide"),
    Read("api_keeping", "supervisor", "wide"),
    Read("api_duplicates", "supervisor", "wide"),
    Read("api_case_access_log", "supervisor", "wide", "?limit=100"),
    Read("api_case_lookers", "supervisor", "wide"),
    Read("api_letter", "caseworker", "decided"),
    Read("api_statistics", "auditor"),
    Read("api_cases", "caseworker", query="?limit=100"),
    Read("api_cases", "supervisor", query="?limit=100"),
    Read("api_saved_views", "supervisor"),
    Read("api_case", "caseworker", "wide"),
    Read("api_case_assignment", "supervisor", "wide"),
    Read("api_case_notes", "caseworker", "wide", "?limit=100"),
    Read("api_documents", "caseworker", "wide", "?limit=100"),
    Read("api_document", "caseworker", "wide"),
    Read("api_redactions", "caseworker", "wide", "?limit=100"),
    Read("api_case_timeline", "caseworker", "wide", "?limit=100"),
    Read("api_referrals", "responder", query="?limit=100"),
    Read("api_referral", "responder", "wide"),
    Read("api_referral_form", "responder"),
    Read("api_reviews", "supervisor", query="?limit=100"),
    Read("api_dashboard", "supervisor"),
    Read("api_case_access_people", "supervisor", "wide"),
    Read("api_case_access_person", "supervisor", "wide"),
    Read("api_case_matters", "caseworker", "wide"),
    Read("api_matters_to_ask", "caseworker", "wide"),
    Read("api_case_matter", "caseworker", "wide"),
    Read("api_matter_notices", "caseworker", "noticed"),
    Read("api_matter_notice_preview", "caseworker", "noticed"),
    Read("api_notices", "liaison"),
    Read("api_removals", "caseworker", "wide"),
    Read("api_notice", "liaison", "received"),
    Read("api_case_bundles", "caseworker", "bundle"),
    Read("api_case_bundle", "caseworker", "bundle"),
    Read("api_shared", "provider"),
    Read("api_shared_bundle", "provider", "bundle"),
    Read("api_covers", "covering"),
    Read("api_emergencies", "caseworker"),
    Read("api_emergencies_to_review", "supervisor"),
    Read("api_case_emergencies", "supervisor", "opened"),
    Read("api_case_emergency", "supervisor", "opened"),
    Read("api_case_confidentiality", "supervisor", "wide"),
    Read("api_case_exclusions", "supervisor", "wide"),
    Read("case_merging", "supervisor", "wide"),
    Read("api_case_merging", "supervisor", "wide"),
    Read("api_links", "supervisor", "wide"),
    Read("api_link", "supervisor", "wide"),
    Read("api_case_transfers", "supervisor", "wide"),
    Read("api_transfers", "supervisor", query="?limit=100"),
    Read("api_transfer", "supervisor", "offered"),
    Read("api_child_records", "caseworker", "wide"),
    Read("api_adulthood", "caseworker", "wide"),
    Read("api_nominees", "caseworker", "wide"),
    Read("api_cooperation", "caseworker", "wide"),
    Read("api_plan", "caseworker", "wide"),
    Read("api_plan_item", "caseworker", "wide"),
    Read("api_plan_due", "supervisor", query="?limit=100"),
    Read("api_assessments", "caseworker", "wide"),
    Read("api_risk_reviews", "supervisor", query="?limit=100"),
    Read("api_shelters", "supervisor"),
    Read("api_case_shelter", "caseworker", "wide"),
    Read("api_place", "provider", "place"),
    Read("api_services", "caseworker", "wide"),
    Read("api_service", "caseworker", "wide"),
    Read("api_referred", "provider", query="?limit=100"),
    Read("api_referred_person", "provider", "referred"),
    Read("api_leaflet", "caseworker", "leaflet"),
    Read("api_case_leaflets", "caseworker", "wide"),
    Read("api_counselling", "provider", "counselled", query="?limit=100"),
    Read("api_counselling_session", "provider", "counselled"),
    Read("api_service_sessions", "caseworker", "counselled"),
    Read("api_audit_events", "auditor"),
    Read("api_batch", "supervisor", "batch"),
    Read("api_decisions", "caseworker", "wide"),
    Read("api_decision", "caseworker", "decided"),
    Read("api_deadlines", "caseworker", "wide"),
    Read("api_deadline", "caseworker", "wide"),
    Read("api_screenings", "caseworker", "wide"),
    Read("api_screening", "caseworker", "wide"),
)

# Routes whose reading touches no row of a list or of a case, or is that of a page above.
NOT_READ = {
    "home",
    "sign_in",
    "welcome",
    "neutral_page",
    "session",
    "password",
    "organisation_add",
    "place_add",
    "account_add",
    "referral_start",
    "prompt_sheet",
    "htcds_import",
    "find",
    "saved_view",
    "draft_discard",
    "screening",
    "document_file",
    "api_document_file",
    "case_exclusion_lifting",
    "deadline_pause",
    "case_hearing_result",
    "deadline_keep_paused",
    "api_referral_provisional",
    "deadline_extend",
    "statistics_file",  # gives a file
    "api_statistics_file",
    "health_live",
    "health_ready",
    "health_work",
    "api_schema",
    "api_account",
    "api_organisation",
    "api_organisation_accounts",
    "api_administered_account",
    "correspondents",
    "correspondent",
    "correspondent_add",
    "take_in_pack",
    "received_pack",
    "case_pack",
    "webhooks",  # counted in tests/exchange/test_webhooks.py
    "webhook",
    "webhook_add",
    "api_webhook_case",
    "role_requests",  # counted in tests/accounts/test_role_requests.py
    "role_request",
    "api_role_requests",
    "api_role_request",
    "api_rights",
    "api_prompt_sheet",
    "api_draft",
    "shared_file",  # gives a file
    "api_shared_file",
    "api_draft_hand_over",
    "api_summary",
    "api_audit_staff",
}


def _routes(patterns: Any, before: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or route, pattern.callback


def _answers_get(view: Any) -> bool:
    found = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return found is not None and hasattr(found, "get") and "get" in found.http_method_names


def test_every_route_that_is_read_has_its_queries_counted():
    counted = {read.name for read in READS} | NOT_READ
    read = {
        name for _route, name, view in _routes(get_resolver().url_patterns) if _answers_get(view)
    }
    assert read - counted == set()


# Counting ----------------------------------------------------------------------------------------
def _path(rows: Rows, read: Read) -> str:
    place = rows.places[read.place]
    values = {**place, **{k: v.format(**place) for k, v in read.arguments.items()}}
    route = next(r for r, name, _view in _routes(get_resolver().url_patterns) if name == read.name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
    path = reverse(read.name, kwargs={argument: values[argument] for argument in wanted})
    return path + read.query.format(**values)


def _count(
    world: World, rows: Rows, clients: dict[str, Client], read: Read, *, expected: int | None
) -> int:
    """How many queries a reading takes. Where it takes others than are expected, it is read once
    more: the first may fill caches, of profiles, of content types."""
    if read.who not in clients:
        clients[read.who] = world.client(read.who)
    path = _path(rows, read)
    found = -1
    for _time in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = clients[read.who].get(path)
        assert answer.status_code == 200, (str(read), answer.status_code)
        found = len(captured)
        if found == expected:
            break
    return found


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, dict[int, int]]]:
    """The queries of every reading, at each size. Every row is on the page."""
    from tests.conftest import _empty_the_database

    found: dict[str, dict[int, int]] = {}
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(keyset.page_of.__kwdefaults__, "size", 100)
        patch.setitem(lists.page_of_cases.__kwdefaults__, "size", 100)
        patch.setitem(referrals.sent_referrals.__kwdefaults__, "size", 100)
        patch.setitem(timeline.timeline.__kwdefaults__, "size", 100)
        patch.setattr(timeline, "PAGE_SIZE", 100)
        # That somebody was seen is noted once in a while, on whichever page the while ends.
        patch.setattr(sessions, "SEEN_EVERY", timedelta(days=1))
        world = build_world("uk")
        rows = Rows(world, timezone.now())
        clients: dict[str, Client] = {}
        record = json.loads(RECORD.read_text(encoding="utf-8"))
        for size in SIZES:
            rows.fill(size)
            for read in READS:
                number = _count(world, rows, clients, read, expected=record.get(str(read)))
                found.setdefault(str(read), {})[size] = number
        if os.environ.get("UPDATE_QUERY_COUNTS"):
            _record(found)
        yield found
        connection.close()
        _empty_the_database()


def _record(found: dict[str, dict[int, int]]) -> None:
    record = {name: sizes[SIZES[0]] for name, sizes in sorted(found.items())}
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


@pytest.mark.parametrize("read", READS, ids=str)
def test_a_reading_costs_the_recorded_number_of_queries(counts, read):
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert counts[str(read)][SIZES[0]] == record.get(str(read))


@pytest.mark.parametrize("read", READS, ids=str)
def test_a_reading_costs_the_same_for_50_rows_as_for_25(counts, read):
    small, large = (counts[str(read)][size] for size in SIZES)
    assert small == large


def test_the_record_holds_what_is_read_and_nothing_else():
    assert set(json.loads(RECORD.read_text(encoding="utf-8"))) == {str(read) for read in READS}
