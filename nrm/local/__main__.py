"""`python -m nrm.local run|stop|services`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from nrm.local import processes, services
from nrm.local.errors import LocalError
from nrm.local.supervisor import PROJECT, Supervisor, say, stop


def main() -> int:
    """Returns the exit code; what stands in the way is told on standard error."""
    parser = argparse.ArgumentParser(prog="python -m nrm.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="everything, until Ctrl-C")
    run.add_argument("--port", type=_port, default=8000)
    run.add_argument(
        "--end-with-parent",
        action="store_true",
        help="stop when the calling process dies",
    )
    ending = commands.add_parser("stop", help="end what `run` started")
    for command in (run, ending):
        command.add_argument(
            "--folder", type=Path, default=PROJECT / ".local", help="data, secrets and logs"
        )
    commands.add_parser("services", help="a throw-away PostgreSQL and Redis, until Ctrl-C")
    wished = parser.parse_args()
    try:
        if wished.command == "run":
            if wished.end_with_parent:
                processes.end_with_parent()
            return Supervisor(wished.folder.absolute(), wished.port).run()
        if wished.command == "stop":
            return stop(wished.folder.absolute())
        return _services()
    except LocalError as fault:
        print(fault, file=sys.stderr)
        return 1


def _services() -> int:
    """Print the variables for a shell to read, and keep the servers until a signal comes."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    with (
        tempfile.TemporaryDirectory(prefix="nrm-") as folder,
        services(Path(folder) / "services", durable=False) as running,
    ):
        for name, value in running.environment().items():
            say(f"export {name}='{value}'")
        told.wait()
    return 0


def _port(text: str) -> int:
    if text.isdecimal() and 1024 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1024 to 65535")


if __name__ == "__main__":
    sys.exit(main())
