from django.urls import path

from reporting import views

urlpatterns = [
    path("statistics/", views.QuartersView.as_view(), name="statistics"),
    path("statistics/<str:quarter>/", views.TableView.as_view(), name="statistics_table"),
    path(
        "statistics/<str:quarter>/download/",
        views.DownloadView.as_view(),
        name="statistics_download",
    ),
]
