"""What a webhook may be sent to, how it is signed and when it is tried again: pure."""

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST_ADDRESS = 500
MOST_TRIES = 12
_LONGEST_WAIT = timedelta(hours=6)
# Names that lead into a network and never out of it.
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
# Of networks of their own and of examples, which Python's table of addresses takes for public ones
# (RFC 3879, RFC 9637).
_NOT_PUBLIC = tuple(map(IPv6Network, ("fec0::/10", "3fff::/20")))
# IPv6 that carries an IPv4 address within: what it leads to is not what it says.
_CARRIERS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not of this machine, of a network of its
    own, nor one that stands for such an address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in (*_CARRIERS, *_NOT_PUBLIC)):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def objections_to_address(url: str, *, inside: bool) -> Iterator[Objection]:
    """Why a webhook may not be sent to this address. `inside`: a demonstration or a test also sends
    to this machine, and without encryption. Where a name leads is looked at each time that
    something is sent."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        yield Objection(_("This is not an address. It begins with https://"), "url")
        return
    if len(url) > LONGEST_ADDRESS or any(ord(c) < 33 or ord(c) > 126 for c in url):
        yield Objection(
            _("Write the address with at most %(most)s plain characters and no spaces")
            % {"most": LONGEST_ADDRESS},
            "url",
        )
    if not host or parts.scheme not in (("https", "http") if inside else ("https",)):
        yield Objection(_("Enter an address that begins with https://"), "url")
        return
    if parts.username is not None or parts.password is not None:
        yield Objection(_("Leave the user and password out: what is sent is signed"), "url")
    if parts.fragment:
        yield Objection(_("Leave out what stands after #"), "url")
    if port == 0:
        yield Objection(_("Enter a port from 1 to 65535, or none"), "url")
    if not inside and _leads_inside(host):
        yield Objection(
            _("Enter an address of the internet: this one leads to a machine inside a network"),
            "url",
        )


def _leads_inside(host: str) -> bool:
    name = host.rstrip(".").lower()
    if ":" in name or name.replace(".", "").isdigit():
        return not is_public(name)
    # A name without a dot, in numbers (0x7f.1) or of a network of its own.
    return (
        "." not in name
        or name.split(".")[-1][:1].isdigit()
        or any(name == one or name.endswith(f".{one}") for one in _INSIDE)
    )


def body_of(delivery: UUID, event: str, *, case: UUID | None, at: datetime) -> bytes:
    """What is sent: ids, the name of the event and the second it happened in (UTC). The same bytes
    each time that it is tried. `case` is the id that this subscription alone knows the case by."""
    said = {
        "id": str(delivery),
        "event": event,
        "occurred_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({"case": str(case)} if case else {}),
    }
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def signature_of(body: bytes, secrets: tuple[str, ...], *, at: datetime) -> str:
    """The header that says who sent the body and when: `t=<seconds since 1970>` and for each secret
    that counts `v1=<HMAC-SHA256 over "<t>.<body>", in hexadecimal>`."""
    second = str(int(at.timestamp()))
    signed = [
        hmac.new(secret.encode(), f"{second}.".encode() + body, "sha256").hexdigest()
        for secret in secrets
    ]
    return ",".join([f"t={second}", *(f"v1={one}" for one in signed)])


def next_try(tries: int, *, at: datetime) -> datetime | None:
    """When a delivery is tried again that has failed so often: after 1, 2, 4 … minutes, at most six
    hours apart; None once it is given up."""
    if tries >= MOST_TRIES:
        return None
    return at + min(timedelta(minutes=2 ** (tries - 1)), _LONGEST_WAIT)
