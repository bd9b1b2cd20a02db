"""The screening rule: indicators become act, means and purpose, and these a result.

After the Palermo Protocol, article 3: (a) act, means and purpose for an adult; (b) consent does not
count once a means was used; (c) act and purpose for a child; (d) a child is under 18. A disputed or
unsure age follows the child's rule. Nothing here is ever inferred to be absent, and the result
advises: a person decides.

Pure: facts in, findings out. The catalogue, the limbs and the questions come from the profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nrm.profiles.shape import AGE_STATUSES, Element, Indicator, Limb, Profile

State = Literal["PRESENT", "NOT_SHOWN", "UNKNOWN"]
Result = Literal[
    "ELEMENTS_MET_CHILD",
    "ELEMENTS_MET_ADULT",
    "PARTIAL_MEANS",
    "PARTIAL_ACT",
    "PARTIAL_PURPOSE",
    "INSUFFICIENT",
]

SHOWN, NOT_SHOWN, UNKNOWN = "shown", "not_shown", "unknown"
FINDING_STATES = (SHOWN, NOT_SHOWN, UNKNOWN)
ELEMENTS: tuple[Literal["act", "means", "purpose"], ...] = ("act", "means", "purpose")
CHILD_RULE = ("child", "disputed", "not_sure")

# The best episode is the first of these; the earlier episode wins a tie.
BEST_FIRST: tuple[Result, ...] = (
    "ELEMENTS_MET_CHILD",
    "ELEMENTS_MET_ADULT",
    "PARTIAL_MEANS",
    "PARTIAL_ACT",
    "PARTIAL_PURPOSE",
    "INSUFFICIENT",
)
MET: tuple[Result, ...] = ("ELEMENTS_MET_CHILD", "ELEMENTS_MET_ADULT")
MISSING: dict[Result, Element] = {
    "PARTIAL_MEANS": "means",
    "PARTIAL_ACT": "act",
    "PARTIAL_PURPOSE": "purpose",
}
TRAFFICKING = "trafficking"
DECISION = "decision"


class ScreeningFaults(ValueError):
    """What cannot be weighed: unknown codes and states. `faults` holds all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Finding:
    """An indicator that was looked for: shown, not_shown or unknown."""

    code: str
    state: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One exploitation. `age_then` goes before the age of the case where it is given."""

    name: str
    findings: tuple[Finding, ...] = ()
    age_then: str = ""


@dataclass(frozen=True, slots=True)
class ElementWeighing:
    """One element of one episode, and what it rests on.

    `shown`, `not_shown` and `unknown` are indicator codes of this element. `gap` says what is
    missing and `ask` what to ask next, as codes of the profile; both are empty where the element is
    shown. `needed` is False for a child's means, and for what the limb that is met does without.
    """

    element: Element
    state: State
    shown: tuple[str, ...]
    not_shown: tuple[str, ...]
    unknown: tuple[str, ...]
    gap: str
    ask: tuple[str, ...]
    needed: bool


@dataclass(frozen=True, slots=True)
class EpisodeWeighing:
    """One episode: by which age and rule it was weighed, its elements, and the context indicators
    that corroborate."""

    name: str
    age: str
    child_rule: bool
    act: ElementWeighing
    means: ElementWeighing
    purpose: ElementWeighing
    context: tuple[str, ...]
    result: Result
    limb: str
    prompts: tuple[str, ...]

    @property
    def elements(self) -> tuple[ElementWeighing, ...]:
        return (self.act, self.means, self.purpose)

    @property
    def met(self) -> bool:
        return self.result in MET


@dataclass(frozen=True, slots=True)
class Weighing:
    """The case: its best episode's elements, result and limb; every episode's questions."""

    act: State
    means: State
    purpose: State
    result: Result
    limb: str
    prompts: tuple[str, ...]
    pathway: str
    episodes: tuple[EpisodeWeighing, ...]
    best: int | None

    @property
    def episode_results(self) -> tuple[Result, ...]:
        return tuple(episode.result for episode in self.episodes)

    def as_json(self, case_id: str) -> dict[str, Any]:
        """The line that `manage.py weigh` prints."""
        return {
            "id": case_id,
            "act": self.act,
            "means": self.means,
            "purpose": self.purpose,
            "result": self.result,
            "limb": self.limb,
            "episode_results": list(self.episode_results),
            "prompts": list(self.prompts),
            "pathway": self.pathway,
        }


def weigh(age: str, episodes: Sequence[Episode], profile: Profile) -> Weighing:
    """Weigh a case. `age` is child, adult, disputed or not_sure. Raises ScreeningFaults with every
    unknown age, code and state."""
    faults = list(_faults(age, episodes, profile))
    if faults:
        raise ScreeningFaults(faults)
    weighed = tuple(_weigh_episode(age, episode, profile) for episode in episodes)
    best = min(
        range(len(weighed)),
        key=lambda number: (BEST_FIRST.index(weighed[number].result), number),
        default=None,
    )
    prompts = {prompt for episode in weighed for prompt in episode.prompts}
    leading = weighed[best] if best is not None else None
    return Weighing(
        act=leading.act.state if leading else "UNKNOWN",
        means=leading.means.state if leading else "UNKNOWN",
        purpose=leading.purpose.state if leading else "UNKNOWN",
        result=leading.result if leading else "INSUFFICIENT",
        limb=leading.limb if leading else TRAFFICKING,
        prompts=_in_order(prompts, profile),
        pathway=_pathway(episodes, weighed, profile),
        episodes=weighed,
        best=best,
    )


def _faults(age: str, episodes: Sequence[Episode], profile: Profile) -> Iterator[str]:
    if age not in AGE_STATUSES:
        yield f"age: unknown status {age!r}; it is one of {', '.join(AGE_STATUSES)}"
    known = {indicator.code for indicator in profile.screening.indicators}
    for number, episode in enumerate(episodes, start=1):
        where = f"episode {number}"
        if episode.age_then and episode.age_then not in AGE_STATUSES:
            yield f"{where}: unknown age_then {episode.age_then!r}"
        for finding in episode.findings:
            if finding.code not in known:
                yield f"{where}: unknown indicator {finding.code!r}"
            if finding.state not in FINDING_STATES:
                yield (
                    f"{where}, {finding.code}: unknown state {finding.state!r}; "
                    f"it is one of {', '.join(FINDING_STATES)}"
                )


def _weigh_episode(age: str, episode: Episode, profile: Profile) -> EpisodeWeighing:
    age = episode.age_then or age
    child = age in CHILD_RULE
    listed = [(profile.indicator(finding.code), finding.state) for finding in episode.findings]
    states = {element: _state(element, listed) for element in ELEMENTS}
    result, limb = _result(child, states, listed, profile.screening.limbs)
    prompts = _prompts(result, child, states, listed, profile)

    def element(which: Literal["act", "means", "purpose"]) -> ElementWeighing:
        own = [(indicator, state) for indicator, state in listed if indicator.element == which]
        needed = _needed(which, child, limb, profile)
        present = states[which] == "PRESENT"
        return ElementWeighing(
            element=which,
            state=states[which],
            shown=_codes(own, SHOWN),
            not_shown=_codes(own, NOT_SHOWN),
            unknown=_codes(own, UNKNOWN),
            gap="" if present else _gap(own, needed, limb),
            ask=() if present or not needed else _questions(which, profile),
            needed=needed,
        )

    return EpisodeWeighing(
        name=episode.name,
        age=age,
        child_rule=child,
        act=element("act"),
        means=element("means"),
        purpose=element("purpose"),
        context=tuple(
            indicator.code
            for indicator, state in listed
            if indicator.element == "context" and state == SHOWN
        ),
        result=result,
        limb=limb,
        prompts=prompts,
    )


Listed = Sequence[tuple[Indicator, str]]


def _codes(listed: Listed, state: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(indicator.code for indicator, its in listed if its == state))


def _state(element: Element, listed: Listed) -> State:
    """PRESENT if an indicator of the element is shown; NOT_SHOWN if some were looked for, none is
    shown and none is unknown; otherwise UNKNOWN.

    Abuse of a position of vulnerability is one means made of two findings (UNODC, 2013): with only
    one of them shown and the other not looked for, it is open.
    """
    own = [(indicator, state) for indicator, state in listed if indicator.element == element]
    alone = [state for indicator, state in own if not indicator.finding]
    vulnerability = [state for indicator, state in own if indicator.finding == "vulnerability"]
    abuse = [state for indicator, state in own if indicator.finding == "abuse"]
    if SHOWN in alone or (SHOWN in vulnerability and SHOWN in abuse):
        return "PRESENT"
    half = (SHOWN in vulnerability and not abuse) or (SHOWN in abuse and not vulnerability)
    states = alone + vulnerability + abuse
    if not states or UNKNOWN in states or half:
        return "UNKNOWN"
    return "NOT_SHOWN"


def _result(
    child: bool, states: Mapping[Any, State], listed: Listed, limbs: Sequence[Limb]
) -> tuple[Result, str]:
    """The result by the three elements, else by a limb of the profile, and the limb's code."""
    act, means, purpose = (states[element] == "PRESENT" for element in ELEMENTS)
    means = means or child
    if act and means and purpose:
        return ("ELEMENTS_MET_CHILD" if child else "ELEMENTS_MET_ADULT"), TRAFFICKING
    for limb in limbs:
        if _limb_met(limb, child, states, listed):
            return ("ELEMENTS_MET_CHILD" if child else "ELEMENTS_MET_ADULT"), limb.code
    if act and purpose:
        return "PARTIAL_MEANS", TRAFFICKING
    if means and purpose:
        return "PARTIAL_ACT", TRAFFICKING
    if act and means:
        return "PARTIAL_PURPOSE", TRAFFICKING
    return "INSUFFICIENT", TRAFFICKING


