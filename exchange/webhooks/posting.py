"""One POST to an address of somebody else's: to no machine inside a network, whatever its name
leads to by now; to nowhere else than it says; and within a time, whatever is answered.

The name is looked up once, what it leads to is looked at, and exactly that is connected to, so that
a name which leads elsewhere a moment later leads nowhere. What the other side says is not read
beyond its status.
"""

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from exchange.models import Delivery
from exchange.webhooks.rules import is_public

STEP = 5.0  # seconds for connecting, and for each read
WHOLE = 15.0  # seconds for all of it, from the look-up of the name to the answer
_Fault = Delivery.Fault


@dataclass(frozen=True, slots=True)
class Answer:
    """The status where there was an answer, and what was wrong; no fault: it arrived."""

    status: int | None = None
    fault: str = ""


class _Refused(Exception):
    """The name leads to a machine inside a network."""


class _Deadline:
    """The end of one POST. What takes longer than it may is cut off: a name server that does not
    answer, and a machine that answers a byte at a time, would hold up everybody else."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + WHOLE
        self._sock: Any = None
        self._watch = threading.Timer(WHOLE, self._cut)
        self._watch.daemon = True
        self._watch.start()

    @property
    def left(self) -> float:
        """The seconds that are left. TimeoutError where there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._ends

    def watch(self, sock: Any) -> None:
        """From now on this is cut off."""
        self._sock = sock
        if self.over:
            self._cut()

    def end(self) -> None:
        self._watch.cancel()

    def _cut(self) -> None:
        if self._sock is not None:
            with contextlib.suppress(OSError):
                # Of TLS too, without the farewell that would wait for the other side.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


def _looked_up(host: str, port: int, deadline: _Deadline) -> list[Any]:
    """What the name leads to. The system's look-up has no limit of its own, so it is waited for
    elsewhere: where it does not come in time, it is left there to come to its end."""
    answer: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return list(found)


def _address(host: str, port: int, deadline: _Deadline) -> tuple[str, int]:
    """The IP address to connect to. Every address of the name has to be a public one."""
    addresses = [str(entry[4][0]) for entry in _looked_up(host, port, deadline)]
    if not settings.WEBHOOKS_INSIDE and not all(map(is_public, addresses)):
        raise _Refused
    return addresses[0], port


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.WEBHOOK_CA:
        context.load_verify_locations(settings.WEBHOOK_CA)
    return context


def _connected(url: str, deadline: _Deadline) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if not secure and not settings.WEBHOOKS_INSIDE:
        raise _Refused
    address = _address(host, port, deadline)
    sock: Any = socket.create_connection(address, timeout=min(STEP, deadline.left))
    try:
        sock.settimeout(STEP)
        if secure:
            sock = _context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        deadline.watch(sock)
        if secure:
            sock.do_handshake()
    except BaseException:
        sock.close()
        raise
    connection = http.client.HTTPConnection(host, port, timeout=STEP)
    connection.default_port = 443 if secure else 80  # type: ignore[misc]
    connection.sock = sock
    return connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Sends the body. Raises nothing: whatever goes wrong is in the answer."""
    deadline = _Deadline()
    try:
        status = _post(url, body, headers, deadline)
    except _Refused:
        return Answer(fault=_Fault.ADDRESS)
    except (socket.gaierror, UnicodeError):
        return Answer(fault=_Fault.NAME)
    except (OSError, http.client.HTTPException) as error:
        return Answer(fault=_fault_of(error, deadline))
    finally:
        deadline.end()
    if 200 <= status < 300:
        return Answer(status)
    return Answer(status, _Fault.REDIRECT if 300 <= status < 400 else _Fault.ANSWER)


def _post(url: str, body: bytes, headers: dict[str, str], deadline: _Deadline) -> int:
    connection, path = _connected(url, deadline)
    try:
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _fault_of(error: Exception, deadline: _Deadline) -> str:
    if deadline.over or isinstance(error, TimeoutError):
        return _Fault.TIMEOUT
    return _Fault.TLS if isinstance(error, ssl.SSLError) else _Fault.CONNECTION
