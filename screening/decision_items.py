"""What a decision considers of a completed screening: each item of evidence, without its words."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from cases.models import FindingSet
from cases.ports import Item
from screening.models import Evidence, EvidenceSource, IndicatorFinding, IndicatorState


def items_behind(findings: FindingSet) -> list[Item]:
    """The evidence of the screening that the findings come from, in its order, with the codes of
    the indicators that each item shows. Two queries."""
    if findings.source_id is None:
        return []
    shown = IndicatorFinding.objects.filter(state=IndicatorState.SHOWN).order_by("code")
    rows = Evidence.objects.filter(screening_id=findings.source_id).prefetch_related(
        Prefetch("findings", queryset=shown)
    )
    return [
        Item(
            id=str(row.pk),
            source=row.source,
            label=_("Evidence %(number)d: %(source)s")
            % {"number": row.number, "source": _source(row.source)},
            dated=row.dated,
            shows=tuple(dict.fromkeys(finding.code for finding in row.findings.all())),
        )
        for row in rows
    ]


def _source(code: str) -> str:
    return str(EvidenceSource(code).label) if code in EvidenceSource.values else code
