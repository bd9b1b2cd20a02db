"""The addresses of the screening, all below the case they belong to."""

from django.urls import include, path

from screening import api, views

_assessment = [
    path("", views.WorkbenchView.as_view(), name="workbench"),
    path("screenings/", views.StartView.as_view(), name="screening_start"),
    path("screenings/<uuid:screening>/", views.PastView.as_view(), name="screening"),
    path("evidence/", views.EvidenceAddView.as_view(), name="evidence_add"),
    path("evidence/<uuid:evidence>/", views.EvidenceView.as_view(), name="evidence"),
    path("evidence/<uuid:evidence>/indicators/", views.LinksView.as_view(), name="evidence_links"),
    path("episodes/", views.EpisodeAddView.as_view(), name="episode_add"),
    path("episodes/<uuid:episode>/age/", views.AgeThenView.as_view(), name="episode_age"),
    path(
        "episodes/<uuid:episode>/indicators/<str:code>/",
        views.FindingView.as_view(),
        name="finding",
    ),
    path("contradictions/", views.ContradictionAddView.as_view(), name="contradiction_add"),
    path(
        "contradictions/<uuid:contradiction>/",
        views.ContradictionView.as_view(),
        name="contradiction",
    ),
    path("completion/", views.CompletionView.as_view(), name="screening_completion"),
]

_screenings = [
    path("", api.ScreeningsView.as_view(), name="api_screenings"),
    path("<uuid:screening>/", api.ScreeningView.as_view(), name="api_screening"),
    path(
        "<uuid:screening>/evidence/",
        api.ScreeningEvidenceListView.as_view(),
        name="api_screening_evidence",
    ),
    path(
        "<uuid:screening>/evidence/<uuid:evidence>/",
        api.ScreeningEvidenceView.as_view(),
        name="api_screening_item",
    ),
    path(
        "<uuid:screening>/episodes/",
        api.ScreeningEpisodesView.as_view(),
        name="api_screening_episodes",
    ),
    path(
        "<uuid:screening>/episodes/<uuid:episode>/age/",
        api.ScreeningAgeView.as_view(),
        name="api_screening_age",
    ),
    path(
        "<uuid:screening>/episodes/<uuid:episode>/indicators/<str:code>/",
        api.ScreeningFindingView.as_view(),
        name="api_screening_finding",
    ),
    path(
        "<uuid:screening>/contradictions/",
        api.ScreeningContradictionsView.as_view(),
        name="api_screening_contradictions",
    ),
    path(
        "<uuid:screening>/contradictions/<uuid:contradiction>/",
        api.ScreeningContradictionView.as_view(),
        name="api_screening_contradiction",
    ),
    path(
        "<uuid:screening>/completion/",
        api.ScreeningCompletionView.as_view(),
        name="api_screening_completion",
    ),
]

urlpatterns = [
    path("cases/<str:reference>/assessment/", include(_assessment)),
    path("api/v1/cases/<str:reference>/screenings/", include(_screenings)),
]
