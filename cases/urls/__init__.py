"""The addresses of the cases room, one file a noun."""

from django.urls import include, path

urlpatterns = [
    path("", include("cases.urls.cases")),
    path("referrals/", include("cases.urls.referrals")),
    path("reviews/", include("cases.urls.reviews")),
    path("cases/<str:reference>/", include("cases.urls.decisions")),
    path("cases/<str:reference>/", include("cases.urls.deadlines")),
    path("inbox/", include("cases.urls.inbox")),
    path("api/v1/", include("cases.urls.api")),
]
