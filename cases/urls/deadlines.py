from django.urls import path

from cases.views import deadlines

_ONE = "deadlines/<uuid:deadline_id>/"

urlpatterns = [
    path("deadlines/", deadlines.DeadlinesView.as_view(), name="deadlines"),
    path(_ONE, deadlines.DeadlineView.as_view(), name="deadline"),
    path(f"{_ONE}pause/", deadlines.PauseView.as_view(), name="deadline_pause"),
    path(f"{_ONE}pause/keep/", deadlines.KeepPausedView.as_view(), name="deadline_keep_paused"),
    path(f"{_ONE}resume/", deadlines.ResumeView.as_view(), name="deadline_resume"),
    path(f"{_ONE}extend/", deadlines.ExtendView.as_view(), name="deadline_extend"),
]
