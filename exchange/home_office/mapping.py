"""The live form's payload as the answers of our referral. Pure: a payload in, answers out.

Read from the form's own code (github.com/UKHomeOffice/modern-slavery at 54dfce7, 21 April 2026:
apps/nrm/models/submission.js), of which these things are to know:

- `Type` is 560734 for a referral and 662265 for a duty to notify.
- `FirstChanceToReport` holds the answer to "Has this been reported before?": a Yes is a report
  before, not a first chance.
- `Customer.Custom17` is the gender; "Other" is "do not identify as male or female".
- A kind of exploitation is a key `Component…` with the value Yes, or absent; "other" has no such
  key and comes as its text, `ExploitationOther`.
- `SafeToEmail` and `SafeToPostal` are ticks beside the address. The form asks nothing of the sort
  about the telephone, so calls and texts stay unknown, and unknown is never used.
- The form sends no date, language or explanation of the consent, and no key for the danger now.
- `CIDReference` is any reference of the Home Office. `Agent.*` is the professional who wrote.

What has no question here, or does not fit its question, is kept under the person's key and its
name is listed; nothing is dropped in silence. Keys that only repeat another (`Country`,
`HowToNotify`, …) are not kept where they agree with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases.rules.countries import country_code
from cases.rules.languages import language_code
from cases.rules.referral_form.questions import form_for
from exchange.home_office.nationalities import country_of
from nrm.actions import Objection
from nrm.profiles import Profile

REFERRAL, DUTY_TO_NOTIFY = "560734", "662265"

SHORT = 200  # characters of an answer on one line, where no question says another limit
MOST_KEYS = 500

# Values as the form sends them; capitals, spaces and hyphens do not count.
_YES_NO = {
    "Yes": "yes",
    "No": "no",
    "Not sure": "not_known",
    "DontKnow": "not_known",
    "I dont know": "not_known",
    "Unknown": "not_known",
}
_AGES = {"Adult": "adult", "Child": "child", "Unknown": "not_sure"}
_GENDERS = {"Female": "woman", "Male": "man", "Other": "another"}
_PLACES = {"UK": "uk", "OVERSEAS": "overseas", "BOTH": "uk_and_overseas"}
_JURISDICTIONS = {
    "ENGLAND": "england",
    "WALES": "wales",
    "SCOTLAND": "scotland",
    "NORTHERNIRELAND": "northern_ireland",
}
_COUNTRY_KEYS = {"ENG": "england", "WAL": "wales", "SCOT": "scotland", "NI": "northern_ireland"}
_LAST_CONTACT = {
    "within-the-last-week": "last_week",
    "within-the-last-month": "last_month",
    "within-the-last-3-month": "last_3_months",
    "within-the-last-6-month": "last_6_months",
    "within-the-last-6-12-month": "last_12_months",
    "over-a-year-ago": "over_a_year",
    "not-sure": "not_known",
}
_SAFE = {"Yes": "safe", "No": "unsafe"}
_DECISION_TO = {"PV": "person", "Someone else": "other"}

# The key of the payload for each option of the form's list of kinds of exploitation.
_COMPONENTS = {
    "ComponentForcedToWorkForNothing": "forced-to-work",
    "ComponentWagesTaken": "wages-taken",
    "ComponentFraud": "forced-to-commit-fraud",
    "ComponentProstitution": "prostitution",
    "ComponentChildExploitation": "child-exploitation",
    "ComponentSexuallyassaulted": "taken-somewhere",
    "ComponentForcedCrime": "forced-to-commit-crime",
    "ComponentOrgansRemoved": "organs-removed",
    "ComponentDomesticServitude": "unpaid-household-work",
}

# Answers that are a text of any length, and answers that are Yes, No or not known: question, key.
_LONG = (
    ("consent_note", "DTNReason"),
    ("police_cooperation_details", "CollaborationInfo"),
    ("family", "PVFamily"),
    ("education", "PVEducation"),
    ("employment", "PVEmploymentHistory"),
    ("no_telephone_reason", "CannotProvideContactDetails"),
    ("how_started", "HowExploitationStarted"),
    ("journey_details", "ExploitationJourneyDetails"),
    ("made_to_do", "ExploitationAverageDay"),
    ("living_conditions", "ExploitationLivingConditions"),
    ("how_treated", "ExploitationTreatment"),
    ("why_they_stayed", "ExploitationWhyTheyStayed"),
    ("why_they_stayed", "KeepingPVInSituation"),
    ("how_they_left", "ExploitationReasonTheyLeft"),
    ("last_contact_details", "DetailsLastContact"),
    ("exploiters", "ExploiterDetails"),
    ("exploiters_location", "InformationOnExploitersCurrentLocation"),
    ("future_risk_details", "ReasonForConcernsReFurtherExploitation"),
    ("signs_details", "IdentifiedModernSlaveryIndicatorsDetails"),
    ("interview", "DetailsAboutInterview"),
    ("insight", "ProfessionalInsight"),
    ("differences_details", "DetailsOfEvidenceOfDishonesty"),
    ("reported_before_details", "ReportedBeforeFurtherInfo"),
    ("why_now", "ReasonForReportingNow"),
    ("why_refer", "ReasonForMakingReferral"),
    ("professionals_details", "DetailsOfProfessionalsInvolved"),
    ("evidence_described", "EvidenceSubmitted"),
)
_SHORT = (
    ("birthplace", "PVBirthplace"),
    ("alias", "Customer.Alias"),
    ("communication_help_details", "Customer.Custom16"),
    ("current_town", "PVCurrentCityTown"),
    ("current_region", "PVCurrentCounty"),
    ("police_force", "PoliceForce"),
    ("police_reference", "PoliceForceCRN"),
    ("child_authority", "LocalAuthority"),
    ("child_authority_phone", "LAPhone"),
    ("telephone", "Customer.Phone"),
    ("other_telephone", "AlternativePhoneNumber"),
    ("other_telephone_whose", "AlternativePhoneRelationshipToPV"),
    ("responder_telephone", "Agent.Phone"),
)
_EMAILS = (
    ("email", "Customer.Email"),
    ("child_authority_email", "LAEmail"),
)
_YES_OR_NO = (
    ("interpreter_needed", "Customer.Custom13"),
    ("communication_help", "Customer.Custom15"),
    ("has_children", "Customer.Custom9"),
    ("police_cooperation", "CanPoliceContactPV"),
    ("police_cooperation", "WillingToCooperate"),
    ("reported_to_police", "ReportedCase"),
    ("needs_support", "NeedSupport"),
    ("more_than_one", "MoreThanOneExploitationSituations"),
    ("taken_elsewhere", "ExploitationTakenSomewhere"),
    ("still_there", "PVStillInExploitativeSituation"),
    ("exploiters_located", "ExploitersLocationInformationPresent"),
    ("exploiters_in_country", "ExploitersInUK"),
    ("other_victims", "OtherVictims"),
    ("future_risk", "ConcernsOfFurtherExploitationToPV"),
    ("signs_seen", "IdentifiedModernSlaveryIndicators"),
    ("differences_noted", "EvidenceOfDishonesty"),
    # The key's name is the wrong way round: see the head of this file.
    ("reported_before", "FirstChanceToReport"),
    ("professionals_involved", "ProfessionalsInvolved"),
    ("nominated_permission", "AltContactPermissionToSend"),
)
_CODED: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("gender", "Customer.Custom17", _GENDERS),
    ("last_contact", "PVExploitersLastContact", _LAST_CONTACT),
    ("send_decision_to", "WhoToSendDecisionTo", _DECISION_TO),
    ("contact_email", "SafeToEmail", _SAFE),
    ("contact_post", "SafeToPostal", _SAFE),
)
_KEY_OF: dict[str, str] = {
    "external_id": "ExternalId",
    **{question: key for question, key in (*_LONG, *_SHORT, *_EMAILS, *_YES_OR_NO)},
    **{question: key for question, key, _codes in _CODED},
}
_RESPONDERS = (
    (r"police|constabulary", "police"),
    (r"national crime agency", "nca"),
    (r"gangmasters|labour abuse|fair work agency", "gla"),
    (r"health and social care", "health_trust"),
    (r"home office|border force|immigration|visas", "border_force"),
    (r"council|borough|local authority", "local_authority"),
)
_SAYS_NOTHING = "No further information provided"  # what the form sends for an empty box
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _bare(value: str) -> str:
    return "".join(character for character in value.casefold() if character.isalnum())


def _code_of(value: str, codes: Mapping[str, str]) -> str | None:
    return {_bare(key): code for key, code in codes.items()}.get(_bare(value))


@dataclass(frozen=True, slots=True)
class Mapped:
    """A payload as a referral. `faults` are all the reasons why it cannot be one, each with the
    key it is about; where there is one, the rest is not to be used."""

    external_id: str
    duty_to_notify: bool
    answers: dict[str, Any]
    unknown_keys: tuple[str, ...]
    unknown_values: dict[str, Any]
    sources: dict[str, str]
    faults: tuple[Objection, ...]

    def told_at_the_key(self, objection: Objection) -> Objection:
        """An objection to an answer, as one to the key that the answer came from."""
        question = re.sub(r"\[\d+\]", "", objection.field or "")
        key = self.sources.get(question) or _KEY_OF.get(question, question)
        return Objection(objection.text, key, objection.code)


@dataclass
class _Reading:
    """One payload being read: what was used, what was put where, what is wrong."""

    payload: Mapping[str, Any]
    longest: int
    limits: Mapping[str, int]
    answers: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    faults: list[Objection] = field(default_factory=list)

    def fault(self, key: str, text: str, code: str = "invalid") -> None:
        self.faults.append(Objection(text, key, code))

    def text(self, key: str) -> str:
        """The text of a key, empty where it is absent. A number counts as its digits."""
        self.used.add(key)
        value = self.payload.get(key)
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.fault(key, _("Must be text."))
            return ""
        value = value.strip()
        if len(value) > self.longest:
            limit = {"most": self.longest}
            self.fault(key, _("Must be %(most)s characters or fewer.") % limit, "too_long")
            return ""
        return value

    def short(self, key: str, question: str = "") -> str:
        """The text of a key; kept apart where it is longer than the question takes."""
        value = self.text(key)
        if len(value) > self.limits.get(question, SHORT):
            self.kept.add(key)
            return ""
        return value

    def coded(self, key: str, codes: Mapping[str, str]) -> str:
        """The code that stands for the value of a key, empty where it has none."""
        value = self.text(key)
        if not value:
            return ""
        code = _code_of(value, codes)
        if code is None:
            allowed = ", ".join(codes)
            self.fault(key, _("Must be one of these: %(allowed)s.") % {"allowed": allowed})
            return ""
        return code

    def put(self, question: str, value: Any, key: str) -> None:
        """Gives an answer where there is something to give."""
        if value not in ("", None, []):
            self.answers[question] = value
            self.sources.setdefault(question, key)

    def put_long(self, question: str, key: str) -> None:
        """Gives a text as answer, below what another key answered already; kept apart where it is
        longer than the question takes."""
        value = self.text(key)
        if not value or value == _SAYS_NOTHING:
            return
        before = self.answers.get(question, "")
        together = f"{before}\n\n{value}" if before else value
        if len(together) > self.limits.get(question, self.longest):
            self.kept.add(key)
            return
        self.put(question, together, key)

    def together(self, question: str, keys: tuple[str, ...], between: str) -> str:
        """The texts of several keys as one, without a text that says the same again; all kept
        apart where that is longer than the question takes."""
        told = list(dict.fromkeys(filter(None, (self.text(key) for key in keys))))
        value = between.join(told)
        if len(value) > self.limits.get(question, SHORT):
            self.kept.update(key for key in keys if self.text(key))
            return ""
        return value

    def repeats(self, key: str, agrees: Callable[[str], bool]) -> None:
        """A key that only repeats another: kept where it says something else."""
        value = self.text(key)
        if value and not agrees(value.casefold()):
            self.kept.add(key)


def read_payload(payload: Any, *, profile: Profile, today: date) -> Mapped:
    """Reads a payload of the live form.

    Never raises for what a payload may hold: every fault is among `faults`, with its key.
    """
    if not isinstance(payload, Mapping):
        return _nothing(Objection(_("The payload must be one JSON object."), ""))
    if len(payload) > MOST_KEYS:
        return _nothing(Objection(_("The payload has too many keys."), ""))
    form = form_for(profile)
    limits = {question.code: question.limit for question in form.questions}
    for question in form.questions_of("episodes"):
        limits[f"episodes.{question.code}"] = question.limit
    reading = _Reading(payload, profile.evidence.text_characters, limits)
    external_id = _external_id(reading)
    duty_to_notify = _who_and_why(reading)
    _table(reading)
    _person(reading, today)
    _child_authority(reading)
    _responder(reading)
    _episode(reading, profile)
    _repetitions(reading)
    names, values = _unknown(reading)
    return Mapped(
        external_id,
        duty_to_notify,
        reading.answers,
        names,
        values,
        reading.sources,
        tuple(dict.fromkeys(reading.faults)),
    )


def _nothing(fault: Objection) -> Mapped:
    return Mapped("", False, {}, (), {}, {}, (fault,))


def _external_id(reading: _Reading) -> str:
    value = reading.text("ExternalId")
    if not value:
        reading.fault("ExternalId", _("Is missing: it is what makes a repetition known."))
        return ""
    if not _EXTERNAL_ID.fullmatch(value):
        reading.fault("ExternalId", _("Must be at most 64 letters, digits, dots and hyphens."))
        return ""
    try:
        return str(UUID(value))
    except ValueError:
        return value


def _who_and_why(reading: _Reading) -> bool:
    """What every referral must say: its kind, the age, where, and the consent. Returns whether it
    is a duty to notify."""
    kind = reading.text("Type")
    if kind not in (REFERRAL, DUTY_TO_NOTIFY):
        reading.fault("Type", _("Must be 560734 (referral) or 662265 (duty to notify)."))
    duty_to_notify = kind == DUTY_TO_NOTIFY
    said = reading.coded("NRMOrDuty", {"NRM": REFERRAL, "DTN": DUTY_TO_NOTIFY})
    if said and kind in (REFERRAL, DUTY_TO_NOTIFY) and said != kind:
        reading.fault("NRMOrDuty", _("Does not agree with Type."))

    age = reading.coded("AdultOrChild", _AGES)
    if not reading.text("AdultOrChild"):
        reading.fault("AdultOrChild", _("Is missing: Adult, Child or Unknown."))
    reading.put("age_status", age, "AdultOrChild")
    if duty_to_notify and age in ("child", "not_sure"):
        text = _(
            "A duty to notify is about an adult. Send a child as 560734: no consent is needed."
        )
        reading.fault("Type", text)
    if age == "adult":
        reading.put("consent_answer", "refused" if duty_to_notify else "given", "Type")

    place = reading.coded("Case.Jurisdiction", _JURISDICTIONS)
    country = reading.coded("Country", _COUNTRY_KEYS)
    if not reading.text("Case.Jurisdiction") and not reading.text("Country"):
        reading.fault("Case.Jurisdiction", _("Is missing: where the person was met."))
    if place and country and place != country:
        reading.fault("Country", _("Does not agree with Case.Jurisdiction."))
    reading.put("jurisdiction", place or country, "Case.Jurisdiction")
    return duty_to_notify


def _table(reading: _Reading) -> None:
    for question, key in _LONG:
        reading.put_long(question, key)
    for question, key in _SHORT:
        reading.put(question, reading.short(key, question), key)
    for question, key in _YES_OR_NO:
        reading.put(question, reading.coded(key, _YES_NO), key)
    for question, key, codes in _CODED:
        reading.put(question, reading.coded(key, codes), key)
    for question, key in _EMAILS:
        reading.put(question, _email(reading, key), key)
    reading.put_long("other_victims_details", "OtherVictimsFurtherInfo")


def _email(reading: _Reading, key: str) -> str:
    value = reading.short(key)
    if value and not _EMAIL.fullmatch(value):
        reading.fault(key, _("Must be an e-mail address."))
        return ""
    return value


def _person(reading: _Reading, today: date) -> None:
    name = reading.together("name", ("Customer.Forename1", "Customer.Surname"), " ")
    reading.put("name", name, "Customer.Surname")
    reading.put("birth_date", _birth_date(reading, today), "Customer.DOB")
    address = ("Customer.Address", "Customer.Town", "Customer.County", "Customer.Postcode")
    reading.put("address", reading.together("address", address, "\n"), "Customer.Address")

    for question, key in (
        ("nationality", "Customer.Nationality"),
        ("second_nationality", "Customer.Custom11"),
    ):
        told = reading.short(key)
        if told.casefold() == "unknown":
            reading.put(question, "not_known", key)
        elif code := country_of(told):
            reading.put(question, code, key)
        elif told and "nationality_text" in reading.answers:
            reading.kept.add(key)
        else:
            reading.put("nationality_text", told, key)

    language = reading.short("Customer.Custom14")
    if code := language_code(language):
        reading.put("language", code, "Customer.Custom14")
    elif language:
        reading.kept.add("Customer.Custom14")

    children = reading.text("Customer.Custom10")
    if children.isascii() and children.isdigit() and len(children) < 3:
        reading.put("children_count", int(children), "Customer.Custom10")
    elif children:
        reading.put("children_details", children, "Customer.Custom10")

    document = reading.short("CIDReference")
    reading.put("document", document, "CIDReference")
    reading.put("document_kind", "home_office" if document else "", "CIDReference")

    nominated = reading.together("nominated_name", ("AltContactFirstName", "AltContactName"), " ")
    reading.put("nominated_name", nominated, "AltContactName")
    contact = (
        "AltContactEmail",
        "AltContactAddress",
        "AltContactTown",
        "AltContactCounty",
        "AltContactPostcode",
    )
    told = reading.together("nominated_contact", contact, ", ")
    reading.put("nominated_contact", told, "AltContactEmail")


def _birth_date(reading: _Reading, today: date) -> str:
    value = reading.text("Customer.DOB")
    if not value:
        return ""
    try:
        born = date.fromisoformat(value)
    except ValueError:
        reading.fault("Customer.DOB", _("Must be a date such as 1990-02-28."))
        return ""
    if born > today or born.year < 1900:
        reading.fault("Customer.DOB", _("Must be a date from 1900 until today."))
        return ""
    return born.isoformat()


def _child_authority(reading: _Reading) -> None:
    """The form asks for the local authority's contact only where it has been told of the child."""
    contact = reading.together("child_contact_name", ("LAFirstName", "LALastName"), " ")
    reading.put("child_contact_name", contact, "LALastName")
    if reading.answers.get("age_status") != "adult" and reading.answers.get("child_authority"):
        reading.put("child_protection_told", "yes", "LocalAuthority")


