"""What the screening says on the timeline of a case."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case
from cases.words import register
from nrm.audit.models import Event


def _result(event: Event, case: Case) -> str:
    if event.data.get("agrees") is False:
        return _("The screener sees it differently from the weighing, and says why.")
    return ""


# Steps of which a screening has many: told once, with their number.
_STEPS = (
    ("screening.evidence_recorded", _lazy("Evidence recorded")),
    ("screening.evidence_corrected", _lazy("Evidence corrected")),
    ("screening.indicator_recorded", _lazy("Indicator recorded")),
    ("screening.evidence_linked", _lazy("Evidence linked to indicators")),
    ("screening.contradiction_noted", _lazy("Contradiction noted")),
    ("screening.contradiction_explained", _lazy("Contradiction explained")),
    ("screening.episode_added", _lazy("Episode added")),
    ("screening.age_then_recorded", _lazy("Age at the time recorded")),
)


def register_all() -> None:
    """Called once, when the application starts."""
    register("screening.started", _lazy("Screening begun"))
    register("screening.completed", _lazy("Screening completed, findings recorded"), _result)
    register("screening.viewed", _lazy("Assessment opened"), look=True)
    register("screenings.listed", _lazy("Assessments listed"), look=True)
    for verb, title in _STEPS:
        register(verb, title, often=True)
