from django.urls import path

from nrm.accounts import administration, factor_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("welcome/<uidb64>/<token>/", views.WelcomeView.as_view(), name="welcome"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.set_language, name="set_language"),
    path("account/", views.account, name="account"),
    path("confirmation/", factor_views.ConfirmationView.as_view(), name="confirmation"),
    path("account/factors/", factor_views.FactorsView.as_view(), name="factors"),
    path("account/factors/app/", factor_views.AppView.as_view(), name="factor_app"),
    path("account/factors/passkey/", factor_views.PasskeyView.as_view(), name="factor_passkey"),
    path("account/factors/codes/", factor_views.recovery_codes, name="recovery_codes"),
    path("account/factors/<uuid:pk>/removal/", factor_views.factor_removal, name="factor_removal"),
    path("account/password/", factor_views.PasswordView.as_view(), name="password"),
    path("account/shortcuts/", views.shortcuts, name="shortcuts"),
    path("account/sessions/end/", views.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:pk>/end/", views.end_session, name="end_session"),
    path("account/tokens/<uuid:pk>/revocation/", views.revoke_token, name="revoke_token"),
    path("administration/", administration.OrganisationsView.as_view(), name="administration"),
    path(
        "administration/organisations/new/",
        administration.OrganisationAddView.as_view(),
        name="organisation_add",
    ),
    path(
        "administration/organisations/<uuid:pk>/",
        administration.OrganisationView.as_view(),
        name="organisation",
    ),
    path(
        "administration/organisations/<uuid:pk>/accounts/new/",
        administration.AccountAddView.as_view(),
        name="account_add",
    ),
    path(
        "administration/requests/",
        administration.RoleRequestsView.as_view(),
        name="role_requests",
    ),
    path(
        "administration/requests/<uuid:pk>/",
        administration.RoleRequestView.as_view(),
        name="role_request",
    ),
    path(
        "administration/accounts/<uuid:pk>/",
        administration.AccountView.as_view(),
        name="administered_account",
    ),
]
