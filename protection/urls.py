"""The addresses of the room: below the case they belong to, and what a provider opens."""

from django.urls import include, path

from protection.api import assessments as assessments_api
from protection.api import children as children_api
from protection.api import counselling as counselling_api
from protection.api import leaflet as leaflet_api
from protection.api import plan as plan_api
from protection.api import services as api
from protection.api import shelter as shelter_api
from protection.api import transport as transport_api
from protection.views import assessments, children, counselling, leaflet, plan, shelter, transport
from protection.views import services as views

_support = [
    path("", views.SupportView.as_view(), name="case_support"),
    path("leaflet/", leaflet.CaseLeafletView.as_view(), name="case_leaflet"),
    path("services/new/", views.NeedView.as_view(), name="service_add"),
    path("services/<uuid:service>/", views.ServiceView.as_view(), name="service"),
    path("services/<uuid:service>/end/", views.EndView.as_view(), name="service_end"),
    path(
        "services/<uuid:service>/reason/", views.OverrideReadView.as_view(), name="service_reason"
    ),
]
_services = [
    path("", api.ServicesView.as_view(), name="api_services"),
    path("<uuid:service_id>/", api.ServiceView.as_view(), name="api_service"),
    path(
        "<uuid:service_id>/referral/",
        api.ServiceReferralView.as_view(),
        name="api_service_referral",
    ),
    path("<uuid:service_id>/end/", api.ServiceEndView.as_view(), name="api_service_end"),
    path("<uuid:service_id>/reason/", api.OverrideReadView.as_view(), name="api_service_reason"),
    path(
        "<uuid:service_id>/sessions/",
        counselling_api.SessionsHeldView.as_view(),
        name="api_service_sessions",
    ),
]
_sessions = [
    path("", counselling.SessionsView.as_view(), name="counselling"),
    path("new/", counselling.SessionPlanView.as_view(), name="counselling_add"),
    path("<uuid:session>/", counselling.SessionView.as_view(), name="counselling_session"),
    path(
        "<uuid:session>/interpreter/",
        counselling.InterpreterView.as_view(),
        name="counselling_interpreter",
    ),
    path("<uuid:session>/notes/", counselling.ClinicalNoteView.as_view(), name="counselling_notes"),
]
_api_sessions = [
    path("", counselling_api.SessionsView.as_view(), name="api_counselling"),
    path(
        "<uuid:session_id>/", counselling_api.SessionView.as_view(), name="api_counselling_session"
    ),
    path(
        "<uuid:session_id>/outcome/",
        counselling_api.OutcomeView.as_view(),
        name="api_counselling_outcome",
    ),
    path(
        "<uuid:session_id>/interpreter/",
        counselling_api.InterpreterView.as_view(),
        name="api_counselling_interpreter",
    ),
    path(
        "<uuid:session_id>/notes/",
        counselling_api.ClinicalNotesView.as_view(),
        name="api_counselling_notes",
    ),
]

_risk = [
    path("", assessments.RiskView.as_view(), name="case_risk"),
    path("<slug:step>/", assessments.AssessmentView.as_view(), name="assessment_add"),
]

_child = [
    path("", children.ChildView.as_view(), name="case_child"),
    path("adulthood/", children.AdulthoodView.as_view(), name="case_adulthood"),
    path("new/<slug:kind>/", children.RecordView.as_view(), name="child_record_new"),
    path("records/<uuid:record>/", children.RecordChangeView.as_view(), name="child_record"),
]
_api_child = [
    path("records/", children_api.RecordsView.as_view(), name="api_child_records"),
    path("records/<uuid:record_id>/", children_api.RecordView.as_view(), name="api_child_record"),
    path("adulthood/", children_api.AdulthoodView.as_view(), name="api_adulthood"),
]

_plan = [
    path("", plan.PlanView.as_view(), name="case_plan"),
    path("new/<slug:plan_kind>/", plan.PlanNewView.as_view(), name="plan_new"),
    path("<uuid:plan_item>/", plan.PlanItemView.as_view(), name="plan_item"),
    path("<uuid:plan_item>/<slug:plan_step>/", plan.PlanStepView.as_view(), name="plan_step"),
]
_api_plan = [
    path("", plan_api.PlanView.as_view(), name="api_plan"),
    path("<uuid:plan_item_id>/", plan_api.PlanItemView.as_view(), name="api_plan_item"),
    path("<uuid:plan_item_id>/steps/", plan_api.PlanStepsView.as_view(), name="api_plan_steps"),
]

