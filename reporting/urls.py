from django.urls import path

from reporting.counts.views import CountsView
from reporting.monitoring import api as monitoring_api
from reporting.monitoring import views as monitoring
from reporting.statistics import api as statistics_api
from reporting.statistics import views as statistics
from reporting.trail import anomalies, own_staff
from reporting.trail import api as trail_api
from reporting.trail import views as trail

urlpatterns = [
    path("dashboard/counts/", CountsView.as_view(), name="counts"),
    path("statistics/", statistics.ReleasesView.as_view(), name="statistics"),
    path("statistics/epsilon/", statistics.EpsilonView.as_view(), name="statistics_epsilon"),
    path("statistics/<str:period>/", statistics.ReleaseView.as_view(), name="statistics_release"),
    path(
        "statistics/<str:period>/approval/",
        statistics.ApprovalView.as_view(),
        name="statistics_approval",
    ),
    path(
        "statistics/<str:period>/withholding/",
        statistics.WithholdingView.as_view(),
        name="statistics_withholding",
    ),
    path(
        "statistics/<str:period>/attacks/",
        statistics.AttacksView.as_view(),
        name="statistics_attacks",
    ),
    path(
        "statistics/<str:period>/files/<str:kind>/",
        statistics.FileView.as_view(),
        name="statistics_file",
    ),
    path("monitoring/", monitoring.MonitoringView.as_view(), name="monitoring"),
    path(
        "monitoring/<str:period>/",
        monitoring.MonitoringReportView.as_view(),
        name="monitoring_report",
    ),
    path(
        "monitoring/<str:period>/download/",
        monitoring.MonitoringDownloadView.as_view(),
        name="monitoring_download",
    ),
    path(
        "api/v1/monitoring/<str:period>/",
        monitoring_api.MonitoringReportView.as_view(),
        name="api_monitoring_report",
    ),
    path("audit/", trail.AuditView.as_view(), name="audit_trail"),
    path("audit/staff/", trail.StaffView.as_view(), name="audit_staff"),
    path("api/v1/audit-staff/", trail_api.StaffView.as_view(), name="api_audit_staff"),
    path("audit/unusual/", anomalies.AnomaliesView.as_view(), name="anomalies"),
    path("audit/unusual/<uuid:anomaly>/", anomalies.AnomalyView.as_view(), name="anomaly"),
    path("staff/unusual/", own_staff.UnusualOfStaffView.as_view(), name="unusual_staff"),
    path("api/v1/unusual-access/", trail_api.OwnStaffView.as_view(), name="api_unusual_staff"),
    path("api/v1/audit-anomalies/", trail_api.AnomaliesView.as_view(), name="api_anomalies"),
    path(
        "api/v1/audit-anomalies/<uuid:anomaly>/",
        trail_api.AnomalyView.as_view(),
        name="api_anomaly",
    ),
    path("api/v1/audit-events/", trail_api.AuditEventsView.as_view(), name="api_audit_events"),
    path("api/v1/statistics/", statistics_api.ReleasesView.as_view(), name="api_statistics"),
    path(
        "api/v1/statistics/<str:period>/",
        statistics_api.ReleaseView.as_view(),
        name="api_statistics_release",
    ),
    path(
        "api/v1/statistics/<str:period>/files/<str:kind>/",
        statistics_api.FileView.as_view(),
        name="api_statistics_file",
    ),
]
