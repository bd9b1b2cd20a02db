from django.urls import path

from nrm.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("hide/", views.hide_screen, name="hide_screen"),
    path("account/", views.account, name="account"),
]