_shelter = [
    path("", shelter.CaseShelterView.as_view(), name="case_shelter"),
    path("stays/<uuid:stay>/", shelter.StayMoveView.as_view(), name="case_stay"),
    path(
        "stays/<uuid:stay>/transport/",
        transport.TransportView.as_view(),
        name="case_stay_transport",
    ),
    path("kept-from/", shelter.AvoidanceView.as_view(), name="case_avoidance"),
    path(
        "kept-from/<uuid:avoidance>/lifting/",
        shelter.AvoidanceLiftView.as_view(),
        name="case_avoidance_lift",
    ),
]
_places = [
    path("", shelter.BoardView.as_view(), name="shelters"),
    path("places/new/", shelter.PlaceAddView.as_view(), name="place_add"),
    path("places/<uuid:place>/", shelter.PlaceView.as_view(), name="place"),
    path("places/<uuid:place>/address/", shelter.AddressView.as_view(), name="place_address"),
    path("places/<uuid:place>/beds/<uuid:bed>/", shelter.BedUseView.as_view(), name="bed_use"),
    path(
        "places/<uuid:place>/beds/<uuid:bed>/emptied/",
        shelter.BedEmptiedView.as_view(),
        name="bed_emptied",
    ),
    path("stays/<uuid:stay>/", shelter.ProvidedStayView.as_view(), name="provided_stay"),
]
_api_places = [
    path("", shelter_api.BoardView.as_view(), name="api_shelters"),
    path("places/", shelter_api.PlacesView.as_view(), name="api_places"),
    path("places/<uuid:place_id>/", shelter_api.PlaceView.as_view(), name="api_place"),
    path(
        "places/<uuid:place_id>/address/",
        shelter_api.AddressView.as_view(),
        name="api_place_address",
    ),
    path(
        "places/<uuid:place_id>/beds/<uuid:bed_id>/",
        shelter_api.BedUseView.as_view(),
        name="api_bed_use",
    ),
    path(
        "places/<uuid:place_id>/beds/<uuid:bed_id>/emptied/",
        shelter_api.BedEmptiedView.as_view(),
        name="api_bed_emptied",
    ),
    path("stays/<uuid:stay_id>/", shelter_api.ProvidedStayView.as_view(), name="api_provided_stay"),
]
_api_shelter = [
    path("", shelter_api.CaseShelterView.as_view(), name="api_case_shelter"),
    path("stays/<uuid:stay_id>/", shelter_api.StayMoveView.as_view(), name="api_case_stay"),
    path(
        "stays/<uuid:stay_id>/transport/",
        transport_api.TransportView.as_view(),
        name="api_case_stay_transport",
    ),
    path("kept-from/", shelter_api.AvoidancesView.as_view(), name="api_case_avoidances"),
    path(
        "kept-from/<uuid:avoidance_id>/",
        shelter_api.AvoidanceView.as_view(),
        name="api_case_avoidance",
    ),
]

urlpatterns = [
    path("cases/<str:reference>/child/", include(_child)),
    path("api/v1/cases/<str:reference>/child/", include(_api_child)),
    path("cases/<str:reference>/plan/", include(_plan)),
    path("api/v1/cases/<str:reference>/plan/", include(_api_plan)),
    path("api/v1/plan-reviews/", plan_api.PlanDueView.as_view(), name="api_plan_due"),
    path("cases/<str:reference>/shelter/", include(_shelter)),
    path("shelters/", include(_places)),
    path("api/v1/shelters/", include(_api_places)),
    path("api/v1/cases/<str:reference>/shelter/", include(_api_shelter)),
    path("cases/<str:reference>/risk/", include(_risk)),
    path("risk-reviews/", assessments.RiskReviewsView.as_view(), name="risk_reviews"),
    path(
        "api/v1/cases/<str:reference>/assessments/",
        assessments_api.AssessmentsView.as_view(),
        name="api_assessments",
    ),
    path(
        "api/v1/cases/<str:reference>/assessments/review/",
        assessments_api.AssessmentReviewView.as_view(),
        name="api_assessment_review",
    ),
    path(
        "api/v1/risk-reviews/",
        assessments_api.RiskReviewsView.as_view(),
        name="api_risk_reviews",
    ),
    path("cases/<str:reference>/support/", include(_support)),
    path(
        "leaflets/<slug:profile>/<slug:age>/<slug:language>/",
        leaflet.SheetView.as_view(),
        name="leaflet",
    ),
    path(
        "api/v1/leaflets/<slug:profile>/<slug:age>/<slug:language>/",
        leaflet_api.SheetView.as_view(),
        name="api_leaflet",
    ),
    path(
        "api/v1/cases/<str:reference>/leaflets/",
        leaflet_api.CaseLeafletsView.as_view(),
        name="api_case_leaflets",
    ),
    path("referred/", views.ReferredView.as_view(), name="referred"),
    path("referred/<uuid:service>/", views.ReferredPersonView.as_view(), name="referred_person"),
    path("referred/<uuid:service>/sessions/", include(_sessions)),
    path("api/v1/referred/<uuid:service_id>/sessions/", include(_api_sessions)),
    path("api/v1/cases/<str:reference>/services/", include(_services)),
    path("api/v1/referred/", api.ReferredView.as_view(), name="api_referred"),
    path(
        "api/v1/referred/<uuid:service_id>/",
        api.ReferredPersonView.as_view(),
        name="api_referred_person",
    ),
    path(
        "api/v1/referred/<uuid:service_id>/answer/",
        api.AnswerView.as_view(),
        name="api_referred_answer",
    ),
]
