"""What a kind of thing in the plan of support is made of: its parts, how it can stand, and the
steps from one to the other. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST, LONGEST_LINE = 2_000, 200
YES, NO = "yes", "no"

Answer = Literal["words", "line", "day", "one", "many", "country", "money"]
# Who takes a step: whoever plans the support; a second person; or the first, also once the case has
# ended, since what was begun is to be seen through.
By = Literal["worker", "second", "after"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked. Words are kept under the person's key; of the rest codes, days and
    ids. `asked`: by a form; what is not is worked out. `past`: a day that is not to come."""

    name: str
    answer: Answer
    label: Any
    help: Any = ""
    needed: bool = False
    past: bool = False
    asked: bool = True

    @property
    def is_words(self) -> bool:
        return self.answer in ("words", "line")


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know when something is recorded. `answers`: what stands of the item now.
    `others`: of the same kind in the same case, how each stands and its answers."""

    law: Any
    today: date
    opened_on: date
    answers: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    consent: bool = False
    is_child: bool = False
    best_for_child: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """By when somebody has to see to an item next, and the days that tell somebody: (day, code)."""

    due_on: date | None = None
    ahead: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can happen to an item that stands at one of `begins`. `doing`: the words of
    the link to it; `label`: what it is called once it has happened; `leads`: where it stands then,
    as before where that is empty."""

    code: str
    doing: Any
    label: Any
    begins: tuple[str, ...]
    leads: str
    parts: tuple[Part, ...]
    by: By = "worker"


def no_objections(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    """A kind that asks nothing more than its parts."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `rule` is the part of the profile that it needs. `states`: words and a colour each;
    `open` those that are not over. `title` names the part by which one is known in a list, and
    `beside` what is said with it there.

    `first`: where it stands to begin with, by the profile. `check` and `check_step` (by its code)
    say what else stands against the values; `worked_out` what else is kept of them; `leads` where a
    step leads otherwise than it says; `days` its days as it stands; `against` what stands against
    it meanwhile, in sentences.
    """

    code: str
    rule: str
    label: Any
    adding: Any
    empty: Any
    title: str
    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    states: Mapping[str, tuple[Any, str]]
    open: tuple[str, ...]
    first: Callable[[Any], str]
    beside: tuple[str, ...] = ()
    check: Callable[[Mapping[str, Any], Facts], Iterable[Objection]] = no_objections
    check_step: Mapping[str, Callable[[Mapping[str, Any], Facts], Iterable[Objection]]] = field(
        default_factory=dict
    )
    worked_out: Callable[[Mapping[str, Any], Facts], Mapping[str, Any]] = lambda values, facts: {}
    leads: Callable[[str, str, Mapping[str, Any], Any], str] = lambda code, to, answers, law: to
    days: Callable[[str, Mapping[str, Any], Any, date], Days] = lambda *told: Days()
    against: Callable[[str, Mapping[str, Any]], list[str]] = lambda state, answers: []

    @property
    def in_list(self) -> tuple[str, ...]:
        """The names of what a list says of one: its title, and what stands beside it."""
        return (self.title, *self.beside)

    @property
    def every_part(self) -> tuple[Part, ...]:
        """What is asked to begin with, and at each step."""
        return (*self.parts, *(part for step in self.steps for part in step.parts))

    def part(self, name: str) -> Part:
        """The first part of this name. StopIteration where there is none."""
        return next(part for part in self.every_part if part.name == name)

    def step(self, code: str) -> Step | None:
        """The step of this code; None where the kind knows none."""
        return next((one for one in self.steps if one.code == code), None)


# Checks -------------------------------------------------------------------------------------------
def objections_to_parts(
    parts: Iterable[Part],
    values: Mapping[str, Any],
    lists: Mapping[str, Collection[str]],
    *,
    today: date,
) -> Iterator[Objection]:
    """Every reason against the values of these parts, each next to its field. `lists`: the codes
    that can answer those that are chosen."""
    for part in parts:
        value = values.get(part.name)
        if not value:
            if part.needed and part.asked:
                yield Objection(_missing(part), field=part.name)
            continue
        yield from _about(part, value, lists.get(part.name, ()), today)


def _missing(part: Part) -> str:
    if part.answer == "day":
        return _("Enter a day, month and year")
    if part.answer == "many":
        return _("Select all that apply")
    return _("Select one answer") if part.answer == "one" else _("Enter an answer")


def _about(part: Part, value: Any, known: Collection[str], today: date) -> Iterator[Objection]:
    if part.answer in ("one", "country") and value not in known:
        yield Objection(_("Select one of the answers shown"), field=part.name)
    elif part.answer == "many" and (set(value) - set(known)):
        yield Objection(_("Select from the answers shown"), field=part.name)
    elif part.is_words:
        limit = LONGEST_LINE if part.answer == "line" else LONGEST
        if len(value) > limit:
            text = _("This must be %(limit)d characters or less") % {"limit": limit}
            yield Objection(text, field=part.name)
    elif part.answer == "day" and part.past and value > today:
        yield Objection(_("The day must be today or earlier"), field=part.name)


def day_of(answers: Mapping[str, Any], name: str) -> date | None:
    """A day of the answers, as it is kept or as it was just told."""
    value = answers.get(name)
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None
