"""The inbox, under /inbox/."""

from django.urls import path

from cases.views.inbox import InboxView, ItemView

urlpatterns = [
    path("", InboxView.as_view(), name="inbox"),
    path("<uuid:item>/read/", ItemView.as_view(), name="inbox_item_read"),
]
