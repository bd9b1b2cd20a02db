"""Addresses of the exchange room."""

from django.urls import path

from exchange import api, htcds_api, htcds_views
from exchange.webhooks import api as webhooks_api
from exchange.webhooks import views as webhooks

urlpatterns = [
    path("administration/webhooks/", webhooks.WebhooksView.as_view(), name="webhooks"),
    path("administration/webhooks/new/", webhooks.WebhookAddView.as_view(), name="webhook_add"),
    path("administration/webhooks/<uuid:pk>/", webhooks.WebhookView.as_view(), name="webhook"),
    path(
        "api/v1/webhook-cases/<uuid:handle>/",
        webhooks_api.WebhookCaseView.as_view(),
        name="api_webhook_case",
    ),
    path("api/v1/intake/home-office/", api.HomeOfficeView.as_view(), name="api_home_office"),
    path("imports/htcds/", htcds_views.HtcdsImportView.as_view(), name="htcds_import"),
    path("api/v1/intake/htcds/", htcds_api.HtcdsIntakeView.as_view(), name="api_htcds_intake"),
]
