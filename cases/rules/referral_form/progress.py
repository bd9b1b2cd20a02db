"""How far a referral has come: what is recorded of act, means and purpose, and the state of each
task. Counts, never a score."""

from collections.abc import Collection
from dataclasses import dataclass

from cases.rules.referral_form.paths import (
    Answers,
    is_answered,
    objections_to_sending,
    path_of,
    sections_shown,
)
from cases.rules.referral_form.shape import CHILD, OPEN, Page, Section
from nrm.profiles import Profile

COMPLETED, IN_PROGRESS = "completed", "in_progress"
INCOMPLETE, CANNOT_START = "incomplete", "cannot_start"

# Which answers say something about which element (domain: Palermo Protocol, article 3).
_ACT = ("how_started", "journey_details", "taken_elsewhere")
_MEANS = ("how_treated", "why_they_stayed", "signs_details")
_PURPOSE = ("made_to_do", "living_conditions")
_ACT_OF_EPISODE = ("people_involved", "online", "armed_group")
_MEANS_OF_EPISODE = ("drivers", "description")


@dataclass(frozen=True, slots=True)
class Element:
    """How many answers bear on act, means or purpose, and whether it is needed at all."""

    code: str
    recorded: int
    needed: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A section on the task list: the pages asked, its state, and where it continues."""

    section: Section
    pages: tuple[Page, ...]
    state: str
    next_page: Page


def element_summary(answers: Answers, profile: Profile) -> tuple[Element, ...]:
    """What is recorded on the three elements. A child needs no means (Protocol, article 3(c))."""
    episodes = answers.get("episodes") or []
    purposes = {kind.code for kind in profile.referral.exploitation_types if kind.purposes}
    act = _told(answers, _ACT) + sum(_told(e, _ACT_OF_EPISODE) for e in episodes)
    means = _told(answers, _MEANS) + sum(_told(e, _MEANS_OF_EPISODE) for e in episodes)
    purpose = _told(answers, _PURPOSE) + sum(
        len(purposes & set(e.get("types") or [])) for e in episodes
    )
    child = path_of(answers, profile) == CHILD
    return (
        Element("act", act, True),
        Element("means", means, not child),
        Element("purpose", purpose, True),
    )


_SAYS_NOTHING = frozenset({"no", "not_known", "declined", "not_asked"})


def _told(answers: Answers, codes: Collection[str]) -> int:
    return sum(_says_something(answers.get(code)) for code in codes)


def _says_something(value: object) -> bool:
    if isinstance(value, list):
        return any(one not in _SAYS_NOTHING for one in value)
    return is_answered(value) and value not in _SAYS_NOTHING


def tasks(answers: Answers, profile: Profile, *, saved: Collection[str]) -> list[Task]:
    """The task list. `saved` are the codes of the pages that were saved, whatever they hold: a page
    left empty on purpose is done."""
    missing = {o.field for o in objections_to_sending(answers, profile)}
    too_early = path_of(answers, profile) == OPEN and not answers.get("age_status")
    found = []
    for section, pages in sections_shown(answers, profile):
        asks = {question.code for page in pages for question in page.questions}
        left = [page for page in pages if not _is_done(page, answers, saved)]
        started = any(page.code in saved for page in pages)
        if section.code == "agreement" and too_early:
            state = CANNOT_START
        elif not started:
            state = INCOMPLETE
        elif (missing & asks) if section.urgent else left:
            state = IN_PROGRESS
        else:
            state = COMPLETED
        found.append(Task(section, tuple(pages), state, left[0] if left else pages[0]))
    return found


def _is_done(page: Page, answers: Answers, saved: Collection[str]) -> bool:
    if page.part == "allegations" and answers.get("accused") != "yes":
        return True
    if page.part:
        return bool(answers.get(page.part))
    return page.code in saved