def _responder(reading: _Reading) -> None:
    """The professional who wrote: sealed like everything told in words, never in the clear."""
    own, other = _email(reading, "Agent.Email"), _email(reading, "AlternateFREmail")
    who = ("Agent.Forename1", "Agent.Name") + (("Agent.Email",) if other else ())
    name = reading.together("responder_name", who, " ")
    reading.put("responder_name", name, "Agent.Name")
    role = reading.together("responder_role", ("Agent.Jobtitle", "Agent.Organisation"), ", ")
    reading.put("responder_role", role, "Agent.Jobtitle")
    reading.put("responder_other_email", other or own, "AlternateFREmail")
    organisation = reading.text("Agent.Organisation").casefold()
    for pattern, kind in _RESPONDERS:
        if re.search(pattern, organisation):
            reading.put("responder_kind", kind, "Agent.Organisation")
            return


def _episode(reading: _Reading, profile: Profile) -> None:
    """The payload tells of one stretch of exploitation; its dates are prose."""
    offered = {t.home_office: t.code for t in profile.referral.exploitation_types if t.home_office}
    types = [
        offered[option]
        for key, option in _COMPONENTS.items()
        if reading.coded(key, _YES_NO) == "yes"
    ]
    part: dict[str, Any] = {}

    def put(question: str, value: Any, key: str) -> None:
        if value not in ("", []):
            part[question] = value
            reading.sources.setdefault(f"episodes.{question}", key)

    other = reading.text("ExploitationOther")
    description = [reading.text("VictimAccount")]
    if other:
        types.append(offered["other"])
        if len(other) > reading.limits["episodes.type_other"]:
            description.append(other)
        else:
            put("type_other", other, "ExploitationOther")
    put("types", types, "ComponentForcedToWorkForNothing")

    place = reading.coded("ExploitationLocationPresented", _PLACES)
    put("place", place, "ExploitationLocationPresented")
    towns, countries = _where(reading)
    if place in ("uk", "uk_and_overseas") and "GB" not in countries:
        countries.insert(0, "GB")
    put("countries", countries, "Country1")
    put("towns", "\n".join(towns), "City1")
    addresses = ("ExploitationUKAddress", "ExploitationOverseasAddress")
    address = reading.together("episodes.address", addresses, "\n\n")
    put("address", address, "ExploitationUKAddress")

    dates = [reading.text("ExploitationDates")]
    more = reading.text("MultipleExploitationSituations")
    if code := _code_of(more, _YES_NO):
        reading.answers.setdefault("more_than_one", code)
    else:
        dates.append(more)
    put(
        "dates_text",
        _fitting(reading, dates, "MultipleExploitationSituations"),
        "ExploitationDates",
    )
    put("ongoing", reading.answers.get("still_there", ""), "PVStillInExploitativeSituation")
    then = reading.coded("AdultOrChildDuringExploitation", _AGES)
    put("age_then_status", then, "AdultOrChildDuringExploitation")
    told = _fitting(reading, description, "ExploitationOther")
    put("description", told, "VictimAccount")
    if part:
        reading.answers["episodes"] = [part]
        reading.sources.setdefault("episodes", "ExploitationLocationPresented")


