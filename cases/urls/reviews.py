from django.urls import path

from cases.views import reviews

urlpatterns = [path("", reviews.ReviewsView.as_view(), name="reviews")]