def _limb_met(limb: Limb, child: bool, states: Mapping[Any, State], listed: Listed) -> bool:
    needs = limb.child_needs if child else limb.adult_needs
    return all(states[element] == "PRESENT" for element in needs) and any(
        indicator.code in limb.purposes and state == SHOWN for indicator, state in listed
    )


def _needed(element: Element, child: bool, limb: str, profile: Profile) -> bool:
    for other in profile.screening.limbs:
        if other.code == limb:
            return element in (other.child_needs if child else other.adult_needs)
    return not (child and element == "means")


def _gap(own: Listed, needed: bool, limb: str) -> str:
    """Why an element is not shown, as a code of the profile's `gaps`."""
    if not needed:
        return "not_needed" if limb == TRAFFICKING else "not_needed_for_limb"
    shown = {indicator.finding for indicator, state in own if state == SHOWN}
    if "vulnerability" in shown:
        return "vulnerability_only"
    if "abuse" in shown:
        return "abuse_only"
    if not own:
        return "nothing_recorded"
    return "not_known" if any(state == UNKNOWN for _, state in own) else "looked_for"


def _questions(element: Element, profile: Profile) -> tuple[str, ...]:
    return tuple(prompt.code for prompt in profile.screening.prompts if prompt.element == element)


def _prompts(
    result: Result,
    child: bool,
    states: Mapping[Any, State],
    listed: Listed,
    profile: Profile,
) -> tuple[str, ...]:
    """The questions of the element that a partial result lacks, and those that context suggests."""
    found: set[str] = set()
    if result in MISSING:
        found.update(_questions(MISSING[result], profile))
    if result not in MET:
        shown = {indicator.code for indicator, state in listed if state == SHOWN}
        for rule in profile.screening.context_prompts:
            element = profile.prompt(rule.prompt).element
            wanted = states[element] != "PRESENT" and not (child and element == "means")
            some = not rule.any_of or not shown.isdisjoint(rule.any_of)
            if wanted and some and shown.issuperset(rule.all_of):
                found.add(rule.prompt)
    return _in_order(found, profile)


