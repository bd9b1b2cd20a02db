from django.urls import path

from cases.views import decisions

urlpatterns = [
    path("decisions/", decisions.DecisionsView.as_view(), name="decisions"),
    path("decisions/start/<slug:code>/", decisions.StartView.as_view(), name="decision_start"),
    path("decisions/<uuid:decision_id>/", decisions.DecisionView.as_view(), name="decision"),
    path(
        "decisions/<uuid:decision_id>/withdraw/",
        decisions.WithdrawView.as_view(),
        name="decision_withdraw",
    ),
    path(
        "decisions/<uuid:decision_id>/review/",
        decisions.ReviewView.as_view(),
        name="decision_review",
    ),
    path(
        "decisions/<uuid:decision_id>/letter/",
        decisions.LetterView.as_view(),
        name="decision_letter",
    ),
    path(
        "decisions/<uuid:decision_id>/serve/",
        decisions.ServeView.as_view(),
        name="decision_serve",
    ),
]
