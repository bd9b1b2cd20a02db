"""What a decision considers of a completed screening: each item of evidence, without its words."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value
from django.utils.translation import gettext as _

from cases.models import FindingSet
from cases.ports import Item
from screening.models import Evidence, EvidenceSource, IndicatorState


def items_behind(findings: FindingSet) -> list[Item]:
    """The evidence of the screening that the findings come from, in its order, with the codes of
    the indicators that each item shows. One query."""
    if findings.source_id is None:
        return []
    shown = Q(findings__state=IndicatorState.SHOWN)
    rows = (
        Evidence.objects.filter(screening_id=findings.source_id)
        .values_list("pk", "number", "source", "dated")
        .annotate(codes=ArrayAgg("findings__code", filter=shown, distinct=True, default=Value([])))
        .order_by("number", "pk")
    )
    return [
        Item(
            id=str(pk),
            source=source,
            label=_("Evidence %(number)d: %(source)s")
            % {"number": number, "source": _source(source)},
            dated=dated,
            shows=tuple(codes),
        )
        for pk, number, source, dated, codes in rows
    ]


def _source(code: str) -> str:
    return str(EvidenceSource(code).label) if code in EvidenceSource.values else code
