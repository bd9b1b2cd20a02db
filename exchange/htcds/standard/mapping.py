"""Records of the standard as answers of our referral, and the other way. Pure: plain data in, plain
data out.

Each `_Link` joins some fields with some questions and is read in both directions. What a link does
not say again in the same way when it is read back, and what no link reads at all, is kept beside
the answers: so a record comes out again as it came in. Where somebody has changed an answer since,
the answer counts and not what was kept.

What is not read as an answer, and why:

- `con_Consent` is about an interview and the data it gathers. Agreement to be referred is another
  question, and a no to it has consequences: only `nrm_ConsentToReferral` says it.
- `vic_TraffickingStatus` of another system is not a decision here; it is kept.
- methods of control and of recruitment are things to look into: `indicators` names the indicators
  that a screener will want to weigh. They become no findings by themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cases.rules.countries import COUNTRIES, country_code
from cases.rules.referral_form.questions import form_for
from exchange.htcds.standard import languages
from exchange.htcds.standard.exploitation import read_types, write_types
from exchange.htcds.standard.fields import Value, standard
from exchange.htcds.standard.record import RECORD_ID, Part, Record, Unmapped
from nrm.profiles import Profile

EVENTS = "HistoricTraffickingEvents"

# Codes of the standard, or of the extension, and our own -----------------------------------------
_GENDERS = {
    "Feminine": "woman",
    "Masculine": "man",
    "TransgenderFeminine": "woman",
    "TransgenderMasculine": "man",
    "NonConforming": "another",
    "NonSpecifiedUnknown": "not_known",
}
_GENDERS_BACK = {
    "woman": "Feminine",
    "man": "Masculine",
    "another": "NonConforming",
    **dict.fromkeys(
        ("not_known", "does_not_want_to_say", "declined", "not_asked"), "NonSpecifiedUnknown"
    ),
}
_AGES = {"Adult": "adult", "Child": "child", "NotSure": "not_sure", "Disputed": "disputed"}
_SEXES = {"Female": "female", "Male": "male", "Intersex": "intersex", "NotKnown": "not_known"}
_AGREED = {"Given": "given", "Refused": "refused", "NotAsked": "not_asked"}
_DOCUMENTS = {
    "NationalId": "national_id",
    "Passport": "passport",
    "ImmigrationReference": "home_office",
    "ResidencePermit": "residence",
    "Other": "other",
}
_DRIVERS = {
    "Poverty": "poverty",
    "LossOfLivelihood": "livelihood",
    "Displacement": "displacement",
    "Conflict": "conflict",
}

# Which indicators of the catalogue say what the standard says, the one to weigh first.
_CONTROL = {
    "PhysicalThreats": ("MX-11", "MC-02"),
    "ThreatsLawEnforcement": ("MX-09", "MC-07"),
    "ThreatensChildrenFamily": ("MX-13", "MC-09", "MX-18", "CF-06"),
    "DebtBondage": ("MX-02", "MC-04"),
    "FalsePromises": tuple(f"MD-{number:02}" for number in range(1, 12)),
    "PhysicalAbuse": ("MX-04", "MC-01"),
    "SexualAbuse": ("MX-21",),
    "TakesEarnings": ("MX-20",),
    "RestrictsFinancialAccess": ("MX-14", "MC-10"),
    "RestrictsMedicalCare": ("MX-17",),
    "WithholdsNecessities": ("MX-19",),
    "PsychologicalAbuse": ("MX-12", "MX-15", "MC-08", "DG-05"),
    "PsychoactiveSubstance": ("MX-16",),
    "WithholdsDocuments": ("MX-01", "MC-05"),
    "Other": ("MX-03", "MC-03", "MC-06", "MX-07", "MX-08", "DG-07"),
}
_RECRUITMENT = {
    "ThroughOnlineSocialNetworks": ("DG-02", "ACT-ONL"),
    "ThroughAnOnlineAdvertisement": ("DG-01",),
}
_BY_INDICATORS = (
    ("vic_MethodsOfControl", _CONTROL),
    ("vic_MethodOfRecruitment", _RECRUITMENT),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A record as answers. `kept` is what the answers do not say again in the same way, as a record
    of its own; `sources` names the field that each answer came from; `indicators` are those that
    the codes tell of and that the profile's catalogue has."""

    answers: dict[str, Any]
    kept: Record
    sources: dict[str, str]
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case says beside its answers. `status` is a code of cas_Status; `decided_by` one of
    vic_TraffickingStatusDecisionMakingOrg; `decisions` holds the outcome of each decision that
    stands, by the decision's code; `indicators` those that were found."""

    reference: str
    status: str = ""
    decisions: Mapping[str, str] = field(default_factory=dict)
    decided_by: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Answers as a record; `left_out` are the questions that the standard has no field for, and
    `superseded` the fields whose kept value an answer has replaced."""

    record: Record
    left_out: tuple[str, ...]
    superseded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """Some fields and some questions. `read` makes answers of values, `write` values of answers;
    what neither can say is left out."""

    fields: tuple[str, ...]
    questions: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], dict[str, Any]]
    write: Callable[[Mapping[str, Any]], dict[str, Any]]


# Both directions ---------------------------------------------------------------------------------
def read_record(record: Record, *, profile: Profile) -> Told:
    """The answers that a record gives to the questions of the profile's form."""
    answers: dict[str, Any] = {}
    sources: dict[str, str] = {}
    told = _flat(record)
    kept = dict(told)
    for link in _links(profile):
        values = _of(told, link.fields)
        if not values:
            continue
        found = link.read(values)
        answers.update(found)
        sources.update(dict.fromkeys(found, next(iter(values))))
        if _says_again(link.write(found), values):
            for name in values:
                del kept[name]
    catalogue = {indicator.code for indicator in profile.screening.indicators}
    suggested = [
        codes[0]
        for name, by_code in _BY_INDICATORS
        for code in told.get(name, ())
        if (codes := by_code.get(code)) and codes[0] in catalogue
    ]
    named = (one for one in told.get("nrm_Indicators", ()) if one in catalogue)
    return Told(
        answers,
        _record(kept, record.unmapped, record.row),
        sources,
        tuple(dict.fromkeys((*suggested, *named))),
    )


