"""Lists of cases and the pages of one case."""

from django.urls import path

from cases.views.access import AccessView, EndAccessView, RightsTableView
from cases.views.batches import BatchResultView, BatchView
from cases.views.case import CaseOverview, PeopleView, ReferralTold, TasksView, TimelineView
from cases.views.confidentiality import ConfidentialityView
from cases.views.contact import NomineeEndView, NomineeView, RecordContactView
from cases.views.cooperation import CooperationView, CooperationWithdrawalView
from cases.views.course import (
    AnswerView,
    AskView,
    ClosureView,
    CourseView,
    KeepSuspendedView,
    ProviderAskView,
    ReopeningView,
    ResumptionView,
    SuspensionView,
    WithdrawalView,
)
from cases.views.court import (
    AnswerCourtBundleView,
    CourtArchiveView,
    CourtBundlesView,
    CourtBundleView,
    PrepareCourtBundleView,
    RecallCourtBundleView,
)
from cases.views.covers import CoversView, EndCoverView
from cases.views.dashboard import DashboardView
from cases.views.disqualifying import DisqualificationView, StepView
from cases.views.documents import (
    BringBackDocumentView,
    DocumentFileView,
    DocumentSeenByView,
    DocumentsView,
    MarkDocumentView,
    WithdrawDocumentView,
)
from cases.views.emergency import (
    CaseEmergenciesView,
    EmergencyReviewsView,
    EmergencyReviewView,
    EmergencyView,
    EndEmergencyView,
)
from cases.views.exclusions import ConflictView, ExclusionsView, LiftExclusionView
from cases.views.finding import FindPersonView
from cases.views.handover import HandoverView
from cases.views.hearings import HearingResultView, HearingView
from cases.views.identity import ShowIdentityView
from cases.views.intake import IntakeQueueView, TriageView
from cases.views.keeping import (
    ErasureAgreementView,
    ErasureRefusalView,
    ErasureView,
    ErasureWithdrawalView,
    HoldLiftingView,
    HoldView,
    KeepingView,
)
from cases.views.letters import LettersView, LetterView, NewLetterView
from cases.views.links import LinksView, LinkView
from cases.views.matters import MatterPartView, MattersView, MatterView, RaiseMatterView
from cases.views.merging import MergingDecisionView, MergingView, UndoMergingView
from cases.views.near import NearCasesView, SummaryView
from cases.views.notes import NotesView
from cases.views.notices import (
    NoticesView,
    NoticeView,
    RecallNoticeView,
    ReceivedNoticeView,
    SendNoticeView,
)
from cases.views.provisional import FunctionsView
from cases.views.questions import QuestionsView, QuestionView, QuestionWithdrawalView
from cases.views.redactions import RedactDocumentView, RedactionsView
from cases.views.removals import RecordRemovalView, RemovalView
from cases.views.sharing import (
    BundlesView,
    BundleView,
    RecordConsentView,
    SharedBundleView,
    SharedFileView,
    SharedView,
    ShareView,
    WithdrawConsentView,
)
from cases.views.transfers import (
    OfferedView,
    TransfersView,
    TransferView,
    TransferWithdrawalView,
)
from cases.views.worklist import (
    FindView,
    SavedViewRemovalView,
    SavedViewsView,
    SavedViewView,
    WorklistView,
)

_QUESTIONS = "cases/<str:reference>/questions/"
_COURSE = "cases/<str:reference>/course/"
_LETTERS = "cases/<str:reference>/letters/"
_COURT = "cases/<str:reference>/court/"
_MATTER = "cases/<str:reference>/matters/<uuid:matter>/"
_DOCUMENT = "cases/<str:reference>/documents/<uuid:document>/"

