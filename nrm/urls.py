"""Every address of the system. Each room lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("nrm.accounts.urls")),
    path("", include("identities.urls")),
    path("", include("cases.urls")),
    path("", include("screening.urls")),
    path("", include("protection.urls")),
    path("", include("exchange.urls")),
    path("", include("reporting.urls")),
    path("", include("nrm.reference")),
    path("api/v1/", include("nrm.accounts_api")),
    path("health/", include("nrm.health")),
]

handler400 = "nrm.web.bad_request"
handler403 = "nrm.web.forbidden"
handler404 = "nrm.web.not_found"
handler500 = "nrm.web.server_error"