def _fitting(reading: _Reading, texts: list[str], key: str) -> str:
    """The texts as one; where that is too long the first, and the key of the other is kept."""
    told = "\n\n".join(filter(None, texts))
    if len(told) > reading.longest:
        reading.kept.add(key)
        return texts[0]
    return told


def _where(reading: _Reading) -> tuple[list[str], list[str]]:
    """Towns, and codes of countries; a country that has no code goes with the towns."""
    towns, countries = [], []
    for number in range(1, 11):
        if town := reading.short(f"City{number}"):
            towns.append(town)
    for number in range(1, 11):
        told = reading.short(f"Country{number}")
        code = country_code(_OTHER_COUNTRY_NAMES.get(told, told)) if told else ""
        if code and code not in countries:
            countries.append(code)
        elif told and not code and told.casefold() != "unknown":
            towns.append(told)
    return towns, countries


# Countries that the form's list names otherwise than ours.
_OTHER_COUNTRY_NAMES = {
    "Congo (Democratic Republic)": "CD",
    "Micronesia": "FM",
    "St Kitts and Nevis": "KN",
    "St Lucia": "LC",
    "St Vincent": "VC",
    "The Bahamas": "BS",
    "Vatican City": "VA",
}


def _repetitions(reading: _Reading) -> None:
    answers = reading.answers
    reading.repeats("Customer.Custom7", lambda v: v == ("yes" if "birth_date" in answers else "no"))
    label = _bare(answers.get("jurisdiction", ""))
    reading.repeats("CountryLabel", lambda v: _bare(v) == label)
    ways = {"": "", "email": "email", "post": "post", "email, post": "email post"}
    has = {"email": "email" in answers, "post": "address" in answers}

    def written_to(value: str) -> bool:
        return value in ways and all(has[way] for way in ways[value].split())

    reading.repeats("Customer.ContactMethod", written_to)
    reading.repeats("HowToNotify", written_to)
    phone = answers.get("telephone", "").casefold()
    reading.repeats("SupportProviderContactByPhone", lambda v: v == phone)


def _unknown(reading: _Reading) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The names and values of keys that have no question, or whose value does not fit it.

    A name that does not look like a key might itself say who somebody is: it is kept with its
    value, and listed by a number.
    """
    names: list[str] = []
    values: dict[str, Any] = {}
    for key, value in reading.payload.items():
        if (key in reading.used and key not in reading.kept) or value in (None, "", [], {}):
            continue
        if _KEY.fullmatch(key):
            names.append(key)
            values[key] = value
        else:
            names.append(f"(key {len(names) + 1})")
            values[names[-1]] = {"name": key, "value": value}
    return tuple(names), values
