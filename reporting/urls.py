from django.urls import path

from reporting import (
    anomalies,
    api,
    api_monitoring,
    api_trail,
    counts,
    monitor,
    own_staff,
    trail,
    views,
)

urlpatterns = [
    path("dashboard/counts/", counts.CountsView.as_view(), name="counts"),
    path("statistics/", views.ReleasesView.as_view(), name="statistics"),
    path("statistics/epsilon/", views.EpsilonView.as_view(), name="statistics_epsilon"),
    path("statistics/<str:period>/", views.ReleaseView.as_view(), name="statistics_release"),
    path(
        "statistics/<str:period>/approval/",
        views.ApprovalView.as_view(),
        name="statistics_approval",
    ),
    path(
        "statistics/<str:period>/withholding/",
        views.WithholdingView.as_view(),
        name="statistics_withholding",
    ),
    path(
        "statistics/<str:period>/attacks/", views.AttacksView.as_view(), name="statistics_attacks"
    ),
    path(
        "statistics/<str:period>/files/<str:kind>/",
        views.FileView.as_view(),
        name="statistics_file",
    ),
    path("monitoring/", monitor.MonitoringView.as_view(), name="monitoring"),
    path(
        "monitoring/<str:period>/",
        monitor.MonitoringReportView.as_view(),
        name="monitoring_report",
    ),
    path(
        "monitoring/<str:period>/download/",
        monitor.MonitoringDownloadView.as_view(),
        name="monitoring_download",
    ),
    path(
        "api/v1/monitoring/<str:period>/",
        api_monitoring.MonitoringReportView.as_view(),
        name="api_monitoring_report",
    ),
    path("audit/", trail.AuditView.as_view(), name="audit_trail"),
    path("audit/staff/", trail.StaffView.as_view(), name="audit_staff"),
    path("api/v1/audit-staff/", api_trail.StaffView.as_view(), name="api_audit_staff"),
    path("audit/unusual/", anomalies.AnomaliesView.as_view(), name="anomalies"),
    path("audit/unusual/<uuid:anomaly>/", anomalies.AnomalyView.as_view(), name="anomaly"),
    path("staff/unusual/", own_staff.UnusualOfStaffView.as_view(), name="unusual_staff"),
    path("api/v1/unusual-access/", api_trail.OwnStaffView.as_view(), name="api_unusual_staff"),
    path("api/v1/audit-anomalies/", api_trail.AnomaliesView.as_view(), name="api_anomalies"),
    path(
        "api/v1/audit-anomalies/<uuid:anomaly>/",
        api_trail.AnomalyView.as_view(),
        name="api_anomaly",
    ),
    path("api/v1/audit-events/", api_trail.AuditEventsView.as_view(), name="api_audit_events"),
    path("api/v1/statistics/", api.ReleasesView.as_view(), name="api_statistics"),
    path(
        "api/v1/statistics/<str:period>/",
        api.ReleaseView.as_view(),
        name="api_statistics_release",
    ),
    path(
        "api/v1/statistics/<str:period>/files/<str:kind>/",
        api.FileView.as_view(),
        name="api_statistics_file",
    ),
]
