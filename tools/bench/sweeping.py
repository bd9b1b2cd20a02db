"""What one sweep costs: with nothing due, and with a few reminders due. Run in the worker's
environment as `python -m tools.bench.sweeping ROUNDS DUE`; prints one JSON object, in nanoseconds
of processor time of this process. The caller reads the database's.

The same clocks come due in each round, and once before, unmeasured: whom a clock tells, it tells
once, and how many are told depends on the day, not on how much is stored."""

import json
import os
import sys
import time
from datetime import timedelta


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    from django.utils import timezone

    from cases.actions.sweeping import sweep
    from cases.models import Deadline
    from nrm.accounts.models import User
    from nrm.context import acting_as

    rounds, due = int(sys.argv[1]), int(sys.argv[2])
    while sweep(at=timezone.now())["looked"]:
        pass  # what lies in the past is done first, unmeasured
    print(json.dumps({"backend": _backend()}), flush=True)
    system = User.objects.system()
    with acting_as(system):
        ahead = Deadline.objects.filter(next_reminder_at__gt=timezone.now())
        ids = list(ahead.order_by("next_reminder_at").values_list("pk", flat=True)[:due])

    def come_due() -> None:
        with acting_as(system):
            Deadline.objects.filter(pk__in=ids).update(
                next_reminder_at=timezone.now() - timedelta(minutes=1)
            )

    come_due()
    sweep(at=timezone.now())
    for label in ("nothing due", f"{due} due"):
        for _ in range(rounds):
            if label != "nothing due":
                come_due()
            sys.stdin.readline()  # the caller has read the database's clock
            start = time.process_time_ns()
            counts = sweep(at=timezone.now())
            spent = time.process_time_ns() - start
            print(json.dumps({"label": label, "ns": spent, "looked": counts["looked"]}), flush=True)


def _backend() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
