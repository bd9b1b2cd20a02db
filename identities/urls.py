from django.urls import path

from identities import leaving

urlpatterns = [
    path("hide/", leaving.hide_screen, name="hide_screen"),
    path("empty/", leaving.neutral_page, name="neutral_page"),
    path("session/", leaving.session, name="session"),
    path("account/kept/", leaving.kept_texts, name="kept_texts"),
    path("account/kept/<uuid:pk>/removal/", leaving.kept_removal, name="kept_removal"),
]
