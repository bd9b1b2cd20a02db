"""Something unusual, as the job writes it."""

from typing import Any

from reporting.models import Anomaly


def an_anomaly(world: Any, at: Any, **more: Any) -> Anomaly:
    """Looks of a member of staff at night, which nobody has looked into."""
    said = {"kind": "night", "actor_id": world.intake.pk, "day": at.date(), **more}
    told = {"count": 9, "figure": 5, "hours": "22:00–6:00", "first_at": at, "last_at": at}
    return Anomaly.objects.using("owner").create(**told, **said)
