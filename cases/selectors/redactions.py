"""What was blacked out of a case, by whom and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Q, QuerySet

from cases.models import Case, Document, Redaction
from cases.models.redaction import Removed
from cases.selectors.documents import Line


@dataclass(frozen=True, slots=True)
class Bound:
    """A document as the list shows it, with the original that it is a version of, or with its
    versions."""

    line: Line
    original: Redaction | None = None
    versions: list[Redaction] = field(default_factory=list)


def bound(lines: Iterable[Line]) -> list[Bound]:
    """The lines, each with its original or its versions. One query where there is a line."""
    found = {line.row.pk: Bound(line) for line in lines}
    if found:
        about = Q(document__in=found) | Q(version__in=found)
        rows = Redaction.objects.filter(about).select_related("document", "version")
        for row in rows.order_by("at", "page"):
            if row.version_id in found:
                found[row.version_id] = replace(found[row.version_id], original=row)
            if row.document_id in found and not row.version.withdrawn:
                found[row.document_id].versions.append(row)
    return list(found.values())


def redactions_of(case: Case) -> QuerySet[Redaction]:
    """Everything that was blacked out, with both documents and who did it."""
    return case.redactions.select_related("document", "version", "by")


def removed_words(row: Redaction) -> list[str]:
    """What kinds of things were taken away."""
    labels = dict(Removed.choices)
    return [str(labels.get(code, code)) for code in row.removed]


def is_version(document: Document) -> bool:
    """Whether it was added as another one with something blacked out. One query."""
    return Redaction.objects.filter(version=document).exists()
