"""The whole description of REST against a real server with a database of its own:

    python -m tests.fuzz --calls 20000 --number 1

Prints what it found; exit 1 where anything is not as it has to be.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--calls", type=int, default=20_000)
    options.add_argument("--number", type=int, default=1, help="the same makes up the same calls")
    asked = options.parse_args()
    from nrm.local import services

    with (
        tempfile.TemporaryDirectory(prefix="nrm-fuzz-") as folder,
        services(Path(folder), durable=False) as started,
    ):
        os.environ.update(started.environment())
        for limit in ("PER_MINUTE", "IDENTITIES_PER_HOUR", "INVITATIONS_PER_HOUR"):
            os.environ[f"NRM_API_{limit}"] = "1000000000"
        os.environ["NRM_STATIC_ROOT"] = str(Path(folder) / "static")
        os.environ["DJANGO_SETTINGS_MODULE"] = "nrm.settings"
        os.environ.pop("NRM_DEMO", None)
        return _fuzz(asked, Path(folder))


def _fuzz(asked: Any, folder: Path) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests import watching

    watching.begin(settings)
    call_command("create_roles", verbosity=0)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from tests.browser.places import build_places
    from tests.fuzz.calls import run

    scene = build_places()
    began = time.monotonic()
    seen: list[str] = []

    def told(found: Any) -> None:
        print(f"\r{found.calls} of {asked.calls}", end="", file=sys.stderr, flush=True)
        for what in list(found.problems)[len(seen) :]:
            seen.append(what)
            print(f"\n{what}: {found.problems[what]}", file=sys.stderr, flush=True)

    with _server(folder) as address:
        found = run(scene, address, calls=asked.calls, number=asked.number, told=told)
    print(
        json.dumps(
            {
                "calls": found.calls,
                "seconds": round(time.monotonic() - began),
                "operations": len(found.of_operations),
                "operations_that_arrived": len(found.arrived),
                "statuses": dict(sorted(found.statuses.items())),
                "server_errors": found.server_errors,
                "violations": found.violations,
                "rows_of_others": found.rows_of_others,
                "problems": found.problems,
                "never_arrived": found.never_arrived,
                "for_people_only": sorted(found.in_person),
            },
            indent=1,
        )
    )
    return 1 if found.problems or found.never_arrived else 0


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (folder / "web.log").open("w") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "nrm.wsgi"],
            stdout=log,
            stderr=log,
            env={**os.environ, "NRM_PROCESS": "web"},
        )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
                break
            except OSError:
                if web.poll() is not None:
                    raise RuntimeError((folder / "web.log").read_text()) from None
                time.sleep(0.2)
        yield address
    finally:
        web.terminate()
        web.wait(20)


if __name__ == "__main__":
    sys.exit(main())
