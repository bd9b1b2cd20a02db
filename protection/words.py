"""What the room says on the timeline of a case and in the inbox."""

from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case
from cases.words import register, register_notice
from nrm.audit.models import Event
from protection.models.child import RecordKind
from protection.rules.plan import KINDS
from protection.rules.services import ANSWER_WORDS
from protection.selectors.assessments import trigger_label
from protection.selectors.counselling import OUTCOME_WORDS
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


def _child(event: Event, case: Case) -> str:
    """What was recorded; of what it says, nothing."""
    kind = event.data.get("kind") or ""
    return f"{RecordKind(kind).label}." if kind in RecordKind.values else ""


def _plan(event: Event, case: Case) -> str:
    """Of which kind, and what happened; of what was said, nothing."""
    kind = KINDS.get(event.data.get("kind") or "")
    if kind is None:
        return ""
    step = kind.step(event.data.get("step") or "")
    return f"{kind.label}: {step.label}." if step else f"{kind.label}."


def _outcome(event: Event, case: Case) -> str:
    """Of which service, and what came of it."""
    words = [service_label(case.profile, event.data.get("service") or "")]
    if outcome := OUTCOME_WORDS.get(event.data.get("outcome") or ""):
        words.append(str(outcome))
    return ". ".join(word for word in words if word) + "."


def register_all() -> None:
    """Called once, when the application starts."""
    for verb, title in (
        ("child.recorded", _lazy("Recorded to protect the child")),
        ("child.changed", _lazy("Changed what protects the child")),
        ("child.reminded", _lazy("Told of something to see to for the child")),
    ):
        register(verb, title, _child)
    for verb, title in (
        ("adulthood.changed", _lazy("The road to 18 was recorded")),
        ("adulthood.reminded", _lazy("Reminded of the road to 18")),
        ("case.came_of_age", _lazy("The person turned 18")),
        ("case.age_decided", _lazy("How old the person is taken to be was changed")),
    ):
        register(verb, title)
    register("child.viewed", _lazy("What protects the child was opened"), look=True)
    for kind, sentence in (
        ("child_missing", _lazy("A child is missing.")),
        ("adulthood_comes", _lazy("A child will turn 18. See what is to be done before.")),
        (
            "adulthood_undecided",
            _lazy("By the day on record a person is 18. Their age is in doubt: have it decided."),
        ),
        ("adulthood_reached", _lazy("A child has turned 18 and agrees to stay.")),
        (
            "adulthood_without_consent",
            _lazy("A child has turned 18, and nobody knows whether they agree to stay."),
        ),
        (
            "adulthood_suspended",
            _lazy("A child has turned 18 without agreeing to stay. The case is suspended."),
        ),
        ("child_review_due", _lazy("The best interests of a child are to be looked at again.")),
        ("child_interview_due", _lazy("A child who was missing has not been asked about it.")),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), "case_child")
    for verb, title in (
        ("plan.recorded", _lazy("Written down in the plan of support")),
        ("plan.stepped", _lazy("Something of the plan of support has changed")),
        ("plan.decided", _lazy("A second person decided something of the plan of support")),
        ("plan.followed", _lazy("Something of the plan of support was followed up")),
        ("plan.reminded", _lazy("Told of a day of the plan of support")),
    ):
        register(verb, title, _plan)
    register("plan.viewed", _lazy("The plan of support was opened"), look=True)
    register("plan.due_viewed", _lazy("What is overdue in plans was listed"), look=True)
    for kind, sentence in (
        ("return_alert", _lazy("Something about the return of a person needs you now.")),
        ("return_stopped", _lazy("A person took back their consent to a return. It is stopped.")),
        ("plan_asked", _lazy("A colleague asks you to agree to something in a plan of support.")),
        ("plan_decided", _lazy("A second person decided what you asked for in a plan of support.")),
        ("plan_recovery", _lazy("Further support that was granted to a person comes to its end.")),
        ("plan_stay", _lazy("A permission to stay ends, or the time to appeal. See to it before.")),
        ("plan_claim", _lazy("The time to claim compensation, or to appeal, ends. See to it.")),
        ("plan_due", _lazy("Something of a plan of support is overdue. See to it.")),
        ("plan_return", _lazy("It is time to ask how a person is who has returned.")),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), "case_plan")
    for verb, title in (
        ("service.needed", _lazy("A need was noted")),
        ("service.referred", _lazy("Referred to a provider")),
        ("service.referred_without_consent", _lazy("Referred to a provider without consent")),
        ("service.answered", _lazy("A provider answered")),
        ("service.ended", _lazy("A service ended")),
    ):
        register(verb, title, _service)
    register("leaflet.given", _lazy("The person was told of their rights"))
    register("leaflets.viewed", _lazy("When the person was told of their rights opened"), look=True)
    register("assessment.made", _lazy("Asked about needs and risk"))
    register(
        "assessment.brought_forward", _lazy("Risk has to be looked at again at once"), _trigger
    )
    register("assessments.viewed", _lazy("Needs and risk opened"), look=True)
    register("risk_reviews.viewed", _lazy("Overdue reviews of risk were listed"), look=True)
    for verb, title in (
        ("shelter.held", _lazy("A bed was held")),
        ("shelter.reminded", _lazy("Told that a hold of a bed ends")),
        ("shelter.transport_noted", _lazy("How the person gets to the place was noted")),
        ("shelter.unsafe", _lazy("The place is no longer safe for the person")),
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
    register("counselling.planned", _lazy("A session was planned"), _service)
    register("counselling.interpreter_booked", _lazy("An interpreter was booked for a session"))
    register("counselling.recorded", _lazy("What came of a session"), _outcome)
    # Whoever writes one has read what stands before it; the case is told no more than that.
    register("counselling.noted", _lazy("The provider wrote a note of its own"), look=True)
    register("counselling.viewed", _lazy("Sessions opened"), look=True)
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
        (
            "stay_left_behind",
            _lazy("A person’s shelter has ended, and they still live there. Agree where they go."),
            "case_shelter",
        ),
        (
            "stay_unsafe",
            _lazy("A place is no longer safe for a person who is there or is to be. See to it."),
            "case_shelter",
        ),
        (
            "hold_runs_out",
            _lazy("The hold of a bed for a person runs out soon. Record what became of it."),
            "case_shelter",
        ),
        (
            "hold_ran_out",
            _lazy("The hold of a bed for a person has run out, and the bed is free to others."),
            "case_shelter",
        ),
        (
            "hold_given_up",
            _lazy("A bed that was held for a person is free again: their shelter has ended."),
            "case_shelter",
        ),
        (
            "bed_left",
            _lazy("A provider says that a person has left, who lived there after shelter ended."),
            "case_shelter",
        ),
        (
            "support_goes_on",
            _lazy("A case has ended, and services or shelter of the person go on. Settle each."),
            "case_support",
        ),
        (
            "session_missed",
            _lazy("A person did not come to a session with a provider."),
            "case_support",
        ),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), page)
