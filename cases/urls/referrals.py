"""The responder's addresses, under /referrals/. No name and no free text in any of them."""

from django.urls import path

from cases.views import referrals as views
from cases.views.course import ReferrerAskView
from cases.views.provisional import ProvisionalView, StillView

urlpatterns = [
    path("", views.HomeView.as_view(), name="referrals"),
    path("new/", views.StartView.as_view(), name="referral_start"),
    path("prompt-sheet/", views.PromptSheetView.as_view(), name="prompt_sheet"),
    path("drafts/", views.DraftsView.as_view(), name="drafts"),
    path("drafts/<uuid:draft>/", views.TasksView.as_view(), name="draft"),
    path("drafts/<uuid:draft>/check/", views.CheckView.as_view(), name="draft_check"),
    path("drafts/<uuid:draft>/hand-over/", views.HandOverView.as_view(), name="draft_hand_over"),
    path("drafts/<uuid:draft>/discard/", views.DiscardView.as_view(), name="draft_discard"),
    path("drafts/<uuid:draft>/pages/<slug:page>/", views.PageView.as_view(), name="draft_page"),
    path(
        "drafts/<uuid:draft>/pages/<slug:page>/<slug:item>/",
        views.PageView.as_view(),
        name="draft_item",
    ),
    path(
        "drafts/<uuid:draft>/pages/<slug:page>/<slug:item>/removal/",
        views.ItemRemovalView.as_view(),
        name="draft_item_removal",
    ),
    path("<str:receipt>/", views.SentView.as_view(), name="referral"),
    path("<str:receipt>/receipt/", views.ReceiptView.as_view(), name="referral_receipt"),
    path("<str:receipt>/following/", views.FollowView.as_view(), name="referral_following"),
    path("<str:receipt>/look/", ReferrerAskView.as_view(), name="referral_look"),
    path("<str:receipt>/provisional/", ProvisionalView.as_view(), name="referral_provisional"),
    path(
        "<str:receipt>/provisional/still/",
        StillView.as_view(),
        name="referral_provisional_still",
    ),
]