def _in_order(prompts: Iterable[str], profile: Profile) -> tuple[str, ...]:
    asked = set(prompts)
    return tuple(prompt.code for prompt in profile.screening.prompts if prompt.code in asked)


def _pathway(
    episodes: Sequence[Episode], weighed: Sequence[EpisodeWeighing], profile: Profile
) -> str:
    """The profile's pathway that an episode leads to where no elements are met, else a decision."""
    if any(episode.met for episode in weighed):
        return DECISION
    for pathway in profile.screening.pathways:
        for episode in episodes:
            shown = {finding.code for finding in episode.findings if finding.state == SHOWN}
            if shown.issuperset(pathway.shown) and shown.isdisjoint(pathway.not_shown):
                return pathway.code
    return DECISION


# From a file ------------------------------------------------------------------------------------


def read_case(data: object) -> tuple[str, list[Episode]]:
    """The age and the episodes of one case of a JSON file; other keys are ignored. Raises
    ScreeningFaults with everything that has not the right shape."""
    faults: list[str] = []
    if not isinstance(data, Mapping):
        raise ScreeningFaults(["must be an object"])
    age = _age(data.get("age"), "age", faults)
    episodes = data.get("episodes")
    if not isinstance(episodes, list):
        faults.append("episodes: must be a list")
        episodes = []
    found = [
        _episode(episode, f"episode {number}", faults)
        for number, episode in enumerate(episodes, start=1)
    ]
    if faults:
        raise ScreeningFaults(faults)
    return age, found


def _age(value: object, where: str, faults: list[str]) -> str:
    status = value.get("status") if isinstance(value, Mapping) else None
    if isinstance(status, str):
        return status
    faults.append(f"{where}: must be an object with a status")
    return ""


def _episode(value: object, where: str, faults: list[str]) -> Episode:
    if not isinstance(value, Mapping):
        faults.append(f"{where}: must be an object")
        return Episode("")
    then = value.get("age_then")
    age_then = _age(then, f"{where}, age_then", faults) if then is not None else ""
    listed = value.get("findings")
    if not isinstance(listed, list):
        faults.append(f"{where}: findings must be a list")
        listed = []
    findings = []
    for number, finding in enumerate(listed, start=1):
        parts = (finding.get("code"), finding.get("state")) if isinstance(finding, Mapping) else ()
        if len(parts) == 2 and all(isinstance(part, str) for part in parts):
            findings.append(Finding(str(parts[0]), str(parts[1])))
        else:
            faults.append(f"{where}, finding {number}: must be an object with a code and a state")
    return Episode(str(value.get("name", "")), tuple(findings), age_then)
