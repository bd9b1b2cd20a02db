"""REST addresses of the cases room, under /api/v1/. Each noun adds its own lines."""

from django.urls import path

from cases.api import (
    access,
    batches,
    cases,
    confidentiality,
    dashboard,
    deadlines,
    decisions,
    documents,
    drafts,
    exclusions,
    finding,
    inbox,
    intake,
    keeping,
    near,
    notes,
    referrals,
    saved_views,
    timeline,
)

_DOCUMENT = "cases/<str:reference>/documents/<uuid:document>/"
_CASE = "cases/<str:reference>/"
_DRAFT = "drafts/<uuid:draft_id>/"
_DECISION = "cases/<str:reference>/decisions/<uuid:decision_id>/"
_DEADLINE = "cases/<str:reference>/deadlines/<uuid:deadline_id>/"

urlpatterns = [
    path("dashboard/", dashboard.DashboardView.as_view(), name="api_dashboard"),
    path("batches/", batches.BatchesView.as_view(), name="api_batches"),
    path("batches/<uuid:batch>/", batches.BatchView.as_view(), name="api_batch"),
    path("cases/", cases.CasesView.as_view(), name="api_cases"),
    path("cases/search/", cases.CaseSearchView.as_view(), name="api_case_search"),
    path("worklist-views/", saved_views.SavedViewsView.as_view(), name="api_saved_views"),
    path("worklist-views/<uuid:pk>/", saved_views.SavedViewView.as_view(), name="api_saved_view"),
    path("cases/<str:reference>/", cases.CaseDetailView.as_view(), name="api_case"),
    path(
        "cases/<str:reference>/assignment/",
        cases.AssignmentView.as_view(),
        name="api_case_assignment",
    ),
    path(
        "cases/<str:reference>/disclosures/",
        cases.DisclosuresView.as_view(),
        name="api_case_disclosures",
    ),
    path("cases/<str:reference>/notes/", notes.NotesView.as_view(), name="api_case_notes"),
    path(
        "cases/<str:reference>/documents/",
        documents.DocumentsView.as_view(),
        name="api_documents",
    ),
    path(_DOCUMENT, documents.DocumentView.as_view(), name="api_document"),
    path(f"{_DOCUMENT}file/", documents.DocumentFileView.as_view(), name="api_document_file"),
    path(
        f"{_DOCUMENT}withdrawal/",
        documents.DocumentWithdrawalView.as_view(),
        name="api_document_withdrawal",
    ),
    path(
        "cases/<str:reference>/timeline/",
        timeline.TimelineView.as_view(),
        name="api_case_timeline",
    ),
    path("people/search/", finding.PersonSearchView.as_view(), name="api_person_search"),
    path(
        "cases/<str:reference>/duplicates/",
        finding.DuplicatesView.as_view(),
        name="api_duplicates",
    ),
    path("cases/<str:reference>/keeping/", keeping.KeepingView.as_view(), name="api_keeping"),
    path("cases/<str:reference>/hold/", keeping.HoldView.as_view(), name="api_hold"),
    path(
        "cases/<str:reference>/hold/lifting/",
        keeping.HoldLiftingView.as_view(),
        name="api_hold_lifting",
    ),
    path("cases/<str:reference>/erasure/", keeping.ErasureView.as_view(), name="api_erasure"),
    path(
        "cases/<str:reference>/erasure/decision/",
        keeping.ErasureDecisionView.as_view(),
        name="api_erasure_decision",
    ),
    path("referrals/", referrals.ReferralsView.as_view(), name="api_referrals"),
    path("referrals/<str:receipt>/", referrals.ReferralView.as_view(), name="api_referral"),
    path("referral-form/", referrals.ReferralFormView.as_view(), name="api_referral_form"),
    path("reviews/", decisions.ReviewsView.as_view(), name="api_reviews"),
    path(
        "cases/<str:reference>/decisions/",
        decisions.DecisionsView.as_view(),
        name="api_decisions",
    ),
    path(_DECISION, decisions.DecisionView.as_view(), name="api_decision"),
    path(
        f"{_DECISION}submission/",
        decisions.DecisionSubmissionView.as_view(),
        name="api_decision_submission",
    ),
    path(
        f"{_DECISION}withdrawal/",
        decisions.DecisionWithdrawalView.as_view(),
        name="api_decision_withdrawal",
    ),
    path(f"{_DECISION}review/", decisions.DecisionReviewView.as_view(), name="api_decision_review"),
    path(
        f"{_DECISION}verdict/",
        decisions.DecisionVerdictView.as_view(),
        name="api_decision_verdict",
    ),
    path(
        f"{_DECISION}service/",
        decisions.DecisionServiceView.as_view(),
        name="api_decision_service",
    ),
    path(
        "cases/<str:reference>/deadlines/",
        deadlines.DeadlinesView.as_view(),
        name="api_deadlines",
    ),
    path(_DEADLINE, deadlines.DeadlineView.as_view(), name="api_deadline"),
    path(f"{_DEADLINE}pause/", deadlines.DeadlinePauseView.as_view(), name="api_deadline_pause"),
    path(
        f"{_DEADLINE}resumption/",
        deadlines.DeadlineResumptionView.as_view(),
        name="api_deadline_resumption",
    ),
    path(
        f"{_DEADLINE}extension/",
        deadlines.DeadlineExtensionView.as_view(),
        name="api_deadline_extension",
    ),
    path("inbox/", inbox.InboxView.as_view(), name="api_inbox"),
    path("inbox/read/", inbox.InboxReadView.as_view(), name="api_inbox_read"),
    path("intake/", intake.IntakeView.as_view(), name="api_intake"),
    path("near/", near.NearCasesView.as_view(), name="api_near"),
    path("near/<str:reference>/", near.SummaryView.as_view(), name="api_summary"),
    path("administration/rights/", access.RolesView.as_view(), name="api_rights"),
    path(f"{_CASE}referrals/", intake.CaseReferralsView.as_view(), name="api_case_referrals"),
    path(f"{_CASE}tasks/", intake.TasksView.as_view(), name="api_case_tasks"),
    path(f"{_CASE}tasks/<str:code>/", intake.TaskView.as_view(), name="api_case_task"),
    path(f"{_CASE}people/", access.PeopleView.as_view(), name="api_case_people"),
    path(f"{_CASE}access/", access.AccessView.as_view(), name="api_case_access"),
    path(
        f"{_CASE}access/people/",
        access.AccessPeopleView.as_view(),
        name="api_case_access_people",
    ),
    path(
        f"{_CASE}access/people/<uuid:person>/",
        access.AccessPersonView.as_view(),
        name="api_case_access_person",
    ),
    path(f"{_CASE}access/log/", access.AccessLogView.as_view(), name="api_case_access_log"),
    path(
        f"{_CASE}access/<uuid:organisation_id>/",
        access.EndAccessView.as_view(),
        name="api_case_access_end",
    ),
    path(
        f"{_CASE}confidentiality/",
        confidentiality.ConfidentialityView.as_view(),
        name="api_case_confidentiality",
    ),
    path(f"{_CASE}exclusions/", exclusions.ExclusionsView.as_view(), name="api_case_exclusions"),
    path(
        f"{_CASE}exclusions/<uuid:exclusion_id>/lifting/",
        exclusions.ExclusionLiftingView.as_view(),
        name="api_case_exclusion_lifting",
    ),
    path(f"{_CASE}conflict/", exclusions.ConflictView.as_view(), name="api_case_conflict"),
    path("prompt-sheet/", referrals.PromptSheetView.as_view(), name="api_prompt_sheet"),
    path("drafts/", drafts.DraftsView.as_view(), name="api_drafts"),
    path(_DRAFT, drafts.DraftView.as_view(), name="api_draft"),
    path(f"{_DRAFT}hand-over/", drafts.DraftHandOverView.as_view(), name="api_draft_hand_over"),
    path(f"{_DRAFT}sending/", drafts.DraftSendingView.as_view(), name="api_draft_sending"),
    path(f"{_DRAFT}pages/<slug:page>/", drafts.DraftPageView.as_view(), name="api_draft_page"),
    path(
        f"{_DRAFT}pages/<slug:page>/items/",
        drafts.DraftItemsView.as_view(),
        name="api_draft_items",
    ),
    path(
        f"{_DRAFT}pages/<slug:page>/items/<slug:item>/",
        drafts.DraftItemView.as_view(),
        name="api_draft_item",
    ),
    path(f"{_DECISION}letter/", decisions.DecisionLetterView.as_view(), name="api_letter"),
]
