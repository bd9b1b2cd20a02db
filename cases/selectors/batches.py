"""Cases chosen from a list, and what came of a batch."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Batch, Case
from cases.references import clean_reference
from cases.rights import ASSIGN, SEE_CASE
from cases.selectors.cases import DeadlineView, next_deadlines
from nrm.accounts.models import User


@dataclass(frozen=True, slots=True)
class ChosenLine:
    """A chosen case, as the page that asks once more shows it. `token` is what is sent back."""

    case: Case
    deadline: DeadlineView | None
    token: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What came of one case; `case` where the reader may still see it."""

    case: Case | None
    reference: str
    done: bool
    why: list[str]


def chosen_lines(actor: User, references: list[str], *, at: datetime) -> list[ChosenLine]:
    """The chosen cases that the actor may give to somebody, in the order chosen. Four queries."""
    clean = [one for one in (clean_reference(text) for text in references) if one]
    found = {
        case.reference: case
        for case in Case.objects.visible_to(actor, ASSIGN)
        .filter(reference__in=clean)
        .select_related("person", "caseworker")
    }
    shown = next_deadlines(found.values(), at=at)
    return [
        ChosenLine(case, shown.get(case.pk), f"{case.reference}:{case.version}")
        for one in dict.fromkeys(clean)
        if (case := found.get(one))
    ]


def result_lines(actor: User, batch: Batch) -> list[ResultLine]:
    """What came of each case of the batch. What was done on a case that the actor may not see any
    more is left out. One query."""
    references = [result["reference"] for result in batch.results]
    found = {
        case.reference: case
        for case in Case.objects.visible_to(actor, SEE_CASE)
        .filter(reference__in=references)
        .select_related("person")
    }
    return [
        ResultLine(found.get(r["reference"]), r["reference"], r["done"], r["why"])
        for r in batch.results
        if r["reference"] in found or not r["done"]
    ]
