"""Addresses of the exchange room."""

from django.urls import path

from exchange import api

urlpatterns = [
    path("api/v1/intake/home-office/", api.HomeOfficeView.as_view(), name="api_home_office"),
]
