"""Asking clamd whether a file holds a virus (its INSTREAM command, clamd(8)).

The file goes over a socket, block by block, and is never written where the scanner could read it.
Where an operator has named no scanner, nothing is scanned and nothing pretends otherwise. A scanner
that does not answer, or that could not scan the file to its end, has not found it clean.
"""

import socket
import struct
import time
from collections.abc import Iterable
from enum import StrEnum

import structlog
from django.conf import settings

log = structlog.stdlib.get_logger(__name__)

_CONNECT, _ANSWER, _ALTOGETHER = 3, 30, 60  # seconds
_LONGEST_ANSWER = 4096


class Scan(StrEnum):
    """What is known of a file: clean as far as the scanner knows, infected, or not scanned, because
    there is no scanner or because it did not answer."""

    CLEAN = "clean"
    INFECTED = "infected"
    NONE = "none"
    AWAY = "away"


def configured() -> bool:
    """Whether there is a scanner to ask."""
    return bool(settings.CLAMD)


def scan(blocks: Iterable[bytes]) -> Scan:
    """Asks the scanner about a file that comes in blocks. Raises nothing: what goes wrong is AWAY,
    with its kind in the log."""
    if not configured():
        return Scan.NONE
    began = time.monotonic()
    try:
        answer = _ask(blocks, until=began + _ALTOGETHER)
    except OSError as fault:
        log.error("antivirus.away", fault=type(fault).__name__)
        return Scan.AWAY
    if answer == "stream: OK":
        return Scan.CLEAN
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Scan.INFECTED
    # An answer of clamd's own, such as that the file is larger than it is set to take.
    log.error("antivirus.away", fault=answer[:80])
    return Scan.AWAY


def answers() -> bool:
    """Whether the scanner is there, without giving it a file."""
    try:
        with _connected() as line:
            line.settimeout(_CONNECT)
            line.sendall(b"zPING\0")
            return line.recv(16) == b"PONG\0"
    except OSError:
        return False


def _ask(blocks: Iterable[bytes], *, until: float) -> str:
    with _connected() as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for block in blocks:
                if time.monotonic() > until:
                    raise TimeoutError
                line.sendall(struct.pack(">L", len(block)) + block)
            line.sendall(struct.pack(">L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd ends a stream that is too long for it, and says so
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            if time.monotonic() > until:
                raise TimeoutError
            piece = line.recv(_LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0").decode("ascii", "replace")


def _connected() -> socket.socket:
    address = settings.CLAMD
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_CONNECT)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
    else:
        host, _, port = address.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT)
    line.settimeout(_ANSWER)
    return line


def faults() -> list[str]:
    """What is wrong with the settings, in sentences for an operator."""
    found = []
    host, _, port = settings.CLAMD.rpartition(":")
    right = settings.CLAMD.startswith("/") or (host and port.isdecimal() and int(port) < 65536)
    if settings.CLAMD and not right:
        found.append("NRM_CLAMD must be the path of clamd's socket, or host:port.")
    if settings.CLAMD_AWAY not in ("refuse", "keep"):
        found.append("NRM_CLAMD_AWAY must be refuse or keep.")
    return found