def write_record(
    answers: Mapping[str, Any],
    *,
    profile: Profile,
    kept: Record | None = None,
    facts: Facts | None = None,
) -> Written:
    """The record that answers make, with what was kept of the one they came from, and with the
    facts of the case."""
    before = _flat(kept) if kept else {}
    values: dict[str, Any] = {}
    said: set[str] = set()
    superseded: list[str] = []
    for link in _links(profile):
        said.update(link.questions)
        old = {name: before.pop(name) for name in link.fields if name in before}
        now = _of(answers, link.questions)
        values.update(link.write(now))
        if not old:
            continue
        if link.read(old) == now:
            for name in link.fields:
                if not name.startswith("nrm_"):
                    values.pop(name, None)
            values.update(old)
        else:
            superseded += old
    values |= before
    if facts:
        values |= _facts(facts, values, profile)
    return Written(
        _record(values, kept.unmapped if kept else (), 0),
        tuple(sorted(set(answers) - said)),
        tuple(superseded),
    )


def trafficking_status(decisions: Mapping[str, str], profile: Profile) -> str:
    """The code of vic_TraffickingStatus for what was decided: actual after the last decision of the
    profile, not a victim after any that was negative, possible before."""
    outcomes = {
        decision.code: decision.outcome(decisions[decision.code])
        for decision in profile.decisions
        if decision.code in decisions
    }
    if any(outcome.negative for outcome in outcomes.values()):
        return "NotAVictimOfTrafficking"
    if profile.decisions[-1].code in outcomes:
        return "ActualVictimOfTrafficking"
    return "PossibleVictimOfTrafficking"


