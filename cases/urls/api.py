"""REST addresses of the cases room, under /api/v1/. Each noun adds its own lines."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from cases.api import cases, notes, referrals, timeline

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("cases/", cases.CasesView.as_view(), name="api_cases"),
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
        "cases/<str:reference>/timeline/",
        timeline.TimelineView.as_view(),
        name="api_case_timeline",
    ),
    path("referrals/", referrals.ReferralsView.as_view(), name="api_referrals"),
    path("referrals/<str:receipt>/", referrals.ReferralView.as_view(), name="api_referral"),
    path("referral-form/", referrals.ReferralFormView.as_view(), name="api_referral_form"),
]
