from django.urls import path

from reporting import api, views

urlpatterns = [
    path("statistics/", views.QuartersView.as_view(), name="statistics"),
    path("statistics/<str:quarter>/", views.TableView.as_view(), name="statistics_table"),
    path(
        "statistics/<str:quarter>/download/",
        views.DownloadView.as_view(),
        name="statistics_download",
    ),
    path("api/v1/statistics/", api.StatisticsView.as_view(), name="api_statistics"),
    path(
        "api/v1/statistics/<str:quarter>/",
        api.StatisticsTableView.as_view(),
        name="api_statistics_table",
    ),
]
