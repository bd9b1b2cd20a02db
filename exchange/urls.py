"""Addresses of the exchange room."""

from django.urls import path

from exchange import api
from exchange.htcds import api as htcds_api
from exchange.htcds import views as htcds
from exchange.packs import views as packs
from exchange.registers.views import (
    RegisterMappingView,
    RegisterRowsView,
    RegistersView,
    RegisterView,
)
from exchange.webhooks import api as webhooks_api
from exchange.webhooks import views as webhooks

_ADMINISTERED = "administration/correspondents/"
_CASE = "cases/<str:reference>/"

urlpatterns = [
    path(_ADMINISTERED, packs.CorrespondentsView.as_view(), name="correspondents"),
    path(f"{_ADMINISTERED}new/", packs.CorrespondentAddView.as_view(), name="correspondent_add"),
    path(f"{_ADMINISTERED}<uuid:pk>/", packs.CorrespondentView.as_view(), name="correspondent"),
    path(f"{_CASE}packs/", packs.PacksView.as_view(), name="case_packs"),
    path(f"{_CASE}packs/new/", packs.PackAddView.as_view(), name="case_pack_new"),
    path(f"{_CASE}packs/<uuid:pack>/", packs.PackView.as_view(), name="case_pack"),
    path(f"{_CASE}received/", packs.ReceivedWithView.as_view(), name="case_received"),
    path("packs/", packs.TakeInView.as_view(), name="take_in_pack"),
    path("packs/<uuid:pk>/", packs.ReceivedPackView.as_view(), name="received_pack"),
    path("registers/", RegistersView.as_view(), name="registers"),
    path("registers/<uuid:register>/", RegisterView.as_view(), name="register"),
    path(
        "registers/<uuid:register>/mapping/", RegisterMappingView.as_view(), name="register_mapping"
    ),
    path("registers/<uuid:register>/rows/", RegisterRowsView.as_view(), name="register_rows"),
    path("administration/webhooks/", webhooks.WebhooksView.as_view(), name="webhooks"),
    path("administration/webhooks/new/", webhooks.WebhookAddView.as_view(), name="webhook_add"),
    path("administration/webhooks/<uuid:pk>/", webhooks.WebhookView.as_view(), name="webhook"),
    path(
        "api/v1/webhook-cases/<uuid:handle>/",
        webhooks_api.WebhookCaseView.as_view(),
        name="api_webhook_case",
    ),
    path("api/v1/intake/home-office/", api.HomeOfficeView.as_view(), name="api_home_office"),
    path("imports/htcds/", htcds.HtcdsImportView.as_view(), name="htcds_import"),
    path("cases/<str:reference>/htcds/", htcds.HtcdsExportView.as_view(), name="case_htcds"),
    path(
        "api/v1/cases/<str:reference>/htcds/preview/",
        htcds_api.HtcdsPreviewView.as_view(),
        name="api_case_htcds_preview",
    ),
    path(
        "api/v1/cases/<str:reference>/htcds/",
        htcds_api.HtcdsExportView.as_view(),
        name="api_case_htcds",
    ),
    path("api/v1/intake/htcds/", htcds_api.HtcdsIntakeView.as_view(), name="api_htcds_intake"),
]