urlpatterns = [
    path("dashboard/", DashboardView.as_view(), name="dashboard"),
    path("intake/", IntakeQueueView.as_view(), name="intake_queue"),
    path("intake/<str:reference>/", TriageView.as_view(), name="triage"),
    path("cases/", WorklistView.as_view(), name="worklist"),
    path("cases/batch/", BatchView.as_view(), name="batch"),
    path("cases/batch/<uuid:batch>/", BatchResultView.as_view(), name="batch_result"),
    path("cases/find/", FindView.as_view(), name="find"),
    path("people/find/", FindPersonView.as_view(), name="find_person"),
    path("cases/views/", SavedViewsView.as_view(), name="saved_views"),
    path("cases/views/<uuid:pk>/", SavedViewView.as_view(), name="saved_view"),
    path(
        "cases/views/<uuid:pk>/removal/", SavedViewRemovalView.as_view(), name="saved_view_removal"
    ),
    path("cases/<str:reference>/", CaseOverview.as_view(), name="case"),
    path("cases/<str:reference>/timeline/", TimelineView.as_view(), name="case_timeline"),
    path("cases/<str:reference>/referral/", ReferralTold.as_view(), name="case_referral"),
    path("cases/<str:reference>/tasks/", TasksView.as_view(), name="case_tasks"),
    path("cases/<str:reference>/notes/", NotesView.as_view(), name="case_notes"),
    path("cases/<str:reference>/documents/", DocumentsView.as_view(), name="case_documents"),
    path(_DOCUMENT + "file/", DocumentFileView.as_view(), name="document_file"),
    path(_DOCUMENT + "identity/", MarkDocumentView.as_view(), name="document_identity"),
    path(_DOCUMENT + "redaction/", RedactDocumentView.as_view(), name="document_redaction"),
    path("cases/<str:reference>/redactions/", RedactionsView.as_view(), name="case_redactions"),
    path(_DOCUMENT + "withdrawal/", WithdrawDocumentView.as_view(), name="document_withdrawal"),
    path(_DOCUMENT + "seen-by/", DocumentSeenByView.as_view(), name="document_seen_by"),
    path(_DOCUMENT + "return/", BringBackDocumentView.as_view(), name="document_return"),
    path("cases/<str:reference>/people/", PeopleView.as_view(), name="case_people"),
    path("cases/<str:reference>/identity/", ShowIdentityView.as_view(), name="show_identity"),
    path("cases/<str:reference>/access/", AccessView.as_view(), name="case_access"),
    path(
        "cases/<str:reference>/access/<uuid:organisation>/end/",
        EndAccessView.as_view(),
        name="case_access_end",
    ),
    path("cases/<str:reference>/keeping/", KeepingView.as_view(), name="case_keeping"),
    path("cases/<str:reference>/keeping/hold/", HoldView.as_view(), name="case_hold"),
    path(
        "cases/<str:reference>/keeping/hold/lifting/",
        HoldLiftingView.as_view(),
        name="case_hold_lifting",
    ),
    path("cases/<str:reference>/keeping/erasure/", ErasureView.as_view(), name="case_erasure"),
    path(
        "cases/<str:reference>/keeping/erasure/agreement/",
        ErasureAgreementView.as_view(),
        name="case_erasure_agreement",
    ),
    path(
        "cases/<str:reference>/keeping/erasure/refusal/",
        ErasureRefusalView.as_view(),
        name="case_erasure_refusal",
    ),
    path(
        "cases/<str:reference>/keeping/erasure/withdrawal/",
        ErasureWithdrawalView.as_view(),
        name="case_erasure_withdrawal",
    ),
    path("cases/<str:reference>/matters/", MattersView.as_view(), name="case_matters"),
    path("cases/<str:reference>/matters/new/", RaiseMatterView.as_view(), name="case_matter_new"),
    path("cases/<str:reference>/matters/<uuid:matter>/", MatterView.as_view(), name="case_matter"),
    path(_MATTER + "notices/new/", SendNoticeView.as_view(), name="case_notice_new"),
    path(_MATTER + "notices/<uuid:notice>/", NoticeView.as_view(), name="case_notice"),
    path(
        _MATTER + "notices/<uuid:notice>/recall/",
        RecallNoticeView.as_view(),
        name="case_notice_recall",
    ),
    path(
        "cases/<str:reference>/removals/new/",
        RecordRemovalView.as_view(),
        name="case_removal_new",
    ),
    path(
        "cases/<str:reference>/removals/<uuid:removal>/",
        RemovalView.as_view(),
        name="case_removal",
    ),
    path("cases/<str:reference>/links/", LinksView.as_view(), name="case_links"),
    path("cases/<str:reference>/links/<uuid:link>/", LinkView.as_view(), name="case_link"),
    path("cases/<str:reference>/transfer/", TransferView.as_view(), name="case_transfer"),
    path(
        "cases/<str:reference>/transfer/<uuid:transfer>/withdrawal/",
        TransferWithdrawalView.as_view(),
        name="case_transfer_withdrawal",
    ),
    path("transfers/", TransfersView.as_view(), name="transfers"),
    path("transfers/<uuid:transfer>/", OfferedView.as_view(), name="offered_transfer"),
    path("notices/", NoticesView.as_view(), name="notices"),
    path("notices/<uuid:notice>/", ReceivedNoticeView.as_view(), name="received_notice"),
    path(
        "cases/<str:reference>/matters/<uuid:matter>/hearing/",
        HearingView.as_view(),
        name="case_hearing",
    ),
    path(
        "cases/<str:reference>/matters/<uuid:matter>/hearings/<uuid:hearing>/",
        HearingResultView.as_view(),
        name="case_hearing_result",
    ),
    path(
        "cases/<str:reference>/matters/<uuid:matter>/<slug:part>/",
        MatterPartView.as_view(),
        name="case_matter_part",
    ),
    path("cases/<str:reference>/handover/", HandoverView.as_view(), name="case_handover"),
    path(_LETTERS, LettersView.as_view(), name="case_letters"),
    path(_LETTERS + "new/<slug:template>/", NewLetterView.as_view(), name="case_letter_new"),
    path(_LETTERS + "<uuid:letter>/", LetterView.as_view(), name="case_letter"),
    path(_COURT, CourtBundlesView.as_view(), name="case_court"),
    path(_COURT + "new/", PrepareCourtBundleView.as_view(), name="case_court_new"),
    path(_COURT + "<uuid:court>/", CourtBundleView.as_view(), name="case_court_bundle"),
    path(
        _COURT + "<uuid:court>/answer/", AnswerCourtBundleView.as_view(), name="case_court_answer"
    ),
    path(
        _COURT + "<uuid:court>/recall/", RecallCourtBundleView.as_view(), name="case_court_recall"
    ),
    path(_COURT + "<uuid:court>/archive/", CourtArchiveView.as_view(), name="case_court_archive"),
    path(_QUESTIONS, QuestionsView.as_view(), name="case_questions"),
    path(_QUESTIONS + "<uuid:question>/", QuestionView.as_view(), name="case_question"),
    path(
        _QUESTIONS + "<uuid:question>/withdrawal/",
        QuestionWithdrawalView.as_view(),
        name="case_question_withdrawal",
    ),
    path(_COURSE, CourseView.as_view(), name="case_course"),
    path(_COURSE + "suspension/", SuspensionView.as_view(), name="case_suspension"),
    path(_COURSE + "suspension/keep/", KeepSuspendedView.as_view(), name="case_keep_suspended"),
    path(_COURSE + "suspension/end/", ResumptionView.as_view(), name="case_resumption"),
    path(_COURSE + "withdrawal/", WithdrawalView.as_view(), name="case_withdrawal"),
    path(_COURSE + "closure/", ClosureView.as_view(), name="case_closure"),
    path(_COURSE + "closure/reopening/", ReopeningView.as_view(), name="case_reopening"),
    path(_COURSE + "authority/", FunctionsView.as_view(), name="case_authority_functions"),
    path(
        _COURSE + "disqualification/",
        DisqualificationView.as_view(),
        name="case_disqualification",
    ),
    path(
        _COURSE + "disqualification/<slug:move>/",
        StepView.as_view(),
        name="case_disqualification_step",
    ),
    path(_COURSE + "look/", AskView.as_view(), name="case_look_asking"),
    path(_COURSE + "look/<uuid:look>/", AnswerView.as_view(), name="case_look"),
    path("cases/<str:reference>/sharing/", BundlesView.as_view(), name="case_bundles"),
    path("cases/<str:reference>/sharing/new/", ShareView.as_view(), name="case_share"),
    path("cases/<str:reference>/sharing/<uuid:bundle>/", BundleView.as_view(), name="case_bundle"),
    path("cases/<str:reference>/contact/", RecordContactView.as_view(), name="case_contact"),
    path("cases/<str:reference>/contact/named/", NomineeView.as_view(), name="case_nominee"),
    path(
        "cases/<str:reference>/contact/named/end/",
        NomineeEndView.as_view(),
        name="case_nominee_end",
    ),
    path("cases/<str:reference>/cooperation/", CooperationView.as_view(), name="case_cooperation"),
    path(
        "cases/<str:reference>/cooperation/withdrawal/",
        CooperationWithdrawalView.as_view(),
        name="case_cooperation_withdrawal",
    ),
    path("cases/<str:reference>/consents/new/", RecordConsentView.as_view(), name="case_consent"),
    path(
        "cases/<str:reference>/consents/<uuid:consent>/withdrawal/",
        WithdrawConsentView.as_view(),
        name="case_consent_withdrawal",
    ),
    path("shared/", SharedView.as_view(), name="shared"),
    path("shared/<uuid:bundle>/", SharedBundleView.as_view(), name="shared_bundle"),
    path(
        "shared/<uuid:bundle>/documents/<uuid:document>/",
        SharedFileView.as_view(),
        name="shared_file",
    ),
    path("cover/", CoversView.as_view(), name="covers"),
    path("cover/<uuid:cover>/end/", EndCoverView.as_view(), name="cover_end"),
    path("emergency/", EmergencyView.as_view(), name="emergency"),
    path("emergency/reviews/", EmergencyReviewsView.as_view(), name="emergency_reviews"),
    path(
        "cases/<str:reference>/emergencies/",
        CaseEmergenciesView.as_view(),
        name="case_emergencies",
    ),
    path(
        "cases/<str:reference>/emergencies/<uuid:emergency>/",
        EmergencyReviewView.as_view(),
        name="case_emergency",
    ),
    path(
        "cases/<str:reference>/emergencies/<uuid:emergency>/end/",
        EndEmergencyView.as_view(),
        name="case_emergency_end",
    ),
    path(
        "cases/<str:reference>/confidentiality/",
        ConfidentialityView.as_view(),
        name="case_confidentiality",
    ),
    path("cases/<str:reference>/exclusions/", ExclusionsView.as_view(), name="case_exclusions"),
    path(
        "cases/<str:reference>/exclusions/<uuid:exclusion>/lifting/",
        LiftExclusionView.as_view(),
        name="case_exclusion_lifting",
    ),
    path("cases/<str:reference>/merging/", MergingView.as_view(), name="case_merging"),
    path(
        "cases/<str:reference>/merging/<uuid:merging>/decision/",
        MergingDecisionView.as_view(),
        name="case_merging_decision",
    ),
    path(
        "cases/<str:reference>/merging/<uuid:merging>/undoing/",
        UndoMergingView.as_view(),
        name="case_merging_undoing",
    ),
    path("cases/<str:reference>/conflict/", ConflictView.as_view(), name="case_conflict"),
    path("near/", NearCasesView.as_view(), name="near_cases"),
    path("near/<str:reference>/", SummaryView.as_view(), name="case_summary"),
    path("near/<str:reference>/look/", ProviderAskView.as_view(), name="summary_look"),
    path("administration/rights/", RightsTableView.as_view(), name="rights_table"),
]
