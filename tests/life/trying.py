"""What is tried in the life of a case, where, and by whom: the steps declare themselves here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

# Whose it is, whoever has read the decision that waits, those who lead, take in and work where the
# case is now, whoever leads where it is not, people who work at its first authority, and others who
# have no business with it.
OWNER, READER = "whose it is", "who read it"
LEADER, SECOND_LEADER = "who leads there", "who leads there too"
INTAKE, COLLEAGUE, SECOND_COLLEAGUE = "who takes in", "who works there", "who works there too"
ASKED, IN_EMERGENCY = "who leads elsewhere", "who opened it in an emergency"
# Of those who are at an authority, who that is at the first one.
AT_THE_FIRST = {
    LEADER: "supervisor",
    SECOND_LEADER: "supervisor2",
    INTAKE: "intake",
    COLLEAGUE: "caseworker",
    SECOND_COLLEAGUE: "caseworker2",
}
WORKERS = ("caseworker", "caseworker2", "supervisor", "supervisor2")
ANYBODY = (*WORKERS, "intake", "provider", "responder", "other_supervisor", "auditor")
worker = st.sampled_from((OWNER,) * 24 + ANYBODY)
leader = st.sampled_from((LEADER,) * 12 + (SECOND_LEADER,) * 8 + ANYBODY)
reader = st.sampled_from((READER,) * 16 + ANYBODY)
outside = st.sampled_from((INTAKE,) * 6 + (OWNER,) * 4 + ANYBODY)
asked = st.sampled_from((ASKED,) * 20 + (LEADER, *ANYBODY))


@dataclass(frozen=True)
class Step:
    """Something that may be tried, where one of `where` stands on the case."""

    run: Callable[..., None]
    where: frozenset[str]
    weight: int
    arguments: dict[str, Any]

    def __repr__(self) -> str:
        return self.run.__name__


def last_of(rows: Any) -> Any:
    """The last of these rows by what is in them, None where there are none. Never by an id, which
    the database may have drawn, nor by where a row lies, which hangs on what else was tidied up:
    the same choices have to meet the same row in every life."""
    return max(rows, key=_content, default=None)


def _content(row: Any) -> list[str]:
    fields = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    values = (getattr(row, name) for name in fields)
    return [str(bytes(one) if isinstance(one, memoryview) else one) for one in values]


STEPS: list[Step] = []


def step(*where: str, weight: int = 2, **arguments: Any) -> Callable[[Any], Any]:
    """Declares a step. The names of `where` are those of tests.life.stages."""

    def declare(run: Callable[..., None]) -> Callable[..., None]:
        STEPS.append(Step(run, frozenset(where), weight, arguments))
        return run

    return declare


@cache
def one_of(possible: tuple[int, ...]) -> Any:
    """One of these steps, each as often as it weighs."""
    return st.sampled_from([n for n in possible for _time in range(STEPS[n].weight)])


@step(weight=3, days=st.sampled_from((0, 1, 3, 8, 8, 31, 46)))
def time_passes(life: Any, days: int) -> None:
    """The first of all: Hypothesis tries that most."""
    life.time_passes(days)
