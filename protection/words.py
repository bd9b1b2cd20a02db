"""What the room says on the timeline of a case and in the inbox."""

from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case
from cases.words import register, register_notice
from nrm.audit.models import Event
from protection.rules.services import ANSWER_WORDS
from protection.selectors.assessments import trigger_label
from protection.selectors.services import reason_label, service_label


def _service(event: Event, case: Case) -> str:
    """Which service, and what was answered or why it ended."""
    data = event.data
    words = [service_label(case.profile, data.get("service") or "")]
    if answered := ANSWER_WORDS.get(data.get("answer") or ""):
        words.append(str(answered))
    if reason := data.get("reason"):
        words.append(reason_label(case.profile, reason))
    return ". ".join(word for word in words if word) + "."


def _trigger(event: Event, case: Case) -> str:
    return f"{trigger_label(case.profile.assessment, event.data.get('trigger') or '')}."


def register_all() -> None:
    """Called once, when the application starts."""
    for verb, title in (
        ("service.needed", _lazy("A need was noted")),
        ("service.referred", _lazy("Referred to a provider")),
        ("service.referred_without_consent", _lazy("Referred to a provider without consent")),
        ("service.answered", _lazy("A provider answered")),
        ("service.ended", _lazy("A service ended")),
    ):
        register(verb, title, _service)
    register("assessment.made", _lazy("Asked about needs and risk"))
    register(
        "assessment.brought_forward", _lazy("Risk has to be looked at again at once"), _trigger
    )
    register("assessments.viewed", _lazy("Needs and risk opened"), look=True)
    register("risk_reviews.viewed", _lazy("Overdue reviews of risk were listed"), look=True)
    for verb, title in (
        ("shelter.held", _lazy("A bed was held")),
        ("shelter.moved_in", _lazy("Moved into a shelter")),
        ("shelter.left", _lazy("Left a shelter, or the hold was given up")),
        ("shelter.kept_from", _lazy("Recorded whom or what the person is kept from")),
        ("shelter.kept_from_lifted", _lazy("The person need not be kept from something")),
        ("shelter.opened", _lazy("A place of shelter was added")),
        ("shelter.bed_added", _lazy("A bed was added")),
        ("shelter.bed_changed", _lazy("A bed was taken out of use, or into it")),
    ):
        register(verb, title)
    register("shelter.viewed", _lazy("Shelter opened"), look=True)
    register("shelters.viewed", _lazy("Shelters were listed"), look=True)
    register("shelter.address_shown", _lazy("The address of a place was shown"), look=True)
    register("service.override_read", _lazy("Read why there was no consent to a service"))
    register("services.viewed", _lazy("Support opened"), look=True)
    register("referred.viewed", _lazy("Read by a provider"), look=True)
    for kind, sentence, page in (
        (
            "service_referred",
            _lazy("A person was referred to your organisation."),
            "referred",
        ),
        ("service_ended", _lazy("A service that your organisation gives has ended."), "referred"),
        ("service_answered", _lazy("A provider answered about a service."), "case_support"),
        (
            "service_overridden",
            _lazy("A person was referred to a provider without their consent. Read why."),
            "case_support",
        ),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), page)