def _facts(facts: Facts, values: Mapping[str, Any], profile: Profile) -> dict[str, Value]:
    found: dict[str, Value] = {
        RECORD_ID: facts.reference,
        "vic_TraffickingStatus": trafficking_status(facts.decisions, profile),
    }
    if facts.status:
        found["cas_Status"] = facts.status
    if facts.decided_by:
        found["vic_TraffickingStatusDecisionMakingOrg"] = facts.decided_by
    for name, by_code in _BY_INDICATORS:
        codes = [code for code, of in by_code.items() if set(of) & set(facts.indicators)]
        if together := tuple(dict.fromkeys((*values.get(name, ()), *codes))):
            found[name] = together
    if facts.indicators:
        before = values.get("nrm_Indicators", ())
        found["nrm_Indicators"] = tuple(dict.fromkeys((*before, *facts.indicators)))
    return found


# A record as one mapping, with its parts beside its fields ---------------------------------------
_EXPLOITED = f"{EVENTS}: Exploitation"


def _flat(record: Record) -> dict[str, Any]:
    """Fields and parts under their names. Events of exploitation stand apart where they are the
    only ones, so that recruitment and transit are kept whatever becomes of the episodes."""
    flat: dict[str, Any] = {**record.fields, **record.parts}
    events = flat.pop(EVENTS, ())
    others = tuple(event for event in events if event.get("hte_Type") != "Exploitation")
    exploited = tuple(event for event in events if event.get("hte_Type") == "Exploitation")
    if exploited:
        flat[_EXPLOITED] = exploited
    if others:
        flat[EVENTS] = others
    return flat


def _record(flat: Mapping[str, Any], unmapped: tuple[Unmapped, ...], row: int) -> Record:
    fields: dict[str, Value] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    known = standard().fields
    for name, value in flat.items():
        if name in known:
            fields[name] = value
        elif name != _EXPLOITED:
            parts[name] = value
    if _EXPLOITED in flat:
        parts[EVENTS] = (*flat[_EXPLOITED], *parts.get(EVENTS, ()))
    return Record(fields, parts, unmapped, row)


