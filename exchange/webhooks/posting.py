"""One POST to an address of somebody else's: to no machine inside a network, whatever its name
leads to by now; to nowhere else than it says; and within a time, whatever is answered.

The name is looked up once, what it leads to is looked at, and exactly that is connected to, so that
a name which leads elsewhere a moment later leads nowhere. What the other side says is not read
beyond its status.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from exchange.models import Delivery
from exchange.webhooks.rules import is_public

STEP = 5.0  # seconds for connecting, and for each read
WHOLE = 15.0  # seconds for all of it
_Fault = Delivery.Fault


@dataclass(frozen=True, slots=True)
class Answer:
    """The status where there was an answer, and what was wrong; no fault: it arrived."""

    status: int | None = None
    fault: str = ""


class _Refused(Exception):
    """The name leads to a machine inside a network."""


def _address(host: str, port: int) -> tuple[str, int]:
    """The IP address to connect to. Every address of the name has to be a public one."""
    found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOKS_INSIDE and not all(map(is_public, addresses)):
        raise _Refused
    return addresses[0], port


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.WEBHOOK_CA:
        context.load_verify_locations(settings.WEBHOOK_CA)
    return context


def _connected(url: str) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if not secure and not settings.WEBHOOKS_INSIDE:
        raise _Refused
    sock: Any = socket.create_connection(_address(host, port), timeout=STEP)
    try:
        if secure:
            sock = _context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    connection = http.client.HTTPConnection(host, port, timeout=STEP)
    connection.default_port = 443 if secure else 80  # type: ignore[misc]
    connection.sock = sock
    return connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Sends the body. Raises nothing: whatever goes wrong is in the answer."""
    try:
        connection, path = _connected(url)
    except _Refused:
        return Answer(fault=_Fault.ADDRESS)
    except (socket.gaierror, UnicodeError):
        return Answer(fault=_Fault.NAME)
    except TimeoutError:
        return Answer(fault=_Fault.TIMEOUT)
    except ssl.SSLError:
        return Answer(fault=_Fault.TLS)
    except OSError:
        return Answer(fault=_Fault.CONNECTION)
    # A server that answers a byte at a time would hold up everybody else.
    out_of_time = threading.Event()

    def end() -> None:
        out_of_time.set()
        with_sock = connection.sock
        if with_sock is not None:
            with contextlib.suppress(OSError):
                with_sock.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(WHOLE, end)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", path, body=body, headers=headers)
        status = connection.getresponse().status
    except TimeoutError:
        return Answer(fault=_Fault.TIMEOUT)
    except (OSError, http.client.HTTPException):
        return Answer(fault=_Fault.TIMEOUT if out_of_time.is_set() else _Fault.CONNECTION)
    finally:
        watch.cancel()
        connection.close()
    if 200 <= status < 300:
        return Answer(status)
    return Answer(status, _Fault.REDIRECT if 300 <= status < 400 else _Fault.ANSWER)
