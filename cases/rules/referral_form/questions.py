"""The questions of the referral: what the live Home Office form asks, structured where that form is
prose, and urgent things first. Lists come from the profile."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.rules.referral_form.shape import (
    ADULT,
    CASE,
    CHILD,
    CHOICE,
    CHOICES,
    CODE,
    CONSENT,
    CONTACT,
    COUNTRIES,
    COUNTRY,
    DATE,
    DECLINED,
    DECLINED_PATH,
    DTN,
    EMAIL,
    IDENTITY,
    LANGUAGE,
    LONG_TEXT,
    NARRATIVE,
    NO_ANSWER,
    NOT_ASKED,
    NUMBER,
    OPEN,
    PART,
    PARTIAL_DATE,
    TELEPHONE,
    TEXT,
    YES_NO,
    Option,
    Page,
    Question,
    ReferralForm,
    Section,
)
from nrm.profiles import Profile

EVERY_PATH = frozenset({OPEN, ADULT, CHILD, DTN, DECLINED_PATH})
# What the responder knows or did is not for the person to decline.
_OF_US = frozenset({DECLINED, NOT_ASKED})
_ALWAYS = frozenset(NO_ANSWER)
_YES_NO = (Option("yes", _("Yes")), Option("no", _("No")))


@lru_cache(maxsize=16)
def form_for(profile: Profile) -> ReferralForm:
    """The referral form of this profile."""
    return ReferralForm(
        (
            _danger(),
            _who(profile),
            _agreement(profile),
            _child_protection(),
            _cooperation(),
            _what_happened(profile),
            _contact(),
            _identity(profile),
            _signs(),
            _justice(),
            _health(),
            _responder(profile),
        )
    )


# Short forms -------------------------------------------------------------------------------------
def _options(choices: Iterable[Any]) -> tuple[Option, ...]:
    return tuple(Option(choice.code, choice.label, choice.help) for choice in choices)


def _choices(*pairs: tuple[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(code, label) for code, label in pairs)


def _yes_no(code: str, label: Any, keeps: str = CODE, **more: Any) -> Question:
    return Question(code, label, YES_NO, keeps, options=_YES_NO, **more)


def _text(code: str, label: Any, keeps: str = NARRATIVE, **more: Any) -> Question:
    return Question(code, label, TEXT, keeps, **more)


def _long(
    code: str, label: Any, keeps: str = NARRATIVE, *, limit: int = 15000, **more: Any
) -> Question:
    return Question(code, label, LONG_TEXT, keeps, limit=limit, **more)


def _fact(code: str, label: Any, fact: str, kind: str = TEXT, **more: Any) -> Question:
    return Question(code, label, kind, IDENTITY, fact=fact, **more)


def _asks(
    code: str, label: Any, details: str, *, details_label: Any, keeps: str = CODE, **more: Any
) -> tuple[Question, Question]:
    """Yes or no, and one box that "yes" opens."""
    box = PART if keeps == PART else NARRATIVE
    return (
        _yes_no(code, label, keeps, reveal=("yes", details), **more),
        _long(details, details_label, box),
    )


# Urgent: needed to send --------------------------------------------------------------------------
def _danger() -> Section:
    page = Page(
        "danger",
        _("Safety first"),
        (
            _yes_no(
                "danger_now",
                _("Is anyone in danger now?"),
                help=_("The person, their children, somebody else, or you."),
                needed_on=EVERY_PATH,
                missing=_("Select whether anyone is in danger now, or “Not known yet”"),
                without=_OF_US,
            ),
            Question(
                "danger_steps",
                _("What has been done so far?"),
                CHOICES,
                CODE,
                options=_choices(
                    ("emergency_called", _("Emergency services called")),
                    ("moved_to_safety", _("Moved to a safe place")),
                    ("medical_help", _("Medical help found")),
                    ("child_protection", _("Child protection told")),
                    ("police_told", _("Police told")),
                    ("nothing_yet", _("Nothing yet")),
                ),
                without=_ALWAYS,
            ),
            _long(
                "danger_details",
                _("What is the danger?"),
                help=_("Leave out names. A few words are enough."),
                limit=2000,
            ),
        ),
        shown_on=EVERY_PATH,
        short=True,
    )
    return Section("danger", _("Is anyone in danger?"), (page,), urgent=True)


def _who(profile: Profile) -> Section:
    places = _options_of_jurisdictions(profile)
    page = Page(
        "who",
        _("Who is the person?"),
        (
            Question(
                "age_status",
                _("How old is the person?"),
                CHOICE,
                CASE,
                options=_options(profile.referral.age_statuses),
                help=_("What they told you, or what you think. Do not ask for papers."),
                needed_on=EVERY_PATH,
                missing=_("Select how old the person is, or “May be under 18”"),
            ),
            Question("age_years", _("Age in years, if they told you"), NUMBER, CASE, at_most=120),
            Question(
                "age_band",
                _("If not, about how old?"),
                CHOICE,
                CODE,
                options=_options(profile.referral.age_bands_estimate),
                without=_OF_US,
            ),
            Question(
                "jurisdiction",
                _("Where did you meet the person?"),
                CHOICE,
                CASE,
                options=places,
                needed_on=EVERY_PATH,
                missing=_("Select where you met the person"),
                fixed=len(places) == 1,
                without=_ALWAYS,
            ),
            Question(
                "language",
                _("Which language do they speak best?"),
                LANGUAGE,
                CASE,
                help=_("Start to type, then choose from the list."),
            ),
            _yes_no("interpreter_needed", _("Do they need an interpreter?"), CASE),
            _yes_no(
                "communication_help",
                _("Do they need other help to communicate?"),
                help=_("For example large print, a sign language, or somebody they trust."),
                reveal=("yes", "communication_help_details"),
            ),
            _text("communication_help_details", _("What help?")),
        ),
        why=_(
            "You do not need a name. We give the person a name of our own until somebody needs"
            " to know theirs."
        ),
        shown_on=EVERY_PATH,
        short=True,
    )
    return Section("who", _("Who is the person?"), (page,), urgent=True)


def _options_of_jurisdictions(profile: Profile) -> tuple[Option, ...]:
    return tuple(Option(place.code, place.label) for place in profile.jurisdictions)


def _agreement(profile: Profile) -> Section:
    page = Page(
        "consent",
        _("Does the person agree?"),
        (
            Question(
                "consent_answer",
                _("Did they agree?"),
                CHOICE,
                CONSENT,
                options=_options(profile.referral.consent_answers),
                needed_on=frozenset({OPEN, ADULT, DTN, DECLINED_PATH}),
                missing=_("Select whether the person agreed, or “Could not ask yet”"),
            ),
            Question("consent_on", _("When did you ask?"), DATE, CONSENT, past=True),
            Question(
                "consent_method",
                _("How did you explain it?"),
                CHOICE,
                CONSENT,
                options=_options(profile.consent.methods),
            ),
            Question("consent_language", _("In which language?"), LANGUAGE, CONSENT),
            Question(
                "consent_interpreter",
                _("Was there an interpreter?"),
                CHOICE,
                CONSENT,
                options=_choices(
                    ("in_person", _("Yes, in the room")),
                    ("by_telephone", _("Yes, by telephone or video")),
                    ("none", _("No")),
                ),
            ),
            Question(
                "consent_explained_by",
                _("Who explained it?"),
                CHOICE,
                CONSENT,
                options=_choices(
                    ("me", _("I did")),
                    ("colleague", _("A colleague")),
                    ("interpreter", _("An interpreter")),
                    ("other_professional", _("Another professional")),
                ),
            ),
            Question(
                "consent_version",
                _("Version of the explanation"),
                CHOICE,
                CONSENT,
                options=tuple(
                    Option(explanation.version, explanation.version)
                    for explanation in profile.consent.explanations
                ),
                fixed=True,
            ),
            _long(
                "consent_note",
                _("Anything that made it hard to understand or to choose freely?"),
                help=_("For example tiredness, fear, somebody else in the room. Leave out names."),
                limit=2000,
            ),
        ),
        shown_on=frozenset({ADULT, DTN, DECLINED_PATH, OPEN}),
        short=True,
    )
    return Section("agreement", _("Does the person agree?"), (page,), urgent=True)


def _child_protection() -> Section:
    page = Page(
        "child_protection",
        _("Who protects the child?"),
        (
            Question(
                "child_protection_told",
                _("Have you told child protection?"),
                CHOICE,
                CODE,
                options=_choices(
                    ("yes", _("Yes")),
                    ("today", _("Not yet: I will do it today")),
                    ("no", _("No")),
                ),
                needed_on=frozenset({CHILD}),
                missing=_("Select whether you have told child protection"),
                without=_ALWAYS,
            ),
            _text(
                "child_authority",
                _("Which authority?"),
                help=_("For example the local authority's children's service."),
            ),
            Question("child_authority_phone", _("Their telephone number"), TELEPHONE, NARRATIVE),
            Question("child_authority_email", _("Their e-mail address"), EMAIL, NARRATIVE),
            _text("child_contact_name", _("Who did you speak to there?")),
            _yes_no(
                "child_guardian",
                _("Is there a guardian or an advocate for the child?"),
                reveal=("yes", "child_guardian_details"),
            ),
            _text("child_guardian_details", _("Who, and how can they be reached?")),
        ),
        why=_(
            "You said the person may be under 18. We will treat them as a child. You do not need"
            " their agreement. You must tell child protection today."
        ),
        shown_on=frozenset({CHILD}),
        short=True,
    )
    return Section("child", _("Who protects the child?"), (page,), urgent=True)


def _cooperation() -> Section:
    page = Page(
        "cooperation",
        _("Does the person want to help the police?"),
        (
            _yes_no(
                "police_cooperation",
                _("Do they agree to co-operate with the police?"),
                help=_("They can say no. Then the notification says nothing of who they are."),
                needed_on=frozenset({DTN}),
                missing=_("Select whether the person agrees to co-operate with the police"),
                reveal=("yes", "police_cooperation_details"),
            ),
            _long("police_cooperation_details", _("What did they agree to?")),
        ),
        shown_on=frozenset({DTN}),
    )
    return Section("cooperation", _("Help to the police"), (page,), urgent=True)


# Add when you can --------------------------------------------------------------------------------
_TOLD_ALREADY = _("Do not ask again if somebody already told you. You can skip this page.")
_PAINFUL = _(
    "These questions help to decide what protection the person gets. They can be painful. Do not"
    " ask again if somebody already told you. You can skip this page."
)


def _what_happened(profile: Profile) -> Section:
    referral = profile.referral
    # Where an exact place could lead somebody to the person or to who spoke, none is asked for.
    coarse = profile.conflict_mode.enabled and profile.conflict_mode.coarse_locations
    towns_help = (
        _("The nearest large town or the region, one on each line. No village, camp or house.")
        if coarse
        else _("One on each line.")
    )
    address = () if coarse else (_long("address", _("What do you know of the address?"), PART),)
    episode_what = Page(
        "episodes",
        _("What kind of exploitation, where and when?"),
        (
            Question(
                "types",
                _("What was the person made to do, or what was done?"),
                CHOICES,
                PART,
                options=tuple(
                    Option(kind.code, kind.label, kind.help) for kind in referral.exploitation_types
                ),
                help=_("Select all that apply."),
                reveal=("other", "type_other"),
            ),
            _text("type_other", _("What else?"), PART),
            Question("place", _("Where?"), CHOICE, PART, options=_options(referral.places)),
            Question(
                "countries",
                _("Which countries?"),
                COUNTRIES,
                PART,
                help=_("One country on each line."),
            ),
            _long(
                "towns",
                _("Which towns or cities?"),
                PART,
                help=towns_help,
                limit=1000,
            ),
            *address,
            Question(
                "began",
                _("When did it begin?"),
                PARTIAL_DATE,
                PART,
                past=True,
                help=_("The year alone is enough."),
            ),
            _yes_no("ongoing", _("Is it still going on?"), PART),
            Question("ended", _("If it has ended, when?"), PARTIAL_DATE, PART, past=True),
            _long(
                "dates_text",
                _("What was said about the dates"),
                PART,
                help=_("For example “after the rains”, or “before my sister's wedding”."),
            ),
        ),
        why=_(
            "An episode is one stretch of exploitation. If it happened more than once, with other"
            " people or in another place, add another episode."
        ),
        part="episodes",
    )
    episode_people = Page(
        "episode_people",
        _("Who took part, and how?"),
        (
            _long(
                "people_involved",
                _("Who took part?"),
                PART,
                help=_("What they did, how they knew the person, languages, nicknames, marks."),
            ),
            _yes_no(
                "online",
                _("Was any of it online?"),
                PART,
                help=_("Finding, controlling or exploiting the person."),
            ),
            Question(
                "online_how",
                _("If online, where?"),
                CHOICES,
                PART,
                options=_choices(
                    ("social_media", _("Social media")),
                    ("job_site", _("A job site or advertisement for work")),
                    ("dating", _("A dating site")),
                    ("messaging", _("Messages")),
                    ("gaming", _("Games")),
                    ("advertisement", _("Advertisement for services")),
                    ("other", _("Somewhere else")),
                ),
            ),
            _long("online_details", _("What happened online?"), PART),
            *_asks(
                "armed_group",
                _("Was an armed group part of it?"),
                "armed_group_details",
                details_label=_("What was its part?"),
                keeps=PART,
            ),
        ),
        why=_PAINFUL,
        part="episodes",
    )
    episode_why = Page(
        "episode_why",
        _("What made it possible?"),
        (
            Question(
                "drivers",
                _("What had put the person at risk?"),
                CHOICES,
                PART,
                options=_options(referral.structural_drivers),
                help=_("Select all that apply."),
            ),
            Question(
                "age_then_status",
                _("How old were they when it began?"),
                CHOICE,
                PART,
                options=_options(referral.age_statuses),
            ),
            Question("age_then_years", _("Age in years, if known"), NUMBER, PART, at_most=120),
            _long(
                "description",
                _("In the person's own words, or yours"),
                PART,
                help=_("What you were told, saw or heard. Write whose words they are."),
            ),
        ),
        why=_TOLD_ALREADY,
        part="episodes",
    )
    recruitment = Page(
        "recruitment",
        _("How did it start?"),
        (
            _yes_no("more_than_one", _("Was there more than one situation?")),
            _long(
                "how_started",
                _("How did it start?"),
                help=_("Who made contact, what was promised, what they expected, what was paid."),
            ),
        ),
        why=_PAINFUL,
    )
    journey = Page(
        "journey",
        _("Was the person taken anywhere?"),
        _asks(
            "taken_elsewhere",
            _("Were they taken somewhere, or made to move?"),
            "journey_details",
            details_label=_("How did they travel, and who arranged it?"),
        ),
        why=_TOLD_ALREADY,
    )
    treatment = Page(
        "treatment",
        _("How was the person treated?"),
        (
            _long("made_to_do", _("What did they have to do, on a usual day?")),
            _long("living_conditions", _("Where and how did they live?")),
            _long(
                "how_treated",
                _("How were they treated?"),
                help=_("Threats, violence, debt, papers taken, doors locked, pay withheld."),
            ),
        ),
        why=_PAINFUL,
    )
    leaving = Page(
        "leaving",
        _("Are they out of it?"),
        (
            _yes_no("still_there", _("Is the person still in the situation?")),
            _long("why_they_stayed", _("What keeps, or kept, them from leaving?")),
            _long("how_they_left", _("If they have left, how?")),
        ),
        why=_TOLD_ALREADY,
    )
    last_contact = Page(
        "last_contact",
        _("When were they last in touch with those people?"),
        (
            Question(
                "last_contact",
                _("When were they last in touch?"),
                CHOICE,
                CODE,
                options=_options(referral.last_contact),
            ),
            _long("last_contact_details", _("What happened then?")),
        ),
        why=_TOLD_ALREADY,
    )
    exploiters = Page(
        "exploiters",
        _("Who exploited the person?"),
        (
            _long(
                "exploiters",
                _("What do you know about them?"),
                help=_("Nicknames, languages, marks, vehicles, telephone numbers."),
            ),
            _yes_no("exploiters_located", _("Is it known where they are now?")),
            _yes_no("exploiters_in_country", _("Are they in this country?")),
            _long("exploiters_location", _("Where?")),
        ),
        why=_TOLD_ALREADY,
    )
    others = Page(
        "others",
        _("Are there other people in the same situation?"),
        _asks(
            "other_victims",
            _("Are there, or were there, others?"),
            "other_victims_details",
            details_label=_("How many, and where?"),
        ),
        why=_("Refer each person on their own, also brothers and sisters."),
    )
    future = Page(
        "future",
        _("Could it happen again?"),
        _asks(
            "future_risk",
            _("Is there a risk that the person is exploited again?"),
            "future_risk_details",
            details_label=_("What makes you think so?"),
        ),
    )
    background = Page(
        "background",
        _("What was their life before?"),
        (
            _long("family", _("Family")),
            _long("education", _("School and training")),
            _long("employment", _("Work")),
        ),
        why=_TOLD_ALREADY,
    )
    return Section(
        "what_happened",
        _("What happened"),
        (
            episode_what,
            episode_people,
            episode_why,
            recruitment,
            journey,
            treatment,
            leaving,
            last_contact,
            exploiters,
            others,
            future,
            background,
        ),
        hint=_("Each stretch of exploitation, and how it began and ended"),
    )


def _contact() -> Section:
    ways = (
        ("contact_call", _("Call")),
        ("contact_text", _("Send a text message")),
        ("contact_voicemail", _("Leave a voice message")),
        ("contact_email", _("Send an e-mail")),
        ("contact_post", _("Send a letter")),
    )
    safety = _choices(
        ("safe", _("Safe")), ("unsafe", _("Not safe")), ("unknown", _("Not known: do not use"))
    )
    safe_contact = Page(
        "safe_contact",
        _("Which ways to reach the person are safe?"),
        tuple(Question(code, label, CHOICE, CONTACT, options=safety) for code, label in ways),
        why=_(
            "Somebody else may read messages or answer the telephone. Nobody uses a way that is not"
            " marked as safe."
        ),
        identifies=True,
    )
    contact_details = Page(
        "contact_details",
        _("How can the person be reached?"),
        (
            _fact("telephone", _("Telephone number"), "telephone", TELEPHONE),
            _fact("other_telephone", _("Another telephone number"), "telephone", TELEPHONE),
            _text("other_telephone_whose", _("Whose number is that?"), CONTACT),
            _fact("email", _("E-mail address"), "email", EMAIL),
            _fact("address", _("Address"), "address", LONG_TEXT, limit=1000),
            _text(
                "contact_times",
                _("When is it safe?"),
                CONTACT,
                help=_("Days and hours."),
            ),
            _text(
                "contact_code_word",
                _("Code word"),
                CONTACT,
                help=_("A word that shows who is calling."),
            ),
            _text("contact_who_may_answer", _("Who else may answer?"), CONTACT),
            _long(
                "no_telephone_reason",
                _("If there is no number, why?"),
                CONTACT,
            ),
        ),
        why=_("Only people who need to reach the person see this, and each look is recorded."),
        identifies=True,
    )
    decision_contact = Page(
        "decision_contact",
        _("Who should be told what is decided?"),
        (
            Question(
                "send_decision_to",
                _("Who should be told?"),
                CHOICE,
                CODE,
                options=_choices(
                    ("person", _("The person")),
                    ("other", _("Somebody else")),
                    ("both", _("Both")),
                ),
            ),
            _fact("nominated_name", _("Name of somebody else to tell"), "nominated_name"),
            _fact(
                "nominated_contact",
                _("How can they be reached?"),
                "nominated_contact",
                LONG_TEXT,
                limit=1000,
            ),
            _yes_no(
                "nominated_permission",
                _("Has the person agreed that we tell them?"),
            ),
        ),
        identifies=True,
    )
    support = Page(
        "support",
        _("What help does the person need?"),
        (
            _yes_no("needs_support", _("Do they want help?")),
            Question(
                "support_kinds",
                _("What kind?"),
                CHOICES,
                CODE,
                options=_choices(
                    ("safe_house", _("A safe place to stay")),
                    ("medical", _("Medical care")),
                    ("counselling", _("Counselling")),
                    ("legal", _("Legal advice")),
                    ("money", _("Money or food")),
                    ("interpreter", _("An interpreter")),
                    ("other", _("Something else")),
                ),
            ),
            _long("support_details", _("What should a support worker know?")),
        ),
    )
    location = Page(
        "location",
        _("Where is the person now?"),
        (
            _text("current_town", _("Town or city")),
            _text("current_region", _("Region or county")),
        ),
        why=_("Do not write the address of a shelter."),
    )
    return Section(
        "contact",
        _("Safe contact and help"),
        (safe_contact, contact_details, decision_contact, support, location),
        hint=_("How to reach the person without putting them at risk"),
    )


def _identity(profile: Profile) -> Section:
    name = Page(
        "name",
        _("What is the person's name?"),
        (
            _fact("name", _("Full name"), "name", help=_("As they give it, in any script.")),
            _fact("alias", _("Other names or nicknames"), "alias"),
            _fact(
                "birth_date",
                _("Date of birth"),
                "birth_date",
                PARTIAL_DATE,
                past=True,
                help=_("The year alone is enough."),
            ),
        ),
        why=_("A name is not needed to send. It is kept apart, and each look at it is recorded."),
        identifies=True,
    )
    about = Page(
        "about",
        _("About the person"),
        (
            Question("sex", _("Sex"), CHOICE, CODE, options=_options(profile.referral.sexes)),
            Question(
                "gender", _("Gender"), CHOICE, CODE, options=_options(profile.referral.genders)
            ),
            Question("nationality", _("Nationality: country"), COUNTRY, CODE),
            Question("second_nationality", _("Second nationality: country"), COUNTRY, CODE),
            _text("nationality_text", _("Anything else about nationality")),
            _text("birthplace", _("Where were they born?")),
        ),
    )
    document = Page(
        "document",
        _("Does the person have a document or reference number?"),
        (
            Question(
                "document_kind",
                _("What kind?"),
                CHOICE,
                CODE,
                options=_choices(
                    ("passport", _("Passport")),
                    ("national_id", _("Identity card")),
                    ("home_office", _("Immigration or asylum reference")),
                    ("residence", _("Residence permit")),
                    ("other", _("Something else")),
                ),
            ),
            _fact("document", _("Number"), "document"),
        ),
        identifies=True,
    )
    children = Page(
        "children",
        _("Does the person have children?"),
        (
            _yes_no("has_children", _("Do they have children?")),
            Question("children_count", _("How many?"), NUMBER, CODE, at_most=30),
            _long(
                "children_details",
                _("Where are the children, and are they safe?"),
            ),
        ),
    )
    return Section(
        "identity",
        _("Who the person is"),
        (name, about, document, children),
        hint=_("Name, birth, nationality: only if it is safe to ask"),
    )


def _signs() -> Section:
    signs = Page(
        "signs",
        _("What did you see?"),
        (
            *_asks(
                "signs_seen",
                _("Did you see signs of trafficking?"),
                "signs_details",
                details_label=_("What did you see?"),
                without=_OF_US,
            ),
            _long(
                "interview",
                _("Where and how did you talk?"),
                help=_("Who was there, breaks, the interpreter, how the person seemed."),
            ),
            _long(
                "insight",
                _("What does your experience tell you?"),
                help=_("What you have seen in other cases, or know of this place or work."),
            ),
        ),
    )
    differences = Page(
        "differences",
        _("Do accounts differ?"),
        _asks(
            "differences_noted",
            _("Did anything differ between accounts or records?"),
            "differences_details",
            details_label=_("What differs, and what could explain it?"),
            without=_OF_US,
        ),
        why=_("This is common after trauma. It does not mean that anyone is lying."),
    )
    reporting = Page(
        "reporting",
        _("Has this been reported before?"),
        (
            *_asks(
                "reported_before",
                _("Has it been reported before?"),
                "reported_before_details",
                details_label=_("When, and to whom?"),
                without=_OF_US,
            ),
            _long("why_now", _("What led to this report now?")),
            _long("why_refer", _("Why do you make this referral?")),
        ),
    )
    professionals = Page(
        "professionals",
        _("Who else works with the person?"),
        _asks(
            "professionals_involved",
            _("Are other professionals involved?"),
            "professionals_details",
            details_label=_("Who, and how can they be reached?"),
            help=_("A lawyer, doctor, social worker or support worker."),
            without=_OF_US,
        ),
    )
    evidence = Page(
        "evidence",
        _("What else is there?"),
        (
            _long(
                "evidence_described",
                _("Which documents, photographs or messages are there?"),
                help=_("Say what each one is, its date, and who has it."),
            ),
        ),
    )
    return Section(
        "signs",
        _("What you saw, and who else knows"),
        (signs, differences, reporting, professionals, evidence),
        hint=_("Signs, earlier reports, other professionals"),
    )


def _justice() -> Section:
    police = Page(
        "police",
        _("Do the police know?"),
        (
            _yes_no("reported_to_police", _("Has it been reported to the police?")),
            _text("police_force", _("Which police force?")),
            _text("police_reference", _("Crime or incident number")),
        ),
    )
    willing = Page(
        "police_help",
        _("Does the person want to help the police?"),
        (
            _yes_no(
                "police_cooperation",
                _("Do they agree to co-operate with the police?"),
                help=_("They can say no, and still be protected."),
                reveal=("yes", "police_cooperation_details"),
            ),
            _long("police_cooperation_details", _("What did they agree to?")),
        ),
        shown_on=frozenset({OPEN, ADULT, CHILD}),
    )
    accused = Page(
        "offences",
        _("Is the person accused of an offence?"),
        (_yes_no("accused", _("Are they suspected, charged or convicted of anything?")),),
        why=_(
            "A person should not be punished for what they were made to do. If there is a hearing,"
            " the decision can be made before it."
        ),
    )
    allegations = Page(
        "allegations",
        _("Offences and hearings"),
        (
            _long("offence", _("What is the offence?"), PART, limit=2000),
            Question(
                "stage",
                _("How far has it gone?"),
                CHOICE,
                PART,
                options=_choices(
                    ("suspected", _("Suspected")),
                    ("arrested", _("Arrested")),
                    ("charged", _("Charged")),
                    ("awaiting_trial", _("Waiting for trial")),
                    ("convicted", _("Convicted")),
                ),
            ),
            Question(
                "hearing",
                _("What is the next hearing?"),
                CHOICE,
                PART,
                options=_choices(
                    ("first", _("First hearing")),
                    ("plea", _("Plea")),
                    ("trial", _("Trial")),
                    ("sentence", _("Sentence")),
                    ("appeal", _("Appeal")),
                    ("other", _("Another hearing")),
                ),
            ),
            Question("hearing_on", _("When is it?"), DATE, PART),
            _yes_no("detained", _("Is the person held because of it?"), PART),
            Question(
                "episode",
                _("Number of the episode that it belongs to, if known"),
                NUMBER,
                PART,
                at_most=50,
            ),
        ),
        why=_("Add each offence on its own."),
        part="allegations",
    )
    detention = Page(
        "detention",
        _("Is the person held?"),
        (
            _yes_no("detained", _("Is the person held or detained now?")),
            Question(
                "detention_kind",
                _("By whom?"),
                CHOICE,
                CODE,
                options=_choices(
                    ("police", _("Police")),
                    ("prison", _("Prison")),
                    ("immigration", _("Immigration detention")),
                    ("hospital", _("Hospital")),
                    ("armed_group", _("An armed group or the exploiters")),
                    ("other", _("Somebody else")),
                ),
            ),
            _text("detention_place", _("Where?")),
        ),
    )
    return Section(
        "justice",
        _("Police, offences and detention"),
        (police, willing, accused, allegations, detention),
        hint=_("A hearing date can change what must be decided first"),
    )


def _health() -> Section:
    health = Page(
        "health",
        _("Does the person need a doctor?"),
        _asks(
            "health_urgent",
            _("Is there an urgent need for medical care?"),
            "health_details",
            details_label=_("What is needed?"),
        ),
        why=_TOLD_ALREADY,
    )
    pregnancy = Page(
        "pregnancy",
        _("Is the person pregnant?"),
        _asks(
            "pregnant",
            _("Are they pregnant, or have they given birth lately?"),
            "pregnancy_details",
            details_label=_("What should a midwife or doctor know?"),
        ),
    )
    disability = Page(
        "disability",
        _("Does the person have a disability?"),
        _asks(
            "disability",
            _("Do they have a disability or a long illness?"),
            "disability_details",
            details_label=_("What do they need?"),
        ),
    )
    return Section(
        "health",
        _("Health"),
        (health, pregnancy, disability),
        hint=_("Urgent care, pregnancy, disability"),
    )


def _responder(profile: Profile) -> Section:
    page = Page(
        "responder",
        _("How can we reach you?"),
        (
            Question(
                "responder_kind",
                _("What kind of organisation do you work for?"),
                CHOICE,
                CODE,
                options=_options(profile.referral.responder_kinds),
                without=_ALWAYS,
            ),
            _text("responder_name", _("Who met the person, if it was not you?")),
            _text("responder_role", _("Their role, or yours")),
            Question("responder_telephone", _("Telephone number"), TELEPHONE, NARRATIVE),
            Question(
                "responder_other_email", _("Another e-mail address at work"), EMAIL, NARRATIVE
            ),
            _text("own_reference", _("Your own reference"), help=_("No names.")),
        ),
    )
    return Section("responder", _("You and your organisation"), (page,))