def _of(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _says_again(back: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether what is written back is what was read; more in our own namespace does no harm."""
    return all(name in values or name.startswith("nrm_") for name in back) and all(
        back.get(name) == value for name, value in values.items()
    )


# The links ---------------------------------------------------------------------------------------
@lru_cache(maxsize=16)
def _links(profile: Profile) -> tuple[_Link, ...]:
    limits = {question.code: question for question in form_for(profile).questions}
    texts = (
        ("prs_Email", "email"),
        ("prs_MobilePhone", "telephone"),
        ("prs_HomePhone", "other_telephone"),
        ("cas_ReferringPrimaryCaseWorker", "responder_name"),
        ("cas_IncomingReferralDetails", "why_refer"),
    )
    codes = (
        ("prs_Gender", "gender", _GENDERS, _GENDERS_BACK),
        ("nrm_AgeStatus", "age_status", _AGES, _turned(_AGES)),
        ("nrm_Sex", "sex", _SEXES, _turned(_SEXES)),
        ("nrm_ConsentToReferral", "consent_answer", _AGREED, _turned(_AGREED)),
    )
    return (
        _name(limits["name"].limit),
        _birth(),
        _address(limits["address"].limit),
        _citizenship(),
        _document(limits["document"].limit),
        _language(),
        _children(limits["children_count"].at_most),
        _jurisdiction(profile),
        *(_text(name, question, limits[question].limit) for name, question in texts),
        *(
            _coded(name, question, there, back, limits[question].codes)
            for name, question, there, back in codes
        ),
        _episodes(profile),
    )


def _turned(codes: Mapping[str, str]) -> dict[str, str]:
    return {ours: theirs for theirs, ours in codes.items()}


def _text(name: str, question: str, limit: int) -> _Link:
    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        return {question: values[name]} if len(values[name]) <= limit else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        return {name: answers[question]} if answers.get(question) else {}

    return _Link((name,), (question,), read, write)


def _coded(
    name: str,
    question: str,
    there: Mapping[str, str],
    back: Mapping[str, str],
    offered: frozenset[str],
) -> _Link:
    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        code = there.get(values[name], "")
        return {question: code} if code in offered else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        code = back.get(answers.get(question, ""))
        return {name: code} if code else {}

    return _Link((name,), (question,), read, write)


def _name(limit: int) -> _Link:
    fields = ("prs_FirstName", "prs_MiddleName", "prs_SecondName")

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        together = " ".join(values[name] for name in fields if name in values)
        return {"name": together} if len(together) <= limit else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"prs_SecondName": answers["name"]} if answers.get("name") else {}

    return _Link(fields, ("name",), read, write)


def _birth() -> _Link:
    """The standard knows whole days only; a year or a month goes into the extension."""

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        told = values.get("prs_Birthdate") or values.get("nrm_Birthdate")
        return {"birth_date": told} if told else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        told = answers.get("birth_date", "")
        if not told[:4].isdigit():
            return {}  # also where it is not known
        return {"prs_Birthdate" if len(told) == 10 else "nrm_Birthdate": told}

    return _Link(("prs_Birthdate", "nrm_Birthdate"), ("birth_date",), read, write)


def _address(limit: int) -> _Link:
    lines = ("prs_MailingStreet", "prs_MailingCity", "prs_MailingState", "prs_MailingPostalCode")
    fields = (*lines, "prs_MailingCountry")

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        told = [values[name] for name in fields if name in values]
        together = "\n".join(told)
        return {"address": together} if len(together) <= limit else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        return {lines[0]: answers["address"]} if answers.get("address") else {}

    return _Link(fields, ("address",), read, write)


def _citizenship() -> _Link:
    questions = ("nationality", "second_nationality")

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        codes = [code for code in values["prs_Citizenship"] if code in COUNTRIES.labels]
        return dict(zip(questions, codes, strict=False))

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        codes = [answers[one] for one in questions if answers.get(one) in COUNTRIES.labels]
        return {"prs_Citizenship": tuple(dict.fromkeys(codes))} if codes else {}

    return _Link(("prs_Citizenship",), questions, read, write)


def _document(limit: int) -> _Link:
    """The number of the standard is a national one, unless our own field says otherwise."""
    fields = ("prs_IdentityNumber", "nrm_DocumentKind")
    back = _turned(_DOCUMENTS)

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        number = values.get("prs_IdentityNumber", "")
        if not number or len(number) > limit:
            return {}
        kind = values.get("nrm_DocumentKind", "NationalId")
        return {"document": number, "document_kind": _DOCUMENTS[kind]}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        if not answers.get("document"):
            return {}
        kind = back.get(answers.get("document_kind", ""), "Other")
        return {"prs_IdentityNumber": answers["document"], "nrm_DocumentKind": kind}

    return _Link(fields, ("document", "document_kind"), read, write)


def _language() -> _Link:
    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        code = languages.our_code(values["prs_PrimaryLanguage"])
        return {"language": code} if code else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        code = answers.get("language")
        return {"prs_PrimaryLanguage": languages.standard_code(code)} if code else {}

    return _Link(("prs_PrimaryLanguage",), ("language",), read, write)


def _children(most: int) -> _Link:
    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        count = values["prs_NumberOfChildren"]
        return {"children_count": count} if isinstance(count, int) and 0 <= count <= most else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        count = answers.get("children_count")
        return {"prs_NumberOfChildren": count} if count is not None else {}

    return _Link(("prs_NumberOfChildren",), ("children_count",), read, write)


def _jurisdiction(profile: Profile) -> _Link:
    """Only a place of the same profile means the same here."""
    places = {place.code for place in profile.jurisdictions}

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        of, _colon, place = values["nrm_Jurisdiction"].partition(":")
        return {"jurisdiction": place} if of == profile.code and place in places else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        place = answers.get("jurisdiction")
        return {"nrm_Jurisdiction": f"{profile.code}:{place}"} if place else {}

    return _Link(("nrm_Jurisdiction",), ("jurisdiction",), read, write)


# Episodes ----------------------------------------------------------------------------------------
_OF_TYPES = (
    "vic_TypeOfExploitation",
    "vic_TypeOfSexExploitation",
    "nrm_TypeOfExploitation",
    "nrm_ProfileTypes",
    "nrm_OtherExploitation",
)
_MOST_EPISODES = 30


def _episodes(profile: Profile) -> _Link:
    """Each event of exploitation is an episode. Kinds, age and drivers, which the standard has once
    for the whole person, are those of the first."""
    asked = {question.code: question for question in form_for(profile).questions_of("episodes")}
    fields = (*_OF_TYPES, "vic_AgeWhenTrafficked", "nrm_StructuralDrivers", _EXPLOITED)

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        events = values.get(_EXPLOITED, ())[:_MOST_EPISODES]
        episodes = [_episode(event, asked) for event in events] or [{}]
        first = episodes[0]
        first.update(read_types(values, profile, most=asked["type_other"].limit))
        age = values.get("vic_AgeWhenTrafficked")
        if isinstance(age, int) and 0 <= age <= asked["age_then_years"].at_most:
            first["age_then_years"] = age
        offered = asked["drivers"].codes
        drivers = [_DRIVERS[code] for code in values.get("nrm_StructuralDrivers", ())]
        if known := [one for one in drivers if one in offered]:
            first["drivers"] = known
        told = [episode for episode in episodes if episode]
        return {"episodes": told} if told else {}

    def write(answers: Mapping[str, Any]) -> dict[str, Any]:
        episodes = answers.get("episodes") or []
        values: dict[str, Any] = write_types(episodes, profile)
        ages = [one["age_then_years"] for one in episodes if "age_then_years" in one]
        if ages:
            values["vic_AgeWhenTrafficked"] = min(ages)
        back = _turned(_DRIVERS)
        drivers = (
            back[one] for episode in episodes for one in episode.get("drivers", ()) if one in back
        )
        if known := tuple(dict.fromkeys(drivers)):
            values["nrm_StructuralDrivers"] = known
        if events := tuple(event for episode in episodes for event in _events(episode)):
            values[_EXPLOITED] = events
        return values

    return _Link(fields, ("episodes",), read, write)


_OF_EVENT = (
    ("towns", ("hte_City", "hte_State")),
    ("address", ("hte_Street", "hte_PostalCode")),
    ("description", ("hte_Description",)),
)


def _episode(event: Part, asked: Mapping[str, Any]) -> dict[str, Any]:
    """An event as an episode: what fits the questions that the form asks."""
    episode: dict[str, Any] = {}
    country = str(event.get("hte_Country", ""))
    if code := country_code(country):
        episode["countries"] = [code]
    for question, names in _OF_EVENT:
        told = [str(event[name]) for name in names if name in event]
        if question == "towns" and country and not code:
            told.append(country)
        together = "\n".join(told)
        if together and question in asked and len(together) <= asked[question].limit:
            episode[question] = together
    if "hte_Date" in event:
        episode["began"] = event["hte_Date"]
    return episode


def _events(episode: Mapping[str, Any]) -> list[Part]:
    """An episode as events, one for each country; the first says the rest."""
    told: Part = {}
    for question, names in _OF_EVENT:
        if episode.get(question):
            told[names[0]] = episode[question]
    began = episode.get("began", "")
    if len(began) == 10 and began[:4].isdigit():
        told["hte_Date"] = began
    countries = list(episode.get("countries", ()))
    if countries:
        told["hte_Country"] = countries[0]
    events = [told] if told else []
    events += [{"hte_Country": country} for country in countries[1:]]
    return [{"hte_Type": "Exploitation", **event} for event in events]
