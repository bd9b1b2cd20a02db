"""What a profile holds. The fields are the keys of its TOML file (docs/profiles.md).

Every fact of law carries `source` and `verified`; the rest is vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol, TypeVar

from nrm.profiles.calendars import Calendar
from nrm.profiles.labels import NOTHING, Label
from nrm.profiles.terms import Clock, Extension, Pause, Term, due

Element = Literal["act", "means", "purpose", "context"]

ROLES = frozenset(
    {
        "first_responder",
        "responder_lead",
        "intake",
        "caseworker",
        "supervisor",
        "protection_provider",
        "prosecution_liaison",
        "auditor",
        "administrator",
    }
)
SYSTEM = "system"

# What a decision may demand before it is made; the cases room answers each.
REQUIREMENTS = frozenset(
    {
        "consent_or_child",
        "screening_completed",
        "age_basis_recorded",
        "grounds_chosen",
        "reasons_given",
        "recovery_minimum_elapsed",
        "information_requests_answered",
        "no_delay_request",
        "quorum",
    }
)
AGE_STATUSES = ("child", "adult", "disputed", "not_sure")
# What somebody may be accused of, by the law that is said to be broken.
MATTER_KINDS = ("criminal", "immigration", "administrative", "status", "debt")


class Coded(Protocol):
    @property
    def code(self) -> str: ...


C = TypeVar("C", bound=Coded)


def pick(items: Sequence[C], code: str) -> C:
    """The item with this code; KeyError if there is none."""
    for item in items:
        if item.code == code:
            return item
    raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Choice:
    """A word to choose from a list."""

    code: str
    label: Label
    help: Label = NOTHING


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A part of the country with a calendar of its own."""

    code: str
    label: Label
    calendar: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a case stands. `public_label` is what the first responder reads."""

    code: str
    label: Label
    public_label: Label
    source: str
    verified: bool
    open: bool = True
    public_help: Label = NOTHING


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one stage to another: on which event, by which roles (or `system`)."""

    from_stage: str
    to_stage: str
    event: str
    by: tuple[str, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard of proof: its name and its text in plain words."""

    name: Label
    text: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer a decision can give, and what follows from it.

    `starts` and `stops` name terms that begin or end on the day the decision is made;
    `starts_when_served` those that begin on the day it is served. `rights` stands in the letter.
    """

    code: Literal["positive", "negative"]
    label: Label
    negative: bool
    second_person: bool
    stage: str
    rights: Label
    grounds: tuple[Choice, ...]
    starts: tuple[str, ...] = ()
    starts_when_served: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    outside_review: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: from which stages, drafted and agreed by whom, on what standard, with what on
    file."""

    code: str
    label: Label
    short_label: Label
    from_stages: tuple[str, ...]
    drafted_by: tuple[str, ...]
    agreed_by: tuple[str, ...]
    standard: Standard
    needs: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    guidance: tuple[Choice, ...]
    source: str
    verified: bool
    not_before: str = ""

    def outcome(self, code: str) -> Outcome:
        return pick(self.outcomes, code)


@dataclass(frozen=True, slots=True)
class ExploitationType:
    """A kind of exploitation on the referral form, and the purposes it suggests to the screener.
    `home_office` is the option of the live UK form."""

    code: str
    label: Label
    purposes: tuple[str, ...]
    help: Label = NOTHING
    home_office: str = ""
    child_only: bool = False


@dataclass(frozen=True, slots=True)
class ReferralForm:
    """The lists of the referral form."""

    exploitation_types: tuple[ExploitationType, ...]
    responder_kinds: tuple[Choice, ...]
    structural_drivers: tuple[Choice, ...]
    last_contact: tuple[Choice, ...]
    sexes: tuple[Choice, ...]
    genders: tuple[Choice, ...]
    age_statuses: tuple[Choice, ...]
    age_bands_estimate: tuple[Choice, ...]
    places: tuple[Choice, ...]
    consent_answers: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The script read to the person before they are asked. Old versions stay."""

    version: str
    label: Label
    text: tuple[Label, ...]
    current: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose agreement a referral needs, and what they are told first."""

    needed_from: tuple[str, ...]
    child_text: Label
    methods: tuple[Choice, ...]
    explanations: tuple[Explanation, ...]
    source: str
    verified: bool

    @property
    def current(self) -> Explanation:
        return next(explanation for explanation in self.explanations if explanation.current)


@dataclass(frozen=True, slots=True)
class Cooperation:
    """What the person is told before they are asked whether they co-operate with police and courts,
    and in which ways they can."""

    text: Label
    ways: tuple[Choice, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class DutyToNotify:
    """Whether an adult who declines is still counted, and when with an identity."""

    enabled: bool
    identity_requires: Literal["", "police_cooperation"]
    help: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Purpose:
    """A reason for looking at an identity."""

    code: str
    label: Label
    free_text: bool = False


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    code: str
    label: Label
    number: str
    help: Label
    source: str
    verified: bool


# What a profile may allow as a document of a case, and the type of content that each means. The
# type is told by what is in the file (cases.rules.documents), never by its name.
FILE_TYPES = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "png": "png",
    "heic": "heic",
    "pdf": "pdf",
    "doc": "doc",
    "docx": "docx",
}


@dataclass(frozen=True, slots=True)
class EmergencyAccessRule:
    """How long a case that was opened in an emergency stays open, how much of a reason it needs,
    and within how many working days another person reviews it."""

    minutes: int
    reason_characters: int
    reason_words: int
    review_working_days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class CoverRule:
    """For how many days somebody who is away can hand their cases to a colleague, how many days
    before, and from how many days before its end both are told that it ends."""

    days: int
    days_ahead: int
    reminder_days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class WatchRule:
    """From how many on a day looks of one person are shown to auditors as unusual: at night, whose
    hours begin and end here on the clock of the profile's calendar; at different cases; at cases
    that nobody gave them and in which they did nothing; and refusals."""

    night_from: int
    night_to: int
    night_looks: int
    cases_a_day: int
    unassigned_a_day: int
    refusals_a_day: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class SharingRule:
    """For how many days what was shared with another organisation can be opened, and the reason
    that is written where it says who the person is: a code of `disclosure_purposes`."""

    days: int
    disclosure: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class AssessmentStep:
    """One of the times at which somebody is asked about needs and risk: at once, or once the
    decision `after` was positive."""

    code: str
    label: Label
    after: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentArea:
    """What questions are about. `risk`: a yes to one of them is a danger."""

    code: str
    label: Label
    risk: bool = False


@dataclass(frozen=True, slots=True)
class AssessmentQuestion:
    """A question to which a yes is a need or a danger, and the steps at which it is asked."""

    code: str
    area: str
    label: Label
    steps: tuple[str, ...]
    help: Label = NOTHING


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a person is asked about needs and risk; after how many days it is asked again, and
    sooner where there is a danger; and what makes it due at once."""

    steps: tuple[AssessmentStep, ...]
    areas: tuple[AssessmentArea, ...]
    questions: tuple[AssessmentQuestion, ...]
    triggers: tuple[Choice, ...]
    review_days: int
    review_days_at_risk: int
    source: str
    verified: bool

    @property
    def risks(self) -> tuple[str, ...]:
        """The codes of the questions about danger."""
        areas = {area.code for area in self.areas if area.risk}
        return tuple(question.code for question in self.questions if question.area in areas)


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon a person needs something, and after how many days a wait is long."""

    code: str
    label: Label
    days: int


@dataclass(frozen=True, slots=True)
class SupportedService:
    """A service that a person can be referred to. `purpose` is the one of `sharing_purposes` to
    which they agree, for providers, before they are."""

    code: str
    label: Label
    purpose: str
    source: str
    verified: bool
    help: Label = NOTHING


@dataclass(frozen=True, slots=True)
class Support:
    """The catalogue of services, and why a provider declines, holds or ends one. `shelter` is the
    service that a bed belongs to, `hold_hours` for how long one is held, `hold_warning_hours` how
    long before the end of a hold that is told. `counselling`: the services with sessions, of which
    the provider keeps notes that nobody else reads. `settle_days`: within how many it is settled
    where somebody lives whose shelter has ended."""

    services: tuple[SupportedService, ...]
    urgencies: tuple[Urgency, ...]
    decline_reasons: tuple[Choice, ...]
    hold_reasons: tuple[Choice, ...]
    exit_codes: tuple[Choice, ...]
    shelter: str
    hold_hours: int
    hold_warning_hours: int
    source: str
    verified: bool
    counselling: tuple[str, ...] = ()
    settle_days: int = 3


@dataclass(frozen=True, slots=True)
class GoalRule:
    """What a goal of the plan of support can be about, what is found when it is looked at again,
    after how many days that is, and why one is given up."""

    areas: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    give_up_reasons: tuple[Choice, ...]
    review_days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Asking after a person who has returned, so many days after they left."""

    code: str
    label: Label
    help: Label
    days: int
    owner: str
    source: str
    verified: bool
    for_age: Literal["any"] = "any"
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """A return that the person wants: the purpose of sharing to which they agree before a day is
    set; within how many days the risk is assessed; when it is asked after them, and what is found
    then: of `alarms` supervisors are told, and after `refusals` nobody asks again; and why a return
    is stopped."""

    purpose: str
    assess_days: int
    follow_ups: tuple[FollowUp, ...]
    outcomes: tuple[Choice, ...]
    stop_reasons: tuple[Choice, ...]
    source: str
    verified: bool
    alarms: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """What is due for so many `days`, in the smallest unit of the currency."""

    code: str
    label: Label
    amount: int
    days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class SubsistenceRule:
    """Money to live on: the rates, in a currency (ISO 4217) with so many `decimals`; whether a
    second person agrees to each payment; of how many days one is at most; in which ways it is paid,
    and why it is not."""

    currency: str
    two_people: bool
    longest_days: int
    rates: tuple[Rate, ...]
    ways: tuple[Choice, ...]
    not_paid_reasons: tuple[Choice, ...]
    source: str
    verified: bool
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class RecoveryRule:
    """Support that goes on beyond the end of everybody's: after which decision it can be asked for,
    what is still needed, of how many days it is at most, within how many it is decided and why it
    is not granted, how many before its end somebody is told; and whether a person who leaves was
    asked about social care."""

    after: str
    longest_days: int
    decide_days: int
    tell_days: int
    needs: tuple[Choice, ...]
    refusal_reasons: tuple[Choice, ...]
    social_care: tuple[Choice, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class StayRule:
    """Permission to stay: which there are, why one is over, and how many days before it or the time
    to appeal ends somebody is told."""

    permissions: tuple[Choice, ...]
    end_reasons: tuple[Choice, ...]
    reminders: tuple[int, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Compensation: by which ways it is claimed, why a claim does not go on, how many days before
    its time ends somebody is told, and after how many it is asked how far it is."""

    routes: tuple[Choice, ...]
    stop_reasons: tuple[Choice, ...]
    reminders: tuple[int, ...]
    chase_days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class LeafletSection:
    """A part of the leaflet about a person's rights; `age` is whom it is written for."""

    code: str
    title: Label
    points: tuple[Label, ...]
    age: Literal["any", "adult", "child"] = "any"


@dataclass(frozen=True, slots=True)
class Leaflet:
    """What a person is told of their rights, beside what stands elsewhere in the profile: the
    services, the numbers to call, and the length of the terms that are named in `clocks`."""

    sections: tuple[LeafletSection, ...]
    clocks: tuple[str, ...]
    complaints: tuple[Label, ...]
    source: str
    verified: bool


NO_LEAFLET = Leaflet((), (), (), "This profile has no leaflet of its own", False)


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A letter beside those of decisions: to the person or to others, about a case that stands so;
    `details` is what whoever writes it adds in their own words, where there is something to add.
    In the paragraphs {stage} is where the case stands, {day} when it is looked at again."""

    code: str
    label: Label
    title: Label
    paragraphs: tuple[Label, ...]
    to: Literal["person", "others"]
    when: Literal["open", "suspended", "closed", "any"]
    source: str
    verified: bool
    details: Label = NOTHING
    details_needed: bool = True


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """How many documents a case has and how large each is; how many, and how large together, in
    one submission; to how much one may unfold, and of how many parts; how long a text is."""

    files: int
    megabytes: int
    extensions: tuple[str, ...]
    text_characters: int
    source: str
    verified: bool
    files_at_once: int = 20
    megabytes_at_once: int = 100
    unpacked_megabytes: int = 200
    parts: int = 2000

    @property
    def types(self) -> frozenset[str]:
        """The types of content that are kept."""
        return frozenset(FILE_TYPES[extension] for extension in self.extensions)


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Whole years, both ends included; no `to_age` means and over."""

    code: str
    label: Label
    from_age: int
    to_age: int | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """How a released count is made safe: hidden below `threshold`, rounded to `rounding`."""

    threshold: int
    rounding: int
    hide_zeros: bool
    age_bands: tuple[AgeBand, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class DayZeroTask:
    """Something to do on the day a referral arrives. A disputed age and "not sure" are a child.
    Doing it meets the clocks named in `meets`."""

    code: str
    label: Label
    help: Label
    owner: str
    for_age: Literal["child", "any"]
    source: str
    verified: bool
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoadTask:
    """Something to do on the road to 18, from so many days before the birthday: -100 is a hundred
    days before, 0 the day itself."""

    code: str
    label: Label
    help: Label
    days: int
    owner: str
    source: str
    verified: bool
    for_age: Literal["child"] = "child"
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Children:
    """What holds for a child: the term that ends on the eighteenth birthday, whose reminders tell
    whom on which day; what is to be done then; the reason for which a case is suspended where the
    person has not agreed to stay by that day; within how many days after an absence the child is
    asked about it."""

    term: str
    suspension_reason: str
    return_interview_days: int
    tasks: tuple[RoadTask, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """A ground in law for not punishing a person for what they were made to do. `kinds`: what is
    alleged in the matters in which it is open (MATTER_KINDS), all where it is empty.
    `exclusions`: it is not open for the offences that the profile lists."""

    code: str
    label: Label
    for_age: Literal["child", "adult", "any"]
    text: Label
    needs: tuple[Choice, ...]
    exclusions: bool
    source: str
    verified: bool
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An offence to which a statutory defence does not apply."""

    code: str
    label: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class MatterProposal:
    """What to ask about where one of the indicators `when` is shown: whether the person is accused
    of something, of this kind."""

    code: str
    label: Label
    kind: str
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agency:
    """Somebody who decides, or has to know, about what the person is accused of. `organisations`:
    the kind of organisation that receives a notice in the system; empty where it is given to them
    outside. `security`: one of those whom `never_notify` means."""

    code: str
    label: Label
    help: Label = NOTHING
    organisations: str = ""
    security: bool = False


@dataclass(frozen=True, slots=True)
class LawfulGround:
    """On what a notice rests where the person did not consent to it."""

    code: str
    label: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """Notices of matters: the purpose of sharing that a consent must be to (`sharing_purposes`),
    the lawful grounds without one, the term within which an answer is due, and why a prosecution
    may go on."""

    purpose: str
    term: str
    grounds: tuple[LawfulGround, ...]
    continues_because: tuple[Choice, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """What the law of the profile does not say, so that nobody reads it into it."""

    text: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class NonPunishment:
    bases: tuple[Basis, ...]
    exclusions: tuple[Exclusion, ...]
    notify: tuple[Agency, ...]
    notices: NoticeRule
    hearing_alert_days: tuple[int, ...]
    decision_before_hearing: str
    source: str
    verified: bool
    proposals: tuple[MatterProposal, ...] = ()
    appeal: str = ""  # the term within which a conviction can be appealed, where it is known
    silent: tuple[Silence, ...] = ()
    removal_barred_during: tuple[str, ...] = ()  # terms of the periods in which nobody is removed

    def agency(self, code: str) -> Agency:
        return pick(self.notify, code)

    @property
    def needs(self) -> dict[str, Choice]:
        """What the bases need, each once, in their order."""
        found: dict[str, Choice] = {}
        for basis in self.bases:
            for need in basis.needs:
                found.setdefault(need.code, need)
        return found


@dataclass(frozen=True, slots=True)
class NeverNotify:
    """Whom the system never tells of a case in which one of the indicators `when` is shown; of no
    case at all where `when` is empty. The agencies of `non_punishment` that are `security` are
    among them, and where `when` is empty the kinds of `organisations`, which are told nothing of
    the course of a case even where they referred the person."""

    code: str
    label: Label
    help: Label
    when: tuple[str, ...]
    source: str
    verified: bool
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notification:
    """Who is told of an event, and what is never sent."""

    event: str
    label: Label
    told: tuple[Choice, ...]
    source: str
    verified: bool
    never: Label = NOTHING


@dataclass(frozen=True, slots=True)
class Rule:
    """A coded reason that the law or the guidance knows. `pauses`: it may hold a clock. `at_once`:
    a case is closed for it although periods that a decision began still run."""

    code: str
    label: Label
    source: str
    verified: bool
    help: Label = NOTHING
    pauses: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many years after its end a case is kept, and a notification without a referral."""

    case_years: int
    notification_years: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who may leave the mechanism, how, and whether they may come back."""

    allowed_for: tuple[str, ...]
    methods: tuple[Choice, ...]
    reopen: bool
    text: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class OutsideReview:
    """A look at negative decisions by people outside the authority."""

    enabled: bool
    label: Label
    help: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class DisqualificationRule:
    """On which grounds the protection of the law is taken away, and on which that is looked at
    again; `closure_code`, the code with which the case ends; `text`, what ends with it."""

    grounds: tuple[Rule, ...]
    look_grounds: tuple[Rule, ...]
    closure_code: str
    text: Label
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class PauseRule:
    """For how many days a clock is held at most before somebody looks at it again, and every how
    many days they are reminded until somebody does."""

    longest_days: int
    chase_days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ConflictMode:
    """What changes where the authorities do not function. `decision`: the one before which a person
    can be identified provisionally, and which confirms that or does not; `identified_by`: the kinds
    of organisations that do; `situations`: why no authority does."""

    enabled: bool
    provisional_identification: bool
    coarse_locations: bool
    pause_reason: str
    help: Label
    source: str
    verified: bool
    decision: str = ""
    identified_by: tuple[str, ...] = ()
    situations: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something seen or heard. `element` is what it can show by itself; context shows nothing by
    itself. `finding` splits abuse of a position of vulnerability into its two findings."""

    code: str
    element: Element
    group: str
    label: Label
    help: Label
    source: str
    verified: bool
    finding: Literal["", "vulnerability", "abuse"] = ""


@dataclass(frozen=True, slots=True)
class Limb:
    """A second way to meet the definition: a purpose of these, and these elements."""

    code: str
    label: Label
    purposes: tuple[str, ...]
    adult_needs: tuple[Literal["act", "means", "purpose"], ...]
    child_needs: tuple[Literal["act", "means", "purpose"], ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to ask next about an element that is not shown."""

    code: str
    element: Literal["act", "means", "purpose"]
    label: Label
    help: Label


@dataclass(frozen=True, slots=True)
class Pathway:
    """Where a case goes when no elements are met: an episode shows all of `shown` and none of
    `not_shown`."""

    code: str
    label: Label
    shown: tuple[str, ...]
    not_shown: tuple[str, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ContextPrompt:
    """Context that makes a question worth asking while the prompt's element is not shown: all of
    `all_of` and at least one of `any_of` shown."""

    prompt: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Screening:
    """The catalogue of indicators as this profile uses it, and the limbs of its definition."""

    catalogue: str
    groups: tuple[Choice, ...]
    indicators: tuple[Indicator, ...]
    prompts: tuple[Prompt, ...]
    gaps: tuple[Choice, ...]
    pathways: tuple[Pathway, ...]
    context_prompts: tuple[ContextPrompt, ...]
    limbs: tuple[Limb, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """How far the legal wording of the profile in one language can be relied on: whether it is a
    translation, and who that knows the law and the language has read it."""

    code: str
    translated: bool
    reviewed: bool
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of one jurisdiction."""

    code: str
    version: str
    label: Label
    summary: Label
    languages: tuple[str, ...]
    calendar: str
    calendars: tuple[str, ...]
    first_stage: str
    jurisdictions: tuple[Jurisdiction, ...]
    regions: tuple[Choice, ...]
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    decisions: tuple[Decision, ...]
    terms: tuple[Term, ...]
    referral: ReferralForm
    consent: Consent
    cooperation: Cooperation
    duty_to_notify: DutyToNotify
    disclosure_purposes: tuple[Purpose, ...]
    emergency: tuple[EmergencyNumber, ...]
    evidence: EvidenceLimits
    emergency_access: EmergencyAccessRule
    watch: WatchRule
    cover: CoverRule
    sharing: SharingRule
    sharing_purposes: tuple[Purpose, ...]
    support: Support
    assessment: Assessment
    statistics: Statistics
    day_zero_tasks: tuple[DayZeroTask, ...]
    non_punishment: NonPunishment
    notifications: tuple[Notification, ...]
    reconsideration_grounds: tuple[Rule, ...]
    suspension_reasons: tuple[Rule, ...]
    closure_codes: tuple[Rule, ...]
    withdrawal: Withdrawal
    retention: Retention
    outside_review: OutsideReview
    conflict_mode: ConflictMode
    pauses: PauseRule
    screening: Screening
    # Which competent authorities there are; without any, nobody is asked which one an office is.
    authorities: tuple[Choice, ...] = ()
    never_notify: tuple[NeverNotify, ...] = ()
    children: Children | None = None  # without it nothing happens by itself when a child turns 18
    # What a plan of support can hold: of a part that a profile leaves out nothing is recorded.
    goals: GoalRule | None = None
    returns: ReturnRule | None = None
    subsistence: SubsistenceRule | None = None
    recovery: RecoveryRule | None = None
    stays: StayRule | None = None
    claims: ClaimRule | None = None
    wording: tuple[Wording, ...] = ()
    disqualification: DisqualificationRule | None = None  # without it nobody is disqualified
    dtn_stage: str = ""
    leaflet: Leaflet = NO_LEAFLET
    letters: tuple[LetterTemplate, ...] = ()

    def __hash__(self) -> int:
        """Of its name: to go through all that a profile holds takes longer than what is looked up
        by it."""
        return hash((self.code, self.version))

    def stage(self, code: str) -> Stage:
        return pick(self.stages, code)

    @property
    def tasks(self) -> tuple[DayZeroTask | RoadTask | FollowUp, ...]:
        """Every task that a case can have, in their order."""
        road = self.children.tasks if self.children else ()
        return (*self.day_zero_tasks, *road, *(self.returns.follow_ups if self.returns else ()))

    def wording_in(self, language: str) -> Wording | None:
        """What is known of the wording in this language; None where there is none in it."""
        return next((one for one in self.wording if one.code == language), None)

    def decision(self, code: str) -> Decision:
        return pick(self.decisions, code)

    def term(self, code: str) -> Term:
        return pick(self.terms, code)

    def jurisdiction(self, code: str) -> Jurisdiction:
        return pick(self.jurisdictions, code)

    def indicator(self, code: str) -> Indicator:
        return pick(self.screening.indicators, code)

    def group(self, code: str) -> Choice:
        return pick(self.screening.groups, code)

    def prompt(self, code: str) -> Prompt:
        return pick(self.screening.prompts, code)

    def gap(self, code: str) -> Choice:
        return pick(self.screening.gaps, code)

    def transitions_from(self, stage: str) -> tuple[Transition, ...]:
        return tuple(way for way in self.transitions if way.from_stage == stage)

    def terms_started_by(self, event: str) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if event in term.starts_on)

    def choices(self, name: str) -> list[tuple[str, Label]]:
        """A list of the profile or of its referral form as (code, label), for a form field."""
        owner: Any = self.referral if hasattr(self.referral, name) else self
        return [(item.code, item.label) for item in getattr(owner, name)]

    def calendar_for(self, code: str = "") -> Calendar:
        """The calendar with this code, or the profile's own. KeyError if the profile does not
        allow it."""
        from nrm.profiles.loader import calendars

        wanted = code or self.calendar
        if wanted not in self.calendars:
            raise KeyError(wanted)
        return calendars()[wanted]

    def clock(
        self,
        term: str,
        start: date | datetime,
        *,
        calendar: str = "",
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
        length: int | None = None,
    ) -> Clock:
        """When the term with this code ends if it starts at `start`; `length` goes before the
        term's own. Raises KeyError for an unknown term or calendar, TermError for a date that
        cannot be worked out."""
        wanted = self.term(term)
        return due(
            wanted,
            start,
            self.calendar_for(calendar),
            pauses=pauses,
            extensions=extensions,
            before=self.term_before(wanted),
            length=length,
        )

    def term_before(self, term: Term) -> Term | None:
        """The term after whose last day this one comes, if any."""
        return self.term(term.after) if term.after else None
